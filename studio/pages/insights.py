"""Insights: how much is written, how fast it is answered, by whom, at what cost, from what."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import gradio as gr

from agent.errors import Invalid
from knowledge.quality.misses import Miss, grouped
from store.insights.insights import Counted, Span
from store.people.people import Person
from studio.errors import BadFields
from studio.pages.insights_view import PERIODS, Figures, layout, shown
from studio.roles import allow
from studio.state import Studio
from studio.wiring import Load, event

DAYS = 30  # until somebody chooses
MOST_UNUSED = 50


@allow("viewer")
def first(studio: Studio, person: Person) -> Figures:
    """Return the figures of the last days."""
    return _figures(studio, _last(DAYS), str(DAYS))


@allow("viewer")
def choices(studio: Studio, person: Person) -> Sequence[tuple[str, str]]:
    """Return the agents whose figures can be looked at alone: (name, id)."""
    return [(agent.name, agent.id) for agent in studio.services.store.agents.list()]


@allow("viewer")
def look(
    studio: Studio, person: Person, period: str, since: str, until: str, agent_id: str
) -> Figures:
    """Return the figures of a period: a number of days up to today, or two days of one's own."""
    if period not in PERIODS[:-1]:
        return _between(studio, since, until, agent_id)
    return _figures(studio, _last(int(period), agent_id or ""), period)


@allow("viewer")
def between(studio: Studio, person: Person, since: str, until: str, agent_id: str) -> Figures:
    """Return the figures from one day to another."""
    return _between(studio, since, until, agent_id)


def _between(studio: Studio, since: str, until: str, agent_id: str) -> Figures:
    try:
        days = date.fromisoformat(since or ""), date.fromisoformat(until or "")
        return _figures(studio, Span(*days, agent_id or ""))
    except (ValueError, OverflowError, Invalid) as error:
        raise BadFields((("insights.dates", "insights.dates_bad", {}),)) from error


def _last(days: int, agent_id: str = "") -> Span:
    today = date.today()
    return Span(today - timedelta(days=days - 1), today, agent_id)


def _figures(studio: Studio, span: Span, period: str = PERIODS[-1]) -> Figures:
    insights = studio.services.store.insights
    days, waits = insights.days(span)
    names = _sources(studio)
    groups = grouped(Miss(one.name, one.times, one.last_at) for one in insights.missed(span))
    missed = [Counted(group.question, group.times, group.last_at) for group in groups]
    cited = insights.cited(span)
    used = [Counted(names.get(one.name, one.name), one.times, one.last_at) for one in cited]
    unused = sorted({name for key, name in names.items() if key not in {c.name for c in cited}})
    return Figures(
        span,
        insights.totals(span),
        waits,
        days,
        insights.costs(span),
        insights.reasons(span),
        missed,
        used,
        unused[:MOST_UNUSED],
        period,
    )


def _sources(studio: Studio) -> dict[str, str]:
    """Every source's name with that of its base, by id."""
    sources = studio.services.sources
    return {
        source.id: f"{source.name} · {base.name}"
        for base in sources.bases()
        for source in sources.list(base.id)
    }


def exported(figures: Figures) -> str:
    """Return everything as CSV, with a byte order mark so that Excel reads the accents."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    for row in _rows(figures):
        writer.writerow([guarded(cell) for cell in row])
    return text.getvalue()


def guarded(cell: Any) -> Any:
    """Return *cell* so that no spreadsheet takes a customer's words for a formula.

    (OWASP, "CSV injection": a cell that begins like a formula gets an apostrophe before it.)
    """
    if isinstance(cell, str) and cell.lstrip()[:1] in ("=", "+", "-", "@", "\t", "\r", "|", "%"):
        return f"'{cell}"
    return cell


def _rows(figures: Figures) -> Iterator[Sequence[Any]]:
    yield ("day", "customers", "agents", "people", "p50_seconds", "p95_seconds")
    for day in figures.days:
        waits = (day.waits.half_within, day.waits.nearly_all_within) if day.waits else ("", "")
        yield (day.day.isoformat(), day.customers, day.agents, day.people, *waits)
    yield ()
    yield ("day", "agent", "answers", "cost_usd")
    for cost in figures.costs:
        yield (cost.day.isoformat(), cost.agent, cost.answers, round(cost.cost, 6))
    for title, counted in (
        ("handoff_reason", figures.reasons),
        ("missed", figures.missed),
        ("source", figures.used),
    ):
        yield ()
        yield (title, "times")
        yield from ((one.name, one.times) for one in counted)
    yield ()
    yield ("unused_source",)
    yield from ((name,) for name in figures.unused)


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show = partial(shown, studio)
    load(event(studio, first, show), None, parts.filled)
    load(
        event(studio, choices, partial(_agents, studio)), None, parts.agent, show_progress="hidden"
    )
    asked = [parts.period, parts.since, parts.until, parts.agent]
    gr.on(
        [parts.period.input, parts.agent.input],
        event(studio, look, show),
        asked,
        parts.filled,
        trigger_mode="always_last",
    )
    gr.on(
        [parts.since.submit, parts.until.submit, parts.show.click],
        event(studio, between, show),
        asked[1:],
        parts.filled,
    )


def _agents(studio: Studio, found: Sequence[tuple[str, str]]) -> Any:
    return gr.update(choices=[(studio.say("insights.every_agent"), ""), *found])
