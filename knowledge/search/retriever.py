"""The retriever: one call that finds passages, for agents, the studio, the API and notebooks."""

import contextlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Generic, Protocol, TypeVar, cast

from sqlalchemy import Connection, bindparam, select

from knowledge import lexical, snapshots
from knowledge.base import Base, EmbedderFor, Passage, TableRow, Transactions, embedded
from knowledge.search import bm25, frequencies, hybrid, passages
from knowledge.search.bm25 import Question
from knowledge.search.candidates import candidates
from knowledge.search.frequencies import Frequencies
from knowledge.search.hybrid import Scale, Scored, Side, side
from knowledge.search.neighbours import VECTOR_FAULTS, Near, Neighbours, Waiting
from knowledge.search.passages import Place
from knowledge.search.tuning import Tuning
from knowledge.tables import AnyRow, AnySelect, bases
from knowledge.vectors.chroma import Vectors

log = logging.getLogger(__name__)

RERANKED = 20  # candidates that a reranker is shown
_CACHED = 512
T = TypeVar("T")


class Reranker(Protocol):
    """Reads question and passages together (`knowledge.search.rerank.JinaReranker` is one)."""

    def order(self, query: str, texts: Sequence[str]) -> list[tuple[int, float]]:
        """(place in *texts*, relevance 0 to 1), best first. Raises KnowledgeError."""


class Retriever:
    """Searches knowledge bases. Shared by every thread of a process."""

    def __init__(
        self,
        database: Transactions,
        vectors: Vectors,
        embedder_for: EmbedderFor,
        waiting: Waiting = contextlib.nullcontext,
        reranker: Reranker | None = None,
    ) -> None:
        self._waiting = waiting  # surrounds what only waits for another server
        self.database = database
        self.vectors = vectors
        self.embedder_for = embedder_for
        self.reranker = reranker
        self._neighbours = Neighbours(vectors, embedder_for, waiting)
        self._searches = _Recent[list[Passage]](_CACHED)
        self._tables = _Recent[list[TableRow]](32)
        self._frequencies = _Recent[Frequencies](64)
        self._readings = _Recent[dict[str, int]](64)
        self._counting = threading.Lock()

    def search(
        self,
        query: str,
        base_ids: Sequence[str],
        top_k: int = 5,
        hybrid: bool = True,
        *,
        sources: Sequence[str] = (),
        tuning: Tuning | None = None,
        snapshot: str = "",
    ) -> list[Passage]:
        """At most *top_k* passages that answer *query*, best first; none when nothing fits.

        Without *hybrid* only vectors are asked. A base whose vectors cannot be asked answers by
        its words alone. *sources* (ids) narrows the search; *tuning* stands in for each base's
        own, for trying out. With a *snapshot* the bases are searched as it pins them, else as they
        are by now; so they are too where there is no such snapshot any more.
        """
        found, snapshot = self._bases(base_ids, snapshot)
        query = query.strip()
        if not found or not query:
            return []
        revisions = tuple((base.id, base.revision) for base in found)
        key = (revisions, query, top_k, hybrid, tuple(sources), tuning, snapshot)
        known = self._searches.get(key)
        if known is None:
            search = _Search(self, query, found, hybrid, tuple(sources), tuning, snapshot)
            known, whole = search.run(top_k)
            if whole:
                self._searches.put(key, known)
        return list(known)

    def as_of(self, snapshot: str) -> "Snapshot":
        """Search bases as the snapshot pins them."""
        return Snapshot(self, snapshot)

    def rows(self, base_ids: Sequence[str], snapshot: str = "") -> list[TableRow]:
        """Every row of every table in these bases, in the order of the sources; *snapshot* as in
        `search`."""
        found, snapshot = self._bases(base_ids, snapshot)
        key = (snapshot, *((base.id, base.revision) for base in found))
        known = self._tables.get(key)
        if known is None:
            with self.database.read() as tx:
                known = passages.table_rows(tx, [base.id for base in found], snapshot)
            self._tables.put(key, known)
        return list(known)

    def tuning(self, base_ids: Sequence[str]) -> Tuning:
        """How the first of these bases is searched."""
        found, _ = self._bases(base_ids)
        return Tuning.of(found[0].tuning if found else None)

    def forget(self) -> None:
        """Forget every search, so that the next ones are measured as if they were the first."""
        self._searches = _Recent[list[Passage]](_CACHED)

    def _bases(self, base_ids: Sequence[str], snapshot: str = "") -> tuple[list[Base], str]:
        """The bases, and the snapshot if there still is one by that id."""
        wanted = list(dict.fromkeys(base_ids))
        if not wanted:
            return [], ""
        with self.database.read() as tx:
            rows = tx.execute(_bases(), {"ids": wanted, "snapshot": snapshot}).mappings().all()
        is_there = any(row["is_there"] for row in rows)
        found = [Base(**{n: row[n] for n in row if n != "is_there"}) for row in rows]
        return found, snapshot if is_there else ""

    def _readings_of(self, found: Sequence[Base], snapshot: str) -> dict[str, int]:
        """The reading of each source that may be shown."""
        key = (snapshot, *((base.id, base.revision) for base in found))
        known = self._readings.get(key)
        if known is None:
            with self.database.read() as tx:
                known = snapshots.readings(tx, [base.id for base in found], snapshot)
            self._readings.put(key, known)
        return known

    def _known(self, tx: Connection, found: Sequence[Base], snapshot: str) -> Frequencies:
        ids = (snapshot, *(base.id for base in found))
        key = tuple(base.revision for base in found)
        known = self._frequencies.get(ids)
        if known is not None and known.serves(key):
            return known
        # One thread counts. The others wait for it only where what was known before might miss
        # what a small base has just learnt.
        if not self._counting.acquire(blocking=known is None or known.is_exact):
            return cast("Frequencies", known)
        try:
            known = self._frequencies.get(ids)
            if known is None or not known.serves(key):
                known = frequencies.take(tx, key, ids[1:], known, snapshot)
                self._frequencies.put(ids, known)
            return known
        finally:
            self._counting.release()


