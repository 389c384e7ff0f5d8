"""Notebooks: kept, run by workers, planned, and what a run leaves as evidence.

A notebook is code. Who saves one needs the role `editor`; who has it run needs, besides, a right
that an administrator gives to a person (`actions.people.let_run`). A run acts in that person's
name, with a token that ends with it and does what an editor may, at most.
"""

import json
from collections.abc import Mapping
from typing import Any

import nbformat

from actions import notifier
from actions.audited import audited, demand
from actions.notifier import News
from actions.queues import NOTEBOOK
from actions.services import Services
from agent.actor import INSTALLATION, ROLES, Actor, Role
from agent.errors import Invalid, MayNotRun
from agent.notebooks import check_parameters, notebook_about, with_parameters
from agent.schedules import Schedule
from agent.spec import Wording
from agent.text import storable
from knowledge.parsing import sandbox
from store.evaluation.notebook_runs import Outcome, Run
from store.states import NotebookOrigin, RunError

MOST_CHARACTERS = 1_000_000  # of a notebook without outputs, as JSON
MOST_EXECUTED = 2_500_000  # of one with its outputs
MOST_CELLS = 500
ROLE: Role = "editor"  # what a run may do at most
PAGE = "/studio/es/notebooks"
LONGEST_REASON = 500
NO_NOTEBOOK = "This is no notebook of Jupyter (nbformat 4). Save it there again."
NOT_HERE = "This machine cannot keep a notebook to its own folder, so notebooks are not run here."


def can_run() -> bool:
    """Whether this machine can seal a notebook: Landlock that knows ports, and a filter of calls
    (Linux 6.7 and newer, on x86-64 and ARM64)."""
    return sandbox.can_hold_programs()


def may_run(services: Services, who: Actor) -> bool:
    """Whether *who* is a person whom an administrator lets run notebooks."""
    person = services.store.people.find(who.name)
    return person is not None and person.runs_notebooks and who.may(ROLE) and person.may(ROLE)


# --- what is kept


def save(services: Services, actor: Actor, name: str, body: Mapping[str, Any]) -> str:
    """Keep a new notebook, without its outputs; return its id. Raises Forbidden, Invalid."""
    with audited(services, actor, "editor") as note:
        made = services.store.notebooks.add(name, bare(body), actor.name, NotebookOrigin.SAVED)
        note("notebook saved", made, name)
    return made


def replace(
    services: Services, actor: Actor, notebook_id: str, body: Mapping[str, Any], revision: int
) -> None:
    """Keep another body of a notebook that was read at *revision*. A schedule that somebody else
    made ends: nobody's name stands for code that they have not seen.

    Raises Forbidden, NotFound, EditConflict, Invalid.
    """
    with audited(services, actor, "editor") as note:
        found = services.store.notebooks.get(notebook_id)
        services.store.notebooks.replace(notebook_id, bare(body), actor.name, revision)
        if found.schedule and found.scheduled_by != actor.name:
            services.store.notebooks.plan(notebook_id, None, {}, actor)
            note("notebook unplanned", notebook_id)
        note("notebook saved", notebook_id, found.name)


def archive(services: Services, actor: Actor, notebook_id: str) -> None:
    """Take a notebook off the list; its runs stay. Raises Forbidden, NotFound."""
    with audited(services, actor, "editor") as note:
        services.store.notebooks.archive(notebook_id)
        note("notebook archived", notebook_id)


def ship(services: Services, notebooks: Mapping[str, str]) -> None:
    """Have the notebooks that come with the product be these: names, and files as text."""
    with audited(services, INSTALLATION, "admin"):
        for name, text in notebooks.items():
            services.store.notebooks.ship(name, bare(json.loads(text)), INSTALLATION.name)


def open_about(services: Services, actor: Actor, kind: str, subject: str, name: str) -> str:
    """Make a notebook that begins with one conversation, turn, experiment or version; return its
    id. Raises Forbidden, and Invalid for another kind of thing."""
    with audited(services, actor, "editor") as note:
        body = notebook_about(kind, subject)
        made = services.store.notebooks.add(name, body, actor.name, NotebookOrigin.OPENED)
        note("notebook opened", made, f"{kind} {subject}")
    return made


