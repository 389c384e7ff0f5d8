"""Runs the benchmark and prints its tables. Ratios count; seconds differ between machines."""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rq import Queue

from actions.queues import TURN, RedisWakeUp
from actions.services import Services
from tests.bench import rivals, slow, webhook
from tests.bench.house import House, answered, memory_mib, redis_of
from tests.bench.spent import Spent, spent_by, spent_here

MODEL_SECONDS = 1.0
WARM_UP = 24
LONGEST_SECONDS = 120
LOOKS_A_WEIGHING = 10


@dataclass(frozen=True)
class Design:
    """One way to run turns."""

    name: str
    command: tuple[str, ...]
    processes: int
    slots: int  # turns in flight over all processes
    turns: int
    notify: Callable[[Services, Sequence[int]], None]
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Figures:
    """What one design did."""

    design: Design
    per_second: float
    spent: dict[str, Spent]  # by part, `workers` first; of all turns together
    memory: float

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds of the workers a turn."""
        return self.spent["workers"].cpu_ms / self.design.turns

    @property
    def turns_per_gib(self) -> float:
        """Turns a second that a GiB of workers does."""
        return self.per_second / self.memory * 1024


def _ring_ours(services: Services, conversations: Sequence[int]) -> None:
    wake_up = RedisWakeUp(redis_of(services))
    for conversation in conversations:
        wake_up.notify(TURN, conversation)


def _ring_rq(services: Services, conversations: Sequence[int]) -> None:
    queue = Queue(rivals.QUEUE, connection=redis_of(services))
    for conversation in conversations:
        queue.enqueue(rivals.whole_turn, conversation)


def _ring_dramatiq(services: Services, conversations: Sequence[int]) -> None:
    _, actor = rivals.actor(services.settings.redis_in_force)
    for conversation in conversations:
        actor.send(conversation)


def designs(scale: float) -> list[Design]:
    """The designs, ours first; *scale* multiplies how many turns each does."""
    ours, rival = ("-m", "jobs.conversations"), ("-m", "tests.bench.rivals")

    def turns(number: int) -> int:
        return max(8, int(number * scale))

    return [
        Design(
            "ours, 1 process x 64", ours, 1, 64, turns(1600), _ring_ours, (("TURN_SLOTS", "64"),)
        ),
        Design(
            "ours, 2 processes x 128",
            ours,
            2,
            256,
            turns(2400),
            _ring_ours,
            (("TURN_SLOTS", "128"),),
        ),
        Design(
            "dramatiq, 2 processes x 128", (*rival, "dramatiq"), 2, 256, turns(2400), _ring_dramatiq
        ),
        Design("RQ Worker (forks), 8 processes", (*rival, "rq-worker"), 8, 8, turns(40), _ring_rq),
        Design("RQ SimpleWorker, 8 processes", (*rival, "rq-simple"), 8, 8, turns(64), _ring_rq),
    ]


def measure(house: House, services: Services, design: Design) -> Figures:
    """Run one design on freshly seeded conversations, its workers warmed up first."""
    workers = [
        house.start(design.command, **dict(design.environment)) for _ in range(design.processes)
    ]
    try:
        _run(services, design, house.seed(services, max(WARM_UP, 2 * design.processes)))
        conversations = house.seed(services, design.turns)
        before, started = _spent(house, workers), time.monotonic()
        peak = _run(services, design, conversations, workers)
        seconds = time.monotonic() - started
        spent = {name: now.since(before[name]) for name, now in _spent(house, workers).items()}
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(60)
    return Figures(design, design.turns / seconds, spent, peak)


def _run(
    services: Services,
    design: Design,
    conversations: Sequence[int],
    workers: Sequence[subprocess.Popen[bytes]] = (),
) -> float:
    started, peak, looks, count = time.monotonic(), 0.0, 0, len(conversations)
    design.notify(services, conversations)
    while answered(services, conversations) < count:
        if time.monotonic() - started > LONGEST_SECONDS:
            raise TimeoutError(f"{design.name}: {answered(services, conversations)} of {count}")
        if looks % LOOKS_A_WEIGHING == 0:  # the kernel walks every page of a worker for it
            peak = max(peak, memory_mib(workers))
        looks += 1
        time.sleep(0.2)
    return peak


def _spent(house: House, workers: Sequence[subprocess.Popen[bytes]]) -> dict[str, Spent]:
    """What each part has spent so far; the rest of the house shares the cores with the workers."""
    servers = {name: spent_by([process]) for name, process in house.parts.items()}
    return {"workers": spent_by(workers), **servers, "bench": spent_here()}


def floor(house: House, scale: float) -> None:
    """Print what a bare agent costs, which no design can undercut."""
    print("\nThe floor: CPU of an agent that only asks the model", flush=True)
    command = [sys.executable, "-m", "tests.bench.floor", "64", str(max(64, int(800 * scale)))]
    house.run(command)


def _print_workers(rows: Sequence[Figures]) -> None:
    print(f"\nWorkers: the whole turn, model stand-in answers in {MODEL_SECONDS} s")
    head = ("design", "slots", "turns/s", "CPU ms/turn", "MiB (PSS)", "turns/s per GiB")
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print(_line(row))
    _, ours, dramatiq, stock, _ = rows
    print(
        f"\nours 2 x 128 / dramatiq 2 x 128, turns/s: {ours.per_second / dramatiq.per_second:.2f}"
    )
    print(
        "ours 2 x 128 / stock RQ Worker, turns/s per GiB: "
        f"{ours.turns_per_gib / stock.turns_per_gib:.0f}"
    )


def _line(row: Figures) -> str:
    return (
        f"| {row.design.name} | {row.design.slots} | {row.per_second:.1f} | "
        f"{row.cpu_ms:.1f} | {row.memory:.0f} | {row.turns_per_gib:.0f} |"
    )


def _parts(row: Figures) -> str:
    """CPU milliseconds a turn of every part, and switches a turn of the workers."""
    each = {name: spent.cpu_ms / row.design.turns for name, spent in row.spent.items()}
    switches = row.spent["workers"].switches / row.design.turns
    parts = ", ".join(f"{name} {ms:.2f}" for name, ms in each.items())
    return f"  CPU ms a turn: {sum(each.values()):.1f} = {parts}; {switches:.0f} switches"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=")
    parser.add_argument("--scale", type=float, default=1.0, help="more or fewer turns")
    parser.add_argument("--database", default="", help="a PostgreSQL URL; empty: SQLite")
    parser.add_argument("--only", default="", help="a part of a name, floor, webhook, slow")
    parser.add_argument("--new", action="store_true", help="no question is asked twice")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), MODEL_SECONDS, arguments.database, arguments.new)
        try:
            services = house.open()
            chosen = [d for d in designs(arguments.scale) if arguments.only in d.name]
            rows = []
            for design in chosen:
                rows.append(measure(house, services, design))
                print(f"{_line(rows[-1])}\n{_parts(rows[-1])}", file=sys.stderr)
            if not arguments.only:
                _print_workers(rows)
            if arguments.only in ("", "floor"):
                floor(house, arguments.scale)
            if arguments.only in ("", "webhook"):
                webhook.measure(house, services)
            if arguments.only == "slow":
                return 0 if slow.measure(house, services) else 1
        finally:
            house.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
