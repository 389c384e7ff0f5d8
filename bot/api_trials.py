"""The API's trials: what an agent would answer as it is, was, or might be. Nothing is kept."""

import threading
from typing import Annotated, Any, Literal

from flask import g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actions import trials as acts
from actions.lookups import NotLookedUp
from actions.services import Services
from agent.answer import Author, Outcome, Said
from agent.spec import Spec
from bot.access import needs
from bot.api_versions import spec_of
from bot.bodies import Body
from bot.schemas import AgentPath, ProblemOut, Which

TRIALS = Tag(name="trials", description="Try what an agent would answer")
MOST_WAITING = 8  # of the server's threads; the rest stay free for webhooks
LATE: Any = {503: ProblemOut}
Json = dict[str, Any]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=acts.LONGEST_LINE),
]


class SaidIn(Body):
    """One line of what was said before."""

    author: Literal["customer", "agent", "human"]
    text: Line


class AskIn(Body):
    """What is asked of whom: the draft, a version by its number, or a spec that is sent."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"lines": ["¿Qué garantía tienen?"], "version": "draft"}}
    )

    lines: list[Line] = Field(min_length=1, max_length=acts.MOST_LINES)
    history: list[SaidIn] = Field([], max_length=acts.MOST_HISTORY)
    version: Which = "draft"
    spec: Spec | None = Field(None, description="answers in the place of what is kept")


class TrialOut(BaseModel):
    """The answer, with every step that led to it."""

    text: str
    outcome: Outcome
    citations: list[dict[str, Any]]
    language: str
    model: str
    usage: dict[str, Any]
    trace: list[dict[str, Any]]
    error: str
    handoff: dict[str, Any] | None
    prompt: str
    missed: str


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the route to *blueprint*."""
    places = threading.BoundedSemaphore(MOST_WAITING)

    @blueprint.post("/agents/<agent_id>/ask", tags=[TRIALS], responses={200: TrialOut, **LATE})
    @needs("agent")
    def ask_agent(path: AgentPath, body: AskIn) -> Json:
        """Try what an agent would answer

        A worker answers as it would a customer; nothing is kept and nothing is sent. When none
        is free in time, the answer is a 503.
        """
        kept = spec_of(services, path.agent_id, body.version)
        said = [Said(Author(one.author), one.text) for one in body.history]
        if not places.acquire(blocking=False):
            raise NotLookedUp("Too many wait for a worker at once. Try again in a moment.")
        try:
            found = acts.ask(services, g.actor, body.spec or kept, body.lines, said)
        finally:
            places.release()
        return TrialOut.model_validate(found).model_dump(mode="json")
