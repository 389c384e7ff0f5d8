"""What the vectors say of a question, asked beside the words: both wait for other processes.

A thread of a pool asks, because an embedding service may take longer than everything else in a
search, and so may Chroma while a source is added to it.
"""

import contextlib
import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from knowledge.base import Base, EmbedderFor
from knowledge.errors import (
    EmbeddingRefused,
    EmbeddingUnavailable,
    IndexUnavailable,
    MixedEmbeddings,
)
from knowledge.search.passages import Place
from knowledge.vectors.chroma import Near as Hit
from knowledge.vectors.chroma import Vectors

log = logging.getLogger(__name__)

NEIGHBOURS = 30  # of a base
MOST_ASKED = 480
AT_ONCE = 128  # questions: as many as a process holds turns
VECTOR_FAULTS = (EmbeddingRefused, EmbeddingUnavailable, IndexUnavailable, MixedEmbeddings)
Waiting = Callable[[], contextlib.AbstractContextManager[None]]


@dataclass(frozen=True)
class Near:
    """What the vectors said: the similarity of each place, and the bases that could be asked."""

    similarity: Mapping[Place, float]
    asked: frozenset[str]
    nearest: Mapping[str, Sequence[float]]  # by base, highest first
    whole: bool  # every base that should be asked could be


class Neighbours:
    """Asks embedders and vectors. Shared by every thread of a process."""

    def __init__(self, vectors: Vectors, embedder_for: EmbedderFor, waiting: Waiting) -> None:
        self._vectors = vectors
        self._embedder_for = embedder_for
        self._waiting = waiting  # surrounds what only waits
        self._pool = ThreadPoolExecutor(AT_ONCE, "neighbours")
        self._enough: dict[str, int] = {}  # how many are asked for in a base

    def ask(
        self,
        query: str,
        bases: Sequence[Base],
        sources: Sequence[str],
        readings: Mapping[str, int],
    ) -> Callable[[], Near]:
        """Begin to ask *bases* for what is near *query* in these *readings* of their sources; call
        what is returned for the answer."""
        if not bases:
            return lambda: Near({}, frozenset(), {}, True)
        asking = self._pool.submit(self._ask, query, bases, sources, readings)

        def answer() -> Near:
            with self._waiting():
                return asking.result()

        return answer

    def _ask(
        self,
        query: str,
        bases: Sequence[Base],
        sources: Sequence[str],
        readings: Mapping[str, int],
    ) -> Near:
        similarity: dict[Place, float] = {}
        asked: set[str] = set()
        nearest: dict[str, list[float]] = {}
        embedded: dict[Hashable, list[float]] = {}
        for base in bases:
            try:
                vector = self._vector(query, base, embedded)
                hits = self._hits(base, vector, sources, readings)
            except VECTOR_FAULTS as fault:
                log.warning("searched by words only base=%s code=%s", base.id, fault.code)
                continue
            asked.add(base.id)
            nearest[base.id] = [hit.similarity for hit in hits]
            similarity |= {(h.source_id, h.version, h.position): h.similarity for h in hits}
        return Near(similarity, frozenset(asked), nearest, len(asked) == len(bases))

    def _hits(
        self,
        base: Base,
        vector: list[float],
        sources: Sequence[str],
        readings: Mapping[str, int],
    ) -> list[Hit]:
        """The nearest that may be shown. Others stand between them: of readings that are written
        just now, or that a version of an agent pins; the more of those, the more are asked for."""
        limit = self._enough.get(base.id, NEIGHBOURS)
        while True:
            hits = self._vectors.search(base, vector, limit, sources)
            found = [hit for hit in hits if readings.get(hit.source_id) == hit.version]
            if len(found) >= NEIGHBOURS or len(hits) < limit or limit >= MOST_ASKED:
                return found[:NEIGHBOURS]
            limit *= 2
            self._enough[base.id] = limit

    def _vector(self, query: str, base: Base, embedded: dict[Hashable, list[float]]) -> list[float]:
        made_with = (base.provider, base.model, base.dimension)
        if made_with not in embedded:
            embedded[made_with] = self._embedder_for(*made_with).embed_query(query)
        return embedded[made_with]
