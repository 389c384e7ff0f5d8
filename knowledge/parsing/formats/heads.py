"""Where a table's names stand: in its first rows, in its first column, or nowhere."""

import itertools
import re
from collections.abc import Iterator, Sequence

from knowledge.parsing.formats.cells import (
    flat,
    is_figure,
    is_name,
    kind,
    readable,
    share_of_names,
)
from knowledge.parsing.formats.grid import Across, own

LOOKED_AT = 12  # rows, to see where a table begins
MOST_PAIRS = 60  # rows of a table of labels and values
LONGEST_LABEL = 50  # letters
LONGEST_QUESTION = 150
_NUMBER = re.compile(r"\d")
Row = Sequence[str]


def titles(rows: Sequence[Row]) -> int:
    """How many rows stand over the table: those with one text of their own.

    A shop's price list often begins with the shop's name, alone in its row.
    """
    some = rows[:LOOKED_AT]
    return next((n for n, cells in enumerate(some) if len(own(cells)) > 1), 0)


def are_names(rows: Sequence[Row]) -> bool:
    """Whether the first of *rows* names columns under a title: it has no number, others below do.

    Two columns without a number are rather `Correo`, `hola@...` under a first `Contacto`.
    """
    if not rows or _NUMBER.search(" ".join(rows[0])):
        return False
    columns = [[cell for cell in cells if cell] for cells in itertools.zip_longest(*rows[1:])]
    numbers = (cells and all(map(_NUMBER.search, cells)) for cells in columns)
    return len(own(rows[0])) > 2 or any(numbers)


def depth(rows: Sequence[Row]) -> int:
    """How many rows of names there are: 0 when the first row is of values like those below it."""
    if len(rows) > 1 and _is_like_the_rest(rows):
        return 0
    deep = 1
    while (
        deep < 4 and deep + 1 < len(rows) and _goes_on(rows[deep - 1], rows[deep], rows[deep + 1 :])
    ):
        deep += 1
    return deep


def names(rows: Sequence[Row]) -> list[str]:
    """The names of the columns out of the rows of names: `Precio > Público`."""
    columns = itertools.zip_longest(*_reaching(rows), fillvalue="")
    joined = [" > ".join(dict.fromkeys(filter(None, map(flat, cells)))) for cells in columns]
    found: list[str] = []
    for place, one in enumerate(joined, start=1):
        name = one or unnamed(place)
        found.append(f"{name} {place}" if name in found else name)
    return found


def unnamed(place: int) -> str:
    """What a column without a name is called."""
    return f"Columna {place}"


def pairs(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """The labels and values of a table that has no row of names; none when it is another kind.

    One pair a row, or several side by side. A row with one text, such as `Firma:`, is a label
    without a value.
    """
    written = [_beside(row) for row in rows[: MOST_PAIRS + 1]]
    paired = [cells for cells in written if len(cells) > 1]
    if not paired or len(written) > MOST_PAIRS or len(written) - len(paired) > len(paired) / 2:
        return []
    if any(len(cells) % 2 for cells in paired):
        return []
    labels = [flat(cell) for cells in paired for cell in cells[::2]]
    values = [readable(cell) for cells in paired for cell in cells[1::2]]
    wide = max(map(len, paired)) > 2
    if not _are_labels(labels) or not _is_labelled(paired[0], labels, values, wide):
        return []
    whole = [(*map(readable, cells), "") for cells in written]
    return [(flat(one).rstrip(": "), said) for cells in whole for one, said in _in_twos(cells)]


def _in_twos(cells: Row) -> Iterator[tuple[str, str]]:
    return zip(cells[::2], cells[1::2], strict=False)


def _is_like_the_rest(rows: Sequence[Row]) -> bool:
    """Whether a column holds a figure in the first row as in nearly all others."""
    columns = list(itertools.zip_longest(*rows[: 50 * LOOKED_AT], fillvalue=""))
    for first, *rest in columns:
        figures = [is_figure(cell) for cell in rest if cell]
        if is_figure(first) and figures and sum(figures) >= 0.9 * len(figures):
            return share_of_names(own(rows[0])) < 0.5
    return False


def _goes_on(above: Row, line: Row, rest: Sequence[Row]) -> bool:
    """Whether *line* divides the names *above*: it is written under those that cover several."""
    above, line = _as_long(above, line), _as_long(line, above)
    spans = _spans(above, line)
    inside = {cell for cell, within in zip(line, spans, strict=True) if within and cell}
    outside = [cell for cell, within in zip(line, spans, strict=True) if not within]
    divided = len(inside) > 1 or (inside and any(isinstance(cell, Across) for cell in line))
    if not divided or own(outside) or any(map(is_figure, own(line))):
        return False
    merged = any(isinstance(cell, Across) for cell in above)
    return merged or any(is_figure(cell) for row in rest for cell in row)


def _spans(above: Row, line: Row) -> list[bool]:
    """For each column: whether a name *above* covers it together with others.

    Where nothing was merged, a name reaches over the empty places to its right that have a text
    below them.
    """
    reach = [
        isinstance(cell, Across) or bool(not cell and line[at] and own(above[:at]))
        for at, cell in enumerate(above)
    ]
    return [one or after for one, after in zip(reach, [*reach[1:], False], strict=True)]


def _reaching(rows: Sequence[Row]) -> list[Row]:
    """The rows of names, each name repeated over the empty places that it covers."""
    found: list[Row] = []
    for row, below in zip(rows, [*rows[1:], ()], strict=True):
        filled, spans = list(row), _spans(_as_long(row, below), _as_long(below, row))
        for at in range(1, len(filled)):
            if spans[at] and not filled[at]:
                filled[at] = filled[at - 1]
        found.append(filled)
    return found


def _as_long(row: Row, other: Row) -> list[str]:
    return [*row, *[""] * (len(other) - len(row))]


def _beside(row: Row) -> list[str]:
    """The texts of a row; a label that reaches in from above counts again."""
    return [cell for cell in row if cell and not isinstance(cell, Across)]


def _are_labels(labels: Sequence[str]) -> bool:
    return all(
        len(label) <= (LONGEST_QUESTION if label.endswith("?") else LONGEST_LABEL)
        and kind(label.rstrip(": ")) == "text"
        for label in labels
    )


def _is_labelled(first: Row, labels: Sequence[str], values: Sequence[str], wide: bool) -> bool:
    """Whether the labels stand beside their values, and not above them."""
    marked = sum(label.endswith(":") for label in labels) * 2 > len(labels)
    if marked or all(label.endswith("?") for label in labels):
        return True
    if not wide and len(set(labels)) == len(labels) and _is_sentence(values[0]):
        return True
    beside, above = share_of_names(labels), share_of_names(first)
    if beside >= 0.5 and (beside > above or (beside == above < 1 and not is_name(values[0]))):
        kinds = {kind(value) for value in values[1:]}
        return len(kinds) != 1 or kinds == {"text"} or _are_different(labels)
    if wide or above == 1 or len(labels) < 2 or len(set(labels)) < len(labels):
        return False
    return is_figure(values[0]) or len({kind(value) for value in values}) > 2


def _is_sentence(cell: str) -> bool:
    """Whether it says more than the name of a column would."""
    words = cell.split()
    return len(words) > 8 or (len(words) > 3 and cell.endswith("."))


def _are_different(labels: Sequence[str]) -> bool:
    """Whether each begins with another word, unlike `Modelo X`, `Modelo Y` in a column."""
    return len({label.split()[0] for label in labels}) == len(labels)
