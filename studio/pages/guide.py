"""The guided path to a new agent: brand, tone, instructions, knowledge, a trial, a release."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from agent import queues
from agent.checks import Finding, check
from agent.errors import EditConflict
from agent.spec import Spec
from agent.store.agents import Agent, Release
from agent.store.people import Person
from agent.world import world_of
from knowledge.base import Source
from knowledge.errors import KnowledgeError
from studio.agent_form import BLANK, AgentForm
from studio.errors import NothingChosen, NotReady
from studio.pages.guide_view import (
    RULES,
    TONES,
    Guided,
    Parts,
    hello,
    layout,
    shown,
    sound,
    sources,
    tone_cards,
    words,
)
from studio.roles import allow
from studio.state import Studio
from studio.talk import DRAFT, Talk, converse, drawn, spec_of
from studio.texts import say
from studio.wiring import Load, at_address, event, pick, sentence

MOST_FILES = 20
TO_TOP = "(...values) => { window.scrollTo(0, 0); return values; }"
CHANNEL = "twilio"
TRIAL, LAST = 5, 6  # steps
MOST_TOPICS = 2
TOPIC_WORDS = 7


def opened(studio: Studio, agent_id: str, step: int, complaint: str = "") -> Guided:
    """Read everything the path shows of one agent."""
    if not agent_id:
        return Guided(step=1)
    services = studio.services
    agent = services.agents.get(agent_id)
    given = [one for base in agent.draft.knowledge.bases for one in services.sources.list(base)]
    there = _answering(studio)
    mine = there if there and there.agent_id == agent_id else None
    return Guided(
        agent, step, given, _checked(studio, agent.draft) if step == LAST else None, mine,
        services.agents.version(mine.version_id).spec if mine else None, there,
        _topics(studio, given) if step == TRIAL else (), complaint,
    )  # fmt: skip


def _answering(studio: Studio) -> Release | None:
    """Return what answers now on the number of the installation."""
    here = (CHANNEL, studio.services.settings.twilio_address)
    answering = studio.services.agents.channels()
    return next((one for one in answering if (one.channel, one.address) == here), None)


def _topics(studio: Studio, given: Sequence[Source]) -> list[str]:
    """Return what the first sources speak of: their first heading, else their first words."""
    ready = [source for source in given if source.state == "ready"][:MOST_TOPICS]
    first = [studio.services.sources.chunks(source.id, 0, 1) for source in ready]
    return [chunk.heading or " ".join(chunk.text.split()[:TOPIC_WORDS])
            for chunks in first for chunk in chunks]  # fmt: skip


def _checked(studio: Studio, spec: Spec) -> Sequence[Finding]:
    return check(spec, world_of(studio.services, studio.answering.library, spec), CHANNEL)


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Guided:
    """The path begins, or goes on where the address says: `agent` or `agent@step`."""
    agent_id, _, step = wanted.partition("@")
    known = {agent.id for agent in studio.services.agents.list()}
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
    agents, audit = studio.services.agents, studio.services.audit
    stored = agents.get(agent_id) if agent_id else None
    draft = _draft(stored, *values)
    if stored is None:
        agent_id = agents.create(draft, person.email)
        audit.note(person.email, "agent created", agent_id, draft.name)
    elif stored.revision != revision:
        raise EditConflict
    elif draft != stored.draft:
        agents.save_draft(agent_id, draft, revision, person.email)
        audit.note(person.email, "agent saved", agent_id)
    page = opened(studio, agent_id, int(step or 1))
    if page.step > 3:
        advance(studio, person, agent_id, "describe")
    if page.step > 4 and page.sources:
        advance(studio, person, agent_id, "teach")
    return page


def _draft(
    stored: Agent | None, name: str = "", brand: str = "", description: str = "", tone: str = "",
    instructions: str = "",
) -> Spec:  # fmt: skip
    """Return the draft with these words; a greeting of ours follows a change of name."""
    base = stored.draft if stored else BLANK
    form = AgentForm.of(base) if stored else AgentForm()
    old = {language: _greeting(language, base.name, base.brand) for language in ("es", "en")}
    new = {language: _greeting(language, name, brand) for language in ("es", "en")}
    form = replace(
        form, name=name, brand=brand, description=description, tone=tone,
        instructions=instructions,
        greeting_es=new["es"] if form.greeting_es in ("", old["es"]) else form.greeting_es,
        greeting_en=new["en"] if form.greeting_en in ("", old["en"]) else form.greeting_en,
    )  # fmt: skip
    return form.onto(base)


def _greeting(language: str, name: str, brand: str) -> str:
    key = "guide.greeting" if brand else "guide.greeting_plain"
    return say(language, key, name=name, brand=brand)


def advance(studio: Studio, person: Person, agent_id: str, step: str) -> None:
    """Remember that the person has come past *step* with the agent of their tour."""
    tours = studio.services.tours
    tour = tours.of(person.email)
    if tour.agent_id in ("", agent_id) and step not in tour.done:
        tours.keep(person.email, replace(tour, agent_id=agent_id).after(step))


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


@allow("editor")
def upload(studio: Studio, person: Person, agent_id: str, paths: Sequence[str] | None) -> Guided:
    """Give the agent files; one that cannot be added is named and harms no other."""
    complaints = []
    for path in [Path(one) for one in (paths or ())[:MOST_FILES]]:
        try:
            with path.open("rb") as data:
                base_id = base_of(studio, person, agent_id)
                _ring(studio, studio.services.sources.add_file(
                    base_id, path.name, data, person.email))  # fmt: skip
        except KnowledgeError as error:
            complaints.append(f"{path.name}: {sentence(studio, error)}")
        finally:
            path.unlink(missing_ok=True)
    return opened(studio, agent_id, 4, " ".join(complaints))


@allow("editor")
def write(studio: Studio, person: Person, agent_id: str, text: str) -> Guided:
    """Give the agent what somebody typed."""
    if not (text or "").strip():
        raise NothingChosen("guide.knowledge.write_first")
    base_id = base_of(studio, person, agent_id)
    named = studio.services.sources.list(base_id)
    name = studio.say("guide.knowledge.text_name", number=len(named) + 1)
    _ring(studio, studio.services.sources.add_text(base_id, name, text, person.email))
    return opened(studio, agent_id, 4)


@allow("editor")
def add_page(studio: Studio, person: Person, agent_id: str, url: str) -> Guided:
    """Give the agent a page of the web."""
    base_id = base_of(studio, person, agent_id)
    _ring(studio, studio.services.sources.add_url(base_id, (url or "").strip(), person.email))
    return opened(studio, agent_id, 4)


def base_of(studio: Studio, person: Person, agent_id: str) -> str:
    """Return the agent's first base; make one named after its brand when it has none."""
    services = studio.services
    if not agent_id:
        raise NothingChosen("agents.save_first")
    agent = services.agents.get(agent_id)
    known = {base.id for base in services.sources.bases()}
    mine = [base_id for base_id in agent.draft.knowledge.bases if base_id in known]
    if mine:
        return mine[0]
    taken = {base.name for base in services.sources.bases()}
    wanted = agent.draft.brand or agent.name
    names = [wanted, f"{wanted} · {agent.name}", f"{wanted} · {agent_id[:8]}"]
    name = next(name for name in names if name not in taken)
    made = services.sources.create_base(name, person.email, *services.embedders.default())
    choice = agent.draft.knowledge.model_copy(update={"bases": (made,)})
    draft = agent.draft.model_copy(update={"knowledge": choice})
    services.agents.save_draft(agent_id, draft, agent.revision, person.email)
    return made


