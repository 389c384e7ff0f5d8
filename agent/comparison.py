"""Two candidates compared case by case: how often one is better, and whether that is an accident.

A case that was asked several times counts once, by its mean. What either passes or fails is tested
by McNemar's exact test, what lies between by Wilcoxon's signed ranks; the interval of the mean
difference is a bootstrap's. All of it is scipy's, of which the heavy half is loaded by the first
comparison of a process, and by none that makes no comparison.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import fmean
from typing import Any, Literal

import numpy
import scipy

from agent.comparison_words import sentence

FEWEST = 6  # pairs, below which no test of this kind can tell anything: 2 * 0.5 ** 5 > 0.05
LEVEL = 0.05
CONFIDENCE = 0.95
RESAMPLES = 1_999
LANGUAGES = ("es", "en", "pt")
SEED = 20_260_101  # the same data give the same interval
Verdict = Literal["too_few", "same", "accident", "better", "worse"]
Values = Mapping[str, Sequence[float]]  # of each case, one a repeat


@dataclass(frozen=True)
class Comparison:
    """How a new candidate does beside an old one, by one measure.

    `old`, `new` and `difference` are means over the cases; `low` and `high` bound the difference in
    95 of 100 samples like this one. `p` is how often so much would come by accident, and
    `corrected` the same where several were compared at once.
    """

    measure: str
    better: int
    worse: int
    same: int
    old: float = 0.0
    new: float = 0.0
    difference: float = 0.0
    low: float = 0.0
    high: float = 0.0
    test: str = ""  # mcnemar | wilcoxon
    p: float = 1.0
    corrected: float = 1.0
    left_out: int = 0  # cases that one of both has no answer to

    @property
    def pairs(self) -> int:
        """How many cases were compared."""
        return self.better + self.worse + self.same

    @property
    def verdict(self) -> Verdict:
        """What can be said of it."""
        if self.pairs < FEWEST:
            return "too_few"
        if self.better == self.worse == 0:
            return "same"
        if self.corrected > LEVEL:
            return "accident"
        return "better" if self.better > self.worse else "worse"

    def sentence(self, language: str) -> str:
        """Return it as a manager reads it, in Spanish, English or Portuguese."""
        return sentence(language, self.verdict, self.better, self.worse, self.same)

    def as_json(self) -> dict[str, Any]:
        """Return what is kept."""
        told = {language: self.sentence(language) for language in LANGUAGES}
        return {**asdict(self), "pairs": self.pairs, "verdict": self.verdict, "sentence": told}


def compare(measure: str, old: Values, new: Values, *, less_is_better: bool = False) -> Comparison:
    """Compare *new* with *old* on the cases that both have values of."""
    both = [case for case in old if old[case] and new.get(case)]
    before = [fmean(old[case]) for case in both]
    after = [fmean(new[case]) for case in both]
    gains = [b - a if less_is_better else a - b for a, b in zip(after, before, strict=True)]
    counted = Comparison(
        measure,
        better=sum(one > 0 for one in gains),
        worse=sum(one < 0 for one in gains),
        same=sum(one == 0 for one in gains),
        left_out=len({*old, *new}) - len(both),
    )
    return _tested(counted, before, after, gains) if both else counted


def _tested(
    counted: Comparison, before: Sequence[float], after: Sequence[float], gains: Sequence[float]
) -> Comparison:
    is_yes_or_no = {*before, *after} <= {0.0, 1.0}
    p = mcnemar(counted.better, counted.worse) if is_yes_or_no else wilcoxon(gains)
    low, high = interval([a - b for a, b in zip(after, before, strict=True)])
    old, new = fmean(before), fmean(after)
    return replace(
        counted,
        old=old,
        new=new,
        difference=new - old,
        low=low,
        high=high,
        test="mcnemar" if is_yes_or_no else "wilcoxon",
        p=p,
        corrected=p,
    )


def mcnemar(better: int, worse: int) -> float:
    """Return how often so uneven a split comes by accident: the exact test of McNemar, which is a
    two-sided binomial test of the pairs that differ.
    """
    if not better + worse:
        return 1.0
    return float(scipy.stats.binomtest(better, better + worse, 0.5).pvalue)


def wilcoxon(gains: Sequence[float]) -> float:
    """Return the same for gains that have a size, by their signed ranks."""
    moved = [one for one in gains if one]
    return float(scipy.stats.wilcoxon(moved).pvalue) if moved else 1.0


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """Return where the mean of *differences* lies in 95 of 100 samples like it (BCa bootstrap)."""
    if len(set(differences)) < 2:
        return differences[0], differences[0]
    found = scipy.stats.bootstrap(
        (differences,),
        numpy.mean,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="BCa",
        rng=numpy.random.default_rng(SEED),
    )
    low, high = float(found.confidence_interval.low), float(found.confidence_interval.high)
    return (low, high) if low <= high else (fmean(differences),) * 2  # all but the same: no number


def holm(values: Sequence[float]) -> list[float]:
    """Return *values* of p corrected for their number, by Holm's step-down method (Scandinavian
    Journal of Statistics 6, 1979, pages 65 to 70).
    """
    corrected, highest = [0.0] * len(values), 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        highest = max(highest, min(1.0, values[place] * (len(values) - rank)))
        corrected[place] = highest
    return corrected


def together(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Return comparisons that were made at once, each with its `corrected`."""
    ps = holm([one.p for one in comparisons])
    return [replace(one, corrected=p) for one, p in zip(comparisons, ps, strict=True)]
