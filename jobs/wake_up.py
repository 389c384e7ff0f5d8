"""What a worker accepts as a job: a name on our list, with ids in JSON.

A wake-up carries no result and may be lost or rung twice, so a conversation worker takes many
from the queue in one round trip and keeps none of RQ's bookkeeping about them: reading one job as
RQ does (its hash, its dates, its execution) cost as much CPU as the turn that it announces. The
queue's entry is the wake-up itself, `["jobs.turn.take", 7]`; a job that was enqueued through RQ is
an id there, and heard as well.
"""

import json
import zlib
from collections.abc import Callable
from typing import Any, cast

from redis import Redis
from rq.exceptions import DequeueTimeout
from rq.job import Job
from rq.queue import Queue

from actions.queues import QUEUE_OF

LONGEST = 2_000  # bytes of one wake-up: a name and an id
MOST_AT_ONCE = 64
Ring = tuple[str, Any]


class AllowedJob(Job):
    """A job that only runs if its name is on our list: whoever can write Redis can name any."""

    @property
    def func(self) -> Any:
        """The function, for allowed names only. Raises PermissionError."""
        if self.func_name not in QUEUE_OF:
            raise PermissionError(f"{self.func_name!r} is not a job of ours")
        return super().func


class Rings:
    """The wake-ups that were taken at once, in the place of RQ's job."""

    id = "wake-ups"
    redis_server_version: Any = None

    def __init__(self, wake_ups: list[Ring | None]) -> None:
        self.heard = [notify for notify in wake_ups if notify is not None]
        self.refused = len(wake_ups) - len(self.heard)


class RingQueue(Queue):
    """A queue from which as many wake-ups are taken at once as there is room for."""

    room: Callable[[], int] = staticmethod(lambda: 1)

    @classmethod
    def dequeue_any(cls, queues: list[Any], timeout: int | None, **more: Any) -> Any:
        """Take what is there, waiting *timeout* seconds for the first. Raises DequeueTimeout."""
        [queue] = queues
        redis: Redis = more["connection"]
        entries = _pop(redis, queue.key, timeout, min(max(queue.room(), 1), MOST_AT_ONCE))
        if not entries:
            return None
        ids = [entry for entry in entries if not entry.startswith(b"[")]
        wake_ups = [ring_of(entry) for entry in entries if entry.startswith(b"[")]
        return Rings(wake_ups + (_jobs(redis, ids) if ids else [])), queue


def _jobs(redis: Redis, ids: list[bytes]) -> list[Ring | None]:
    """Take the jobs that RQ stored under *ids*."""
    keys = [Job.key_for(job_id.decode(errors="replace")) for job_id in ids]
    with redis.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.hget(key, "data")
        pipe.unlink(*keys)
        *found, _ = pipe.execute()
    return [ring_in(data) for data in found if data]


def ring_of(entry: bytes) -> Ring | None:
    """Return the name and the subject of a wake-up; None for what is none of ours."""
    try:
        name, subject = json.loads(entry[:LONGEST])
    except (ValueError, TypeError, RecursionError):
        return None
    return (name, subject) if isinstance(name, str) and name in QUEUE_OF else None


def ring_in(data: bytes) -> Ring | None:
    """The same of a job that was enqueued through RQ: what it stored."""
    try:
        if data[:1] == b"x":  # RQ compresses; nobody may fill the memory with a bomb
            data = zlib.decompressobj().decompress(data, LONGEST)
        name, instance, arguments, named = json.loads(data)
        [subject] = arguments
    except (ValueError, TypeError, RecursionError, zlib.error):
        return None
    allowed = isinstance(name, str) and name in QUEUE_OF and instance is None and not named
    return (name, subject) if allowed else None


def _pop(redis: Redis, key: str, timeout: int | None, most: int) -> list[bytes]:
    if timeout is None:  # a worker in burst mode does not wait
        return _more(redis, key, most)
    first = redis.blpop([key], timeout)
    if first is None:
        raise DequeueTimeout(timeout, key)
    return [cast(bytes, first[1]), *_more(redis, key, most - 1)]


def _more(redis: Redis, key: str, most: int) -> list[bytes]:
    found: Any = redis.lpop(key, most) if most > 0 else None
    return found or []
