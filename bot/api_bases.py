"""The API's knowledge bases: made, filled, tuned, measured by questions, embedded anew."""

from dataclasses import asdict
from typing import Annotated, Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import Field

from actions import names
from actions import sources as acts
from actions.services import Services
from bot.access import needs
from bot.bodies import Body, Out
from bot.lists import BY_MOMENT_AND_WORD, BY_NUMBER, BY_WORD, List, Listed, Page, newest_first
from bot.schemas import ProblemOut, SourceOut, TakenFrom, TakenOut, id_of, number_of
from bot.uploads import BODY, taken

BASES = Tag(name="bases", description="Knowledge bases, and what they are measured by")
Json = dict[str, Any]
Share = Annotated[float, Field(ge=0, le=1)]
plainly = acts.in_plain_errors()


class BasePath(Body):
    """The base's id in the address."""

    base_id: Annotated[str, id_of("knowledge base")]


class QuestionPath(Body):
    """The question's number in the address."""

    question_id: Annotated[int, number_of("question")]


class BaseIn(Body):
    """A new base."""

    name: str = Field(min_length=1, max_length=100)


class TuningIn(Body):
    """What a base is called and how it is searched. What is not sent stays as it is."""

    name: str | None = Field(None, min_length=1, max_length=120)
    words: Share | None = Field(None, description="of the lexical score; n-grams have the rest")
    vector: Share | None = Field(None, description="of the whole score")
    threshold: Share | None = Field(None, description="what is worth less is not found")
    vector_low: Share | None = Field(None, description="a cosine that says nothing")
    vector_high: Share | None = Field(None, description="a cosine that says it is this")
    rerank: bool | None = None
    chunk_tokens: int | None = Field(None, ge=60, le=1_000, description="for the next reading")


class QuestionIn(Body):
    """A question and the place of its answer; without a source nothing may be found for it."""

    question: str = Field(min_length=1, max_length=1_000)
    source: str = Field("", max_length=300, description="by the name staff know")
    expect: str = Field("", max_length=4_000, description="words the passage must hold")
    page: int | None = Field(None, ge=1, le=2**31 - 1)
    row: int | None = Field(None, ge=1, le=2**31 - 1)


class RebuildOut(Out):
    """How far a base has come to another model."""

    provider: str
    model: str
    dimension: int
    state: str
    done: int
    total: int
    error: str
    error_code: str


class BaseOut(Out):
    """A base: the model it is embedded by, and what it holds."""

    id: str
    name: str
    provider: str
    model: str
    dimension: int
    revision: int
    sources: int
    passages: int


class WholeBaseOut(BaseOut):
    """A base with how it is searched, who looks into it, and how far a rebuild is."""

    tuning: dict[str, Any]
    used_by: list[str] = Field(description="ids of agents")
    rebuild: RebuildOut | None


class BasesOut(Listed):
    """The bases."""

    bases: list[BaseOut]


class BaseSourcesOut(Listed):
    """The sources of a base, the newest first."""

    sources: list[SourceOut]


class QuestionOut(Out):
    """A question that a base is measured by."""

    id: int
    question: str
    source: str
    expect: str
    page: int | None
    row: int | None


class QuestionsOut(Listed):
    """The questions of a base, the newest first."""

    questions: list[QuestionOut]


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _bases(blueprint, services)
    _one_base(blueprint, services)
    _filling(blueprint, services)
    _questions(blueprint, services)


