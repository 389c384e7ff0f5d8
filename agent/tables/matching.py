"""Finding what a person meant among the values there are: accents, capitals and small typos.

A digit is no typo: `Mazda 3` is never `Mazda 2`.
"""

import difflib
import re
from collections.abc import Collection

from agent.guardrails.checks import folded

LIKENESS = 0.75


def closest(wanted: str, values: Collection[str]) -> set[str]:
    """Return the values that *wanted* names: equal, else holding its words, else nearly equal."""
    by_fold: dict[str, set[str]] = {}
    for value in values:
        by_fold.setdefault(folded(value), set()).add(value)
    asked = folded(wanted)
    if asked in by_fold:
        return by_fold[asked]
    words = set(asked.split())
    holding = [
        value for fold, same in by_fold.items() if words <= set(fold.split()) for value in same
    ]
    if holding:
        return set(holding)
    alike = [fold for fold in by_fold if digits(fold) == digits(asked)]
    near = difflib.get_close_matches(asked, alike, n=1, cutoff=LIKENESS)
    return by_fold[near[0]] if near else set()


def digits(text: str) -> list[str]:
    """Return the numbers in *text*, which no typo changes."""
    return re.findall(r"\d+", text)
