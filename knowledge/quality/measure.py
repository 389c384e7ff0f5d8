"""How well a base's searches find what they should: by each way of searching, side by side.

Every question of a pair is asked by words alone, n-grams alone, vectors alone, all of them, and
all of them with the reranker; where its answer stands in the list is its rank. The measures are
the usual ones (Manning, Raghavan and Schütze, "Introduction to Information Retrieval", chapter 8).
A way that nothing is found by is not slow but empty, so times are of all questions.
"""

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.base import Passage
from knowledge.errors import NotAccepted
from knowledge.quality.pairs import Pair
from knowledge.search.retriever import Retriever
from knowledge.search.tuning import Tuning

WAYS = ("lexical", "ngrams", "vector", "hybrid", "reranked")
DEPTH = 10  # passages looked at; the answer further down counts as not found
Advance = Callable[[int, int], None]  # done, total


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
class Asked:
    """One question by one way: the rank of its answer, and how the search went."""

    pair: Pair
    rank: int | None  # from 1; None: not among the first DEPTH
    found: int  # passages
    milliseconds: float


@dataclass(frozen=True)
class Measurement:
    """One run over the pairs of a base."""

    asked: Mapping[str, Sequence[Asked]]  # by way, in the order of the pairs

    @property
    def measures(self) -> tuple[Measures, ...]:
        """One a way, in their order."""
        return tuple(measures(way, asked) for way, asked in self.asked.items())

    @property
    def ranks(self) -> list[tuple[Pair, dict[str, int | None]]]:
        """Each pair with the rank of its answer by every way."""
        first = next(iter(self.asked.values()))
        return [
            (one.pair, {way: asked[n].rank for way, asked in self.asked.items()})
            for n, one in enumerate(first)
        ]


def measure(
    retriever: Retriever,
    base_ids: Sequence[str],
    pairs: Sequence[Pair],
    ways: Sequence[str] = WAYS,
    tuning: Tuning | None = None,
    advance: Advance = lambda done, total: None,
) -> Measurement:
    """Ask every question by every way; *advance* is told (done, total) for a progress bar.

    *tuning* stands in for the base's own. `reranked` is left out when there is no reranker.
    Raises NotAccepted without pairs.
    """
    if not pairs:
        raise NotAccepted("Save some questions with their sources first.", "no_pairs")
    ways = [way for way in ways if way != "reranked" or retriever.reranker is not None]
    retriever.forget()
    asked: dict[str, tuple[Asked, ...]] = {}
    for number, way in enumerate(ways):
        results = []
        for place, pair in enumerate(pairs):
            results.append(ask(retriever, base_ids, pair, way, tuning))
            advance(number * len(pairs) + place + 1, len(ways) * len(pairs))
        asked[way] = tuple(results)
    return Measurement(asked)


def ask(
    retriever: Retriever, base_ids: Sequence[str], pair: Pair, way: str, tuning: Tuning | None
) -> Asked:
    """Ask one question by one way."""
    hybrid, changed = _by_way(retriever, base_ids, way, tuning)
    began = time.perf_counter()
    found = retriever.search(pair.question, base_ids, DEPTH, hybrid, tuning=changed)
    took = (time.perf_counter() - began) * 1_000
    return Asked(pair, rank(pair, found), len(found), took)


def rank(pair: Pair, found: Sequence[Passage]) -> int | None:
    """The place of the first passage that answers, from 1."""
    places = (n for n, passage in enumerate(found, 1) if pair.is_answered_by(passage))
    return next(places, None)


def measures(way: str, asked: Sequence[Asked]) -> Measures:
    """The measures of one way."""
    wanted = [one for one in asked if one.pair.is_answerable]
    others = [one for one in asked if not one.pair.is_answerable]
    ranks = [one.rank for one in wanted]
    times = sorted(one.milliseconds for one in asked)
    return Measures(
        way=way,
        hit1=_share([found == 1 for found in ranks]),
        hit5=_share([found is not None and found <= 5 for found in ranks]),
        mrr=_share([1 / found if found else 0.0 for found in ranks]),
        ndcg=_share([1 / math.log2(found + 1) if found else 0.0 for found in ranks]),
        refused=_share([not one.found for one in others]) if others else None,
        missed=_share([not one.found for one in wanted]),
        p50_ms=round(statistics.median(times), 2),
        p95_ms=round(times[min(len(times) - 1, int(0.95 * len(times)))], 2),
    )


def table(found: Measurement) -> str:
    """The measures as a table in Markdown."""
    lines = [
        "| way | hit@1 | hit@5 | MRR | nDCG@10 | refused | missed | p50 ms | p95 ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in found.measures:
        refused = "" if one.refused is None else f"{one.refused:.2f}"
        lines.append(
            f"| {one.way} | {one.hit1:.3f} | {one.hit5:.3f} | {one.mrr:.3f} | {one.ndcg:.3f} "
            f"| {refused} | {one.missed:.2f} | {one.p50_ms:.1f} | {one.p95_ms:.1f} |"
        )
    return "\n".join(lines)


def _by_way(
    retriever: Retriever, base_ids: Sequence[str], way: str, tuning: Tuning | None
) -> tuple[bool, Tuning | None]:
    usual = tuning or retriever.tuning(base_ids)
    if way == "lexical":
        return True, usual.but(words=1.0, vector=0.0, rerank=False)
    if way == "ngrams":
        return True, usual.but(words=0.0, vector=0.0, rerank=False)
    return way != "vector", usual.but(rerank=way == "reranked")


def _share(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
