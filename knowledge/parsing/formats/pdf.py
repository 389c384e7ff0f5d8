"""PDF, page by page, by pypdf; a page is cut at its headings, so that a chunk keeps its own."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from knowledge.base import Section
from knowledge.errors import Unreadable
from knowledge.notices import Notice

MAX_PAGES = 2_000
EDGE_LINES = 2  # where running heads and page numbers stand
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
        pages = [_lines(page.extract_text()) for page in reader.pages]
    except LimitReachedError as error:
        raise Unreadable("The file unpacks to far more than it should.", "file_bomb") from error
    scanned = [at for at, lines in enumerate(pages) if not lines and _has_picture(reader.pages[at])]
    if not any(pages):
        raise _without_text(len(scanned))
    if scanned:
        yield Notice("pdf_pages", len(scanned), tuple(f"p. {at + 1}" for at in scanned))
    running = _running(pages)
    for number, lines in enumerate(pages, start=1):
        kept = [line for line in lines if _without_digits(line) not in running]
        yield from _sections(kept, number)


def _has_picture(page: Any) -> bool:
    """True for a page with a picture on it, as a scanner makes them."""
    pictures = _resolved(_resolved(page.get("/Resources")).get("/XObject"))
    return any(_resolved(one).get("/Subtype") == "/Image" for one in pictures.values())


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


def _lines(text: str) -> list[str]:
    """The page's lines, words that were divided at the end of one joined."""
    joined = re.sub(r"(?<=[a-záéíóúüñ])-\n(?=[a-záéíóúüñ])", "", text)
    lines = (re.sub(r"\s+", " ", line).strip() for line in joined.splitlines())
    return [line for line in lines if line]


def _running(pages: Sequence[Sequence[str]]) -> set[str]:
    """Lines at the edge of most pages that differ by a number at most: heads and feet."""
    at_edges = Counter(
        line
        for lines in pages
        for line in {_without_digits(edge) for edge in (*lines[:EDGE_LINES], *lines[-EDGE_LINES:])}
    )
    return {line for line, times in at_edges.items() if times > 1 and times > len(pages) / 2}


def _without_digits(line: str) -> str:
    return re.sub(r"\d+", "#", line)


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
