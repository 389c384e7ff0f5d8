"""The database: one door for reading, one for writing, the same on SQLite and PostgreSQL.

Writers on SQLite queue in their own process before `BEGIN IMMEDIATE` (`store.db.group_commit`):
SQLite's busy wait polls and is unfair, so only processes meet at the file.
"""

import contextlib
import select
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from agent.turnstile import Waiting
from store.db.group_commit import GroupCommit

AWAY = (OperationalError, InterfaceError, PoolTimeout)  # raised while nobody can be asked
BUSY_SECONDS = 15
IDLE_SECONDS = 5  # that PostgreSQL lets a transaction stand still


def new_id() -> str:
    """Return a random id of 32 hexadecimal digits."""
    return uuid.uuid4().hex


class _Open(threading.local):
    """The transaction that this thread is in, if any, and what to call when it ends."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.due: list[Callable[[], object]] = []
        self.undoing: list[Callable[[], object]] = []


class Database:
    """Opens transactions. Importing or building it connects to nothing."""

    def __init__(
        self,
        url: str,
        pool_size: int = 16,
        patience: float = BUSY_SECONDS,
        waiting: Waiting = contextlib.nullcontext,
    ) -> None:
        """*patience*: seconds to wait for the one writer of SQLite, or for a PostgreSQL to answer.

        Writing raises SQLAlchemyError after it. *waiting* surrounds the wait for other writers.
        """
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _engine(url, self.is_sqlite, pool_size, patience)
        # A read is one statement at a time: PostgreSQL need not open a transaction around it.
        self._reader = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )
        self._writer = GroupCommit(self.engine, patience, waiting) if self.is_sqlite else None
        self._current = _Open()

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; each statement sees what is committed.

        Inside a `write` of the same thread it also sees what was written there.
        """
        if self._current.connection is not None:
            yield self._current.connection
            return
        with self._reader.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed when the block ends, undone when it raises.

        Inside another `write` of the same thread it joins that one: what raises here is undone
        here, and nothing is committed before the outer block ends.
        """
        if self._current.connection is not None:
            with self._part(self._current.connection):
                yield self._current.connection
            return
        with self._transaction() as connection:
            self._current.connection = connection
            try:
                with self._undone():
                    yield connection
            finally:
                self._current.connection = None
                due, self._current.due = self._current.due, []
                self._current.undoing = []
        for call in due:
            call()

    @contextlib.contextmanager
    def _part(self, outer: Connection) -> Iterator[None]:
        with self._undone(), outer.begin_nested():
            yield

    @contextlib.contextmanager
    def _undone(self) -> Iterator[None]:
        """Forget what was due, and undo what was noted, in a block that raises."""
        due, undoing = len(self._current.due), len(self._current.undoing)
        try:
            yield
        except BaseException:
            for call in reversed(self._current.undoing[undoing:]):
                call()
            del self._current.due[due:], self._current.undoing[undoing:]
            raise

    def on_commit(self, call: Callable[[], object]) -> None:
        """Call when this thread's transaction is committed, never when it is undone; at once when
        there is none. For what must not be done inside: wake-ups, and anything over a network.
        """
        if self._current.connection is None:
            call()
        else:
            self._current.due.append(call)

    def on_undo(self, call: Callable[[], object]) -> None:
        """Call when this thread's transaction is undone: for what no rollback takes back, as a file
        that was written. Never called where it cannot be told whether the commit went through.
        """
        if self._current.connection is not None:
            self._current.undoing.append(call)

    def _transaction(self) -> contextlib.AbstractContextManager[Connection]:
        return self._writer.transaction() if self._writer is not None else self.engine.begin()

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()
        if self._writer is not None:
            self._writer.close()


def _engine(url: str, is_sqlite: bool, pool_size: int, patience: float) -> Engine:
    if not is_sqlite:
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            hide_parameters=True,
            pool_timeout=patience,
            connect_args={"connect_timeout": max(2, int(patience))},
        )
        event.listen(engine, "connect", _end_standing_still)
        event.listen(engine, "checkout", _refuse_dropped)
        return engine
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"timeout": patience, "check_same_thread": False},
        hide_parameters=True,  # they hold what customers wrote, and errors are logged
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _end_standing_still(connection: Any, _record: Any) -> None:
    """Have the server undo what a frozen process, or a host without power, has begun: its row locks
    would keep everybody else from those conversations for as long as TCP believes in it.
    """
    connection.autocommit = True  # for this one statement, which must outlive a rollback
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
    connection.autocommit = False


def _refuse_dropped(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have the pool reconnect when the server is gone: then an idle connection can be read from.

    SQLAlchemy's own `pool_pre_ping` asks the server each time, which is a round trip per use.
    """
    idle = select.poll()
    idle.register(connection.fileno(), select.POLLIN)
    if idle.poll(0):
        raise DisconnectionError


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are ours to begin
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
