"""Evaluate: an agent's test cases, asked of its draft or a version; releases keep how it went."""

from collections.abc import Iterator
from functools import partial

import gradio as gr

from actions import evaluation as acts
from agent.evaluation import Evaluation, Result, results
from store.people.people import Person
from studio.errors import NothingChosen
from studio.pages.evaluate_view import Opened, Parts, Run, layout, listed, running, shown
from studio.roles import allow
from studio.state import Studio
from studio.talk import DRAFT, spec_of
from studio.wiring import Load, at_address, event, pick


def opened(studio: Studio, agent_id: str) -> Opened:
    """Read everything the page shows."""
    services = studio.services
    agents = [(agent.name, agent.id) for agent in services.store.agents.list()]
    known = [one for _, one in agents]
    chosen = agent_id if agent_id in known else next(iter(known), "")
    if not chosen:
        return Opened(agents, "", [], ())
    listed = [(studio.say("playground.draft"), DRAFT)]
    listed += [
        (f"v{one.number} · {one.note}"[:60].rstrip(" ·"), one.id)
        for one in services.store.agents.versions(chosen)
    ]
    bases = services.store.agents.get(chosen).draft.knowledge.bases
    names = {source.name for base in bases for source in services.sources.list(base)}
    return Opened(agents, chosen, listed, services.store.cases.of(chosen), sorted(names))


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Opened:
    """The page opens with the agent in the address, else with the newest."""
    return opened(studio, wanted)


@allow("viewer")
def choose(studio: Studio, person: Person, agent_id: str) -> Opened:
    """Open another agent."""
    return opened(studio, agent_id or "")


@allow("editor")
def add(
    studio: Studio, person: Person, agent_id: str, question: str, expected: str, source: str
) -> Opened:
    """Keep a test case."""
    if not agent_id or not (question or "").strip():
        raise NothingChosen("evaluate.question_first" if agent_id else "playground.choose_first")
    asked = (question, expected or "", source or "")
    acts.add_case(studio.services, person.actor, agent_id, *asked)
    return opened(studio, agent_id)


@allow("editor")
def remove(studio: Studio, person: Person, action: str, case_id: str) -> Opened:
    """Remove a test case."""
    return opened(studio, acts.remove_case(studio.services, person.actor, case_id))


@allow("agent")
def run(studio: Studio, person: Person, agent_id: str, version_id: str) -> Iterator[Run]:
    """Ask every case, and keep how it went for the release of that very spec."""
    if not agent_id:
        raise NothingChosen("playground.choose_first")
    spec, label = spec_of(studio, agent_id, version_id)
    cases = studio.services.store.cases.of(agent_id)
    if not cases:
        raise NothingChosen("evaluate.add_first")
    done: tuple[Result, ...] = ()
    yield Run(Evaluation(done), len(cases), label)
    for result in results(studio.answering.runtime, spec, cases):
        done = (*done, result)
        yield Run(Evaluation(done), len(cases), label)
    acts.keep_evaluation(studio.services, person.actor, agent_id, spec, cases, Evaluation(done))


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show = partial(shown, studio)
    load(at_address(studio, first, "agent", show), None, parts.filled)
    parts.agent.input(event(studio, choose, show), parts.agent, parts.filled)
    parts.run.click(
        event(studio, run, partial(running, studio)),
        [parts.agent, parts.version],
        parts.results,
        show_progress="hidden",
        concurrency_limit=4,
    )
    _wire_cases(studio, parts)


def _wire_cases(studio: Studio, parts: Parts) -> None:
    emptied = partial(listed, studio)
    out = [parts.cases, parts.question, parts.expected, parts.source]
    gr.on(
        [parts.add.click, parts.question.submit],
        event(studio, add, emptied),
        [parts.agent, parts.question, parts.expected, parts.source],
        out,
    )
    parts.cases.click(pick(studio, remove, lambda page: emptied(page)[0]), None, parts.cases)
