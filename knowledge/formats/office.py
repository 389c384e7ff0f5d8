"""DOCX and PPTX, by way of Markdown (markitdown)."""

from collections.abc import Iterator
from pathlib import Path

from knowledge.base import Section
from knowledge.formats import markdown


def read_docx(path: Path) -> Iterator[Section]:
    """Sections by heading, tables by row."""
    yield from markdown.sections(_markdown(path, ".docx"))


def read_pptx(path: Path) -> Iterator[Section]:
    """Sections by slide; the slide's number is its page."""
    yield from markdown.sections(_markdown(path, ".pptx"))


def _markdown(path: Path, ending: str) -> str:
    from markitdown import MarkItDown, StreamInfo  # each format loads its own parser and no other
    from markitdown.converters import DocxConverter, PptxConverter

    # Only these two: the others would make something of any file, or fetch what it names.
    reader = MarkItDown(enable_builtins=False, enable_plugins=False)
    reader.register_converter(DocxConverter() if ending == ".docx" else PptxConverter())
    with path.open("rb") as file:
        result = reader.convert_stream(file, stream_info=StreamInfo(extension=ending))
    return str(result.markdown)
