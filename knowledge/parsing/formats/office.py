"""DOCX and PPTX, by way of Markdown (markitdown), without what their authors have hidden."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from knowledge.base import Section
from knowledge.parsing.formats import markdown

_WORDS = "word/document.xml"


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
    with _seen(path, ending) as file:
        result = reader.convert_stream(file, stream_info=StreamInfo(extension=ending))
    return str(result.markdown)


def _seen(path: Path, ending: str) -> BinaryIO:
    """The document as its reader sees it: the file itself when nothing in it is hidden."""
    with zipfile.ZipFile(path) as packed:
        hidden = ending == ".docx" and b"w:vanish" in packed.read(_WORDS)
        hidden = hidden or (ending == ".pptx" and _hides_slides(packed))
    if not hidden:
        return path.open("rb")
    return _without_words(path) if ending == ".docx" else _without_slides(path)


def _hides_slides(packed: zipfile.ZipFile) -> bool:
    slides = [name for name in packed.namelist() if name.startswith("ppt/slides/slide")]
    return any(b'show="0"' in packed.read(name) for name in slides)


def _without_words(path: Path) -> BinaryIO:
    """The Word file without runs that are marked as hidden."""
    from lxml import etree  # type: ignore[import-untyped]

    shown = io.BytesIO()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    with zipfile.ZipFile(path) as packed, zipfile.ZipFile(shown, "w") as copy:
        for name in packed.namelist():
            body = packed.read(name)
            if name == _WORDS:
                tree = etree.fromstring(body, parser)
                _drop_hidden(tree)
                body = etree.tostring(tree)
            copy.writestr(name, body)
    shown.seek(0)
    return shown


def _drop_hidden(tree: Any) -> None:
    """Remove the runs (w:r) whose properties (w:rPr) say `vanish`; ECMA-376, 17.3.2.41."""
    for mark in tree.findall(".//{*}r/{*}rPr/{*}vanish"):
        run = mark.getparent().getparent()
        if run.getparent() is not None:
            run.getparent().remove(run)


def _without_slides(path: Path) -> BinaryIO:
    """The deck without slides that are not shown."""
    import pptx

    deck = pptx.Presentation(str(path))
    order = deck.slides._sldIdLst
    for entry, slide in list(zip(order, deck.slides, strict=True)):
        if slide._element.get("show") == "0":
            order.remove(entry)
    shown = io.BytesIO()
    deck.save(shown)
    shown.seek(0)
    return shown
