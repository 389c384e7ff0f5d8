"""The releases of an agent: checked, made, compared, taken back into the draft, rolled back."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from actions import releases as acts
from actions import shares as share_acts
from actions.releases import KeptBack, Wish
from agent.difference import difference
from agent.errors import EditConflict, NotFound
from store.agents.agents import Agent, Version
from store.evaluation.notebook_runs import Run
from store.people.people import Person
from studio.agent_form import AgentForm, with_form
from studio.errors import NothingChosen
from studio.pages.releases_view import (
    Asked,
    Compared,
    Released,
    ReleaseParts,
    compared,
    shown,
)
from studio.roles import allow
from studio.state import Studio
from studio.wiring import Handler, event, pick

MOST_SHARES = 5


def opened(studio: Studio, agent_id: str, **more: Any) -> Released:
    """Read what the page shows of one agent's releases."""
    if not agent_id:
        return Released(None, (), ())
    agents = studio.services.store.agents
    live = [one for one in agents.channels() if one.agent_id == agent_id]
    versions = agents.versions(agent_id)
    shares = studio.services.store.shares.of(agent_id, limit=MOST_SHARES)
    read = {"runs": _runs(studio, versions), "shares": shares, **more}
    return Released(agents.get(agent_id), versions, live, **read)


def _runs(studio: Studio, versions: Sequence[Version]) -> dict[str, Run]:
    """Read the runs of the notebooks that speak for *versions*."""
    named = [one for version in versions for one in version.evidence.get("notebooks", ())]
    ids = dict.fromkeys(one["run"] for one in named if one.get("run"))
    return {run_id: studio.services.store.notebook_runs.get(run_id) for run_id in ids}


@allow("viewer")
def reread(studio: Studio, person: Person, agent_id: str) -> Released:
    """Read it again."""
    return opened(studio, agent_id or "")


@allow("editor")
@with_form
def release(
    studio: Studio,
    person: Person,
    agent_id: str,
    revision: int,
    channel: str,
    address: str,
    note: str,
    form: AgentForm,
) -> Released:
    """Release the draft when nothing speaks against it; else show what does, and ask."""
    agent = _unchanged(studio, agent_id, revision, form)
    wish = Wish(agent.id, _channel(studio, channel), address or "", agent.revision, note=note or "")
    return _released(studio, person, wish)


@allow("editor")
@with_form
def share(
    studio: Studio,
    person: Person,
    agent_id: str,
    revision: int,
    channel: str,
    address: str,
    note: str,
    percent: float | None,
    after: float | None,
    form: AgentForm,
) -> Released:
    """Release the draft to a part of the customers, or ask as `release` does."""
    if not 0 < (percent or 0) < 100 or not 0 <= (after or 0) <= acts.MOST_CUSTOMERS:
        raise NothingChosen("share.how_many")
    agent = _unchanged(studio, agent_id, revision, form)
    asked = ("", "", (percent or 0) / 100, int(after or 0))
    wish = _asked(studio, agent, channel, address, note, asked)
    return _released(studio, person, replace(wish, despite_warnings=False))


@allow("editor")
def end_share(
    studio: Studio, person: Person, action: str, share_id: str, agent_id: str
) -> Released:
    """Let a share's version answer everybody, or nobody."""
    there = {str(one.id): one for one in studio.services.store.shares.of(agent_id or "")}
    chosen = there.get(share_id)
    if chosen is None:
        raise NotFound("This agent has no such share.")
    if action == "withdraw":
        share_acts.withdraw(studio.services, person.actor, agent_id, chosen.id)
    if action != "promote":
        return opened(studio, agent_id)
    try:
        done = share_acts.promote(studio.services, person.actor, agent_id, chosen.id)
    except KeptBack as kept:
        return opened(studio, agent_id, outlook=kept.outlook, version_id=chosen.version_id)
    return opened(studio, agent_id, done=done)


@allow("editor")
@with_form
def release_anyway(
    studio: Studio,
    person: Person,
    agent_id: str,
    revision: int,
    channel: str,
    address: str,
    note: str,
    asked: Asked,
    form: AgentForm,
) -> Released:
    """Release what was asked about, in spite of warnings; errors still keep it back."""
    agent = _unchanged(studio, agent_id, revision, form)
    return _released(studio, person, _asked(studio, agent, channel, address, note, asked))


def _asked(
    studio: Studio, agent: Agent, channel: str, address: str, note: str, asked: Asked
) -> Wish:
    """What was asked about, and is wished all the same."""
    version_id, silenced, part, after = asked
    return Wish(
        agent.id,
        _channel(studio, channel),
        address or "",
        0 if version_id else agent.revision,
        version_id,
        note or "",
        silenced,
        despite_warnings=True,
        share=part,
        settles_after=after,
    )