class _Search:
    """One search that was not made before."""

    def __init__(
        self,
        retriever: Retriever,
        query: str,
        found: Sequence[Base],
        with_words: bool,
        sources: tuple[str, ...],
        tuning: Tuning | None,
        snapshot: str,
    ) -> None:
        self.retriever = retriever
        self.snapshot = snapshot
        self.query = query
        self.found = found
        self.with_words = with_words
        self.sources = sources
        self.tunings = {base.id: tuning or Tuning.of(base.tuning) for base in found}

    def run(self, top_k: int) -> tuple[list[Passage], bool]:
        """The passages, and whether everything could be asked."""
        heavy = [base for base in self.found if self._weight(base)]
        readings = self.retriever._readings_of(self.found, self.snapshot)
        answer = self.retriever._neighbours.ask(self.query, heavy, self.sources, readings)
        by_words = [base.id for base in self.found if self._weight(base) < 1]
        with self.retriever.database.read() as tx:
            asked, known = self._asked(tx)
            ids = candidates(tx, by_words, asked, known, self.sources, self.snapshot)
        near = answer()
        sides = self._sides(near)
        shown = {base_id for base_id in near.asked if near.nearest[base_id]}
        fallen = [base_id for base_id in sides if base_id not in {*by_words, *shown}]
        with self.retriever.database.read() as tx:
            ids += candidates(tx, fallen, asked, known, self.sources, self.snapshot)
            rows = self._shown(tx, ids, near)
        scale = Scale(asked, known.total, known.mean_length, sides)
        known_near = [(row, near.similarity.get(_place(row))) for row in rows]
        ranked = hybrid.in_order(scale, hybrid.score(scale, known_near))
        ranked, reranked = self._reranked(ranked)
        best = hybrid.varied(ranked, top_k)
        found = [passages.passage(one.row, one.score, one.found_by) for one in best]
        return found, near.whole and reranked

    def _asked(self, tx: Connection) -> tuple[Question, Frequencies]:
        known = self.retriever._known(tx, self.found, self.snapshot)
        words = lexical.asked_words(self.query)
        known.count(tx, list(chain.from_iterable(words)))
        return bm25.question(words, known.total, known.documents), known

    def _shown(self, tx: Connection, ids: Sequence[int], near: Near) -> list[AnyRow]:
        rows = passages.shown(tx, ids, near.similarity, self.snapshot)
        return [row for row in rows if not self.sources or row.source_id in self.sources]

    def _weight(self, base: Base) -> float:
        """What the vectors of *base* are to count."""
        return self.tunings[base.id].vector_weight(base.provider) if self.with_words else 1.0

    def _sides(self, near: Near) -> dict[str, Side]:
        """How each base is scored: by its vectors only as far as they were asked."""
        sides = {}
        for base in self.found:
            tuning = self.tunings[base.id]
            counts = self._weight(base) if base.id in near.asked else 0.0
            nearest = near.nearest.get(base.id, ())
            sides[base.id] = side(tuning, counts if nearest else 0.0, base.provider, nearest)
        return sides

    def _reranked(self, ranked: list[Scored]) -> tuple[list[Scored], bool]:
        """The first ones as the reranker orders them, and whether it could be asked.

        Curated answers that are meant stay where they are: staff know better than a model.
        """
        reranker = self.retriever.reranker
        wanted = all(tuning.rerank for tuning in self.tunings.values())
        fixed = [one for one in ranked if one.meant]
        first = ranked[len(fixed) : RERANKED]
        if reranker is None or not wanted or len(first) < 2:
            return ranked, True
        try:
            with self.retriever._waiting():
                texts = [embedded(one.row.heading, one.row.text) for one in first]
                order = reranker.order(self.query, texts)
        except VECTOR_FAULTS as fault:
            log.warning("not reranked code=%s", fault.code)
            return ranked, False
        better = [hybrid.reranked(first[place], relevance) for place, relevance in order]
        return [*fixed, *better, *ranked[RERANKED:]], True


@dataclass(frozen=True)
class Snapshot:
    """The retriever, for bases as a snapshot pins them (`agent.lookup.Lookup`)."""

    _retriever: Retriever
    _snapshot: str

    def search(
        self, query: str, base_ids: Sequence[str], top_k: int = 5, hybrid: bool = True
    ) -> list[Passage]:
        """As `Retriever.search`."""
        return self._retriever.search(query, base_ids, top_k, hybrid, snapshot=self._snapshot)

    def rows(self, base_ids: Sequence[str]) -> list[TableRow]:
        """As `Retriever.rows`."""
        return self._retriever.rows(base_ids, self._snapshot)


def _place(row: AnyRow) -> Place:
    return row.source_id, row.source_version, row.position


@cache  # building a statement costs more than running it
def _bases() -> AnySelect:
    names = ("id", "name", "provider", "model", "dimension", "revision", "tuning")
    columns = [bases.c[name] for name in names]
    wanted = bases.c.id.in_(bindparam("ids", expanding=True))
    is_there = snapshots.named(bindparam("snapshot")).label("is_there")
    return select(*columns, is_there).where(wanted).order_by(bases.c.id)


class _Recent(Generic[T]):
    """The last answers, oldest forgotten first; safe for threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key]

    def put(self, key: Hashable, value: T) -> None:
        with self._lock:
            self._held[key] = value
            while len(self._held) > self._most:
                self._held.popitem(last=False)
