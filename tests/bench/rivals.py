"""The same turn, done by stock workers: RQ's Worker and SimpleWorker, and dramatiq.

`python -m tests.bench.rivals rq-worker|rq-simple|dramatiq` runs one worker process.
"""

import functools
import signal
import sys
import threading

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.worker import Worker as DramatiqWorker
from redis import Redis
from rq import Queue, SimpleWorker, Worker

from agent.answering import open_answering
from agent.services import open_services
from agent.settings import Settings
from bot.channels.registry import channels
from jobs import deliver, turn
from jobs.desk import Desk, Heartbeat

QUEUE = "rivals"
THREADS = 128


@functools.cache
def _desk() -> Desk:
    """What this process answers with, built at its first job and kept."""
    settings = Settings()
    services = open_services(settings)
    heartbeat = Heartbeat(services.turns, services.outbox)
    heartbeat.start()
    runtime = open_answering(services).runtime
    return Desk(services, runtime, channels(settings), heartbeat)


def whole_turn(conversation_id: int) -> None:
    """One turn and its delivery: exactly what our conversation worker does."""
    desk = _desk()
    turn.take(desk, conversation_id)
    deliver.send(desk, conversation_id)


def actor(url: str) -> tuple[RedisBroker, "dramatiq.Actor[[int], None]"]:
    """The turn as a dramatiq actor on the Redis at *url*."""
    broker = RedisBroker(url=url)
    dramatiq.set_broker(broker)
    return broker, dramatiq.actor(whole_turn, queue_name=QUEUE, broker=broker)


def _dramatiq(url: str) -> None:
    broker, _ = actor(url)
    _desk()
    worker = DramatiqWorker(broker, worker_threads=THREADS)
    worker.start()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    stop.wait()
    worker.stop()


def main(kind: str) -> None:
    """Run one worker of that kind until SIGTERM."""
    url = Settings().redis_in_force
    if kind == "dramatiq":
        _dramatiq(url)
        return
    redis = Redis.from_url(url)
    queue = Queue(QUEUE, connection=redis)
    worker = {"rq-worker": Worker, "rq-simple": SimpleWorker}[kind]
    worker([queue], connection=redis).work(logging_level="WARNING")


if __name__ == "__main__":
    main(sys.argv[1])
