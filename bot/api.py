"""The HTTP API over agents: make, change, release, put away. Knowledge and chat are beside it."""

import math
from typing import Any

from flask import Response, current_app, g, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from actions import agents as acts
from actions import releases
from actions.releases import Wish
from actions.services import Services
from agent.bounded_json import is_tangled
from agent.errors import EditConflict, NotFound
from agent.spec import Spec
from bot import api_chat, api_knowledge
from bot.access import Access, needs, role_of
from bot.failures import problem
from bot.schemas import (
    AgentChange,
    AgentOut,
    AgentPath,
    AgentsOut,
    ProblemOut,
    ReleaseIn,
    ReleaseOut,
    VersionOut,
    VersionsOut,
)
from store.agents.agents import Agent, Release, Version

AGENTS = Tag(name="agents", description="Make, change and release agents")
Json = dict[str, Any]


def api(services: Services, access: Access, chat_seconds: float) -> APIBlueprint:
    """Return every route that a token opens."""
    problems: Any = dict.fromkeys((401, 403, 404, 422, 429), ProblemOut)
    blueprint = APIBlueprint(
        "api",
        __name__,
        abp_security=[{"key": []}],
        abp_responses=problems,
    )
    blueprint.before_request(lambda: access.refuse(request, _needed()) or _unstorable())
    _agents(blueprint, services)
    _versions(blueprint, services)
    api_knowledge.add(blueprint, services)
    api_chat.add(blueprint, services, chat_seconds)
    return blueprint


def _agents(blueprint: APIBlueprint, services: Services) -> None:
    agents = services.store.agents

    @blueprint.post("/agents", tags=[AGENTS], responses={201: AgentOut})
    @needs("editor")
    def create_agent(body: Spec) -> tuple[Json, int, Json]:
        """Make an agent

        It answers at `POST /chat` at once; a release lets it answer on other channels.
        """
        agent_id = acts.create_answering(services, g.actor, body)
        return _shown(services, agents.get(agent_id)), 201, {"Location": f"/agents/{agent_id}"}

    @blueprint.get("/agents", tags=[AGENTS], responses={200: AgentsOut})
    @needs("viewer")
    def list_agents() -> Json:
        """List the agents in use"""
        live = agents.channels()
        return {"agents": [_agent(agent, live) for agent in agents.list()]}

    @blueprint.get("/agents/<agent_id>", tags=[AGENTS], responses={200: AgentOut})
    @needs("viewer")
    def read_agent(path: AgentPath) -> Json:
        """Read one agent"""
        return _shown(services, agents.get(path.agent_id))

    @blueprint.patch(
        "/agents/<agent_id>", tags=[AGENTS], responses={200: AgentOut, 409: ProblemOut}
    )
    @needs("editor")
    def change_agent(path: AgentPath, body: AgentChange) -> Json:
        """Change the draft

        Fields that are not sent stay. What customers meet changes with the next release.
        """
        agent = agents.get(path.agent_id)
        if body.revision not in (None, agent.revision):
            raise EditConflict
        change = body.model_dump(mode="json", exclude_unset=True, exclude={"revision"})
        draft = Spec.model_validate(_merged(agent.draft.model_dump(mode="json"), change))
        acts.save(services, g.actor, agent.id, draft, agent.revision)
        return _shown(services, agents.get(agent.id))

    @blueprint.delete("/agents/<agent_id>", tags=[AGENTS], responses={204: None})
    @needs("editor")
    def archive_agent(path: AgentPath) -> tuple[str, int]:
        """Put an agent away

        Its conversations and versions stay. One that answers on a number cannot be put away.
        """
        acts.archive(services, g.actor, path.agent_id)
        return "", 204


def _versions(blueprint: APIBlueprint, services: Services) -> None:
    agents = services.store.agents

    @blueprint.post(
        "/agents/<agent_id>/release", tags=[AGENTS], responses={200: VersionOut, 409: ProblemOut}
    )
    @needs("editor")
    def release_agent(path: AgentPath, body: ReleaseIn) -> Json:
        """Let a version answer on an address

        It is checked first; what keeps it back is a 422 with a sentence for each. Where another
        agent answers, the answer is a 409 that names it, until `replaces` does.
        """
        chosen = _numbered(services, path.agent_id, body.version) if body.version else ""
        wish = Wish(
            path.agent_id,
            body.channel,
            body.address,
            body.revision or 0,
            chosen,
            body.note,
            body.replaces,
            despite_warnings=True,
        )
        version = releases.release(services, g.actor, wish)
        return _version(version)

    @blueprint.get("/agents/<agent_id>/versions", tags=[AGENTS], responses={200: VersionsOut})
    @needs("viewer")
    def list_versions(path: AgentPath) -> Json:
        """List the versions of an agent"""
        agent = agents.get(path.agent_id)
        return {"versions": [_version(version) for version in agents.versions(agent.id)]}


def _needed() -> str:
    return role_of(current_app.view_functions[str(request.endpoint)])


def _unstorable() -> Response | None:
    """Refuse infinite numbers, and tangles before they are parsed. Texts are mended when read."""
    if not request.is_json:
        return None
    if is_tangled(request.get_data()):
        return problem(413, "This has too many values, or they lie too deep.")
    if not _storable(request.get_json(silent=True)):
        return problem(422, "The JSON has a value that cannot be stored.")
    return None


def _storable(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_storable, value.values()))
    return all(map(_storable, value)) if isinstance(value, list) else True


def _merged(old: Json, change: Json) -> Json:
    merged = dict(old)
    for name, value in change.items():
        both = isinstance(value, dict) and isinstance(old.get(name), dict)
        merged[name] = _merged(old[name], value) if both else value
    return merged


def _numbered(services: Services, agent_id: str, number: int) -> str:
    for version in services.store.agents.versions(agent_id):
        if version.number == number:
            return version.id
    raise NotFound(f"This agent has no version {number}.")


def _shown(services: Services, agent: Agent) -> Json:
    return _agent(agent, services.store.agents.channels())


def _agent(agent: Agent, live: Any) -> Json:
    answers = [_release(one) for one in live if one.agent_id == agent.id]
    fields = {name: getattr(agent, name) for name in AgentOut.model_fields if name != "released"}
    return AgentOut(**fields, released=answers).model_dump(mode="json")


def _release(release: Release) -> ReleaseOut:
    return ReleaseOut(channel=release.channel, address=release.address, version=release.number)


def _version(version: Version) -> Json:
    fields = {name: getattr(version, name) for name in VersionOut.model_fields}
    return VersionOut(**fields).model_dump(mode="json")