def _ring(studio: Studio, source_id: str) -> None:
    studio.services.doorbell.ring(queues.INGESTION, source_id)


@allow("viewer")
def watch(studio: Studio, person: Person, agent_id: str) -> Guided:
    """Read again how far everything is."""
    return opened(studio, agent_id, 4)


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
    advance(studio, person, agent_id, "try")


@allow("editor")
def release(studio: Studio, person: Person, agent_id: str, revision: int) -> Guided:
    """Let the draft answer on the number. What the check calls an error keeps it back."""
    services = studio.services
    if not agent_id:
        raise NothingChosen("agents.save_first")
    agent = services.agents.get(agent_id)
    if agent.revision != revision:
        raise EditConflict
    if any(finding.level == "error" for finding in _checked(studio, agent.draft)):
        raise NotReady("check.blocked")
    services.agents.release_draft(
        agent_id, CHANNEL, services.settings.twilio_address, person.email,
        studio.say("guide.release.note"), services.evaluations.latest(agent_id, agent.draft),
    )  # fmt: skip
    services.audit.note(person.email, "agent released", agent_id, CHANNEL)
    for step in ("describe", "teach", "try", "release"):
        advance(studio, person, agent_id, step)
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
    gr.on([name.change, brand.change], greeting, [name, brand], parts.hello,
          trigger_mode="always_last", show_progress="hidden")  # fmt: skip
    for number, button in enumerate(parts.nexts, 2):
        button.click(
            event(studio, keep, show),
            [gr.State(number), parts.agent_id, parts.revision, *parts.words],
            parts.filled,
            js=TO_TOP,
        )
    for number, button in enumerate(parts.backs, 1):
        button.click(
            event(studio, go, show), [gr.State(number), parts.agent_id], parts.filled, js=TO_TOP
        )
    _wire_words(studio, parts)
    _wire_knowledge(studio, parts, show)
    _wire_trial(studio, parts)
    parts.release.click(
        event(studio, release, show, "agents.released"), [parts.agent_id, parts.revision],
        parts.filled,
    )  # fmt: skip


