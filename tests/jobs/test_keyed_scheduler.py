"""The agenda attends each key once at a time, when it is due, on a bounded number of threads."""

import threading
import time
from concurrent.futures import Future

import pytest
from sqlalchemy.exc import OperationalError

from jobs.keyed_scheduler import Key, KeyedScheduler

PATIENCE = 30.0  # seconds; a busy machine is slow, not wrong


def test_a_key_that_is_rung_is_attended() -> None:
    attended: Future[Key] = Future()
    scheduler = KeyedScheduler(attended.set_result, slots=2)  # type: ignore[arg-type]
    scheduler.notify(("turn", 1))
    assert attended.result(PATIENCE) == ("turn", 1)
    scheduler.close(PATIENCE)


def test_a_key_rung_while_it_runs_is_attended_once_more_and_never_twice_at_a_time() -> None:
    runs, inside, most = 0, 0, 0
    started, go, finished = threading.Event(), threading.Event(), threading.Event()

    def attend(_key: Key) -> None:
        nonlocal runs, inside, most
        inside += 1
        runs, most = runs + 1, max(most, inside)
        started.set()
        go.wait(PATIENCE)
        inside -= 1
        if runs == 2:
            finished.set()

    scheduler = KeyedScheduler(attend, slots=4)
    scheduler.notify(("turn", 1))
    started.wait(PATIENCE)
    for _ in range(3):
        scheduler.notify(("turn", 1))
    go.set()
    assert finished.wait(PATIENCE)
    assert scheduler.close(PATIENCE)
    assert (runs, most) == (2, 1)


def test_what_is_not_due_yet_holds_no_slot() -> None:
    attended: Future[Key] = Future()
    scheduler = KeyedScheduler(attended.set_result, slots=1)  # type: ignore[arg-type]
    for number in range(50):
        scheduler.notify(("turn", number), at=time.time() + 3600)
    scheduler.notify(("turn", 99))
    assert attended.result(PATIENCE) == ("turn", 99)
    scheduler.close(PATIENCE)


def test_an_earlier_ring_wins() -> None:
    attended: Future[Key] = Future()
    scheduler = KeyedScheduler(attended.set_result, slots=1)  # type: ignore[arg-type]
    scheduler.notify(("turn", 1), at=time.time() + 3600)
    scheduler.notify(("turn", 1))
    assert attended.result(PATIENCE) == ("turn", 1)
    scheduler.close(PATIENCE)


def test_one_failure_does_not_end_the_others(caplog: pytest.LogCaptureFixture) -> None:
    attended: Future[Key] = Future()

    def attend(key: Key) -> None:
        if key[1] == 1:
            raise ValueError("what a customer wrote")
        attended.set_result(key)

    scheduler = KeyedScheduler(attend, slots=1)
    scheduler.notify(("turn", 1))
    scheduler.notify(("turn", 2))
    assert attended.result(PATIENCE) == ("turn", 2)
    scheduler.close(PATIENCE)
    assert "attending failed: ValueError" in caplog.text
    assert "in attend, jobs/test_keyed_scheduler.py line" in caplog.text
    assert "customer wrote" not in caplog.text


def test_a_database_that_is_away_is_one_line_a_conversation(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = threading.Event()

    def attend(key: Key) -> None:
        done.set()
        raise OperationalError("SELECT 1", {}, OSError("server closed the connection"))

    scheduler = KeyedScheduler(attend, slots=1)
    scheduler.notify(("turn", 1))
    assert done.wait(PATIENCE)
    scheduler.close(PATIENCE)
    assert [record.getMessage() for record in caplog.records] == [
        "database away: OperationalError job=turn subject=1"
    ]


def test_room_is_waited_for() -> None:
    go, running = threading.Event(), threading.Event()
    order = []

    def attend(_key: Key) -> None:
        running.set()
        go.wait(PATIENCE)
        order.append("attended")

    def wait() -> None:
        scheduler.wait_for_room()
        order.append("room")

    scheduler = KeyedScheduler(attend, slots=1)
    scheduler.notify(("turn", 1))
    assert running.wait(PATIENCE)
    waiting = threading.Thread(target=wait)
    waiting.start()
    waiting.join(0.1)  # long enough for somebody who does not wait
    go.set()
    waiting.join(PATIENCE)
    assert order == ["attended", "room"]
    scheduler.close(PATIENCE)
