"""Finding what a person meant among the values there are: accents, capitals and small typos.

A digit is no typo: `Norte 3` is never `Norte 2`.
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable

from agent.guardrails.checks import folded

LIKENESS = 0.75
MOST_COMPARED = 1_000  # values that may be what was mistyped
LENGTHS = 3  # how much longer or shorter what was meant may be


class Index:
    """Values by how they are written, and by their words."""

    def __init__(self, values: Iterable[str]) -> None:
        self._by_fold: dict[str, set[str]] = defaultdict(set)
        self._by_word: dict[str, set[str]] = defaultdict(set)
        self._by_start: dict[str, list[str]] = defaultdict(list)
        for value in values:
            self._by_fold[folded(value)].add(value)
        for fold in self._by_fold:
            self._by_start[fold[:1]].append(fold)
            for word in fold.split():
                self._by_word[word].add(fold)

    def closest(self, wanted: str) -> set[str]:
        """Return the values *wanted* names: equal, else holding its words, else nearly equal."""
        asked = folded(wanted)
        if asked in self._by_fold:
            return set(self._by_fold[asked])
        words = asked.split()
        holding = (
            set.intersection(*(self._by_word.get(word, set()) for word in words)) if words else ()
        )
        if holding:
            return {value for fold in holding for value in self._by_fold[fold]}
        near = difflib.get_close_matches(asked, self._alike(asked), n=1, cutoff=LIKENESS)
        return set(self._by_fold[near[0]]) if near else set()

    def _alike(self, asked: str) -> list[str]:
        """What may have been mistyped as *asked*: the same digits, much the same length."""
        numbers = _digits(asked)
        starts = [
            fold for fold in self._by_start.get(asked[:1], []) if _may_be(fold, asked, numbers)
        ]
        return starts[:MOST_COMPARED]


def closest(wanted: str, values: Collection[str]) -> set[str]:
    """Return which of *values* are meant by *wanted*."""
    return Index(values).closest(wanted)


def _may_be(fold: str, asked: str, numbers: list[str]) -> bool:
    return abs(len(fold) - len(asked)) <= LENGTHS and _digits(fold) == numbers


def _digits(text: str) -> list[str]:
    return re.findall(r"\d+", text)
