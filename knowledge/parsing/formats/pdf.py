"""PDF, page by page, by pypdf; a page is cut at its headings, so that a chunk keeps its own."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from knowledge.base import Section
from knowledge.errors import Unreadable
from knowledge.notices import Notice
from knowledge.parsing.formats import pdf_lines
from knowledge.parsing.formats.pdf_form import fields, filled_in
from knowledge.parsing.formats.pdf_sight import Sight
from knowledge.parsing.formats.running import without_running_lines

MAX_PAGES = 2_000
GARBLED = 0.05  # of a page's letters
HEADING_CHARACTERS = 70

_NUMBERED = re.compile(
    r"(?:(?:paso|step|cap[íi]tulo|chapter|secci[óo]n|section|art[íi]culo|article|anexo|annex)\s+)?"
    r"\d{1,2}(?:\.\d{1,2})*\.?\s+(?-i:[¿A-ZÁÉÍÓÚÜÑ])",
    re.IGNORECASE,
)
_ENDS_A_SENTENCE = re.compile(r"[.:;,!…]$")


def read(path: Path) -> Iterator[Section | Notice]:
    """The sections of each page, with the page's number and the heading they stand under."""
    from pypdf import PdfReader  # each format loads its own parser and no other
    from pypdf.errors import LimitReachedError

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(
            "The PDF has a password. Save it without one and add it again.", "pdf_password"
        )
    if len(reader.pages) > MAX_PAGES:
        raise Unreadable(f"The PDF has more than {MAX_PAGES} pages. Divide it.", "too_long")
    try:
        pages = [_Page(page) for page in reader.pages]
    except LimitReachedError as error:
        raise Unreadable("The file unpacks to far more than it should.", "file_bomb") from error
    scanned = [at for at, page in enumerate(pages, start=1) if page.is_scanned]
    if not any(page.lines for page in pages):
        raise _without_text(len(scanned))
    yield from _notices(pages, scanned)
    if "/XFA" in _resolved(reader.root_object.get("/AcroForm")) and not any(
        page.is_filled_in for page in pages
    ):
        yield Notice("form_without_values")
    kept = without_running_lines([page.lines for page in pages])
    for number, lines in enumerate(kept, start=1):
        yield from _sections([line.text for line in pdf_lines.joined(lines)], number)


class _Page:
    """What is read of a page, and what is not."""

    def __init__(self, page: Any) -> None:
        pictures = _pictures(page)
        sight = Sight(_box(page), bool(pictures["/Image"]), pictures["/Form"], _grays(page))
        after = sight.after if pictures["/Form"] else None
        text = pdf_lines.written(page, sight.before, after)
        values = list(fields(page))
        filled_in(text.lines, values)
        self.lines = pdf_lines.arranged(text.lines)
        self.is_filled_in = bool(values)
        self.hidden = sight.hidden
        self.is_scanned = not self.lines and bool(pictures["/Image"])
        self.is_garbled = text.unmapped > max(4, GARBLED * text.letters)


def _box(page: Any) -> tuple[float, float, float, float]:
    left, bottom, right, top = map(float, page.cropbox)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _notices(pages: Sequence[_Page], scanned: Sequence[int]) -> Iterator[Notice]:
    if scanned:
        yield Notice("pdf_pages", len(scanned), tuple(f"p. {at}" for at in scanned))
    for at, page in enumerate(pages, start=1):
        if page.hidden:
            yield Notice("hidden_text", page.hidden, (f"p. {at}",))
        if page.is_garbled:
            yield Notice("garbled_pages", 1, (f"p. {at}",))


def _pictures(page: Any) -> dict[str, set[str]]:
    """The names of what can be drawn on a page: pictures, and forms with text of their own."""
    found: dict[str, set[str]] = {"/Image": set(), "/Form": set()}
    for name, one in _resolved(_resolved(page.get("/Resources")).get("/XObject")).items():
        found.setdefault(str(_resolved(one).get("/Subtype")), set()).add(str(name))
    return found


def _grays(page: Any) -> set[str]:
    """The names of colours of a page that are light: 1 is white."""
    spaces = _resolved(_resolved(page.get("/Resources")).get("/ColorSpace")).items()
    kinds = {str(name): one.get_object() for name, one in spaces}
    return {
        name
        for name, kind in kinds.items()
        if isinstance(kind, list) and kind and kind[0] in ("/CalGray", "/ICCBased")
    }


def _resolved(value: Any) -> dict[str, Any]:
    """What a reference of the file stands for, if that is a dictionary."""
    found = value.get_object() if hasattr(value, "get_object") else value
    return found if isinstance(found, dict) else {}


def _without_text(scanned: int) -> Unreadable:
    if not scanned:
        return Unreadable("There is no text in it.", "no_text")
    return Unreadable(
        f"The PDF holds pictures of {scanned} pages, not their text. Run text recognition (OCR) on "
        "it first.",
        "pdf_scanned",
    )


def _sections(lines: Sequence[str], page: int) -> Iterator[Section]:
    title, heading, text = "", "", list[str]()
    for at, line in enumerate(lines):
        after = lines[at + 1] if at + 1 < len(lines) else ""
        if not _is_heading(line, after, first=at == 0):
            text.append(line)
            continue
        if text:
            yield Section("\n".join(text), page=page, heading=_path(title, heading))
        text = []
        if at == 0:
            title = line
        else:
            heading = line
    if text:
        yield Section("\n".join(text), page=page, heading=_path(title, heading))


def _is_heading(line: str, after: str, first: bool) -> bool:
    """A short line that ends no sentence and is not continued: numbered, or on top of a page."""
    if len(line) > HEADING_CHARACTERS or _ENDS_A_SENTENCE.search(line) or after[:1].islower():
        return False
    return bool(after) and (first or bool(_NUMBERED.match(line)))


def _path(title: str, heading: str) -> str:
    return " > ".join(part for part in (title, heading) if part)
