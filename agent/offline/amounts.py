"""Numbers as customers write them: `250 mil`, `$250,000`, `20 %`, `48 meses`, `50 mil km`."""

import itertools
import re
from dataclasses import dataclass
from typing import Literal

Unit = Literal["money", "percent", "km", "months", "years", "year", "none"]

_AMOUNT = re.compile(
    r"(?P<sign>\$|€|mxn\s)?\s*(?P<number>\d[\d.,]*\d|\d)\s*"
    r"(?P<times>mill[oó]n(?:es)?|million|thousand|mil|k|m)?(?![a-z0-9])\s*(?:de\s)?"
    r"(?P<unit>pesos|euros?|€|mxn|dollars|%|por ciento|percent|km|kms|kil[oó]metros|kilometers"
    r"|kilometres|miles|meses|months|mes|month|años|anos|years)?(?![a-z])",
    re.I,
)
_TIMES = {"mil": 1e3, "k": 1e3, "thousand": 1e3, "m": 1e6}
_NAMES: dict[Unit, str] = {
    "percent": "% por_ciento percent",
    "months": "mes meses month months",
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


def without(text: str) -> str:
    """Return *text* without its numbers and what they count."""
    return _AMOUNT.sub(" ", text)


def amounts(text: str) -> list[Amount]:
    """Return the numbers in *text*, in order."""
    found: list[Amount] = []
    matches = list(_AMOUNT.finditer(text))
    for match, following in itertools.zip_longest(matches, matches[1:]):
        times = (match["times"] or "").lower()
        if not times and following and _is_range(text[match.end() : following.start()]):
            times = (following["times"] or "").lower()  # de 200 a 300 mil
        value = _number(match["number"]) * _TIMES.get(times, 1e6 if times.startswith("mill") else 1)
        before = text[max(0, match.start() - 30) : match.start()].lower()
        found.append(
            Amount(value, _unit(match, value, times), before, text[match.end() :][:25].lower())
        )
    return found


def _is_range(between: str) -> bool:
    return bool(re.fullmatch(r"\s*(?:a|y|o|to|and|-)\s*\$?\s*", between, re.I))


def _number(text: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text):
        return float(re.sub(r"[.,]", "", text))
    return (
        float(re.sub(r",(?=\d{3})", "", text).replace(",", ".").rstrip(".") or 0)
        if (text.count(".") + text.count(",") <= 2)
        else 0.0
    )


def _unit(match: re.Match[str], value: float, times: str) -> Unit:
    unit = (match["unit"] or "").lower()
    if unit in _UNITS:
        return _UNITS[unit]
    if unit.startswith(("km", "kil", "mile")):
        return "km"
    if unit or match["sign"] or times:
        return "money"
    if 1980 <= value <= 2035 and match["number"].isdigit():
        return "year"
    return "money" if value >= 5_000 else "none"
