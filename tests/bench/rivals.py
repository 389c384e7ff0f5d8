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

from actions.services import open_services
from agent.answering import open_answering
from agent.settings import Settings
from channels.registry import channels
from jobs import deliver, turn
from jobs.context import Heartbeat, WorkerContext

QUEUE = "rivals"
THREADS = 128


@functools.cache
def _context() -> WorkerContext:
    """What this process answers with, built at its first job and kept."""
    settings = Settings()
    services = open_services(settings)
    heartbeat = Heartbeat(services.store.turns, services.store.outbox)
    heartbeat.start()
    runtime = open_answering(services.settings, services.database, services.embedders).runtime
    return WorkerContext(services, runtime, channels(settings), heartbeat)


def whole_turn(conversation_id: int) -> None:
    """One turn and its delivery: exactly what our conversation worker does."""
    context = _context()
    turn.take(context, conversation_id)
    deliver.send(context, conversation_id)


def actor(url: str) -> tuple[RedisBroker, "dramatiq.Actor[[int], None]"]:
    """The turn as a dramatiq actor on the Redis at *url*."""
    broker = RedisBroker(url=url)
    dramatiq.set_broker(broker)
    return broker, dramatiq.actor(whole_turn, queue_name=QUEUE, broker=broker)


def _dramatiq(url: str) -> None:
    broker, _ = actor(url)
    _context()
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
