"""How the Inbox looks: its components, and what they show of one conversation."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from agent.answer import Author
from store.conversations.conversation_list import Filters, Summary
from store.conversations.notes import Note
from store.conversations.threads import ThreadMessage, TurnRecord
from store.states import Owner
from studio import failures, in_notebook, why
from studio.bubbles import Bubble, thread
from studio.markup import Content, Html, join, tag
from studio.pages.inbox_layout import View
from studio.quoted import strips
from studio.state import Studio
from studio.widgets import badge, button, card, cards, clock, looker, note, when

SNIPPET = 70
Seen = tuple[Any, ...]  # the pulse, and what was shown then


@dataclass(frozen=True)
class Opened:
    """Everything the page shows."""

    view: View
    pulse: tuple[float, ...]
    listed: Sequence[Summary] | None  # None: as it was
    more: bool = False  # there is a next page
    undelivered: int = 0
    summary: Summary | None = None
    messages: Sequence[ThreadMessage] = ()
    notes: Sequence[Note] = ()
    earlier: bool = False  # there are older messages
    seen: Seen | None = None  # what this page showed before, if only changes are to be drawn


def shown(studio: Studio, page: Opened | None) -> list[Any]:
    """Return the values of `Parts.filled`; what would be drawn as it is already stays untouched."""
    if page is None:
        return [gr.skip()] * 9
    seen = page.seen
    number = page.summary.id if page.summary else 0
    holder = page.summary.assigned_to if page.summary else ""
    drawn = [
        None if page.listed is None else _list(studio, page, page.listed, number),
        _head(studio, page.summary, page.view.reader),
        _thread(studio, page),
        holder,
    ]
    before = seen[2:] if seen else (None,) * 4
    kept = [old if new is None else hash(new) for new, old in zip(drawn, before, strict=True)]
    changed = [
        gr.skip() if new is None or hash(new) == old else new
        for new, old in zip(drawn, before, strict=True)
    ]
    read_at = seen[1] if seen and page.listed is None else page.view.read_at
    now = (page.pulse, read_at, *kept)
    return [number, list(page.view.trail), page.view.depth, now, *changed, holder]


def _list(studio: Studio, page: Opened, listed: Sequence[Summary], number: int) -> Html:
    filtered = page.view.filters != Filters()
    empty = studio.say("inbox.nothing_fits" if filtered else "inbox.empty")
    entries = [_line(studio, one, one.id == number) for one in listed]
    turns = [
        button(studio.say("newer"), "newer", 0) if page.view.trail else None,
        button(studio.say("older"), "older", listed[-1].key) if page.more else None,
    ]
    return join([_undelivered(studio, page.undelivered), cards(entries, empty), *turns])


def _undelivered(studio: Studio, count: int) -> Html | None:
    if not count:
        return None
    words = studio.say("inbox.undelivered_count", count=count)
    return tag("a", words, href=f"/studio/{studio.language}/undelivered", class_="as-alarm")


def _line(studio: Studio, one: Summary, chosen: bool) -> Html:
    marks = [
        badge(studio.say("inbox.waiting", count=one.unanswered), "wait")
        if one.unanswered
        else None,
        badge(studio.say(f"inbox.{one.owner}"), "bad") if one.owner != Owner.BOT else None,
        badge(studio.say("inbox.not_delivered"), "bad") if one.dead else None,
    ]
    last = one.last_text[:SNIPPET] + ("…" if len(one.last_text) > SNIPPET else "")
    by = f"{studio.say(f'author.{one.last_author}')}: " if one.last_author else ""
    title = tag(
        "span",
        one.customer_name or studio.address(one.channel, one.customer_address),
        tag("small", when(one.last_message_at)[5:]),
    )
    return card(
        title,
        by + last,
        join([tag("small", one.agent_name), *marks]),
        action="open",
        subject=one.id,
        chosen=chosen,
    )


def _head(studio: Studio, one: Summary | None, reader: str) -> Html:
    if one is None:
        return Html("")
    back = looker("←", one.id, "close", "collapse", "as-small as-phone-only")
    address = studio.address(one.channel, one.customer_address)
    where = f"{studio.channel(one.channel)} · {address}"
    refused = badge(studio.say("inbox.opted_out"), "bad") if one.opted_out_at else None
    return tag(
        "div",
        back,
        tag("h2", one.customer_name or address),
        tag("span", where, class_="as-quiet"),
        _owner(studio, one),
        refused,
        _changes(studio, one, reader),
        class_="as-title",
    )


def _owner(studio: Studio, one: Summary) -> Html:
    if one.owner == Owner.BOT:
        return badge(studio.say("inbox.with_agent", who=one.agent_name), "good")
    until = when(one.owner_until)[5:]
    if one.owner == Owner.PAUSED:
        return badge(studio.say("inbox.with_nobody", until=until), "wait")
    who = one.assigned_to or failures.handoff_reason(studio, one.owner_reason)
    words = studio.say("inbox.with_person", who=who)
    if until:
        words += f" · {studio.say('inbox.until', until=until)}"
    return badge(words, "bad")


def _changes(studio: Studio, one: Summary, reader: str) -> Html:
    """The buttons that change who answers. What is somebody else's is asked for first."""
    theirs = one.assigned_to not in ("", reader)
    subject = f"{one.id} {one.assigned_to}" if theirs else str(one.id)
    sure = studio.say("inbox.taken_sure", who=one.assigned_to) if theirs else ""
    take = button(studio.say("inbox.take_over"), "human", subject, sure, "as-small strong")
    give = button(studio.say("inbox.hand_back"), "bot", subject, sure, "as-small strong")
    pause = button(studio.say("inbox.pause"), "pause", subject, sure)
    if one.owner == "human":
        return join([take if theirs else None, give, pause])
    return join([take, pause] if one.owner == "bot" else [give, take])


