"""Tables that stand beside each other on a sheet, an empty column between them."""

import itertools
from collections.abc import Iterator, Sequence

from knowledge.parsing.formats.grid import own

Grid = list[Sequence[str]]


def side_by_side(rows: Grid) -> list[Grid]:
    """The tables that *rows* are, left to right.

    An empty column alone divides nothing: it may be there for looks. Tables of their own have two
    columns or more, and name one alike, or one of them goes on where the others have ended.
    """
    parts = [[row[start:end] for row in rows] for start, end in _strips(rows)]
    if len(parts) < 2 or any(_width(part) < 2 for part in parts):
        return [rows]
    heads = [set(own(next((row for row in part if _is_row(row)), ()))) for part in parts]
    lasts = [max((at for at, row in enumerate(part) if _is_row(row)), default=0) for part in parts]
    alike = any(one & other for one, other in itertools.combinations(heads, 2))
    if not alike and len(set(lasts)) == 1:
        return [rows]
    return [[row for row in part if any(row)] for part in parts]


def _strips(rows: Grid) -> Iterator[tuple[int, int]]:
    """Where columns with something in them begin and end."""
    width = max(map(len, rows), default=0)
    filled = [any(at < len(row) and row[at] for row in rows) for at in range(width)]
    for is_filled, places in itertools.groupby(range(width), key=filled.__getitem__):
        if is_filled:
            found = list(places)
            yield found[0], found[-1] + 1


def _width(part: Grid) -> int:
    return max(map(len, part), default=0)


def _is_row(row: Sequence[str]) -> bool:
    return len(own(row)) > 1
