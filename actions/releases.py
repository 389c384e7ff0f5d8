"""Releases: let a version answer on an address, or take one back into the draft.

A release is refused, whoever asks, while the check finds an error, while a criterion of its bar is
missed or its evidence is stale, while the draft is not the one that was looked at, and while it
would silence another agent that the caller did not name. What the bar says can be overridden by an
admin, in a sentence that is kept with the release. A version that answered there before comes back
without being held against a bar: the way back stays open. A release to a share of the customers is
refused for the same reasons; any release to all of them ends it (`actions.shares`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from actions.audited import Note, audited, demand
from actions.bars import PREFIX, Held, held
from actions.checks import Finding, check
from actions.evidence import evidence
from actions.services import Services
from actions.shown import Shown, summary
from actions.world import world_of
from agent.actor import Actor
from agent.errors import AgentError, EditConflict, Invalid, NotFound
from agent.spec import Spec
from knowledge.snapshots import Change
from store.agents.agents import Agent, Release, Version
from store.agents.shares import NewShare

DAY = 86_400.0  # seconds
SHORTEST_SENTENCE = 12  # characters of an override
MOST_CUSTOMERS = 1_000_000  # after which a share settles itself
MOST_SHOWN = 20  # pieces of evidence that a release names itself


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
    override: str = ""  # an admin's sentence: why it goes out although the bar is missed
    shown: Sequence[Shown] = ()
    share: float = 1.0  # of the customers there; below 1 what answers all of them stays
    settles_after: int = 0  # customers of the share, after which it settles itself; 0: by hand

    @property
    def is_shared(self) -> bool:
        """True when some of the customers shall meet it, and not all."""
        return self.share != 1


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
    bar: Held = field(default_factory=Held)
    knowledge: Sequence[Change] = ()  # what customers would be told otherwise

    @property
    def is_below_bar(self) -> bool:
        """True when the bar, and nothing else, is an error: an admin may override it."""
        return bool(self.errors) and not self.other_errors

    @property
    def other_errors(self) -> list[Finding]:
        """The errors that nobody can override."""
        return [one for one in self.errors if not one.code.startswith(PREFIX)]

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

    Raises Forbidden (also for an override of who is no admin), NotFound, Invalid for a channel or
    address that is none, EditConflict when the draft is not at `wish.revision` any more, and
    KeptBack.
    """
    with audited(services, actor, "editor") as note:
        agent = services.store.agents.locked(wish.agent_id)
        wish = replace(wish, address=address_of(services, agent, wish))
        if wish.revision not in (0, agent.revision):
            raise EditConflict
        found = outlook(services, agent, wish)
        _refuse_share(services, agent, wish)
        overridden = _overrides(actor, found, wish)
        _refuse(found, wish, overridden)
        kept = _kept(services, actor, found, wish, overridden)
        version = _pointed(services, actor, wish, kept)
        _note_override(note, version, found, kept)
        done = "agent rolled back" if wish.version_id else "agent released"
        where = f"{version.label} {wish.channel} {wish.address}"
        part = f" {wish.share:.4g}" if wish.is_shared else ""
        note("agent shared" if wish.is_shared else done, version.id, where + part)
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
    spec = _wished(services, agent, wish)
    bar = _held(services, agent, spec, wish)
    return Outlook(
        [*bar.findings, *check(spec, world_of(services, spec), wish.channel)],
        _replaced(services, wish),
        evidence(services, agent.id, spec),
        bar,
        () if wish.version_id else knowledge_changes(services, agent),
    )


def knowledge_changes(services: Services, agent: Agent) -> Sequence[Change]:
    """Return which sources the draft knows otherwise than the version that was released last."""
    last = services.store.agents.releases(agent.id, limit=1)
    known = last[0].version_id if last else ""
    return services.sources.changes(known, agent.draft.knowledge.bases)


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


def _held(services: Services, agent: Agent, spec: Spec, wish: Wish) -> Held:
    """How the bar stands; a way back to what answered there before is held against none."""
    agents, where = services.store.agents, (wish.channel, wish.address)
    if wish.version_id and agents.answered(wish.version_id, *where):
        return Held()
    there = agents.on(*where)
    is_ours = there is not None and there.agent_id == agent.id
    before = agents.version(there.version_id).spec if there and is_ours else None
    return held(services, agent.id, spec, before)


