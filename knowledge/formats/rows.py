"""Table rows as sections: `Marca: Nissan. Modelo: Versa.` under the names of their columns."""

from collections.abc import Iterable, Iterator, Sequence

from knowledge.base import Section
from knowledge.errors import Unreadable

MAX_ROWS = 20_000
MAX_COLUMNS = 200


def row_sections(
    table: Iterable[Sequence[str]], heading: str = "", page: int | None = None
) -> Iterator[Section]:
    """One section a row; the first row with something in it holds the columns' names."""
    columns: list[str] = []
    number = 0
    for cells in table:
        cells = [" ".join(cell.split()) for cell in cells[:MAX_COLUMNS]]
        if not any(cells):
            continue
        if not columns:
            columns = _names(cells)
            continue
        number += 1
        if number > MAX_ROWS:
            raise Unreadable(f"A table has more than {MAX_ROWS} rows. Divide it.", "too_long")
        fields = _fields(columns, cells)
        if fields:
            yield Section(_sentence(fields), page=page, row=number, heading=heading, fields=fields)
    if columns and not number:  # a single line is text, not a table
        yield Section(". ".join(columns), page=page, heading=heading)


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
