"""Releases: let a version answer on an address, or take one back into the draft.

A release is refused, whoever asks, while the check finds an error, while the draft is not the one
that was looked at, and while it would silence another agent that the caller did not name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from actions.audited import audited
from actions.checks import Finding, check
from actions.experiments import evidence
from actions.services import Services
from actions.world import world_of
from agent.actor import Actor
from agent.errors import AgentError, EditConflict, Invalid, NotFound
from store.agents.agents import Agent, Release, Version

DAY = 86_400.0  # seconds


@dataclass(frozen=True)
class Wish:
    """What is to answer where, as whoever asks has seen it.

    The draft at `revision` (0: whatever it is now), or the existing version `version_id`.
    `replaces` is the id of the agent that is known to fall silent there.
    """

    agent_id: str
    channel: str
    address: str
    revision: int = 0
    version_id: str = ""
    note: str = ""
    replaces: str = ""
    despite_warnings: bool = False


@dataclass(frozen=True)
class Replaced:
    """An agent that would fall silent, and how many customers wrote there in the last day."""

    release: Release
    wrote: int


@dataclass(frozen=True)
class Outlook:
    """What a release would meet."""

    findings: Sequence[Finding] = ()
    replaced: Replaced | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def errors(self) -> list[Finding]:
        """What keeps the release back, whatever anybody says."""
        return [finding for finding in self.findings if finding.level == "error"]


class KeptBack(AgentError):
    """Something keeps this release back, or has to be confirmed first."""

    def __init__(self, outlook: Outlook) -> None:
        self.outlook = outlook
        super().__init__()


def release(services: Services, actor: Actor, wish: Wish) -> Version:
    """Let the draft, or an existing version, answer on an address.

    Raises Forbidden, NotFound, Invalid for a channel or address that is none, EditConflict when
    the draft is not at `wish.revision` any more, and KeptBack.
    """
    with audited(services, actor, "editor") as note:
        agent = services.store.agents.locked(wish.agent_id)
        wish = replace(wish, address=address_of(services, agent, wish))
        if wish.revision not in (0, agent.revision):
            raise EditConflict
        found = outlook(services, agent, wish)
        _refuse(found, wish)
        version = _pointed(services, actor, wish, found.evidence)
        done = "agent rolled back" if wish.version_id else "agent released"
        note(done, version.id, f"{version.label} {wish.channel} {wish.address}")
    return version


def address_of(services: Services, agent: Agent, wish: Wish) -> str:
    """Return the address that is meant, as the channel writes it: an agent's own, or ours.

    Raises Invalid for a channel that is none, and for the id of another agent.
    """
    given, channel = wish.address.strip(), services.channels.get(wish.channel)
    if channel is None:
        raise Invalid(f"Choose a channel out of {', '.join(services.channels)}.")
    if not channel.own_addresses:
        return channel.spelled(given or channel.our_address(services.settings))
    if given not in ("", agent.id):
        raise Invalid(f"On {wish.channel} an agent's address is its own id.")
    return agent.id


def outlook(services: Services, agent: Agent, wish: Wish) -> Outlook:
    """Return what a release of *agent* as *wish* says would meet. Raises NotFound."""
    spec = _version(services, wish).spec if wish.version_id else agent.draft
    return Outlook(
        check(spec, world_of(services, spec), wish.channel),
        _replaced(services, wish),
        evidence(services, agent.id, spec),
    )


def restore(services: Services, actor: Actor, version_id: str, revision: int) -> Version:
    """Take a version back into the draft that was read at *revision*.

    Raises Forbidden, NotFound, EditConflict.
    """
    with audited(services, actor, "editor") as note:
        version = services.store.agents.version(version_id)
        services.store.agents.save_draft(version.agent_id, version.spec, revision, actor.name)
        note("version restored", version.id, f"v{version.number}")
    return version


def _version(services: Services, wish: Wish) -> Version:
    version = services.store.agents.version(wish.version_id)
    if version.agent_id != wish.agent_id:
        raise NotFound("This agent has no such version.")
    return version


def _refuse(found: Outlook, wish: Wish) -> None:
    asks = bool(found.findings) and not (wish.despite_warnings or wish.version_id)
    silences = found.replaced is not None and found.replaced.release.agent_id != wish.replaces
    if found.errors or asks or silences:
        raise KeptBack(found)


def _pointed(services: Services, actor: Actor, wish: Wish, evidence: Mapping[str, Any]) -> Version:
    agents, where = services.store.agents, (wish.channel, wish.address)
    if wish.version_id:
        return agents.release(wish.version_id, *where, actor.name, wish.note, evidence)
    return agents.release_draft(wish.agent_id, *where, actor.name, wish.note, evidence)


def _replaced(services: Services, wish: Wish) -> Replaced | None:
    there = services.store.agents.on(wish.channel, wish.address)
    if there is None or there.agent_id == wish.agent_id:
        return None
    wrote = services.store.conversations.wrote_since(wish.channel, there.address, DAY)
    return Replaced(there, wrote)
