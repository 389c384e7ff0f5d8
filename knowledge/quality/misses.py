"""Questions nothing was found for: those that mean the same together, the commonest first.

What customers ask in vain is what to write next, as a source or as a curated answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.lexical import stems
from knowledge.search.bm25 import ngrams

ALIKE = 0.5  # Dice's coefficient of the n-grams: `horario` and `orarios` are, `hora` is not


@dataclass(frozen=True)
class Miss:
    """A question nothing was found for, how often it was asked so, and when last."""

    question: str
    times: int = 1
    last_at: float = 0.0


@dataclass(frozen=True)
class MissGroup:
    """Questions that ask for the same, the commonest first."""

    misses: tuple[Miss, ...]

    @property
    def question(self) -> str:
        """The commonest way of asking it."""
        return self.misses[0].question

    @property
    def times(self) -> int:
        """How often it was asked, in any words."""
        return sum(miss.times for miss in self.misses)

    @property
    def last_at(self) -> float:
        """When it was asked last."""
        return max(miss.last_at for miss in self.misses)


def grouped(missed: Iterable[Miss]) -> list[MissGroup]:
    """Those questions by what they ask, most often asked first, then the latest."""
    groups: list[tuple[frozenset[str], list[Miss]]] = []
    for miss in sorted(missed, key=lambda one: (-one.times, -one.last_at, one.question)):
        pieces = frozenset(ngrams(stems(miss.question))) or frozenset([miss.question])
        alike = (held for known, held in groups if _dice(known, pieces) >= ALIKE)
        home = next(alike, None)
        if home is None:
            groups.append((pieces, [miss]))
        else:
            home.append(miss)
    found = [MissGroup(tuple(held)) for _, held in groups]
    return sorted(found, key=lambda group: (-group.times, -group.last_at))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))
