"""Inbox: conversations as they happen, why the agent said it, and answering as a person."""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from actions import conversations as acts
from actions import kept_talks
from agent.errors import NotFound
from store.conversations.threads import TurnRecord
from store.people.people import Person
from studio import in_notebook
from studio.errors import NothingChosen
from studio.pages import correcting
from studio.pages.inbox_layout import DEPTH, Parts, View, layout
from studio.pages.inbox_view import Opened, Seen, shown, turn_view
from studio.roles import allow
from studio.state import Studio
from studio.widgets import note
from studio.wiring import Load, at_address, event, pick

ON_A_PAGE = 30
MOST_SHOWN = 1_000  # messages of one thread
SEARCH_AGAIN_SECONDS = 10.0  # a search reads every message there is
PAUSE_SECONDS = 3600.0
BEGUN = "(text) => window.reply(text)"  # what was begun for the conversation that opens


@dataclass(frozen=True)
class Choices:
    """What the filters and the assignment can be set to."""

    agents: Sequence[tuple[str, str]]  # (name, id)
    people: Sequence[tuple[str, str]]  # (name, e-mail)


def opened(studio: Studio, view: View, *, lists: bool = True) -> Opened:
    """Read everything the page shows; the list only if it *lists*."""
    services, conversations = studio.services, studio.services.store.conversations
    pulse = conversations.pulse()
    listed = None
    if lists:
        after = view.trail[-1] if view.trail else ""
        listed = list(conversations.page(view.filters, after, ON_A_PAGE + 1))
        view = replace(view, read_at=time.time())
    page = Opened(
        view,
        pulse,
        None if listed is None else listed[:ON_A_PAGE],
        more=listed is not None and len(listed) > ON_A_PAGE,
        undelivered=services.store.dead_letters.count() if lists else 0,
    )
    return _with_thread(studio, page) if view.conversation_id else page


def _with_thread(studio: Studio, page: Opened) -> Opened:
    number, depth = page.view.conversation_id, page.view.depth
    conversations = studio.services.store.conversations
    try:
        summary = conversations.get(number)
    except NotFound:
        return page
    messages = conversations.thread(number, limit=depth + 1)
    return replace(
        page,
        summary=summary,
        messages=messages[-depth:],
        earlier=len(messages) > depth,
        notes=studio.services.store.notes.of(number),
    )


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Opened:
    """The page opens with the conversation in the address, if there is one."""
    return opened(studio, View(_read(studio, person, wanted), reader=person.email))


def _read(studio: Studio, person: Person, wanted: str) -> int:
    """Return the number of a conversation that is opened, and have it noted if there is one."""
    number = _number(wanted)
    with contextlib.suppress(NotFound):
        acts.read(studio.services, person.actor, number)
    return number


@allow("viewer")
def choices(studio: Studio, person: Person) -> Choices:
    """Return what the filters and the assignment can be set to."""
    staff = [one for one in studio.services.store.people.list() if one.may("agent")]
    return Choices(
        [(agent.name, agent.id) for agent in studio.services.store.agents.list()],
        [(one.name or one.email, one.email) for one in staff],
    )


@allow("viewer")
def watch(studio: Studio, person: Person, seen: Seen | None, *here: Any) -> Opened | None:
    """Read what changed since it was *seen*; None when nothing did."""
    if seen and tuple(seen[0]) == studio.services.store.conversations.pulse():
        return None
    view = View.of(person.email, here)
    soon = seen is not None and time.time() - seen[1] < SEARCH_AGAIN_SECONDS
    page = opened(studio, view, lists=not (view.filters.search and soon))
    return replace(page, seen=seen)


@allow("viewer")
def look(studio: Studio, person: Person, *here: Any) -> Opened:
    """The filters were changed: begin at the first page."""
    return opened(studio, replace(View.of(person.email, here), trail=()))


@allow("viewer")
def choose(studio: Studio, person: Person, action: str, subject: str, *here: Any) -> Opened:
    """Open a conversation, or turn the page of the list."""
    view = View.of(person.email, here)
    if action == "older":
        return opened(studio, replace(view, trail=(*view.trail, _key(subject))))
    if action == "newer":
        return opened(studio, replace(view, trail=view.trail[:-1]))
    number = _read(studio, person, subject)
    return opened(studio, replace(view, conversation_id=number, depth=DEPTH))


@allow("viewer")
def explain(studio: Studio, person: Person, action: str, turn_id: str) -> TurnRecord:
    """Return why an agent said it."""
    return acts.read_turn(studio.services, person.actor, turn_id)


@allow("viewer")
def close(studio: Studio, person: Person, action: str, subject: str, *here: Any) -> Opened:
    """Go back to the list, where there is room for one of both only."""
    return opened(studio, replace(View.of(person.email, here), conversation_id=0))


@allow("agent")
def own(studio: Studio, person: Person, action: str, subject: str, *here: Any) -> Opened:
    """Take a conversation over, pause it, or hand it back to the agent; *subject* says from whom
    it is taken, if from anybody."""
    number, _, holder = subject.partition(" ")
    which = (studio.services, person.actor, _number(number))
    if action == "human":
        acts.take_over(*which, holder)
    elif action == "pause":
        acts.pause(*which, time.time() + PAUSE_SECONDS, holder)
    elif action == "bot":
        acts.hand_back(*which, holder)
    return opened(studio, View.of(person.email, here))


