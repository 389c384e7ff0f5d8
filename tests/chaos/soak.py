"""An hour of ordinary work, nothing killed: does anything grow that should not?

Every part of the stack is weighed again and again. The first weight is taken after a warm-up, in
which caches fill and threads start; both weights are medians of several minutes.
"""

import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.driver import Driver
from tests.chaos.full_stack import FullStack
from tests.chaos.plan import Plan
from tests.chaos.processes import MIB, Weight, weigh, zombies
from tests.chaos.timeline import Timeline, answered_at, percentile
from tests.stack.running import descendants
from tests.waiting import until

EVERY_SECONDS = 10.0
WARM_UP = 1 / 6  # of the whole time
SPAN = 1 / 12  # of the whole time, over which a weight is the median
MOST_GROWTH = 0.10
SLACK_BYTES = 4 * MIB  # what one arena of an allocator may add to a small process
KEYS_SLACK = 20
AFTER_SECONDS = 75.0  # RQ forgets a worker's heartbeat and its own keys
# Nobody writes as fast as these customers, so nobody is told to wait.
SETTINGS = {"MESSAGES_A_MINUTE": "0", "TURNS_A_DAY": "100000"}


@dataclass(frozen=True)
class Sample:
    """The whole stack at one moment."""

    at: float
    parts: dict[str, Weight]
    zombies: int
    keys: int
    valkey_bytes: int


@dataclass
class Soak:
    """One run."""

    stack: FullStack
    plan: Plan
    minutes: float
    samples: list[Sample] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def carry_out(self) -> bool:
        """Write for the whole time, print the table; True when everything held."""
        self.stack.open()
        try:
            baseline = self._sample().keys
            driver, sampler = self.stack.driver(), threading.Thread(target=self._watch)
            sampler.start()
            self._write(driver)
            self._stop.set()
            sampler.join()
            return self._report(driver, baseline)
        finally:
            self._stop.set()
            self.stack.close()

    def _write(self, driver: Driver) -> None:
        started = time.monotonic()
        for burst in self.plan.bursts():
            time.sleep(max(started + burst.at - time.monotonic(), 0))
            driver.write(burst)
        driver.finish()

    def _watch(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            self.samples.append(self._sample())

    def _sample(self) -> Sample:
        running = self.stack.running
        assert running.process
        tops = {"stack": running.process.pid, **running.pids()}
        others = set(tops.values())
        parts = {
            name: weigh([pid, *(set(descendants(pid)) - others if name != "stack" else ())])
            for name, pid in tops.items()
        }
        redis = running.redis()
        try:
            keys, used = redis.dbsize(), redis.info("memory")["used_memory"]
        finally:
            redis.close()
        return Sample(time.time(), parts, zombies(running.process.pid), int(keys), int(used))

    def _report(self, driver: Driver, baseline: int) -> bool:
        until(lambda: not self.stack.evidence(driver).verdict().lost, 300, "the last reply")
        time.sleep(AFTER_SECONDS)
        rest, evidence = self._sample(), self.stack.evidence(driver)
        verdict = evidence.verdict()
        timeline = Timeline(evidence.received, answered_at(evidence.taken))
        waits = timeline.reply_times()
        print(
            f"{self.minutes:.0f} minutes, {len(evidence.written):,} messages, "
            f"{len(evidence.taken):,} replies; message to reply p50 {percentile(waits, 0.5):.1f} s,"
            f" p99 {percentile(waits, 0.99):.1f} s; lost {len(verdict.lost)}, doubled "
            f"{len(verdict.doubled)}, inverted {len(verdict.inverted)}.\n"
        )
        print(table(self.samples))
        dead = max(sample.zombies for sample in self.samples)
        most = max(sample.keys for sample in self.samples)
        print(
            f"\nKeys in Valkey before, most, after: {baseline}, {most}, {rest.keys}. "
            f"Zombies: {dead}."
        )
        wrong = complaints(self.samples, baseline, rest.keys)
        print("\n".join(wrong) or "Nothing grew.")
        return not wrong and verdict.is_clean


def first_and_last(
    samples: list[Sample], part: str, of: Callable[[Weight], int]
) -> tuple[float, float]:
    """Return a part's median after the warm-up, and that of the end."""
    begin, end = samples[0].at, samples[-1].at
    span, warm = (end - begin) * SPAN, begin + (end - begin) * WARM_UP
    early = [of(s.parts[part]) for s in samples if part in s.parts and warm <= s.at <= warm + span]
    late = [of(s.parts[part]) for s in samples if part in s.parts and s.at >= end - span]
    return statistics.median(early or [0]), statistics.median(late or [0])


def table(samples: list[Sample]) -> str:
    """Return the growth of every part in Markdown."""
    head = (
        "part",
        "RSS MiB first, last",
        "growth",
        "PSS MiB first, last",
        "growth",
        "open files first, last, most",
        "threads first, last, most",
    )
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for part in samples[-1].parts:
        rss, pss, files, threads = _series(samples, part)
        lines.append(
            f"| {part} | {_mib(rss)} | {_growth(rss)} | {_mib(pss)} | {_growth(pss)} | "
            f"{_counts(samples, part, files, lambda one: one.files)} | "
            f"{_counts(samples, part, threads, lambda one: one.threads)} |"
        )
    return "\n".join(lines)


def complaints(samples: list[Sample], keys_before: int, keys_after: int) -> list[str]:
    """Return what grew, one sentence each."""
    found = []
    for part in samples[-1].parts:
        (first, last), _, (files, more_files), _ = _series(samples, part)
        if last > first * (1 + MOST_GROWTH) + SLACK_BYTES:
            found.append(f"{part} grew from {first / MIB:.0f} to {last / MIB:.0f} MiB.")
        if more_files > files * (1 + MOST_GROWTH) + 2:
            found.append(f"{part} has {more_files:.0f} open files, it had {files:.0f}.")
    if keys_after > keys_before + KEYS_SLACK:
        found.append(f"Valkey keeps {keys_after} keys, it had {keys_before}.")
    if samples[-1].zombies:
        found.append(f"{samples[-1].zombies} zombies are left.")
    return found


def _series(samples: list[Sample], part: str) -> tuple[tuple[float, float], ...]:
    return (
        first_and_last(samples, part, lambda one: one.rss),
        first_and_last(samples, part, lambda one: one.pss),
        first_and_last(samples, part, lambda one: one.files),
        first_and_last(samples, part, lambda one: one.threads),
    )


def _mib(pair: tuple[float, float]) -> str:
    return f"{pair[0] / MIB:.1f}, {pair[1] / MIB:.1f}"


def _growth(pair: tuple[float, float]) -> str:
    return f"{(pair[1] / pair[0] - 1) * 100:+.1f} %" if pair[0] else "-"


def _counts(
    samples: list[Sample], part: str, pair: tuple[float, float], of: Callable[[Weight], int]
) -> str:
    most = max(of(sample.parts[part]) for sample in samples if part in sample.parts)
    return f"{pair[0]:.0f}, {pair[1]:.0f}, {most}"


def soak(minutes: float, per_second: float, seed: int) -> bool:
    """Run one soak; True when everything held."""
    plan = Plan(seed, int(minutes * 60 * per_second), per_second)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        return Soak(FullStack(Path(folder), SETTINGS, seed), plan, minutes).carry_out()
