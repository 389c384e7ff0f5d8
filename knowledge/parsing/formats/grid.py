"""Tables whose cells cover several places, as plain rows: each place holds the value it shows.

What reached a place from its left or from above says so by its class, so that a title over a whole
table is not taken for four values, and a label over two columns is the first half of their names.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

MAX_SPAN = 1_000  # as browsers have it; https://html.spec.whatwg.org/#attr-tdth-colspan
MAX_COLUMNS = 200  # that are kept of a table


class Across(str):
    """The text of a cell that reaches here from the left."""

    __slots__ = ()


class Below(str):
    """The text of a cell that reaches here from above."""

    __slots__ = ()


@dataclass(frozen=True)
class Cell:
    """A value, and how many columns and rows it covers from its own place on."""

    text: str
    across: int = 1
    down: int = 1


def filled(rows: Iterable[Iterable[Cell]]) -> list[list[str]]:
    """The rows with each cell's value in every place it covers."""
    grid: list[list[str]] = []
    from_above: dict[int, tuple[str, int]] = {}  # column: its value, and for how many more rows
    for cells in rows:
        row: dict[int, str] = {at: Below(text) for at, (text, _) in from_above.items()}
        below = {at: (text, left - 1) for at, (text, left) in from_above.items() if left > 1}
        column = 0
        for cell in cells:
            while column in row:
                column += 1
            for at in range(column, column + min(max(cell.across, 1), MAX_SPAN)):
                row.setdefault(at, Across(cell.text) if at > column else cell.text)
                if cell.down > 1:
                    below[at] = (cell.text, min(cell.down, MAX_SPAN) - 1)
        from_above = below
        grid.append([row.get(at, "") for at in range(max(row, default=-1) + 1)])
    return grid


def cover(grid: Sequence[list[str]], top: int, left: int, bottom: int, right: int) -> None:
    """Write the text at *top*, *left* into the whole rectangle, its ends included."""
    text = grid[top][left] if top < len(grid) and left < len(grid[top]) else ""
    right = min(right, MAX_COLUMNS - 1)
    for line in grid[top : bottom + 1]:
        line.extend([""] * (right + 1 - len(line)))
        for column in range(left, right + 1):
            line[column] = Across(text) if column > left else Below(text)
    if top < len(grid) and left < len(grid[top]):
        grid[top][left] = text


def own(line: Iterable[str]) -> list[str]:
    """What begins in this line: neither empty nor reaching in from elsewhere."""
    return [text for text in line if text and not isinstance(text, Across | Below)]


def marked(rows: Iterable[Sequence[str]], is_figure: Callable[[str], bool]) -> Iterator[list[str]]:
    """Rows whose cells were filled by somebody who did not say which: names that stand beside
    themselves in the first rows reach across, and so does one text in a whole row."""
    above: list[str] = []
    in_head = True
    for cells in rows:
        line = list(cells)
        is_plain = len(line) > 1 and not any(isinstance(cell, Across | Below) for cell in line)
        if is_plain and (in_head or line[0] == line[-1]) and not any(map(is_figure, line)):
            line = _reached(line, above, in_head)
        yield line
        if len(own(line)) > 1:
            in_head = in_head and any(isinstance(cell, Across) for cell in line)
        above = line


def _reached(line: list[str], above: list[str], in_head: bool) -> list[str]:
    if not in_head and len(set(line)) > 1:
        return line
    found = [
        Across(cell) if at and cell and cell == line[at - 1] else cell
        for at, cell in enumerate(line)
    ]
    if len(own(above)) < 2 or not any(isinstance(cell, Across) for cell in above):
        return found
    return [
        Below(cell) if cell and cell == str(over) and not isinstance(cell, Across) else cell
        for cell, over in zip(found, [*above, *[""] * len(found)], strict=False)
    ]
