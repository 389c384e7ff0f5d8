"""A honcho manager that starts again what dies, instead of stopping the rest."""

import multiprocessing
import time
from datetime import datetime
from typing import Any

from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message
from honcho.process import Process

from knowledge.orphans import die_with_parent

PAUSE_SECONDS = 1.0  # before a part that died young is started again
LONGEST_PAUSE = 15.0
STEADY_SECONDS = 30.0  # a part that lived this long starts again at once


class _Part(Process):  # honcho is untyped
    """Honcho's runner of one part, tied to the supervisor's life."""

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        """Run the part and report its lines and its end."""
        die_with_parent()
        super().run(events, ignore_signals)


class Supervisor(Manager):
    """Runs parts side by side; Ctrl-C or SIGTERM ends all of them."""

    def __init__(self) -> None:
        super().__init__()
        self._process_ctor = _Part
        self._started_at: dict[str, float] = {}
        self._pauses: dict[str, float] = {}
        self._again_at: dict[str, float] = {}

    def say(self, line: str) -> None:
        """Print a line of the supervisor's own, from any thread."""
        self.events.put(
            Message(type="line", data=f"{line}\n", time=datetime.now(),
                    name=SYSTEM_PRINTER_NAME, colour=None)
        )  # fmt: skip

    # Honcho asks these at every turn of its loop.

    def _all_started(self) -> bool:
        if not self._terminating:
            self._revive()
        return bool(super()._all_started())

    def _any_stopped(self) -> bool:
        return self._terminating and bool(super()._any_stopped())

    def _all_stopped(self) -> bool:
        return self._terminating and bool(super()._all_stopped())

    def _revive(self) -> None:
        now = time.monotonic()
        for name, part in self._processes.items():
            if part.get("returncode") is None:
                continue
            if name not in self._again_at:
                self._again_at[name] = now + self._pause(name, now)
            elif now >= self._again_at[name]:
                del self._again_at[name]
                self._started_at[name] = now
                self._start_again(name, part)

    def _pause(self, name: str, now: float) -> float:
        """Seconds before a part is started again: none, but ever more while it dies young."""
        steady = now - self._started_at.get(name, float("-inf")) > STEADY_SECONDS
        longer = min(max(self._pauses.get(name, 0.0) * 2, PAUSE_SECONDS), LONGEST_PAUSE)
        self._pauses[name] = 0.0 if steady else longer
        self._system_print(f"{name} died and is started again\n")
        return self._pauses[name]

    def _start_again(self, name: str, part: dict[str, Any]) -> None:
        del part["returncode"]
        part["process"] = multiprocessing.Process(
            name=name, target=part["obj"].run, args=(self.events, True)
        )
        part["process"].start()
