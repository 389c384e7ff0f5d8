"""A provider's weather: about a quarter of sends go wrong, in every way that provider has."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace

from simulator import faults
from simulator.faults import Fault

# (weight in percent, what happens, whether the sender can tell what became of it)
Likely = tuple[str, float, Fault, bool]
_BROKEN: tuple[Likely, ...] = (
    ("500, not taken", 3, faults.FAILED, False),
    ("500, taken", 3, faults.FAILED_BUT_TAKEN, False),
    ("reset, not taken", 2, faults.RESET, False),
    ("reset, taken", 3, faults.RESET_BUT_TAKEN, False),
    ("timeout, not taken", 2, faults.HANG, False),
    ("timeout, taken", 3, faults.HANG_BUT_TAKEN, False),
    ("rubbish, taken", 1.5, faults.RUBBISH_BUT_TAKEN, False),
)
FAULTS: dict[str, tuple[Likely, ...]] = {
    "twilio": (
        ("400 refused", 2, Fault(status=400, code=63018), True),
        ("429 with Retry-After", 2.5, Fault(status=429, code=20429, retry_after=1), True),
        ("503", 2, faults.UNAVAILABLE, True),
        *_BROKEN,
    ),
    "meta": (  # code 1: "unknown error", which says nothing of the message
        ("429 with Retry-After", 2.5, Fault(status=429, retry_after=1), True),
        ("131056, too many to one customer", 2, Fault(status=400, code=131056), True),
        ("131016, service overloaded", 2, Fault(status=503, code=131016), True),
        ("code 1, taken", 1.5, Fault(status=500, code=1, taken=True), False),
        *((name, weight, replace(fault, code=0), clear) for name, weight, fault, clear in _BROKEN),
    ),
    "chatwoot": (  # a proxy in front of it may answer 502 although it was stored
        ("429 with Retry-After", 4.5, Fault(status=429, retry_after=1), True),
        ("422 of no rule, taken", 1.5, Fault(status=422, taken=True), False),
        ("502, not taken", 2, Fault(status=502), False),
        *_BROKEN,
    ),
}
LEAST_SECONDS, MOST_SECONDS = 0.05, 0.45  # a send takes
REPORTS_LOST = 0.35  # of status callbacks
LISTS_REFUSED = 0.05


@dataclass
class Weather:
    """Stands where the simulator's `Faults` stands, and draws from a seed."""

    seed: int
    channel: str
    lag: float  # the longest that the list of messages is late
    calm: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    released: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._draw = random.Random(f"{self.seed} {self.channel}")

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
        for name, weight, fault, is_clear in FAULTS[self.channel]:
            dice -= weight
            if dice < 0:
                self.counts[name] += 1
                self.counts["clear" if is_clear else "ambiguous"] += 1
                return fault
        return None

    @property
    def reports(self) -> bool:
        """Whether this send's status callbacks arrive."""
        return not self.happens(REPORTS_LOST)

    # `next`, `reports`, `list_lag` and `list_status` are what the stand-ins ask.

    def happens(self, share: float) -> bool:
        """Whether something that goes wrong so often goes wrong now."""
        with self._lock:
            return not self.calm and self._draw.random() < share

    def delay(self, longest: float) -> float:
        """Return seconds between none and *longest*."""
        with self._lock:
            return self._draw.uniform(0, longest)

    @property
    def list_lag(self) -> float:
        """Seconds before a message shows in the list, for this look."""
        with self._lock:
            return self._draw.uniform(self.lag * 0.75, self.lag)

    @property
    def list_status(self) -> int:
        """Whether the list answers at all this time."""
        return 503 if self.happens(LISTS_REFUSED) else 200
