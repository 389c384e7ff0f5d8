"""The API's experiments: started, watched, scored, read row by row."""

from typing import Annotated, Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import ConfigDict, Field

from actions import experiments as acts
from actions.experiments import DRAFT, MOST_SCORES, Chosen, Given, Wish
from actions.services import Services
from agent.spec import Spec
from bot.access import needs
from bot.api_versions import numbered
from bot.lists import BY_MOMENT_AND_WORD, BY_NUMBER, List, Listed, Page
from bot.schemas import AgentPath, Body, Out, id_of
from bot.schemas import Which as WhichVersion
from store.evaluation.experiments import MOST_CANDIDATES, MOST_REPEATS, Experiment, Row

EXPERIMENTS = Tag(name="experiments", description="Candidates asked the cases of a dataset")
Json = dict[str, Any]


class ExperimentPath(Body):
    """The experiment's id in the address."""

    experiment_id: Annotated[str, id_of("experiment")]


class CandidateIn(Body):
    """What is asked: the draft, a version by its number, or a spec that is sent."""

    version: WhichVersion | None = Field(None, description="draft, or a number; empty: `spec`")
    spec: Spec | None = None
    label: str = Field("", max_length=80)
    model: str = Field("", max_length=200, description="answers in the place of the spec's own")


class JudgeIn(Body):
    """A model that judges each conversation."""

    name: str = Field("judge", max_length=60, description="judge, or judge: and a word")
    model: str = Field("", max_length=200, description="empty: the installation's")
    criteria: str = Field("", max_length=8_000, description="empty: what the case expects")


class ExperimentIn(Body):
    """An experiment. It is asked by the workers, and sends nothing to anybody."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "dataset_id": "0123456789abcdef0123456789abcdef",
                "candidates": [{"version": "draft"}, {"version": "3"}],
                "repeats": 4,
                "cost_limit": 1.5,
            }
        }
    )

    dataset_id: Annotated[str, id_of("dataset")]
    candidates: list[CandidateIn] = Field(min_length=1, max_length=MOST_CANDIDATES)
    name: str = Field("", max_length=120)
    dataset_version: int | None = Field(None, ge=1, le=2**31, description="empty: as it is now")
    case_ids: list[Annotated[str, id_of("case")]] = Field(
        [], max_length=2_000, description="none: all of them"
    )
    repeats: int = Field(1, ge=1, le=MOST_REPEATS)
    judges: list[JudgeIn] = Field([], max_length=5)
    cost_limit: float = Field(0, ge=0, description="US dollars; 0: none")


class MoreMoney(Body):
    """What an experiment that goes on may cost in all."""

    cost_limit: float = Field(0, ge=0, description="US dollars; 0: no limit")


class ScoreIn(Body):
    """A score that your program gives one row."""

    row: int = Field(ge=1, le=2**62)
    name: str = Field(max_length=60)
    value: float = Field(ge=0, le=1)
    passed: bool
    reason: str = Field("", max_length=500)


class ScoresIn(Body):
    """Scores, marked as the client's: a release counts them only where that is allowed."""

    scores: list[ScoreIn] = Field(min_length=1, max_length=MOST_SCORES)


class ScoredOut(Body):
    """How many rows took their scores; those that are not done take none."""

    rows: int


class CandidateOut(Out):
    """A candidate as it is asked."""

    label: str
    spec: Spec
    version_id: str | None
    model: str
    fingerprint: str


class ProgressOut(Out):
    """How many rows are how far."""

    total: int
    waiting: int
    running: int
    done: int
    failed: int
    passed: int


class ExperimentOut(Out):
    """An experiment. `comparisons` has the sums of each candidate and, of each pair, one
    comparison a measure; it is empty until the experiment is over and a worker has compared."""

    id: str
    agent_id: str
    dataset_id: str
    dataset_version: int
    name: str
    candidates: list[CandidateOut]
    repeats: int
    scorers: list[dict[str, Any]]
    cost_limit: float
    cost: float
    state: str
    knowledge: dict[str, int]
    comparisons: dict[str, Any]
    created_by: str
    created_at: float
    finished_at: float | None


class JudgeOut(Out):
    """How far a judge agrees with people's labels: Cohen's kappa. `is_enough`: ten labels or more,
    below which it says nothing."""

    pairs: int
    agreed: int
    kappa: float
    is_enough: bool


class ExperimentWithProgress(ExperimentOut):
    """An experiment, how far it is, and how far its judges can be believed."""

    progress: ProgressOut
    judges: dict[str, JudgeOut]


class ExperimentsOut(Listed):
    """The experiments of an agent, newest first."""

    experiments: list[ExperimentOut]


class ScoreOut(Out):
    """A score: by the platform, a judge, or a client."""

    value: float
    passed: bool
    reason: str
    by: str
    person: str


class RowOut(Out):
    """One conversation of one candidate."""

    id: int
    case_id: str
    candidate: int
    repeat: int
    state: str
    answers: list[dict[str, Any]]
    scores: dict[str, ScoreOut]
    passed: bool | None
    seconds: float
    cost: float
    error: str
    reused: bool


