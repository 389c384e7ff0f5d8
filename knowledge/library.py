"""The library: one call that finds passages, for agents, the studio, the API and notebooks."""

import contextlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, tuple_

from knowledge import hybrid, lexical
from knowledge.base import Base, EmbedderFor, Passage, TableRow, Transactions
from knowledge.chroma import Near, Vectors
from knowledge.errors import (
    EmbeddingRefused,
    EmbeddingUnavailable,
    IndexUnavailable,
    MixedEmbeddings,
)
from knowledge.hybrid import Fused, Ranking
from knowledge.tables import bases, chunks, sources

log = logging.getLogger(__name__)

_DEPTH = 4  # candidates a side, for each passage wanted
_LEAST_DEPTH = 20
_CACHED = 512
_VECTOR_FAULTS = (EmbeddingRefused, EmbeddingUnavailable, IndexUnavailable, MixedEmbeddings)


class Library:
    """Searches knowledge bases. Shared by every thread of a process."""

    def __init__(
        self,
        database: Transactions,
        vectors: Vectors,
        embedder_for: EmbedderFor,
        waiting: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
    ) -> None:
        self._waiting = waiting  # surrounds what only waits for another server
        self.database = database
        self.vectors = vectors
        self.embedder_for = embedder_for
        self._searches = _Recent(_CACHED)
        self._tables = _Recent(32)

    def search(
        self, query: str, base_ids: Sequence[str], top_k: int = 5, hybrid: bool = True
    ) -> list[Passage]:
        """At most *top_k* passages that answer *query*, best first; none when nothing fits.

        Without *hybrid* only vectors are asked. A base whose vectors cannot be asked answers by
        its words alone.
        """
        found = self._bases(base_ids)
        query = query.strip()
        if not found or not query:
            return []
        key = (tuple((base.id, base.revision) for base in found), query, top_k, hybrid)
        known = self._searches.get(key)
        if known is None:
            known, whole = self._search(query, found, top_k, hybrid)
            if whole:
                self._searches.put(key, known)
        return list(known)

    def rows(self, base_ids: Sequence[str]) -> list[TableRow]:
        """Every row of every table in these bases, in the order of the sources."""
        found = self._bases(base_ids)
        key = tuple((base.id, base.revision) for base in found)
        known = self._tables.get(key)
        if known is None:
            known = self._rows([base.id for base in found])
            self._tables.put(key, known)
        return list(known)

    def _search(
        self, query: str, found: Sequence[Base], top_k: int, with_words: bool
    ) -> tuple[list[Passage], bool]:
        depth = max(_LEAST_DEPTH, _DEPTH * top_k)
        near, whole = self._near(query, found, depth)
        with self.database.read() as tx:
            rankings = _vector_rankings(tx, near)
            if with_words or not whole:
                ids = lexical.search(tx, [base.id for base in found], query, depth)
                rankings.append(Ranking("lexical", hybrid.LEXICAL_WEIGHT, ids))
            return _passages(tx, hybrid.fuse(rankings)[:top_k]), whole

    def _near(
        self, query: str, found: Sequence[Base], depth: int
    ) -> tuple[dict[str, list[Near]], bool]:
        """What is near *query*, by the provider of the vectors, and whether all could be asked."""
        near: dict[str, list[Near]] = {}
        embedded: dict[Hashable, list[float]] = {}
        whole = True
        for base in found:
            made_with = (base.provider, base.model, base.dimension)
            try:
                with self._waiting():
                    if made_with not in embedded:
                        embedder = self.embedder_for(*made_with)
                        embedded[made_with] = embedder.embed_query(query)
                    hits = self.vectors.search(base, embedded[made_with], depth)
            except _VECTOR_FAULTS as fault:
                log.warning("searched by words only base=%s code=%s", base.id, fault.code)
                whole = False
                continue
            least = hybrid.floor(base.provider)
            near.setdefault(base.provider, []).extend(h for h in hits if h.similarity >= least)
        return near, whole

    def _bases(self, base_ids: Sequence[str]) -> list[Base]:
        wanted = list(dict.fromkeys(base_ids))
        if not wanted:
            return []
        with self.database.read() as tx:
            return [Base(**row._mapping) for row in tx.execute(_bases(), {"ids": wanted})]

    def _rows(self, base_ids: Sequence[str]) -> list[TableRow]:
        query = (
            _visible(chunks.c.id, chunks.c.row, chunks.c.fields)
            .where(chunks.c.base_id.in_(base_ids), chunks.c.row.is_not(None))
            .order_by(sources.c.created_at, sources.c.id, chunks.c.position)
        )
        with self.database.read() as tx:
            return [
                TableRow(row.id, row.base_id, row.source_id, row.source, row.row, row.fields)
                for row in tx.execute(query)
                if row.fields
            ]


