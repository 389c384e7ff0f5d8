"""What can be set about a base's searches. Every value has a measured default (docs/retrieval.md).

The sides are fused by their scores, not their ranks: a convex combination, which Bruch, Gai and
Ingber ("An Analysis of Fusion Functions for Hybrid Retrieval", 2023) found better than reciprocal
ranks, and with which a side that is worth little cannot push its first above another's.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from knowledge.base import WORDS_ALONE
from knowledge.errors import NotAccepted

VECTOR_WEIGHTS = dict.fromkeys(WORDS_ALONE, 0.0) | {"e5": 0.75}
VECTOR_WEIGHT = 0.6
# A cosine that says nothing, and one that says it is this. Every model has its own; those of
# Jina's are not measured here: `knowledge.quality.grid_search` finds them for a base with saved
# questions.
SPANS = {"e5": (0.7, 0.95)}
SPAN = (0.3, 0.8)
# How likely the best passage must be to answer, by vectors that are measured
# (`knowledge.search.answerable`); by words alone, how much of the question it must hold.
BY_MEANING, BY_WORDS = 0.5, 0.18


@dataclass(frozen=True)
class Tuning:
    """How a base is searched. Shares and similarities are 0 to 1."""

    words: float = 0.5  # of the lexical score; n-grams have the rest
    vector: float | None = None  # of the whole score; None: by the provider of the vectors
    threshold: float | None = None  # below it nothing is found; None: as measured
    vector_low: float | None = None  # a cosine that says nothing; None: by the provider
    vector_high: float | None = None  # a cosine that says it is this
    rerank: bool = True  # when there is a reranker
    chunk_tokens: int = 240  # for the next reading of its sources

    def __post_init__(self) -> None:
        shares = (self.words, self.vector, self.threshold, self.vector_low, self.vector_high)
        if not all(0 <= share <= 1 for share in shares if share is not None):
            raise NotAccepted("Weights and thresholds lie between 0 and 1.", "tuning_range")
        if (self.vector_low or 0.0) >= (self.vector_high or 1.0):
            raise NotAccepted("The low similarity must be below the high one.", "tuning_range")
        if not 60 <= self.chunk_tokens <= 1_000:
            raise NotAccepted("A passage has 60 to 1,000 tokens.", "tuning_range")

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "Tuning":
        """The tuning as a base stores it; what is not stored has its default."""
        known = cls.__dataclass_fields__
        return cls(**{name: value for name, value in (stored or {}).items() if name in known})

    def as_json(self) -> dict[str, Any]:
        """What differs from the defaults."""
        usual = asdict(Tuning())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    def but(self, **changes: Any) -> "Tuning":
        """The same with *changes*."""
        return replace(self, **changes)

    def vector_weight(self, provider: str) -> float:
        """How much the vectors of *provider* count beside the lexical side."""
        return VECTOR_WEIGHTS.get(provider, VECTOR_WEIGHT) if self.vector is None else self.vector

    def span(self, provider: str) -> tuple[float, float]:
        """The cosines between which the vectors of *provider* say how near something is."""
        low, high = SPANS.get(provider, SPAN)
        low = low if self.vector_low is None else self.vector_low
        high = high if self.vector_high is None else self.vector_high
        return low, max(high, low + 0.01)

    def least(self, by_meaning: bool) -> float:
        """Below what nothing is found."""
        if self.threshold is not None:
            return self.threshold
        return BY_MEANING if by_meaning else BY_WORDS
