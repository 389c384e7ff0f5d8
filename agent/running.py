"""Who works on a data folder: each part holds a shared lock on one file for as long as it lives,
and a restore holds that lock alone. The kernel gives it back, however a process ends (flock(2)).
"""

import contextlib
import fcntl
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

LOCK = "running.lock"
SWITCHING = "restored-"  # begins the folder of a restore that was complete and is not yet in place
UNFINISHED = (
    "A restore was broken off while it was put in place. Nothing is lost: run `make restore` (in"
    " containers: docker compose run --rm migrate python -m jobs.restore), which finishes it."
)
BUSY = "A restore is under way in this data folder. Start again when it is done."


def hold(data_dir: Path) -> None:
    """Count as running in *data_dir* until this process and its forks have ended.

    Exits with a sentence while a restore is under way there, or was broken off.
    """
    if not _shared(data_dir):
        sys.exit(BUSY)
    if unfinished(data_dir):
        sys.exit(UNFINISHED)


def unfinished(data_dir: Path) -> Path | None:
    """The folder of a restore that was broken off between its two halves, if there is one."""
    return next(data_dir.glob(f"{SWITCHING}*"), None)


def _shared(data_dir: Path) -> bool:
    """Take the lock beside others, for good; False when a restore has it.

    A disk that takes no lock keeps nobody from working.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        log.warning("a restore will not see that this runs: %s", type(error).__name__)
    return True


@contextlib.contextmanager
def alone(data_dir: Path) -> Iterator[bool]:
    """Keep every part from starting while the block runs; gives False when one runs already."""
    with (data_dir / LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
