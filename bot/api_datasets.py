"""The API's datasets: cases of an agent, in versions."""

from typing import Annotated, Any, Literal

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import ConfigDict, Field

from actions import datasets as acts
from actions import kept_talks
from actions.services import Services
from agent.cases import Case
from agent.errors import NotFound
from bot.access import needs
from bot.api_conversations import ConversationPath
from bot.lists import BY_MOMENT_AND_WORD, List, Listed, Page
from bot.schemas import AgentPath, Body, Out, id_of
from store.evaluation.datasets import MOST_AT_ONCE, Added, KeptCase
from store.states import CaseOrigin

DATASETS = Tag(name="datasets", description="What an agent is tested with")
Json = dict[str, Any]
Id = Annotated[str, id_of("case")]


class DatasetPath(Body):
    """The dataset's id in the address."""

    dataset_id: Annotated[str, id_of("dataset")]


class CasePath(DatasetPath):
    """The dataset's id and the case's in the address."""

    case_id: Id


class DatasetIn(Body):
    """A dataset by its name."""

    name: str = Field(max_length=200)


class CasesIn(Body):
    """Cases to add. One that asks the same as one that is there takes its place."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "cases": [
                    {
                        "turns": [
                            {
                                "say": ["¿Qué garantía tienen?"],
                                "expect": {"contains": ["tres meses"], "cites": ["garantia.pdf"]},
                            }
                        ]
                    }
                ],
                "origin": "frame",
            }
        }
    )

    cases: list[Case] = Field(min_length=1, max_length=MOST_AT_ONCE)
    origin: CaseOrigin = CaseOrigin.FRAME
    conversation_id: int | None = Field(
        None, ge=1, le=2**62, description="whose words they hold: erasing it erases them too"
    )


class Which(Page):
    """Which cases of a dataset."""

    version: int | None = Field(None, ge=1, le=2**31, description="empty: as it is now")
    state: Literal["approved", "proposed"] = "approved"


class CaseIds(Body):
    """Cases of one dataset."""

    case_ids: list[Id] = Field(min_length=1, max_length=MOST_AT_ONCE)


class DatasetOut(Out):
    """A dataset as it is now. `version` rises with each change of its cases."""

    id: str
    agent_id: str
    name: str
    version: int
    archived: bool
    created_by: str
    created_at: float


class DatasetsOut(Listed):
    """The datasets of an agent, oldest first."""

    datasets: list[DatasetOut]


class CaseOut(Out):
    """A case of a dataset, which never changes: another one takes its place."""

    id: str
    dataset_id: str
    case: Case
    origin: CaseOrigin
    state: str
    added_in: int
    removed_in: int | None
    conversation_id: int | None
    created_by: str
    created_at: float


class CasesOut(Listed):
    """Cases, oldest first."""

    cases: list[CaseOut]


class AddedOut(Body):
    """The ids of the cases that are there now, and the version of the dataset."""

    ids: list[str]
    version: int


class VersionOfDataset(Body):
    """The version of the dataset from here."""

    version: int


class Days(Body):
    """How far back is looked."""

    days: float = Field(7, gt=0, le=365)


class ProposedOut(Body):
    """How many cases of the agent's own dataset wait for approval."""

    waiting: int


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _datasets(blueprint, services)
    _cases(blueprint, services)
    _proposed(blueprint, services)
    _from_talks(blueprint, services)


def _datasets(blueprint: APIBlueprint, services: Services) -> None:
    datasets = services.store.datasets

    @blueprint.get("/agents/<agent_id>/datasets", tags=[DATASETS], responses={200: DatasetsOut})
    @needs("viewer")
    def list_datasets(path: AgentPath, query: Page) -> Response:
        """List the datasets of an agent

        The one by the name of Tests is every agent's own; it is there once it has a case.
        """
        found = datasets.of(services.store.agents.get(path.agent_id).id)
        return _listed("datasets", found, DatasetOut).answer(query)

    @blueprint.post("/agents/<agent_id>/datasets", tags=[DATASETS], responses={201: DatasetOut})
    @needs("editor")
    def make_dataset(path: AgentPath, body: DatasetIn) -> tuple[Json, int]:
        """Make an empty dataset"""
        made = acts.make(services, g.actor, path.agent_id, body.name)
        return DatasetOut.of(datasets.get(made)), 201

    @blueprint.get("/datasets/<dataset_id>", tags=[DATASETS], responses={200: DatasetOut})
    @needs("viewer")
    def read_dataset(path: DatasetPath) -> Json:
        """Read one dataset"""
        return DatasetOut.of(datasets.get(path.dataset_id))

    @blueprint.delete("/datasets/<dataset_id>", tags=[DATASETS], responses={204: None})
    @needs("editor")
    def archive_dataset(path: DatasetPath) -> tuple[str, int]:
        """Put a dataset away

        Experiments on it can still be read.
        """
        acts.archive(services, g.actor, path.dataset_id)
        return "", 204


