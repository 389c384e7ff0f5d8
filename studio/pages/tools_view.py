"""How the Tools page looks: a list, a form for each kind, a preview, and what a trial gave."""

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from agent.answer import Answer
from agent.tables.table import Held, Table
from agent.toolkit.records import CalculatorTool, TableTool, Tool
from studio import tool_forms
from studio.markup import Html, join, tag
from studio.state import Studio
from studio.widgets import button, clickable, note, place, table

ROWS = 3  # of a preview
LONGEST = 6_000  # characters of a field
MOST_SHOWN = 3_000  # characters of what a tool said
EMPTY_TABLE, EMPTY_CALCULATOR = [""] * 5, [""] * 8


@dataclass(frozen=True)
class Parts:
    """The components of the page."""

    agent: gr.Dropdown
    listed: gr.HTML
    table: list[Any]
    look: gr.Button
    preview: gr.HTML
    keep_table: gr.Button
    calculator: list[Any]
    keep_calculator: gr.Button
    question: gr.Textbox
    ask: gr.Button
    answer: gr.HTML

    @property
    def filled(self) -> list[Any]:
        """What a `Bench` fills, in the order of `shown`."""
        return [self.agent, self.listed, *self.table, *self.calculator]


def layout(studio: Studio) -> Parts:
    """Place every component."""
    say = studio.say
    place(tag("h1", say("tools.title")))
    place(tag("p", say("tools.help"), class_="as-quiet"))
    agent = gr.Dropdown([], label=say("tools.agent"), filterable=False, elem_id="tools-agent")
    listed = clickable(elem_id="tools-list")
    with gr.Accordion(say("tools.table"), open=False, elem_id="tools-table"):
        place(tag("p", say("tools.table_help"), class_="as-quiet"))
        fields = [*_common(studio, "table"), _source(studio), _lines(studio, "columns")]
        with gr.Row():
            look = gr.Button(say("tools.look"), elem_id="tools-look")
            keep_table = _keep(studio, "table")
        preview = place(elem_id="tools-preview")
    with gr.Accordion(say("tools.calculator"), open=False, elem_id="tools-calculator"):
        place(tag("p", say("tools.calculator_help"), class_="as-quiet"))
        names = ("inputs", "results", "sentence_es", "sentence_en", "examples")
        sums = [*_common(studio, "calculator"), *(_lines(studio, name) for name in names)]
        keep_calculator = _keep(studio, "calculator")
    place(tag("h2", say("tools.try")))
    with gr.Row(elem_classes="as-form"):
        question = gr.Textbox(label=say("tools.question"), max_length=500, elem_id="tools-question")
        ask = gr.Button(say("tools.ask"), elem_id="tools-ask")
    answer = place(elem_id="tools-answer")
    made = (agent, listed, fields, look, preview, keep_table, sums, keep_calculator)
    return Parts(*made, question, ask, answer)


def _common(studio: Studio, kind: str) -> list[gr.Textbox]:
    with gr.Row(elem_classes="as-form"):
        return [
            gr.Textbox(
                label=studio.say(f"tools.{name}"),
                info=studio.say(f"tools.{name}_help"),
                max_length=1_000,
                elem_id=f"tools-{kind}-{name}",
            )
            for name in ("name", "when", "said_as")
        ]


def _source(studio: Studio) -> gr.Dropdown:
    return gr.Dropdown(
        [(studio.say("tools.any_source"), "")],
        value="",
        label=studio.say("tools.source"),
        filterable=False,
        elem_id="tools-source",
    )


def _lines(studio: Studio, name: str) -> gr.Textbox:
    return gr.Textbox(
        label=studio.say(f"tools.{name}"),
        info=studio.say(f"tools.{name}_help"),
        lines=2,
        max_lines=14,
        max_length=LONGEST,
        elem_id=f"tools-{name}",
    )


def _keep(studio: Studio, kind: str) -> gr.Button:
    return gr.Button(studio.say("tools.keep"), variant="primary", elem_id=f"tools-keep-{kind}")


def shown(studio: Studio, bench: Any) -> list[Any]:
    """Return the values of `Parts.filled`."""
    one = bench.opened
    fields = tool_forms.table_values(one) if isinstance(one, TableTool) else EMPTY_TABLE
    sums = (
        tool_forms.calculator_values(one) if isinstance(one, CalculatorTool) else EMPTY_CALCULATOR
    )
    sources = [(studio.say("tools.any_source"), ""), *((name, name) for name in bench.sources)]
    known = fields[3] if fields[3] in bench.sources else ""
    return [
        gr.update(choices=bench.agents, value=bench.agent_id or None),
        _list(studio, bench.tools),
        *fields[:3],
        gr.update(choices=sources, value=known),
        fields[4],
        *sums,
    ]


def _list(studio: Studio, tools: tuple[Tool, ...]) -> Html:
    head = [studio.say(f"tools.{name}") for name in ("name", "kind", "when")]
    own = [tool for tool in tools if isinstance(tool, TableTool | CalculatorTool)]
    rows = [
        [one.name, studio.say(f"tools.{one.kind}"), one.when, _acts(studio, one)] for one in own
    ]
    return table([*head, ""], rows, studio.say("tools.empty"))


def _acts(studio: Studio, tool: TableTool | CalculatorTool) -> Html:
    sure = studio.say("tools.remove_sure", name=tool.name)
    return join(
        [
            button(studio.say("tools.open"), "open", tool.name),
            button(studio.say("tools.remove"), "remove", tool.name, confirm=sure),
        ]
    )


def previewed(studio: Studio, found: tuple[Table, str]) -> list[Any]:
    """Return what a table holds, as it is understood, and the lines of its columns."""
    held, lines = found
    head = [f"{one.column.heading} · {_kind(studio, one)}" for one in held.columns]
    headings = [one.column.heading for one in held.columns]
    rows = [[row.fields.get(name, "") for name in headings] for row in held.rows[:ROWS]]
    told = studio.say("tools.previewed", source=held.source, count=len(held.rows))
    return [join([note(told), table(head, rows, "")]), lines]


def _kind(studio: Studio, one: Held) -> str:
    return f"{studio.say(f'tools.type.{one.kind.type}')} {one.kind.unit}".strip()


def asked(studio: Studio, answer: Answer) -> Html:
    """Return the reply, what each tool was sent and what came back."""
    calls = [step for step in answer.trace if step.kind == "tool"]
    lines = [
        tag("details", tag("summary", step.title), tag("pre", _detail(step.detail)), open=True)
        for step in calls
    ]
    return join([tag("p", answer.text, class_="as-reply"), *lines])


def _detail(detail: dict[str, Any]) -> str:
    return json.dumps(detail, ensure_ascii=False, indent=1, default=str)[:MOST_SHOWN]
