"""Text and Markdown files."""

from collections.abc import Iterator
from pathlib import Path

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats import markdown
from knowledge.parsing.formats.encodings import text_of


def read_text(path: Path) -> Iterator[Section | Notice]:
    """The whole text as one section."""
    text, notices = text_of(path)
    yield from notices
    yield Section(text=text)


def read_markdown(path: Path) -> Iterator[Section | Notice]:
    """One section a heading."""
    text, notices = text_of(path)
    yield from notices
    yield from markdown.sections(text)
