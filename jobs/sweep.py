"""The sweeper: every second it rings for whatever a crash, a full disk or a lost Redis left.

It rings, and gives back the conversations that people had for a time. It may run twice, or not
at all for a while; nothing depends on it but speed.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from actions import notebooks
from actions.queues import (
    ALERT,
    DELIVERY,
    EXPERIMENTS,
    FILES,
    INGESTION,
    NOTEBOOK,
    REEMBEDDING,
    REMOVAL,
    TIDYING,
    TURN,
)
from actions.services import Services, open_services
from agent import running
from agent.log import configure
from agent.private import keep_private
from agent.settings import Settings
from jobs import reconcile, worker_liveness
from store.switches import RETENTION

log = logging.getLogger(__name__)

INTERVAL_SECONDS = 1.0
SLACK_SECONDS = 1.0  # what a worker that was told gets, before it is told again
LONGEST_PAUSE = 30.0
FORGET_SECONDS = 3600.0


@dataclass
class Sweeper:
    """Rings for due work, each subject ever less often while nothing comes of it."""

    services: Services
    clock: Callable[[], float] = time.time
    _notified: dict[tuple[str, str | int], tuple[float, float]] = field(default_factory=dict)
    _paused: bool = False
    _redis_life: str = ""
    _forget_at: float = 0.0

    def sweep(self) -> int:
        """Ring once for everything that is due; return how many times it rang."""
        now = self.clock()
        self._hand_back(now)
        notebooks.ask_for_what_is_due(self.services)
        self._forget(now)
        self._take_back()
        if self._paused and not self.services.store.switches.paused:
            self._notified.clear()  # everything that waited through the pause is due at once
        self._paused = self.services.store.switches.paused
        if self._redis_began_anew():
            self._notified.clear()  # nobody heard what was rung so far
        due = self._due(now)
        self._notified = {key: value for key, value in self._notified.items() if key in due}
        notified = 0
        for key in due:
            ring_at, pause = self._notified.get(key, (0.0, SLACK_SECONDS))
            if ring_at > now:
                continue
            self._notified[key] = (now + pause, min(pause * 2, LONGEST_PAUSE))
            notified += self.services.wake_up.notify(*key)
        return notified

    def _take_back(self) -> None:
        """End the leases of workers that are gone: nobody need wait for them to run out."""
        folder = self.services.settings.data_dir
        if not (gone := worker_liveness.departed(folder)):
            return
        freed = self.services.store.abandoned.take_back(gone)
        store = self.services.store
        if store.rows.take_back(gone) + store.replays.take_back(gone):
            self._notified.pop((EXPERIMENTS, 0), None)
        for conversation_id in freed:
            self._notified.pop((TURN, conversation_id), None)
        log.info("workers gone count=%s conversations=%s", len(gone), len(freed))
        worker_liveness.forget(folder, gone)

    def _redis_began_anew(self) -> bool:
        """True once after each start of Redis: it may have forgotten every ring."""
        try:
            life = str(self.services.redis.info("server").get("run_id"))
        except RedisError:
            return False
        before, self._redis_life = self._redis_life, life
        return before != life

    def _forget(self, now: float) -> None:
        """Delete a batch of what is kept no longer; when all is done, look again in an hour."""
        if now >= self._forget_at:
            days = self.services.store.switches.get(RETENTION, {})
            done = self.services.store.erasure.forget(days)
            if done:
                log.info("kept no longer rows=%s", done)
            else:
                self._forget_at = now + FORGET_SECONDS

    def _hand_back(self, now: float) -> None:
        """Give back what people had for a time, or what was paused until now."""
        for conversation_id in self.services.store.owners.expired(now):
            if self.services.store.owners.end(conversation_id, now):
                self.services.wake_up.notify(TURN, conversation_id)

    def _due(self, now: float) -> set[tuple[str, str | int]]:
        services = self.services
        due: set[tuple[str, str | int]] = {
            (TURN, waiting.conversation_id)
            for waiting in services.store.turns.all_waiting()
            if waiting.last_at + SLACK_SECONDS < now and waiting.open_at <= now
        }
        if self._paused:
            due.clear()
        due |= {(DELIVERY, conversation_id) for conversation_id in services.store.outbox.due()}
        kinds = {"read": INGESTION, "remove": REMOVAL, "tidy": TIDYING}
        stored = services.store
        asks = stored.rows.is_due() or stored.shares.is_due() or stored.replays.is_due()
        due |= {(EXPERIMENTS, 0)} if asks else set()
        due |= {(FILES, conversation_id) for conversation_id in services.store.attachments.left()}
        due |= {(NOTEBOOK, run_id) for run_id in services.store.notebook_runs.due()}
        due |= {(ALERT, alert_id) for alert_id in services.store.alerts.due()}
        due |= {(REEMBEDDING, base_id) for base_id in services.rebuilds.due(now)}
        return due | {(kinds[kind], source_id) for kind, source_id in services.sources.due(now)}


def run(services: Services) -> None:
    """Sweep until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sweeper = Sweeper(services)
    reconcile.start(services, stop)
    while not stop.is_set():
        try:
            notified = sweeper.sweep()
        except SQLAlchemyError as error:
            log.warning("sweep missed: %s", type(error).__name__)
        else:
            if notified:
                log.info("swept rung=%s", notified)
        stop.wait(INTERVAL_SECONDS)


def main() -> None:
    """Run one sweeper."""
    settings = Settings()
    configure(settings.log_level)
    keep_private()
    running.hold(settings.data_dir)
    log.info("sweeper started")
    run(open_services(settings))


if __name__ == "__main__":
    main()
