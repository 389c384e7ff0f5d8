"""How the customers of a share did beside all others.

The two sides are different people, so the tests are those of two samples: Fisher's exact test with
Newcombe's interval (Statistics in Medicine 17, 1998, pages 873 to 890, method 10) for what happens
or does not, and Welch's for money. All numbers are scipy's.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import hypot
from statistics import fmean
from typing import Any

import scipy

from agent.comparison import FEWEST, LEVEL, Verdict, holm
from agent.shares import Met

MEASURES = ("resolved", "handed_over", "fallback", "cost")
LESS_IS_BETTER = ("handed_over", "fallback", "cost")


@dataclass(frozen=True)
class Side:
    """How one measure came out on both sides. `low` and `high` bound the difference of the means in
    95 of 100 samples; `corrected` is p with regard to the other measures (Holm).
    """

    measure: str
    old: float
    new: float
    low: float
    high: float
    p: float
    corrected: float
    verdict: Verdict

    def as_json(self) -> dict[str, Any]:
        """Return what is kept."""
        return asdict(self)


def compared(old: Sequence[Met], new: Sequence[Met]) -> list[Side]:
    """Compare what the customers of both sides met, by each of `MEASURES`."""
    if min(len(old), len(new)) < FEWEST:
        return [_too_few(one, old, new) for one in MEASURES]
    found = [_tested(one, _values(one, old), _values(one, new)) for one in MEASURES]
    corrected = holm([p for _, _, p in found])
    return [
        _side(one, old, new, *each, q)
        for one, each, q in zip(MEASURES, found, corrected, strict=True)
    ]


def is_worse(sides: Sequence[Side]) -> bool:
    """Return whether the new version does worse for customers, by more than an accident."""
    return any(one.verdict == "worse" for one in sides if one.measure != "cost")


def _values(measure: str, met: Sequence[Met]) -> list[float]:
    return [float(getattr(one, measure)) for one in met]


def _tested(measure: str, old: Sequence[float], new: Sequence[float]) -> tuple[float, float, float]:
    """Return the interval of the difference, and p."""
    return _means(old, new) if measure == "cost" else _shares(old, new)


def _shares(old: Sequence[float], new: Sequence[float]) -> tuple[float, float, float]:
    yes, before = int(sum(new)), int(sum(old))
    table = [[yes, len(new) - yes], [before, len(old) - before]]
    one, two = (
        scipy.stats.binomtest(count, among).proportion_ci(method="wilson")
        for count, among in ((yes, len(new)), (before, len(old)))
    )
    share, other = fmean(new), fmean(old)
    low = share - other - hypot(share - one.low, two.high - other)
    high = share - other + hypot(one.high - share, other - two.low)
    return float(low), float(high), float(scipy.stats.fisher_exact(table).pvalue)


def _means(old: Sequence[float], new: Sequence[float]) -> tuple[float, float, float]:
    if len({*old}) == len({*new}) == 1:  # no spread, no test
        return fmean(new) - fmean(old), fmean(new) - fmean(old), 1.0
    found = scipy.stats.ttest_ind(new, old, equal_var=False)
    bounds = found.confidence_interval()
    return float(bounds.low), float(bounds.high), float(found.pvalue)


def _side(
    measure: str,
    old: Sequence[Met],
    new: Sequence[Met],
    low: float,
    high: float,
    p: float,
    corrected: float,
) -> Side:
    before, after = fmean(_values(measure, old)), fmean(_values(measure, new))
    gain = before - after if measure in LESS_IS_BETTER else after - before
    verdict = _verdict(gain, corrected)
    return Side(measure, before, after, low, high, p, corrected, verdict)


def _verdict(gain: float, corrected: float) -> Verdict:
    if not gain:
        return "same"
    if corrected > LEVEL:
        return "accident"
    return "better" if gain > 0 else "worse"


def _too_few(measure: str, old: Sequence[Met], new: Sequence[Met]) -> Side:
    before, after = (
        fmean(values) if (values := _values(measure, met)) else 0.0 for met in (old, new)
    )
    return Side(measure, before, after, 0.0, 0.0, 1.0, 1.0, "too_few")
