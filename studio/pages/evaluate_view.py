"""How the Evaluate page looks: an agent's test cases, and how a draft or version did on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from agent.evaluation import HANDOFF, Evaluation, Result
from store.agents.cases import Case
from studio.markup import Html, join, tag
from studio.state import Studio
from studio.talk import DRAFT
from studio.widgets import badge, button, clickable, note, place, table


@dataclass(frozen=True)
class Opened:
    """Everything the page shows of one agent."""

    agents: list[tuple[str, str]]
    agent_id: str
    versions: list[tuple[str, str]]
    cases: Sequence[Case]
    sources: Sequence[str] = ()


@dataclass(frozen=True)
class Run:
    """How far a run has come."""

    evaluation: Evaluation
    total: int
    label: str

    @property
    def is_over(self) -> bool:
        """True when every case was asked."""
        return len(self.evaluation.results) == self.total


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    agent: gr.Dropdown
    version: gr.Dropdown
    run: gr.Button
    question: gr.Textbox
    expected: gr.Textbox
    source: gr.Dropdown
    add: gr.Button
    cases: gr.HTML
    results: gr.HTML

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [self.agent, self.version, self.source, self.cases]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=5, min_width=360):
            with gr.Row():
                agent = gr.Dropdown([], label=say("playground.agent"), elem_id="test-agent")
                version = gr.Dropdown([], label=say("playground.version"), elem_id="test-version")
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
            add = gr.Button(say("evaluate.add"), elem_id="test-add")
            cases = clickable(elem_id="test-cases")
        with gr.Column(scale=6, min_width=380):
            run = gr.Button(say("evaluate.run"), variant="primary", elem_id="test-run")
            results = place(
                note(say("evaluate.run_help")), elem_id="test-results", elem_classes="as-scroll"
            )
    return Parts(agent, version, run, question, expected, source, add, cases, results)


def shown(studio: Studio, page: Opened) -> list[Any]:
    """Return the values of `Parts.filled`."""
    none = (studio.say("evaluate.any_source"), "")
    return [
        gr.update(choices=page.agents, value=page.agent_id or None),
        gr.update(choices=page.versions, value=DRAFT if page.versions else None),
        gr.update(choices=[none, *((name, name) for name in page.sources)], value=""),
        cases_table(studio, page.cases),
    ]


def listed(studio: Studio, page: Opened) -> list[Any]:
    """Return the cases, and an empty form."""
    return [cases_table(studio, page.cases), "", "", ""]


def cases_table(studio: Studio, cases: Sequence[Case]) -> Html:
    """Return the test cases with what each expects."""
    heads = [studio.say("evaluate.question"), studio.say("evaluate.expects"), ""]
    rows = [
        [
            one.question,
            _expects(studio, one),
            button(studio.say("remove"), "remove", one.id, studio.say("evaluate.remove_sure")),
        ]
        for one in cases
    ]
    title = tag("h3", studio.say("evaluate.cases", count=len(cases)))
    return join([title, table(heads, rows, studio.say("evaluate.empty"))])


def _expects(studio: Studio, case: Case) -> Html:
    wanted = [line.strip() for line in case.expected.splitlines() if line.strip()]
    pills = [badge(_wanted(studio, line)) for line in wanted]
    if case.source:
        pills.append(badge(studio.say("evaluate.cites", source=case.source), "none"))
    return join(pills or [tag("span", studio.say("evaluate.any_answer"), class_="as-quiet")])


def _wanted(studio: Studio, line: str) -> str:
    return studio.say("evaluate.handoff") if line == HANDOFF else f"«{line}»"


def running(studio: Studio, run: Run) -> Html:
    """Return how the cases asked so far went."""
    done = run.evaluation
    values = {"passed": done.passed, "asked": len(done.results), "total": run.total}
    head = tag("h3", run.label, " · ", studio.say("evaluate.passed", **values))
    bar = tag("progress", value=len(done.results), max=run.total) if not run.is_over else None
    cost = tag("p", studio.say("evaluate.cost", cost=f"US$ {done.cost:.4f}"), class_="as-quiet")
    heads = ["", studio.say("evaluate.question"), studio.say("evaluate.answer")]
    rows = [_row(studio, result) for result in done.results]
    return join([head, bar, cost if run.is_over else None, table(heads, rows, "…")])


def _row(studio: Studio, result: Result) -> list[Html | str]:
    mark = badge("✓", "good") if result.passed else badge("✕", "bad")
    why = [
        tag("div", _reason(studio, code, what), class_="as-complaint")
        for code, what in result.reasons
    ]
    cited = tag("div", " · ".join(result.sources), f" {result.seconds:.2f} s", class_="as-quiet")
    return [mark, result.question, join([result.answer, *why, cited])]


def _reason(studio: Studio, code: str, what: str) -> str:
    return studio.say(f"evaluate.why.{code}", what=what)
