"""Numbers as customers write them: `250 mil`, `$250,000`, `1.250,50`, `60k`, `20 %`, `48 meses`."""

import itertools
import re
from dataclasses import dataclass
from typing import Literal

Unit = Literal["money", "percent", "km", "months", "years", "year", "none"]

_AMOUNT = re.compile(
    r"(?P<sign>r?\$|us\$|€|mxn\s)?\s*(?<![\w.,])"
    r"(?P<number>\d{1,3}(?: \d{3})+(?![\d.,]*\d)|\d[\d.,]*\d|\d)\s*"
    r"(?P<times>mill[oó]n(?:es)?|milh[aã]o|milh[oõ]es|million|thousand|grand|mil|k|(?-i:(?<=\d)M))?"
    r"(?![a-z0-9])\s*(?:de\s)?"
    r"(?P<unit>pesos|euros?|€|mxn|d[oó]lares|dollars|reais|%|por ciento|por cento|percent|km|kms"
    r"|kil[oó]metros|quil[oô]metros|kilometers|kilometres|miles|meses|months|mes|mês|month|años|anos"
    r"|years)?(?![a-zà-ÿ])",
    re.I,
)
_TIMES = {"mil": 1e3, "k": 1e3, "thousand": 1e3, "grand": 1e3, "m": 1e6}
_NAMES: dict[Unit, str] = {
    "percent": "% por_ciento por_cento percent",
    "months": "mes mês meses month months",
    "years": "años anos years",
}
_UNITS = {name.replace("_", " "): unit for unit, names in _NAMES.items() for name in names.split()}


@dataclass(frozen=True)
class Amount:
    """A number, what it counts, and the words around it."""

    value: float
    unit: Unit
    before: str
    after: str
    since: str = ""  # the words between the number before and this one
    until: str = ""  # and between this one and the next


def without(text: str) -> str:
    """Return *text* without its numbers and what they count."""
    return _AMOUNT.sub(" ", text)


def amounts(text: str) -> list[Amount]:
    """Return the numbers in *text*, in order."""
    found: list[Amount] = []
    matches = list(_AMOUNT.finditer(text))
    ends = [0, *(match.end() for match in matches)]
    for at, (match, following) in enumerate(itertools.zip_longest(matches, matches[1:])):
        times = (match["times"] or "").lower()
        next_at = following.start() if following else len(text)
        if not times and following and _is_range(text[match.end() : next_at]):
            times = (following["times"] or "").lower()  # de 200 a 300 mil
        value = number(match["number"]) * _TIMES.get(times, 1e6 if times.startswith("mil") else 1)
        unit = _unit(match, value, times)
        if unit in ("none", "year") and following and _is_range(text[match.end() : next_at]):
            unit = _unit(following, value, times)  # entre 90 y 150 euros
        around = (
            text[max(0, match.start() - 30) : match.start()].lower(),
            text[match.end() :][:25].lower(),
            text[ends[at] : match.start()].lower(),
            text[match.end() : next_at].lower(),
        )
        found.append(Amount(round(value, 6), unit, *around))
    return found


def _is_range(between: str) -> bool:
    return bool(re.fullmatch(r"\s*(?:a|y|o|to|and|-)\s*\$?\s*", between, re.I))


def number(text: str) -> float:
    """Read `1,250.50`, `1.250,50`, `1.250` and `250 000`; a lone `1.5` is one and a half.

    A mark before exactly three digits parts thousands, unless nothing but a zero is before it.
    """
    text = text.replace(" ", "")
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return float(text)
    mark, head, tail = text[last], text[:last], text[last + 1 :]
    other = "," if mark == "." else "."
    parts_thousands = len(tail) == 3 and other not in head and head.strip("0.,") != ""
    if parts_thousands or mark in head:
        return float(re.sub(r"[.,]", "", text))
    return float(f"{re.sub(r'[.,]', '', head)}.{tail}")


def _unit(match: re.Match[str], value: float, times: str) -> Unit:
    unit = (match["unit"] or "").lower()
    if unit in _UNITS:
        return _UNITS[unit]
    if unit.startswith(("km", "kil", "quil", "mile")):
        return "km"
    if unit or match["sign"] or times:
        return "money"
    if 1980 <= value <= 2035 and match["number"].isdigit():
        return "year"
    return "money" if value >= 5_000 else "none"
