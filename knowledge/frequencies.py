"""How often terms stand in a base: counted where they are rare, sampled where they are common.

BM25 needs how many texts hold each term of a question. Neither database keeps that for one base,
and counting a common word costs more than the search. A few hundred texts held in memory tell how
common a term is; only what is rare there is counted in the index. A small base is its own sample,
so everything about it is exact.
"""

import time
from collections import Counter
from collections.abc import Hashable, Sequence

from sqlalchemy import Connection, bindparam, text

SAMPLE = 500  # texts
FEW = 3  # a word found in so few of the sample is counted
STALE_SECONDS = 10.0  # a large base that changes all the time is not sampled each time

_SIZE = text("SELECT count(*) FROM chunks WHERE base_id IN :bases").bindparams(
    bindparam("bases", expanding=True)
)
_SAMPLE = text(
    "SELECT chunks.stems FROM chunks JOIN sources ON sources.id = chunks.source_id "
    "AND sources.version = chunks.source_version WHERE chunks.base_id IN :bases "
    "AND sources.state <> 'removing' AND chunks.id % :step = 0 ORDER BY chunks.id LIMIT :most"
).bindparams(bindparam("bases", expanding=True))
_COUNT_SQLITE = text("SELECT term, doc FROM chunk_index_words WHERE term IN :terms").bindparams(
    bindparam("terms", expanding=True)
)
_COUNT_POSTGRESQL = text(
    "SELECT asked.term, (SELECT count(*) FROM (SELECT 1 FROM chunks WHERE "
    "to_tsvector('simple', stems) @@ to_tsquery('simple', asked.term) LIMIT :most) some) "
    "FROM unnest(CAST(:terms AS text[])) AS asked(term)"
)


class Frequencies:
    """What is known of the terms of some bases. Shared by threads: at worst they count twice."""

    def __init__(self, key: Hashable, total: int, sample: Sequence[str]) -> None:
        self.key = key
        self.total = total
        self.made_at = time.monotonic()
        self._sample = [f" {stems} " for stems in sample]
        self._words = Counter(word for stems in sample for word in set(stems.split()))
        self._known: dict[str, float] = {}  # of n-grams, and of words that were counted
        lengths = sum(map(len, self._sample))
        self.mean_length = lengths / len(self._sample) if self._sample else 1.0

    @property
    def is_exact(self) -> bool:
        """True when the sample is everything."""
        return self.total <= SAMPLE

    @property
    def is_stale(self) -> bool:
        """True when it should be made anew once the base has changed."""
        return self.is_exact or time.monotonic() - self.made_at > STALE_SECONDS

    def documents(self, term: str) -> float:
        """How many texts hold *term* (a word between blanks, or an n-gram), by what is known."""
        known = self._known.get(term)
        if known is None:
            known = self._known[term] = self._estimate(term)
        return known

    def count(self, connection: Connection, words: Sequence[str]) -> None:
        """Count in the index those of *words* that the sample hardly knows."""
        if self.is_exact:
            return
        scale = self.total / max(1, len(self._sample))
        unknown = [
            word
            for word in words
            if f" {word} " not in self._known and self._estimate(f" {word} ") <= FEW * scale
        ]
        if unknown:
            counted = _count(connection, unknown, int(FEW * scale) + 1)
            self._known |= {f" {word} ": counted.get(word, 0.0) for word in unknown}

    def _estimate(self, term: str) -> float:
        if term[0] == term[-1] == " ":
            found = self._words[term.strip()]
        else:
            found = sum(term in held for held in self._sample)
        if self.is_exact:
            return float(found)
        return max(found, 0.5) * self.total / max(1, len(self._sample))


def take(connection: Connection, key: Hashable, base_ids: Sequence[str]) -> Frequencies:
    """Count the texts of these bases and draw a sample of them."""
    bases = list(base_ids)
    size = int(connection.scalar(_SIZE, {"bases": bases}) or 0)
    step = max(1, size // SAMPLE)
    drawn = connection.scalars(_SAMPLE, {"bases": bases, "step": step, "most": SAMPLE})
    sample = list(drawn)
    return Frequencies(key, len(sample) if step == 1 else size, sample)


def _count(connection: Connection, words: Sequence[str], most: int) -> dict[str, float]:
    if connection.dialect.name == "sqlite":
        found = connection.execute(_COUNT_SQLITE, {"terms": list(words)})
    else:
        found = connection.execute(_COUNT_POSTGRESQL, {"terms": list(words), "most": most})
    return {term: float(documents) for term, documents in found}
