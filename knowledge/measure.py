"""How well a base's searches find what they should: by each way of searching, side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.library import Library
from knowledge.pairs import Pair

WAYS = ("lexical", "ngrams", "vector", "hybrid", "reranked")


@dataclass(frozen=True)
class Measures:
    """What one way of searching is worth. Shares are 0 to 1, times are milliseconds."""

    way: str
    hit1: float  # share of answerable questions whose answer came first
    hit5: float  # ... among the first five
    mrr: float  # mean of 1 / rank
    ndcg: float  # at 10: 1 / log2(rank + 1), there being one right place
    refused: float | None  # share of unanswerable questions for which nothing was found
    missed: float  # share of answerable questions for which nothing at all was found
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True)
class Measurement:
    """One run over the pairs of a base."""

    measures: tuple[Measures, ...]  # one a way, in the order of WAYS
    ranks: tuple[tuple[Pair, Mapping[str, int | None]], ...]  # by way, from 1; None: not found


def measure(
    library: Library,
    base_ids: Sequence[str],
    pairs: Sequence[Pair],
    ways: Sequence[str] = WAYS,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Measurement:
    """Ask every question by every way; *advance* is told (done, total) for a progress bar.

    `reranked` is left out when there is no reranker. Raises NotAccepted without pairs.
    """
    raise NotImplementedError
