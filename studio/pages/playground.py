"""Playground: talk to a draft or a version on the production path, and see why it answers so."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import gradio as gr

from actions import curated
from actions.datasets import add_question
from knowledge.ingest.curated import MAX_QUESTION
from store.people.people import Person
from studio.carry import curated_of
from studio.errors import NothingChosen
from studio.pages.playground_view import (
    KINDS,
    Choice,
    Correction,
    Pair,
    Parts,
    choices,
    correcting,
    explained,
    layout,
    shown,
    versions,
)
from studio.roles import allow
from studio.state import Studio
from studio.talk import DRAFT, Talk, converse, pinned_by, spec_of
from studio.wiring import Load, at_address, event, pick

SENTENCES = re.compile(r"(?<=[.?!…])\s+|\n+")


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Choice:
    """The page opens with the agent in the address, else with the newest."""
    agents = [(agent.name, agent.id) for agent in studio.services.store.agents.list()]
    known = [agent_id for _, agent_id in agents]
    return _choice(studio, agents, wanted if wanted in known else next(iter(known), ""))


@allow("viewer")
def choose(studio: Studio, person: Person, agent_id: str) -> Choice:
    """Return what can be tried of one agent."""
    return _choice(studio, [], agent_id or "")


def _choice(studio: Studio, agents: list[tuple[str, str]], agent_id: str) -> Choice:
    known = studio.services.store.agents.versions(agent_id) if agent_id else []
    live = {one.version_id for one in studio.services.store.agents.channels()}
    listed = [(studio.say("playground.draft"), DRAFT)]
    for version in known:
        mark = f" · {studio.say('playground.live')}" if version.id in live else ""
        listed.append((f"v{version.number}{mark} · {version.note}"[:60].rstrip(" ·"), version.id))
    return Choice(agents, agent_id, listed)


@allow("agent")
def ask(
    studio: Studio,
    person: Person,
    talk: Talk | None,
    other: Talk | None,
    agent_id: str,
    version_id: str,
    beside_id: str,
    text: str,
) -> Iterator[Pair]:
    """Answer *text* as the worker would, showing it as it is written; beside it, another spec."""
    texts = [(text or "").strip()]
    yield from _asked(studio, Pair(talk or Talk(), other), agent_id, version_id, beside_id, texts)


@allow("agent")
def simulate(
    studio: Studio,
    person: Person,
    kind: str,
    talk: Talk | None,
    other: Talk | None,
    agent_id: str,
    version_id: str,
    beside_id: str,
    text: str,
) -> Iterator[Pair]:
    """Ask as a kind of customer: in a burst, by voice note, in another language, angrily."""
    texts = _said(studio, kind, (text or "").strip())
    yield from _asked(studio, Pair(talk or Talk(), other), agent_id, version_id, beside_id, texts)


def _said(studio: Studio, kind: str, text: str) -> list[str]:
    """Return what such a customer writes: their burst is *text* cut into its sentences."""
    if kind == "burst" and text:
        pieces = [piece for piece in SENTENCES.split(text) if piece.strip()]
        return pieces if len(pieces) > 1 else [studio.say("said.hello"), text]
    if kind not in KINDS:
        return [text]
    return studio.say(f"said.{kind}").split("\n")


def _asked(
    studio: Studio, pair: Pair, agent_id: str, version_id: str, beside_id: str, texts: list[str]
) -> Iterator[Pair]:
    if not agent_id or not any(texts):
        raise NothingChosen("playground.write_first" if agent_id else "playground.choose_first")
    spec, label = spec_of(studio, agent_id, version_id)
    other = (pair.other or Talk()) if beside_id else None
    pair = Pair(pair.talk, other)
    for talk in converse(studio, spec, label, pair.talk, texts, pinned_by(version_id)):
        pair = Pair(talk, other)
        yield pair
    if other is not None:
        beside, name = spec_of(studio, agent_id, beside_id)
        answers = converse(studio, beside, name, other, texts, pinned_by(beside_id))
        yield from (Pair(pair.talk, talk) for talk in answers)


@allow("viewer")
def explain(studio: Studio, person: Person, action: str, subject: str, talk: Talk | None) -> Talk:
    """Show why the answer at that place came out so."""
    return replace(talk or Talk(), shown=_place(subject), now=None)


@allow("editor")
def keep(
    studio: Studio, person: Person, action: str, subject: str, talk: Talk | None, agent_id: str
) -> Correction:
    """Keep an answer as a test case, or begin to correct it."""
    talk, at = talk or Talk(), _place(subject)
    reason = talk.of(at)
    if reason is None:
        return Correction(talk)
    if action == "correct":
        question = talk.question_of(at)[:MAX_QUESTION]
        return Correction(talk, at, question, talk.said[at].text)
    source = next(iter(reason.sources), "")
    add_question(studio.services, person.actor, agent_id, talk.question_of(at), "", source)
    return Correction(replace(talk, marks=(*talk.marks, at)))


@allow("editor")
def correct(
    studio: Studio,
    person: Person,
    talk: Talk | None,
    agent_id: str,
    at: int,
    question: str,
    answer: str,
) -> Correction:
    """Keep what staff wrote as the answer to that question, in the agent's first base."""
    if not (question or "").strip() or not (answer or "").strip():
        raise NothingChosen("playground.answer_first")
    known = {base.id for base in studio.services.sources.bases()}
    draft = studio.services.store.agents.get(agent_id).draft
    base_id = next((one for one in draft.knowledge.bases if one in known), "")
    if not base_id:
        raise NothingChosen("playground.no_base")
    curated.add(studio.services, curated_of(studio), person.actor, base_id, question, answer)
    talk = talk or Talk()
    return Correction(replace(talk, marks=(*talk.marks, int(at))))


