"""A table in memory, column by column: filters and orders run over all its rows at once.

Columns are numpy arrays: text as the number of its value, figures as floats. A question over
100,000 rows takes a tenth of a millisecond, and threads do not wait for one another.
"""

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from agent.guardrails.checks import folded
from agent.tables.cells import Kind, day, figure, kind_of, yes
from agent.tables.matching import Index
from agent.toolkit.records import Column, TableTool
from knowledge.base import TableRow

LOOKED_AT = 2_000  # cells, to infer what a column holds
NAMED_BY = 2  # text columns that name a row, where staff did not say which


@dataclass(frozen=True, eq=False)
class Held:
    """One column: what staff or the cells say of it, and what stands in it."""

    column: Column
    kind: Kind
    values: tuple[str, ...]  # of text: each once, the commonest first
    data: npt.NDArray[np.float64]  # of text: the place of the value; nan: nothing

    @functools.cached_property
    def index(self) -> Index:
        """Its values, to be found as people write them."""
        return Index(self.values)

    @functools.cached_property
    def places(self) -> dict[str, int]:
        """The place of each value."""
        return {value: at for at, value in enumerate(self.values)}

    @property
    def counts(self) -> bool:
        """Whether it can be compared by size."""
        return self.kind.type in ("number", "money", "date")


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of one table, and its columns."""

    rows: Sequence[TableRow]
    columns: tuple[Held, ...]

    @property
    def source(self) -> str:
        """Where it comes from."""
        return self.rows[0].source

    def column(self, heading: str) -> Held:
        """Return the column by its heading."""
        return next(one for one in self.columns if one.column.heading == heading)

    @functools.cached_property
    def names(self) -> dict[str, list[int]]:
        """The rows by what they are called."""
        found: dict[str, list[int]] = {}
        for at in range(len(self.rows)):
            found.setdefault(folded(self.name(at)), []).append(at)
        return found

    def name(self, at: int) -> str:
        """What the row is called."""
        fields = self.rows[at].fields
        said = (fields.get(one.column.heading, "") for one in self.columns if one.column.names_row)
        return " ".join(filter(None, said))


def table_of(record: TableTool, rows: Sequence[TableRow]) -> Table | None:
    """Return the table that *record* means among *rows*; None when there is none."""
    chosen = _chosen(record, rows)
    if not chosen:
        return None
    headings = list(dict.fromkeys(name for row in chosen[:LOOKED_AT] for name in row.fields))
    wanted = _columns(record, headings)
    held = [_held(column, chosen, as_is=bool(record.columns)) for column in wanted]
    return Table(chosen, tuple(held if record.columns else _named(held)))


def _chosen(record: TableTool, rows: Sequence[TableRow]) -> list[TableRow]:
    """The rows of the table: by its name, else of the source that has most of the columns."""
    sources = Counter(row.source_id for row in rows)
    firsts = {row.source_id: row for row in reversed(rows)}
    if record.source:
        sources = Counter(
            {key: n for key, n in sources.items() if firsts[key].source == record.source}
        )
    wanted = {folded(column.heading) for column in record.columns}

    def fit(source_id: str) -> tuple[int, int]:
        return len(wanted & set(map(folded, firsts[source_id].fields))), sources[source_id]

    best = max(sources, key=fit, default="")
    if not best or (wanted and not fit(best)[0]):
        return []
    return [row for row in rows if row.source_id == best]


def _columns(record: TableTool, headings: Sequence[str]) -> list[Column]:
    """The columns to be asked about, under the headings as they stand in the file."""
    if not record.columns:
        return [Column(heading=heading) for heading in headings if 0 < len(heading.strip()) <= 200]
    by_fold = {folded(heading): heading for heading in headings}
    return [
        column.model_copy(update={"heading": by_fold[folded(column.heading)]})
        for column in record.columns
        if folded(column.heading) in by_fold
    ]


def _held(column: Column, rows: Sequence[TableRow], as_is: bool) -> Held:
    cells = [row.fields.get(column.heading, "").strip() for row in rows]
    kind = kind_of(column.heading, cells[:LOOKED_AT])
    if as_is:
        is_year = kind.is_year and column.type == "number"
        kind = Kind(column.type, column.unit or kind.unit, kind.comma, is_year)
    if kind.type in ("number", "money"):
        return Held(column, kind, (), np.array([figure(cell, kind.comma) for cell in cells]))
    if kind.type == "date":
        days = (day(cell) for cell in cells)
        return Held(column, kind, (), np.array([d.toordinal() if d else np.nan for d in days]))
    if kind.type == "yes_no":
        return Held(column, kind, (), np.array([float(yes(cell)) for cell in cells]))
    values = tuple(value for value, _ in Counter(filter(None, cells)).most_common())
    places = {value: float(at) for at, value in enumerate(values)}
    return Held(column, kind, values, np.array([places.get(cell, np.nan) for cell in cells]))


def _named(held: Sequence[Held]) -> list[Held]:
    """The same, the first text columns naming a row; and the year, where there is one."""
    texts = [one for one in held if one.kind.type == "text" and not _is_code(one)][:NAMED_BY]
    naming = {*texts, *(one for one in held if one.kind.is_year)}
    return [
        Held(
            one.column.model_copy(update={"names_row": one in naming}),
            one.kind,
            one.values,
            one.data,
        )
        for one in held
    ]


def _is_code(one: Held) -> bool:
    return len(one.values) > 1 and all(
        any(map(str.isdigit, value)) and " " not in value for value in one.values[:50]
    )
