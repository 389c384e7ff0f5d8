"""The statements of Insights, each built once. They are given `begin`, `end` and `agent`."""

from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, cast, distinct, func, select, text, true

from agent.store.dialect import json_each
from agent.store.tables import agents, inbox, messages, turns, versions

MOST_ROWS = 20  # of a list
STEP_SECONDS = 0.1  # of waiting times
MOST_CITING = 20_000  # answers whose citations are counted, the latest ones
SAID = ("answered", "fallback", "handoff")  # turns in which something was said


def _in_span(query: Any) -> Any:
    return query.where(turns.c.finished_at >= bindparam("begin"),
                       turns.c.finished_at < bindparam("end"))  # fmt: skip


def _of_agent(query: Any) -> Any:
    """Keep the turns of `agent`; all of them when it is None."""
    chosen = bindparam("agent", type_=versions.c.agent_id.type)
    theirs = select(versions.c.id).where(versions.c.agent_id == chosen)
    return query.where(chosen.is_(None) | turns.c.version_id.in_(theirs))


@cache
def totals() -> Any:
    """Sums over the turns of the span."""
    return _of_agent(_in_span(select(
        func.count(distinct(turns.c.conversation_id)).label("conversations"),
        func.sum(cast(turns.c.outcome.in_(SAID), Integer)).label("answers"),
        func.sum(cast(turns.c.outcome == "fallback", Integer)).label("fallbacks"),
        func.sum(turns.c.cost).label("cost"),
    )))  # fmt: skip


@cache
def waits() -> Any:
    """How long customers waited, from the first message a turn answered until it was answered:
    how many turns on which day, in steps of STEP_SECONDS."""
    day = cast(func.floor((turns.c.finished_at - bindparam("begin")) / 86_400), Integer)
    wait = turns.c.finished_at - inbox.c.received_at
    step = cast(func.floor(wait / STEP_SECONDS), Integer)
    return _of_agent(_in_span(
        select(day.label("day"), step.label("step"), func.count().label("times"))
        .join(inbox, inbox.c.id == turns.c.inbox_from)
        .where(turns.c.outcome.in_(SAID))
        .group_by(day, step)
    ))  # fmt: skip


@cache
def volume(of_one_agent: bool) -> Any:
    """Messages by hour and author."""
    hour = cast(func.floor(messages.c.created_at / 3600), Integer)
    query = (
        select(hour, messages.c.author, func.count())
        .where(messages.c.created_at >= bindparam("begin"),
               messages.c.created_at < bindparam("end"))
        .group_by(hour, messages.c.author)
    )  # fmt: skip
    if not of_one_agent:
        return query
    talked_to = _of_agent(_in_span(select(turns.c.conversation_id)))
    return query.where(messages.c.conversation_id.in_(talked_to))


@cache
def costs() -> Any:
    """Answers and cost by hour and agent."""
    hour = cast(func.floor(turns.c.finished_at / 3600), Integer)
    return _of_agent(_in_span(
        select(hour, agents.c.name, func.count(), func.sum(turns.c.cost))
        .outerjoin(versions, versions.c.id == turns.c.version_id)
        .outerjoin(agents, agents.c.id == versions.c.agent_id)
        .group_by(hour, agents.c.name)
    ))  # fmt: skip


@cache
def reasons() -> Any:
    """Why persons were wanted, how often and when last."""
    return _of_agent(_in_span(
        select(turns.c.handoff_reason, func.count(), func.max(turns.c.finished_at))
        .where(text("turns.handoff_reason <> ''"))
        .group_by(turns.c.handoff_reason)
    ))  # fmt: skip


@cache
def missed() -> Any:
    """Questions nothing was found for, how often and when last."""
    times = func.count()
    return _of_agent(_in_span(
        select(turns.c.missed, times, func.max(turns.c.finished_at))
        .where(text("turns.missed <> ''"))
        .group_by(turns.c.missed)
        .order_by(times.desc(), func.max(turns.c.finished_at).desc())
        .limit(MOST_ROWS)
    ))  # fmt: skip


@cache
def count_missed() -> Any:
    """How many questions nothing was found for."""
    return _of_agent(_in_span(select(func.count()).where(text("turns.missed <> ''"))))


@cache
def cited(dialect: str) -> Any:
    """How often each source was cited by the latest answers, and when last."""
    latest = _of_agent(_in_span(
        select(turns.c.citations, turns.c.finished_at)
        .where(turns.c.outcome == "answered")
        .order_by(turns.c.finished_at.desc())
        .limit(MOST_CITING)
    )).subquery()  # fmt: skip
    one = json_each(dialect, latest.c.citations)
    source, times = one.c.value["source_id"].as_string(), func.count()
    return (
        select(source, times, func.max(latest.c.finished_at))
        .select_from(latest.join(one, true()))
        .group_by(source)
        .order_by(times.desc())
    )


@cache
def count_handed_off() -> Any:
    """How many conversations a person was wanted in."""
    each = select(func.count(distinct(turns.c.conversation_id)))
    return _of_agent(_in_span(each.where(text("turns.handoff_reason <> ''"))))
