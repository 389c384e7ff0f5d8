"""What this installation writes is for its owner alone: whoever else has an account on the machine
reads neither customers' words nor keys.
"""

import contextlib
import os
import stat
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def keep_private() -> None:
    """Let this process, and all that it starts, make files and folders for their owner alone.

    SQLite gives its `-wal` and `-shm` the mode of the database beside them.
    """
    os.umask(OTHERS)


def tighten(folder: Path) -> None:
    """Take from others what they may do in *folder*: it may be from before `keep_private`.

    Links are not followed. What belongs to somebody else, or goes meanwhile, stays as it is.
    """
    for place, folders, files in os.walk(folder):
        for path in (place, *(os.path.join(place, name) for name in (*folders, *files))):
            with contextlib.suppress(OSError):
                _close(path)


def _close(path: str) -> None:
    mode = os.lstat(path).st_mode
    if mode & OTHERS and not stat.S_ISLNK(mode):
        os.chmod(path, stat.S_IMODE(mode) & ~OTHERS)


def kept(path: Path) -> str:
    """Return the line that is kept in the file *path*, or nothing."""
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8").strip()
    return ""
