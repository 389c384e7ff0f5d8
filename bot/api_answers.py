"""The API's answers: what staff say themselves, what they correct, and what a search finds."""

import threading
from typing import Annotated, Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from actions import curated as acts
from actions import lookups
from actions.lookups import Kind, NotLookedUp
from actions.services import Services
from actions.sources import in_plain_errors
from bot.access import needs
from bot.api_bases import BasePath
from bot.api_sources import PassageOut
from bot.bodies import Body, Out
from bot.lists import BY_NUMBER, List, Listed, Page, newest_first
from bot.schemas import ProblemOut, number_of

ANSWERS = Tag(name="answers", description="What the team says, corrects and looks up")
MOST_WAITING = 4  # of the server's threads; the rest stay free for webhooks
SEARCH_SECONDS, MEASURE_SECONDS = 20.0, 120.0
LATE: Any = {503: ProblemOut}
Json = dict[str, Any]
plainly = in_plain_errors()


class AnswerPath(Body):
    """The answer's number in the address."""

    answer_id: Annotated[int, number_of("answer")]


class PassagePath(Body):
    """The passage's number in the address."""

    passage_id: Annotated[int, number_of("passage")]


class AnswerIn(Body):
    """A question customers ask, and what they are to be told."""

    question: str = Field(min_length=1, max_length=300)
    answer: str = Field(min_length=1, max_length=4_000)


class PassageIn(Body):
    """What a passage is to say."""

    text: str = Field(min_length=1, max_length=8_000)


class SearchIn(Body):
    """What is looked for."""

    question: str = Field(min_length=1, max_length=lookups.LONGEST_QUESTION)


class CuratedOut(Out):
    """An answer of the team: found like any passage, and first when it fits well."""

    id: int
    base_id: str
    question: str
    answer: str
    created_by: str
    created_at: float
    changed_by: str
    changed_at: float


class CuratedsOut(Listed):
    """The team's answers in a base, the newest first."""

    answers: list[CuratedOut]


class MadeOut(BaseModel):
    """The number of what was made."""

    id: int


class FoundOut(BaseModel):
    """The passages that answer a question, best first; none when nothing fits."""

    passages: list[dict[str, Any]]


class MeasuredOut(BaseModel):
    """What each way of searching is worth, and the rank of every question's answer by it."""

    ways: list[dict[str, Any]]
    ranks: list[dict[str, Any]]


class AdviceOut(BaseModel):
    """The settings that did best on the saved questions; `PATCH /bases/{id}` takes them."""

    best: dict[str, Any]
    is_change: bool
    trials: list[dict[str, Any]]


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _answers(blueprint, services)
    _passages(blueprint, services)
    _lookups(blueprint, services)


def _answers(blueprint: APIBlueprint, services: Services) -> None:
    curated = acts.answers_of(services)

    @blueprint.get("/bases/<base_id>/answers", tags=[ANSWERS], responses={200: CuratedsOut})
    @needs("viewer")
    @plainly
    def list_answers(path: BasePath, query: Page) -> Response:
        """List the team's own answers in a base"""
        found = newest_first(curated.of(services.sources.base(path.base_id).id), _id)
        return List("answers", BY_NUMBER, found, _id, CuratedOut.of).answer(query)

    @blueprint.post("/bases/<base_id>/answers", tags=[ANSWERS], responses={201: MadeOut})
    @needs("editor")
    @plainly
    def add_answer(path: BasePath, body: AnswerIn) -> tuple[Json, int]:
        """Keep an answer of the team

        It is found from the next search on.
        """
        given = (services, curated, g.actor, path.base_id)
        return {"id": acts.add(*given, body.question, body.answer)}, 201

    @blueprint.put("/answers/<answer_id>", tags=[ANSWERS], responses={204: None})
    @needs("editor")
    @plainly
    def change_answer(path: AnswerPath, body: AnswerIn) -> tuple[str, int]:
        """Replace an answer of the team"""
        given = (services, curated, g.actor, path.answer_id)
        acts.change(*given, body.question, body.answer)
        return "", 204

    @blueprint.delete("/answers/<answer_id>", tags=[ANSWERS], responses={204: None})
    @needs("editor")
    @plainly
    def remove_answer(path: AnswerPath) -> tuple[str, int]:
        """Forget an answer of the team"""
        acts.remove(services, curated, g.actor, path.answer_id)
        return "", 204


def _passages(blueprint: APIBlueprint, services: Services) -> None:
    corrections = acts.corrections_of(services)

    @blueprint.get("/passages/<passage_id>", tags=[ANSWERS], responses={200: PassageOut})
    @needs("viewer")
    @plainly
    def read_passage(path: PassagePath) -> Json:
        """Read the passage that a citation or a trace names"""
        return _passage(services, path)

    @blueprint.put("/passages/<passage_id>", tags=[ANSWERS], responses={200: PassageOut})
    @needs("editor")
    @plainly
    def correct_passage(path: PassagePath, body: PassageIn) -> Json:
        """Have a passage say something else

        It does so after its source is read again, too, where that says the same as before.
        """
        acts.correct(services, corrections, g.actor, path.passage_id, body.text)
        return _passage(services, path)

    @blueprint.post("/passages/<passage_id>/silence", tags=[ANSWERS], responses={200: PassageOut})
    @needs("editor")
    @plainly
    def silence_passage(path: PassagePath) -> Json:
        """Have a passage found no more"""
        acts.silence(services, corrections, g.actor, path.passage_id)
        return _passage(services, path)

    @blueprint.post("/passages/<passage_id>/restore", tags=[ANSWERS], responses={200: PassageOut})
    @needs("editor")
    @plainly
    def restore_passage(path: PassagePath) -> Json:
        """Have a passage as it was read"""
        acts.restore(services, corrections, g.actor, path.passage_id)
        return _passage(services, path)


def _lookups(blueprint: APIBlueprint, services: Services) -> None:
    places = threading.BoundedSemaphore(MOST_WAITING)

    def asked(kind: Kind, path: BasePath, question: str, seconds: float) -> Any:
        if not places.acquire(blocking=False):
            raise NotLookedUp("Too many wait for a worker at once. Try again in a moment.")
        try:
            return lookups.ask(services, g.actor, kind, path.base_id, question, seconds=seconds)
        finally:
            places.release()

    @blueprint.post("/bases/<base_id>/search", tags=[ANSWERS], responses={200: FoundOut, **LATE})
    @needs("viewer")
    @plainly
    def search_base(path: BasePath, body: SearchIn) -> Json:
        """Search a base as an agent would

        A worker searches; when none is free in time, the answer is a 503.
        """
        return {"passages": asked("search", path, body.question, SEARCH_SECONDS)}

    @blueprint.post(
        "/bases/<base_id>/measure", tags=[ANSWERS], responses={200: MeasuredOut, **LATE}
    )
    @needs("editor")
    @plainly
    def measure_base(path: BasePath) -> Any:
        """Ask every saved question by every way of searching"""
        return asked("measure", path, "", MEASURE_SECONDS)

    @blueprint.post("/bases/<base_id>/advice", tags=[ANSWERS], responses={200: AdviceOut, **LATE})
    @needs("editor")
    @plainly
    def advise_base(path: BasePath) -> Any:
        """Try other settings on the saved questions; nothing is changed"""
        return asked("advise", path, "", MEASURE_SECONDS)


def _passage(services: Services, path: PassagePath) -> Json:
    return PassageOut.of(services.sources.chunk(path.passage_id))


def _id(row: Any) -> int:
    return int(row.id)
