"""The wake-up: entries of RQ queues that say "there is work", by name and id only.

A job may be lost or rung twice; the database holds the work itself, so both are harmless.
Names are strings, so that whoever rings does not import the code that answers.
"""

import json
import logging
from typing import Protocol

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

log = logging.getLogger(__name__)

CONVERSATIONS = "conversations"
CHORES = "chores"
NOTEBOOKS = "notebooks"  # they may take half an hour: nobody's file waits behind one

TURN = "jobs.turn.take"
DELIVERY = "jobs.deliver.send"
FILES = "jobs.files.fetch_left"
EXPERIMENTS = "jobs.experiments.ask"
ALERT = "jobs.notify.send"
TRIAL = "jobs.trials.answer"
SEARCH = "jobs.lookups.answered"
INGESTION = "jobs.ingest.read"
REMOVAL = "jobs.ingest.remove"
TIDYING = "jobs.ingest.tidy"
REEMBEDDING = "jobs.ingest.reembed"
ALIGNMENT = "jobs.ingest.align"
LOOKUP = "jobs.lookups.answer"
NOTEBOOK = "jobs.notebooks.run"

QUEUE_OF = {
    TURN: CONVERSATIONS,
    DELIVERY: CONVERSATIONS,
    FILES: CONVERSATIONS,
    EXPERIMENTS: CONVERSATIONS,
    ALERT: CONVERSATIONS,
    TRIAL: CONVERSATIONS,
    SEARCH: CONVERSATIONS,
    INGESTION: CHORES,
    REMOVAL: CHORES,
    TIDYING: CHORES,
    REEMBEDDING: CHORES,
    ALIGNMENT: CHORES,
    LOOKUP: CHORES,
    NOTEBOOK: NOTEBOOKS,
}
JOB_SECONDS = {CONVERSATIONS: 180, CHORES: 1800, NOTEBOOKS: 2400}


class WakeUp(Protocol):
    """Tells workers that there is work."""

    def notify(self, job: str, subject: str | int) -> bool:
        """Ring *job* for the row *subject*. Returns False when nobody could be told."""


class RedisWakeUp:
    """Rings RQ workers. Never raises: the sweeper rings again whatever was not heard.

    To conversation workers an entry of the queue says everything (`jobs.wake_up`): one round trip
    and a quarter of the CPU of an RQ job, of which they would read the name and the id alone.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._queues = {
            name: Queue(name, connection=redis, serializer="json") for name in JOB_SECONDS
        }

    def notify(self, job: str, subject: str | int) -> bool:
        """Enqueue *job* for *subject*."""
        queue = self._queues[QUEUE_OF[job]]
        try:
            if queue.name == CONVERSATIONS:
                self._redis.rpush(queue.key, json.dumps([job, subject]))
            else:
                _enqueue(queue, job, subject)
        except RedisError as error:
            log.warning("wake-up not heard: %s", type(error).__name__)
            return False
        return True


def _enqueue(queue: Queue, job: str, subject: str | int) -> None:
    queue.enqueue(
        job,
        subject,
        job_timeout=JOB_SECONDS[queue.name],
        result_ttl=0,
        at_front=job == LOOKUP,  # a person waits
        failure_ttl=86_400,
        description=job,
    )


class SilentWakeUp:
    """Rings nobody; for one-process use (tests, measuring), where the sweep finds the work."""

    def notify(self, job: str, subject: str | int) -> bool:
        """Do nothing."""
        return False
