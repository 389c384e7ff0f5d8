"""The numbers that a text states, however it writes them: `350,000`, `350.000`, `350 mil`.

One point or comma before three digits may be either sign, so such a number is read both ways.
"""

import math
import re
from collections.abc import Iterator

_GAP = "[ '\u2019\u00a0\u202f]"
_GROUPED = re.compile(rf"(?<![\d.,])\d{{1,3}}(?:{_GAP}\d{{3}})+(?![\d])(?:[.,]\d+)?")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)*")
_TIMES = re.compile(r"\s*(mil\b|k\b|thousand\b|mill[oó]n|million|milh[õãoa])", re.I)
_WORTH = {"mil": 1e3, "k": 1e3, "thousand": 1e3}  # what is none of these is a million
_NEGATIVE = re.compile(r"(?:^|[\s(:=])[-\u2212]\s?[$€£]?\s?$")


def states(text: str, number: float) -> bool:
    """Whether *text* states *number*."""
    stated = (one for pattern in (_GROUPED, _PLAIN) for one in _found(pattern, text))
    values = (value for _, _, readings in stated for value in readings)
    return any(math.isclose(number, one, rel_tol=1e-9, abs_tol=1e-9) for one in values)


def found_in(text: str) -> Iterator[tuple[int, int, frozenset[float]]]:
    """Yield where each number of *text* begins and ends, and what it may mean."""
    grouped = [*_found(_GROUPED, text)]
    yield from grouped
    for start, end, values in _found(_PLAIN, text):
        if not any(first <= start < last for first, last, _ in grouped):
            yield start, end, values


def _found(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int, frozenset[float]]]:
    for found in pattern.finditer(text):
        sign = -1.0 if _NEGATIVE.search(text[: found.start()]) else 1.0
        times = _TIMES.match(text, found.end())
        worth = [1.0, _WORTH.get(times[1].lower(), 1e6)] if times else [1.0]
        values = _readings(re.sub(_GAP, "", found.group()))
        every = frozenset(sign * value * by for value in values for by in worth)
        yield found.start(), found.end(), every


def _readings(digits: str) -> Iterator[float]:
    """What *digits* may mean, where the last sign may part the decimals or the thousands."""
    signs = [one for one in digits if one in ".,"]
    whole = re.sub("[.,]", "", digits)
    if len(set(signs)) < 2 and (len(signs) > 1 or not re.search(r"[.,](?!\d{3}$)", digits)):
        yield float(whole)
    if signs and (len(set(signs)) == 2 or len(signs) == 1):
        before, _, after = digits.rpartition(signs[-1])
        yield float(re.sub("[.,]", "", before) + "." + after)
