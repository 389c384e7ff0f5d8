"""XLSX by openpyxl: the cells as a reader of the file sees them, and what nobody sees counted.

openpyxl's reader of a sheet is used directly (`openpyxl.worksheet._reader`, of the pinned
version): its read-only mode drops merged cells and hidden rows, its usual mode holds whole sheets
as objects, and neither tells a formula without a result from an empty cell.
"""

import datetime
import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats import grid, numbers
from knowledge.parsing.formats.looks import Looks
from knowledge.parsing.formats.rows import row_sections
from knowledge.parsing.formats.strict import opened

_EMPTY_ROW: list[str] = []
_LAST_ROW = 1_048_576  # https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
_REF = re.compile(rb'<(?:\w+:)?table [^>]*\bref="([A-Z0-9$:]+)"')
_ON_LOAD = b'fullCalcOnLoad="1"'  # who wrote it did not calculate: every result is a nought
Area = tuple[int, int, int, int]  # top row, left column counted from 0, bottom, right


@dataclass
class Sheet:
    """What stands in a sheet, by the numbers of its rows, and what is not to be seen."""

    lines: dict[int, list[str]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)  # counted from 0
    merged: list[Area] = field(default_factory=list)
    tables: list[Area] = field(default_factory=list)  # which have styles of their own
    ruled: list[Area] = field(default_factory=list)  # where a rule may hide what cells say
    unseen: list[tuple[int, int]] = field(default_factory=list)
    without_value: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    beyond: int = 0  # cells to the right of the last column that is kept


def read(path: Path) -> Iterator[Section | Notice]:
    """One section a row of every visible sheet, the sheet's name as its heading."""
    import openpyxl  # each format loads its own parser and no other

    # Opened here: openpyxl judges a path by its ending, and stored files have none.
    with opened(path) as data:
        on_load = _is_calculated_on_load(data)
        book = openpyxl.load_workbook(data, read_only=True, data_only=True, keep_links=False)
        seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        hidden = tuple(one.title for one in book.worksheets if one not in seen)
        if hidden:
            yield Notice("hidden_sheets", len(hidden), hidden)
        for sheet in seen:
            found = _read(book, sheet, on_load)
            name = sheet.title if len(seen) > 1 else ""
            losses = list(_notices(found, f"{name}!" if name else ""))
            yield from losses
            yield from _told_once(row_sections(_visible(found), name), losses)


def _told_once(
    sections: Iterable[Section | Notice], losses: Sequence[Notice]
) -> Iterator[Section | Notice]:
    """The sections, without a word of columns that are empty for a reason told already."""
    told = {place.rpartition("!")[2] for notice in losses for place in notice.where}
    for one in sections:
        if not isinstance(one, Notice):
            yield one
        elif names := tuple(name for name in one.where if name not in told):
            yield Notice(one.code, len(names), names)


def _is_calculated_on_load(data: BinaryIO) -> bool:
    with zipfile.ZipFile(data) as packed:
        known = "xl/workbook.xml" in packed.namelist()
        on_load = known and _ON_LOAD in packed.read("xl/workbook.xml")
    data.seek(0)
    return on_load


def _read(book: Any, sheet: Any, on_load: bool) -> Sheet:
    from openpyxl.worksheet._reader import WorkSheetParser

    found = Sheet(tables=list(_tables(sheet)))
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        _tell_formulas(parser, on_load)
        looks = Looks(book)
        for number, cells in parser.parse():
            line = _line(found, number, cells, looks)
            if line:
                found.lines[number] = line
    _layout(found, parser)
    for one in parser.formatting:
        if any(map(looks.may_hide, one.rules)):
            found.ruled.extend(_area(str(part)) for part in one.sqref.ranges)
    return found


