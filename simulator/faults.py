"""What can go wrong at a provider, on demand: for tests that must see it happen."""

import threading
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One way in which one send goes wrong. `taken`: the customer gets it all the same."""

    status: int = 0  # HTTP; 0: as if nothing were wrong
    code: int = 0
    retry_after: int | None = None
    taken: bool = False
    reset: bool = False  # the connection breaks instead of an answer
    hang: bool = False  # nothing is answered before `Faults.release`
    rubbish: bool = False  # a success that is not JSON


TOO_MANY = Fault(status=429, code=20429, retry_after=2)
UNAVAILABLE = Fault(status=503, code=20503)
FAILED = Fault(status=500, code=20500)
FAILED_BUT_TAKEN = Fault(status=500, code=20500, taken=True)
RESET = Fault(reset=True)
RESET_BUT_TAKEN = Fault(reset=True, taken=True)
HANG = Fault(hang=True)
HANG_BUT_TAKEN = Fault(hang=True, taken=True)
RUBBISH_BUT_TAKEN = Fault(rubbish=True, taken=True)


@dataclass
class Faults:
    """What goes wrong from now on. Set it while the simulator runs."""

    sends: deque[Fault | None] = field(default_factory=deque)  # one a send, in order
    list_lag: float = 0.0  # seconds before a message shows in the list
    list_status: int = 200
    reports: bool = True  # False: no status callbacks
    released: threading.Event = field(default_factory=threading.Event)

    def next(self) -> Fault | None:
        """Return what becomes of the send that is here now."""
        try:
            return self.sends.popleft()
        except IndexError:
            return None

    def release(self) -> None:
        """Let every hanging request go on."""
        self.released.set()
