"""The files of a data folder as they are at one moment, while others add and remove some.

Each is pinned by a hard link before the database's moment, so that what a row names then is there
however soon it is deleted; what came since the pinning is pinned after it. Files below a folder are
never written to again (they have random names), those beside it may be and are copied.
"""

import fcntl
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

SPOOL = "spool"
BACKUPS = "backups"
# Made anew by themselves, or of this machine only. Whatever else a data folder holds is kept.
_OTHER_THINGS = {"chroma", "valkey", "workers", "uploads", BACKUPS, "lost+found"}
_ENDINGS = (".lock", ".part", ".log", ".db", ".db-wal", ".db-shm", ".db-journal")
_BEGINNINGS = ("replaced-", "restored-", "restoring-", "backing-up-", ".")


def pin(data_dir: Path, into: Path, database: str = "") -> None:
    """Pin what belongs into a backup, but the spool and the file *database*. Safe to repeat."""
    for path in sorted(data_dir.iterdir()):
        if path.name in (*_OTHER_THINGS, SPOOL) or not may_be_kept(path.name):
            continue
        if database and f"{path.name}-".startswith(f"{database}-"):
            continue
        if path.is_file():
            _copy(path, into / path.name)
        else:
            pin_folder(path, into / path.name)


def pin_folder(folder: Path, into: Path) -> None:
    """Pin every file in a folder and those in it."""
    for here, _, names in os.walk(folder, followlinks=True):
        beside = into / Path(here).relative_to(folder)
        beside.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in filter(may_be_kept, names):
            _pin(Path(here, name), beside / name)


def let_go(data_dir: Path, pinned: Path, named: Collection[str]) -> None:
    """Let go of what was deleted meanwhile, unless a row of the snapshot is among its *named*.

    What left the spool meanwhile is not in the snapshot, so it is kept.
    """
    for path in [path for path in pinned.rglob("*") if path.is_file()]:
        place = path.relative_to(pinned)
        wanted = path.name in named or place.parts[0] == SPOOL
        if not wanted and not (data_dir / place).exists():
            path.unlink()


@contextmanager
def spool_at_rest(data_dir: Path) -> Iterator[Path]:
    """The spool, which nobody empties while the block runs (`store.spool` takes the same lock).

    An acknowledged webhook is then in the database's moment, or in this folder, or in both.
    """
    folder = data_dir / SPOOL
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def may_be_kept(name: str) -> bool:
    """False for databases, locks and drafts."""
    return not (name.endswith(_ENDINGS) or name.startswith(_BEGINNINGS))


def _pin(path: Path, into: Path) -> None:
    try:
        os.link(path, into, follow_symlinks=True)
    except (FileExistsError, FileNotFoundError):  # pinned already; deleted just now
        return
    except OSError:  # another disk, or one without links
        _copy(path, into)


def _copy(path: Path, into: Path) -> None:
    try:
        shutil.copyfile(path, into)
    except FileNotFoundError:
        into.unlink(missing_ok=True)
