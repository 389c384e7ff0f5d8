"""The provider's weather: about a quarter of sends go wrong, in every way a send can."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from bot.simulator import faults
from bot.simulator.faults import Fault

# (weight in percent, what happens, whether the sender can tell what became of it)
FAULTS: tuple[tuple[str, float, Fault, bool], ...] = (
    ("400 refused", 2, Fault(status=400, code=63018), True),
    ("429 with Retry-After", 2.5, Fault(status=429, code=20429, retry_after=1), True),
    ("503", 2, faults.UNAVAILABLE, True),
    ("500, not taken", 3, faults.FAILED, False),
    ("500, taken", 3, faults.FAILED_BUT_TAKEN, False),
    ("reset, not taken", 2, faults.RESET, False),
    ("reset, taken", 3, faults.RESET_BUT_TAKEN, False),
    ("timeout, not taken", 2, faults.HANG, False),
    ("timeout, taken", 3, faults.HANG_BUT_TAKEN, False),
    ("rubbish, taken", 1.5, faults.RUBBISH_BUT_TAKEN, False),
)
LEAST_SECONDS, MOST_SECONDS = 0.05, 0.3  # a send takes
REPORTS_LOST = 0.35  # of status callbacks
LISTS_REFUSED = 0.05


@dataclass
class Weather:
    """Stands where the simulator's `Faults` stands, and draws from a seed."""

    seed: int
    lag: float  # the longest that the list of messages is late
    calm: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    released: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)

    def next(self) -> Fault | None:
        """Return what becomes of the send that is here now, after the time a send takes."""
        with self._lock:
            seconds = self._draw.uniform(LEAST_SECONDS, MOST_SECONDS)
            dice = self._draw.uniform(0, 100)
            chosen = None if self.calm else self._pick(dice)
            self.counts["sends"] += 1
        time.sleep(seconds)
        return chosen

    def _pick(self, dice: float) -> Fault | None:
        for name, weight, fault, is_clear in FAULTS:
            dice -= weight
            if dice < 0:
                self.counts[name] += 1
                self.counts["clear" if is_clear else "ambiguous"] += 1
                return fault
        return None

    @property
    def reports(self) -> bool:
        """Whether this send's status callbacks arrive."""
        with self._lock:
            return self.calm or self._draw.random() > REPORTS_LOST

    @property
    def list_lag(self) -> float:
        """Seconds before a message shows in the list, for this look."""
        with self._lock:
            return self._draw.uniform(self.lag * 0.75, self.lag)

    @property
    def list_status(self) -> int:
        """Whether the list answers at all this time."""
        with self._lock:
            return 503 if not self.calm and self._draw.random() < LISTS_REFUSED else 200
