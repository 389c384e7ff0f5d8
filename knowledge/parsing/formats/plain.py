"""Text and Markdown files."""

from collections.abc import Iterator
from pathlib import Path

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats import markdown
from knowledge.parsing.formats.encodings import decoded


def read_text(path: Path) -> Iterator[Section]:
    """The whole text as one section."""
    yield Section(text=decoded(path))


def read_markdown(path: Path) -> Iterator[Section | Notice]:
    """One section a heading."""
    yield from markdown.sections(decoded(path))
