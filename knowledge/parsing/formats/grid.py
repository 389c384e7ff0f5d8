"""Tables whose cells cover several places, as plain rows: each place holds the value it shows."""

from collections.abc import Iterable
from dataclasses import dataclass

MAX_SPAN = 1_000  # as browsers have it; https://html.spec.whatwg.org/#attr-tdth-colspan


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
        row: dict[int, str] = {at: text for at, (text, _) in from_above.items()}
        below = {at: (text, left - 1) for at, (text, left) in from_above.items() if left > 1}
        column = 0
        for cell in cells:
            while column in row:
                column += 1
            for at in range(column, column + min(max(cell.across, 1), MAX_SPAN)):
                row.setdefault(at, cell.text)
                if cell.down > 1:
                    below[at] = (cell.text, min(cell.down, MAX_SPAN) - 1)
        from_above = below
        grid.append([row.get(at, "") for at in range(max(row, default=-1) + 1)])
    return grid
