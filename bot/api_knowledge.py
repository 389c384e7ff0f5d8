"""The API's knowledge routes: give an agent files and pages, and see how far they are read."""

from typing import Any

from flask import g, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from actions import sources
from actions.services import Services
from agent.errors import Invalid
from bot.access import needs
from bot.schemas import AgentPath, PageIn, SourceOut, SourcesOut, TakenOut

MOST_BYTES = 25 * 1024 * 1024
MOST_FILES = 20
KNOWLEDGE = Tag(name="knowledge", description="What an agent can look up")
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}}
                    },
                }
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["url"],
                    "properties": {"url": {"type": "string", "format": "uri"}},
                }
            },
        },
    }
}


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *door*."""
    blueprint.teardown_request(lambda _: request.close())  # uploads lie in temporary files

    @blueprint.post(
        "/agents/<agent_id>/knowledge",
        tags=[KNOWLEDGE],
        responses={202: TakenOut},
        openapi_extensions=_BODY,
    )
    @needs("editor")
    def add_knowledge(path: AgentPath) -> tuple[dict[str, Any], int]:
        """Give the agent files or a page

        Send `files` as a form, or `{"url": ...}` as JSON. They are read in the background, into
        the agent's own base, which the draft then looks into; release the draft once for
        customers to profit.
        """
        request.max_content_length = MOST_BYTES
        agent = services.store.agents.get(path.agent_id)
        own = sources.OwnBase(agent.id)
        with sources.in_plain_errors():
            taken = _page(services, own) if request.is_json else _files(services, own)
        return {"sources": taken}, 202

    @blueprint.get("/agents/<agent_id>/knowledge", tags=[KNOWLEDGE], responses={200: SourcesOut})
    @needs("viewer")
    def list_knowledge(path: AgentPath) -> dict[str, Any]:
        """See how far the agent's sources have been read"""
        names = SourceOut.model_fields
        return {
            "sources": [
                {name: getattr(source, name) for name in names}
                for source in sources.of_agent(services, path.agent_id)
            ]
        }


def _page(services: Services, own: sources.OwnBase) -> list[dict[str, str]]:
    page = PageIn.model_validate(request.get_json(silent=True))
    return [{"id": sources.add_url(services, g.actor, own, page.url), "name": page.url}]


def _files(services: Services, own: sources.OwnBase) -> list[dict[str, str]]:
    files = [file for file in request.files.getlist("files") if file.filename]
    if not 1 <= len(files) <= MOST_FILES:
        raise Invalid(
            f'Send 1 to {MOST_FILES} files in the form field "files", or JSON with "url".'
        )
    return [_file(services, own, str(file.filename), file.stream) for file in files]


def _file(services: Services, own: sources.OwnBase, name: str, data: Any) -> dict[str, str]:
    return {"id": sources.add_file(services, g.actor, own, name, data), "name": name}