def _vector_rankings(tx: Connection, near: dict[str, list[Near]]) -> list[Ranking]:
    rankings = []
    for provider, hits in near.items():
        best_first = sorted(hits, key=lambda hit: -hit.similarity)
        places = [(hit.source_id, hit.version, hit.position) for hit in best_first]
        ids = _ids(tx, places)
        ranked = [ids[place] for place in places if place in ids]
        rankings.append(Ranking("vector", hybrid.vector_weight(provider), ranked))
    return rankings


def _ids(tx: Connection, places: Sequence[tuple[str, int, int]]) -> dict[tuple[str, int, int], int]:
    if not places:
        return {}
    rows = tx.execute(_chunks_at(), {"places": list(places)})
    return {(row.source_id, row.source_version, row.position): row.id for row in rows}


def _passages(tx: Connection, best: Sequence[Fused]) -> list[Passage]:
    found = tx.execute(_chunks_by_id(), {"ids": [one.id for one in best]})
    rows = {row.id: row for row in found}
    return [_passage(rows[one.id], one) for one in best if one.id in rows]


def _passage(row: Row[Any], fused: Fused) -> Passage:
    return Passage(
        chunk_id=row.id,
        base_id=row.base_id,
        source_id=row.source_id,
        source=row.source,
        source_version=row.source_version,
        text=row.text,
        score=round(fused.score, 4),
        page=row.page,
        row=row.row,
        heading=row.heading,
        url=row.url,
        found_by=fused.found_by,
    )


def _visible(*columns: Any) -> Any:
    """A select over the chunks that searches may show."""
    return (
        select(*columns, chunks.c.base_id, chunks.c.source_id, sources.c.name.label("source"))
        .join(sources, sources.c.id == chunks.c.source_id)
        .where(sources.c.version == chunks.c.source_version, sources.c.state != "removing")
    )


# Statements are built once: building one costs more than running it.


@cache
def _bases() -> Any:
    columns = [bases.c[n] for n in ("id", "name", "provider", "model", "dimension", "revision")]
    wanted = bases.c.id.in_(bindparam("ids", expanding=True))
    return select(*columns).where(wanted).order_by(bases.c.id)


@cache
def _chunks_at() -> Any:
    place = (chunks.c.source_id, chunks.c.source_version, chunks.c.position)
    wanted = tuple_(*place).in_(bindparam("places", expanding=True))
    return _visible(chunks.c.id, *place[1:]).where(wanted)


@cache
def _chunks_by_id() -> Any:
    columns = ("id", "source_version", "text", "page", "row", "heading")
    wanted = chunks.c.id.in_(bindparam("ids", expanding=True))
    return _visible(*(chunks.c[name] for name in columns), sources.c.url).where(wanted)


class _Recent:
    """The last answers, oldest forgotten first; safe for threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, list[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> list[Any] | None:
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key]

    def put(self, key: Hashable, value: list[Any]) -> None:
        with self._lock:
            self._held[key] = value
            while len(self._held) > self._most:
                self._held.popitem(last=False)