def _cases(blueprint: APIBlueprint, services: Services) -> None:
    datasets = services.store.datasets

    @blueprint.get("/datasets/<dataset_id>/cases", tags=[DATASETS], responses={200: CasesOut})
    @needs("viewer")
    def list_cases(path: DatasetPath, query: Which) -> Response:
        """List the cases of a version, or those that wait for approval"""
        found = datasets.get(path.dataset_id)
        rows = (
            datasets.proposed(found.id)
            if query.state == "proposed"
            else datasets.cases(found.id, query.version)
        )
        return _listed("cases", rows, CaseOut).answer(query)

    @blueprint.post("/datasets/<dataset_id>/cases", tags=[DATASETS], responses={201: AddedOut})
    @needs("editor")
    def add_cases(path: DatasetPath, body: CasesIn) -> tuple[Json, int]:
        """Add cases"""
        added = acts.add(
            services, g.actor, path.dataset_id, body.cases, body.origin, body.conversation_id
        )
        return _added(added), 201

    @blueprint.put(
        "/datasets/<dataset_id>/cases/<case_id>", tags=[DATASETS], responses={200: CaseOut}
    )
    @needs("editor")
    def replace_case(path: CasePath, body: Case) -> Json:
        """Put another case in the place of one; the answer has its id"""
        _case(services, path)
        made = acts.replace(services, g.actor, path.case_id, body)
        return CaseOut.of(datasets.case(made))

    @blueprint.delete(
        "/datasets/<dataset_id>/cases/<case_id>", tags=[DATASETS], responses={204: None}
    )
    @needs("editor")
    def remove_case(path: CasePath) -> tuple[str, int]:
        """Take a case out, or refuse a proposed one"""
        _case(services, path)
        acts.remove(services, g.actor, [path.case_id])
        return "", 204


def _proposed(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.post("/datasets/<dataset_id>/proposals", tags=[DATASETS], responses={201: AddedOut})
    @needs("agent")
    def propose_cases(path: DatasetPath, body: CasesIn) -> tuple[Json, int]:
        """Propose cases

        They count once an editor has approved them.
        """
        added = acts.propose(
            services, g.actor, path.dataset_id, body.cases, body.origin, body.conversation_id
        )
        return _added(added), 201

    @blueprint.post(
        "/datasets/<dataset_id>/approvals", tags=[DATASETS], responses={200: VersionOfDataset}
    )
    @needs("editor")
    def approve_cases(path: DatasetPath, body: CaseIds) -> Json:
        """Let proposed cases count"""
        for case_id in body.case_ids:
            _case(services, CasePath(dataset_id=path.dataset_id, case_id=case_id))
        return {"version": acts.approve(services, g.actor, body.case_ids)}


def _from_talks(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.post("/agents/<agent_id>/proposals", tags=[DATASETS], responses={200: ProposedOut})
    @needs("agent")
    def collect_proposals(path: AgentPath, body: Days) -> Json:
        """Propose cases from conversations

        What people answered after a hand-off, and what nothing was found for. What was refused is
        not proposed again.
        """
        waiting = kept_talks.collect(services, g.actor, path.agent_id, body.days)
        return {"waiting": waiting}

    @blueprint.post(
        "/conversations/<conversation_id>/case", tags=[DATASETS], responses={201: AddedOut}
    )
    @needs("editor")
    def keep_conversation(path: ConversationPath) -> tuple[Json, int]:
        """Keep a conversation as a case of the agent that answered there"""
        return _added(kept_talks.keep(services, g.actor, path.conversation_id)), 201


def _added(added: Added) -> Json:
    return {"ids": list(added.ids), "version": added.version}


def _case(services: Services, path: CasePath) -> KeptCase:
    """Raises NotFound for a case of another dataset."""
    found = services.store.datasets.case(path.case_id)
    if found.dataset_id != path.dataset_id:
        raise NotFound("There is no case by that id.")
    return found


def _listed(name: str, rows: Any, shown: type[Out]) -> List[Any, tuple[float, str]]:
    """A list that is there already, oldest first."""

    def key(row: Any) -> tuple[float, str]:
        return row.created_at, row.id

    def fetch(after: tuple[float, str] | None, most: int) -> list[Any]:
        return [row for row in rows if after is None or key(row) > after][:most]

    return List(name, BY_MOMENT_AND_WORD, fetch, key, shown.of)
