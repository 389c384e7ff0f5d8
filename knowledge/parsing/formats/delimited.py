"""CSV: tables as text, whatever divides their columns.

The delimiter is the one that divides every row into as many cells, quotes respected; a decimal
comma or a comma in a sentence divides nothing. https://www.rfc-editor.org/rfc/rfc4180
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats.encodings import text_of
from knowledge.parsing.formats.rows import row_sections

DELIMITERS = ";\t|,"
LOOKED_AT = 400_000  # letters
SURE = 0.8  # of the rows have as many cells
_FIRST_LINE = re.compile(r"\A\s*\"?sep=(.)\"?\r?\n", re.IGNORECASE)  # as Excel writes and reads it
_NAMES = {"\t": "tab", ",": ",", ";": ";", "|": "|"}
# A comma that divides no columns: of a number, or of a sentence.
_NATURAL = re.compile(r"(?<=\d),(?=\d{1,3}(?:\D|$))|,(?=\s)")


@dataclass(frozen=True)
class Division:
    """A delimiter, into how many cells it divides most rows, and how many rows those are."""

    delimiter: str
    width: int
    share: float
    is_natural: bool = False  # its commas would stand there anyway

    @property
    def rank(self) -> tuple[bool, float, int]:
        """How well it divides; better ones are greater."""
        return (not self.is_natural, round(self.share, 1), self.width)


def read(path: Path) -> Iterator[Section | Notice]:
    """One section a row."""
    text, notices = text_of(path)
    yield from notices
    found = divisions(text)
    if notice := _notice(found):
        yield notice
    rows = list(_divided(text, found))
    if uneven := _uneven(rows):
        yield uneven
    yield from row_sections(rows)


def text_rows(text: str) -> Iterator[list[str]]:
    """The rows of a table that is written as text."""
    yield from _divided(text, divisions(text))


def _divided(text: str, found: Sequence[Division]) -> Iterator[list[str]]:
    declared = _FIRST_LINE.match(text)
    delimiter = declared[1] if declared else found[0].delimiter if found else "\x1f"
    yield from _rows(text[declared.end() :] if declared else text, delimiter)


def divisions(text: str) -> list[Division]:
    """The delimiters that divide the text into columns, best first; none for one column."""
    if _FIRST_LINE.match(text):
        return []
    some = text[:LOOKED_AT]
    if len(some) < len(text):
        some = some.rpartition("\n")[0] or some
    tried = [_division(some, one) for one in DELIMITERS if one in some]
    return sorted((one for one in tried if one.width > 1), key=lambda one: one.rank, reverse=True)


def _division(text: str, delimiter: str) -> Division:
    every = list(_rows(text, delimiter))
    rows = [row for row in every if any(map(str.strip, row))] or every
    widths = Counter(map(len, rows))
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    is_natural = delimiter == "," and _are_natural(text)
    return Division(delimiter, width, count / max(1, len(rows)), is_natural)


def _are_natural(text: str) -> bool:
    """Whether nearly every comma outside of quotes would stand there anyway."""
    bare = re.sub(r'"[^"\n]*"', "", text)
    return len(_NATURAL.findall(bare)) >= 0.9 * bare.count(",")


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(1_000_000)
    lines = text.splitlines(keepends=True)
    yield from csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter != "\t")


def _notice(found: Sequence[Division]) -> Notice | None:
    """That it is not certain: two divide as well, or the best leaves many rows uneven."""
    if not found:
        return None
    best, *others = found
    rival = next((one for one in others if one.rank[:2] == best.rank[:2]), None)
    if best.share >= SURE and (rival is None or rival.width < best.width):
        return None
    names = tuple(_NAMES[one.delimiter] for one in (best, *others[:1]))
    return Notice("delimiter_unsure", 1, names)


def _uneven(rows: Sequence[Sequence[str]]) -> Notice | None:
    """Rows that are longer than the one with the names."""
    filled = [(at, row) for at, row in enumerate(rows, start=1) if any(row)]
    width = max((len(row) for _, row in filled[:3]), default=0)
    longer = [at for at, row in filled[3:] if len(row) > width and any(row[width:])]
    if not longer or width < 2:
        return None
    return Notice("uneven_rows", len(longer), tuple(map(str, longer[:9])))
