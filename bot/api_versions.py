"""The API's versions: what is released of an agent, what differs, what comes back."""

from dataclasses import asdict, replace
from typing import Any

from flask import Response, g, jsonify
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from actions import releases as acts
from actions.releases import Wish
from actions.services import Services
from agent.difference import difference
from agent.errors import NotFound
from agent.spec import Spec
from bot.access import needs
from bot.api_agents import LOST
from bot.etags import expect, tagged
from bot.lists import BY_NUMBER, List, Page, newest_first
from bot.release_check import looked_at
from bot.schemas import AgentPath, ReleaseIn, VersionOut, VersionsOut
from bot.version_shapes import (
    CheckIn,
    CheckOut,
    DifferenceOut,
    DifferenceQuery,
    PastReleaseOut,
    PastReleasesOut,
    RestoreIn,
    VersionPath,
)
from store.agents.agents import Version

VERSIONS = Tag(name="versions", description="Release an agent, look back, roll back")
Json = dict[str, Any]


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _versions(blueprint, services)
    _releases(blueprint, services)


def _versions(blueprint: APIBlueprint, services: Services) -> None:
    agents = services.store.agents

    @blueprint.get("/agents/<agent_id>/versions", tags=[VERSIONS], responses={200: VersionsOut})
    @needs("viewer")
    def list_versions(path: AgentPath, query: Page) -> Response:
        """List the versions of an agent, newest first"""
        found = agents.versions(agents.get(path.agent_id).id)
        return List(
            "versions", BY_NUMBER, newest_first(found, _number), _number, VersionOut.of
        ).answer(query)

    @blueprint.get(
        "/agents/<agent_id>/versions/<number>", tags=[VERSIONS], responses={200: VersionOut}
    )
    @needs("viewer")
    def read_version(path: VersionPath) -> Json:
        """Read one version"""
        return VersionOut.of(numbered(services, path.agent_id, path.number))

    @blueprint.get("/agents/<agent_id>/difference", tags=[VERSIONS], responses={200: DifferenceOut})
    @needs("viewer")
    def read_difference(path: AgentPath, query: DifferenceQuery) -> Json:
        """Compare two versions, or a version with the draft

        Field by field, with the words that stayed, went and came.
        """
        before, after = (
            spec_of(services, path.agent_id, one) for one in (query.before, query.after)
        )
        return {"changes": [asdict(change) for change in difference(before, after)]}

    @blueprint.post(
        "/agents/<agent_id>/versions/<number>/restore",
        tags=[VERSIONS],
        responses={200: Spec, **LOST},
    )
    @needs("editor")
    def restore_version(path: VersionPath, body: RestoreIn) -> Response:
        """Take a version back into the draft

        What customers meet stays. Send `If-Match` or `revision`, as for a change.
        """
        version = numbered(services, path.agent_id, path.number)
        revision = expect(agents.get(path.agent_id).revision, body.revision)
        acts.restore(services, g.actor, version.id, revision)
        agent = agents.get(path.agent_id)
        return tagged(jsonify(agent.draft.model_dump(mode="json")), agent.revision)


def _releases(blueprint: APIBlueprint, services: Services) -> None:
    agents = services.store.agents

    @blueprint.get("/agents/<agent_id>/releases", tags=[VERSIONS], responses={200: PastReleasesOut})
    @needs("viewer")
    def list_releases(path: AgentPath, query: Page) -> Response:
        """List what was released where, by whom, newest first"""
        agent_id = agents.get(path.agent_id).id

        def fetch(before: int | None, limit: int) -> Any:
            return agents.releases(agent_id, limit, before or 0)

        shown = List("releases", BY_NUMBER, fetch, lambda one: one.id, PastReleaseOut.of)
        return shown.answer(query)

    @blueprint.get("/agents/<agent_id>/check", tags=[VERSIONS], responses={200: CheckOut})
    @needs("viewer")
    def check_release(path: AgentPath, query: CheckIn) -> Json:
        """Look at what a release would meet

        Errors keep it back, warnings ask a person; `replaced` is the agent that would fall silent.
        """
        agent = agents.get(path.agent_id)
        chosen = _chosen(services, agent.id, query.version)
        wish = Wish(agent.id, query.channel, query.address, 0, chosen)
        wish = replace(wish, address=acts.address_of(services, agent, wish))
        return looked_at(acts.outlook(services, agent, wish))

    @blueprint.post(
        "/agents/<agent_id>/release", tags=[VERSIONS], responses={200: VersionOut, **LOST}
    )
    @needs("editor")
    def release_agent(path: AgentPath, body: ReleaseIn) -> Json:
        """Let a version answer on an address

        It is checked first; what keeps it back is a 422 with a sentence for each. Where another
        agent answers, the answer is a 409 that names it, until `replaces` does. An older version
        is a roll-back. `If-Match` or `revision` says which draft was looked at. A bar that is
        missed keeps it back too, until an admin's `override` says why it goes out all the same.
        With a `share` some customers meet it, always the same ones, and the others what was there.
        """
        agent = agents.get(path.agent_id)
        wish = Wish(
            agent.id,
            body.channel,
            body.address,
            expect(agent.revision, body.revision),
            _chosen(services, agent.id, body.version),
            body.note,
            body.replaces,
            despite_warnings=True,
            override=body.override,
            shown=[one.shown() for one in body.evidence],
            share=body.share,
            settles_after=body.settles_after,
        )
        return VersionOut.of(acts.release(services, g.actor, wish))


def _chosen(services: Services, agent_id: str, number: int | None) -> str:
    return numbered(services, agent_id, number).id if number else ""


def _number(version: Version) -> int:
    return version.number


def numbered(services: Services, agent_id: str, number: int) -> Version:
    """Return a version by its number. Raises NotFound."""
    agent = services.store.agents.get(agent_id)
    for version in services.store.agents.versions(agent.id):
        if version.number == number:
            return version
    raise NotFound(f"This agent has no version {number}.")


def spec_of(services: Services, agent_id: str, which: str) -> Spec:
    """Return the spec that `draft` or a version's number stands for."""
    if which == "draft":
        return services.store.agents.get(agent_id).draft
    return numbered(services, agent_id, int(which)).spec
