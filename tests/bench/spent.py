"""What a stretch of work took from the machine: CPU and context switches of processes (Linux)."""

import contextlib
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """CPU milliseconds, and how often a thread gave its core away to wait."""

    cpu_ms: float = 0.0
    switches: int = 0

    def since(self, before: "Spent") -> "Spent":
        """What was spent since *before*."""
        return Spent(self.cpu_ms - before.cpu_ms, self.switches - before.switches)

    def __add__(self, other: "Spent") -> "Spent":
        """Both together."""
        return Spent(self.cpu_ms + other.cpu_ms, self.switches + other.switches)


def spent_by(processes: Sequence[subprocess.Popen[bytes]]) -> Spent:
    """What these processes and the children they have buried have spent so far."""
    return sum((_spent(process.pid) for process in processes), Spent())


def spent_here() -> Spent:
    """What this process has spent so far."""
    return _spent(os.getpid())


def _spent(pid: int) -> Spent:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return Spent(sum(int(ticks) for ticks in fields[11:15]) * _TICK_MS, _switches(pid))


def _switches(pid: int) -> int:
    """Voluntary switches of the threads that are alive."""
    found = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that has just ended
            lines = (task / "status").read_text().splitlines()
            found += next(int(x.split()[1]) for x in lines if x.startswith("voluntary_"))
    return found
