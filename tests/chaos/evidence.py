"""What the providers and the driver saw of a run, and what can be told from it by channel."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.chaos.driver import Driver
from tests.chaos.oracle import Verdict, judge
from tests.chaos.plan import CHANNELS, channel_of

Message = tuple[str, int]  # customer, number


@dataclass(frozen=True)
class Evidence:
    """Everything that was seen from outside, so far."""

    written: Mapping[Message, float]  # when it was acknowledged, or told to Chatwoot
    received: Mapping[Message, float]  # when we acknowledged it
    taken: Sequence[tuple[float, str, str]]  # when, customer, text
    tried: Sequence[tuple[float, str, str]]  # every send, whatever became of it
    weather: Mapping[str, Counter[str]]  # by channel
    latencies: Mapping[str, Sequence[float]] = field(default_factory=dict)
    posted: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    dropped: int = 0  # webhooks that Chatwoot never sent
    excused: int = 0  # sent again, because Meta's callbacks did not come through in time

    @property
    def late(self) -> set[Message]:
        """What had to be found, because its webhook never came."""
        return set(self.written) - set(self.received)

    def of(self, channel: str) -> "Evidence":
        """What was seen of one channel."""
        return Evidence(
            _only(self.written, channel),
            _only(self.received, channel),
            [one for one in self.taken if channel_of(one[1]) == channel],
            [one for one in self.tried if channel_of(one[1]) == channel],
            {channel: self.weather[channel]},
            {channel: self.latencies[channel]},
            {channel: self.posted[channel]},
            {channel: self.refused[channel]},
            excused=self.excused if channel == "meta" else 0,
        )

    def verdict(self) -> Verdict:
        """Judge it."""
        numbers: dict[str, list[int]] = {}
        for customer, number in self.written:
            numbers.setdefault(customer, []).append(number)
        said = [(customer, body) for _, customer, body in self.taken]
        return judge(numbers, said, self.late)

    def counted(self, name: str) -> int:
        """How often something happened to sends."""
        return sum(counts[name] for counts in self.weather.values())

    def all_latencies(self) -> list[float]:
        """How long each acknowledgement took, in seconds."""
        return [one for some in self.latencies.values() for one in some]


def _only(times: Mapping[Message, float], channel: str) -> dict[Message, float]:
    return {one: at for one, at in times.items() if channel_of(one[0]) == channel}


def gather(driver: Driver, providers: Mapping[str, str]) -> Evidence:
    """Ask every provider. Raises httpx's HTTPError."""
    written = dict(driver.acknowledged)  # before: what is answered has been written
    seen = {name: _window(address) for name, address in providers.items()}
    chatwoot = seen["chatwoot"]
    received = {one: at for one, at in written.items() if channel_of(one[0]) != "chatwoot"}
    received |= {(customer, number): at for customer, number, at in chatwoot["received"]}
    latencies: dict[str, Sequence[float]] = {**driver.latencies, "chatwoot": chatwoot["latencies"]}
    return Evidence(
        written,
        received,
        _all(seen.values(), "taken"),
        _all(seen.values(), "tried"),
        {name: Counter(window["counts"]) for name, window in seen.items()},
        {name: list(latencies.get(name, ())) for name in CHANNELS},
        {**driver.posted, "chatwoot": chatwoot["posted"]} | _missing(driver.posted),
        {**driver.refused, "chatwoot": chatwoot["refused"]} | _missing(driver.refused),
        chatwoot["dropped"],
        seen["meta"]["excused"],
    )


def _missing(counts: Counter[str]) -> dict[str, int]:
    return {name: 0 for name in ("twilio", "meta") if name not in counts}


def _window(address: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{address}/taken", trust_env=False, timeout=30).json()
    return found


def _all(windows: Iterable[dict[str, Any]], name: str) -> list[tuple[float, str, str]]:
    return [one for window in windows for one in window[name]]
