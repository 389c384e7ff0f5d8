"""The API's knowledge routes: give an agent files and pages, and see how far they are read."""

from typing import Any

from flask import Response, g, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from actions import sources
from actions.services import Services
from actions.sources import InUse
from agent.errors import NotFound
from bot.access import needs
from bot.failures import problem
from bot.schemas import (
    AgentPath,
    ProblemOut,
    SourceOut,
    SourcePath,
    SourcesOut,
    TakenFrom,
    TakenOut,
)
from bot.uploads import BODY, taken

KNOWLEDGE = Tag(name="knowledge", description="What an agent can look up")


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    blueprint.teardown_request(lambda _: request.close())  # uploads lie in temporary files

    @blueprint.post(
        "/agents/<agent_id>/knowledge",
        tags=[KNOWLEDGE],
        responses={202: TakenOut},
        openapi_extensions=BODY,
    )
    @needs("editor")
    def add_knowledge(path: AgentPath) -> tuple[dict[str, Any], int]:
        """Give the agent files or a page

        Send `files` as a form, or `{"url": ...}`, `{"text": ...}` or `{"pairs": ...}` as JSON.
        They are read in the background, into the agent's own base (one that no other agent looks
        into), which the draft then looks into; release the draft once for customers to profit.
        """
        agent = services.store.agents.get(path.agent_id)
        return {"sources": taken(services, sources.OwnBase(agent.id))}, 202

    @blueprint.get("/agents/<agent_id>/knowledge", tags=[KNOWLEDGE], responses={200: SourcesOut})
    @needs("viewer")
    def list_knowledge(path: AgentPath) -> dict[str, Any]:
        """See how far the agent's sources have been read"""
        return {
            "sources": [
                SourceOut.model_validate(source, from_attributes=True).model_dump()
                for source in sources.of_agent(services, path.agent_id)
            ]
        }

    @blueprint.delete(
        "/agents/<agent_id>/knowledge/<source_id>",
        tags=[KNOWLEDGE],
        responses={204: None, 409: ProblemOut},
    )
    @needs("editor")
    def remove_knowledge(path: SourcePath, query: TakenFrom) -> tuple[str, int]:
        """Remove a source

        It is found no more at once. Where other agents look it up, the answer is a 409 that names
        them, until `taken_from` does.
        """
        if path.source_id not in {one.id for one in sources.of_agent(services, path.agent_id)}:
            raise NotFound("This agent has no such source.")
        known = (path.agent_id, *query.taken_from.split(","))
        with sources.in_plain_errors():
            sources.remove(services, g.actor, path.source_id, known)
        return "", 204

    blueprint.register_error_handler(InUse, _in_use)


def _in_use(error: InUse) -> Response:
    names = ", ".join(agent.name for agent in error.agents)
    ids = ",".join(agent.id for agent in error.agents)
    fields = [{"field": "taken_from", "message": ids}]
    return problem(409, f"{names} look this up, too. Send taken_from to remove it.", fields)
