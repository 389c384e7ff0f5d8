"""Which settings a base is searched best with: tried out on its own saved questions.

Weights and thresholds are tried on the base as it is; customers notice nothing. Sizes of passages
take dividing every source again: `knowledge.quality.sizes` does, in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.errors import NotAccepted
from knowledge.ingest.bases import Bases
from knowledge.quality.measure import Advance, Asked, Measures, ask, measures
from knowledge.quality.pairs import Pair
from knowledge.search.answerable import MEASURED
from knowledge.search.retriever import Retriever
from knowledge.search.tuning import Tuning

WORDS = (0.3, 0.4, 0.5, 0.6, 0.7)
VECTORS = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8)
LOWS = (0.05, 0.1, 0.13, 0.2, 0.3, 0.4, 0.5)
THRESHOLDS = (0.0, 0.1, 0.14, 0.18, 0.2, 0.22, 0.24, 0.27, 0.3, 0.35)
BY_MEANING = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)  # thresholds of e5
MAY_LOSE = 0.02  # of the answers that are found without a threshold
LEAST_PAIRS = 20  # fewer say nothing
BETTER_BY = 0.005  # of MRR; less is chance, and the settings that are there stay


@dataclass(frozen=True)
class Trial:
    """Settings that were tried, and what came of them."""

    tuning: Tuning
    measures: Measures


@dataclass(frozen=True)
class Recommendation:
    """What was tried, the settings as they are first, and which are best."""

    trials: tuple[Trial, ...]
    best: Trial

    @property
    def is_change(self) -> bool:
        """False when the settings as they are do as well."""
        return self.best.tuning != self.trials[0].tuning


def recommend(
    retriever: Retriever,
    base_id: str,
    pairs: Sequence[Pair],
    advance: Advance = lambda done, total: None,
) -> Recommendation:
    """Try weights, then thresholds, on the saved *pairs*. Raises NotAccepted for too few."""
    if len(pairs) < LEAST_PAIRS:
        raise NotAccepted(f"Save at least {LEAST_PAIRS} questions first.", "few_pairs")
    now = retriever.tuning([base_id])
    weights = [now, *_weights(retriever, base_id, now)]
    steps = len(weights) + len(THRESHOLDS)
    trials = []
    for number, tuning in enumerate(weights):
        trials.append(_trial(retriever, base_id, pairs, tuning))
        advance(number + 1, steps)
    best = max(trials, key=lambda trial: trial.measures.mrr)
    if best.measures.mrr < trials[0].measures.mrr + BETTER_BY:
        best = trials[0]
    if all(pair.is_answerable for pair in pairs):
        return Recommendation(tuple(trials), best)
    thresholds = []
    for number, tuning in enumerate(_thresholds(retriever, base_id, best.tuning)):
        thresholds.append(_trial(retriever, base_id, pairs, tuning))
        advance(len(weights) + number + 1, steps)
    return Recommendation((*trials, *thresholds), calibrated(thresholds))


def calibrated(trials: Sequence[Trial]) -> Trial:
    """The trial that refuses most of what nothing answers, and hardly loses what is answered."""
    found = max(trial.measures.hit5 for trial in trials)
    allowed = [trial for trial in trials if trial.measures.hit5 >= found * (1 - MAY_LOSE)]
    return max(allowed, key=lambda trial: (trial.measures.refused or 0.0, trial.measures.mrr))


def _trial(retriever: Retriever, base_id: str, pairs: Sequence[Pair], tuning: Tuning) -> Trial:
    asked: list[Asked] = [ask(retriever, [base_id], pair, "hybrid", tuning) for pair in pairs]
    return Trial(tuning, measures("hybrid", asked))


def _weights(retriever: Retriever, base_id: str, now: Tuning) -> list[Tuning]:
    provider = Bases(retriever.database).base(base_id).provider
    usual = now.vector_weight(provider)
    tried = [now.but(words=words) for words in WORDS if words != now.words]
    return tried + [now.but(vector=vector) for vector in VECTORS if vector != usual]


def _thresholds(retriever: Retriever, base_id: str, best: Tuning) -> list[Tuning]:
    """By how much of a question is held; with vectors that count, by how near they are."""
    provider = Bases(retriever.database).base(base_id).provider
    by_words = [best.but(threshold=least) for least in THRESHOLDS]
    if not best.vector_weight(provider):
        return by_words
    if provider in MEASURED:
        return [best.but(threshold=least) for least in BY_MEANING]
    high = best.span(provider)[1]
    return by_words + [best.but(vector_low=low) for low in LOWS if low < high]
