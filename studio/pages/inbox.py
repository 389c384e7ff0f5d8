"""Inbox: conversations as they happen, why the agent said it, and taking over."""

from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from agent import queues
from agent.errors import NotFound
from agent.formatting import split
from agent.store.conversations import TurnRecord
from agent.store.people import Person
from studio.errors import NothingChosen
from studio.pages.inbox_view import Filters, Opened, layout, shown, turn_view
from studio.roles import allow
from studio.state import Studio
from studio.wiring import Load, at_address, event, pick

ON_A_PAGE = 30
LONGEST_PART = 1_600  # characters; https://www.twilio.com/docs/api/errors/21617
MOST_PARTS = 10


def opened(studio: Studio, conversation_id: int, filters: Filters) -> Opened:
    """Read everything the page shows."""
    conversations = studio.services.conversations
    listed = list(
        conversations.page(
            search=filters.search or "",
            owner=filters.owner or "",
            unanswered=bool(filters.unanswered),
            offset=filters.page * ON_A_PAGE,
            limit=ON_A_PAGE + 1,
        )
    )
    more, listed = len(listed) > ON_A_PAGE, listed[:ON_A_PAGE]
    if not conversation_id:
        return Opened(listed, filters, more)
    try:
        summary = conversations.get(conversation_id)
    except NotFound:
        return Opened(listed, filters, more)
    return Opened(listed, filters, more, summary, conversations.thread(conversation_id))


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Opened:
    """The page opens with the conversation in the address, if there is one."""
    number = _number(wanted)
    if number:
        studio.services.audit.note(person.email, "conversation read", str(number))
    return opened(studio, number, Filters())


@allow("viewer")
def watch(studio: Studio, person: Person, conversation_id: int, *filters: Any) -> Opened:
    """Read everything again."""
    return opened(studio, conversation_id, Filters(*filters))


@allow("viewer")
def choose(
    studio: Studio, person: Person, action: str, subject: str, conversation_id: int, *filters: Any
) -> Opened:
    """Open a conversation, or turn the page of the list."""
    asked = Filters(*filters)
    if action == "turn":
        return opened(studio, conversation_id, replace(asked, page=_number(subject)))
    number = _number(subject)
    studio.services.audit.note(person.email, "conversation read", str(number))
    return opened(studio, number, asked)


@allow("viewer")
def explain(studio: Studio, person: Person, action: str, turn_id: str) -> TurnRecord:
    """Return why an agent said it."""
    turn = studio.services.conversations.turn(turn_id)
    studio.services.audit.note(person.email, "turn read", turn_id)
    return turn


@allow("agent")
def own(
    studio: Studio, person: Person, action: str, subject: str, conversation_id: int, *filters: Any
) -> Opened:
    """Take a conversation over, or hand it back to the agent."""
    if action in ("human", "bot"):
        number = studio.services.conversations.get(_number(subject)).id
        if action == "human":
            studio.services.owners.take_over(number, person.email)
        else:
            studio.services.owners.hand_back(number, person.email)
        done = "conversation taken over" if action == "human" else "conversation handed back"
        studio.services.audit.note(person.email, done, str(number))
        if action == "bot":
            studio.services.doorbell.ring(queues.TURN, number)
    return opened(studio, conversation_id, Filters(*filters))


@allow("agent")
def reply(studio: Studio, person: Person, text: str, conversation_id: int, *filters: Any) -> Opened:
    """Send a person's words to the customer through the outbox; the agent is silent from here."""
    text = (text or "").strip()
    if not conversation_id or not text:
        raise NothingChosen("inbox.write_first" if conversation_id else "inbox.choose_first")
    studio.services.conversations.get(conversation_id)
    parts = split(text, LONGEST_PART, MOST_PARTS)
    studio.services.conversations.reply(conversation_id, text, parts, person.email)
    studio.services.audit.note(person.email, "conversation answered", str(conversation_id))
    studio.services.doorbell.ring(queues.DELIVERY, conversation_id)
    return opened(studio, conversation_id, Filters(*filters))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show, look = partial(shown, studio), event(studio, watch, partial(shown, studio))
    here = [parts.conversation_id, parts.page, parts.search, parts.owner, parts.unanswered]
    load(at_address(studio, first, "conversation", show), None, parts.filled)
    parts.timer.tick(look, here, parts.filled, show_progress="hidden", concurrency_limit=8)
    asked = [parts.search.change, parts.owner.input, parts.unanswered.input]
    gr.on(asked, look, here, parts.filled, show_progress="hidden", trigger_mode="always_last")
    parts.listed.click(pick(studio, choose, show), here, parts.filled)
    parts.head.click(pick(studio, own, show), here, parts.filled)
    parts.thread.select(pick(studio, explain, partial(turn_view, studio)), None, parts.why)
    gr.on(
        [parts.box.submit, parts.send.click],
        event(studio, reply, lambda page: [*show(page), ""]),
        [parts.box, *here],
        [*parts.filled, parts.box],
    )
