"""HTML: what a reader of the page would call its text, by trafilatura."""

from collections.abc import Iterator
from pathlib import Path

from knowledge.base import Section
from knowledge.notices import Notice
from knowledge.parsing.formats import markdown
from knowledge.parsing.formats.encodings import text_of
from knowledge.parsing.formats.hidden import without_hidden


def read(path: Path) -> Iterator[Section | Notice]:
    """The page's sections, without menus, footers, scripts, comments and hidden text."""
    import trafilatura  # each format loads its own parser and no other

    said, notices = text_of(path)
    yield from notices
    page = without_hidden(said)
    if not page:
        return
    text = trafilatura.extract(
        page, output_format="markdown", include_tables=True, include_comments=False
    )
    # Of a very short page the extractor makes nothing: then every word of it.
    yield from markdown.sections(text or trafilatura.html2txt(page))
