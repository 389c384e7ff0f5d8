"""How the agents do: volume, waiting times, hand-offs, cost and what was cited, summed up in SQL.

Days are those of this machine's zone. Turns are read from an index that holds all their figures
(`ix_turns_figures`): their rows lie behind their traces.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from agent.errors import Invalid
from agent.store import insight_queries as queries
from agent.store.db import Database
from agent.store.insight_queries import MOST_ROWS, STEP_SECONDS

LONGEST_DAYS = 732
REASON_CHARACTERS = 60


@dataclass(frozen=True)
class Span:
    """Whole days, the last one included, and whose: every agent's without *agent_id*."""

    first: date
    last: date
    agent_id: str = ""

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.last - self.first <= timedelta(days=LONGEST_DAYS):
            raise Invalid("Choose two days, the first before the second, at most two years apart.")

    @property
    def values(self) -> dict[str, Any]:
        """What the statements are given. Times are seconds since 1970."""
        begin, end = _midnight(self.first), _midnight(self.last + timedelta(days=1))
        return {"begin": begin, "end": end, "agent": self.agent_id or None}

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True)
class Totals:
    """The whole span in a line. Costs are US dollars."""

    conversations: int
    answers: int
    handed_off: int  # conversations that a person was wanted in
    fallbacks: int
    missed: int  # questions nothing was found for
    cost: float

    @property
    def alone(self) -> float | None:
        """The share of conversations that no person was wanted in, 0 to 1; None: there are none."""
        return 1 - self.handed_off / self.conversations if self.conversations else None


@dataclass(frozen=True)
class Waits:
    """How long customers waited for an answer, in seconds, to a tenth."""

    half_within: float  # the median
    nearly_all_within: float  # the 95th percentile


@dataclass(frozen=True)
class Day:
    """One day."""

    day: date
    customers: int = 0  # their messages
    agents: int = 0
    people: int = 0
    waits: Waits | None = None


@dataclass(frozen=True)
class Cost:
    """What one agent cost on one day."""

    day: date
    agent: str
    answers: int
    cost: float


@dataclass(frozen=True)
class Counted:
    """Something, how often, and when last (seconds since 1970)."""

    name: str
    times: int
    last_at: float = 0.0


class Insights:
    """Answers questions about a span of days."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def totals(self, span: Span) -> Totals:
        """Return the sums of the whole span."""
        with self._database.read() as tx:
            row = tx.execute(queries.totals(), span.values).one()
            missed = tx.scalar(queries.count_missed(), span.values)
            handed_off = tx.scalar(queries.count_handed_off(), span.values)
        return Totals(
            conversations=row.conversations or 0, answers=row.answers or 0,
            handed_off=handed_off or 0, fallbacks=row.fallbacks or 0, missed=missed or 0,
            cost=row.cost or 0.0,
        )  # fmt: skip

    def days(self, span: Span) -> tuple[list[Day], Waits | None]:
        """Return every day of the span, quiet ones too, and the waits of all of them together."""
        counts: dict[date, dict[str, int]] = {}
        steps: dict[int, dict[int, int]] = {}
        with self._database.read() as tx:
            for hour, author, times in tx.execute(queries.volume(bool(span.agent_id)), span.values):
                of_day = counts.setdefault(_day(hour * 3600), {})
                of_day[author] = of_day.get(author, 0) + times
            for number, step, times in tx.execute(queries.waits(), span.values):
                steps.setdefault(number, {})[step] = times
        zero = _midnight(span.first)
        days = [
            _whole_day(day, counts.get(day, {}), steps.get(_number(day, zero), {}))
            for day in span.days
        ]
        return days, _percentiles(_together(steps.values()))

    def costs(self, span: Span) -> list[Cost]:
        """Return cost and answers by day and agent."""
        sums: dict[tuple[date, str], tuple[int, float]] = {}
        with self._database.read() as tx:
            for hour, agent, answers, cost in tx.execute(queries.costs(), span.values):
                before = sums.get((_day(hour * 3600), agent or "—"), (0, 0.0))
                sums[_day(hour * 3600), agent or "—"] = before[0] + answers, before[1] + cost
        return [Cost(day, agent, *both) for (day, agent), both in sorted(sums.items())]

    def reasons(self, span: Span) -> list[Counted]:
        """Return why persons were wanted, the most frequent reason first."""
        counts: dict[str, tuple[int, float]] = {}
        with self._database.read() as tx:
            for reason, times, last_at in tx.execute(queries.reasons(), span.values):
                kind = reason.partition(":")[0][:REASON_CHARACTERS] or "—"
                so_far = counts.get(kind, (0, 0.0))
                counts[kind] = so_far[0] + times, max(so_far[1], last_at)
        ranked = sorted(counts.items(), key=lambda entry: -entry[1][0])
        return [Counted(kind, *both) for kind, both in ranked[:MOST_ROWS]]

    def missed(self, span: Span) -> list[Counted]:
        """Return the questions nothing was found for, the most frequent first."""
        with self._database.read() as tx:
            return [Counted(*row) for row in tx.execute(queries.missed(), span.values)]

    def cited(self, span: Span) -> list[Counted]:
        """Return the sources that answers cited (by id), the most cited first."""
        with self._database.read() as tx:
            query = queries.cited(tx.dialect.name)
            return [Counted(*row) for row in tx.execute(query, span.values)]


def _whole_day(day: date, said: dict[str, int], steps: dict[int, int]) -> Day:
    customers, by_agents, people = (said.get(one, 0) for one in ("customer", "agent", "human"))
    return Day(day, customers, by_agents, people, _percentiles(steps))


def _together(each: Iterable[dict[int, int]]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for steps in each:
        for step, times in steps.items():
            sums[step] = sums.get(step, 0) + times
    return sums


def _percentiles(steps: dict[int, int]) -> Waits | None:
    total = sum(steps.values())
    if not total:
        return None
    return Waits(_within(steps, total * 0.5), _within(steps, total * 0.95))


def _within(steps: dict[int, int], enough: float) -> float:
    """Return the seconds within which *enough* of the waits ended."""
    so_far = 0
    for step in sorted(steps):
        so_far += steps[step]
        if so_far >= enough:
            return round(max(0, step + 1) * STEP_SECONDS, 1)
    return 0.0


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day).astimezone().timestamp()


def _day(moment: float) -> date:
    return datetime.fromtimestamp(moment).astimezone().date()


def _number(day: date, zero: float) -> int:
    """Return how many days after the moment *zero* a day lies, as the statements count them."""
    return int((_midnight(day) + 43_200 - zero) // 86_400)
