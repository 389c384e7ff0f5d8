"""The one file of a backup: a gzipped tar of plain files, and last of all a manifest that names
each with its size and SHA-256. Without a manifest at its end a file is no backup.

Reading it trusts nothing: whoever made the file may have made it badly, or on purpose.
"""

import gzip
import hashlib
import os
import re
import tarfile
import tomllib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ValidationError

from jobs.backup_pins import may_be_kept
from store.db.migrate import ROOT

FORMAT = 1
MANIFEST = "manifest.json"
TABLES, DATA = "tables", "data"  # the two folders in it
LEVEL = 3  # of compression: most is customers' pictures, which are compressed already
BROKEN = (OSError, EOFError, zlib.error, tarfile.TarError, ValidationError, ValueError)
_BLOCK = 1 << 20
_MOST_MANIFEST = 100_000_000  # bytes
_PART = re.compile(r"[^\\\0]+")  # of a name in it, between two slashes


class CannotRestore(Exception):
    """The sentence says why and what to do; nothing was changed."""


class Member(BaseModel):
    """A file in the backup."""

    bytes: int
    sha256: str


class Rows(BaseModel):
    """What a table held."""

    columns: list[str]
    rows: int


class Manifest(BaseModel):
    """What a backup says of itself."""

    format: int = FORMAT
    program: str
    revision: str
    database: Literal["sqlite", "postgresql"]
    made_at: str
    vectors: Literal["rebuilt"] = "rebuilt"  # not in it: made from the passages after a restore
    tables: dict[str, Rows]
    members: dict[str, Member] = {}


def program() -> str:
    """The version of this program."""
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(about["project"]["version"])


def write(folder: Path, manifest: Manifest, path: Path) -> Path:
    """Write what is in *folder* to *path*, which is there whole or not at all; return it."""
    draft = path.with_name(f"{path.name}.part")
    with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=LEVEL) as tar:
            for one in sorted(path for path in folder.rglob("*") if path.is_file()):
                name = one.relative_to(folder).as_posix()
                manifest.members[name] = _add(tar, name, one)
            (folder / MANIFEST).write_text(manifest.model_dump_json(), encoding="utf-8")
            _add(tar, MANIFEST, folder / MANIFEST)
        file.flush()
        os.fsync(file.fileno())
    return draft.rename(path)


def _add(tar: tarfile.TarFile, name: str, path: Path) -> Member:
    info = tarfile.TarInfo(name)
    with path.open("rb") as file:
        about = os.fstat(file.fileno())
        info.size, info.mtime, info.mode = about.st_size, int(about.st_mtime), 0o600
        reading = _Hashing(file)
        tar.addfile(info, reading)
    return Member(bytes=info.size, sha256=reading.digest.hexdigest())


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        block = self.file.read(size)
        self.digest.update(block)
        return block


def unpack(path: Path, folder: Path) -> Manifest:
    """Unpack *path* into the new *folder*. Raises CannotRestore unless all of it is as written."""
    folder.mkdir(mode=0o700)
    found: dict[str, Member] = {}
    try:
        with gzip.open(path) as packed:
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                for info in tar:
                    name = _safe_name(info)
                    found[name] = _extract(tar, info, folder / name)
            for _ in _blocks(packed):  # to its end, where gzip's own sum stands
                pass
        del found[MANIFEST]
        return _agreed(folder / MANIFEST, found)
    except KeyError:
        raise CannotRestore(f"{path} ends too early, or is no backup. Take another one.") from None
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno and not isinstance(error, FileExistsError):
            raise CannotRestore(f"{path} cannot be unpacked: {error.strerror}.") from None
        raise CannotRestore(f"{path} is damaged, or no backup. Take another one.") from None


def _safe_name(info: tarfile.TarInfo) -> str:
    """The name of a plain file that stays inside. Raises ValueError for anything else."""
    first, *rest = info.name.split("/")
    inside = info.name == MANIFEST or (first in (TABLES, DATA) and rest and may_be_kept(rest[0]))
    plain = all(_PART.fullmatch(one) and one not in (".", "..") for one in rest)
    if not info.isreg() or info.issparse() or not inside or not plain:
        raise ValueError("a member that no backup has")
    return info.name


def _extract(tar: tarfile.TarFile, info: tarfile.TarInfo, target: Path) -> Member:
    """Write one member, which must be new."""
    digest, source = hashlib.sha256(), tar.extractfile(info)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if source is None or (info.name == MANIFEST and info.size > _MOST_MANIFEST):
        raise ValueError("a member that no backup has")
    new = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(new, "wb") as file:
        for block in _blocks(source):
            digest.update(block)
            file.write(block)
    return Member(bytes=info.size, sha256=digest.hexdigest())


def _blocks(source: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block


def _agreed(path: Path, found: dict[str, Member]) -> Manifest:
    manifest = Manifest.model_validate_json(path.read_bytes())
    tables = {f"{TABLES}/{name}.jsonl" for name in manifest.tables}
    if manifest.members != found or tables != {name for name in found if name.startswith(TABLES)}:
        raise ValueError("not what the manifest says")
    return manifest