def bare(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return *body* as it is kept: nbformat 4, texts in one piece, without outputs.

    Raises Invalid.
    """
    return with_parameters(_checked(body, MOST_CHARACTERS), {})


def _checked(body: Mapping[str, Any], most: int) -> dict[str, Any]:
    clean: dict[str, Any] = storable(dict(body))
    if len(json.dumps(clean)) > most:
        raise Invalid(f"A notebook has {most} characters at most.")
    try:
        nbformat.validate(clean, version=4)
    except (nbformat.ValidationError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(NO_NOTEBOOK) from error
    if len(clean["cells"]) > MOST_CELLS:
        raise Invalid(f"A notebook has {MOST_CELLS} cells at most.")
    whole: dict[str, Any] = nbformat.reads(json.dumps(clean), as_version=4)  # lines are joined
    return whole


# --- runs


def run(services: Services, actor: Actor, notebook_id: str, parameters: Mapping[str, Any]) -> str:
    """Have a worker run a notebook in the actor's name; return the run's id.

    Raises Forbidden, MayNotRun, NotFound, Invalid.
    """
    with audited(services, actor, "editor") as note:
        _demand_right(services, actor)
        check_parameters(parameters)
        found = services.store.notebooks.get(notebook_id)
        made = services.store.notebook_runs.ask(found, actor, parameters, scheduled=False)
        note("notebook run", made, found.name)
        services.database.on_commit(lambda: services.wake_up.notify(NOTEBOOK, made))
    return made


def stop(services: Services, actor: Actor, run_id: str) -> Run:
    """End a run that is not over. Raises Forbidden, NotFound."""
    with audited(services, actor, "editor") as note:
        found = services.store.notebook_runs.get(run_id)
        if services.store.notebook_runs.stop(run_id):
            services.store.tokens.revoke(found.token_id)
            note("notebook run stopped", run_id)
    return services.store.notebook_runs.get(run_id)


def plan(
    services: Services,
    actor: Actor,
    notebook_id: str,
    schedule: Schedule | None,
    parameters: Mapping[str, Any],
) -> None:
    """Have a notebook run by itself in the actor's name, or no more.

    Raises Forbidden, MayNotRun, NotFound, Invalid.
    """
    with audited(services, actor, "editor") as note:
        if schedule:
            _demand_right(services, actor)
            check_parameters(parameters)
        services.store.notebooks.plan(notebook_id, schedule, parameters, actor)
        note("notebook planned" if schedule else "notebook unplanned", notebook_id)


def hand_in(services: Services, actor: Actor, notebook_id: str, executed: Mapping[str, Any]) -> str:
    """Keep a copy that somebody executed elsewhere, marked as not verified; return the run's id.

    Raises Forbidden, NotFound, Invalid.
    """
    with audited(services, actor, "editor") as note:
        found = services.store.notebooks.get(notebook_id)
        copy = _checked(executed, MOST_EXECUTED)
        made = services.store.notebook_runs.hand_in(found, actor, copy)
        note("notebook handed in", made, found.name)
    return made


def see(services: Services, actor: Actor, run_id: str) -> Mapping[str, Any] | None:
    """Return the executed copy of a run, which may hold customers' words; the look is noted.

    Raises Forbidden, NotFound.
    """
    with audited(services, actor, "viewer") as note:
        services.store.notebook_runs.get(run_id)
        note("notebook seen", run_id)
    return services.store.notebook_runs.executed(run_id)


def _demand_right(services: Services, actor: Actor) -> None:
    demand(actor, ROLE)
    if not may_run(services, actor):
        raise MayNotRun
    if not can_run():
        raise Invalid(NOT_HERE)


# --- what the sweeper and the workers do


def ask_for_what_is_due(services: Services) -> int:
    """Ask for the runs whose time has come; return how many."""
    if not services.store.notebooks.is_due():
        return 0
    with audited(services, INSTALLATION, "admin") as note:
        due = services.store.notebooks.take_due()
        for one in due:
            who = one.scheduler
            made = services.store.notebook_runs.ask(one, who, one.parameters, scheduled=True)
            note("notebook run", made, one.name)
    return len(due)


def lend_token(services: Services, run: Run, seconds: float) -> str:
    """Return a token for a run: of its person, at most an editor's, for that long.

    Raises MayNotRun for a person who may not run notebooks any more.
    """
    with audited(services, run.actor, ROLE) as note:
        if not may_run(services, run.actor):
            raise MayNotRun
        role = min(run.role, ROLE, key=ROLES.index)
        name = f"notebook {run.id}"
        token_id, token = services.store.tokens.lend(run.person, name, role, seconds)
        services.store.notebook_runs.lend(run, token_id)
        note("token lent", run.id, role)
    return token


def end(services: Services, run: Run, outcome: Outcome) -> None:
    """Keep what came of a run and end its token; tell its person when it failed."""
    with audited(services, INSTALLATION, "admin"):
        _end_token(services, run.id)
        if services.store.notebook_runs.finish(run, outcome) and outcome.error:
            _tell(services, run, outcome.error, outcome.detail)


def end_left_behind(services: Services, run_id: str) -> None:
    """End a run whose worker died, and its token; tell its person, once."""
    with audited(services, INSTALLATION, "admin"):
        found = services.store.notebook_runs.left_behind(run_id)
        if found:
            _end_token(services, run_id)
            _tell(services, found, RunError.INTERRUPTED, "")


def _end_token(services: Services, run_id: str) -> None:
    token_id = services.store.notebook_runs.get(run_id).token_id
    if token_id:
        services.store.tokens.revoke(token_id)


def _tell(services: Services, run: Run, error: RunError, detail: str) -> None:
    if error is RunError.STOPPED:
        return
    name = services.store.notebook_runs.name(run.id)
    person = services.store.people.find(run.person)
    es, en = WHY[error]
    more = f" {detail[:LONGEST_REASON]}" if detail else ""
    news = News(
        kind="notebook",
        key=f"notebook run {run.id}",
        subject=Wording(es=f"Un cuaderno falló: {name}", en=f"A notebook failed: {name}"),
        text=Wording(es=es + more, en=en + more),
        link=f"{PAGE}?open={run.id}",
    )
    notifier.alert(services, INSTALLATION, news, [person.email] if person else [], "admin")


WHY = {
    RunError.CELL: ("Una celda falló.", "A cell failed."),
    RunError.TOO_LONG: ("Tardó más de lo permitido.", "It took longer than it may."),
    RunError.DIED: (
        "Terminó por sus límites de memoria o de procesador.",
        "It ended by its limits of memory or processor.",
    ),
    RunError.INTERRUPTED: (
        "Quien lo ejecutaba se detuvo. Mire qué alcanzó a hacer y ejecútelo otra vez.",
        "What ran it stopped. Look at what it had done, and run it again.",
    ),
    RunError.NO_RIGHT: (
        "Su persona ya no puede ejecutar cuadernos.",
        "Its person may not run notebooks any more.",
    ),
    RunError.UNSEALED: (
        "Esta máquina no puede encerrar un cuaderno, así que no se ejecutó.",
        "This machine cannot seal a notebook, so it was not run.",
    ),
    RunError.UNREACHED: (
        "No se encontró la dirección de la API (NOTEBOOK_API).",
        "The API's address was not found (NOTEBOOK_API).",
    ),
}