def _overrides(actor: Actor, found: Outlook, wish: Wish) -> bool:
    """Return whether an admin's sentence stands against the bar. Raises Forbidden or Invalid."""
    if not found.bar.missed or not wish.override.strip():
        return False
    demand(actor, "admin")
    if len(wish.override.strip()) < SHORTEST_SENTENCE or len(wish.override.split()) < 2:
        raise Invalid("Say in a sentence why it goes out although its bar is missed.")
    return True


def _refuse(found: Outlook, wish: Wish, overridden: bool) -> None:
    errors = found.other_errors if overridden else found.errors
    rest = [one for one in found.findings if one not in found.bar.findings]
    asks = bool(rest) and not (wish.despite_warnings or wish.version_id)
    silences = found.replaced is not None and found.replaced.release.agent_id != wish.replaces
    if errors or asks or silences:
        raise KeptBack(found)


def _kept(
    services: Services, actor: Actor, found: Outlook, wish: Wish, overridden: bool
) -> dict[str, Any]:
    """What stays with the release as it is now, whatever becomes of experiments later."""
    given = [summary(services, actor, wish.agent_id, one) for one in wish.shown[:MOST_SHOWN]]
    by_id = {one["experiment"]: one for one in [*found.bar.experiments, *_of(given, "experiment")]}
    sentence = {"person": actor.name, "sentence": wish.override.strip()}
    parts = {
        "experiments": list(by_id.values()),
        "notebooks": _of(given, "notebook"),
        "bar": [asdict(one) for one in found.bar.results],
        "override": sentence if overridden else None,
    }
    return {**found.evidence, **{name: part for name, part in parts.items() if part}}


def _of(given: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in given if kind in one]


def _note_override(note: Note, version: Version, found: Outlook, kept: Mapping[str, Any]) -> None:
    if "override" in kept:
        missed = " · ".join(one.line for one in found.bar.missed)
        note("bar overridden", version.id, f"{kept['override']['sentence']} ({missed})")


def _pointed(services: Services, actor: Actor, wish: Wish, evidence: Mapping[str, Any]) -> Version:
    agents, where = services.store.agents, (wish.channel, wish.address)
    if wish.is_shared:
        return _shared(services, actor, wish, evidence)
    if wish.version_id:
        return agents.release(wish.version_id, *where, actor.name, wish.note, evidence)
    return agents.release_draft(wish.agent_id, *where, actor.name, wish.note, evidence)


def _shared(services: Services, actor: Actor, wish: Wish, evidence: Mapping[str, Any]) -> Version:
    agents = services.store.agents
    version = (
        agents.pin(wish.version_id)
        if wish.version_id
        else agents.freeze_draft(wish.agent_id, actor.name, wish.note)
    )
    there = agents.answering(wish.channel, wish.address)
    if there is None or there.id == version.id:
        raise Invalid("That version answers all customers there already.")
    sizes = (wish.share, wish.settles_after, wish.note, evidence)
    services.store.shares.begin(
        NewShare(wish.channel, wish.address, version.id, *sizes), actor.name
    )
    return replace(version, evidence=evidence)


def _refuse_share(services: Services, agent: Agent, wish: Wish) -> None:
    """Raises Invalid for a share that is none, or that has nothing beside it."""
    if not wish.is_shared:
        return
    if not 0 < wish.share < 1 or not 0 <= wish.settles_after <= MOST_CUSTOMERS:
        raise Invalid("A share is a part of the customers between 0 and 1, such as 0.1.")
    there = services.store.agents.answering(wish.channel, wish.address)
    if there is None or there.agent_id != agent.id:
        raise Invalid("This agent does not answer there yet. Release it to all customers first.")


def _wished(services: Services, agent: Agent, wish: Wish) -> Spec:
    return _version(services, wish).spec if wish.version_id else agent.draft


def _replaced(services: Services, wish: Wish) -> Replaced | None:
    there = services.store.agents.on(wish.channel, wish.address)
    if there is None or there.agent_id == wish.agent_id:
        return None
    wrote = services.store.conversations.wrote_since(wish.channel, there.address, DAY)
    return Replaced(there, wrote)
