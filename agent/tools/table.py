"""The tool that a table's record makes: rows in, rows out, nothing made up."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

import numpy as np
from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field, create_model
from pydantic.json_schema import Examples

from agent.errors import Invalid
from agent.guardrails.checks import folded
from agent.lookup import TurnContext
from agent.tables import words
from agent.tables.query import Found, Query, ask, average
from agent.tables.table import Held, Table
from agent.toolkit.records import TableTool
from agent.tools.table_sentences import sentence, shown_value, summary
from knowledge.base import Passage

MOST_VALUES = 200  # of a column, that the model is told
NEAR = 3  # rows that nearly fit
_HOUSE = (
    "Every row told to the customer must come from here, its figures as given; cite each row's"
    " `n` like [1]. Leave out what was not said."
)
_PLACES = ("first", "second", "third")
_MARKS = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s*|\*|\[\d+\]")


@dataclass(frozen=True, eq=False)
class Asked:
    """A column with the name that it has in the tool's schema."""

    name: str
    held: Held


def build(record: TableTool, table: Table | None) -> BaseTool:
    """Return the tool of *record* over *table*; without one it says so."""
    asked = _asked(table) if table else []

    def run(runtime: ToolRuntime[TurnContext], **given: Any) -> str:
        if table is None:
            raise Invalid("The table is not there, or cannot be looked into right now.")
        return json.dumps(_answer(record, table, asked, given, runtime.context), ensure_ascii=False)

    said = ", ".join(record.said_as)
    return StructuredTool.from_function(
        run,
        name=record.name,
        description=f"{record.when} {_HOUSE} ({said})",
        args_schema=schema(asked),
    )


def schema(asked: Sequence[Asked]) -> type[BaseModel]:
    """Return what a model may say to the tool. In parentheses: how customers say it."""
    fields: dict[str, Any] = {}
    for one in asked:
        if one.held.column.filterable:
            fields |= _filters(one)
    sortable = [one for one in asked if one.held.counts and one.held.column.sortable]
    if sortable:
        fields["order"] = _options(
            {
                f"{one.name}_{end}": said
                for one in sortable
                for end, said in words.ends_of(one.held).items()
            }
        )
        averages = [
            one for one in sortable if one.held.kind.type != "date" and not one.held.kind.is_year
        ]
        counted = {"count": words.COUNT}
        counted |= {f"average_{one.name}": _average_words(one, averages) for one in averages}
        fields["aggregate"] = _options(counted)
    fields["shown"] = _options(words.SHOWN)
    return create_model("TableQuery", __doc__="What the customer wants.", **fields)


def _average_words(one: Asked, averages: Sequence[Asked]) -> str:
    names = [folded(said) for said in words.said_of(one.held)]
    own = [f"{word} {name}" for name in names for word in ("promedio de", "average", "media de")]
    return ", ".join([words.AVERAGE, *own] if one is averages[0] else own)


def _options(said: Mapping[str, str]) -> Any:
    described = "; ".join(f"{name}: ({phrases})" for name, phrases in said.items())
    return Literal[tuple(said)] | None, Field(None, description=described)


def _filters(one: Asked) -> dict[str, Any]:
    held = one.held
    label = held.column.label.in_language("en") or held.column.heading
    said = f"({', '.join(words.said_of(held))})"
    if held.kind.type == "text":
        known = Examples(list(held.values[:MOST_VALUES]))
        return {one.name: (Annotated[str, known], Field("", description=f"{label} {said}"))}
    if held.kind.type == "yes_no":
        return {one.name: (bool | None, Field(None, description=f"{label} {said}"))}
    if held.kind.type == "date":
        texts = (f"{one.name}_from", f"{one.name}_until")
        return {name: (str, Field("", description=f"{label}, as 2030-12-31")) for name in texts}
    known = Examples(_range(held))
    counts = {"money": "price", "km": "kilometres"}.get(held.kind.type, held.kind.unit)
    counts = "year" if held.kind.is_year else "kilometres" if held.kind.unit == "km" else counts
    ends = {f"{one.name}_min": "lowest", f"{one.name}_max": "highest"}
    return {
        name: (
            Annotated[float | None, known],
            Field(None, description=f"{end} {label}, {counts} {said}"),
        )
        for name, end in ends.items()
    }


def _range(held: Held) -> list[float]:
    known = held.data[~np.isnan(held.data)]
    return [float(known.min()), float(known.max())] if len(known) else []


def _asked(table: Table) -> list[Asked]:
    """The columns under names that a schema takes, each its own."""
    names: list[str] = ["order", "aggregate", "shown", "runtime"]
    found = []
    for held in table.columns:
        base = re.sub(r"\W+", "_", folded(held.column.heading)).strip("_")[:40] or "column"
        base = f"c_{base}" if base[0].isdigit() else base
        name = next(n for n in (base, *(f"{base}_{i}" for i in range(2, 99))) if n not in names)
        names.append(name)
        found.append(Asked(name, held))
    return found


# --- one question