@allow("admin")
@with_form
def override(
    studio: Studio,
    person: Person,
    agent_id: str,
    revision: int,
    channel: str,
    address: str,
    note: str,
    asked: Asked,
    sentence: str,
    form: AgentForm,
) -> Released:
    """Release what was asked about below its bar; the sentence says why and stays with it."""
    if not (sentence or "").strip():
        raise NothingChosen("bar.say_why")
    agent = _unchanged(studio, agent_id, revision, form)
    wish = _asked(studio, agent, channel, address, note, asked)
    return _released(studio, person, replace(wish, override=sentence))


def _released(studio: Studio, person: Person, wish: Wish) -> Released:
    part = (wish.share, wish.settles_after)
    try:
        done = acts.release(studio.services, person.actor, wish)
    except KeptBack as kept:
        seen = {"outlook": kept.outlook, "version_id": wish.version_id}
        return opened(studio, wish.agent_id, part=part, **seen)
    return opened(studio, wish.agent_id, part=part, done=done)


def _unchanged(studio: Studio, agent_id: str, revision: int, form: AgentForm) -> Agent:
    """Return the agent; unsaved words and somebody else's save are refused, not lost."""
    if not agent_id:
        raise NothingChosen("agents.save_first")
    stored = studio.services.store.agents.get(agent_id)
    if form.onto(stored.draft) != stored.draft:
        raise NothingChosen("agents.save_first")
    if stored.revision != revision:
        raise EditConflict
    return stored


@allow("editor")
def change(
    studio: Studio,
    person: Person,
    action: str,
    version_id: str,
    revision: int,
    channel: str,
    address: str,
    note: str,
) -> Released:
    """Let an existing version answer again, or take it back into the draft."""
    agent_id = studio.services.store.agents.version(version_id).agent_id
    if action == "restore":
        acts.restore(studio.services, person.actor, version_id, revision)
    if action != "release":
        return opened(studio, agent_id)
    where = (_channel(studio, channel), address or "")
    return _released(studio, person, Wish(agent_id, *where, 0, version_id, note or ""))


@allow("viewer")
def compare(
    studio: Studio, person: Person, action: str, subject: str, agent_id: str
) -> Compared | None:
    """Compare a version with the one before it, or the draft with the newest version."""
    bases = {base.id: base.name for base in studio.services.sources.bases()}
    versions = studio.services.store.agents.versions(agent_id) if agent_id else ()
    if subject == "draft" and versions:
        newest, agent = versions[0], studio.services.store.agents.get(agent_id)
        title = studio.say("version.draft_since", number=newest.number)
        known = acts.knowledge_changes(studio.services, agent)
        return Compared(title, difference(newest.spec, agent.draft), bases, known)
    chosen = next((one for one in versions if one.id == subject), None)
    before = next((one for one in versions if chosen and one.number < chosen.number), None)
    if chosen is None or before is None:
        return None
    title = studio.say("version.between", number=chosen.number, before=before.number)
    return Compared(title, difference(before.spec, chosen.spec), bases)


def _channel(studio: Studio, channel: str) -> str:
    if channel not in studio.services.channels:
        raise NothingChosen("agents.choose_channel")
    return channel


def wire(
    studio: Studio,
    parts: ReleaseParts,
    here: tuple[gr.State, gr.State],
    fields: list[Any],
    follow: tuple[Handler, list[Any]],
) -> None:
    """Wire the tab. *here* are the agent and its revision; *follow* reads the rest of the page."""
    agent_id, revision = here
    show = partial(shown, studio)
    draft = [agent_id, revision, *parts.target, *fields]
    told = [agent_id, revision, *parts.target, parts.asked, *fields]
    past = [agent_id, revision, *parts.target, parts.asked, parts.sentence, *fields]
    some = [agent_id, revision, *parts.target, parts.part, parts.settles_after, *fields]
    for clicked, handler, given in (
        (parts.release.click, release, draft),
        (parts.anyway.click, release_anyway, told),
        (parts.override.click, override, past),
        (parts.share.click, share, some),
    ):
        clicked(event(studio, handler, show), given, parts.filled).success(
            follow[0], agent_id, follow[1], show_progress="hidden"
        )
    parts.shares.click(pick(studio, end_share, show), agent_id, parts.filled).success(
        follow[0], agent_id, follow[1], show_progress="hidden"
    )
    parts.versions.click(
        pick(studio, change, show), [revision, *parts.target], parts.filled
    ).success(follow[0], agent_id, follow[1], show_progress="hidden")
    parts.versions.select(pick(studio, compare, partial(compared, studio)), agent_id, parts.changes)
