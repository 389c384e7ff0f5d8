"""How each kind of file becomes sections.

Run in the child process only (`knowledge.parsing.child`).
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats import delimited, pairs, pdf, plain, sheets, slides, web, word

READERS: Mapping[str, Callable[[Path], Iterator[Section | Notice]]] = {
    ".pdf": pdf.read,
    ".docx": word.read,
    ".pptx": slides.read,
    ".xlsx": sheets.read,
    ".csv": delimited.read,
    ".html": web.read,
    ".htm": web.read,
    ".md": plain.read_markdown,
    ".txt": plain.read_text,
    ".pairs": pairs.read,
}