def _thread(studio: Studio, page: Opened) -> Html:
    if page.summary is None:
        return note(studio.say("inbox.empty" if page.listed == [] else "inbox.choose"))
    channel = page.summary.channel
    said = [(one.created_at, _bubble(studio, one, channel)) for one in page.messages]
    since = said[0][0] if said and page.earlier else 0.0
    told = [(one.created_at, _note(studio, one)) for one in page.notes if one.created_at >= since]
    both = [bubble for _, bubble in sorted(said + told, key=lambda pair: pair[0])]
    earlier = looker(studio.say("inbox.earlier"), page.summary.id, "earlier", "expand")
    above = tag("div", earlier, class_="as-earlier") if page.earlier else None
    return tag("div", above, thread(both))  # one element: it is scrolled from its end


def _note(studio: Studio, one: Note) -> Bubble:
    told = studio.say("inbox.number_changed")  # a note of nobody's says that only
    who = f"{studio.say('inbox.note')} · {one.author}" if one.author else told
    return Bubble("note", one.text, who=who, time=_moment(one.created_at))


def _bubble(studio: Studio, one: ThreadMessage, channel: str) -> Bubble:
    names = {Author.AGENT: one.version, Author.CUSTOMER: ""}
    return Bubble(
        author=one.author,
        text=one.text,
        who=names.get(one.author, one.author_name),
        time=_moment(one.created_at),
        delivery=one.delivery,
        delivery_words=_delivery(studio, one, channel),
        above=strips(studio, one.about),
        below=_below(studio, one),
        media=one.media,
    )


def _moment(at: float) -> str:
    """Return the time of day; on another day than today, the day too."""
    return clock(at) if when(at)[:10] == when(time.time())[:10] else when(at)[5:]


def _delivery(studio: Studio, one: ThreadMessage, channel: str) -> str:
    words = studio.say(f"delivery.{one.delivery}") if one.delivery in DELIVERIES else one.delivery
    if one.delivery not in FAILED:
        return words
    reason = failures.delivery_failure(studio, channel, one.error_code, one.error)
    return f"{words}: {reason}" if reason else words


FAILED = frozenset({"unknown", "dead", "failed", "undelivered"})
DELIVERIES = frozenset(
    {"pending", "sending", "queued", "accepted", "sent", "delivered", "read", "played", *FAILED}
)


def _below(studio: Studio, one: ThreadMessage) -> Content:
    if one.author != Author.AGENT or not one.turn_id:
        return None
    cost = tag("small", f"US$ {one.cost:.5f}") if one.cost else None
    asked = looker(studio.say("inbox.why"), one.turn_id)
    correct = button(studio.say("inbox.fix"), "fix", one.turn_id)
    return join([why.citations(one.citations), cost, asked, correct])


def turn_view(studio: Studio, turn: TurnRecord) -> Html:
    """Return why an agent said it."""
    seconds = turn.finished_at - turn.started_at
    facts = why.usage(
        studio,
        turn.version,
        turn.model,
        (turn.input_tokens, turn.output_tokens),
        turn.cost,
        seconds,
        turn.outcome,
    )
    reason = failures.turn_failure(studio, turn.error)
    panel = why.panel(studio, turn.trace, facts, reason)
    return join([panel, why.citations(turn.citations), in_notebook.opener(studio, turn.id)])
