"""Keeps an RQ worker at work for as long as its process lives.

RQ waits for a Redis that goes away while it listens, but not while it registers, notes its state
or cleans up: there its worker ends, and what the process had in hand would end with it.
"""

import contextlib
import logging
import time
from collections.abc import Callable

from redis.exceptions import RedisError
from rq.exceptions import StopRequested
from rq.worker import BaseWorker

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.2


class Stoppable(BaseWorker):
    """An RQ worker that remembers being told to stop, even when Redis is gone by then."""

    told_to_stop = False
    max_connection_wait_time = 1  # seconds between tries while Redis is away

    def handle_warm_shutdown_request(self) -> None:
        """RQ's own place for what is to happen at SIGTERM or Ctrl-C."""
        self.told_to_stop = True
        super().handle_warm_shutdown_request()


def keep_working(
    make: Callable[[], Stoppable], pause: Callable[[float], None] = time.sleep
) -> None:
    """Have the worker that *make* returns work until SIGTERM; a new one when it gives up."""
    worker: Stoppable | None = None
    with contextlib.suppress(StopRequested):
        while not _told_to_stop(worker):
            try:
                worker = make()
                worker.work(logging_level="WARNING")
            except RedisError as error:
                log.warning("worker ended: %s", type(error).__name__)
            if not _told_to_stop(worker):
                pause(PAUSE_SECONDS)


def _told_to_stop(worker: Stoppable | None) -> bool:
    """Whether SIGTERM reached *worker*, even if it then fell over a Redis stopped beside it."""
    return worker is not None and worker.told_to_stop
