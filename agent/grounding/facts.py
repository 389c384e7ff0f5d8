"""What a statement pins down: figures with what they count, hours, days, months, and names.

Each is written as texts compare it, in Spanish, English and Portuguese: `siete días`, `7 days` and
`una semana` share a reading, and so do `19:00` and `7 pm`.
"""

import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent.grounding.words import CALLED, table
from agent.stated import found_in
from knowledge.lexical import fold

_UNIT = table("""
minute: min mins minuto minutos minute minutes
hour: h hr hrs hora horas hour hours
day: dia dias day days
week: semana semanas week weeks
month: mes meses month months mensualidades
year: ano anos year years
percent: % porcentaje percent
mile: milla millas mile miles milha milhas
km: km kms kilometro kilometros kilometers kilometres quilometros
money: $ € £ pesos peso euro euros dolar dolares dollar dollars mxn usd eur reais
""")
_SAME = (("week", "day", 7), ("year", "month", 12), ("day", "hour", 24), ("hour", "minute", 60))
_SPELLED = table("""
2: dos two dois duas
3: tres three
4: cuatro four quatro
5: cinco five
6: seis six
7: siete seven sete
8: ocho eight oito
9: nueve nine nove
10: diez ten dez
11: once eleven onze
12: doce twelve doze
15: quince fifteen quinze
18: dieciocho eighteen dezoito
20: veinte twenty vinte
24: veinticuatro
30: treinta thirty trinta
40: cuarenta forty quarenta
50: cincuenta fifty cinquenta
60: sesenta sixty sessenta
90: noventa ninety
100: cien hundred cem
""")
_CALENDAR = re.compile(rf"\b(?:{'|'.join(CALLED)})\b")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOUR = re.compile(
    r"(?<![\d.,])(?P<h>2[0-4]|[01]?\d)(?!\d)(?:\s?[:h]\s?(?P<m>[0-5]\d)(?!\d))?\s*"
    r"(?P<half>[ap]\.?\s?m\b\.?)?",
    re.I,
)
_DATE = re.compile(r"(?<!\d)(\d{1,4})[/.-](\d{1,2})[/.-](\d{2,4})(?!\d)")
_PHONE = re.compile(r"(?<![\d.,])\(?\+?\d[\d\s().-]{6,18}\d(?![\d.,]?\d)")
_UNIT_AFTER = re.compile(
    r"\s*(?:(?:mil|k|thousand|mill[oó]n|millones|millions?|milh[ãõ]\w+)\b)?\s*(?:de\s)?"
    r"(por ciento|per cent|por cento|%|[€$£]|[^\W\d_]+)?"
)
_RANGE = re.compile(r"\s*(?:a|al|y|o|to|and|or|e|ou|até|-|–)\s*[$€£]?\s*")
_LISTED = re.compile(r"(?m)^\s*(?:[-*•·–]|\d{1,2}[.)])\s+")
_NAME = re.compile(r"(?<![\w@./])[^\W\d_a-zß-öø-ÿ][^\W_]+(?:[-'’][^\W_]+)*")
_BEGINS = re.compile(r"(?:^|[.!?…:;«\"“(¿¡\n>*_-])[\s*_\"«“(¿¡-]*$")
Reading = tuple[str, float]  # what is counted ("" for a bare number), and how many


@dataclass(frozen=True)
class Figure:
    """A number as it stands in a text, with every way to read it."""

    start: int
    end: int
    shown: str
    readings: frozenset[Reading]
    unit: str = ""
    loose: frozenset[Reading] = frozenset()  # what else the one who says it may mean
    may_be_no_number: bool = False  # `once` is a time, `dos` may be anything, unless it counts

    @property
    def _said(self) -> set[Reading]:
        """Its readings as a statement means them: `7:00` may be in the evening."""
        return {one for one in self.readings | self.loose if one[0] != "o'clock"}

    @property
    def kind(self) -> str:
        """What it counts, or nothing."""
        return next(iter(sorted(unit for unit, _ in self.readings if unit)), "")

    def is_in(self, known: "frozenset[Reading]") -> bool:
        """Whether *known* holds it: the same number, of the same thing where both say of what."""
        for unit, value in self._said:
            others = {other for other, number in known if number == value}
            if others and (not unit or unit in others or others <= {""}):
                return True
        return False


def figures(text: str) -> list[Figure]:
    """Return the figures of *text*, hours and telephone numbers as one each."""
    return [one for one in _every(text) if not one.may_be_no_number or one.kind]


@functools.lru_cache(maxsize=4_096)
def _every(text: str) -> tuple[Figure, ...]:
    text = _LISTED.sub(lambda found: " " * len(found[0]), text)
    found: list[Figure] = []
    taken: list[tuple[int, int]] = []
    for one in (*_phones(text), *_hours(text)):
        if not any(one.start < end and start < one.end for start, end in taken):
            found.append(one)
            taken.append((one.start, one.end))
    for one in (*_numbers(text), *_spelled(text)):
        if not any(one.start < end and start < one.end for start, end in taken):
            found.append(one)
    return _ranges(text, sorted(found, key=lambda one: one.start))


