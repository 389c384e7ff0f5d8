"""How often terms stand in a base: counted where they are rare, sampled where they are common.

BM25 needs how many texts hold each term of a question. Neither database keeps that for one base,
and counting a common word costs more than the search. A few hundred texts held in memory tell how
common a term is; only what is rare there is counted in the index. A small base is its own sample,
so everything about it is exact.
"""

import copy
import json
import time
from collections import Counter
from collections.abc import Hashable, Sequence

from sqlalchemy import Connection, TextClause, bindparam, text

from knowledge.search.bm25 import LENGTH
from knowledge.snapshots import IN_FORCE

SAMPLE = 500  # texts
FEW = 3  # a word found in so few of the sample is counted
STALE_SECONDS = 10.0  # a large base that changes all the time is not counted each time
# Reading a sample takes a core some tenths of a second, during which other searches of the process
# wait for Python's lock; which words are common hardly changes.
DRAWN_SECONDS = 600.0
CHANGED = 0.1  # of the texts


def _with_list(statement: str, name: str) -> TextClause:
    """The statement with a list for *name*."""
    return text(statement).bindparams(bindparam(name, expanding=True))


_SIZE = _with_list("SELECT count(*) FROM chunks WHERE base_id IN :bases", "bases")
_DRAWN = (
    "SELECT chunks.stems FROM chunks JOIN sources ON sources.id = chunks.source_id "
    "AND chunks.source_version = ({in_force}) WHERE chunks.base_id IN :bases "
    "AND sources.state <> 'removing' AND chunks.id % :step = 0 ORDER BY chunks.id LIMIT :most"
)
_SAMPLE = _with_list(_DRAWN.format(in_force=IN_FORCE), "bases")
_COUNT_SQLITE = text(
    "SELECT term, doc FROM chunk_index_words WHERE term IN (SELECT value FROM json_each(:terms))"
)
_COUNT_POSTGRESQL = text(
    "SELECT asked.term, (SELECT count(*) FROM (SELECT 1 FROM chunks WHERE "
    "to_tsvector('simple', stems) @@ to_tsquery('simple', asked.term) LIMIT :most) held) "
    "FROM unnest(CAST(:terms AS text[])) AS asked(term)"
)


class Frequencies:
    """What is known of the terms of some bases. Shared by threads: at worst they count twice."""

    def __init__(self, key: Hashable, total: int, sample: Sequence[str]) -> None:
        self.key = key
        self.total = total
        self.made_at = self._drawn_at = time.monotonic()
        self._drawn_of = total
        self._texts = max(1, len(sample))
        # How many of the sample hold each word, and each n-gram.
        self._words = Counter(word for stems in sample for word in set(stems.split()))
        self._grams = Counter(gram for stems in sample for gram in _pieces(f" {stems} "))
        self._counted: dict[str, float] = {}
        self.mean_length = sum(len(stems) + 2 for stems in sample) / self._texts or 1.0

    @property
    def is_exact(self) -> bool:
        """True when the sample is everything."""
        return self.total <= SAMPLE

    def serves(self, key: Hashable) -> bool:
        """True when it need not be made anew for bases that stand at *key*."""
        is_stale = self.is_exact or time.monotonic() - self.made_at > STALE_SECONDS
        return self.key == key or not is_stale

    def still_tells(self, total: int) -> bool:
        """True when the sample may stand for the bases now that they have *total* texts."""
        is_old = time.monotonic() - self._drawn_at > DRAWN_SECONDS
        changed = abs(total - self._drawn_of) > CHANGED * self._drawn_of
        return not (self.is_exact or total <= SAMPLE or is_old or changed)

    def at(self, key: Hashable, total: int) -> "Frequencies":
        """The same sample for bases that stand at *key* now; what was counted is counted anew."""
        now = copy.copy(self)
        now.key, now.total, now._counted = key, total, {}
        now.made_at = time.monotonic()
        return now

    def documents(self, term: str) -> float:
        """How many texts hold *term* (a word between blanks, or an n-gram), by what is known."""
        counted = self._counted.get(term)
        return self._estimate(term) if counted is None else counted

    def count(self, connection: Connection, words: Sequence[str]) -> None:
        """Count in the index those of *words* that the sample hardly knows."""
        if self.is_exact:
            return
        scale = self.total / self._texts
        unknown = [
            word
            for word in words
            if f" {word} " not in self._counted and self._estimate(f" {word} ") <= FEW * scale
        ]
        if unknown:
            counted = _count(connection, unknown, int(FEW * scale) + 1)
            self._counted |= {f" {word} ": counted.get(word, 0.0) for word in unknown}

    def _estimate(self, term: str) -> float:
        is_word = term[0] == term[-1] == " "
        found = self._words[term[1:-1]] if is_word else self._grams[term]
        if self.is_exact:
            return float(found)
        return max(found, 0.5) * self.total / self._texts


def take(
    connection: Connection,
    key: Hashable,
    base_ids: Sequence[str],
    before: Frequencies | None = None,
    snapshot: str = "",
) -> Frequencies:
    """Count the texts of these bases and draw a sample of them, if that *before* tells no more."""
    bases = list(base_ids)
    size = int(connection.scalar(_SIZE, {"bases": bases}) or 0)
    if before is not None and before.still_tells(size):
        return before.at(key, size)
    step = max(1, size // SAMPLE)
    values = {"bases": bases, "step": step, "most": SAMPLE, "snapshot": snapshot}
    drawn = connection.scalars(_SAMPLE, values)
    sample = list(drawn)
    return Frequencies(key, len(sample) if step == 1 else size, sample)


def _count(connection: Connection, words: Sequence[str], most: int) -> dict[str, float]:
    if connection.dialect.name == "sqlite":
        found = connection.execute(_COUNT_SQLITE, {"terms": json.dumps(words)})
    else:
        found = connection.execute(_COUNT_POSTGRESQL, {"terms": list(words), "most": most})
    return {term: float(documents) for term, documents in found.all()}


def _pieces(held: str) -> set[str]:
    return {held[start : start + LENGTH] for start in range(len(held) - LENGTH + 1)}
