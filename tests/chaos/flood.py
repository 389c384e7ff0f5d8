"""One customer writes 5,000 messages in a minute. Do the others notice?

The same twenty customers write for a minute twice, to the whole stack with the limits it has when
nobody sets any: first alone, then beside the flood.
"""

import random
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.chaos.driver import Driver
from tests.chaos.full_stack import FullStack
from tests.chaos.plan import CHANNELS, Burst, Written, address
from tests.chaos.timeline import Timeline, answered_at, percentile
from tests.waiting import until

SECONDS, MESSAGES, OTHERS = 60.0, 5_000, 20
PAUSE_SECONDS = 8.0  # between two messages of one of the others
FLOOD = 100_000  # the flooder's numbers start here, so that the model's calls can be told apart
FLOODER = address(1, ("twilio",))
MOST_CALLS, MOST_GROWTH = 15, 1.5


@dataclass(frozen=True)
class Minute:
    """What the others met in one minute."""

    messages: int
    waits: list[float]  # seconds from acknowledgement to reply
    latencies: list[float]
    flooded: int = 0  # messages of the flooder that were acknowledged
    calls: int = 0  # of the model, for the flooder


@dataclass
class Flood:
    """One run."""

    stack: FullStack
    seed: int

    def carry_out(self) -> bool:
        """Measure both minutes and print the table; True when the others hardly noticed."""
        self.stack.open()
        try:
            self._minute(1, seconds=15.0)  # the first turn of a process loads its libraries
            quiet, flooded = self._minute(2), self._minute(3, with_flood=True)
        finally:
            self.stack.close()
        print(table(quiet, flooded))
        return flooded.calls <= MOST_CALLS and growth(quiet, flooded) < MOST_GROWTH

    def _minute(self, part: int, with_flood: bool = False, seconds: float = SECONDS) -> Minute:
        driver, flooder, began = self.stack.driver(), self.stack.driver(), time.time()
        thread = threading.Thread(target=_pour, args=(flooder,))
        if with_flood:
            thread.start()
        _write(driver, _bursts(part, self.seed, seconds))
        driver.finish()
        calls = self._calls_since(began)
        until(lambda: not self._unanswered(driver), 120, "a reply to each of the others")
        if with_flood:
            thread.join()
        evidence = self.stack.evidence(driver)
        waits = Timeline(evidence.received, answered_at(evidence.taken)).reply_times()
        return Minute(
            len(evidence.written), waits, evidence.all_latencies(), len(flooder.acknowledged), calls
        )

    def _unanswered(self, driver: Driver) -> set[tuple[str, int]]:
        evidence = self.stack.evidence(driver)
        return set(evidence.written) - set(answered_at(evidence.taken))

    def _calls_since(self, began: float) -> int:
        calls = httpx.get(f"{self.stack.model}/calls", trust_env=False, timeout=30).json()
        return sum(1 for at, number in calls if number >= FLOOD and at >= began)


def _bursts(part: int, seed: int, seconds: float) -> list[Burst]:
    """Each of the others writes about every eight seconds, one message at a time."""
    draw, found = random.Random(f"{seed} {part}"), []
    for customer in (address(100 * part + n, CHANNELS) for n in range(OTHERS)):
        at, number = draw.uniform(0, PAUSE_SECONDS), 0
        while at < seconds:
            number += 1
            found.append(Burst(at, (0.0,), (_message(customer, number, draw),)))
            at += PAUSE_SECONDS * draw.uniform(0.75, 1.25)
    return sorted(found, key=lambda burst: burst.at)


def _message(customer: str, number: int, draw: random.Random) -> Written:
    return Written(customer, number, f"SM{draw.getrandbits(128):032x}", f"n{number}", 1, None)


def _write(driver: Driver, bursts: list[Burst]) -> None:
    started = time.monotonic()
    for burst in bursts:
        time.sleep(max(started + burst.at - time.monotonic(), 0))
        driver.write(burst)


def _pour(driver: Driver) -> None:
    draw, started = random.Random("flood"), time.monotonic()
    for n in range(MESSAGES):
        time.sleep(max(started + n * SECONDS / MESSAGES - time.monotonic(), 0))
        driver.deliver(_message(FLOODER, FLOOD + n, draw))
    driver.finish()


def growth(quiet: Minute, flooded: Minute) -> float:
    """Return how many times as long the others wait for a reply, at the 95th percentile."""
    return percentile(flooded.waits, 0.95) / percentile(quiet.waits, 0.95)


def table(quiet: Minute, flooded: Minute) -> str:
    """Return both minutes in Markdown."""
    rows = [
        "| | alone | beside the flood |\n|---|---|---|",
        f"| the flooder's messages acknowledged | - | {flooded.flooded:,} |",
        f"| model calls for the flooder in that minute | - | {flooded.calls} |",
        f"| messages of {OTHERS} others | {quiet.messages} | {flooded.messages} |",
        f"| message to reply p50, p95, s | {_seconds(quiet)} | {_seconds(flooded)} |",
        f"| acknowledgement p50, p99, ms | {_milliseconds(quiet)} | {_milliseconds(flooded)} |",
        f"\nThe others' 95th percentile is {growth(quiet, flooded):.2f} times what it was.",
    ]
    return "\n".join(rows)


def _seconds(minute: Minute) -> str:
    return ", ".join(f"{percentile(minute.waits, share):.2f}" for share in (0.5, 0.95))


def _milliseconds(minute: Minute) -> str:
    return ", ".join(f"{percentile(minute.latencies, one) * 1000:.0f}" for one in (0.5, 0.99))


def flood(seed: int) -> bool:
    """Run one flood; True when the others hardly noticed."""
    with tempfile.TemporaryDirectory(prefix="flood-") as folder:
        return Flood(FullStack(Path(folder), seed=seed), seed).carry_out()