@allow("viewer")
def cancel(studio: Studio, person: Person, talk: Talk | None) -> Correction:
    """Leave an answer as it is."""
    return Correction(talk or Talk())


@allow("viewer")
def reset(studio: Studio, person: Person) -> Pair:
    """Begin again."""
    return Pair()


def _place(subject: str) -> int:
    return int(subject) if subject.isdecimal() else -1


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show = partial(shown, studio)
    several = [parts.agent, parts.version, parts.other]
    load(at_address(studio, first, "agent", choices), None, several)
    load(event(studio, reset, show), None, parts.filled, show_progress="hidden")
    parts.agent.input(event(studio, choose, versions), parts.agent, several[1:])
    gr.on(
        [parts.agent.input, parts.version.input, parts.other.input, parts.again.click],
        event(studio, reset, show),
        None,
        parts.filled,
    ).then(
        event(studio, cancel, partial(correcting, studio)),
        parts.talk,
        parts.corrected,
        show_progress="hidden",
    )
    gr.on(
        [parts.box.submit, parts.send.click],
        event(studio, ask, show),
        parts.asked,
        parts.filled,
        show_progress="hidden",
        concurrency_limit=8,
    )
    for kind, button in zip(KINDS, parts.kinds, strict=True):
        button.click(
            event(studio, simulate, show),
            [gr.State(kind), *parts.asked],
            parts.filled,
            show_progress="hidden",
            concurrency_limit=8,
        )
    _wire_answers(studio, parts)


def _wire_answers(studio: Studio, parts: Parts) -> None:
    form, show = parts.form, partial(correcting, studio)
    out = parts.corrected
    for chat, talk in ((parts.chat, parts.talk), (parts.other_chat, parts.other_talk)):
        chat.select(pick(studio, explain, partial(explained, studio)), talk, [talk, parts.reason])
    parts.chat.click(pick(studio, keep, show), [parts.talk, parts.agent], out)
    form.save.click(
        event(studio, correct, show, "playground.corrected"),
        [parts.talk, parts.agent, form.place, form.question, form.answer],
        out,
    )
    form.cancel.click(event(studio, cancel, show), parts.talk, out, show_progress="hidden")
