"""PDF, page by page, by pypdf."""

import re
from collections.abc import Iterator
from pathlib import Path

from knowledge.base import Section
from knowledge.errors import Unreadable

MAX_PAGES = 2_000


def read(path: Path) -> Iterator[Section]:
    """One section a page that has text."""
    from pypdf import PdfReader  # each format loads its own parser and no other

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(
            "The PDF has a password. Save it without one and add it again.", "pdf_password"
        )
    if len(reader.pages) > MAX_PAGES:
        raise Unreadable(f"The PDF has more than {MAX_PAGES} pages. Divide it.", "too_long")
    empty = True
    for number, page in enumerate(reader.pages, start=1):
        text = _paragraphs(page.extract_text())
        empty = empty and not text
        yield Section(text=text, page=number)
    if empty:
        raise Unreadable(
            "The PDF holds pictures of pages, not text. Run text recognition (OCR) on it first.",
            "pdf_scanned",
        )


def _paragraphs(text: str) -> str:
    """Words that were divided at the end of a line joined; the other line ends kept."""
    joined = re.sub(r"(?<=[a-záéíóúüñ])-\n(?=[a-záéíóúüñ])", "", text)
    return re.sub(r"[ \t]+", " ", joined).strip()
