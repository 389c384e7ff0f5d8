"""The releases of an agent: checked, made, compared, taken back into the draft, rolled back."""

from functools import partial
from typing import Any

import gradio as gr

from agent.checks import Finding, check
from agent.difference import difference
from agent.errors import EditConflict
from agent.store.agents import CHANNELS, Agent
from agent.store.people import Person
from agent.world import world_of
from studio.agent_form import AgentForm
from studio.errors import NothingChosen
from studio.pages.releases_view import Compared, Released, ReleaseParts, compared, shown
from studio.roles import allow
from studio.state import Studio
from studio.wiring import Handler, event, pick


def opened(studio: Studio, agent_id: str, **more: Any) -> Released:
    """Read what the page shows of one agent's releases."""
    if not agent_id:
        return Released(None, (), ())
    agents = studio.services.agents
    live = [one for one in agents.channels() if one.agent_id == agent_id]
    return Released(agents.get(agent_id), agents.versions(agent_id), live, **more)


@allow("viewer")
def reread(studio: Studio, person: Person, agent_id: str) -> Released:
    """Read it again."""
    return opened(studio, agent_id or "")


@allow("editor")
def release(
    studio: Studio, person: Person, agent_id: str, revision: int, channel: str, address: str,
    note: str, *values: object,
) -> Released:  # fmt: skip
    """Release the draft when the check finds nothing; else show what it found and ask."""
    agent, found = _checked(studio, agent_id, revision, channel, values)
    if found:
        scores = studio.services.evaluations.latest(agent_id, agent.draft)
        return opened(studio, agent_id, findings=found, scores=scores)
    return _released(studio, person, agent, channel, address, note)


@allow("editor")
def release_anyway(
    studio: Studio, person: Person, agent_id: str, revision: int, channel: str, address: str,
    note: str, *values: object,
) -> Released:  # fmt: skip
    """Release the draft in spite of warnings; errors still keep it back."""
    agent, found = _checked(studio, agent_id, revision, channel, values)
    if any(finding.level == "error" for finding in found):
        return opened(studio, agent_id, findings=found)
    return _released(studio, person, agent, channel, address, note)


def _released(
    studio: Studio, person: Person, agent: Agent, channel: str, address: str, note: str
) -> Released:
    services = studio.services
    evidence = services.evaluations.latest(agent.id, agent.draft)
    version = services.agents.release_draft(
        agent.id, channel, address or "", person.email, note or "", evidence
    )
    services.audit.note(person.email, "agent released", version.id, f"{channel} {address}")
    return opened(studio, agent.id, done=version)


def _unchanged(studio: Studio, agent_id: str, revision: int, values: tuple[object, ...]) -> Agent:
    """Return the agent; unsaved words and somebody else's save are refused, not lost."""
    if not agent_id:
        raise NothingChosen("agents.save_first")
    stored = studio.services.agents.get(agent_id)
    if AgentForm(*values).onto(stored.draft) != stored.draft:  # type: ignore[arg-type]
        raise NothingChosen("agents.save_first")
    if stored.revision != revision:
        raise EditConflict
    return stored


def _checked(
    studio: Studio, agent_id: str, revision: int, channel: str, values: tuple[object, ...]
) -> tuple[Agent, list[Finding]]:
    """Return the agent as it is about to be released, and what the check found."""
    agent = _unchanged(studio, agent_id, revision, values)
    world = world_of(studio.services, studio.answering.library, agent.draft)
    return agent, check(agent.draft, world, _channel(channel))


@allow("editor")
def change(
    studio: Studio, person: Person, action: str, version_id: str, revision: int, channel: str,
    address: str, note: str,
) -> Released:  # fmt: skip
    """Let an existing version answer again, or take it back into the draft."""
    services = studio.services
    version = services.agents.version(version_id)
    if action == "restore":
        services.agents.save_draft(version.agent_id, version.spec, revision, person.email)
        services.audit.note(person.email, "version restored", version.id, f"v{version.number}")
        return opened(studio, version.agent_id)
    if action != "release":
        return opened(studio, version.agent_id)
    where = _channel(channel)
    services.agents.release(version_id, where, address or "", person.email, note or "")
    detail = f"v{version.number} {where} {address}"
    services.audit.note(person.email, "agent rolled back", version.id, detail)
    return opened(studio, version.agent_id, done=version)


@allow("viewer")
def compare(
    studio: Studio, person: Person, action: str, subject: str, agent_id: str
) -> Compared | None:
    """Compare a version with the one before it, or the draft with the newest version."""
    bases = {base.id: base.name for base in studio.services.sources.bases()}
    versions = studio.services.agents.versions(agent_id) if agent_id else ()
    if subject == "draft" and versions:
        newest, draft = versions[0], studio.services.agents.get(agent_id).draft
        title = studio.say("version.draft_since", number=newest.number)
        return Compared(title, difference(newest.spec, draft), bases)
    chosen = next((one for one in versions if one.id == subject), None)
    before = next((one for one in versions if chosen and one.number < chosen.number), None)
    if chosen is None or before is None:
        return None
    title = studio.say("version.between", number=chosen.number, before=before.number)
    return Compared(title, difference(before.spec, chosen.spec), bases)


def _channel(channel: str) -> str:
    if channel not in CHANNELS:
        raise NothingChosen("agents.choose_channel")
    return channel


def wire(
    studio: Studio, parts: ReleaseParts, here: tuple[gr.State, gr.State], fields: tuple[Any, ...],
    follow: tuple[Handler, list[Any]],
) -> None:  # fmt: skip
    """Wire the tab. *here* are the agent and its revision; *follow* reads the rest of the page."""
    agent_id, revision = here
    show = partial(shown, studio)
    draft = [agent_id, revision, *parts.target, *fields]
    for clicked, handler in ((parts.release.click, release), (parts.anyway.click, release_anyway)):
        clicked(event(studio, handler, show), draft, parts.filled).success(
            follow[0], agent_id, follow[1], show_progress="hidden"
        )
    parts.versions.click(
        pick(studio, change, show), [revision, *parts.target], parts.filled
    ).success(follow[0], agent_id, follow[1], show_progress="hidden")  # fmt: skip
    parts.versions.select(pick(studio, compare, partial(compared, studio)), agent_id, parts.changes)
