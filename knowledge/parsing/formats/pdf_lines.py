"""The lines of a PDF's page: rows of a table read across, columns of prose down.

pypdf gives text in the order it was written. Where that is right it stays; only pieces that stand
beside one another are looked at: short ones are the cells of a row, long ones columns of prose.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge.parsing.formats.running import Line

PROSE = 20  # letters of a line that is rather prose than a cell
LEVEL = 0.35  # of the letters' size: lines so close in height stand beside one another
ENOUGH = 4  # rows that tell by themselves what they are
SAME = 2.0  # points: lines that begin so close begin at the same place
INDENT = 10.0  # points: text over a table begins so close to its first column
TIGHT = 1.5  # times their size: so close stand the lines of a cell
MOST_LINES = 15  # of a cell
_ODD = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]|\\(cid:")
_LIGATURES = {
    0xFB00 + at: said for at, said in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))
}
_DIVIDED = re.compile(r"[a-záéíóúüñ]-$")


@dataclass
class Text:
    """What was written on a page, and how many of its letters belong to no known sign."""

    lines: list[Line] = field(default_factory=list)
    letters: int = 0
    unmapped: int = 0


def written(page: Any, before: Any = None, after: Any = None) -> Text:
    """The lines of *page* in the order of its content; visitors see each operator on the way."""
    text = Text()
    open_line: list[Line] = []

    def take(said: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if said.strip():
            _count(text, said, font)
            scale = (tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3])
            height = abs(size) * max(abs(scale[0]), abs(scale[1]))
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            open_line.append(Line("", x, y, height or 12))
        _add(text.lines, open_line, said)

    page.extract_text(visitor_text=take, visitor_operand_before=before, visitor_operand_after=after)
    _add(text.lines, open_line, "\n")
    return text


def _add(lines: list[Line], open_line: list[Line], said: str) -> None:
    """Write *said* on the open line, which ends where *said* does."""
    first, *others = said.translate(_LIGATURES).split("\n")
    if open_line:
        open_line[0].text += first
    for other in others:
        if open_line and open_line[0].text.strip():
            line = open_line[0]
            lines.append(Line(" ".join(line.text.split()), line.x, line.y, line.size))
            open_line[:] = [Line("", line.x, line.y - line.size * 1.2, line.size)]
        if open_line:
            open_line[0].text = other
        if not other.strip():
            open_line.clear()


def _count(text: Text, said: str, font: Any) -> None:
    letters = len("".join(said.split()))
    text.letters += letters
    text.unmapped += letters if is_unmapped(font) else len(_ODD.findall(said))


def is_unmapped(font: Any) -> bool:
    """Whether a font does not say which letters its glyphs are; ISO 32000-2, 9.10.2."""
    if font is None or "/ToUnicode" in font or font.get("/Subtype") != "/Type0":
        return False
    under = [one.get_object() for one in font.get("/DescendantFonts", ())]
    systems = [one["/CIDSystemInfo"].get_object() for one in under if "/CIDSystemInfo" in one]
    named = any(str(one.get("/Ordering", "Identity")) != "Identity" for one in systems)
    return str(font.get("/Encoding", "")).startswith("/Identity") and not named


def arranged(lines: Sequence[Line]) -> list[Line]:
    """The lines, those that stand beside one another in the order people read them."""
    lines = list(_with_whole_rows(lines))
    rows = _rows(lines)
    if all(len(row) == 1 for row in rows):
        return list(lines)
    place = {id(line): at for at, line in enumerate(lines)}
    usual = _are_columns([row for row in rows if len(row) > 1])
    moved: dict[int, list[Line]] = {}  # what is said in the place of a line
    for block in _blocks(rows):
        columns = _are_columns(block) if len(block) >= ENOUGH else usual
        there = sorted((line for row in block for line in row), key=lambda one: place[id(one)])
        if columns and not _take_turns(block, there):
            continue
        said = _down(block) if columns else list(map(_across, block))
        moved |= {id(line): [] for line in there} | {id(there[0]): said}
    return [one for line in lines for one in moved.get(id(line), [line])]


def _with_whole_rows(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines, each row of a table that was written cell by cell as one: a cell may have lines
    of its own."""
    run: list[Line] = []
    for line in lines:
        if run and (line.x < run[-1].x - SAME or line.x <= run[0].x + INDENT):
            yield from _whole_row(run, lines)
            run = []
        run.append(line)
    yield from _whole_row(run, lines)


def _whole_row(run: list[Line], lines: Sequence[Line]) -> list[Line]:
    """A run of lines to the right as one when it is such a row, else as it is."""
    cells: list[list[Line]] = []
    for line in run:
        if cells and abs(line.x - cells[-1][0].x) <= SAME:
            cells[-1].append(line)
        else:
            cells.append([line])
    highest = max(map(len, cells), default=0)
    if len(cells) < 2 or not 1 < highest <= MOST_LINES:
        return run
    top, foot = max(line.y for line in run), min(line.y for line in run)
    if run[0].y > max(line.y for line in run[1:]) + SAME:  # the rest is indented below it
        return run
    beside = sum(foot - SAME < line.y < top + SAME for line in lines)
    if beside > len(run) or not all(map(_are_of_one_cell, cells)):
        return run
    return [Line(" ".join(one.text for one in run), run[0].x, top, run[0].size)]


def _are_of_one_cell(lines: Sequence[Line]) -> bool:
    gaps = ((a.y - b.y) / max(a.size, 1) for a, b in itertools.pairwise(lines))
    return all(0 < gap <= TIGHT for gap in gaps)


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines of the same height together, from top to bottom, each row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: -one.y):
        if rows and rows[-1][0].y - line.y <= LEVEL * min(rows[-1][0].size, line.size):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda one: one.x) for row in rows]


def _blocks(rows: Sequence[list[Line]]) -> Iterator[list[list[Line]]]:
    """Rows of several pieces that follow one another."""
    for beside, found in itertools.groupby(rows, key=lambda row: len(row) > 1):
        if beside:
            yield list(found)


def _are_columns(rows: Sequence[Sequence[Line]]) -> bool:
    """Whether most rows are long on both sides, as prose in columns is."""
    texts = ([one.text for one in row if len(one.text) > 2] for row in rows)  # no bullets
    long = [len(row) > 1 and min(map(len, row)) >= PROSE for row in texts]
    return sum(long) * 2 >= len(long)


def _across(row: Sequence[Line]) -> Line:
    return Line(" ".join(one.text for one in row), row[0].x, row[0].y, row[0].size)


def _take_turns(rows: Sequence[Sequence[Line]], as_written: Sequence[Line]) -> bool:
    """Whether columns were written a line of each in turn."""
    left = {id(row[0]) for row in rows}
    turns = sum((id(a) in left) != (id(b) in left) for a, b in itertools.pairwise(as_written))
    return turns >= max(len(rows), 2)


def _down(rows: Sequence[Sequence[Line]]) -> list[Line]:
    """Columns one after the other."""
    columns: dict[int, list[Line]] = defaultdict(list)
    for row in rows:
        for at, line in enumerate(row):
            columns[at].append(line)
    return [line for at in sorted(columns) for line in columns[at]]


def joined(lines: Sequence[Line]) -> list[Line]:
    """The lines, a word that was divided at the end of one whole again."""
    found: list[Line] = []
    for line in lines:
        if found and _DIVIDED.search(found[-1].text) and line.text[:1].islower():
            found[-1] = Line(found[-1].text[:-1] + line.text, *_place(found[-1]))
        else:
            found.append(line)
    return found


def _place(line: Line) -> tuple[float, float, float]:
    return line.x, line.y, line.size
