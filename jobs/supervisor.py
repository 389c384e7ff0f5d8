"""A honcho manager that starts again what dies, instead of stopping the rest."""

import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Message, Printer
from honcho.process import Process

from agent.log import redact
from knowledge.orphans import die_with_parent

PAUSE_SECONDS = 1.0  # before a part that died young is started again
LONGEST_PAUSE = 15.0
OFTEN = 3  # deaths in a row from which on more is said
TAIL_BYTES = 4096
STEADY_SECONDS = 30.0  # a part that lived this long starts again at once


class _Part(Process):  # honcho is untyped
    """Honcho's runner of one part, tied to the supervisor's life."""

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        """Run the part and report its lines and its end."""
        die_with_parent()
        super().run(events, ignore_signals)


class _Remembering(Printer):  # honcho is untyped
    """Prints the lines of every part, and remembers the last one of each."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)
        self.last: dict[str, str] = {}

    def write(self, message: Any) -> None:
        """Print a line."""
        data = message.data
        words = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        if words.strip():
            self.last[message.name] = words.strip()
        super().write(message)


class Supervisor(Manager):
    """Runs parts side by side; Ctrl-C or SIGTERM ends all of them.

    *logs*: the file that a part's words go to, where they are not printed.
    """

    def __init__(self, logs: Mapping[str, Path] = MappingProxyType({})) -> None:
        self._words = _Remembering()
        self._logs = logs
        super().__init__(self._words)
        self._deaths: Counter[str] = Counter()
        self._process_ctor = _Part
        self._started_at: dict[str, float] = {}
        self._pauses: dict[str, float] = {}
        self._again_at: dict[str, float] = {}

    def say(self, line: str) -> None:
        """Print a line of the supervisor's own, from any thread."""
        self.events.put(
            Message(
                type="line",
                data=f"{line}\n",
                time=datetime.now(),
                name=SYSTEM_PRINTER_NAME,
                colour=None,
            )
        )

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
        self._deaths[name] = 1 if steady else self._deaths[name] + 1
        self._system_print(self._obituary(name))
        return self._pauses[name]

    def _obituary(self, name: str) -> str:
        """Name a part that died; of one that cannot live, also how often, and its last words."""
        if self._deaths[name] < OFTEN:
            return f"{name} died and is started again\n"
        words = last_line(self._logs[name]) if name in self._logs else self._words.last.get(name)
        return (
            f"{name} died {self._deaths[name]} times in a row and is started again in "
            f"{self._pauses[name]:.0f} s. Its last words: {redact(words or 'none')}\n"
        )

    def _start_again(self, name: str, part: dict[str, Any]) -> None:
        del part["returncode"]
        part["process"] = multiprocessing.Process(
            name=name, target=part["obj"].run, args=(self.events, True)
        )
        part["process"].start()


def last_line(log: Path) -> str:
    """Return the last line with words in the file *log*, or nothing."""
    try:
        with log.open("rb") as file:
            file.seek(-min(log.stat().st_size, TAIL_BYTES), os.SEEK_END)
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
