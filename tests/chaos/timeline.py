"""When things happened: recovery after a kill, draining after Valkey forgot, real crash windows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.chaos.plan import said_in

Message = tuple[str, int]  # customer, number
Kill = tuple[float, str, int]  # when, part, process id


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that *share* of *values* do not exceed; 0.0 for none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def answered_at(taken: Iterable[tuple[float, str, str]]) -> dict[Message, float]:
    """When the last part of the reply to each message was taken."""
    found: dict[Message, float] = {}
    for at, customer, body in taken:
        said = said_in(body)
        for number in said.numbers if said else ():
            found[customer, number] = max(at, found.get((customer, number), 0.0))
    return found


def tried_at(tried: Iterable[tuple[float, str, str]]) -> dict[Message, float]:
    """When each message's reply, its last part of several, was first sent, taken or not."""
    first: dict[tuple[str, str], tuple[float, str, str]] = {}
    for one in tried:
        first.setdefault((one[1], one[2]), one)
    return answered_at(first.values())


def begun_at(tried: Iterable[tuple[float, str, str]]) -> dict[Message, float]:
    """When anything of each message's reply was first sent: no provider has been waited for yet."""
    found: dict[Message, float] = {}
    for at, customer, body in tried:
        said = said_in(body)
        for number in said.numbers if said else ():
            found[customer, number] = min(at, found.get((customer, number), at))
    return found


@dataclass(frozen=True)
class Timeline:
    """The messages of a run, and when each was acknowledged and answered."""

    acknowledged: Mapping[Message, float]
    answered: Mapping[Message, float]

    def waiting_at(self, at: float) -> dict[Message, float]:
        """The messages that waited at *at*, and when they were answered."""
        return {
            message: self.answered[message]
            for message, since in self.acknowledged.items()
            if since <= at < self.answered.get(message, 0.0)
        }

    def reply_times(self) -> list[float]:
        """Seconds from acknowledgement to reply."""
        return [
            self.answered[message] - since
            for message, since in self.acknowledged.items()
            if message in self.answered
        ]

    def drains(self, kills: Iterable[Kill]) -> list[float]:
        """After each kill of Valkey: seconds until all that waited then was answered."""
        waits = ((at, self.waiting_at(at)) for at, name, _ in kills if name == "valkey")
        return [max(waiting.values()) - at for at, waiting in waits if waiting]

    def recoveries(
        self,
        kills: Iterable[Kill],
        marks: Iterable[Mapping[str, Any]],
        customer_of: Mapping[int, str],
    ) -> list[float]:
        """For each customer that a killed worker had in hand: seconds until the reply."""
        found, held = [], defaultdict(set)
        deaths = [(at, pid) for at, name, pid in kills if name.startswith("worker")]
        notes = [(note["at"], note) for note in marks if note["kind"] in ("hold", "free")]
        for at, event in sorted([*deaths, *notes], key=lambda one: one[0]):
            if isinstance(event, int):
                found += self._after(
                    at, {customer_of[one] for one in held.pop(event, ()) if one in customer_of}
                )
            elif event["kind"] == "hold":
                held[event["pid"]].add(event["conversation"])
            else:
                held[event["pid"]].discard(event["conversation"])
        return found

    def _after(self, at: float, customers: set[str]) -> list[float]:
        waits: dict[str, float] = {}
        for (customer, _), answered in self.waiting_at(at).items():
            if customer in customers:
                waits[customer] = max(answered - at, waits.get(customer, 0.0))
        return list(waits.values())


def windows(marks: Iterable[Mapping[str, Any]]) -> int:
    """Count the rows that a process found in `sending`, left so by another process."""
    last: dict[int, int] = {}
    found = 0
    for note in marks:
        if note["kind"] == "claim":
            found += note["found"] == "sending" and last.get(note["row"]) != note["pid"]
            last[note["row"]] = note["pid"]
    return found
