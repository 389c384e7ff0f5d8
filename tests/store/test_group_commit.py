"""Threads that write at the same time share a transaction; nothing else changes for them."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError, OperationalError, TimeoutError

from store.db.database import Database
from tests.waiting import until


class Diary:
    """A table to write in, whose writers can be held, and a count of commits."""

    def __init__(self, folder: Path, patience: float = 5) -> None:
        self.database = Database(f"sqlite:///{folder / 'group.db'}", patience=patience)
        with self.database.write() as tx:
            tx.exec_driver_sql("CREATE TABLE line (text TEXT PRIMARY KEY)")
        assert self.database._writer is not None
        self.writer = self.database._writer
        self.commits = 0
        event.listen(self.database.engine, "commit", self._count)
        self.go_on = threading.Event()
        self.pool = ThreadPoolExecutor(8)

    def _count(self, _connection: Connection) -> None:
        self.commits += 1

    def write(self, text: str, hold: bool = False) -> None:
        """Write a line; with *hold* wait in the middle until `go_on`."""
        with self.database.write() as tx:
            tx.exec_driver_sql("INSERT INTO line VALUES (?)", (text,))
            if hold:
                assert self.go_on.wait(30)

    def queue(self, *texts: str) -> list[Future[None]]:
        """Have a held writer write the first line and others wait behind it with theirs."""
        first = self.pool.submit(self.write, texts[0], True)
        until(lambda: self.writer._group is not None)
        others = [self.pool.submit(self.write, text) for text in texts[1:]]
        until(lambda: self.writer._queued == len(others))
        return [first, *others]

    def lines(self) -> list[str]:
        """What is on disk."""
        with self.database.read() as tx:
            return sorted(tx.exec_driver_sql("SELECT text FROM line").scalars())


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    opened = Diary(tmp_path)
    yield opened
    opened.go_on.set()
    opened.pool.shutdown()
    opened.database.close()


def test_those_who_wait_are_committed_together(diary: Diary) -> None:
    waiting = diary.queue("a", "b", "c", "d")
    diary.go_on.set()
    for one in waiting:
        one.result(30)
    assert diary.lines() == ["a", "b", "c", "d"]
    assert diary.commits < 4


def test_one_alone_commits_at_once(diary: Diary) -> None:
    diary.write("a")
    diary.write("b")
    assert (diary.commits, diary.lines()) == (2, ["a", "b"])


def test_a_part_that_fails_is_undone_alone(diary: Diary) -> None:
    first, twice, other = diary.queue("a", "a", "b")
    diary.go_on.set()
    first.result(30)
    other.result(30)
    with pytest.raises(IntegrityError):
        twice.result(30)
    assert diary.lines() == ["a", "b"]


def test_a_first_part_that_fails_harms_nobody_behind_it(diary: Diary) -> None:
    diary.write("a")

    def fail() -> None:
        with diary.database.write() as tx:
            tx.exec_driver_sql("INSERT INTO line VALUES ('z')")
            assert diary.go_on.wait(30)
            tx.exec_driver_sql("INSERT INTO line VALUES ('a')")

    first = diary.pool.submit(fail)
    until(lambda: diary.writer._group is not None)
    other = diary.pool.submit(diary.write, "b")
    until(lambda: diary.writer._queued == 1)
    diary.go_on.set()
    other.result(30)
    with pytest.raises(IntegrityError):
        first.result(30)
    assert diary.lines() == ["a", "b"]


def test_a_part_that_cannot_be_undone_alone_is_undone_with_all_of_them(diary: Diary) -> None:
    def fail(name: str, hold: bool) -> None:
        with diary.database.write() as tx:
            tx.exec_driver_sql("INSERT INTO line VALUES (?)", (name,))
            tx.exec_driver_sql("RELEASE member")  # as if SQLite had lost the savepoint
            raise ValueError(name)

    first, *_ = diary.queue("a")
    second = diary.pool.submit(fail, "b", False)
    until(lambda: diary.writer._queued == 1)
    diary.go_on.set()
    with pytest.raises(ValueError, match="b"):
        second.result(5)
    with pytest.raises(ValueError, match="b"):
        first.result(5)
    assert diary.lines() == []


def test_a_commit_that_fails_fails_for_everybody_in_it(diary: Diary) -> None:
    def no_room(_connection: Connection) -> None:
        raise OperationalError("COMMIT", None, Exception("database or disk is full"))

    waiting = diary.queue("a", "b", "c")
    event.listen(diary.database.engine, "commit", no_room)
    diary.go_on.set()
    for one in waiting:
        with pytest.raises(OperationalError, match="disk is full"):
            one.result(30)
    event.remove(diary.database.engine, "commit", no_room)
    assert diary.lines() == []
    diary.write("later")
    assert diary.lines() == ["later"]


def test_what_was_left_for_somebody_who_gave_up_is_committed_all_the_same(diary: Diary) -> None:
    with diary.writer._queue:
        diary.writer._queued += 1  # somebody who will not come
    diary.write("a")
    assert diary.lines() == ["a"]


def test_whoever_waits_too_long_is_told_so(tmp_path: Path) -> None:
    diary = Diary(tmp_path, patience=0.1)
    first = diary.pool.submit(diary.write, "a", True)
    until(lambda: diary.writer._group is not None)
    with pytest.raises(TimeoutError):
        diary.write("b")
    diary.go_on.set()
    first.result(30)
    assert diary.lines() == ["a"]
    diary.pool.shutdown()
    diary.database.close()
