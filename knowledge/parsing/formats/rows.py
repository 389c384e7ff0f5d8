"""Table rows as sections: `Producto: Mesa. Precio: 900.` under the names of their columns."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from knowledge.base import Section
from knowledge.errors import Unreadable

MAX_ROWS = 20_000
MAX_COLUMNS = 200
LOOKED_AT = 12  # rows, to see where a table begins
LONGEST_TITLE = 120  # letters of a heading
_NUMBER = re.compile(r"\d")


def row_sections(
    table: Iterable[Sequence[str]], heading: str = "", page: int | None = None
) -> Iterator[Section]:
    """One section a row, under its columns' names and what is written over the table."""
    cleaned = ([" ".join(cell.split()) for cell in cells[:MAX_COLUMNS]] for cells in table)
    titles, columns, rows = _head(filter(any, cleaned))
    if titles:
        yield Section(". ".join(titles), page=page, heading=heading)
        heading = " > ".join(filter(None, (heading, titles[0][:LONGEST_TITLE])))
    number = 0
    for number, cells in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise Unreadable(f"A table has more than {MAX_ROWS} rows. Divide it.", "too_long")
        fields = _fields(columns, cells)
        yield Section(_sentence(fields), page=page, row=number, heading=heading, fields=fields)
    if columns and not number:  # a single line is text, not a table
        yield Section(". ".join(columns), page=page, heading=heading)


def _head(rows: Iterator[list[str]]) -> tuple[list[str], list[str], Iterator[list[str]]]:
    """What is written over the table, its columns' names, and its rows.

    A shop's price list often begins with the shop's name, alone in its row.
    """
    first = list(itertools.islice(rows, LOOKED_AT))
    names = next((n for n, cells in enumerate(first) if sum(map(bool, cells)) > 1), 0)
    if not _are_names(first[names:]):
        names = 0
    titles = [" ".join(filter(None, cells)) for cells in first[:names]]
    columns = _names(first[names]) if first else []
    return titles, columns, itertools.chain(first[names + 1 :], rows)


def _are_names(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of *rows* names columns: it has no number, but others below it have.

    Two columns without a number are rather `Correo`, `hola@...` under a first `Contacto`.
    """
    if not rows or _NUMBER.search(" ".join(rows[0])):
        return False
    columns = [[cell for cell in cells if cell] for cells in itertools.zip_longest(*rows[1:])]
    numbers = (cells and all(map(_NUMBER.search, cells)) for cells in columns)
    return sum(map(bool, rows[0])) > 2 or any(numbers)


def _names(cells: Sequence[str]) -> list[str]:
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = cell or f"Columna {place}"
        names.append(f"{name} {place}" if name in names else name)
    return names


def _fields(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    more = [f"Columna {place}" for place in range(len(columns) + 1, len(cells) + 1)]
    return {name: cell for name, cell in zip([*columns, *more], cells, strict=False) if cell}


def _sentence(fields: dict[str, str]) -> str:
    return " ".join(f"{name}: {value.rstrip('.')}." for name, value in fields.items())
