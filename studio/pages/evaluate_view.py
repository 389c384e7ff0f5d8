"""How the Tests page looks: the cases of an agent, and the form that starts an experiment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from agent.answer import Outcome
from agent.cases import Case, Turn
from store.evaluation.datasets import KeptCase
from studio.markup import Html, join, tag
from studio.state import Studio
from studio.talk import DRAFT
from studio.widgets import badge, button, clickable, note, place, table

MOST_SHOWN = 200  # cases on the page


@dataclass(frozen=True)
class Opened:
    """Everything the page shows of one agent beside its experiments."""

    agents: list[tuple[str, str]]
    agent_id: str
    versions: list[tuple[str, str]]
    chosen: Sequence[str]  # what an experiment would ask: the draft beside what is released
    cases: Sequence[KeptCase]
    proposed: Sequence[KeptCase] = ()
    sources: Sequence[str] = ()


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    agent: gr.Dropdown
    question: gr.Textbox
    expected: gr.Textbox
    source: gr.Dropdown
    add: gr.Button
    upload: gr.UploadButton
    collect: gr.Button
    cases: gr.HTML
    versions: gr.Dropdown
    model: gr.Textbox
    repeats: gr.Number
    limit: gr.Number
    run: gr.Button
    results: gr.HTML
    detail: gr.HTML
    past: gr.HTML
    experiment: gr.State
    timer: gr.Timer

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [self.agent, self.versions, self.source, self.cases]

    @property
    def wish(self) -> list[Any]:
        """What an experiment is made of."""
        return [self.agent, self.versions, self.model, self.repeats, self.limit]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=5, min_width=360):
            agent = gr.Dropdown([], label=studio.say("playground.agent"), elem_id="test-agent")
            written = _case_form(studio)
            cases = clickable(elem_id="test-cases")
        with gr.Column(scale=6, min_width=380):
            wished = _experiment_form(studio)
            results = clickable(
                note(studio.say("evaluate.run_help")),
                elem_id="test-results",
                elem_classes="as-scroll",
            )
            detail = place(elem_id="test-detail")
            past = clickable(elem_id="test-past")
    return Parts(
        agent=agent,
        cases=cases,
        results=results,
        detail=detail,
        past=past,
        experiment=gr.State(""),
        timer=gr.Timer(1.5),
        **written,
        **wished,
    )


def _case_form(studio: Studio) -> dict[str, Any]:
    say = studio.say
    with gr.Group():
        question = gr.Textbox(
            label=say("evaluate.question"),
            max_length=4000,
            elem_id="test-question",
            placeholder=say("evaluate.question_example"),
        )
        with gr.Row():
            expected = gr.Textbox(
                label=say("evaluate.expected"),
                info=say("evaluate.expected_help"),
                lines=2,
                max_length=2000,
                elem_id="test-expected",
            )
            source = gr.Dropdown(
                [],
                label=say("evaluate.source"),
                info=say("evaluate.source_help"),
                elem_id="test-source",
            )
    with gr.Row():
        add = gr.Button(say("evaluate.add"), elem_id="test-add")
        upload = gr.UploadButton(
            say("evaluate.upload"), file_types=[".csv"], elem_id="test-upload", size="md"
        )
    collect = gr.Button(say("evaluate.collect"), size="sm", elem_id="test-collect")
    return {
        "collect": collect,
        "question": question,
        "expected": expected,
        "source": source,
        "add": add,
        "upload": upload,
    }


def _experiment_form(studio: Studio) -> dict[str, Any]:
    say = studio.say
    versions = gr.Dropdown(
        [],
        multiselect=True,
        max_choices=8,
        label=say("evaluate.candidates"),
        info=say("evaluate.candidates_help"),
        elem_id="test-versions",
    )
    with gr.Row():
        model = gr.Textbox(
            label=say("evaluate.model"),
            placeholder="openai:gpt-4.1-mini",
            max_length=200,
            elem_id="test-model",
        )
        repeats = gr.Number(
            1,
            label=say("evaluate.repeats"),
            precision=0,
            minimum=1,
            maximum=20,
            elem_id="test-repeats",
        )
        limit = gr.Number(0, label=say("evaluate.limit"), minimum=0, elem_id="test-limit")
    run = gr.Button(say("evaluate.run"), variant="primary", elem_id="test-run")
    return {
        "versions": versions,
        "model": model,
        "repeats": repeats,
        "limit": limit,
        "run": run,
    }


def shown(studio: Studio, page: Opened) -> list[Any]:
    """Return the values of `Parts.filled`."""
    none = (studio.say("evaluate.any_source"), "")
    return [
        gr.update(choices=page.agents, value=page.agent_id or None),
        gr.update(choices=page.versions, value=list(page.chosen)),
        gr.update(choices=[none, *((name, name) for name in page.sources)], value=""),
        cases_view(studio, page),
    ]


def listed(studio: Studio, page: Opened) -> list[Any]:
    """Return the cases, and an empty form."""
    return [cases_view(studio, page), "", "", ""]


def cases_view(studio: Studio, page: Opened) -> Html:
    """Return what waits for approval, and the cases with what each expects."""
    return join([_proposed(studio, page.proposed), cases_table(studio, page.cases)])


def cases_table(studio: Studio, cases: Sequence[KeptCase]) -> Html:
    """Return the test cases."""
    sure = studio.say("evaluate.remove_sure")
    rows = [
        [*_told(studio, one), button(studio.say("remove"), "remove", one.id, sure)]
        for one in cases[:MOST_SHOWN]
    ]
    title = tag("h3", studio.say("evaluate.cases", count=len(cases)))
    left = len(cases) - MOST_SHOWN
    more = tag("p", studio.say("preview.more", count=left), class_="as-quiet") if left > 0 else None
    return join([title, table(_heads(studio), rows, studio.say("evaluate.empty")), more])


def _proposed(studio: Studio, cases: Sequence[KeptCase]) -> Html | None:
    if not cases:
        return None
    rows = [
        [
            *_told(studio, one),
            tag(
                "div",
                button(studio.say("evaluate.approve"), "approve", one.id),
                button(studio.say("evaluate.refuse"), "remove", one.id),
                class_="as-buttons as-stack",
            ),
        ]
        for one in cases[:MOST_SHOWN]
    ]
    title = tag("h3", studio.say("evaluate.proposed", count=len(cases)))
    return join([title, table(_heads(studio), rows, "")])


def _heads(studio: Studio) -> list[str]:
    return [studio.say("evaluate.question"), studio.say("evaluate.expects"), ""]


def _told(studio: Studio, one: KeptCase) -> list[Html]:
    turns = len(one.case.turns)
    more = studio.say("evaluate.turns", count=turns) if turns > 1 else ""
    where = "" if one.origin == "staff" else studio.say(f"evaluate.from.{one.origin}")
    below = " · ".join(filter(None, [more, where, *one.case.tags]))
    asked = [one.case.question, tag("div", below, class_="as-quiet") if below else None]
    return [join(asked), expects(studio, one.case)]


def expects(studio: Studio, case: Case) -> Html:
    """Return what a case expects, a pill each."""
    if case.simulated:
        return badge(studio.say("evaluate.goal", goal=case.goal), "none")
    pills = [pill for turn in case.turns for pill in _pills(studio, turn)]
    return join(pills or [tag("span", studio.say("evaluate.any_answer"), class_="as-quiet")])


def _pills(studio: Studio, turn: Turn) -> list[Html]:
    say, wanted = studio.say, turn.expect
    words = [f"«{one}»" for one in wanted.contains]
    words += [say("evaluate.without", what=one) for one in wanted.not_contains]
    words += [f"{one:,.15g}" for one in wanted.number]
    words += [say("evaluate.calls", tool=one.name) for one in wanted.tools]
    words += [say("evaluate.nothing")] if wanted.nothing else []
    words += [_outcome(studio, wanted.outcome)] if wanted.outcome else []
    words += [say("evaluate.in", language=wanted.language)] if wanted.language else []
    words += [say("evaluate.words", count=wanted.most_words)] if wanted.most_words else []
    words += [say("evaluate.like", what=wanted.like[:120])] if wanted.like else []
    cites = [say("evaluate.cites", source=one) for one in wanted.cites]
    return [*map(badge, words), *(badge(one, "none") for one in cites)]


def _outcome(studio: Studio, outcome: Outcome) -> str:
    if outcome == Outcome.HANDOFF:
        return studio.say("evaluate.handoff")
    return studio.say(f"outcome.{outcome}")


def chosen_first(studio: Studio, released: Sequence[str]) -> list[str]:
    """Return what an experiment asks unless somebody chooses otherwise."""
    return [*released[:1], DRAFT]
