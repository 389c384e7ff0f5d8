"""Tables: XLSX by openpyxl, CSV by the standard library."""

import csv
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.base import Section
from knowledge.parsing.formats.encodings import decoded
from knowledge.parsing.formats.rows import row_sections

_DELIMITERS = ",;\t|"


def read_xlsx(path: Path) -> Iterator[Section]:
    """One section a row of every visible sheet, the sheet's name as its heading."""
    import openpyxl  # each format loads its own parser and no other

    # Opened here: openpyxl judges a path by its ending, and stored files have none.
    with path.open("rb") as data:
        book = openpyxl.load_workbook(data, read_only=True, data_only=True, keep_links=False)
        # What its author has hidden is not shown to customers either.
        seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in seen:
            sheet.reset_dimensions()  # what a file claims about its own size is not always so
            rows = ([_shown(value) for value in row] for row in sheet.iter_rows(values_only=True))
            yield from row_sections(rows, sheet.title if len(seen) > 1 else "")


def read_csv(path: Path) -> Iterator[Section]:
    """One section a row, whatever the delimiter."""
    yield from row_sections(text_rows(decoded(path)))


def text_rows(text: str) -> Iterator[list[str]]:
    """The rows of a table that is written as text."""
    csv.field_size_limit(1_000_000)
    yield from csv.reader(text.splitlines(keepends=True), delimiter=_delimiter(text))


def _delimiter(text: str) -> str:
    try:
        return csv.Sniffer().sniff(text[:65_536], _DELIMITERS).delimiter
    except csv.Error:
        first = text.lstrip().split("\n", 1)[0]
        return max(_DELIMITERS, key=first.count)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.10g}"
    return str(value)
