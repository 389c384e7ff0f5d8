"""ZIP archives: checked from their table of contents, unpacked a member at a time.

Limits after the "zip bomb" and "zip slip" families of attacks; the figures are this project's
(docs/operations.md). Nothing is ever written under a name that an archive chose.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from knowledge.base import MAX_BYTES, READABLE
from knowledge.errors import Unreadable

ENTRIES = 1_000
BYTES = 100_000_000  # unpacked, all together
RATIO = 100
MOST_PARTS = 200  # files of one uploaded ZIP
_SMALL = 1_000_000  # a member this small may be packed as tightly as it likes
_NESTED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar")
_FAULTS = (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError)
NOTHING = (
    "There is no file in the ZIP that can be read. It may hold PDF, Word, PowerPoint, Excel, CSV, "
    "HTML and text files.",
    "archive_empty",
)
_BY_THEMSELVES = ("__macosx/", ".ds_store", "thumbs.db")  # what systems add by themselves


def check(path: Path) -> list[zipfile.ZipInfo]:
    """The members of the archive, or Unreadable when it is not one to be opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except _FAULTS as error:
        raise Unreadable("The file is damaged.", "file_damaged") from error
    if len(members) > ENTRIES or _swells(members):
        raise Unreadable("The file unpacks to far more than it should.", "file_bomb")
    if any(member.filename.lower().endswith(_NESTED) for member in members):
        raise Unreadable("The file has other archives inside. Unpack them first.", "archive_nested")
    if any(map(_strays, members)) or len({one.filename for one in members}) < len(members):
        raise Unreadable("The file is damaged.", "file_damaged")
    if any(member.flag_bits & 1 for member in members):
        raise Unreadable(
            "The file has a password. Save it without one and add it again.", "archive_password"
        )
    return members


def names(path: Path) -> tuple[list[str], list[str]]:
    """The members that can be read, and those that cannot. Raises Unreadable."""
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            raise Unreadable("This is not a ZIP, whatever its name says.", "file_kind")
    files = [one.filename for one in check(path) if not one.is_dir() and not _added(one.filename)]
    known = [name for name in files if name.lower().endswith(READABLE)]
    if not known:
        raise Unreadable(*NOTHING)
    if len(known) > MOST_PARTS:
        raise Unreadable(f"The ZIP has more than {MOST_PARTS} files. Divide it.", "archive_many")
    return known, [name for name in files if name not in known]


def unpack(path: Path, wanted: list[str]) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the *wanted* members; one that is too large or damaged is empty."""
    with zipfile.ZipFile(path) as archive:
        for name in wanted:
            yield name, _content(archive, name)


def _content(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as member:
            body = member.read(MAX_BYTES + 1)
    except (*_FAULTS, RuntimeError):
        return b""
    return body if len(body) <= MAX_BYTES else b""


def _swells(members: list[zipfile.ZipInfo]) -> bool:
    return sum(member.file_size for member in members) > BYTES or any(
        member.file_size > _SMALL and member.file_size > RATIO * max(1, member.compress_size)
        for member in members
    )


def _strays(member: zipfile.ZipInfo) -> bool:
    """True for a link, and for a name that leads out of the folder it would be unpacked into."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    link = stat.S_ISLNK(member.external_attr >> 16)
    drive = len(name.parts) > 1 and name.parts[0][1:] == ":"
    return link or drive or name.is_absolute() or ".." in name.parts


def _added(name: str) -> bool:
    return name.lower().startswith(_BY_THEMSELVES[0]) or name.lower().endswith(_BY_THEMSELVES[1:])
