"""The judge: what was lost, doubled or inverted, told only from what the provider handed over."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos.plan import said_in


@dataclass
class Verdict:
    """What customers would complain about, one sentence each."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    inverted: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """True when nobody has anything to complain about."""
        return not (self.lost or self.doubled or self.inverted)


def judge(
    acknowledged: Mapping[str, Iterable[int]], delivered: Sequence[tuple[str, str]]
) -> Verdict:
    """Judge a run.

    *acknowledged*: the numbers of each customer's messages that we said we had.
    *delivered*: (customer, text) in the order in which the provider took them.
    """
    verdict, threads = Verdict(), defaultdict(list)
    for customer, body in delivered:
        threads[customer].append(body)
    for customer in acknowledged.keys() | threads.keys():
        wanted = set(acknowledged.get(customer, ()))
        _judge_one(customer, wanted, threads[customer], verdict)
    return verdict


def _judge_one(customer: str, wanted: set[int], bodies: list[str], verdict: Verdict) -> None:
    seen: dict[int, set[int]] = defaultdict(set)  # message -> the parts that came
    parts: dict[int, int] = {}
    newest = (0, 0)
    for body in bodies:
        said = said_in(body)
        if said is None:
            continue
        place = (said.numbers[0], said.part)
        repeated = len(set(said.numbers)) < len(said.numbers)
        if repeated or any(said.part in seen[number] for number in said.numbers):
            verdict.doubled.append(f"{customer} {said}")
        elif place < newest or list(said.numbers) != sorted(said.numbers):
            verdict.inverted.append(f"{customer} {said} after {newest}")
        newest = max(newest, (said.numbers[-1], said.part) if said.part == said.parts else place)
        for number in said.numbers:
            seen[number].add(said.part)
            parts[number] = said.parts
    for number in sorted(wanted):
        if len(seen[number]) < parts.get(number, 1):
            verdict.lost.append(f"{customer} n{number}")
