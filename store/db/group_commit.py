"""Group commit: threads that write at once share one transaction and one wait for the disk.

    A  BEGIN  statements ┐ somebody waits: leave it open
    B          SAVEPOINT  statements  RELEASE ┐ nobody waits: COMMIT
    A and B return                            ┘

SQLite has one writer, and with `synchronous=FULL` each commit waits for the disk. A thread that
finds others waiting behind it hands them its open transaction and waits with them; the last one
commits for all. Nobody returns before what they wrote is on disk. A part that fails is undone by
itself (https://www.sqlite.org/lang_savepoint.html); a commit that fails, fails for everybody in it.
The technique is old: DeWitt et al., "Implementation techniques for main memory database systems",
SIGMOD 1984.
"""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError, TimeoutError

from agent.turnstile import Waiting
from store.db.writer_lock import WriterLock

MOST_TOGETHER = 32
LONGEST_OPEN = 0.025  # seconds that other processes are kept out for the sake of one more
LOOK_AGAIN = 0.05  # seconds after which a member looks whether everybody behind it has given up


class _Group:
    """An open transaction and those whose work is in it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.opened_at = time.monotonic()
        self.members = 0
        self.ended: threading.Event | None = None  # only when somebody has to wait for it
        self.error: BaseException | None = None

    def begin_part(self) -> None:
        """Remember where the next member's work begins; the first one's is the beginning."""
        if self.members:
            self._tell("SAVEPOINT member")

    def end_part(self) -> None:
        """Keep the member's work."""
        if self.members:
            self._tell("RELEASE member")
        self.members += 1

    def undo_part(self, error: BaseException) -> None:
        """Undo the member's work; all of it when nobody else's is there or SQLite undid it."""
        if self.members and self._driver is not None and self._driver.in_transaction:
            with contextlib.suppress(SQLAlchemyError):
                self._tell("ROLLBACK TO member")
                self._tell("RELEASE member")
                return
        self.error = error  # a full disk ends the whole transaction, not only its last part

    def close(self) -> None:
        """Commit, or undo everything. Raises what kept it from being committed."""
        with self.connection as connection:
            if self.error is not None:
                connection.rollback()
                return
            try:
                connection.commit()
            except BaseException as error:
                self.error = error
                connection.rollback()
                raise

    @property
    def _driver(self) -> Any:
        """SQLite's own connection; None when SQLAlchemy has given it up."""
        return None if self.connection.invalidated else self.connection.connection.dbapi_connection

    def _tell(self, command: str) -> None:
        try:
            self._driver.execute(command)
        except sqlite3.Error:
            self.connection.exec_driver_sql(command)  # raises it in SQLAlchemy's words


class GroupCommit:
    """The one writer of a SQLite file, in this process."""

    def __init__(self, engine: Engine, patience: float, waiting: Waiting) -> None:
        self._engine = engine
        self._patience = patience
        self._waiting = waiting
        self._lock_file = WriterLock(engine, patience)
        self._turn = threading.Lock()  # held by whoever uses the open transaction
        self._queue = threading.Lock()
        self._queued = 0
        self._group: _Group | None = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Write; what was written is on disk when the block ends, or undone when it raises.

        Raises TimeoutError when the other writers have not moved for too long.
        """
        # One writes at a time: whoever had to wait needs no place among those who compute.
        at_once = self._turn.acquire(blocking=False)
        with contextlib.nullcontext() if at_once else self._waiting():
            if not at_once:
                self._wait_for_turn()
            try:
                group = self._group or self._open()
                try:
                    group.begin_part()
                    yield group.connection
                    group.end_part()
                except BaseException as error:
                    group.undo_part(error)
                    raise
                finally:
                    self._leave(group)
            finally:
                self._turn.release()
            if group.ended is not None:
                self._wait_for_the_end(group, group.ended)

    def _wait_for_turn(self) -> None:
        with self._queue:
            self._queued += 1
        try:
            if not self._turn.acquire(timeout=self._patience):
                raise TimeoutError("The database's writers have not moved for too long.")
        finally:
            with self._queue:
                self._queued -= 1

    def _open(self) -> _Group:
        connection = self._engine.connect()
        try:
            if not self._lock_file.begin_at_once(connection):
                with self._waiting():
                    self._lock_file.begin(connection)
        except BaseException:
            connection.close()
            raise
        self._group = _Group(connection)
        return self._group

    def close(self) -> None:
        """Let go of the file."""
        self._lock_file.close()

    def _leave(self, group: _Group) -> None:
        """Hand the transaction to whoever waits, or end it."""
        may_grow = (
            self._queued
            and group.error is None
            and group.members < MOST_TOGETHER
            and time.monotonic() - group.opened_at < LONGEST_OPEN
        )
        if not may_grow:
            self._end(group)
        elif group.ended is None:
            group.ended = threading.Event()

    def _end(self, group: _Group) -> None:
        """Have the group on disk or undone, and tell whoever waits for it."""
        self._group = None
        try:
            group.close()
        finally:
            if group.ended is not None:
                group.ended.set()

    def _wait_for_the_end(self, group: _Group, ended: threading.Event) -> None:
        """Return when the group is on disk. Raises what kept it from that."""
        if not ended.is_set():
            with self._waiting():
                while not ended.wait(LOOK_AGAIN):
                    self._end_what_was_left(group)
        if group.error is not None:
            raise group.error

    def _end_what_was_left(self, group: _Group) -> None:
        """Commit for somebody who was to go on and has given up waiting."""
        if self._turn.acquire(blocking=False):
            try:
                if self._group is group:
                    self._end(group)
            finally:
                self._turn.release()
