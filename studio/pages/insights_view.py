"""How the Insights page looks: tiles, three plots, and lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from store.insights.insights import Cost, Counted, Day, Span, Totals, Waits
from studio import plot
from studio.failures import handoff_reason
from studio.markup import Html, join, tag
from studio.plot import Series
from studio.request_checks import EXPORTS
from studio.state import Studio
from studio.widgets import clock, note, place, table, when

PERIODS = ("7", "30", "90", "365", "own")
MOST_AGENTS = 5  # with a colour of their own


@dataclass(frozen=True)
class Figures:
    """Everything the page shows."""

    span: Span
    totals: Totals
    waits: Waits | None
    days: Sequence[Day]
    costs: Sequence[Cost]
    reasons: Sequence[Counted]
    missed: Sequence[Counted]
    used: Sequence[Counted]  # sources by name
    unused: Sequence[str]
    period: str  # one of PERIODS


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    period: gr.Dropdown
    since: gr.Textbox
    until: gr.Textbox
    agent: gr.Dropdown
    show: gr.Button
    tiles: gr.HTML
    plots: gr.HTML
    lists: gr.HTML

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [self.period, self.since, self.until, self.tiles, self.plots, self.lists]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    with gr.Row(elem_classes="as-form", elem_id="insights-choice"):
        periods = [(say(f"insights.days.{key}"), key) for key in PERIODS]
        period = gr.Dropdown(periods, value="30", label=say("insights.quick"), filterable=False)
        agent = gr.Dropdown(
            [(say("insights.every_agent"), "")],
            value="",
            filterable=False,
            label=say("insights.agent"),
        )
        since = gr.Textbox(
            label=say("insights.since"), max_length=10, min_width=110, elem_id="insights-since"
        )
        until = gr.Textbox(
            label=say("insights.until"), max_length=10, min_width=110, elem_id="insights-until"
        )
        show = gr.Button(say("insights.show"), min_width=100, elem_id="insights-show")
    tiles = place(elem_id="insights-tiles")
    plots = place(elem_id="insights-plots")
    lists = place(elem_id="insights-lists")
    return Parts(period, since, until, agent, show, tiles, plots, lists)


def shown(studio: Studio, figures: Figures) -> list[Any]:
    """Return the values of `Parts.filled`."""
    span = figures.span
    return [
        figures.period,
        span.first.isoformat(),
        span.last.isoformat(),
        _tiles(studio, figures),
        _plots(studio, figures),
        _lists(studio, figures),
    ]


def _tiles(studio: Studio, figures: Figures) -> Html:
    say, totals = studio.say, figures.totals
    if not totals.conversations and not any(day.customers for day in figures.days):
        return note(say("insights.empty"))
    each = totals.cost / totals.conversations if totals.conversations else 0.0
    waits = figures.waits
    slow = say("insights.response_p95", seconds=_seconds(waits.nearly_all_within)) if waits else ""
    alone, share = "—", ""  # customers wrote, and nobody has answered one yet
    if totals.alone is not None:
        alone = f"{100 * totals.alone:.0f} %"
        share = say("insights.share", share=round(100 * (1 - totals.alone)))
    tiles = (
        ("conversations", f"{totals.conversations:,}", say("insights.turns", count=totals.answers)),
        ("alone", alone, ""),
        ("handoffs", f"{totals.handed_off:,}", share),
        ("response", _seconds(waits.half_within) if waits else "—", slow),
        ("missed_count", f"{totals.missed:,}", ""),
        ("cost", f"US$ {totals.cost:,.2f}", say("insights.cost_each", dollars=f"US$ {each:.4f}")),
    )
    return tag(
        "div", [_tile(say(f"insights.{key}"), *rest) for key, *rest in tiles], class_="as-tiles"
    )


def _tile(name: str, value: str, below: str) -> Html:
    return tag("div", tag("span", name), tag("b", value), tag("small", below), class_="as-tile")


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _plots(studio: Studio, figures: Figures) -> Html:
    say, days = studio.say, [day.day for day in figures.days]
    volume = [
        Series(say("insights.by.customer"), [day.customers for day in figures.days]),
        Series(say("insights.by.agent"), [day.agents for day in figures.days]),
        Series(say("insights.by.human"), [day.people for day in figures.days]),
    ]
    waits = [day.waits for day in figures.days]
    response = [
        Series(say("insights.half"), [one.half_within if one else None for one in waits]),
        Series(
            say("insights.nearly_all"), [one.nearly_all_within if one else None for one in waits]
        ),
    ]
    return tag(
        "div",
        plot.bars(say("insights.plot_volume"), days, volume, wide=True),
        plot.lines(say("insights.plot_response"), days, response),
        plot.bars(say("insights.plot_cost"), days, _costs(studio, figures)),
        class_="as-plots",
    )


def _costs(studio: Studio, figures: Figures) -> list[Series]:
    """What each agent cost a day; those that cost least together."""
    sums: dict[str, float] = {}
    for one in figures.costs:
        sums[one.agent] = sums.get(one.agent, 0.0) + one.cost
    first = sorted(sums, key=lambda agent: -sums[agent])[:MOST_AGENTS]
    others = studio.say("insights.others")
    places = {day.day: n for n, day in enumerate(figures.days)}
    values: dict[str, list[float]] = {name: [0.0] * len(places) for name in (*first, others)}
    for one in figures.costs:
        if one.day in places:
            values[one.agent if one.agent in first else others][places[one.day]] += one.cost
    names = first if len(sums) <= MOST_AGENTS else [*first, others]
    return [Series(name, values[name]) for name in names]


def _lists(studio: Studio, figures: Figures) -> Html:
    say, span = studio.say, figures.span
    query = {
        "since": span.first.isoformat(),
        "until": span.last.isoformat(),
        "agent": span.agent_id,
    }
    export = tag(
        "a",
        say("insights.export"),
        class_="as-link",
        download="insights.csv",
        href=f"{EXPORTS[0]}?{urlencode(query)}",
    )
    reasons = [
        Counted(handoff_reason(studio, one.name), one.times, one.last_at) for one in figures.reasons
    ]
    return join(
        [
            tag("div", export, class_="as-export"),
            tag(
                "div",
                _ranked(studio, "reasons", "reason", reasons),
                _ranked(studio, "missed", "question", figures.missed),
                _ranked(studio, "used", "source", figures.used),
                _unused(studio, figures.unused),
                class_="as-lists",
            ),
        ]
    )


def _ranked(studio: Studio, what: str, name: str, counted: Sequence[Counted]) -> Html:
    head = [
        studio.say(f"insights.{key}")
        for key in (name, "cited" if what == "used" else "times", "last")
    ]
    rows = [[one.name, f"{one.times:,}", _lately(one.last_at)] for one in counted]
    return tag(
        "div",
        tag("h3", studio.say(f"insights.{what}")),
        table(head, rows, studio.say(f"insights.no_{what}")),
    )


def _lately(at: float) -> str:
    return f"{when(at)[5:10]} {clock(at)}" if at else ""


def _unused(studio: Studio, names: Sequence[str]) -> Html:
    rows = [[name] for name in names]
    return tag(
        "div",
        tag("h3", studio.say("insights.unused")),
        table([studio.say("insights.source")], rows, studio.say("insights.all_used")),
    )
