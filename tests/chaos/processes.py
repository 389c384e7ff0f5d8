"""What a process weighs, read from /proc (proc(5)): memory, open files, threads, zombies."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.stack.running import descendants

MIB = 1024 * 1024


@dataclass(frozen=True)
class Weight:
    """One process at one moment; or several, added up. Memory is in bytes."""

    rss: int = 0
    pss: int = 0  # shared pages count in equal parts for those who share them
    files: int = 0
    threads: int = 0

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(
            self.rss + other.rss,
            self.pss + other.pss,
            self.files + other.files,
            self.threads + other.threads,
        )


def weigh(pids: Iterable[int]) -> Weight:
    """Return what *pids* weigh together; those that are gone weigh nothing."""
    total = Weight()
    for pid in pids:
        with contextlib.suppress(OSError):
            total += _weigh(Path(f"/proc/{pid}"))
    return total


def zombies(pid: int) -> int:
    """Count the dead below *pid* that nobody has buried."""
    found = 0
    for one in descendants(pid):
        with contextlib.suppress(OSError):
            found += _field(Path(f"/proc/{one}/status"), "State").startswith("Z")
    return found


def _weigh(process: Path) -> Weight:
    return Weight(
        rss=_kib(process / "smaps_rollup", "Rss"),
        pss=_kib(process / "smaps_rollup", "Pss"),
        files=sum(1 for _ in (process / "fd").iterdir()),
        threads=int(_field(process / "status", "Threads")),
    )


def _kib(path: Path, name: str) -> int:
    return int(_field(path, name).split()[0]) * 1024


def _field(path: Path, name: str) -> str:
    for line in path.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return line.partition(":")[2].strip()
    return "0"