def _ranges(text: str, found: list[Figure]) -> tuple[Figure, ...]:
    """`de 3 a 6 días`: what the second counts, the first does."""
    for at in range(len(found) - 2, -1, -1):
        one, after = found[at : at + 2]
        if one.kind == "" and _RANGE.fullmatch(text[one.end : after.start]) and after.kind:
            values = frozenset(value for _, value in one.readings)
            found[at] = replace(one, readings=_readings(after.unit, values))
    return tuple(found)


@functools.lru_cache(maxsize=4_096)
def readings(text: str) -> frozenset[Reading]:
    """Return every reading of every figure of *text*; of an hour and a date also their parts."""
    every = {one for figure in _every(text) for one in figure.readings}
    bare = {("", value) for unit, value in every if unit == "phone"}
    parts = {("", float(part)) for date in _DATE.finditer(text) for part in date.groups()}
    return frozenset(every | bare | parts)


def _phones(text: str) -> Iterator[Figure]:
    for found in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if len(digits) >= 8 and not _DATE.search(found[0]) and not re.search(r"\d{5,}", found[0]):
            last = float(digits[-8:])
            yield Figure(found.start(), found.end(), found[0], frozenset({("phone", last)}))


def _hours(text: str) -> Iterator[Figure]:
    for found in _HOUR.finditer(text):
        if not (found["m"] or found["half"]):
            continue
        half = (found["half"] or "")[:1].lower()
        hour = int(found["h"]) % 12 + 12 * (half == "p") if half else int(found["h"])
        minutes = int(found["m"] or 0)
        clock = {("clock", float(hour * 60 + minutes))}
        evening = (
            set() if half or hour > 12 else {("clock", float((hour + 12) % 24 * 60 + minutes))}
        )
        bare = {("o'clock", float(one)) for one in (hour, hour % 12)} if not minutes else set()
        yield Figure(
            found.start(),
            found.end(),
            found[0].strip(),
            frozenset(clock | bare),
            loose=frozenset(evening),
        )


def _numbers(text: str) -> Iterator[Figure]:
    for start, end, values in found_in(text):
        before = text[:start].rstrip()[-1:]
        unit = _UNIT.get(before, "") or _unit_after(text, end)
        yield Figure(start, end, text[start:end], _readings(unit, values), unit)


def _spelled(text: str) -> Iterator[Figure]:
    for found in re.finditer(r"[^\W\d_]+", text):
        value = _SPELLED.get(fold(found[0].lower()))
        unit = _unit_after(text, found.end()) if value else ""
        if value:
            given = _readings(unit, frozenset({float(value)}))
            yield Figure(found.start(), found.end(), found[0], given, unit, may_be_no_number=True)


def _unit_after(text: str, end: int) -> str:
    after = _UNIT_AFTER.match(text, end)
    said = fold(after[1].lower()) if after and after[1] else ""
    return "percent" if said.startswith(("por c", "per c")) else _UNIT.get(said, "")


def _readings(unit: str, values: frozenset[float]) -> frozenset[Reading]:
    found = {(unit, value) for value in values}
    for large, small, times in _SAME:
        found |= {(small, value * times) for value in values if unit == large}
        found |= {(large, value / times) for value in values if unit == small}
    return frozenset(found)


@functools.lru_cache(maxsize=4_096)
def calendar(text: str) -> frozenset[str]:
    """Return the days of the week and the months that *text* names; `lunes a sábado` names six."""
    said = fold(text.lower())
    found = [(CALLED[one[0]], one.start(), one.end()) for one in _CALENDAR.finditer(said)]
    every = {name for name, _, _ in found}
    for (first, _, end), (last, start, _) in itertools.pairwise(found):
        between = re.fullmatch(r"\s*(?:a|al|to|through|ate|-|–|hasta)\s*", said[end:start])
        if between and first in _DAYS and last in _DAYS:
            at, to = _DAYS.index(first), _DAYS.index(last)
            every |= {_DAYS[n % 7] for n in range(at, to + 1 if to >= at else to + 8)}
    if re.search(r"\b(?:diario|todos los dias|every day|daily|todos os dias|24/7)\b", said):
        every |= set(_DAYS)
    if re.search(r"\b(?:fin(?:es)? de semana|weekends?|fins? de semana)\b", said):
        every |= {"saturday", "sunday"}
    if re.search(r"\b(?:entre semana|weekdays?|dias habiles|business days)\b", said):
        every |= set(_DAYS[:5])
    dates = {int(one) for date in _DATE.finditer(text) for one in date.groups()}
    return frozenset(every | {f"month {one}" for one in dates if one <= 12})


def names(text: str) -> list[str]:
    """Return the names in *text*: words with a capital that begin nothing."""
    found = []
    for one in _NAME.finditer(text):
        is_short_form = one[0].isupper() and len(one[0]) > 1
        is_name = is_short_form or not _BEGINS.search(text[: one.start()])
        if is_name and not _CALENDAR.fullmatch(fold(one[0].lower())):
            found.append(one[0])
    return found