def _bases(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.get("/bases", tags=[BASES], responses={200: BasesOut})
    @needs("viewer")
    def list_bases(query: Page) -> Response:
        """List the knowledge bases"""
        found = newest_first(services.sources.bases(), _id)
        return List("bases", BY_WORD, found, _id, BaseOut.of).answer(query)

    @blueprint.post("/bases", tags=[BASES], responses={201: WholeBaseOut})
    @needs("editor")
    @plainly
    def create_base(body: BaseIn) -> tuple[Json, int]:
        """Make an empty base

        It is embedded by the model in force.
        """
        return _whole(services, acts.new_base(services, g.actor, body.name)), 201


def _one_base(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.get("/bases/<base_id>", tags=[BASES], responses={200: WholeBaseOut})
    @needs("viewer")
    @plainly
    def read_base(path: BasePath) -> Json:
        """Read one base"""
        return _whole(services, path.base_id)

    @blueprint.patch("/bases/<base_id>", tags=[BASES], responses={200: WholeBaseOut})
    @needs("editor")
    @plainly
    def tune_base(path: BasePath, body: TuningIn) -> Json:
        """Rename a base, or change how it is searched"""
        if body.name is not None:
            names.rename_base(services, g.actor, path.base_id, body.name)
        now = acts.Tuning.of(services.sources.base(path.base_id).tuning)
        changes = body.model_dump(exclude_unset=True, exclude_none=True, exclude={"name"})
        if changes:
            acts.tune(services, g.actor, path.base_id, now.but(**changes))
        return _whole(services, path.base_id)

    @blueprint.delete("/bases/<base_id>", tags=[BASES], responses={204: None, 409: ProblemOut})
    @needs("editor")
    @plainly
    def remove_base(path: BasePath, query: TakenFrom) -> tuple[str, int]:
        """Remove an empty base

        Where agents look into it, the answer is a 409 that names them, until `taken_from` does.
        """
        acts.remove_base(services, g.actor, path.base_id, query.taken_from.split(","))
        return "", 204

    @blueprint.post("/bases/<base_id>/rebuild", tags=[BASES], responses={202: WholeBaseOut})
    @needs("editor")
    @plainly
    def rebuild_base(path: BasePath) -> tuple[Json, int]:
        """Have a base embedded by the model in force

        Its searches go on meanwhile.
        """
        acts.rebuild(services, g.actor, path.base_id)
        return _whole(services, path.base_id), 202

    @blueprint.delete("/bases/<base_id>/rebuild", tags=[BASES], responses={204: None})
    @needs("editor")
    @plainly
    def stop_rebuild(path: BasePath) -> tuple[str, int]:
        """Stay with the model that a base has"""
        acts.stop_rebuild(services, g.actor, path.base_id)
        return "", 204


def _filling(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.get("/bases/<base_id>/sources", tags=[BASES], responses={200: BaseSourcesOut})
    @needs("viewer")
    @plainly
    def list_sources(path: BasePath, query: Page) -> Response:
        """List the sources of a base, and how far each has been read"""
        base = services.sources.base(path.base_id)

        def key(source: Any) -> tuple[float, str]:
            return source.created_at, source.id

        found = newest_first(services.sources.list(base.id), key)
        return List("sources", BY_MOMENT_AND_WORD, found, key, SourceOut.of).answer(query)

    @blueprint.post(
        "/bases/<base_id>/sources",
        tags=[BASES],
        responses={202: TakenOut},
        openapi_extensions=BODY,
    )
    @needs("editor")
    @plainly
    def add_sources(path: BasePath) -> tuple[Json, int]:
        """Give a base files, a page, a site, a text or pairs

        They are read in the background.
        """
        return {"sources": taken(services, services.sources.base(path.base_id).id)}, 202


def _questions(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.get("/bases/<base_id>/questions", tags=[BASES], responses={200: QuestionsOut})
    @needs("viewer")
    @plainly
    def list_questions(path: BasePath, query: Page) -> Response:
        """List the questions that a base is measured by"""
        base = services.sources.base(path.base_id)
        found = newest_first(services.pairs.list(base.id), _id)
        return List("questions", BY_NUMBER, found, _id, QuestionOut.of).answer(query)

    @blueprint.post("/bases/<base_id>/questions", tags=[BASES], responses={201: QuestionOut})
    @needs("editor")
    @plainly
    def add_question(path: BasePath, body: QuestionIn) -> tuple[Json, int]:
        """Keep a question with the place of its answer"""
        made = acts.add_pair(services, g.actor, path.base_id, acts.Pair(**body.model_dump()))
        return {"id": made, **body.model_dump()}, 201

    @blueprint.delete("/questions/<question_id>", tags=[BASES], responses={204: None})
    @needs("editor")
    @plainly
    def remove_question(path: QuestionPath) -> tuple[str, int]:
        """Forget a question"""
        acts.remove_pair(services, g.actor, path.question_id)
        return "", 204


def _id(row: Any) -> Any:
    return row.id


def _whole(services: Services, base_id: str) -> Json:
    base = services.sources.base(base_id, counted=True)
    progress = services.rebuilds.progress(base_id)
    return WholeBaseOut.of(
        {
            **vars(base),
            "tuning": asdict(acts.Tuning.of(base.tuning)),
            "used_by": [agent.id for agent in acts.users(services, base_id)],
            "rebuild": progress,
        }
    )
