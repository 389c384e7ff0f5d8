"""Text and Markdown files, in the encodings people save them in."""

from collections.abc import Iterator
from pathlib import Path

from knowledge.base import Section
from knowledge.formats import markdown


def read_text(path: Path) -> Iterator[Section]:
    """The whole text as one section."""
    yield Section(text=decoded(path))


def read_markdown(path: Path) -> Iterator[Section]:
    """One section a heading."""
    yield from markdown.sections(decoded(path))


def decoded(path: Path) -> str:
    """The text of the file: UTF-16 when it says so, UTF-8, else Windows' western letters."""
    body = path.read_bytes()
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")
