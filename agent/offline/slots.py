"""What a customer's sentence fills in of a tool: slots, by the tool's own JSON schema.

A schema says all that is known of a business. Words in parentheses, in the description of a tool,
of an argument or of one of its values, are how customers say it; `examples` of an argument are the
values that occur, or the lowest and the highest number. Nothing is filled in that was not said.
"""

import difflib
import functools
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.guardrails.checks import folded
from agent.offline.amounts import Amount, Unit, amounts, without
from agent.offline.binding import is_beside, parts
from agent.offline.frames import Frame, Slot
from agent.offline.words import stems

LIKENESS = 0.84  # of a mistyped word of at least five letters
LONGEST_VALUE = 5  # words
_IN_PARENTHESES = re.compile(r"\(([^)]*)\)")
_UNITS: Mapping[Unit, str] = {
    "percent": "percent|porcentaje",
    "months": "month|mes",
    "year": "year|año",
    "km": r"kil[oó]met|quil[oô]met|\bkms?\b",
    "money": "price|cost|amount|money|payment|budget|precio|importe|pago",
}
_PLACE = re.compile(r"\b(?:city|place|where|branch|ciudad|lugar|sucursal)\b")
_MOST = re.compile(
    r"(?:menos|hasta|maxim\w|debajo|inferior|menor|tope|presupuesto|no mas|under|below|up to|less|"
    r"max\w*|budget|cheaper)\D{0,22}$"
)
_FROM = re.compile(r"(?:entre|between|de|from)\D{0,22}$")
_LEAST = re.compile(
    r"(?<!no )(?:mas de|desde|arriba de|superior|mayor|minim\w|a partir|over|above|more than|"
    r"at least|from|despues de|newer than|since)\D{0,14}$"
)
_ONWARD = re.compile(r"en adelante|o mas|para arriba|and newer|or newer|or more|onward")
_OPENS = re.compile(r"\b(?:entre|between|de|from) ?$")
_RANGE = re.compile(r"(?:y|a|and|to) \d|\d")
_COMPARING = re.compile(
    r"\b(?:menos|mas|hasta|maxim\w|debajo|tope|under|below|up to|less|max|entre|between|desde|"
    r"arriba|minimo|a partir|over|above|more|at least|en adelante|and newer|or newer|onward|than|"
    r"modelo|precio|price)\b"
)


@dataclass
class Filled:
    """What one sentence says to a frame."""

    arguments: dict[str, Any] = field(default_factory=dict)
    about: bool = False  # it names what the tool is about
    rest: list[str] = field(default_factory=list)  # stems that the tool has no use for


def frames_in(tools: Iterable[Mapping[str, Any]]) -> Sequence[Frame]:
    """Return the tools whose arguments a sentence can fill."""
    return _frames(json.dumps(list(tools)))


def fill(frame: Frame, sentence: str, known: Mapping[str, Any] | None = None) -> Filled:
    """Return what *sentence* fills in; a bare number goes to what is not *known* yet."""
    found, left = _values(frame, sentence)
    plain = f" {folded(left)} "
    for slot in frame.slots:
        for option, phrases in slot.choices.items():
            if any(_says(plain, phrase) for phrase in phrases):
                found[slot.name] = option
    said, rest = amounts(left), list[Amount]()
    for amount in said:
        limit = _limit(frame, amount, found)
        found |= limit
        rest += [] if limit else [amount]
    found |= parts(frame, rest, {**(known or {}), **found}, is_answer=is_number(left))
    named = [slot for slot in frame.slots[1:] if slot.name in found]
    subject = [*frame.said_as, *(phrase for slot in named for phrase in slot.said_as)]
    about = any(_says(plain, phrase) for phrase in subject)
    return Filled(found, about, _rest(frame, left))


def is_number(text: str) -> bool:
    """Whether *text* is nothing but a number: the answer to what was asked."""
    return bool(amounts(text)) and not stems(without(text))


# --- reading a schema


@functools.lru_cache(maxsize=64)
def _frames(tools: str) -> Sequence[Frame]:
    frames = (_frame(tool["function"]) for tool in json.loads(tools))
    return [frame for frame in frames if frame.slots]


def _frame(function: Mapping[str, Any]) -> Frame:
    properties = function.get("parameters", {}).get("properties", {})
    slots = (_slot(name, schema) for name, schema in properties.items())
    usable = (one for one in slots if one.unit or one.values or one.choices)
    return Frame(function["name"], _said_as(function.get("description", "")), tuple(usable))


def _slot(name: str, schema: Mapping[str, Any]) -> Slot:
    description = schema.get("description", "")
    types = {one.get("type") for one in (schema, *schema.get("anyOf", ()))}
    text = f"{name} {description}".lower()
    unit: Unit | None = None
    if types & {"number", "integer"}:
        unit = next((unit for unit, words in _UNITS.items() if re.search(words, text)), "none")
    options = (part.strip().partition(":") for part in description.split(";"))
    known = [word for one in (schema, *schema.get("anyOf", ())) for word in one.get("enum", ())]
    choices = {option: _said_as(meaning) for option, _, meaning in options if option in known}
    values, is_place = tuple(schema.get("examples", ())), bool(_PLACE.search(text))
    return Slot(name, unit, _said_as(description), values, choices, is_place)


