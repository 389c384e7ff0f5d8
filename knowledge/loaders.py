"""Files become text here: checked from outside, then parsed by a throw-away child process.

Other people's files are opened by large parsers. The child has little memory, little time, no
secrets in its environment, no network and no way to write a file; when it dies, nobody else does.
"""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from knowledge.base import Section
from knowledge.errors import Unreadable
from knowledge.files import EXTENSIONS, MAX_BYTES

SECONDS = 30
ZIP_ENTRIES = 1_000
ZIP_BYTES = 100_000_000
ZIP_RATIO = 100
_SMALL = 1_000_000  # a member this small may be packed as tightly as it likes
_ROOT = Path(__file__).resolve().parent.parent
_ZIPPED = (".docx", ".pptx", ".xlsx")


def read_document(path: Path, name: str) -> list[Section]:
    """The text of the file at *path*, called *name*. Raises Unreadable with a sentence."""
    ending = Path(name).suffix.lower()
    if ending not in EXTENSIONS:
        raise Unreadable("Files of this type cannot be read.", "file_type")
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable("The file is too large.", "file_size")
    _check_kind(path, ending)
    answer = _parse(path, ending)
    if "error" in answer:
        raise Unreadable(answer["error"], answer["code"])
    return [Section(**section) for section in answer["sections"]]


def _check_kind(path: Path, ending: str) -> None:
    """Refuse a file that is not what its name says, and archives that swell."""
    with path.open("rb") as file:
        start = file.read(1024)
    if ending == ".pdf" and b"%PDF-" not in start:
        raise Unreadable("This is not a PDF, whatever its name says.", "file_kind")
    if ending in _ZIPPED:
        if not start.startswith(b"PK"):
            raise Unreadable(
                "This is not a document of that type, or it has a password.", "file_kind"
            )
        _check_archive(path)
    if ending not in (".pdf", *_ZIPPED) and b"\x00" in start and start[:2] not in _UTF_16:
        raise Unreadable("This is not a text file, whatever its name says.", "file_kind")


_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("The file is damaged.", "file_damaged") from error
    total = sum(member.file_size for member in members)
    swollen = any(
        member.file_size > _SMALL and member.file_size > ZIP_RATIO * max(1, member.compress_size)
        for member in members
    )
    if len(members) > ZIP_ENTRIES or total > ZIP_BYTES or swollen:
        raise Unreadable("The file unpacks to far more than it should.", "file_bomb")
    if any(member.filename.lower().endswith(".zip") for member in members):
        raise Unreadable("The file has other archives inside.", "file_bomb")
    if any(".." in Path(member.filename).parts for member in members):
        raise Unreadable("The file is damaged.", "file_damaged")


def _parse(path: Path, ending: str) -> dict[str, Any]:
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(_ROOT),
        "PYTHONIOENCODING": "utf-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "LANG": "C.UTF-8",
    }
    command = [sys.executable, "-B", "-m", "knowledge.child", str(path.resolve()), ending]
    try:
        child = subprocess.run(  # noqa: S603 (our own module; the path is an argument, not a shell's)
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(
            f"Reading it took longer than {SECONDS} seconds. Divide it and add the parts.",
            "file_slow",
        ) from error
    try:
        answer: dict[str, Any] = json.loads(child.stdout)
    except ValueError as error:  # it died: too much memory or time, or a parser's crash
        raise Unreadable("The file is damaged, or too much for us.", "file_damaged") from error
    return answer
