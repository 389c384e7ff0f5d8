"""Working out what a calculator's record says: pure, in decimals; and the sentence for it."""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from agent.errors import Invalid
from agent.toolkit.formulas import rounded
from agent.toolkit.records import BLANK, CalculatorTool, Example, Input
from agent.wording import Wording

Figures = Mapping[str, Decimal]
_ASK = Wording(es="¿Cuál es {label}?", en="What is {label}?", pt="Qual é {label}?")
_BETWEEN = Wording(
    es="{label}: de {least} a {most}. ¿Cuál sería?",
    en="{label}: from {least} to {most}. Which one would it be?",
    pt="{label}: de {least} a {most}. Qual seria?",
)
_LEAST = Wording(
    es="{label}: {least} como mínimo. ¿Cuál sería?",
    en="{label}: {least} at least. Which one would it be?",
    pt="{label}: {least} no mínimo. Qual seria?",
)
_MOST = Wording(
    es="{label}: {most} como máximo. ¿Cuál sería?",
    en="{label}: {most} at most. Which one would it be?",
    pt="{label}: {most} no máximo. Qual seria?",
)
_WHOLE = Wording(
    es="{label}: tiene que ser un número entero. ¿Cuál sería?",
    en="{label}: it must be a whole number. Which one would it be?",
    pt="{label}: tem de ser um número inteiro. Qual seria?",
)
_ONE_OF = Wording(
    es="¿Cuál sería {label}: {choices}?",
    en="Which {label} would it be: {choices}?",
    pt="Qual seria {label}: {choices}?",
)
_NOT_POSSIBLE = Wording(
    es="Con esos datos no se puede calcular.",
    en="It cannot be worked out with those figures.",
    pt="Com esses dados não dá para calcular.",
)


@dataclass(frozen=True)
class Outcome:
    """What a calculation came to: its rows, or the one thing to ask for."""

    say: str
    missing: str = ""  # the input that is asked for
    rows: Sequence[Figures] = field(default_factory=tuple)


def calculate(tool: CalculatorTool, given: Mapping[str, Any], language: str) -> Outcome:
    """Work *tool* out with what was *given*; nothing is guessed.

    What is missing is asked for, the first of it; what is out of its limits is said with them.
    """
    figures: dict[str, Decimal] = {}
    for one in tool.inputs:
        value = given.get(one.name)
        said = one.default if value in (None, "") else _figure(one, value)
        if said is None and (value not in (None, "") or one.has_to_be_said):
            return Outcome(_asked(one, language), one.name)
        if said is not None and not _fits(one, said):
            return Outcome(_limits(tool, one, said, language), one.name)
        if said is not None:
            figures[one.name] = said
    return _worked_out(tool, figures, language)


def failures(tool: CalculatorTool) -> Iterator[tuple[Example, str]]:
    """Return the examples of *tool* that do not come out, and what they gave instead."""
    for example in tool.examples:
        outcome = calculate(tool, dict(example.given), "es")
        got = outcome.rows[0] if len(outcome.rows) == 1 else {}
        if any(got.get(name) != value for name, value in example.gives):
            yield example, _few(got) or outcome.say


def written(value: Decimal, decimal_mark: str) -> str:
    """Return *value* as people read it: thousands apart, cents only when there are any."""
    text = f"{value:,f}"
    whole, _, cents = text.partition(".")
    cents = cents if cents.strip("0") else ""
    if decimal_mark == ",":
        whole = whole.replace(",", ".")
    return f"{whole}{decimal_mark}{cents}" if cents else whole


def _worked_out(tool: CalculatorTool, figures: dict[str, Decimal], language: str) -> Outcome:
    offered = next((one for one in tool.inputs if one.offered and one.name not in figures), None)
    cases = [figures | {offered.name: value} for value in offered.offered] if offered else [figures]
    try:
        for check in tool.checks:
            if not all(check.must.value(case) for case in cases):
                return Outcome(_filled(tool, check.sentence, figures, language))
        rows = [_row(tool, case) for case in cases]
    except Invalid:
        return Outcome(_NOT_POSSIBLE.in_language(language))
    return Outcome(_sentence(tool, rows, language), rows=rows)


def _row(tool: CalculatorTool, case: Figures) -> dict[str, Decimal]:
    figures = dict(case)
    for result in tool.results:
        figures[result.name] = rounded(result.formula.value(figures), result.places)
    return figures


def _sentence(tool: CalculatorTool, rows: Sequence[Figures], language: str) -> str:
    lines = [_filled(tool, tool.sentence, rows[0], language)]
    if tool.line.all():
        lines += [f"- {_filled(tool, tool.line, row, language)}" for row in rows]
    return "\n".join(filter(None, [*lines, _filled(tool, tool.note, rows[0], language)]))


def _filled(tool: CalculatorTool, wording: Wording, row: Figures, language: str) -> str:
    chosen = {one.name: one for one in tool.inputs if one.type == "choice"}

    def figure(match: re.Match[str]) -> str:
        name = match[1]
        if name in chosen and name in row:
            return next(one.name for one in chosen[name].choices if one.value == row[name])
        return written(row[name], tool.decimal_mark) if name in row else match[0]

    return BLANK.sub(figure, wording.in_language(language))


# --- one input


def _figure(one: Input, value: Any) -> Decimal | None:
    named = (each.value for each in one.choices if value in (each.name, each.value))
    if one.type == "choice":
        return next(named, None)
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) <= Decimal("1e15") else None


def _fits(one: Input, value: Decimal) -> bool:
    return one.holds(value) and (one.type != "whole" or value == value.to_integral_value())


def _asked(one: Input, language: str) -> str:
    label = _label(one, language)
    if one.question.all():
        return one.question.in_language(language)
    if one.choices:
        choices = ", ".join(choice.name for choice in one.choices)
        return _ONE_OF.in_language(language).format(label=label, choices=choices)
    return _ASK.in_language(language).format(label=label)


def _limits(tool: CalculatorTool, one: Input, value: Decimal, language: str) -> str:
    if one.holds(value):
        wording = _WHOLE
    elif one.least is not None and one.most is not None:
        wording = _BETWEEN
    else:
        wording = _MOST if one.least is None else _LEAST
    shown = functools.partial(_limit, tool, one, language)
    label = _label(one, language)
    return wording.in_language(language).format(
        label=f"{label[:1].upper()}{label[1:]}",
        least=shown(one.least, alone=wording is not _BETWEEN),
        most=shown(one.most, alone=True),
    )


def _limit(
    tool: CalculatorTool, one: Input, language: str, value: Decimal | None, alone: bool
) -> str:
    if value is None:
        return ""
    unit = one.unit.in_language(language) if alone else ""
    sign = {"money": "$", "percent": ""}.get(one.type, "")
    unit = "%" if one.type == "percent" else unit
    return f"{sign}{written(value, tool.decimal_mark)} {unit}".strip()


def _label(one: Input, language: str) -> str:
    return one.label.in_language(language) or one.name.replace("_", " ")


def _few(row: Figures) -> str:
    return ", ".join(f"{name} = {value}" for name, value in row.items())
