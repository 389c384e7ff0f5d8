"""The encodings people save text in."""

import contextlib
import re
from pathlib import Path

_DECLARED = re.compile(rb"charset=[\"']?([A-Za-z0-9_-]+)")


def decoded(path: Path) -> str:
    """The text of the file: UTF-16 if marked, UTF-8, as a page declares, else Western."""
    body = path.read_bytes()
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", errors="replace")
    declared = _DECLARED.search(body[:2048])
    for encoding in ("utf-8-sig", declared[1].decode() if declared else "", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError, LookupError):
            return body.decode(encoding)
    return body.decode("latin-1")
