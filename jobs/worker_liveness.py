"""Which workers are gone: each holds a lock on a file of its own, and the kernel gives that lock
back when the process ends, however it ends (flock(2)).

It says only how soon others may take over. A worker whose files cannot be seen, on another host
for instance, is waited for until its leases run out; one that is thought dead and is not stores
nothing under a fence that has passed on.
"""

import contextlib
import fcntl
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from store.db.database import new_id

log = logging.getLogger(__name__)

FOLDER = "workers"  # in DATA_DIR
SUFFIX = ".lock"


@contextlib.contextmanager
def present(data_dir: Path) -> Iterator[str]:
    """Hold a lock while the block runs; gives the name that leases are taken under, "" for none.

    A disk that takes no file costs speed after a death, nothing else: the worker works.
    """
    name, folder = new_id(), data_dir / FOLDER
    with contextlib.ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            unnamed = folder / name  # nobody looks at it before it is locked
            file = held.enter_context(unnamed.open("wb"))
            fcntl.flock(file, fcntl.LOCK_EX)
            unnamed.rename(folder / f"{name}{SUFFIX}")
        except OSError as error:
            log.warning("a death of this worker will be noticed late: %s", type(error).__name__)
            yield ""
            return
        yield name


def departed(data_dir: Path) -> list[str]:
    """Return the names of the workers whose lock nobody holds any more."""
    return [path.stem for path in (data_dir / FOLDER).glob(f"*{SUFFIX}") if _is_free(path)]


def anybody(data_dir: Path) -> bool:
    """Whether a worker lives there."""
    return any(not _is_free(path) for path in (data_dir / FOLDER).glob(f"*{SUFFIX}"))


def forget(data_dir: Path, names: Sequence[str]) -> None:
    """Remove what *names* left behind."""
    for name in names:
        with contextlib.suppress(OSError):
            (data_dir / FOLDER / f"{name}{SUFFIX}").unlink(missing_ok=True)


def _is_free(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, or gone meanwhile
        return False
    return True
