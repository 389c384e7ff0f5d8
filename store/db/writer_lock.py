"""The door to a SQLite file: processes that want to write stand in line before it.

SQLite has one writer and the others look again and again, ever more rarely (up to 100 ms apart,
https://www.sqlite.org/c3ref/busy_timeout.html), while the process that has just written can begin
anew at once: of two busy processes one waits for seconds. Here the one that waits holds a lock on
a file beside the database (flock(2), which the kernel gives back when its holder dies), and nobody
begins past it. Where no such file can be made, SQLite's own rule is left.
"""

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import TimeoutError

LOOK_AGAIN = 0.001  # seconds
LONGEST_STILL = 0.5  # seconds; who stands in line and does not move may be frozen
SUFFIX = "-line"


class WriterLock:
    """Begins the writing transactions of one process on a SQLite file."""

    def __init__(self, engine: Engine, patience: float) -> None:
        self._path = f"{engine.url.database}{SUFFIX}"
        self._patience = patience
        self._file: int | None = None

    def begin_at_once(self, connection: Connection) -> bool:
        """Begin when nobody stands in line and nobody writes; return whether that was so."""
        if not self._step_in():
            return False
        try:
            return _begun(connection)
        finally:
            self._step_out()

    def begin(self, connection: Connection) -> None:
        """Begin when it is this process's turn. Raises TimeoutError when it does not come."""
        until = time.monotonic() + self._patience
        with self._in_line():
            while not _begun(connection):
                _wait(until)

    def close(self) -> None:
        """Leave the file alone."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextlib.contextmanager
    def _in_line(self) -> Iterator[None]:
        passed_by = time.monotonic() + LONGEST_STILL
        while not (stands := self._step_in()) and time.monotonic() < passed_by:
            time.sleep(LOOK_AGAIN)
        try:
            yield
        finally:
            if stands:
                self._step_out()

    def _step_in(self) -> bool:
        try:
            fcntl.flock(self._opened(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a full disk, a file system without locks: begin without a line
            return True
        return True

    def _step_out(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _opened(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file


def _begun(connection: Connection) -> bool:
    """Begin unless another process writes; return whether that was so."""
    driver: Any = connection.connection.dbapi_connection
    [patience] = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises it in SQLAlchemy's words
        return False
    finally:
        driver.execute(f"PRAGMA busy_timeout = {patience}")
    return True


def _wait(until: float) -> None:
    if time.monotonic() > until:
        raise TimeoutError("The database's writers have not moved for too long.")
    time.sleep(LOOK_AGAIN)