class RowsOut(Listed):
    """The rows of an experiment: case by case, in the order of the dataset."""

    rows: list[RowOut]


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _started(blueprint, services)
    _read(blueprint, services)


def _started(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.post("/experiments", tags=[EXPERIMENTS], responses={201: ExperimentWithProgress})
    @needs("agent")
    def start_experiment(body: ExperimentIn) -> tuple[Json, int]:
        """Start an experiment

        What was asked before, with the same spec, model and knowledge, is not asked again.
        """
        made = acts.start(services, g.actor, _wish(services, body))
        return _shown(services, made), 201

    @blueprint.post(
        "/experiments/<experiment_id>/stop",
        tags=[EXPERIMENTS],
        responses={200: ExperimentWithProgress},
    )
    @needs("agent")
    def stop_experiment(path: ExperimentPath) -> Json:
        """Ask nothing more

        What was answered stays.
        """
        return _shown(services, acts.stop(services, g.actor, path.experiment_id).id)

    @blueprint.post(
        "/experiments/<experiment_id>/resume",
        tags=[EXPERIMENTS],
        responses={200: ExperimentWithProgress},
    )
    @needs("agent")
    def resume_experiment(path: ExperimentPath, body: MoreMoney) -> Json:
        """Go on with one that was stopped, or that had cost what it might"""
        acts.resume(services, g.actor, path.experiment_id, body.cost_limit)
        return _shown(services, path.experiment_id)

    @blueprint.post(
        "/experiments/<experiment_id>/scores", tags=[EXPERIMENTS], responses={200: ScoredOut}
    )
    @needs("agent")
    def score_rows(path: ExperimentPath, body: ScoresIn) -> Json:
        """Give rows scores of your own"""
        given = [Given(one.row, one.name, one.value, one.passed, one.reason) for one in body.scores]
        return {"rows": acts.score(services, g.actor, path.experiment_id, given)}


def _read(blueprint: APIBlueprint, services: Services) -> None:
    experiments = services.store.experiments

    @blueprint.get(
        "/agents/<agent_id>/experiments", tags=[EXPERIMENTS], responses={200: ExperimentsOut}
    )
    @needs("viewer")
    def list_experiments(path: AgentPath, query: Page) -> Response:
        """List the experiments of an agent, newest first"""
        agent_id = services.store.agents.get(path.agent_id).id

        def fetch(before: tuple[float, str] | None, most: int) -> Any:
            return experiments.of(agent_id, before, most)

        return List("experiments", BY_MOMENT_AND_WORD, fetch, _place, ExperimentOut.of).answer(
            query
        )

    @blueprint.get(
        "/experiments/<experiment_id>",
        tags=[EXPERIMENTS],
        responses={200: ExperimentWithProgress},
    )
    @needs("viewer")
    def read_experiment(path: ExperimentPath) -> Json:
        """Read one experiment, how far it is, and how its candidates compare"""
        return _shown(services, path.experiment_id)

    @blueprint.get(
        "/experiments/<experiment_id>/rows", tags=[EXPERIMENTS], responses={200: RowsOut}
    )
    @needs("viewer")
    def list_rows(path: ExperimentPath, query: Page) -> Response:
        """List the rows of an experiment, with answers, traces and scores"""
        experiment_id = experiments.get(path.experiment_id).id

        def fetch(after: int | None, most: int) -> Any:
            return experiments.rows(experiment_id, after or 0, most)

        return List("rows", BY_NUMBER, fetch, lambda row: row.id, _row).answer(query)


def _place(experiment: Experiment) -> tuple[float, str]:
    return experiment.created_at, experiment.id


def _row(row: Row) -> Json:
    return RowOut.of(row)


def _shown(services: Services, experiment_id: str) -> Json:
    found = services.store.experiments.get(experiment_id)
    progress = services.store.experiments.progress(experiment_id)
    judges = acts.agreements(services, found)
    return {
        **ExperimentOut.of(found),
        "progress": ProgressOut.of(progress),
        "judges": {name: JudgeOut.of(one) for name, one in judges.items()},
    }


def _wish(services: Services, body: ExperimentIn) -> Wish:
    agent_id = services.store.datasets.get(body.dataset_id).agent_id
    return Wish(
        dataset_id=body.dataset_id,
        candidates=[chosen_of(services, agent_id, one) for one in body.candidates],
        name=body.name,
        version=body.dataset_version,
        case_ids=body.case_ids,
        repeats=body.repeats,
        scorers=[one.model_dump() for one in body.judges],
        cost_limit=body.cost_limit,
    )


def chosen_of(services: Services, agent_id: str, one: CandidateIn) -> Chosen:
    """Return a candidate as acts take it. Raises NotFound for a version that is none."""
    if one.spec is not None:
        return Chosen(spec=one.spec, label=one.label, model=one.model)
    if one.version in (None, DRAFT):
        return Chosen(DRAFT, label=one.label, model=one.model)
    version = numbered(services, agent_id, int(str(one.version)))
    return Chosen(version.id, label=one.label, model=one.model)
