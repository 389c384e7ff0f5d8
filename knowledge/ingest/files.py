"""The folder of uploaded files: random names, readable by us alone, never served."""

import hashlib
import io
import os
import re
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from knowledge.base import MAX_BYTES, READABLE
from knowledge.errors import NotAccepted

ARCHIVE = ".zip"
EXTENSIONS = (*READABLE, ARCHIVE)  # what staff may upload
STRAY_SECONDS = 3_600
_OURS = re.compile(r"[0-9a-f]{32}(\.page)?")
_BLOCK = 1 << 16


@dataclass(frozen=True)
class StoredFile:
    """What was stored, and under which random name."""

    stored_name: str
    bytes: int
    fingerprint: str  # SHA-256


@dataclass
class Incoming:
    """A stored file on its way into a row."""

    stored: StoredFile
    replaced: str | None = None  # what it stands for now, empty: nothing; None: no row names it


def clean_name(name: str) -> str:
    """Return the last part of *name* with its known ending, or raise NotAccepted."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    bare = "".join(letter for letter in bare if letter.isprintable()).strip()
    if Path(bare).suffix.lower() not in EXTENSIONS:
        raise NotAccepted(
            f"{bare or 'The file'} is of a type that cannot be read. Use one of: "
            + ", ".join(ending.lstrip(".").upper() for ending in EXTENSIONS),
            "file_type",
        )
    return bare if len(bare) <= 300 else bare[:290] + Path(bare).suffix[:10]


def store(folder: Path, data: BinaryIO | bytes) -> StoredFile:
    """Copy *data* into *folder*. Nothing stays behind when it is too large or breaks off."""
    data = io.BytesIO(data) if isinstance(data, bytes) else data
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo:
        path = folder / uuid.uuid4().hex
        undo.callback(path.unlink, missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            size, fingerprint = _copy(data, file)
        undo.pop_all()
    return StoredFile(path.name, size, fingerprint)


@contextmanager
def replacing(folder: Path, stored: StoredFile) -> Iterator[Incoming]:
    """A change of a row that names *stored*: afterwards the file that no row names is deleted.

    That is *stored* itself when the block raises or does not say what it replaced.
    """
    with ExitStack() as undo:
        undo.callback(remove, folder, stored.stored_name)
        change = Incoming(stored)
        yield change
        if change.replaced is not None:
            undo.pop_all()
            remove(folder, change.replaced)


def remove(folder: Path, stored_name: str) -> None:
    """Delete a stored file, if it is there."""
    if stored_name:
        (folder / stored_name).unlink(missing_ok=True)


def drop_strays(folder: Path, known: Collection[str], now: float | None = None) -> None:
    """Delete files that no source names: what a process left that was killed between two steps.

    Young ones stay: their source may be about to be written.
    """
    oldest = (time.time() if now is None else now) - STRAY_SECONDS
    for path in folder.iterdir() if folder.is_dir() else ():
        ours = _OURS.fullmatch(path.name) and path.name not in known
        if ours and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _copy(data: BinaryIO, file: BinaryIO) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while block := data.read(_BLOCK):
        size += len(block)
        if size > MAX_BYTES:
            most = MAX_BYTES // 1_000_000
            raise NotAccepted(
                f"The file is larger than {most} MB. Divide it and add the parts.", "file_size"
            )
        digest.update(block)
        file.write(block)
    if not size:
        raise NotAccepted("The file is empty.", "file_empty")
    return size, digest.hexdigest()