def _wire_words(studio: Studio, parts: Parts) -> None:
    def toned(key: str) -> list[Any]:
        text = studio.say(f"tone.{key}") if key else gr.skip()
        return [text, tone_cards(studio, key), sound(studio, key)]

    tone, instructions = parts.words[3:]
    parts.tones.click(
        pick(studio, choose_tone, toned), None, [tone, parts.tones, parts.sound],
        show_progress="hidden",
    )  # fmt: skip
    parts.rules.click(pick(studio, add_rule), instructions, instructions, show_progress="hidden")


def _wire_knowledge(studio: Studio, parts: Parts, show: Callable[[Guided], Any]) -> None:
    given = parts.knowledge

    def emptied(page: Guided) -> list[Any]:
        return [*show(page), None]

    for what, handler, source in (
        (given.files.upload, upload, given.files),
        (given.keep.click, write, given.text),
        (given.add.click, add_page, given.url),
    ):
        what(event(studio, handler, emptied), [parts.agent_id, source], [*parts.filled, source])
    given.timer.tick(
        event(studio, watch, partial(sources, studio)), parts.agent_id, given.sources,
        show_progress="hidden",
    )  # fmt: skip


def _wire_trial(studio: Studio, parts: Parts) -> None:
    trial = parts.trial

    def talked(talk: Talk) -> list[Any]:
        return [talk, drawn(studio, talk), ""]

    trial.questions.click(
        pick(studio, choose_question), None, trial.box, show_progress="hidden"
    ).success(
        event(studio, ask, talked), [trial.said, parts.agent_id, trial.box],
        [trial.said, trial.chat, trial.box], show_progress="hidden",
    )  # fmt: skip
    gr.on(
        [trial.box.submit, trial.send.click], event(studio, ask, talked),
        [trial.said, parts.agent_id, trial.box], [trial.said, trial.chat, trial.box],
        show_progress="hidden", concurrency_limit=8,
    )  # fmt: skip
