"""The agenda: runs work by key on a bounded pool of threads, each key at most once at a time.

A turn is nearly all waiting, so one process holds many. Work that is not due yet (a burst that is
not over, a send that backs off) waits on a heap and holds no thread.
"""

import heapq
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from agent.log import log_place
from store.db.database import AWAY

log = logging.getLogger(__name__)

PAUSE_AFTER_FAILURE = 1.0  # seconds; the lease of a failed turn runs out on its own
Key = tuple[str, int]


class KeyedScheduler:
    """Calls `attend(key)`, which returns when to call again (seconds since 1970) or None."""

    def __init__(self, attend: Callable[[Key], float | None], slots: int) -> None:
        self._attend = attend
        self._slots = slots
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="turn")
        self._changed = threading.Condition()
        self._heap: list[tuple[float, Key]] = []
        self._due: dict[Key, float] = {}  # when a key is next due; the heap may hold older times
        self._again: dict[Key, float] = {}  # keys rung while they were running
        self._running: set[Key] = set()
        self._closing = False
        self._clock = threading.Thread(target=self._watch, name="agenda", daemon=True)
        self._clock.start()

    def notify(self, key: Key, at: float = 0.0) -> None:
        """Have *key* attended at *at* or earlier; a key that is running is attended again."""
        with self._changed:
            waiting = self._again if key in self._running else self._due
            if self._closing or at >= waiting.get(key, float("inf")):
                return
            waiting[key] = at
            if waiting is self._due:
                heapq.heappush(self._heap, (at, key))
                self._changed.notify_all()

    def room(self) -> int:
        """How many more keys could run now."""
        with self._changed:
            return self._slots - len(self._running)

    def wait_for_room(self, patience: float = 5.0) -> None:
        """Return when a slot is free, so that other workers get what this one has no room for."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._running) < self._slots, patience)

    def close(self, patience: float) -> bool:
        """Take nothing new and wait for what runs. True when all of it has finished."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            finished = self._changed.wait_for(lambda: not self._running, patience)
        self._pool.shutdown(wait=False, cancel_futures=True)
        return finished

    def _watch(self) -> None:
        while True:
            with self._changed:
                if self._closing:
                    return
                key = self._pop()
                if key is None:
                    self._changed.wait(self._pause())
                    continue
                self._running.add(key)
            self._pool.submit(self._run, key)

    def _pop(self) -> Key | None:
        """Return the next key that is due, if there is room for it."""
        while self._heap and self._heap[0][0] <= time.time() and len(self._running) < self._slots:
            at, key = heapq.heappop(self._heap)
            if self._due.get(key) == at:  # else it was rung for an earlier time since
                del self._due[key]
                return key
        return None

    def _pause(self) -> float | None:
        """Seconds until the next key is due; None when only a ring or a free slot can change it."""
        if not self._heap or len(self._running) >= self._slots:
            return None
        return max(self._heap[0][0] - time.time(), 0)

    def _run(self, key: Key) -> None:
        try:
            again = self._attend(key)
        except AWAY as error:  # every conversation says so each second: one line is enough
            log.warning("database away: %s job=%s subject=%s", type(error).__name__, *key)
            again = time.time() + PAUSE_AFTER_FAILURE
        except Exception as error:  # one conversation's trouble must not end the others'
            log.error("attending failed: %s job=%s subject=%s", type(error).__name__, *key)
            log_place(log, error)
            again = time.time() + PAUSE_AFTER_FAILURE
        with self._changed:
            self._running.discard(key)
            times = [at for at in (again, self._again.pop(key, None)) if at is not None]
            self._changed.notify_all()
        if times:
            self.notify(key, min(times))
