"""How the agents do: volume, waiting times, hand-offs, cost and what was cited, summed up in SQL.

Days are those of this machine's zone. Turns are read from an index that holds all their figures
(`ix_turns_figures`): their rows lie behind their traces.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypeVarTuple

from sqlalchemy import Integer, Select, bindparam, cast, distinct, func, select, text, true

from agent.answer import Author, Outcome
from agent.errors import Invalid
from knowledge.tables import AnySelect
from store.db.database import Database
from store.db.dialect import json_each
from store.tables import agents, inbox, messages, turns, versions

Ts = TypeVarTuple("Ts")
MOST_ROWS = 20  # of a list
STEP_SECONDS = 0.1  # of waiting times
MOST_CITING = 20_000  # answers whose citations are counted, the latest ones
SAID = (Outcome.ANSWERED, Outcome.FALLBACK, Outcome.HANDOFF)  # turns in which something was said


def _in_span(query: Select[*Ts]) -> Select[*Ts]:
    return query.where(
        turns.c.finished_at >= bindparam("begin"), turns.c.finished_at < bindparam("end")
    )


def _of_agent(query: Select[*Ts]) -> Select[*Ts]:
    """Keep the turns of `agent`; all of them when it is None."""
    chosen = bindparam("agent", type_=versions.c.agent_id.type)
    theirs = select(versions.c.id).where(versions.c.agent_id == chosen)
    return query.where(chosen.is_(None) | turns.c.version_id.in_(theirs))


@cache
def totals() -> AnySelect:
    """Sums over the turns of the span."""
    return _of_agent(
        _in_span(
            select(
                func.count(distinct(turns.c.conversation_id)).label("conversations"),
                func.sum(cast(turns.c.outcome.in_(SAID), Integer)).label("answers"),
                func.sum(cast(turns.c.outcome == Outcome.FALLBACK, Integer)).label("fallbacks"),
                func.sum(turns.c.cost).label("cost"),
            )
        )
    )


@cache
def waits() -> Select[int, int, int]:
    """How long customers waited, from the first message a turn answered until it was answered:
    how many turns on which day, in steps of STEP_SECONDS."""
    day = cast(func.floor((turns.c.finished_at - bindparam("begin")) / 86_400), Integer)
    wait = turns.c.finished_at - inbox.c.received_at
    step = cast(func.floor(wait / STEP_SECONDS), Integer)
    return _of_agent(
        _in_span(
            select(day.label("day"), step.label("step"), func.count().label("times"))
            .join(inbox, inbox.c.id == turns.c.inbox_from)
            .where(turns.c.outcome.in_(SAID))
            .group_by(day, step)
        )
    )


@cache
def volume(of_one_agent: bool) -> Select[int, Author, int]:
    """Messages by hour and author."""
    hour = cast(func.floor(messages.c.created_at / 3600), Integer)
    query = (
        select(hour, messages.c.author, func.count())
        .where(
            messages.c.created_at >= bindparam("begin"), messages.c.created_at < bindparam("end")
        )
        .group_by(hour, messages.c.author)
    )
    if not of_one_agent:
        return query
    talked_to = _of_agent(_in_span(select(turns.c.conversation_id)))
    return query.where(messages.c.conversation_id.in_(talked_to))


@cache
def costs() -> Select[int, str, int, float]:
    """Answers and cost by hour and agent."""
    hour = cast(func.floor(turns.c.finished_at / 3600), Integer)
    return _of_agent(
        _in_span(
            select(hour, agents.c.name, func.count(), func.sum(turns.c.cost))
            .outerjoin(versions, versions.c.id == turns.c.version_id)
            .outerjoin(agents, agents.c.id == versions.c.agent_id)
            .group_by(hour, agents.c.name)
        )
    )


@cache
def reasons() -> Select[str, int, float]:
    """Why persons were wanted, how often and when last."""
    return _of_agent(
        _in_span(
            select(turns.c.handoff_reason, func.count(), func.max(turns.c.finished_at))
            .where(text("turns.handoff_reason <> ''"))
            .group_by(turns.c.handoff_reason)
        )
    )


@cache
def missed() -> Select[str, int, float]:
    """Questions nothing was found for, how often and when last."""
    times = func.count()
    return _of_agent(
        _in_span(
            select(turns.c.missed, times, func.max(turns.c.finished_at))
            .where(text("turns.missed <> ''"))
            .group_by(turns.c.missed)
            .order_by(times.desc(), func.max(turns.c.finished_at).desc())
            .limit(MOST_ROWS)
        )
    )


@cache
def count_missed() -> Select[int]:
    """How many questions nothing was found for."""
    return _of_agent(_in_span(select(func.count()).where(text("turns.missed <> ''"))))


@cache
def cited(dialect: str) -> Select[str, int, float]:
    """How often each source was cited by the latest answers, and when last."""
    latest = _of_agent(
        _in_span(
            select(turns.c.citations, turns.c.finished_at)
            .where(turns.c.outcome == Outcome.ANSWERED)
            .order_by(turns.c.finished_at.desc())
            .limit(MOST_CITING)
        )
    ).subquery()
    one = json_each(dialect, latest.c.citations)
    source, times = one.c.value["source_id"].as_string(), func.count()
    return (
        select(source, times, func.max(latest.c.finished_at))
        .select_from(latest.join(one, true()))
        .group_by(source)
        .order_by(times.desc())
    )


@cache
def count_handed_off() -> Select[int]:
    """How many conversations a person was wanted in."""
    each = select(func.count(distinct(turns.c.conversation_id)))
    return _of_agent(_in_span(each.where(text("turns.handoff_reason <> ''"))))


LONGEST = timedelta(days=732)
EARLIEST, LATEST = date(1970, 1, 2), date(2999, 12, 31)  # days that every zone has
REASON_CHARACTERS = 60


@dataclass(frozen=True)
class Span:
    """Whole days, the last one included, and whose: every agent's without *agent_id*."""

    first: date
    last: date
    agent_id: str = ""

    def __post_init__(self) -> None:
        is_known = self.first >= EARLIEST and self.last <= LATEST
        if not is_known or not timedelta(0) <= self.last - self.first <= LONGEST:
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
            row = tx.execute(totals(), span.values).one()
            missed = tx.scalar(count_missed(), span.values)
            handed_off = tx.scalar(count_handed_off(), span.values)
        return Totals(
            conversations=row.conversations or 0,
            answers=row.answers or 0,
            handed_off=handed_off or 0,
            fallbacks=row.fallbacks or 0,
            missed=missed or 0,
            cost=row.cost or 0.0,
        )

    def days(self, span: Span) -> tuple[list[Day], Waits | None]:
        """Return every day of the span, quiet ones too, and the waits of all of them together."""
        counts: dict[date, dict[str, int]] = {}
        steps: dict[int, dict[int, int]] = {}
        with self._database.read() as tx:
            for hour, author, times in tx.execute(volume(bool(span.agent_id)), span.values):
                of_day = counts.setdefault(_day(hour * 3600), {})
                of_day[author] = of_day.get(author, 0) + times
            for number, step, times in tx.execute(waits(), span.values):
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
            for hour, agent, answers, cost in tx.execute(costs(), span.values):
                before = sums.get((_day(hour * 3600), agent or "—"), (0, 0.0))
                sums[_day(hour * 3600), agent or "—"] = before[0] + answers, before[1] + cost
        return [Cost(day, agent, *both) for (day, agent), both in sorted(sums.items())]

    def reasons(self, span: Span) -> list[Counted]:
        """Return why persons were wanted, the most frequent reason first."""
        counts: dict[str, tuple[int, float]] = {}
        with self._database.read() as tx:
            for reason, times, last_at in tx.execute(reasons(), span.values):
                kind = reason.partition(":")[0][:REASON_CHARACTERS] or "—"
                so_far = counts.get(kind, (0, 0.0))
                counts[kind] = so_far[0] + times, max(so_far[1], last_at)
        ranked = sorted(counts.items(), key=lambda entry: -entry[1][0])
        return [Counted(kind, *both) for kind, both in ranked[:MOST_ROWS]]

    def missed(self, span: Span) -> list[Counted]:
        """Return the questions nothing was found for, the most frequent first."""
        with self._database.read() as tx:
            return [Counted(*row) for row in tx.execute(missed(), span.values)]

    def cited(self, span: Span) -> list[Counted]:
        """Return the sources that answers cited (by id), the most cited first."""
        with self._database.read() as tx:
            query = cited(tx.dialect.name)
            return [Counted(*row) for row in tx.execute(query, span.values)]


def _whole_day(day: date, said: dict[str, int], steps: dict[int, int]) -> Day:
    customers, by_agents, people = (
        said.get(one, 0) for one in (Author.CUSTOMER, Author.AGENT, Author.HUMAN)
    )
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
