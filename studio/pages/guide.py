"""The guided path to a new agent: brand, tone, instructions, knowledge, a trial, a release."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from actions import agents as acts
from actions import releases
from actions.releases import KeptBack
from actions.tours import advance
from agent.errors import EditConflict
from agent.spec import Spec
from store.agents.agents import Agent
from store.people.people import Person
from studio.agent_form import BLANK, AgentForm
from studio.errors import NothingChosen, NotReady
from studio.pages import teaching
from studio.pages.guide_layout import Parts, layout
from studio.pages.guide_view import (
    RULES,
    TONES,
    Guided,
    hello,
    shown,
    sound,
    tone_cards,
    words,
)
from studio.pages.guided import LAST, opened, wished
from studio.roles import allow
from studio.state import Studio
from studio.talk import DRAFT, Talk, converse, drawn, spec_of
from studio.texts import say
from studio.wiring import STORED, Load, at_address, event, pick

TO_TOP = "(...values) => { window.scrollTo(0, 0); return values; }"


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Guided:
    """The path begins, or goes on where the address says: `agent` or `agent@step`."""
    agent_id, _, step = wanted.partition("@")
    known = {agent.id for agent in studio.services.store.agents.list()}
    if agent_id not in known:
        return Guided()
    return opened(studio, agent_id, min(int(step), LAST) if step.isdecimal() else 1)


@allow("viewer")
def go(studio: Studio, person: Person, step: int, agent_id: str) -> Guided:
    """Step back; nothing is lost, for each step forward has been saved."""
    return opened(studio, agent_id, int(step or 1))


@allow("editor")
def keep(
    studio: Studio, person: Person, step: int, agent_id: str, revision: int, *values: str
) -> Guided:
    """Save what was written so far as the draft, and step on to *step*."""
    services = studio.services
    stored = services.store.agents.get(agent_id) if agent_id else None
    draft = _draft(stored, *values)
    if stored is None:
        agent_id = acts.create(services, person.actor, draft)
    elif stored.revision != revision:
        raise EditConflict
    elif draft != stored.draft:
        acts.save(services, person.actor, agent_id, draft, revision)
    page = opened(studio, agent_id, int(step or 1))
    if page.step > 3:
        advance(studio.services, person.email, agent_id, "describe")
    if page.step > 4 and page.sources:
        advance(studio.services, person.email, agent_id, "teach")
    return page


def _draft(
    stored: Agent | None,
    name: str = "",
    brand: str = "",
    description: str = "",
    tone: str = "",
    instructions: str = "",
) -> Spec:
    """Return the draft with these words; a greeting of ours follows a change of name."""
    base = stored.draft if stored else BLANK
    form = AgentForm.of(base) if stored else AgentForm()
    old = {language: _greeting(language, base.name, base.brand) for language in ("es", "en")}
    new = {language: _greeting(language, name, brand) for language in ("es", "en")}
    form = replace(
        form,
        name=name,
        brand=brand,
        description=description,
        tone=tone,
        instructions=instructions,
        greeting_es=new["es"] if form.greeting_es in ("", old["es"]) else form.greeting_es,
        greeting_en=new["en"] if form.greeting_en in ("", old["en"]) else form.greeting_en,
    )
    return form.onto(base)


def _greeting(language: str, name: str, brand: str) -> str:
    key = "guide.greeting" if brand else "guide.greeting_plain"
    return say(language, key, name=name, brand=brand)


@allow("viewer")
def greet(studio: Studio, person: Person, name: str, brand: str) -> tuple[str, str]:
    """Return the words of the greeting that is drawn beside the form."""
    return (name or "", brand or "")


@allow("viewer")
def choose_tone(studio: Studio, person: Person, action: str, key: str) -> str:
    """Take one of the tones."""
    return key if key in TONES else ""


@allow("viewer")
def add_rule(studio: Studio, person: Person, action: str, key: str, text: str) -> str:
    """Add one of the instructions below what is written."""
    rule = studio.say(f"rule.{key}") if key in RULES else ""
    return text if rule in (text or "") else f"{(text or '').rstrip()}\n- {rule}".lstrip()


@allow("viewer")
def choose_question(studio: Studio, person: Person, action: str, text: str) -> str:
    """Take one of the questions to begin with."""
    return text


@allow("agent")
def ask(
    studio: Studio, person: Person, talk: Talk | None, agent_id: str, text: str
) -> Iterator[Talk]:
    """Answer *text* as the draft would."""
    if not (text or "").strip() or not agent_id:
        raise NothingChosen("playground.write_first" if agent_id else "agents.save_first")
    spec, label = spec_of(studio, agent_id, DRAFT)
    yield from converse(studio, spec, label, talk or Talk(), [text.strip()])
    advance(studio.services, person.email, agent_id, "try")


@allow("editor")
def release(studio: Studio, person: Person, agent_id: str, revision: int, replaces: str) -> Guided:
    """Let the draft answer on the number. What the check calls an error keeps it back; an agent
    that began to answer there after *replaces* was shown is shown first."""
    if not agent_id:
        raise NothingChosen("agents.save_first")
    agent = studio.services.store.agents.get(agent_id)
    wish = replace(wished(studio, agent, replaces or ""), revision=revision)
    try:
        releases.release(studio.services, person.actor, wish)
    except KeptBack as kept:
        if kept.outlook.errors:
            raise NotReady("check.blocked") from kept
        return opened(studio, agent_id, LAST)
    for step in ("describe", "teach", "try", "release"):
        advance(studio.services, person.email, agent_id, step)
    return opened(studio, agent_id, LAST)


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show = partial(shown, studio)
    fill = [*parts.filled, *parts.words]
    begun = load(
        at_address(studio, first, "agent", lambda page: [*show(page), *words(page)]), None, fill
    )
    name, brand = parts.words[:2]
    greeting = event(studio, greet, lambda names: hello(studio, *names))
    begun.then(greeting, [name, brand], parts.hello, show_progress="hidden")
    gr.on(
        [name.change, brand.change],
        greeting,
        [name, brand],
        parts.hello,
        trigger_mode="always_last",
        show_progress="hidden",
    )
    for number, button in enumerate(parts.nexts, 2):
        kept = button.click(
            event(studio, keep, show),
            [gr.State(number), parts.agent_id, parts.revision, *parts.words],
            parts.filled,
            js=TO_TOP,
        )
        kept.success(None, parts.at, js=STORED)
    for number, button in enumerate(parts.backs, 1):
        button.click(
            event(studio, go, show), [gr.State(number), parts.agent_id], parts.filled, js=TO_TOP
        )
    _wire_words(studio, parts)
    teaching.wire(studio, parts, show)
    _wire_trial(studio, parts)
    parts.release.click(
        event(studio, release, show),
        [parts.agent_id, parts.revision, parts.replaces],
        parts.filled,
    )


def _wire_words(studio: Studio, parts: Parts) -> None:
    def toned(key: str) -> list[Any]:
        text = studio.say(f"tone.{key}") if key else gr.skip()
        return [text, tone_cards(studio, key), sound(studio, key)]

    tone, instructions = parts.words[3:]
    parts.tones.click(
        pick(studio, choose_tone, toned),
        None,
        [tone, parts.tones, parts.sound],
        show_progress="hidden",
    )
    parts.rules.click(pick(studio, add_rule), instructions, instructions, show_progress="hidden")


def _wire_trial(studio: Studio, parts: Parts) -> None:
    trial = parts.trial

    def talked(talk: Talk) -> list[Any]:
        return [talk, drawn(studio, talk), "" if talk.was_just_asked else gr.skip()]

    trial.questions.click(
        pick(studio, choose_question), None, trial.box, show_progress="hidden"
    ).success(
        event(studio, ask, talked),
        [trial.said, parts.agent_id, trial.box],
        [trial.said, trial.chat, trial.box],
        show_progress="hidden",
    )
    gr.on(
        [trial.box.submit, trial.send.click],
        event(studio, ask, talked),
        [trial.said, parts.agent_id, trial.box],
        [trial.said, trial.chat, trial.box],
        show_progress="hidden",
        concurrency_limit=8,
    )
