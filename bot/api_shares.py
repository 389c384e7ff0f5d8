"""The API's shares: a version that some of the customers meet, and how it ends."""

from typing import Annotated, Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import Field

from actions import shares as acts
from actions.services import Services
from bot.access import needs
from bot.bodies import Body, Out
from bot.lists import BY_NUMBER, List, Listed, Page
from bot.schemas import AgentPath, VersionOut, number_of

SHARES = Tag(name="shares", description="A version that some of the customers meet")
Json = dict[str, Any]


class SharePath(AgentPath):
    """The agent's id and the share's number in the address."""

    share_id: Annotated[int, number_of("share")]


class PromoteIn(Body):
    """What is said when its version goes to all customers."""

    note: str = Field("", max_length=2_000)
    override: str = Field(
        "", max_length=2_000, description="why it goes out below its bar; an admin's sentence"
    )


class ShareOut(Out):
    """A share. `part`: of the customers, from 0 to 1. `comparison`: how many customers each side
    had, and of each measure its means, the interval of the difference, p and a verdict."""

    id: int
    channel: str
    address: str
    number: int
    version_id: str
    part: float
    settles_after: int
    note: str
    state: str
    comparison: Json
    evidence: Json
    released_by: str
    released_at: float
    ended_by: str
    ended_at: float | None


class SharesOut(Listed):
    """The shares of an agent, newest first."""

    shares: list[ShareOut]


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    agents, shares = services.store.agents, services.store.shares

    @blueprint.get("/agents/<agent_id>/shares", tags=[SHARES], responses={200: SharesOut})
    @needs("viewer")
    def list_shares(path: AgentPath, query: Page) -> Response:
        """List the shares of an agent, newest first

        One begins by a release with `share` below 1. How both sides do is looked at once a minute.
        """
        agent_id = agents.get(path.agent_id).id

        def fetch(before: int | None, limit: int) -> Any:
            return shares.of(agent_id, before or 0, limit)

        return List("shares", BY_NUMBER, fetch, lambda one: one.id, ShareOut.of).answer(query)

    @blueprint.post(
        "/agents/<agent_id>/shares/<share_id>/promote",
        tags=[SHARES],
        responses={200: VersionOut},
    )
    @needs("editor")
    def promote_share(path: SharePath, body: PromoteIn) -> Json:
        """Let its version answer all customers

        It is held against its bar as any release.
        """
        agents.get(path.agent_id)
        said = (path.agent_id, path.share_id, body.note, body.override)
        return VersionOut.of(acts.promote(services, g.actor, *said))

    @blueprint.post(
        "/agents/<agent_id>/shares/<share_id>/withdraw", tags=[SHARES], responses={204: None}
    )
    @needs("editor")
    def withdraw_share(path: SharePath) -> tuple[str, int]:
        """Let its customers meet again what all others do"""
        acts.withdraw(services, g.actor, agents.get(path.agent_id).id, path.share_id)
        return "", 204
