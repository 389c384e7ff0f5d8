"""Agents: describe one in business words, see its prompt, save, release, roll back."""

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from actions import agents as acts
from agent.prompt import system_prompt
from store.people.people import Person
from studio import carry
from studio.agent_form import AgentForm, with_form
from studio.errors import BadFields, NothingChosen
from studio.pages import releases, releases_view
from studio.pages.agents_view import Opened, Parts, beside, layout, shown
from studio.roles import allow
from studio.state import NO_CANARY, Studio
from studio.wiring import STORED, Load, Show, at_address, event, pick, sentence

# Hands [name, text] to the browser's downloads.
DOWNLOAD = """(file) => {
  const [name, text] = JSON.parse(file);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {type: 'application/yaml'}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}"""


def opened(studio: Studio, agent_id: str) -> Opened:
    """Read everything the page shows."""
    services = studio.services
    agent = services.store.agents.get(agent_id) if agent_id else None
    return Opened(
        agents=services.store.agents.list(),
        bases=list(services.sources.bases()),
        agent=agent,
        form=AgentForm.of(agent.draft) if agent else AgentForm(),
        live=[one for one in services.store.agents.channels() if one.agent_id == agent_id],
        archived=services.store.agents.list(archived=True),
    )


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Opened:
    """The page opens with the agent in the address, else with the newest."""
    agents = studio.services.store.agents.list()
    known = {agent.id for agent in agents}
    newest = agents[0].id if agents else ""
    return opened(studio, wanted if wanted in known else newest)


@allow("viewer")
def choose(studio: Studio, person: Person, action: str, agent_id: str) -> Opened:
    """Open an agent of the list."""
    return opened(studio, agent_id)


@allow("viewer")
def blank(studio: Studio, person: Person) -> Opened:
    """Open an empty form."""
    return opened(studio, "")


@allow("viewer")
def reread(studio: Studio, person: Person, agent_id: str) -> Opened:
    """Read what the list and the title show."""
    return opened(studio, agent_id)


@allow("viewer")
@with_form
def preview(studio: Studio, person: Person, agent_id: str, form: AgentForm) -> str:
    """Return the system prompt as the model will be given it, or what is wrong with the form."""
    base = studio.services.store.agents.get(agent_id).draft if agent_id else None
    named = form if (form.name or "").strip() else replace(form, name=studio.say("agent.unnamed"))
    try:
        return system_prompt(named.onto(base) if base else named.onto(), NO_CANARY)
    except BadFields as error:
        return sentence(studio, error)


@allow("editor")
@with_form
def save(
    studio: Studio, person: Person, agent_id: str, revision: int, form: AgentForm
) -> tuple[str, int]:
    """Store the draft; return its agent and its new revision. What was typed stays on the page."""
    services = studio.services
    if not agent_id:
        return acts.create(services, person.actor, form.onto()), 1
    draft = form.onto(services.store.agents.get(agent_id).draft)
    return agent_id, acts.save(services, person.actor, agent_id, draft, revision)


@allow("editor")
def manage(studio: Studio, person: Person, action: str, agent_id: str) -> Opened:
    """Duplicate an agent, put it away (it must not answer anywhere) or take it back."""
    services = studio.services
    if action == "duplicate":
        name = studio.say("agent.copy_of", name=services.store.agents.get(agent_id).name)
        return opened(studio, acts.duplicate(services, person.actor, agent_id, name))
    if action == "unarchive":
        acts.unarchive(services, person.actor, agent_id)
    if action != "archive":
        return opened(studio, agent_id)
    acts.archive(services, person.actor, agent_id)
    left = services.store.agents.list()
    return opened(studio, left[0].id if left else "")


@allow("viewer")
def export(studio: Studio, person: Person, action: str, agent_id: str) -> tuple[str, str]:
    """Return an agent as a file: its name and its text."""
    agent = studio.services.store.agents.get(agent_id)
    name = re.sub(r"[^\w-]+", "-", agent.name.lower()).strip("-") or "agent"
    return (f"{name}.yaml", carry.pack(studio, agent))


@allow("editor")
def bring(studio: Studio, person: Person, path: str | None) -> Opened:
    """Make an agent of a file."""
    if not path:
        raise NothingChosen("agents.import_first")
    file = Path(path)
    try:
        held = carry.unpack(file.read_bytes()[: carry.LARGEST])
    finally:
        file.unlink(missing_ok=True)
    curated = carry.curated_of(studio)
    return opened(studio, acts.bring(studio.services, curated, person.actor, held, file.name))


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show = partial(shown, studio)
    draft = [parts.agent_id, *parts.fields.values()]
    look = event(studio, preview)

    first_load = load(at_address(studio, first, "agent", show), None, parts.filled)
    first_load.then(look, draft, parts.prompt, show_progress="hidden")
    _with_releases(studio, parts, first_load)
    changes = [field.change for field in parts.fields.values()]
    gr.on(changes, look, draft, parts.prompt, trigger_mode="always_last", show_progress="hidden")
    parts.tones.select(None, parts.tones, parts.fields["tone"], js="(tone) => tone")
    _wire_buttons(studio, parts, show)


def _wire_buttons(studio: Studio, parts: Parts, show: Show) -> None:
    fill, names = parts.filled, partial(beside, studio)
    here = (parts.agent_id, parts.revision)
    parts.new.click(event(studio, blank, show), None, fill)
    opening = (
        parts.listed.click(pick(studio, choose, show), None, fill),
        parts.state.click(pick(studio, manage, show), None, fill),
        parts.bring.upload(event(studio, bring, show, "agents.imported"), parts.bring, fill),
    )
    for opens in opening:
        _with_releases(studio, parts, opens)
    saved = parts.save.click(
        event(studio, save, done="agents.saved"), [*here, *parts.fields.values()], list(here)
    )
    saved.success(event(studio, reread, names), parts.agent_id, [parts.listed, parts.state])
    saved.success(None, js=STORED)
    parts.state.select(pick(studio, export, json.dumps), None, parts.file).success(
        None, parts.file, None, js=DOWNLOAD
    )
    releases.wire(
        studio, parts.releases, here, [*parts.fields.values()], (event(studio, reread, show), fill)
    )


def _with_releases(studio: Studio, parts: Parts, opens: Any) -> None:
    opens.success(
        event(studio, releases.reread, partial(releases_view.shown, studio)),
        parts.agent_id,
        parts.releases.filled,
        show_progress="hidden",
    )
