"""Table rows as sections: `Producto: Mesa. Precio: 900.` under the names of their columns.

What stands on one sheet, or between two tags, may be several tables: they are divided by empty
rows where another row of names begins. A table of labels and values is one section.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from knowledge.base import Section
from knowledge.errors import Unreadable
from knowledge.notices import Notice
from knowledge.parsing.formats import heads
from knowledge.parsing.formats.beside import side_by_side
from knowledge.parsing.formats.cells import is_figure, readable, share_of_names
from knowledge.parsing.formats.grid import MAX_COLUMNS, Across, Below, marked, own

MAX_ROWS = 20_000
LONGEST_TITLE = 120  # letters of a heading
LONGEST_CARD = 900  # letters of labels and values that are one section
Grid = list[Sequence[str]]


@dataclass
class Place:
    """Where rows stand: under a heading, on a page, and how many came before."""

    heading: str = ""
    page: int | None = None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def under(self, title: str) -> "Place":
        """The same place under one more title."""
        heading = " > ".join(filter(None, (self.heading, title[:LONGEST_TITLE])))
        return Place(heading, self.page, self.numbers)

    def text(self, words: str) -> Section:
        """Words that are no row."""
        return Section(words, page=self.page, heading=self.heading)


def row_sections(
    table: Iterable[Sequence[str]], heading: str = "", page: int | None = None
) -> Iterator[Section | Notice]:
    """One section a row, under its columns' names and what is written over the table.

    *table* is a grid whose cells stand in every place they cover (`formats.grid`). Raises
    Unreadable when there are more rows than are kept.
    """
    place = Place(heading, page)
    for rows in _tables(marked(_limited(table), is_figure)):
        for part in side_by_side(rows):
            yield from _sections(part, place)


def _limited(table: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    count = 0
    for cells in table:
        count += any(cells)
        if count > MAX_ROWS + heads.LOOKED_AT:
            raise Unreadable(f"A table has more than {MAX_ROWS} rows. Divide it.", "too_long")
        yield [_stripped(cell) for cell in cells[:MAX_COLUMNS]]


def _stripped(cell: str) -> str:
    bare = cell.strip()
    return cell if bare == cell else type(cell)(bare)  # it stays one that reaches in


def _tables(table: Iterable[Sequence[str]]) -> Iterator[Grid]:
    """The rows of each table: what follows an empty row may still be of the one before."""
    held: Grid = []
    for rows in _between_empty(table):
        if held and not _are_titles(held) and _begins(rows, held):
            yield held
            held = []
        held = [*held, *rows]
    if held:
        yield held


def _between_empty(table: Iterable[Sequence[str]]) -> Iterator[Grid]:
    for filled, rows in itertools.groupby(table, key=any):
        if filled:
            yield list(rows)


def _are_titles(rows: Grid) -> bool:
    return all(len(own(cells)) < 2 for cells in rows)


def _begins(rows: Grid, before: Grid) -> bool:
    """Whether *rows* are another table than those *before*."""
    start = heads.titles(rows)
    first, rest = rows[start], rows[start + 1 :]
    if len(own(first)) < 2 or any(map(is_figure, first)):
        return False
    if start or heads.pairs(before) or heads.pairs(rows):
        return True
    if not rest:
        return False
    figures = _figures(before)
    newly = _figures(rows) - {at for at, cell in enumerate(first) if not cell}
    broken = any(at < len(first) and first[at] for at in figures & newly)
    return broken or bool(newly - figures) or share_of_names(own(first)) > 0.6


def _figures(rows: Grid) -> set[int]:
    """The columns that hold figures in every row but the first."""
    columns = itertools.zip_longest(*rows[1:], fillvalue="")
    filled = [[cell for cell in cells if cell] for cells in columns]
    return {at for at, cells in enumerate(filled) if cells and all(map(is_figure, cells))}


def _sections(rows: Grid, place: Place) -> Iterator[Section | Notice]:
    start = heads.titles(rows)
    if pairs := heads.pairs(rows[start:]):
        over = [". ".join(dict.fromkeys(own(cells))) for cells in rows[:start]]
        yield from _card(pairs, place.under(over[0]) if over else place, over[1:])
        return
    merged = any(isinstance(cell, Across) for cells in rows[:start] for cell in cells)
    if start and (merged or heads.are_names(rows[start:])):
        over = [". ".join(own(cells)) for cells in rows[:start]]
        yield place.text(". ".join(filter(None, over)))
        place, rows = place.under(over[0]), rows[start:]
    yield from _rows(rows, place)


def _card(pairs: list[tuple[str, str]], place: Place, over: Sequence[str]) -> Iterator[Section]:
    """Labels with their values: one section, or one a pair when they are long."""
    fields: dict[str, str] = {}
    for label, value in pairs:
        fields[label] = f"{fields[label]}; {value}" if label in fields else value
    lines = [*over, *(_pair(label, value) for label, value in fields.items())]
    if sum(map(len, lines)) <= LONGEST_CARD:
        yield place.text("\n".join(lines))
        return
    yield from map(place.text, lines)


def _pair(label: str, value: str) -> str:
    return sentence({label: value}) if value else label


def _rows(rows: Grid, place: Place) -> Iterator[Section | Notice]:
    deep = heads.depth(rows)
    columns = heads.names(rows[:deep]) if deep else []
    if len(rows) == deep:  # a single line is text, not a table
        yield place.text(". ".join(dict.fromkeys(filter(None, columns))))
        return
    group, head = place, list(rows[deep - 1]) if deep else []
    empty = dict.fromkeys(one for at, one in enumerate(columns, 1) if one != heads.unnamed(at))
    for cells in rows[deep:]:
        if cells == head:
            continue  # the names again, as on each page of a print
        if any(isinstance(cell, Across | Below) for cell in cells):
            begun = own(cells)
            if len(begun) == 1 and _is_group(cells, columns):
                group = place.under(begun[0])
                continue
            if not begun:  # all of it reaches in from above
                continue
        fields = _fields(columns, cells)
        for name in fields if empty else ():
            empty.pop(name, None)
        text = sentence(fields) if deep else ". ".join(fields.values())
        yield Section(text, place.page, _next(place.numbers), group.heading, fields)
    if empty:
        yield Notice("empty_columns", len(empty), tuple(empty))


def _is_group(cells: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether the first cell covers the whole row: a title of the rows that follow."""
    return len(cells) >= len(columns) and all(isinstance(cell, Across) for cell in cells[1:])


def _next(numbers: Iterator[int]) -> int:
    number = next(numbers)
    if number > MAX_ROWS:
        raise Unreadable(f"A table has more than {MAX_ROWS} rows. Divide it.", "too_long")
    return number


def _fields(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The values of a row under their names."""
    more = map(heads.unnamed, range(len(columns) + 1, len(cells) + 1))
    named = zip([*columns, *more], cells, strict=False)
    return {name: readable(cell) for name, cell in named if cell}


def sentence(fields: dict[str, str]) -> str:
    """Names and values as people would say them."""
    return " ".join(f"{name}: {value.rstrip('.')}." for name, value in fields.items())
