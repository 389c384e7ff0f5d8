"""How fast somebody may ask: a token bucket each (https://en.wikipedia.org/wiki/Token_bucket).

Kept in this process's memory: a request that is refused must cost less than one that is answered.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST = 10_000  # buckets; the one that was not used for longest is forgotten first


class Pace:
    """So many a minute for each name, all of them at once if they like. 0 is without limit."""

    def __init__(self, a_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_minute = a_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # (left, at)

    def take(self, name: str) -> float:
        """Take one; return 0, or the seconds until there is one again."""
        if not self._a_minute:
            return 0.0
        with self._lock:
            left, now = self._left(name)
            wait = max(0.0, (1 - left) * 60 / self._a_minute)
            self._buckets[name] = (left if wait else left - 1, now)
            self._buckets.move_to_end(name)
            if len(self._buckets) > MOST:
                self._buckets.popitem(last=False)
        return wait

    def is_out(self, name: str) -> bool:
        """True while there is none to take."""
        with self._lock:
            return bool(self._a_minute) and self._left(name)[0] < 1

    def _left(self, name: str) -> tuple[float, float]:
        now = self._clock()
        left, at = self._buckets.get(name, (self._a_minute, now))
        return min(self._a_minute, left + (now - at) * self._a_minute / 60), now
