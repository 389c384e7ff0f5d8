"""How far a judge agrees with people, and how surely a candidate passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

FEWEST = 10  # labels, below which agreement says nothing


@dataclass(frozen=True)
class Agreement:
    """How two who judged the same agree. `kappa` is 1 for always and 0 for no more than by chance
    (Cohen, Educational and Psychological Measurement 20, 1960, pages 37 to 46).
    """

    pairs: int
    agreed: int
    kappa: float

    @property
    def is_enough(self) -> bool:
        """True when there are enough to say anything."""
        return self.pairs >= FEWEST


def agreement(pairs: Sequence[tuple[bool, bool]]) -> Agreement:
    """Return how far the first of each pair agrees with the second."""
    count = len(pairs)
    if not count:
        return Agreement(0, 0, 0.0)
    agreed = sum(one == other for one, other in pairs)
    ours, theirs = (sum(one[place] for one in pairs) / count for place in (0, 1))
    chance = ours * theirs + (1 - ours) * (1 - theirs)
    kappa = (agreed / count - chance) / (1 - chance) if chance < 1 else 1.0
    return Agreement(count, agreed, kappa)


def all_pass(tries: Sequence[Sequence[bool]], k: int) -> float | None:
    """Return pass^k: how often *k* tries of a case all pass, over the cases (tau-bench,
    https://arxiv.org/abs/2406.12045). *tries* has one list a case; None when no case has so many.
    """
    shares = [comb(sum(one), k) / comb(len(one), k) for one in tries if len(one) >= k]
    return sum(shares) / len(shares) if shares else None
