"""The API's agents: made, changed, put away. What is released of them is beside it."""

from typing import Any

from flask import Response, g, jsonify, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from actions import agents as acts
from actions import bundle
from actions.curated import answers_of
from actions.packing import pack
from actions.services import Services
from agent.errors import Invalid
from agent.spec import Spec
from bot.access import needs
from bot.etags import expect, tagged, unless_known
from bot.lists import BY_MOMENT_AND_WORD, List, newest_first
from bot.schemas import (
    AgentChange,
    AgentOut,
    AgentPath,
    AgentsOut,
    AgentsQuery,
    DuplicateIn,
    ProblemOut,
    ReleaseOut,
)
from store.agents.agents import Agent

AGENTS = Tag(name="agents", description="Make and change agents")
LOST: Any = dict.fromkeys((409, 412), ProblemOut)
Json = dict[str, Any]
_TEXT = {"application/yaml": {"schema": {"type": "string"}}}
_YAML: Any = {"content": _TEXT}
_FILE = {"requestBody": {"required": True, "content": _TEXT}}


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _agents(blueprint, services)
    _drafts(blueprint, services)
    _lives(blueprint, services)


def _agents(blueprint: APIBlueprint, services: Services) -> None:
    agents = services.store.agents

    @blueprint.post("/agents", tags=[AGENTS], responses={201: AgentOut})
    @needs("editor")
    def create_agent(body: Spec) -> Response:
        """Make an agent

        It answers at `POST /chat` at once; a release lets it answer on other channels.
        """
        return _made(services, acts.create_answering(services, g.actor, body))

    @blueprint.get("/agents", tags=[AGENTS], responses={200: AgentsOut})
    @needs("viewer")
    def list_agents(query: AgentsQuery) -> Response:
        """List the agents in use, or those put away"""
        live = agents.channels()

        def key(agent: Agent) -> tuple[float, str]:
            return agent.updated_at, agent.id

        fetch = newest_first(agents.list(query.archived), key)
        shown = List("agents", BY_MOMENT_AND_WORD, fetch, key, lambda one: agent_shown(one, live))
        return shown.answer(query)

    @blueprint.get("/agents/<agent_id>", tags=[AGENTS], responses={200: AgentOut})
    @needs("viewer")
    def read_agent(path: AgentPath) -> Response:
        """Read one agent

        `ETag` is the draft's revision.
        """
        return _shown(services, path.agent_id)

    @blueprint.patch("/agents/<agent_id>", tags=[AGENTS], responses={200: AgentOut, **LOST})
    @needs("editor")
    def change_agent(path: AgentPath, body: AgentChange) -> Response:
        """Change the draft

        Fields that are not sent stay. What customers meet changes with the next release. Send
        `If-Match` with the `ETag` that was read, or `revision`, and nobody's change is lost.
        """
        agent = agents.get(path.agent_id)
        revision = expect(agent.revision, body.revision)
        change = body.model_dump(mode="json", exclude_unset=True, exclude={"revision"})
        draft = Spec.model_validate(_merged(agent.draft.model_dump(mode="json"), change))
        acts.save(services, g.actor, agent.id, draft, revision)
        return _shown(services, agent.id)

    @blueprint.delete("/agents/<agent_id>", tags=[AGENTS], responses={204: None})
    @needs("editor")
    def archive_agent(path: AgentPath) -> tuple[str, int]:
        """Put an agent away

        Its conversations and versions stay. One that answers on a number cannot be put away.
        """
        acts.archive(services, g.actor, path.agent_id)
        return "", 204


def _lives(blueprint: APIBlueprint, services: Services) -> None:
    agents = services.store.agents

    @blueprint.post("/agents/<agent_id>/duplicate", tags=[AGENTS], responses={201: AgentOut})
    @needs("editor")
    def duplicate_agent(path: AgentPath, body: DuplicateIn) -> Response:
        """Make an agent of another one's draft"""
        return _made(services, acts.duplicate(services, g.actor, path.agent_id, body.name))

    @blueprint.post("/agents/<agent_id>/unarchive", tags=[AGENTS], responses={200: AgentOut})
    @needs("editor")
    def unarchive_agent(path: AgentPath) -> Response:
        """Take an agent back"""
        acts.unarchive(services, g.actor, path.agent_id)
        return _shown(services, path.agent_id)

    @blueprint.get("/agents/<agent_id>/bundle", tags=[AGENTS], responses={200: _YAML})
    @needs("viewer")
    def export_agent(path: AgentPath) -> Response:
        """Get an agent as one YAML file

        Its draft, curated answers and test cases; never a secret.
        """
        text = pack(services, agents.get(path.agent_id))
        return Response(text, mimetype="application/yaml")

    @blueprint.post(
        "/agents/bundles", tags=[AGENTS], responses={201: AgentOut}, openapi_extensions=_FILE
    )
    @needs("editor")
    def import_agent() -> Response:
        """Make an agent of such a file

        Send its text as the body. Bases of the names that it has are taken.
        """
        try:
            text = request.get_data().decode()
        except UnicodeDecodeError:
            raise Invalid("That file is not readable as YAML.") from None
        held = bundle.read(text)
        made = acts.bring(services, answers_of(services), g.actor, held, "API")
        return _made(services, made)


def _made(services: Services, agent_id: str) -> Response:
    answer = _shown(services, agent_id)
    answer.status_code = 201
    answer.headers["Location"] = f"/agents/{agent_id}"
    return answer


def _drafts(blueprint: APIBlueprint, services: Services) -> None:
    agents = services.store.agents

    @blueprint.get("/agents/<agent_id>/draft", tags=[AGENTS], responses={200: Spec, 304: None})
    @needs("viewer")
    def read_draft(path: AgentPath) -> Response:
        """Read the draft alone

        With `If-None-Match` and the `ETag` that was read, an unchanged one is a 304.
        """
        return unless_known(_draft(agents.get(path.agent_id)))

    @blueprint.put("/agents/<agent_id>/draft", tags=[AGENTS], responses={200: Spec, **LOST})
    @needs("editor")
    def replace_draft(path: AgentPath, body: Spec) -> Response:
        """Replace the whole draft

        Fields that are not sent have their usual values. Send `If-Match`, as for a change.
        """
        revision = expect(agents.get(path.agent_id).revision)
        acts.save(services, g.actor, path.agent_id, body, revision)
        return _draft(agents.get(path.agent_id))


def _merged(old: Json, change: Json) -> Json:
    merged = dict(old)
    for name, value in change.items():
        both = isinstance(value, dict) and isinstance(old.get(name), dict)
        merged[name] = _merged(old[name], value) if both else value
    return merged


def _draft(agent: Agent) -> Response:
    return tagged(jsonify(agent.draft.model_dump(mode="json")), agent.revision)


def _shown(services: Services, agent_id: str) -> Response:
    agent = services.store.agents.get(agent_id)
    return tagged(jsonify(agent_shown(agent, services.store.agents.channels())), agent.revision)


def agent_shown(agent: Agent, live: Any) -> Json:
    """Return *agent* as JSON; *live*: what answers where (`Agents.channels`)."""
    answers = [_release(one) for one in live if one.agent_id == agent.id]
    fields = {name: getattr(agent, name) for name in AgentOut.model_fields if name != "released"}
    return AgentOut(**fields, released=answers).model_dump(mode="json")


def _release(release: Any) -> ReleaseOut:
    return ReleaseOut(channel=release.channel, address=release.address, version=release.number)
