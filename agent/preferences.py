"""Blind choices between two candidates: how often one was better, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt

Z = 1.959964  # of a normal distribution, for 95 of 100
FEWEST = 6  # decided choices, below which no test of this kind can tell anything
LEVEL = 0.05


@dataclass(frozen=True)
class Preferred:
    """How two candidates were chosen. `share`: of the decided choices that the new one won, with
    its interval in 95 of 100 samples."""

    old: int
    new: int
    neither: int

    @property
    def decided(self) -> int:
        """How many choices named one of both."""
        return self.old + self.new

    @property
    def share(self) -> float:
        """Which part of them the new one won; a half when there are none."""
        return self.new / self.decided if self.decided else 0.5

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval (Journal of the American Statistical Association 22, 1927, pages
        209 to 212)."""
        n, p = self.decided, self.share
        if not n:
            return 0.0, 1.0
        middle, spread = p + Z**2 / (2 * n), Z * sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
        low, high = ((middle + sign * spread) / (1 + Z**2 / n) for sign in (-1, 1))
        return max(0.0, low), min(1.0, high)

    @property
    def p(self) -> float:
        """How often so uneven a split comes by accident: the exact two-sided sign test."""
        n, fewer = self.decided, min(self.old, self.new)
        return min(1.0, sum(comb(n, k) for k in range(fewer + 1)) / 2 ** (n - 1)) if n else 1.0

    @property
    def verdict(self) -> str:
        """too_few, accident, better or worse (the new one)."""
        if self.decided < FEWEST:
            return "too_few"
        if self.p > LEVEL:
            return "accident"
        return "better" if self.new > self.old else "worse"


def preferred(choices: Sequence[tuple[int, int, str]], old: int, new: int) -> Preferred:
    """Count *choices* (both candidates, and the better one or "") between *old* and *new*."""
    mine = [better for one, other, better in choices if {one, other} == {old, new}]
    return Preferred(mine.count(str(old)), mine.count(str(new)), mine.count(""))
