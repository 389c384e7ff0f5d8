"""Tools: tables and calculators of an agent, made without code and tried before they are kept."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import gradio as gr

from actions import agents as acts
from agent.spec import ModelChoice, Spec
from agent.tables.table import Table, table_of
from agent.toolkit.calculation import failures
from agent.toolkit.records import CalculatorTool, TableTool, Tool
from store.people.people import Person
from studio import tool_forms
from studio.errors import NothingChosen
from studio.pages.tools_view import Parts, asked, layout, previewed, shown
from studio.roles import allow
from studio.state import Studio
from studio.wiring import Load, at_address, event, pick

MOST_ASKED = 500  # characters


@dataclass(frozen=True)
class Bench:
    """What lies on the page: the agents, one of them, and the tool that is open."""

    agents: list[tuple[str, str]]
    agent_id: str = ""
    tools: tuple[Tool, ...] = ()
    sources: list[str] = field(default_factory=list)
    opened: Tool | None = None


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Bench:
    """The page opens with the agent in the address, else with the newest."""
    known = [agent.id for agent in studio.services.store.agents.list()]
    return _bench(studio, wanted if wanted in known else next(iter(known), ""))


@allow("viewer")
def choose(studio: Studio, person: Person, agent_id: str | None) -> Bench:
    """Show another agent's tools."""
    return _bench(studio, agent_id or "")


@allow("editor")
def manage(studio: Studio, person: Person, action: str, name: str, agent_id: str | None) -> Bench:
    """Open a tool in its form, or take it away."""
    draft = _draft(studio, agent_id)
    if action == "remove":
        left = tuple(tool for tool in draft.tools if tool.name != name)
        _save(studio, person, agent_id or "", draft, left)
        return _bench(studio, agent_id or "")
    return _bench(studio, agent_id or "", name if action == "open" else "")


@allow("viewer")
def preview(
    studio: Studio, person: Person, agent_id: str | None, *values: str
) -> tuple[Table | None, str]:
    """Return the table that the form means, and its columns: as written, else as inferred."""
    record = tool_forms.table_of(*values)
    bases = _draft(studio, agent_id).knowledge.bases
    found = table_of(record, studio.answering.retriever.rows(bases))
    if found is None:
        raise NothingChosen("tools.no_table")
    return found, values[-1] or tool_forms.inferred(found)


@allow("editor")
def keep_table(studio: Studio, person: Person, agent_id: str | None, *values: str) -> Bench:
    """Keep a table in the agent's draft."""
    return _kept(studio, person, agent_id, tool_forms.table_of(*values))


@allow("editor")
def keep_calculator(studio: Studio, person: Person, agent_id: str | None, *values: str) -> Bench:
    """Keep a calculator in the agent's draft, when its examples come out."""
    record = tool_forms.calculator_of(*values)
    for example, got in failures(record):
        given = ", ".join(f"{name} = {value}" for name, value in example.given)
        raise NothingChosen("tools.example_fails", given=given, got=got)
    return _kept(studio, person, agent_id, record)


@allow("agent")
def ask(studio: Studio, person: Person, agent_id: str | None, text: str) -> Any:
    """Ask the draft with its tools only, by the built-in model; nothing is kept or sent."""
    if not (text or "").strip():
        raise NothingChosen("tools.ask_first")
    draft = _draft(studio, agent_id)
    tools = tuple(tool for tool in draft.tools if tool.kind in ("table", "calculator"))
    spec = draft.model_copy(update={"tools": tools, "model": ModelChoice(name="offline")})
    return studio.answering.runtime.answer(spec, [], [text.strip()[:MOST_ASKED]])


def _draft(studio: Studio, agent_id: str | None) -> Spec:
    if not agent_id:
        raise NothingChosen("tools.choose_first")
    return studio.services.store.agents.get(agent_id).draft


def _kept(
    studio: Studio, person: Person, agent_id: str | None, record: TableTool | CalculatorTool
) -> Bench:
    draft = _draft(studio, agent_id)
    before = next((tool for tool in draft.tools if tool.name == record.name), None)
    made = tool_forms.kept(record, before)
    tools = tuple(made if tool.name == record.name else tool for tool in draft.tools)
    _save(studio, person, agent_id or "", draft, tools if before else (*tools, made))
    return _bench(studio, agent_id or "", record.name)


def _save(
    studio: Studio, person: Person, agent_id: str, draft: Spec, tools: tuple[Tool, ...]
) -> None:
    services = studio.services
    changed = Spec.model_validate(
        draft.model_dump() | {"tools": [one.model_dump() for one in tools]}
    )
    revision = services.store.agents.get(agent_id).revision
    acts.save(services, person.actor, agent_id, changed, revision)


def _bench(studio: Studio, agent_id: str, name: str = "") -> Bench:
    store = studio.services.store
    agents = [(one.name, one.id) for one in store.agents.list()]
    if not agent_id:
        return Bench(agents)
    draft = store.agents.get(agent_id).draft
    rows = studio.answering.retriever.rows(draft.knowledge.bases)
    sources = list(dict.fromkeys(row.source for row in rows))
    opened = next((tool for tool in draft.tools if tool.name == name), None)
    return Bench(agents, agent_id, draft.tools, sources, opened)


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts: Parts = layout(studio)
    show, agent = partial(shown, studio), parts.agent
    load(at_address(studio, first, "agent", show), None, parts.filled)
    agent.input(event(studio, choose, show), agent, parts.filled)
    parts.listed.click(pick(studio, manage, show), agent, parts.filled)
    columns = parts.table[-1]
    parts.look.click(
        event(studio, preview, partial(previewed, studio)),
        [agent, *parts.table],
        [parts.preview, columns],
    )
    parts.keep_table.click(
        event(studio, keep_table, show, done="tools.kept"), [agent, *parts.table], parts.filled
    )
    parts.keep_calculator.click(
        event(studio, keep_calculator, show, done="tools.kept"),
        [agent, *parts.calculator],
        parts.filled,
    )
    gr.on(
        [parts.ask.click, parts.question.submit],
        event(studio, ask, partial(asked, studio)),
        [agent, parts.question],
        parts.answer,
    )
