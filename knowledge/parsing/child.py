"""The child that parses one file: `python -m knowledge.parsing.child PATH ENDING`.

JSON lines come out.
"""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from knowledge.base import Section
from knowledge.errors import Unreadable
from knowledge.notices import Notice, joined, stored
from knowledge.orphans import die_with_parent
from knowledge.parsing.formats import READERS
from knowledge.parsing.sandbox import seal

DAMAGED = "The file is damaged. Save it again in the program it comes from, and add it again."
MAX_CHARACTERS = 3_000_000
MAX_SECTIONS = 20_000
MAX_WEIGHT = 48_000_000  # bytes, about, of what the parent will hold
_SECTION, _FIELD = 400, 120  # bytes, about, of a section and of a cell besides their letters


def main(path: str, ending: str) -> int:
    """Parse and print, a section a line; every fault becomes a sentence."""
    die_with_parent()
    try:
        seal(Path(path))
        lines: list[Any] = [*_sections(Path(path), ending), {"end": True}]
    except Unreadable as error:
        lines = [{"error": str(error), "code": error.code}]
    except MemoryError:
        lines = [{"error": "The file is too much for us. Divide it.", "code": "file_memory"}]
    except Exception as error:  # parsers raise anything
        lines = [{"error": DAMAGED, "code": "file_damaged"}]
        print(type(error).__name__, file=sys.stderr)
    for line in lines:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


def _sections(path: Path, ending: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    notices: list[Notice] = []
    length = weight = 0
    for section in READERS[ending](path):
        if isinstance(section, Notice):
            notices.append(section)
            continue
        clean = _clean(section)
        if not clean.text:
            continue
        length += len(clean.text)
        weight += _weight(clean)
        found.append(vars(clean))
        if length > MAX_CHARACTERS or len(found) > MAX_SECTIONS or weight > MAX_WEIGHT:
            raise Unreadable("There is too much text in it. Divide it.", "too_long")
    if not length:
        raise Unreadable("There is no text in it.", "no_text")
    return [*found, {"notices": stored(joined(notices))}]


def _weight(section: Section) -> int:
    cells = section.fields or {}
    letters = sum(len(name) + len(cell) for name, cell in cells.items())
    return _SECTION + len(section.text) + letters + _FIELD * len(cells)


def _clean(section: Section) -> Section:
    """Without the characters that people cannot see and models can."""
    return dataclasses.replace(
        section,
        text=_visible(section.text),
        heading=_visible(section.heading)[:300],
        fields={_visible(k): _visible(v) for k, v in section.fields.items()}
        if section.fields is not None
        else None,
    )


def _visible(text: str) -> str:
    if text.isprintable():  # nearly every cell is
        return text.strip()
    spaced = text.replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(map(_visible_line, spaced.split("\n"))).strip()


def _visible_line(line: str) -> str:
    return line if line.isprintable() else "".join(c for c in line if c.isprintable() or c == "\t")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
