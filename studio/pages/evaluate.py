"""Tests: an agent's cases, and experiments that ask them of its draft beside what is released."""

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from actions import case_csv, kept_talks
from actions import datasets as acts
from actions import experiments as experiment_acts
from actions.experiments import Chosen, Wish
from agent.errors import NotFound
from store.people.person import Person
from store.states import CaseOrigin
from studio.errors import BadFile, NothingChosen
from studio.pages.evaluate_view import Opened, Parts, chosen_first, layout, listed, shown
from studio.pages.experiment_view import Aside, Run, aside_view, past_view, run_view
from studio.roles import allow
from studio.state import Studio
from studio.talk import DRAFT
from studio.wiring import Load, at_address, event, pick

MOST_PAST = 10
LARGEST_FILE = 4_000_000  # bytes


def opened(studio: Studio, agent_id: str) -> Opened:
    """Read everything the page shows beside experiments."""
    services = studio.services
    agents = [(agent.name, agent.id) for agent in services.store.agents.list()]
    known = [one for _, one in agents]
    chosen = agent_id if agent_id in known else next(iter(known), "")
    if not chosen:
        return Opened(agents, "", [], [], ())
    versions = [(studio.say("playground.draft"), DRAFT)]
    versions += [
        (f"v{one.number} · {one.note}"[:60].rstrip(" ·"), one.id)
        for one in services.store.agents.versions(chosen)
    ]
    live = [one.version_id for one in services.store.agents.channels() if one.agent_id == chosen]
    bases = services.store.agents.get(chosen).draft.knowledge.bases
    names = {source.name for base in bases for source in services.sources.list(base)}
    datasets, own = services.store.datasets, services.store.datasets.own(chosen)
    return Opened(
        agents,
        chosen,
        versions,
        chosen_first(studio, live),
        datasets.cases(own.id) if own else (),
        datasets.proposed(own.id) if own else (),
        sorted(names),
    )


def run_of(studio: Studio, experiment_id: str) -> Run | None:
    """Read one experiment; None when none is chosen."""
    if not experiment_id:
        return None
    store = studio.services.store
    experiment = store.experiments.get(experiment_id)
    cases = store.datasets.cases(experiment.dataset_id, experiment.dataset_version)
    return Run(
        experiment,
        store.experiments.progress(experiment_id),
        store.experiments.marks(experiment_id),
        {one.id: one for one in cases},
        experiment_acts.agreements(studio.services, experiment),
    )


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
    acts.add_question(studio.services, person.actor, agent_id, *asked)
    return opened(studio, agent_id)


@allow("editor")
def upload(studio: Studio, person: Person, path: str, agent_id: str) -> Opened:
    """Keep every case of a CSV file."""
    file = Path(path)
    try:
        if not agent_id:
            raise NothingChosen("playground.choose_first")
        if file.stat().st_size > LARGEST_FILE:
            raise BadFile("evaluate.csv", why="4 MB")
        cases = case_csv.read(file.read_bytes().decode("utf-8", "replace"))
        acts.add_own(studio.services, person.actor, agent_id, cases, CaseOrigin.CSV)
    except case_csv.NoCases as error:
        raise BadFile("evaluate.csv", why=str(error)) from error
    finally:
        file.unlink(missing_ok=True)
    return opened(studio, agent_id)


@allow("editor")
def change(studio: Studio, person: Person, action: str, case_id: str, agent_id: str) -> Opened:
    """Remove a case, approve a proposed one, or refuse it."""
    act = acts.approve if action == "approve" else acts.remove
    act(studio.services, person.actor, [case_id])
    return opened(studio, agent_id)


@allow("agent")
def collect(studio: Studio, person: Person, agent_id: str) -> Opened:
    """Propose what people answered after a hand-off, and what nothing was found for."""
    if not agent_id:
        raise NothingChosen("playground.choose_first")
    kept_talks.collect(studio.services, person.actor, agent_id)
    return opened(studio, agent_id)


