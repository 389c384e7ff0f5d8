"""Strict Open XML: the same documents under other names (ISO/IEC 29500-1 beside 29500-4).

Office writes it on request; its parsers here know only the usual ("transitional") names.
"""

import io
import zipfile
from pathlib import Path
from typing import BinaryIO

_STRICT = b"http://purl.oclc.org/ooxml/"
_USUAL = b"http://schemas.openxmlformats.org/"
_PARTS = (b"spreadsheetml", b"wordprocessingml", b"presentationml", b"drawingml")


def opened(path: Path) -> BinaryIO:
    """The file at *path*; a copy under the usual names when it is a strict one."""
    with zipfile.ZipFile(path) as packed:
        if not any(_is_strict(packed, name) for name in packed.namelist()):
            return path.open("rb")
        usual = io.BytesIO()
        with zipfile.ZipFile(usual, "w") as copy:
            for name in packed.namelist():
                body = packed.read(name)
                copy.writestr(name, renamed(body) if name.endswith((".xml", ".rels")) else body)
    usual.seek(0)
    return usual


def renamed(body: bytes) -> bytes:
    """The XML of a part under the usual names."""
    for part in _PARTS:  # .../spreadsheetml/main -> .../spreadsheetml/2006/main
        body = body.replace(_STRICT + part + b"/", _USUAL + part + b"/2006/")
    return body.replace(_STRICT + b"officeDocument/", _USUAL + b"officeDocument/2006/")


def _is_strict(packed: zipfile.ZipFile, name: str) -> bool:
    is_main = name in ("xl/workbook.xml", "word/document.xml", "ppt/presentation.xml")
    return is_main and _STRICT in packed.read(name)[:4096]
