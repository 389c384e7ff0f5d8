"""The forms of tools: a record as lines that staff write, and back.

A line is one column, input, result or example; its parts stand between `|`, as in `price | the
price | money`. What is left out is inferred, or has its usual value.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from agent.tables.table import Table
from agent.toolkit.records import CalculatorTool, Input, TableTool
from agent.wording import Wording
from studio.errors import BadFields

COLUMN = ("heading", "label", "type", "unit", "said_as")
INPUT = ("name", "label", "type", "unit", "least", "most", "default", "said_as")
Kind = TypeVar("Kind", TableTool, CalculatorTool)
MOST_LINES = 60
FIELDS = {"formula": "results", "given": "examples", "gives": "examples", "columns": "columns"}
_FIGURE = re.compile(r"(\w+)\s*=\s*([^\s,]+)")


def table_of(name: str, when: str, said: str, source: str, columns: str) -> TableTool:
    """Return the record that the form says. Raises BadFields."""
    data = _common(name, when, said) | {"source": source}
    return _read(TableTool, data | {"columns": [_column(line) for line in _lines(columns)]})


def calculator_of(
    name: str,
    when: str,
    said: str,
    inputs: str,
    results: str,
    sentence_es: str,
    sentence_en: str,
    examples: str,
) -> CalculatorTool:
    """Return the record that the form says. Raises BadFields."""
    data = _common(name, when, said)
    data |= {"inputs": [_input(line) for line in _lines(inputs)]}
    data |= {"results": [_result(line) for line in _lines(results)]}
    data |= {"sentence": {"es": sentence_es, "en": sentence_en}}
    return _read(CalculatorTool, data | {"examples": [_example(one) for one in _lines(examples)]})


def _common(name: str, when: str, said: str) -> dict[str, Any]:
    return {"name": name.strip(), "when": when.strip(), "said_as": _words(said)}


def table_values(record: TableTool) -> list[str]:
    """Return the values of the form of *record*."""
    lines = [
        _line(one.heading, _said(one.label), one.type, one.unit, ", ".join(one.said_as))
        for one in record.columns
    ]
    return [record.name, record.when, ", ".join(record.said_as), record.source, "\n".join(lines)]


def calculator_values(record: CalculatorTool) -> list[str]:
    """Return the values of the form of *record*."""
    results = [f"{one.name} = {one.formula}" for one in record.results]
    examples = [f"{_figures(one.given)} => {_figures(one.gives)}" for one in record.examples]
    return [
        record.name,
        record.when,
        ", ".join(record.said_as),
        "\n".join(map(_input_line, record.inputs)),
        "\n".join(results),
        record.sentence.es,
        record.sentence.en,
        "\n".join(examples),
    ]


def inferred(table: Table) -> str:
    """Return the lines of the columns of *table*, as its cells say them."""
    return "\n".join(
        _line(one.column.heading, _said(one.column.label), one.kind.type, one.kind.unit, "")
        for one in table.columns
    )


def kept(record: Any, before: Any) -> Any:
    """Return *record* with what the form does not show as it was *before*."""
    if before is None or before.kind != record.kind:
        return record
    shown = {one.heading: one for one in getattr(before, "columns", ())}
    if record.kind == "table":
        columns = tuple(_as_before(one, shown.get(one.heading)) for one in record.columns)
        return record.model_copy(update={"columns": columns, "shown": before.shown})
    old = {one.name: one for one in before.inputs}
    inputs = tuple(_as_before(one, old.get(one.name)) for one in record.inputs)
    names = ("checks", "line", "note", "decimal_mark")
    same = {name: getattr(before, name) for name in names}
    update = same | {"inputs": inputs, "sentence": _wording(record.sentence, before.sentence)}
    return type(record).model_validate(record.model_copy(update=update).model_dump())


def _as_before(part: Any, before: Any) -> Any:
    """A column or an input, with what its line does not say."""
    if before is None:
        return part
    hidden = ("names_row", "shown", "filterable", "sortable", "question", "offered", "choices")
    update = {name: getattr(before, name) for name in hidden if hasattr(before, name)}
    for name in ("label", "unit"):
        new, old = getattr(part, name), getattr(before, name)
        if isinstance(new, Wording) and _said(new) == _said(old):
            update[name] = old
    return part.model_copy(update=update)


def _wording(new: Wording, before: Wording) -> Wording:
    return new.model_copy(update={"pt": before.pt})


def _read(kind: type[Kind], data: Mapping[str, Any]) -> Kind:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        fields = dict.fromkeys(map(_field, error.errors()))
        raise BadFields(tuple((f"tools.{one}", f"tools.{one}_bad", {}) for one in fields)) from None


def _field(found: Any) -> str:
    """The field of the form that the complaint is about."""
    where = [str(part) for part in found["loc"]]
    if "built-in" in found["msg"]:
        where = ["name"]
    field = next((FIELDS[part] for part in where if part in FIELDS), where[0] if where else "")
    shown = ("name", "inputs", "examples", "columns", "sentence")
    return field if field in shown else "results"


def _lines(text: str) -> Iterator[str]:
    found = [line.strip() for line in (text or "").splitlines()]
    yield from [line for line in found if line][:MOST_LINES]


def _parts(line: str, names: Sequence[str]) -> dict[str, Any]:
    said = zip(names, (part.strip() for part in line.split("|")), strict=False)
    return {name: part for name, part in said if part}


def _words(text: str) -> list[str]:
    return [word for word in map(str.strip, (text or "").split(",")) if word]


def _column(line: str) -> dict[str, Any]:
    found = _parts(line, COLUMN)
    return found | {"said_as": _words(found.get("said_as", ""))}


def _input(line: str) -> dict[str, Any]:
    found = _parts(line, INPUT)
    return found | {"said_as": _words(found.get("said_as", ""))}


def _result(line: str) -> dict[str, Any]:
    name, _, formula = line.partition("=")
    return {"name": name.strip(), "formula": formula.strip()}


def _example(line: str) -> dict[str, Any]:
    given, _, gives = line.partition("=>")
    return {"given": dict(_FIGURE.findall(given)), "gives": dict(_FIGURE.findall(gives))}


def _input_line(one: Input) -> str:
    figures = (
        "" if value is None else f"{value:f}" for value in (one.least, one.most, one.default)
    )
    return _line(
        one.name, _said(one.label), one.type, _said(one.unit), *figures, ", ".join(one.said_as)
    )


def _line(*parts: str) -> str:
    return re.sub(" +", " ", " | ".join(parts)).rstrip(" |")


def _said(wording: Wording) -> str:
    return wording.es or wording.en or wording.pt


def _figures(pairs: Sequence[tuple[str, Any]]) -> str:
    return " ".join(f"{name}={value:f}," for name, value in pairs).rstrip(",")