@allow("agent")
def assign(studio: Studio, person: Person, email: str, holder: str, *here: Any) -> Opened:
    """Put somebody in charge of the conversation; nobody when *email* is empty. *holder*: whose
    name stood there."""
    view = View.of(person.email, here)
    if not view.conversation_id:
        raise NothingChosen("inbox.choose_first")
    which = (studio.services, person.actor, view.conversation_id)
    acts.assign(*which, email or "", holder or "")
    return opened(studio, view)


@allow("agent")
def write(studio: Studio, person: Person, mode: str, text: str, *here: Any) -> Opened:
    """Send a person's words to the customer through the outbox, or keep them as a note."""
    view, words = View.of(person.email, here), (text or "").strip()
    number = view.conversation_id
    if not number or not words:
        raise NothingChosen("inbox.write_first" if number else "inbox.choose_first")
    say = acts.write_note if mode == "note" else acts.reply
    say(studio.services, person.actor, number, words)
    return opened(studio, view)


@allow("viewer")
def deepen(studio: Studio, person: Person, action: str, subject: str, *here: Any) -> Opened:
    """Show older messages too."""
    view = View.of(person.email, here)
    depth = min(view.depth + DEPTH, MOST_SHOWN)
    return opened(studio, replace(view, depth=depth), lists=False)


@allow("editor")
def keep_case(studio: Studio, person: Person, action: str, subject: str, *here: Any) -> None:
    """Keep the open conversation among the tests of the agent that answered there."""
    view = View.of(person.email, here)
    if action != "keep" or not view.conversation_id:
        raise NothingChosen("inbox.choose_first")
    kept_talks.keep(studio.services, person.actor, view.conversation_id)


@allow("editor")
def open_conversation(studio: Studio, person: Person, action: str, subject: str, *here: Any) -> str:
    """Make a notebook that begins with the open conversation; return its id."""
    view = View.of(person.email, here)
    if not view.conversation_id:
        raise NothingChosen("inbox.choose_first")
    return in_notebook.opened(studio, person, "conversation", view.conversation_id)


@allow("editor")
def open_turn(studio: Studio, person: Person, action: str, turn_id: str) -> str:
    """Make a notebook that begins with a turn; return its id."""
    return in_notebook.opened(studio, person, "turn", turn_id)


@allow("admin")
def erase(studio: Studio, person: Person, action: str, subject: str, *here: Any) -> Opened:
    """Erase the customer whose conversation is open, from every store of ours."""
    view = View.of(person.email, here)
    if action != "erase" or not view.conversation_id:
        raise NothingChosen("inbox.choose_first")
    acts.erase_customer(studio.services, person.actor, view.conversation_id)
    return opened(studio, replace(view, conversation_id=0))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _key(text: str) -> str:
    """Return the key of a line if *text* is one; it comes from a browser."""
    moment, _, number = text.partition(":")
    try:
        return f"{float(moment)!r}:{int(number)}"
    except ValueError:
        return ""


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show = partial(shown, studio)
    load(at_address(studio, first, "conversation", show), None, parts.filled)
    load(
        event(studio, choices, partial(_choices, studio)),
        None,
        [parts.agent, parts.assigned],
        show_progress="hidden",
    )
    parts.timer.tick(
        event(studio, watch, show),
        [parts.seen, *parts.here],
        parts.filled,
        show_progress="hidden",
        concurrency_limit=8,
        trigger_mode="once",
    )
    _wire_list(studio, parts)
    _wire_thread(studio, parts)


def _wire_list(studio: Studio, parts: Parts) -> None:
    show = partial(shown, studio)
    chosen = (parts.state, parts.agent, parts.channel, parts.waiting)
    asked = [parts.search.input, *(one.input for one in chosen)]
    gr.on(
        asked,
        event(studio, look, show),
        parts.here,
        parts.filled,
        show_progress="hidden",
        trigger_mode="always_last",
    )
    parts.listed.click(pick(studio, choose, show), parts.here, parts.filled)
    parts.listed.click(None, parts.box, parts.box, js=BEGUN)
    parts.head.collapse(pick(studio, close, show), parts.here, parts.filled)
    parts.head.click(pick(studio, own, show), parts.here, parts.filled)
    parts.assigned.input(
        event(studio, assign, show), [parts.assigned, parts.holder, *parts.here], parts.filled
    )


def _wire_thread(studio: Studio, parts: Parts) -> None:
    show = partial(shown, studio)
    parts.thread.select(pick(studio, explain, partial(turn_view, studio)), None, parts.why)
    parts.thread.expand(pick(studio, deepen, show), parts.here, parts.filled)
    kept = pick(studio, keep_case, lambda _: note(studio.say("inbox.case_kept")))
    parts.keep.click(kept, parts.here, parts.keep)
    way = partial(in_notebook.way, studio)
    parts.notebook.click(pick(studio, open_conversation, way), parts.here, parts.notebook)
    parts.why.click(pick(studio, open_turn, way), None, parts.why)
    parts.erase.click(pick(studio, erase, show), parts.here, parts.filled)
    correcting.wire(studio, parts.thread, parts.correct)
    gr.on(
        [parts.box.submit, parts.send.click],
        event(studio, write, lambda page: [*show(page), ""]),
        [parts.mode, parts.box, *parts.here],
        [*parts.filled, parts.box],
    )


def _choices(studio: Studio, found: Choices) -> list[Any]:
    return [
        gr.update(choices=[(studio.say("inbox.every_agent"), ""), *found.agents]),
        gr.update(choices=[(studio.say("inbox.nobody"), ""), *found.people]),
    ]
