"""Tables: XLSX by openpyxl, CSV by the standard library."""

import csv
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.base import Section
from knowledge.formats.encodings import decoded
from knowledge.formats.rows import row_sections

_DELIMITERS = ",;\t|"


def read_xlsx(path: Path) -> Iterator[Section]:
    """One section a row of every sheet, the sheet's name as its heading."""
    import openpyxl  # each format loads its own parser and no other

    # Opened here: openpyxl judges a path by its ending, and stored files have none.
    with path.open("rb") as data:
        book = openpyxl.load_workbook(data, read_only=True, data_only=True, keep_links=False)
        several = len(book.worksheets) > 1
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a file claims about its own size is not always so
            rows = ([_shown(value) for value in row] for row in sheet.iter_rows(values_only=True))
            yield from row_sections(rows, sheet.title if several else "")


def read_csv(path: Path) -> Iterator[Section]:
    """One section a row, whatever the delimiter."""
    text = decoded(path)
    csv.field_size_limit(1_000_000)
    rows = csv.reader(text.splitlines(keepends=True), delimiter=_delimiter(text))
    yield from row_sections(rows)


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
