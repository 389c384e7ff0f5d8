"""Which input of a calculation each number of a sentence is. What cannot be told is left open.

A number goes to the input whose words stand beside it (`50 mil de anticipo`), else to the only one
it can be. It is better to ask than to take a number for another.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.guardrails.checks import folded
from agent.offline.amounts import Amount
from agent.offline.frames import Frame, Slot

THOUSANDS = 1_000  # `60` may be said for sixty thousand
# Before a number: it is what somebody has, or would pay; not what something costs.
_OWNED = re.compile(
    r"\b(?:con|with|com|tengo|tenho|have|presupuesto|budget|orcamento|puedo|can|posso|gano|earn|"
    r"ganho|ingresos?|income|renda)(?: [^\W\d]{1,6}){0,2}$"
)


def parts(
    frame: Frame, said: Sequence[Amount], known: Mapping[str, Any], is_answer: bool
) -> dict[str, Any]:
    """Return what *said* fills in of a calculation of which *known* is known.

    *is_answer*: the sentence is nothing but numbers, so it answers what was asked.
    """
    slots = [slot for slot in frame.slots if slot.unit and not slot.bound]
    beside = _beside(slots, said)
    found: dict[str, Any] = {}
    for amount, slot in zip(said, beside, strict=True):
        if slot and amount.unit != "percent":
            found |= _filled(slot, amount)
    loose = [one for one, slot in zip(said, beside, strict=True) if not slot]
    found |= _loose(slots, loose, {**known, **found}, is_answer) if slots else {}
    for amount, slot in zip(said, beside, strict=True):
        if amount.unit == "percent":
            found |= _share(slots, slot, amount, {**known, **found})
    return found


def _beside(slots: Sequence[Slot], said: Sequence[Amount]) -> list[Slot | None]:
    """The input that each number's neighbouring words name: those before it, else those after."""
    found: list[Slot | None] = []
    spent = 0  # how much of the words before a number belongs to the number before it
    for amount in said:
        fitting = _fitting(slots, amount)
        before, after = folded(amount.since)[spent:].strip(), folded(amount.until)
        named = next((slot for slot in fitting if _ends(slot, before)), None)
        behind = {slot.name: match for slot in fitting if (match := _begins(slot, after))}
        spent = 0
        if named is None and behind:
            named = next(slot for slot in fitting if slot.name in behind)
            spent = behind[named.name].end()
        found.append(named)
    return found


def is_beside(slot: Slot, amount: Amount) -> bool:
    """Whether the words beside the number name the input."""
    return bool(_begins(slot, folded(amount.until)) or _ends(slot, folded(amount.since)))


def _fitting(slots: Sequence[Slot], amount: Amount) -> list[Slot]:
    """A percentage is a rate, if any input is one; else a share of a sum."""
    rates = [slot for slot in slots if slot.unit == "percent"] if amount.unit == "percent" else []
    return rates or [slot for slot in slots if _counts(slot, amount)]


def _words(slot: Slot) -> str:
    return "|".join(map(re.escape, slot.said_as)) or "(?!)"


def _begins(slot: Slot, after: str) -> re.Match[str] | None:
    return re.match(rf"(?:(?:de|of|as|como|para|em) )?(?:{_words(slot)})\b", after)


def _ends(slot: Slot, before: str) -> bool:
    pattern = rf"\b(?:{_words(slot)})(?: (?!un[oa]?\b|uma?\b)[^\W\d]{{1,6}}){{0,2}}$"
    return bool(re.search(pattern, before))


def _counts(slot: Slot, amount: Amount) -> bool:
    """Whether the number may be this input, if the words beside it say so."""
    if amount.unit in ("none", "year") or amount.unit == slot.unit:
        return True
    if slot.unit == "months":
        return amount.unit == "years"
    return amount.unit in ("money", "percent") and slot.unit in ("money", "none")


def _filled(slot: Slot, amount: Amount) -> dict[str, Any]:
    value = amount.value * 12 if (amount.unit, slot.unit) == ("years", "months") else amount.value
    return {slot.name: int(value) if value == int(value) else value}


def _loose(
    slots: Sequence[Slot], said: Sequence[Amount], known: Mapping[str, Any], is_answer: bool
) -> dict[str, Any]:
    """Numbers that no word names: one of its kind goes to the first input of that kind left."""
    found: dict[str, Any] = {}
    for amount in said:
        alike = [one for one in said if one.unit == amount.unit]
        free = [slot for slot in slots if slot.name not in {*known, *found}]
        fitting = [slot for slot in free if _is_of(slot, amount, is_answer)]
        if not fitting and amount.unit in ("months", "years"):  # said again: the newer one counts
            fitting = [slot for slot in slots if slot.unit == "months"]
        owned = not is_answer and bool(_OWNED.search(folded(amount.since)))
        told = len(alike) == 1 and not (owned and len(fitting) > 1)
        if fitting and told and not _may_be_thousands(fitting[0], amount, slots, known):
            found |= _filled(fitting[0], amount)
    return found


def _is_of(slot: Slot, amount: Amount, is_answer: bool) -> bool:
    if amount.unit == "years":
        return slot.unit == "months" and amount.value <= 10
    if amount.unit in ("none", "year"):
        return slot.unit == "none" or (is_answer and slot.unit in ("money", "months", "percent"))
    return slot.unit == amount.unit


def _may_be_thousands(
    slot: Slot, amount: Amount, slots: Sequence[Slot], known: Mapping[str, Any]
) -> bool:
    """`60` beside a price of 300,000 may mean sixty thousand; nobody knows."""
    money = [known[one.name] for one in slots if one.unit == "money" and one.name in known]
    is_bare = amount.unit in ("none", "year") and slot.unit == "money"
    return is_bare and bool(money) and amount.value * THOUSANDS <= max(money)


def _share(
    slots: Sequence[Slot], beside: Slot | None, amount: Amount, known: Mapping[str, Any]
) -> dict[str, Any]:
    """A percentage: an input that is one, else that share of the first sum."""
    rates = [slot for slot in slots if slot.unit == "percent" and slot.name not in known]
    if beside is not None and beside.unit == "percent":
        return _filled(beside, amount)
    if beside is not None and beside.unit == "money":
        whole = next(slot.name for slot in slots if slot.unit == "money")
        share = round(known.get(whole, 0) * amount.value / 100, 2)
        return {beside.name: share} if share and beside.name != whole else {}
    return _filled(rates[0], amount) if len(rates) == 1 else {}
