"""How the Notebooks page looks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from agent.notebooks import parameters
from agent.schedules import Schedule
from store.evaluation.notebook_runs import Run
from store.evaluation.notebooks import Notebook
from store.states import RunState
from studio.markup import Content, Html, join, tag
from studio.request_checks import RESULTS
from studio.state import Studio
from studio.widgets import badge, button, card, cards, clickable, looker, note, place, table, when

NEVER = "never"
KINDS = {RunState.DONE: "good", RunState.FAILED: "bad", RunState.STOPPED: "none"}
FIELDS = ("parameters", "every", "weekday", "hour", "minute", "zone")


@dataclass(frozen=True)
class Desk:
    """What lies before the person: the notebooks, the one that is open, its runs, one of them."""

    notebooks: Sequence[Notebook]
    chosen: Notebook | None
    runs: Sequence[Run]
    run: Run | None
    may_run: bool
    runs_here: bool

    @property
    def is_going(self) -> bool:
        """Whether a run is not over yet."""
        return any(not one.is_over for one in self.runs)


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    said: gr.HTML
    listed: gr.HTML
    upload: gr.UploadButton
    title: gr.HTML
    fields: list[Any]  # in the order of FIELDS
    run: gr.Button
    plan: gr.Button
    runs: gr.HTML
    result: gr.HTML
    chosen: gr.State  # the notebook's id
    seen: gr.State  # the run's id
    timer: gr.Timer

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [*self.watched, self.title, *self.fields]

    @property
    def watched(self) -> list[Any]:
        """What `watched` fills while a run goes on."""
        out = [self.said, self.listed, self.runs, self.result]
        return [*out, self.chosen, self.seen, self.timer]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    place(tag("h1", say("notebooks.title")))
    place(tag("p", say("notebooks.help"), class_="as-quiet"))
    said = place(elem_id="notebooks-said")
    with gr.Row():
        with gr.Column(scale=1, min_width=260):
            listed = clickable(elem_id="notebooks-list")
            upload = gr.UploadButton(
                say("notebooks.upload"),
                file_types=[".ipynb"],
                elem_id="notebooks-upload",
                size="sm",
            )
        with gr.Column(scale=3):
            title = clickable(elem_id="notebooks-title")
            fields, run, plan = _form(studio)
            runs = clickable(elem_id="notebooks-runs")
            result = place(elem_id="notebooks-result")
    more = (gr.State(""), gr.State(""), gr.Timer(2.0, active=False))
    return Parts(said, listed, upload, title, fields, run, plan, runs, result, *more)


def _form(studio: Studio) -> tuple[list[Any], gr.Button, gr.Button]:
    say = studio.say
    given = gr.Textbox(lines=3, max_length=10_000, info=say("notebooks.parameters_help"))
    run = gr.Button(say("notebooks.run"), variant="primary", elem_id="notebooks-run")
    with gr.Accordion(say("notebooks.schedule"), open=False):
        with gr.Row(elem_classes="as-form"):
            every = gr.Dropdown(
                [(say(f"notebooks.every.{one}"), one) for one in (NEVER, "day", "week")],
                filterable=False,
            )
            weekday = gr.Dropdown(
                [(say(f"notebooks.day.{one}"), one) for one in range(7)], filterable=False
            )
            hour = gr.Number(minimum=0, maximum=23, precision=0)
            minute = gr.Number(minimum=0, maximum=59, precision=0)
            zone = gr.Textbox(max_length=60, placeholder="America/Mexico_City")
        plan = gr.Button(say("notebooks.plan"), elem_id="notebooks-plan")
    fields = [given, every, weekday, hour, minute, zone]
    for name, field in zip(FIELDS, fields, strict=True):
        field.label, field.elem_id = say(f"notebooks.{name}"), f"notebooks-{name}"
    return fields, run, plan


def shown(studio: Studio, desk: Desk) -> list[Any]:
    """Return the values of `Parts.filled`."""
    plan = (desk.chosen and desk.chosen.schedule) or Schedule(zone="UTC")
    every = plan.every if desk.chosen and desk.chosen.schedule else NEVER
    times = [every, plan.weekday, plan.hour, plan.minute, plan.zone]
    return [*watched(studio, desk), _title(studio, desk.chosen), _parameters(desk.chosen), *times]


def watched(studio: Studio, desk: Desk) -> list[Any]:
    """Return the values of `Parts.watched`."""
    return [
        _said(studio, desk),
        _listed(studio, desk),
        _runs(studio, desk),
        _result(studio, desk.run),
        desk.chosen.id if desk.chosen else "",
        desk.run.id if desk.run else "",
        gr.Timer(active=desk.is_going),
    ]


def _said(studio: Studio, desk: Desk) -> Html:
    """Why nothing can be run, where that is so."""
    if not desk.runs_here:
        return note(studio.say("notebooks.not_here"))
    return tag("span", "") if desk.may_run else note(studio.say("notebooks.no_right"))


def _listed(studio: Studio, desk: Desk) -> Html:
    entries = [_card(studio, one, desk.chosen) for one in desk.notebooks]
    return cards(entries, studio.say("notebooks.empty"))


def _card(studio: Studio, one: Notebook, chosen: Notebook | None) -> Html:
    lines = [studio.say(f"notebooks.origin.{one.origin}")]
    if one.due_at:
        lines.append(studio.say("notebooks.next", when=when(one.due_at)))
    is_chosen = chosen is not None and chosen.id == one.id
    return card(one.name, *lines, action="open", subject=one.id, chosen=is_chosen)


def _title(studio: Studio, one: Notebook | None) -> Html:
    if one is None:
        return tag("span", "")
    said = studio.say("notebooks.by", who=one.updated_by, when=when(one.updated_at))
    sure = studio.say("notebooks.archive_sure", name=one.name)
    away = button(studio.say("notebooks.archive"), "archive", one.id, sure)
    return join([tag("h2", one.name), tag("p", said, " ", away, class_="as-quiet")])


def _parameters(one: Notebook | None) -> str:
    if one is None:
        return ""
    given = {**parameters(one.body), **one.parameters}
    return json.dumps(given, ensure_ascii=False, indent=1) if given else ""


def _runs(studio: Studio, desk: Desk) -> Html:
    if desk.chosen is None:
        return tag("span", "")
    head = [studio.say(f"notebooks.{key}") for key in ("when", "who", "state", "took")]
    rows = [_run(studio, one) for one in desk.runs]
    return table([*head, ""], rows, studio.say("notebooks.no_runs"))


def _run(studio: Studio, one: Run) -> list[Content]:
    state = badge(studio.say(f"notebooks.state.{one.state}"), KINDS.get(one.state, "wait"))
    unverified = None if one.verified else badge(studio.say("notebooks.unverified"), "none")
    planned = tag("span", studio.say("notebooks.planned"), class_="as-quiet")
    end = None if one.is_over else button(studio.say("notebooks.stop"), "stop", one.id)
    return [
        when(one.created_at),
        join([one.person, " ", planned if one.scheduled else None]),
        join([state, unverified]),
        _took(studio, one),
        join([looker(studio.say("notebooks.see"), one.id), end]),
    ]


def _took(studio: Studio, one: Run) -> str:
    if not one.seconds:
        return ""
    return studio.say("notebooks.spent", seconds=f"{one.seconds:.1f}", mb=f"{one.memory / 1e6:.0f}")


def _result(studio: Studio, run: Run | None) -> Html:
    """How a run went; what it printed stands in a frame that may do nothing."""
    if run is None:
        return tag("span", "")
    if not run.is_over:
        return note(studio.say("notebooks.waiting"))
    said: list[Content] = []
    if run.error:
        said.append(tag("b", studio.say(f"notebooks.error.{run.error}")))
        said.append(tag("p", run.detail) if run.detail else None)
    if run.has_copy:
        said.append(frame(studio, run.id))
    return tag("div", said)


def frame(studio: Studio, run_id: str) -> Html:
    """Return what a run printed, in a frame that may do nothing."""
    return tag(
        "iframe",
        "",
        src=f"{RESULTS}{run_id}",
        sandbox="",
        title=studio.say("notebooks.result"),
        class_="as-result",
        loading="lazy",
    )