def _answer(
    record: TableTool,
    table: Table,
    asked: Sequence[Asked],
    given: Mapping[str, Any],
    turn: TurnContext,
) -> dict[str, Any]:
    query = _query(table, asked, given, turn)
    found = ask(table, query)
    near = _near(table, query, found)
    aggregate = given.get("aggregate") or ""
    of = next((one.held for one in asked if aggregate == f"average_{one.name}"), None)
    mean = average(of, found.rows) if of else None
    if (of or aggregate == "count") and len(found.rows) and not query.order:
        return {"say": summary(len(found.rows), of, mean, turn.language), "source": table.source}
    shown = found.rows[: record.shown] if len(found.rows) else near[:NEAR]
    return {
        "say": sentence(
            len(found.rows),
            found.unknown,
            bool(len(near)),
            len(shown),
            any(value not in (None, "") for value in given.values()),
            turn.language,
        ),
        "matches": len(found.rows),
        "rows": _rows(table, [int(at) for at in shown], turn),
        "named_by": [one.column.heading for one in table.columns if one.column.names_row],
        "source": table.source,
    }


def _query(
    table: Table, asked: Sequence[Asked], given: Mapping[str, Any], turn: TurnContext
) -> Query:
    texts = {
        one.held.column.heading: str(given[one.name])
        for one in asked
        if one.held.kind.type == "text" and given.get(one.name)
    }
    flags = {
        one.held.column.heading: bool(given[one.name])
        for one in asked
        if one.held.kind.type == "yes_no" and given.get(one.name) is not None
    }
    return Query(
        texts,
        _bounds(asked, given, "min", "from"),
        _bounds(asked, given, "max", "until"),
        flags,
        _order(asked, given.get("order") or ""),
        _among(table, given.get("shown") or "", turn),
    )


def _bounds(
    asked: Sequence[Asked], given: Mapping[str, Any], number: str, day: str
) -> dict[str, float]:
    found = {}
    for one in asked:
        bound = given.get(f"{one.name}_{number}")
        if bound is not None:
            found[one.held.column.heading] = float(bound)
        if text := given.get(f"{one.name}_{day}"):
            found[one.held.column.heading] = float(_day(text))
    return found


def _day(text: str) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        raise Invalid("Write the day as 2030-12-31.") from None


def _order(asked: Sequence[Asked], order: str) -> Any:
    for one in asked:
        if order.startswith(f"{one.name}_"):
            end = order.removeprefix(f"{one.name}_")
            if end in ("up", "down", "lowest", "highest"):
                return one.held.column.heading, end
    return None


def _among(table: Table, which: str, turn: TurnContext) -> list[int] | None:
    """The rows that the customer was shown last, or the one at that place among them."""
    if not which:
        return None
    for text in reversed(turn.answered):
        rows = _shown_in(table, text)
        if rows:
            place = -1 if which == "last" else _PLACES.index(which) if which in _PLACES else None
            if place is None:
                return [at for same in rows for at in same]
            return rows[place] if place < len(rows) else []
    return []


def _shown_in(table: Table, text: str) -> list[list[int]]:
    """The rows that the lines of *text* name, in order; of those alike, all."""
    found = []
    for line in text.splitlines():
        name = folded(_MARKS.sub("", line).partition(": ")[0])
        if name in table.names:
            found.append(_alike(table, table.names[name], line))
    return found


def _alike(table: Table, rows: list[int], line: str) -> list[int]:
    """Of rows of one name, those whose figures all stand in the line."""
    said = set(re.findall(r"\d+", line.replace(",", "").replace(".", "")))
    fitting = [at for at in rows if _figures(table, at) <= said]
    return fitting or rows


def _figures(table: Table, at: int) -> set[str]:
    shown = (one.column.heading for one in table.columns if one.kind.type == "money")
    cells = (table.rows[at].fields.get(heading, "") for heading in shown)
    return {n for cell in cells for n in re.findall(r"\d+", cell.replace(",", "").replace(".", ""))}


def _near(table: Table, query: Query, found: Found) -> Any:
    """What fits but for its figures, when nothing fits whole."""
    if len(found.rows) or found.unknown or query.among is not None:
        return []
    return ask(table, Query(query.words, flags=query.flags, order=query.order)).rows


def _rows(table: Table, rows: Sequence[int], turn: TurnContext) -> list[dict[str, Any]]:
    numbered = turn.number([_passage(table, at) for at in rows])
    return [{"n": n} | _shown(table, at) for (n, _), at in zip(numbered, rows, strict=True)]


def _shown(table: Table, at: int) -> dict[str, str]:
    fields = table.rows[at].fields
    shown = [one for one in table.columns if one.column.shown and fields.get(one.column.heading)]
    return {one.column.heading: shown_value(one, fields[one.column.heading]) for one in shown}


def _passage(table: Table, at: int) -> Passage:
    row = table.rows[at]
    text = ". ".join(f"{column}: {value}" for column, value in row.fields.items() if value)
    return Passage(
        chunk_id=row.chunk_id,
        base_id=row.base_id,
        source_id=row.source_id,
        source=row.source,
        source_version=0,  # rows do not carry it; the chunk says which one it was
        text=text,
        score=1.0,
        row=row.row,
        found_by=("table",),
    )
