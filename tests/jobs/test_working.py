"""A worker's process outlives a Redis that goes away, and its heart what nobody foresaw."""

import os
import signal
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from redis.exceptions import ConnectionError as Gone
from rq.exceptions import StopRequested

from jobs import context
from jobs.working import keep_working


def workers(*ends: Callable[[], Any]) -> Callable[[], Any]:
    """Makes workers that end like that, one after the other."""
    left = list(ends)

    def make() -> Any:
        end = left.pop(0)
        worker = SimpleNamespace(_shutdown_requested_date=None)

        def work(logging_level: str) -> None:
            worker._shutdown_requested_date = end()

        worker.work = work
        return worker

    make.left = left  # type: ignore[attr-defined]
    return make


def gone() -> None:
    raise Gone


def stopped() -> str:
    return "just now"


def test_a_worker_that_lost_redis_while_it_registered_begins_anew() -> None:
    make = workers(gone, gone, stopped)
    keep_working(make, lambda seconds: None)
    assert make.left == []  # type: ignore[attr-defined]


def test_a_worker_that_gave_up_without_being_asked_to_begins_anew() -> None:
    make = workers(lambda: None, stopped)
    keep_working(make, lambda seconds: None)
    assert make.left == []  # type: ignore[attr-defined]


def test_a_worker_that_was_told_to_stop_and_lost_redis_on_its_way_out_does_not_begin_anew() -> None:
    worker = SimpleNamespace(_shutdown_requested_date=None)

    def work(logging_level: str) -> None:
        worker._shutdown_requested_date = "just now"
        raise Gone

    worker.work = work
    made = iter([worker])
    keep_working(lambda: next(made), lambda seconds: None)


def test_a_stop_that_a_busy_worker_only_noted_is_heard_after_the_pause() -> None:
    worker = SimpleNamespace(_shutdown_requested_date=None, work=lambda logging_level: None)
    made = iter([worker])

    def told(_: float) -> None:
        worker._shutdown_requested_date = "just now"

    keep_working(lambda: next(made), told)


def test_a_stop_between_two_workers_is_heard() -> None:
    def stop(*_: object) -> None:
        raise StopRequested

    before = signal.signal(signal.SIGUSR1, stop)
    try:
        keep_working(workers(gone), lambda seconds: os.kill(os.getpid(), signal.SIGUSR1))
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_heart_goes_on_beating_after_an_unforeseen_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(context, "HEARTBEAT_SECONDS", 0.01)
    beats, again = iter([AttributeError("words"), None]), threading.Event()

    def prolong(leases: Any) -> None:
        if error := next(beats, None):
            raise error
        again.set()

    heart = context.Heartbeat(SimpleNamespace(prolong=prolong), SimpleNamespace())  # type: ignore[arg-type]
    heart.start()
    with heart.lease("a lease"):  # type: ignore[arg-type]
        assert again.wait(5)
    heart.stop()
    assert "heartbeat failed: AttributeError" in caplog.text