def _said_as(description: str) -> tuple[str, ...]:
    phrases = ",".join(_IN_PARENTHESES.findall(description)).split(",")
    return tuple(filter(None, map(folded, phrases)))


def _says(plain: str, phrase: str) -> bool:
    """Whether *plain* (folded, a space at each end) holds *phrase*; a single word in any form."""
    in_any_form = " " not in phrase and {*stems(phrase)} & {*stems(plain)}
    return f" {phrase} " in plain or bool(in_any_form)


# --- words that occur


def _values(frame: Frame, sentence: str) -> tuple[dict[str, Any], str]:
    """The values that *sentence* names, the longest first, and the sentence without them."""
    words = list(re.finditer(r"\w+", sentence))
    folds = [folded(word[0]) for word in words]
    found: dict[str, Any] = {}
    for size in range(LONGEST_VALUE, 0, -1):
        for at in range(len(words) - size + 1):
            named = _named(frame, folds[at : at + size], folds[at - 1] if at else "", found)
            if named:
                found |= named
                start, end = words[at].start(), words[at + size - 1].end()
                sentence = sentence[:start] + " " * (end - start) + sentence[end:]
                folds[at : at + size] = [""] * size
    return found, sentence


def _named(
    frame: Frame, words: Sequence[str], before: str, found: Collection[str]
) -> dict[str, Any]:
    """The slot and the one value that *words* mean; two that fit alike say nothing."""
    key = "".join(words)
    if "" in words or (key.isdigit() and not found):  # a year, rather than a value written as one
        return {}
    if len(words) == 1 and (not stems(key) or any(_says(f" {key} ", one) for one in frame.said_as)):
        return {}
    in_a_place = before in ("en", "in", "at", "em")
    slots = [slot for slot in frame.slots if slot.unit is None and slot.name not in found]
    slots.sort(key=lambda slot: slot.is_place != in_a_place)
    for fits in (_is, _is_part, _is_near, _is_short) if len(words) == 1 else (_is,):
        for slot in slots:
            values = [value for value in slot.values if fits(key, folded(value))]
            if len(values) == 1:
                return {slot.name: values[0]}
    return {}


def _is(key: str, value: str) -> bool:
    return key == value.replace(" ", "") or (key.isalpha() and stems(key) == stems(value) != ())


def _is_part(key: str, value: str) -> bool:
    return len(key) >= 5 and key in value.split()


def _is_near(key: str, value: str) -> bool:
    if re.findall(r"\d+", key) != re.findall(r"\d+", value):  # a digit is no typo
        return False
    return len(key) >= 5 and difflib.SequenceMatcher(None, key, value).ratio() >= LIKENESS


def _is_short(key: str, value: str) -> bool:
    """Consonants that stand for a longer name, in its order."""
    letters = re.fullmatch("[b-df-hj-np-tv-z]{2,}", key) and key[0] == value[:1]
    return bool(letters and re.match(".*".join(key), value))


# --- numbers


def _limit(frame: Frame, amount: Amount, found: Collection[str]) -> dict[str, Any]:
    """The bound of a search that *amount* sets: of the column whose words stand beside it."""
    before, after = folded(amount.before), folded(amount.after)
    least = bool(_LEAST.search(before) or _ONWARD.match(after))
    opens = bool(_OPENS.search(before) and _RANGE.match(after))
    most = bool(_MOST.search(before))
    compared = least or most or bool(_FROM.search(before))
    bounds = [slot for slot in frame.slots if slot.bound]
    named = [slot for slot in bounds if is_beside(slot, amount)]
    limits = {
        slot.name: value
        for slot in named or bounds
        if (value := _scaled(amount, slot, compared or bool(named))) is not None
    }
    first = next(iter(limits), "")[:-4]
    low, high = f"{first}_min", f"{first}_max"
    is_exact = amount.unit == "year" or (bool(named) and not most and amount.unit == "none")
    if is_exact and not (least or opens or low in found):
        return {name: limits[name] for name in (low, high) if name in limits}
    wants_low = (least or opens) and low in limits and low not in found
    name = low if wants_low or high not in limits else high
    return {name: limits[name]} if name in limits else {}


def _scaled(amount: Amount, slot: Slot, compared: bool) -> float | None:
    """The value as *slot* counts: `menos de 200` is thousands where no value is as low."""
    value = amount.value
    if amount.unit == slot.unit == "year":
        return int(value)
    if amount.unit != slot.unit and not (amount.unit == "none" and compared and slot.values):
        return None
    low, high = (min(slot.values), max(slot.values)) if slot.values else (value, value)
    fitting = (one for one in (value, value * 1_000) if low / 5 <= one <= high * 5)
    return next(fitting, value if amount.unit == slot.unit else None)


def _rest(frame: Frame, left: str) -> list[str]:
    plain = _COMPARING.sub(" ", f" {folded(without(left))} ")
    for phrase in frame.phrases:
        plain = plain.replace(f" {phrase} ", " ")
    known = {stem for phrase in frame.phrases for stem in stems(phrase)}
    return [stem for stem in stems(plain) if stem not in known]
