"""Processes that write to one SQLite file take turns, and none waits for ever."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError, TimeoutError

from store.db.writer_lock import WriterLock
from tests.waiting import until

PATIENCE = 5.0


class Process:
    """What one process has: a connection of its own and its place at the door."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self.engine = create_engine(f"sqlite:///{path}")
        self.connection: Connection = self.engine.connect()
        driver = self.connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        self.driver = driver
        self.driver.isolation_level = None
        self.lock = WriterLock(self.engine, patience)

    def end(self) -> None:
        """Commit."""
        self.driver.execute("COMMIT")

    def close(self) -> None:
        """Go away."""
        self.lock.close()
        self.connection.close()
        self.engine.dispose()


def another_in_line(process: Process) -> bool:
    """Whether another process than this one stands in line."""
    if process.lock._step_in():
        process.lock._step_out()
        return False
    return True


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    both = Process(tmp_path / "file.db"), Process(tmp_path / "file.db")
    yield both
    for process in both:
        process.close()


def test_a_door_where_nobody_stands_opens_at_once(two: tuple[Process, Process]) -> None:
    first, _ = two
    assert first.lock.begin_at_once(first.connection)
    assert first.driver.in_transaction


def test_who_comes_while_another_writes_is_let_in_when_that_one_has_done(
    two: tuple[Process, Process],
) -> None:
    first, second = two
    assert first.lock.begin_at_once(first.connection)
    assert not second.lock.begin_at_once(second.connection)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second.lock.begin, second.connection)
        until(lambda: another_in_line(first))
        assert not waiting.done()
        first.end()
        waiting.result(PATIENCE)
    assert second.driver.in_transaction


def test_who_has_just_written_does_not_begin_past_the_one_in_line(
    two: tuple[Process, Process],
) -> None:
    first, second = two
    assert second.lock._step_in()
    assert not first.lock.begin_at_once(first.connection)
    second.lock._step_out()
    assert first.lock.begin_at_once(first.connection)


def test_a_process_that_dies_in_line_keeps_nobody(two: tuple[Process, Process]) -> None:
    first, second = two
    assert second.lock._step_in()
    second.lock.close()  # as the kernel does for the dead
    assert first.lock.begin_at_once(first.connection)


def test_a_frozen_process_in_line_is_passed_by(two: tuple[Process, Process]) -> None:
    first, frozen = two
    assert frozen.lock._step_in()
    first.lock.begin(first.connection)
    assert first.driver.in_transaction


def test_who_waits_too_long_is_told(tmp_path: Path) -> None:
    writer, hasty = Process(tmp_path / "file.db"), Process(tmp_path / "file.db", patience=0.01)
    writer.driver.execute("BEGIN IMMEDIATE")
    with pytest.raises(TimeoutError):
        hasty.lock.begin(hasty.connection)
    writer.end()
    assert hasty.lock.begin_at_once(hasty.connection)
    writer.close()
    hasty.close()


def test_the_connection_keeps_its_own_patience(two: tuple[Process, Process]) -> None:
    first, _ = two
    first.driver.execute("PRAGMA busy_timeout = 1234")
    first.lock.begin_at_once(first.connection)
    assert first.driver.execute("PRAGMA busy_timeout").fetchone() == (1234,)


def test_a_file_that_cannot_be_written_is_no_busy_one(two: tuple[Process, Process]) -> None:
    first, _ = two
    first.driver.execute("BEGIN")
    with pytest.raises(OperationalError, match="within a transaction"):
        first.lock.begin_at_once(first.connection)


def test_where_no_file_can_be_made_sqlite_alone_decides(
    two: tuple[Process, Process], tmp_path: Path
) -> None:
    first, second = two
    (tmp_path / "file.db-line").mkdir()
    assert first.lock.begin_at_once(first.connection)
    assert not second.lock.begin_at_once(second.connection)
