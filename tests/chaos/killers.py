"""The killers: each waits a random while, then takes its victim with SIGKILL."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.house import House
from tests.chaos.plan import Gap, Plan

FROZEN_SECONDS = 8.0  # longer than a lease: the one who wakes up has lost it


@dataclass
class Killers:
    """One thread for each kind of victim."""

    house: House
    plan: Plan
    kills: list[tuple[float, str, int]] = field(default_factory=list)  # (when, part, process id)
    stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start killing."""
        present = {"worker", "pause", *self.house.names(), *self.house.servers}
        for kind, gap in self.plan.gaps.items():
            if kind in present:
                thread = threading.Thread(target=self._hunt, args=(kind, gap), daemon=True)
                thread.start()
                self._threads.append(thread)

    def end(self) -> None:
        """Stop killing."""
        self.stop.set()
        for thread in self._threads:
            thread.join()

    def counts(self) -> Counter[str]:
        """How often each kind died."""
        return Counter(name.rstrip("0123456789") for _, name, _ in self.kills)

    def _hunt(self, kind: str, gap: Gap) -> None:
        draw = self.plan.random(f"kill {kind}")
        while not self.stop.wait(draw.uniform(gap.least, gap.most)):
            name, at = self._victim(kind, draw), time.time()
            if kind == "pause":
                self.house.pause(name, FROZEN_SECONDS, self.stop.wait)
                self.kills.append((at, "pause", 0))
                continue
            pid = self.house.kill(name)
            if pid is not None:
                self.kills.append((at, name, pid))

    def _victim(self, kind: str, draw: random.Random) -> str:
        if kind not in ("worker", "pause"):
            return kind
        workers = [name for name in self.house.names() if name.startswith("worker")]
        return draw.choice([name for name in workers if name not in self.house.paused] or workers)
