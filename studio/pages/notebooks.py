"""Notebooks: those that the studio keeps, run by a worker, planned, with what their runs left."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from actions import notebooks as acts
from agent.bounded_json import loads
from agent.errors import NotFound
from agent.schedules import Schedule
from store.evaluation.notebook_runs import Run
from store.evaluation.notebooks import LONGEST_NAME
from store.people.people import Person
from studio.errors import BadFields, BadFile, NothingChosen
from studio.pages.notebooks_view import NEVER, Desk, layout, shown, watched
from studio.roles import allow
from studio.state import Studio
from studio.wiring import Load, at_address, event, pick

LARGEST_FILE = 4 * 1024**2  # bytes


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Desk:
    """Return the notebooks; with the run or the notebook that a link leads to, if it is there."""
    run = _run(studio, wanted)
    return _desk(studio, person, run.notebook_id if run else wanted, run)


@allow("viewer")
def open_(studio: Studio, person: Person, action: str, notebook_id: str) -> Desk:
    """Open a notebook and its last run."""
    return _desk(studio, person, notebook_id)


@allow("viewer")
def see(studio: Studio, person: Person, action: str, run_id: str, notebook_id: str) -> Desk:
    """Look at one run."""
    return _desk(studio, person, notebook_id, _run(studio, run_id))


@allow("viewer")
def watch(studio: Studio, person: Person, notebook_id: str, run_id: str) -> Desk:
    """Look again at what goes on."""
    return _desk(studio, person, notebook_id, _run(studio, run_id))


@allow("editor")
def upload(studio: Studio, person: Person, path: str) -> Desk:
    """Keep a notebook from a file."""
    file = Path(path)
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise BadFile("notebooks.bad_file")
        body = loads(file.read_bytes())
        if not isinstance(body, dict):
            raise BadFile("notebooks.bad_file")
        made = acts.save(studio.services, person.actor, file.stem[:LONGEST_NAME], body)
    except ValueError as error:
        raise BadFile("notebooks.bad_file") from error
    finally:
        file.unlink(missing_ok=True)
    return _desk(studio, person, made)


@allow("editor")
def run(studio: Studio, person: Person, notebook_id: str, parameters: str) -> Desk:
    """Have a worker run the notebook in the person's name."""
    _chosen(notebook_id)
    given = _parameters(parameters)
    made = acts.run(studio.services, person.actor, notebook_id, given)
    return _desk(studio, person, notebook_id, _run(studio, made))


@allow("editor")
def stop(studio: Studio, person: Person, action: str, run_id: str, notebook_id: str) -> Desk:
    """End a run that is not over."""
    stopped = acts.stop(studio.services, person.actor, run_id)
    return _desk(studio, person, notebook_id, stopped)


@allow("editor")
def archive(studio: Studio, person: Person, action: str, notebook_id: str) -> Desk:
    """Take a notebook off the list."""
    acts.archive(studio.services, person.actor, notebook_id)
    return _desk(studio, person, "")


@allow("editor")
def plan(
    studio: Studio,
    person: Person,
    notebook_id: str,
    parameters: str,
    every: str,
    weekday: int,
    hour: float,
    minute: float,
    zone: str,
) -> Desk:
    """Have the notebook run by itself in the person's name, or no more."""
    _chosen(notebook_id)
    times = {"weekday": weekday, "hour": hour, "minute": minute, "zone": (zone or "").strip()}
    schedule = None if every == NEVER else _schedule({"every": every, **times})
    acts.plan(studio.services, person.actor, notebook_id, schedule, _parameters(parameters))
    return _desk(studio, person, notebook_id)


def _desk(studio: Studio, person: Person, notebook_id: str, run: Run | None = None) -> Desk:
    store = studio.services.store
    listed = store.notebooks.list()
    is_there = notebook_id in {one.id for one in listed}
    chosen = store.notebooks.get(notebook_id) if is_there else None
    runs = store.notebook_runs.of(chosen.id) if chosen else ()
    last = run or (runs[0] if runs else None)
    may = acts.may_run(studio.services, person.actor)
    return Desk(listed, chosen, runs, last, may, acts.can_run())


def _run(studio: Studio, run_id: str) -> Run | None:
    try:
        return studio.services.store.notebook_runs.get(run_id) if run_id else None
    except NotFound:
        return None


def _chosen(notebook_id: str) -> None:
    if not notebook_id:
        raise NothingChosen("notebooks.choose_first")


def _parameters(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise _bad("parameters") from error
    if not isinstance(given, dict):
        raise _bad("parameters")
    return given


def _schedule(values: dict[str, Any]) -> Schedule:
    try:
        return Schedule.model_validate(values)
    except ValidationError as error:
        raise _bad(str(error.errors()[0]["loc"][0])) from error


def _bad(field: str) -> BadFields:
    return BadFields(((f"notebooks.{field}", f"notebooks.{field}_bad", {}),))


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show, look = partial(shown, studio), partial(watched, studio)
    load(at_address(studio, first, "open", show), None, parts.filled)
    parts.listed.click(pick(studio, open_, show), None, parts.filled)
    parts.upload.upload(event(studio, upload, show), parts.upload, parts.filled)
    parts.title.click(pick(studio, archive, show), None, parts.filled)
    parts.run.click(event(studio, run, look), [parts.chosen, parts.fields[0]], parts.watched)
    parts.plan.click(
        event(studio, plan, show, done="notebooks.planned_done"),
        [parts.chosen, *parts.fields],
        parts.filled,
    )
    parts.runs.select(pick(studio, see, look), parts.chosen, parts.watched)
    parts.runs.click(pick(studio, stop, look), parts.chosen, parts.watched)
    parts.timer.tick(
        event(studio, watch, look),
        [parts.chosen, parts.seen],
        parts.watched,
        show_progress="hidden",
    )