@allow("agent")
def run(
    studio: Studio,
    person: Person,
    agent_id: str,
    chosen: list[str] | None,
    model: str,
    repeats: float | None,
    limit: float | None,
) -> str:
    """Have the workers ask every case of those chosen; return the experiment."""
    if not agent_id or not chosen:
        raise NothingChosen("evaluate.choose_first" if agent_id else "playground.choose_first")
    own = studio.services.store.datasets.own(agent_id)
    if own is None or not studio.services.store.datasets.cases(own.id):
        raise NothingChosen("evaluate.add_first")
    candidates = [_chosen(studio, one, (model or "").strip()) for one in chosen]
    wish = Wish(own.id, candidates, repeats=int(repeats or 1), cost_limit=float(limit or 0))
    return experiment_acts.start(studio.services, person.actor, wish)


def _chosen(studio: Studio, version_id: str, model: str) -> Chosen:
    if version_id == DRAFT:
        return Chosen(DRAFT, label=studio.say("playground.draft"), model=model)
    return Chosen(version_id, model=model)


@allow("agent")
def turn(studio: Studio, person: Person, action: str, experiment_id: str) -> str:
    """Stop an experiment, or go on with it; what it may cost has no limit then."""
    act = experiment_acts.stop if action == "stop" else experiment_acts.resume
    return act(studio.services, person.actor, experiment_id).id


@allow("viewer")
def watch(studio: Studio, person: Person, experiment_id: str, agent_id: str) -> Any:
    """Read the experiment that is shown, and the latest of the agent."""
    found = run_of(studio, experiment_id or "")
    if not agent_id:
        return found, []
    return found, studio.services.store.experiments.of(agent_id, limit=MOST_PAST)


@allow("viewer")
def latest(studio: Studio, person: Person, agent_id: str) -> str:
    """The experiment that is shown when an agent is opened: its latest."""
    found = studio.services.store.experiments.of(agent_id, limit=1) if agent_id else []
    return found[0].id if found else ""


@allow("viewer")
def see(studio: Studio, person: Person, action: str, experiment_id: str) -> str:
    """Look at another experiment."""
    return studio.services.store.experiments.get(experiment_id).id


@allow("viewer")
def look(studio: Studio, person: Person, action: str, subject: str) -> Aside:
    """Look at one case with what every candidate made of it."""
    experiment_id, _, case_id = subject.partition(" ")
    store = studio.services.store
    experiment = store.experiments.get(experiment_id)
    case = store.datasets.case(case_id)
    if case.dataset_id != experiment.dataset_id:
        raise NotFound("There is no case by that id.")
    return Aside(experiment, case, store.experiments.of_case(experiment_id, case_id))


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show = partial(shown, studio)
    load(at_address(studio, first, "agent", show), None, parts.filled)
    parts.agent.input(event(studio, choose, show), parts.agent, parts.filled)
    _wire_cases(studio, parts)
    _wire_experiments(studio, parts)


def _wire_cases(studio: Studio, parts: Parts) -> None:
    emptied = partial(listed, studio)
    out = [parts.cases, parts.question, parts.expected, parts.source]
    gr.on(
        [parts.add.click, parts.question.submit],
        event(studio, add, emptied),
        [parts.agent, parts.question, parts.expected, parts.source],
        out,
    )
    parts.collect.click(
        event(studio, collect, lambda page: emptied(page)[0]), parts.agent, parts.cases
    )
    parts.upload.upload(event(studio, upload, emptied), [parts.upload, parts.agent], out)
    parts.cases.click(pick(studio, change, lambda page: emptied(page)[0]), parts.agent, parts.cases)


def _wire_experiments(studio: Studio, parts: Parts) -> None:
    def drawn(found: Any) -> list[Any]:
        run, past = found
        going = run is not None and (not run.experiment.is_over or run.experiment.compare_at > 0)
        shown_id = run.experiment.id if run else ""
        return [run_view(studio, run), past_view(studio, past, shown_id), gr.Timer(active=going)]

    watching = event(studio, watch, drawn)
    seen = [parts.results, parts.past, parts.timer]
    parts.run.click(event(studio, run), parts.wish, parts.experiment)
    parts.results.click(pick(studio, turn), None, parts.experiment).then(
        watching, [parts.experiment, parts.agent], seen
    )
    parts.past.select(pick(studio, see), None, parts.experiment)
    parts.results.select(pick(studio, look, partial(aside_view, studio)), None, parts.detail)
    parts.agent.change(event(studio, latest), parts.agent, parts.experiment)
    gr.on(
        [parts.experiment.change, parts.timer.tick, parts.agent.change],
        watching,
        [parts.experiment, parts.agent],
        seen,
        show_progress="hidden",
    )
