"""The API's notebooks: kept, run by a worker, planned, and what their runs left."""

from typing import Annotated, Any, Literal

from flask import Response, g, jsonify
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import Field

from actions import notebooks as acts
from actions.services import Services
from agent.errors import NotFound
from agent.notebooks import parameters
from agent.schedules import Schedule
from bot.access import needs
from bot.bodies import Body, Out
from bot.etags import expect, tagged
from bot.lists import BY_MOMENT_AND_WORD, List, Listed, Page
from bot.schemas import id_of
from store.evaluation.notebook_runs import Run
from store.evaluation.notebooks import LONGEST_NAME, Notebook

NOTEBOOKS = Tag(name="notebooks", description="Notebooks that the studio keeps, and their runs")
Json = dict[str, Any]


class NotebookPath(Body):
    """The notebook's id in the address."""

    notebook_id: Annotated[str, id_of("notebook")]


class RunPath(Body):
    """The run's id in the address."""

    run_id: Annotated[str, id_of("run")]


class NotebookIn(Body):
    """A notebook to keep; its outputs are left out."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    body: Json = Field(description="nbformat 4, as Jupyter saves it")


class NotebookBodyIn(Body):
    """Another body of a notebook, or a copy of it that was executed elsewhere."""

    body: Json = Field(description="nbformat 4, as Jupyter saves it")


class AboutIn(Body):
    """What a new notebook begins with."""

    kind: Literal["conversation", "turn", "experiment", "version"]
    subject: str = Field(
        min_length=1, max_length=80, description="its id; of a version AGENT_ID/NUMBER"
    )
    name: str = Field("", max_length=LONGEST_NAME, description="empty: by what it is about")


class RunIn(Body):
    """A run that is wished for."""

    parameters: Json = Field({}, description="names of Python, values of JSON")


class PlanIn(Body):
    """When the notebook runs by itself in your name, with which parameters; null: no more."""

    schedule: Schedule | None
    parameters: Json = Field({}, description="of those runs")


class NotebookOut(Out):
    """A notebook. `due_at`: when it runs next by itself, 0 for never."""

    id: str
    name: str
    origin: str
    revision: int
    schedule: Schedule | None
    parameters: Json
    scheduled_by: str
    due_at: float
    created_by: str
    created_at: float
    updated_by: str
    updated_at: float


class WholeNotebookOut(NotebookOut):
    """A notebook with its body, and the plain values that its cell of parameters has."""

    body: Json
    defaults: Json


class NotebooksOut(Listed):
    """The notebooks, the newest first."""

    notebooks: list[NotebookOut]


class RunOut(Out):
    """A run. `evidence` is how a release refers to it; `memory` is in bytes."""

    id: str
    notebook_id: str
    revision: int
    person: str
    parameters: Json
    scheduled: bool
    verified: bool
    state: str
    error: str | None
    cell: int | None
    detail: str
    seconds: float
    memory: float
    created_at: float
    started_at: float | None
    finished_at: float | None
    evidence: Json


class RunsOut(Listed):
    """The runs of a notebook, the newest first."""

    runs: list[RunOut]


class ExecutedOut(Out):
    """The executed copy, nbformat 4 with outputs."""

    executed: Json


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _kept(blueprint, services)
    _changed(blueprint, services)
    _run(blueprint, services)
    _runs(blueprint, services)


def _kept(blueprint: APIBlueprint, services: Services) -> None:
    notebooks = services.store.notebooks

    @blueprint.get("/notebooks", tags=[NOTEBOOKS], responses={200: NotebooksOut})
    @needs("viewer")
    def list_notebooks(query: Page) -> Response:
        """List notebooks, the newest first"""
        found = List("notebooks", BY_MOMENT_AND_WORD, notebooks.list, _place, NotebookOut.of)
        return found.answer(query)

    @blueprint.post("/notebooks", tags=[NOTEBOOKS], responses={201: WholeNotebookOut})
    @needs("editor")
    def save_notebook(body: NotebookIn) -> tuple[Response, int]:
        """Keep a new notebook"""
        made = acts.save(services, g.actor, body.name, body.body)
        return _whole(notebooks.get(made)), 201

    @blueprint.post("/notebooks/about", tags=[NOTEBOOKS], responses={201: WholeNotebookOut})
    @needs("editor")
    def open_in_notebook(body: AboutIn) -> tuple[Response, int]:
        """Make a notebook that begins with one conversation, turn, experiment or version"""
        name = body.name or f"{body.kind} {body.subject}"
        made = acts.open_about(services, g.actor, body.kind, body.subject, name)
        return _whole(notebooks.get(made)), 201

    @blueprint.get("/notebooks/<notebook_id>", tags=[NOTEBOOKS], responses={200: WholeNotebookOut})
    @needs("viewer")
    def read_notebook(path: NotebookPath) -> Response:
        """Read one notebook; `ETag` is its revision"""
        return _whole(notebooks.get(path.notebook_id))


def _changed(blueprint: APIBlueprint, services: Services) -> None:
    notebooks = services.store.notebooks

    @blueprint.put("/notebooks/<notebook_id>", tags=[NOTEBOOKS], responses={200: WholeNotebookOut})
    @needs("editor")
    def change_notebook(path: NotebookPath, body: NotebookBodyIn) -> Response:
        """Keep another body

        A schedule that somebody else made ends: their name does not stand for your code.
        """
        revision = expect(notebooks.get(path.notebook_id).revision)
        acts.replace(services, g.actor, path.notebook_id, body.body, revision)
        return _whole(notebooks.get(path.notebook_id))

    @blueprint.delete("/notebooks/<notebook_id>", tags=[NOTEBOOKS], responses={204: None})
    @needs("editor")
    def archive_notebook(path: NotebookPath) -> tuple[str, int]:
        """Take a notebook off the list; its runs stay"""
        acts.archive(services, g.actor, path.notebook_id)
        return "", 204

    @blueprint.put(
        "/notebooks/<notebook_id>/schedule", tags=[NOTEBOOKS], responses={200: NotebookOut}
    )
    @needs("editor")
    def plan_notebook(path: NotebookPath, body: PlanIn) -> Json:
        """Have it run by itself in your name, or no more

        Running code on the server is a right of its own that an administrator gives to a person.
        """
        acts.plan(services, g.actor, path.notebook_id, body.schedule, body.parameters)
        return NotebookOut.of(notebooks.get(path.notebook_id))


def _run(blueprint: APIBlueprint, services: Services) -> None:
    runs = services.store.notebook_runs

    @blueprint.post("/notebooks/<notebook_id>/runs", tags=[NOTEBOOKS], responses={202: RunOut})
    @needs("editor")
    def run_notebook(path: NotebookPath, body: RunIn) -> tuple[Json, int]:
        """Have a worker run it in your name

        It reads its own folder and reaches this API with your rights, an editor's at most. Running
        code on the server is a right of its own that an administrator gives to a person.
        """
        made = acts.run(services, g.actor, path.notebook_id, body.parameters)
        return RunOut.of(runs.get(made)), 202

    @blueprint.post("/notebooks/<notebook_id>/executed", tags=[NOTEBOOKS], responses={201: RunOut})
    @needs("editor")
    def hand_in(path: NotebookPath, body: NotebookBodyIn) -> tuple[Json, int]:
        """Keep a copy that was executed elsewhere: it is not verified"""
        made = acts.hand_in(services, g.actor, path.notebook_id, body.body)
        return RunOut.of(runs.get(made)), 201

    @blueprint.post("/notebook-runs/<run_id>/stop", tags=[NOTEBOOKS], responses={200: RunOut})
    @needs("editor")
    def stop_run(path: RunPath) -> Json:
        """End a run that is not over"""
        return RunOut.of(acts.stop(services, g.actor, path.run_id))


def _runs(blueprint: APIBlueprint, services: Services) -> None:
    runs = services.store.notebook_runs

    @blueprint.get("/notebooks/<notebook_id>/runs", tags=[NOTEBOOKS], responses={200: RunsOut})
    @needs("viewer")
    def list_runs(path: NotebookPath, query: Page) -> Response:
        """List the runs of a notebook, the newest first"""
        notebook_id = services.store.notebooks.get(path.notebook_id).id

        def fetch(before: tuple[float, str] | None, most: int) -> Any:
            return runs.of(notebook_id, before, most)

        return List("runs", BY_MOMENT_AND_WORD, fetch, _place, RunOut.of).answer(query)

    @blueprint.get("/notebook-runs/<run_id>", tags=[NOTEBOOKS], responses={200: RunOut})
    @needs("viewer")
    def read_run(path: RunPath) -> Json:
        """Read how a run goes, or went"""
        return RunOut.of(runs.get(path.run_id))

    @blueprint.get(
        "/notebook-runs/<run_id>/executed", tags=[NOTEBOOKS], responses={200: ExecutedOut}
    )
    @needs("viewer")
    def read_executed(path: RunPath) -> Json:
        """Read the executed copy; the look is in the audit log"""
        executed = acts.see(services, g.actor, path.run_id)
        if executed is None:
            raise NotFound("This run has left no copy.")
        return {"executed": dict(executed)}


def _place(row: Notebook | Run) -> tuple[float, str]:
    return row.created_at, row.id


def _whole(found: Notebook) -> Response:
    shown = WholeNotebookOut.of({**vars(found), "defaults": parameters(found.body)})
    return tagged(jsonify(shown), found.revision)