def _tell_formulas(parser: Any, on_load: bool) -> None:
    """Have the parser mark the formulas whose result is not in the file."""
    from openpyxl.worksheet._reader import FORMULA_TAG

    parse_cell = parser.parse_cell

    def told(element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = parse_cell(element)
        none = cell["value"] is None and element.get("t") != "str"  # `=""` has an empty text
        if (none or (on_load and cell["value"] == 0)) and element.find(FORMULA_TAG) is not None:
            cell.update(data_type="f", value=None)
        return cell

    parser.parse_cell = told


def _tables(sheet: Any) -> Iterator[Area]:
    """Where the sheet has tables."""
    from openpyxl.packaging.relationship import get_dependents, get_rels_path

    archive, related = sheet.parent._archive, get_rels_path(sheet._worksheet_path)
    if related not in archive.namelist():
        return
    for one in get_dependents(archive, related):
        if one.Type.endswith("/table") and (ref := _REF.search(archive.read(one.Target))):
            yield _area(ref[1].decode())


def _area(ref: str) -> Area:
    from openpyxl.utils import range_boundaries

    left, top, right, bottom = range_boundaries(ref)
    return top or 1, (left or 1) - 1, bottom or _LAST_ROW, (right or grid.MAX_COLUMNS) - 1


def _is_in(areas: Sequence[Area], row: int, at: int) -> bool:
    return any(top <= row <= end and left <= at <= right for top, left, end, right in areas)


def _line(found: Sheet, number: int, cells: list[dict[str, Any]], looks: Looks) -> list[str]:
    line: list[str] = []
    for cell in cells:
        at = cell["column"] - 1
        if at >= grid.MAX_COLUMNS:
            found.beyond += cell["value"] is not None
            continue
        text = _text(found, (number, at), cell, looks)
        if text:
            line.extend([""] * (at + 1 - len(line)))
            line[at] = text
    return line


def _text(found: Sheet, place: tuple[int, int], cell: dict[str, Any], looks: Looks) -> str:
    value, kind, style = cell["value"], cell["data_type"], cell["style_id"] or 0
    if kind == "f":
        found.without_value.append(place)
        return ""
    if value is None:
        return ""
    if looks.is_unseen(style, bool(found.tables) and _is_in(found.tables, *place)):
        found.unseen.append(place)
        return ""
    if kind == "e":
        found.errors.append(place)
        return ""
    return _shown(value, looks.code(style))


def _shown(value: Any, code: str) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return numbers.shown(value, code)
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return numbers.moment_shown(value, code)
    return numbers.text_shown(str(value), code)


def _layout(found: Sheet, parser: Any) -> None:
    """What the sheet hides and what it joins; both stand after its cells, or beside them."""
    for number, row in parser.row_dimensions.items():
        if _is_true(row.get("hidden")) or _is_nought(row.get("ht")):
            found.hidden_rows.add(int(number))
    for column in parser.column_dimensions.values():
        if _is_true(column.get("hidden")) or _is_nought(column.get("width")):
            last = min(int(column["max"]), grid.MAX_COLUMNS)
            found.hidden_columns.update(range(int(column["min"]) - 1, last))
    for one in parser.merged_cells.mergeCell if parser.merged_cells else ():
        found.merged.append(_area(one.ref))


def _is_true(said: str | None) -> bool:
    return said in ("1", "true", "on")


def _is_nought(said: str | None) -> bool:
    return said is not None and float(said) == 0


def _visible(found: Sheet) -> Iterator[list[str]]:
    """The rows that can be seen, joined cells filled, an empty row where there is a gap."""
    present = sorted(found.lines)
    for top, left, bottom, right in found.merged:
        within = present[bisect_left(present, top) : bisect_right(present, bottom)]
        if within and within[0] == top and left < grid.MAX_COLUMNS:
            lines = [found.lines[number] for number in within]
            grid.cover(lines, 0, left, len(lines) - 1, right)
    before = 0
    for number in present:
        if number in found.hidden_rows:
            continue
        if before and any(gap not in found.hidden_rows for gap in range(before + 1, number)):
            yield _EMPTY_ROW
        before = number
        line = found.lines[number]
        yield [cell for at, cell in enumerate(line) if at not in found.hidden_columns]


def _notices(found: Sheet, sheet: str) -> Iterator[Notice]:
    rows = sorted(found.hidden_rows & found.lines.keys())
    if rows:
        yield Notice("hidden_rows", len(rows), tuple(f"{sheet}{number}" for number in rows[:9]))
    filled = {at for line in found.lines.values() for at, cell in enumerate(line) if cell}
    columns = sorted(found.hidden_columns & filled)
    if columns:
        yield Notice("hidden_columns", len(columns), tuple(sheet + _letter(at) for at in columns))
    for code, places in (
        ("hidden_cells", found.unseen),
        ("formulas_without_value", found.without_value),
        ("error_values", found.errors),
        ("cells_under_a_rule", list(_ruled(found))),
    ):
        seen = [(row, at) for row, at in places if _can_be_seen(found, row, at)]
        named = dict.fromkeys(sheet + _name(found, at) for _, at in seen)
        if seen:
            yield Notice(code, len(seen), tuple(named))
    if found.beyond:
        yield Notice("columns_beyond", found.beyond, (sheet.rstrip("!"),) if sheet else ())


def _ruled(found: Sheet) -> Iterator[tuple[int, int]]:
    """The cells that a conditional format may hide."""
    for row, line in found.lines.items() if found.ruled else ():
        for at, cell in enumerate(line):
            if cell and _is_in(found.ruled, row, at):
                yield row, at


def _can_be_seen(found: Sheet, row: int, at: int) -> bool:
    return row not in found.hidden_rows and at not in found.hidden_columns


def _name(found: Sheet, at: int) -> str:
    """What a column is called: by its first text, else by its letter."""
    lines = (found.lines[number] for number in sorted(found.lines))
    named = next((line[at] for line in lines if at < len(line) and line[at]), "")
    return " ".join(named.split()) or _letter(at)


def _letter(at: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(at + 1))
