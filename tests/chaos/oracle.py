"""The judge: what was lost, doubled or inverted, told only from what the provider handed over."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos.plan import Said, said_in


@dataclass
class Verdict:
    """What customers would complain about, one sentence each."""

    lost: list[str] = field(default_factory=list)
    overtaken: list[str] = field(default_factory=list)  # those lost that a later one left behind
    doubled: list[str] = field(default_factory=list)
    inverted: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """True when nobody has anything to complain about."""
        return not (self.lost or self.doubled or self.inverted)


def judge(
    acknowledged: Mapping[str, Iterable[int]],
    delivered: Sequence[tuple[str, str]],
    late: Collection[tuple[str, int]] = (),
) -> Verdict:
    """Judge a run.

    *acknowledged*: the numbers of each customer's messages that must be answered.
    *delivered*: (customer, text) in the order in which the provider took them.
    *late*: messages whose webhook was lost. Their order is that of their being found, which
    nobody but us knows; they must be answered, once, at any time.
    """
    verdict, threads, exempt = Verdict(), defaultdict(list), defaultdict(set)
    for customer, number in late:
        exempt[customer].add(number)
    for customer, body in delivered:
        threads[customer].append(body)
    for customer in acknowledged.keys() | threads.keys():
        wanted = set(acknowledged.get(customer, ()))
        thread = _said(threads[customer])
        _judge_one(customer, wanted, thread, verdict)
        _judge_left_behind(customer, wanted - exempt[customer], thread, verdict)
        _judge_order(customer, thread, exempt[customer], verdict)
    return verdict


def _said(bodies: list[str]) -> list[Said]:
    return [said for body in bodies if (said := said_in(body)) is not None]


def _judge_one(customer: str, wanted: set[int], thread: list[Said], verdict: Verdict) -> None:
    seen: dict[int, set[int]] = defaultdict(set)  # message -> the parts that came
    parts: dict[int, int] = {}
    for said in thread:
        if _is_repeated(said, seen):
            verdict.doubled.append(f"{customer} {said}")
        for number in said.numbers:
            seen[number].add(said.part)
            parts[number] = said.parts
    for number in sorted(wanted):
        if len(seen[number]) < parts.get(number, 1):
            verdict.lost.append(f"{customer} n{number}")


def _judge_left_behind(
    customer: str, wanted: set[int], thread: list[Said], verdict: Verdict
) -> None:
    """While a run goes on what is not answered may still be, but not once a later one is."""
    answered = {number for said in thread for number in said.numbers}
    newest = max(answered, default=0)
    verdict.overtaken += [f"{customer} n{n}" for n in sorted(wanted - answered) if n < newest]


def _is_repeated(said: Said, seen: Mapping[int, set[int]]) -> bool:
    within = len(set(said.numbers)) < len(said.numbers)
    return within or any(said.part in seen[number] for number in said.numbers)


def _judge_order(customer: str, thread: list[Said], late: set[int], verdict: Verdict) -> None:
    """Every part must come after what came before it. What is doubled is not also inverted."""
    newest, seen = (0, 0), set[tuple[int, int]]()
    for said in thread:
        numbers = [number for number in said.numbers if number not in late]
        parts = {(number, said.part) for number in said.numbers}
        is_new, seen = not parts & seen and len(parts) == len(said.numbers), seen | parts
        if not numbers:
            continue
        place = (numbers[0], said.part)
        if is_new and (place < newest or numbers != sorted(numbers)):
            verdict.inverted.append(f"{customer} {said} after {newest}")
        newest = max(newest, (numbers[-1], said.part) if said.part == said.parts else place)
