"""Answers that staff wrote themselves: found like any passage, and first when they fit well."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from knowledge.base import EmbedderFor, Transactions
from knowledge.chroma import Vectors


@dataclass(frozen=True)
class CuratedAnswer:
    """A question customers ask, and what they are to be told."""

    id: int
    base_id: str
    question: str
    answer: str
    created_by: str
    created_at: float
    changed_by: str
    changed_at: float


class Curated:
    """The curated answers of every base. What is added is found from the next search on."""

    def __init__(
        self,
        database: Transactions,
        embedder_for: EmbedderFor,
        vectors: Vectors,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.database = database
        self.embedder_for = embedder_for
        self.vectors = vectors
        self.clock = clock

    def add(self, base_id: str, question: str, answer: str, person: str) -> int:
        """Keep an answer; return its id. Raises NotAccepted or UnknownSource."""
        raise NotImplementedError

    def change(self, curated_id: int, question: str, answer: str, person: str) -> None:
        """Replace both. Raises NotAccepted or UnknownSource."""
        raise NotImplementedError

    def remove(self, curated_id: int) -> None:
        """Forget it, in every store. Raises UnknownSource."""
        raise NotImplementedError

    def of(self, base_id: str) -> list[CuratedAnswer]:
        """The answers of a base, newest first."""
        raise NotImplementedError
