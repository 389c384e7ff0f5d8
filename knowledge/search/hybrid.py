"""Putting candidates in order: what words, n-grams and vectors say, each by what it is worth.

A score is a weighted sum of two shares: how well the passage's words and n-grams fit (BM25, see
`knowledge.search.bm25`), and how near its vector is, between a cosine that says nothing and one
that says it is this. Nothing is found when the best passage hardly stands out (`answerable`); by a
model whose vectors are not measured, when it neither holds enough of the question nor is near it.
Curated answers that fit well come first, and no document fills the whole list while another has
something nearly as good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge import lexical
from knowledge.search import answerable, bm25
from knowledge.search.bm25 import Question
from knowledge.search.tuning import Tuning
from knowledge.states import SourceKind
from knowledge.tables import AnyRow

CURATED_FITS = 0.6  # the share of a question that a curated question must hold to come first
OTHERS = 10  # passages that the best one is to stand out of
CURATED_NEAR = 0.88  # or how near it must be: of e5 a cosine of 0.92
NEARLY_AS_GOOD = 0.6  # of the best score: what may take a place from a document that has many


@dataclass(frozen=True)
class Side:
    """How the passages of one base are scored."""

    tuning: Tuning
    vector: float  # what vectors count; the lexical side has the rest
    span: tuple[float, float]  # the cosines that say nothing, and that it is this
    nearest: Sequence[float] = ()  # how near the nearest are, of a model that is measured


def side(tuning: Tuning, vector: float, provider: str, nearest: Sequence[float]) -> Side:
    """The side of a base whose *nearest* passages have these cosines."""
    span = tuning.span(provider)
    told = nearest if vector and provider in answerable.MEASURED else ()
    return Side(tuning, vector, span, [_nearness(one, span) for one in told])


@dataclass(frozen=True)
class Scored:
    """A candidate and what was found out about it."""

    row: AnyRow
    score: float
    nearness: float
    words: float
    found_by: tuple[str, ...]
    meant: bool = False  # a curated answer to just this question


@dataclass(frozen=True)
class Scale:
    """What candidates are scored by."""

    asked: Question
    total: int  # texts in the bases
    mean_length: float
    sides: Mapping[str, Side]  # by base


def score(scale: Scale, candidates: Sequence[tuple[AnyRow, float | None]]) -> list[Scored]:
    """What each row is worth, beside the cosine of its vector when that was asked for."""
    texts = [f" {row.stems} " for row, _ in candidates]
    fits = bm25.fits(scale.asked, texts, scale.mean_length)
    return [
        _scored(scale.sides[row.base_id], row, similarity, *fit)
        for (row, similarity), fit in zip(candidates, fits, strict=True)
    ]


def in_order(scale: Scale, scored: Sequence[Scored]) -> list[Scored]:
    """What of *scored* fits at all, best first; none when the best does not fit."""
    ranked = sorted((one for one in scored if one.score > 0), key=_rank)
    if not ranked or not _fits(scale, ranked):
        return []
    return curated_first(scale, ranked)


def curated_first(scale: Scale, ranked: list[Scored]) -> list[Scored]:
    """The same with the curated answers first whose own question is much like this one."""

    meant = [
        replace(one, meant=True)
        for one in ranked
        if one.row.kind == SourceKind.CURATED and _same_question(scale, one)
    ]
    ids = {one.row.id for one in meant}
    return [*meant, *(one for one in ranked if one.row.id not in ids)]


def reranked(one: Scored, relevance: float) -> Scored:
    """The same with the score that the reranker gave it."""
    return replace(one, score=relevance, found_by=(*one.found_by, "reranker"))


def varied(ranked: Sequence[Scored], top_k: int, least: float = NEARLY_AS_GOOD) -> list[Scored]:
    """The first *top_k* of different texts, the last of them from another document if need be."""
    different: dict[tuple[str, str], Scored] = {}
    for one in ranked:
        different.setdefault((one.row.heading, one.row.text), one)
    best = list(different.values())
    first, rest = best[:top_k], best[top_k:]
    if top_k > 1 and len({one.row.source_id for one in first}) == 1:
        enough = least * first[0].score
        others = (one for one in rest if one.row.source_id != first[0].row.source_id)
        another = next((one for one in others if one.score >= enough), None)
        if another is not None:
            return [*first[:-1], another]
    return first


def _scored(
    side: Side, row: AnyRow, similarity: float | None, words: float, grams: float
) -> Scored:
    floor = min(side.nearest, default=0.0)  # what is not among the nearest is no nearer
    nearness = floor if similarity is None else _nearness(similarity, side.span)
    near = 0.0 if similarity is None else nearness * side.vector
    pieces = 0.0 if words else grams  # a word that is found has its n-grams too
    finders = (("lexical", words), ("ngrams", pieces), ("vector", near))
    lexical_score = side.tuning.words * words + (1 - side.tuning.words) * grams
    return Scored(
        row,
        (1 - side.vector) * lexical_score + side.vector * nearness,
        nearness,
        words,
        tuple(name for name, value in finders if value > 0),
    )


def _rank(one: Scored) -> tuple[float, int]:
    return -one.score, one.row.id


def _fits(scale: Scale, ranked: Sequence[Scored]) -> bool:
    best = ranked[0]
    side = scale.sides[best.row.base_id]
    held = bm25.coverage(scale.asked, f" {best.row.stems} ", scale.total)
    if side.nearest:
        has_vector = "vector" in best.found_by  # what was just read may have none yet
        return _stands_out(side, ranked) or (held >= CURATED_FITS and not has_vector)
    if side.vector and (best.nearness > 0 or side.vector == 1):
        return best.nearness > 0
    return held >= side.tuning.least(by_meaning=False)


def _stands_out(side: Side, ranked: Sequence[Scored]) -> bool:
    others = sorted((one.words for one in ranked), reverse=True)[1 : OTHERS + 1]
    others += [0.0] * (OTHERS - len(others))
    told = answerable.likely(ranked[0].words, others, ranked[0].nearness, side.nearest)
    return told >= side.tuning.least(by_meaning=True)


def _same_question(scale: Scale, one: Scored) -> bool:
    heading = f" {lexical.stem(one.row.heading)} "
    near = one.nearness >= CURATED_NEAR and scale.sides[one.row.base_id].vector > 0
    return near or bm25.coverage(scale.asked, heading, scale.total) >= CURATED_FITS


def _nearness(similarity: float, span: tuple[float, float]) -> float:
    low, high = span
    return min(1.0, max(0.0, (similarity - low) / (high - low)))
