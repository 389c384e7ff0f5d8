"""The conversation worker: one process that holds many turns in flight.

An RQ worker that hands wake-ups to the agenda and forgets them. It skips RQ's bookkeeping of
executions (27 round trips a job) because nothing is kept there: the database holds the work, its
leases and its results.
"""

import gc
import logging
import time
from typing import Any

from redis import Redis

from actions.queues import (
    ALERT,
    CONVERSATIONS,
    DELIVERY,
    EXPERIMENTS,
    FILES,
    SEARCH,
    TRIAL,
    TURN,
)
from actions.services import open_services
from agent import running
from agent.answering import open_answering, open_media_to_text
from agent.log import configure
from agent.private import keep_private
from agent.settings import Settings
from agent.turnstile import Turnstile
from channels.registry import channels
from jobs import deliver, evaluating, experiments, files, lookups, notify, trials, turn
from jobs.context import Heartbeat, WorkerContext
from jobs.keyed_scheduler import Key, KeyedScheduler
from jobs.process import blocking_redis
from jobs.wake_up import RingQueue, Rings
from jobs.worker_liveness import present
from jobs.working import Stoppable, keep_working

log = logging.getLogger(__name__)

BY_ID = (TURN, DELIVERY, FILES, ALERT, TRIAL, SEARCH)
DRAIN_SECONDS = 25.0  # after SIGTERM, for the turns in flight
RQ_HEARTBEAT_SECONDS = 5.0
COMPUTING = 4  # threads that compute; the others wait for their models
# A turn makes many objects and few cycles; Python's own thresholds look for them at every step.
RARELY = (50_000, 20, 50)


class ConversationWorker(Stoppable):
    """Dequeues wake-ups and rings the agenda."""

    def __init__(self, scheduler: KeyedScheduler, redis: Redis, lanes: range = range(1)) -> None:
        super().__init__(
            [RingQueue(CONVERSATIONS, connection=redis, serializer="json")],
            connection=redis,
            serializer="json",
            queue_class=RingQueue,
            worker_ttl=30,
            maintenance_interval=60,
            log_job_description=False,
        )
        self.queues[0].room = scheduler.room
        self._scheduler = scheduler
        self._lanes = lanes  # under which experiments are asked
        self._beaten_at = 0.0

    def execute_job(self, job: Rings, queue: RingQueue) -> None:
        """Hand the conversations over; the wake-ups have done their work."""
        for name, subject in job.heard:
            if name in BY_ID and type(subject) is int:
                self._scheduler.notify((name, subject))
            elif name == EXPERIMENTS:
                for lane in self._lanes:
                    self._scheduler.notify((EXPERIMENTS, lane))
            else:
                job.refused += 1
        if job.refused:
            log.warning("jobs refused, no wake-ups of ours: %s", job.refused)
        self._scheduler.wait_for_room()

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Tell Redis that this worker lives, at most every few seconds.

        RQ does three times a job, at 0.2 ms of CPU (docs/decisions/0021-own-code.md).
        """
        if time.monotonic() - self._beaten_at > RQ_HEARTBEAT_SECONDS:
            self._beaten_at = time.monotonic()
            super().heartbeat(timeout, pipeline)


def work(context: WorkerContext, turnstile: Turnstile) -> None:
    """Attend conversations until SIGTERM, then finish the turns in flight."""

    def attend(key: Key) -> float | None:
        name, conversation_id = key
        with turnstile.inside():
            if name == DELIVERY:
                return deliver.send(context, conversation_id)
            if name == ALERT:
                notify.send(context, conversation_id)
                return None
            if name == FILES:
                files.fetch_left(context, conversation_id)
                return None
            if name == TRIAL:
                trials.answer(context, conversation_id)
                return None
            if name == SEARCH:
                lookups.answered(context.services, conversation_id, context.waiting)
                return None
            if name == EXPERIMENTS:
                return evaluating.ask(context, conversation_id, customers)
            with customers.answered():
                look_at = turn.take(context, conversation_id)
                deliver_at = deliver.send(context, conversation_id)
        if deliver_at is not None:
            scheduler.notify((DELIVERY, conversation_id), deliver_at)
        return look_at

    customers, slots = experiments.Customers(), context.services.settings.turn_slots
    scheduler = KeyedScheduler(attend, slots)
    context.heartbeat.start()
    url = context.services.settings.redis_in_force
    try:
        lanes = experiments.lanes(slots)
        keep_working(lambda: ConversationWorker(scheduler, blocking_redis(url), lanes))
    finally:
        if not scheduler.close(DRAIN_SECONDS):
            log.warning("stopped with turns in flight; another worker takes them over")
        context.heartbeat.stop()


def main() -> None:
    """Run one conversation worker."""
    settings = Settings()
    configure(settings.log_level)
    keep_private()
    running.hold(settings.data_dir)
    with present(settings.data_dir) as name:
        _run(settings, name)


def _run(settings: Settings, name: str) -> None:
    turnstile = Turnstile(COMPUTING)
    services = open_services(settings, waiting=turnstile.outside, holder=name)
    context = WorkerContext(
        services,
        open_answering(
            services.settings, services.database, services.embedders, turnstile.outside
        ).runtime,
        channels(settings, services.store.outbox.is_recorded),
        Heartbeat(services.store.turns, services.store.outbox, services.store.rows),
        waiting=turnstile.outside,
        media_to_text=open_media_to_text(settings),
    )
    gc.freeze()  # what was built so far lives as long as the process
    gc.set_threshold(*RARELY)
    log.info("conversation worker started slots=%s", settings.turn_slots)
    work(context, turnstile)


if __name__ == "__main__":
    main()
