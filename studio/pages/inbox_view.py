"""How the Inbox looks: its components, and what they show of one conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from agent.store.conversations import Summary, ThreadMessage, TurnRecord
from studio import why
from studio.bubbles import Bubble, thread
from studio.markup import Content, Html, join, tag
from studio.state import Studio
from studio.widgets import badge, button, card, cards, clickable, clock, looker, note, place, when

SNIPPET = 70


@dataclass(frozen=True)
class Filters:
    """Which conversations are listed, in the order of the page's inputs."""

    page: int = 0
    search: str = ""
    owner: str = ""
    unanswered: bool = False


@dataclass(frozen=True)
class Opened:
    """Everything the page shows."""

    listed: Sequence[Summary]
    filters: Filters
    more: bool  # there is a next page
    summary: Summary | None = None
    messages: Sequence[ThreadMessage] = ()


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    conversation_id: gr.State
    page: gr.State
    search: gr.Textbox
    owner: gr.Dropdown
    unanswered: gr.Checkbox
    listed: gr.HTML
    head: gr.HTML
    thread: gr.HTML
    box: gr.Textbox
    send: gr.Button
    why: gr.HTML
    timer: gr.Timer

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [self.conversation_id, self.page, self.listed, self.head, self.thread]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    conversation_id, page, timer = gr.State(0), gr.State(0), gr.Timer(2)
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=3, min_width=250):
            search = gr.Textbox(
                show_label=False,
                placeholder=say("inbox.search"),
                elem_id="inbox-search",
                container=False,
                max_length=100,
            )
            with gr.Row():
                owners = [(say(f"inbox.owner.{key or 'any'}"), key) for key in ("", "bot", "human")]
                owner = gr.Dropdown(owners, value="", show_label=False, container=False,
                                    filterable=False, min_width=120)  # fmt: skip
                unanswered = gr.Checkbox(label=say("inbox.unanswered"), container=False,
                                         min_width=100)  # fmt: skip
            listed = clickable(elem_id="inbox-list", elem_classes="as-scroll")
        with gr.Column(scale=6, min_width=380):
            head = clickable(elem_id="inbox-head")
            messages = clickable(elem_id="inbox-thread", autoscroll=True, elem_classes="as-phone")
            with gr.Row():
                box = gr.Textbox(
                    show_label=False, placeholder=say("inbox.reply"), container=False, scale=8,
                    lines=1, max_lines=6, max_length=8000, elem_id="inbox-box",
                )  # fmt: skip
                send = gr.Button(say("send"), variant="primary", scale=1, min_width=90,
                                 elem_id="inbox-send")  # fmt: skip
        with gr.Column(scale=4, min_width=300):
            place(tag("h3", say("playground.why")))
            reason = place(note(say("inbox.why_empty")), elem_id="inbox-why",
                             elem_classes="as-scroll")  # fmt: skip
    return Parts(conversation_id, page, search, owner, unanswered, listed, head, messages, box,
                 send, reason, timer)  # fmt: skip


def shown(studio: Studio, page: Opened) -> list[Any]:
    """Return the values of `Parts.filled`."""
    number = page.summary.id if page.summary else 0
    return [number, page.filters.page, _list(studio, page, number), _head(studio, page.summary),
            _thread(studio, page)]  # fmt: skip


def _list(studio: Studio, page: Opened, number: int) -> Html:
    filtered = page.filters != Filters()
    empty = studio.say("inbox.nothing_fits" if filtered else "inbox.empty")
    entries = [_line(studio, one, one.id == number) for one in page.listed]
    turns = [
        button(studio.say("newer"), "turn", page.filters.page - 1) if page.filters.page else None,
        button(studio.say("older"), "turn", page.filters.page + 1) if page.more else None,
    ]
    return join([cards(entries, empty), *turns])


def _line(studio: Studio, one: Summary, chosen: bool) -> Html:
    marks = [
        badge(studio.say("inbox.waiting", count=one.unanswered), "wait")
        if one.unanswered
        else None,
        badge(studio.say("inbox.human"), "bad") if one.owner == "human" else None,
        badge(studio.say("inbox.not_delivered"), "bad") if one.dead else None,
    ]
    last = one.last_text[:SNIPPET] + ("…" if len(one.last_text) > SNIPPET else "")
    by = f"{studio.say(f'author.{one.last_author}')}: " if one.last_author else ""
    title = tag("span", one.customer_name or _number(one.customer_address),
                tag("small", when(one.last_message_at)[5:]))  # fmt: skip
    return card(title, by + last, join([tag("small", one.agent_name), *marks]), action="open",
                subject=one.id, chosen=chosen)  # fmt: skip


def _number(address: str) -> str:
    return address.removeprefix("whatsapp:")


def _head(studio: Studio, one: Summary | None) -> Html:
    if one is None:
        return Html("")
    human = one.owner == "human"
    owner = studio.say("inbox.with_person" if human else "inbox.with_agent",
                       who=one.owner_reason if human else one.agent_name)  # fmt: skip
    change = button(studio.say("inbox.hand_back" if human else "inbox.take_over"),
                    "bot" if human else "human", one.id, kind="as-small strong")  # fmt: skip
    return tag(
        "div", tag("h2", one.customer_name or _number(one.customer_address)),
        tag("span", f"{studio.say(f'channel.{one.channel}')} · {_number(one.customer_address)}",
            class_="as-quiet"),
        badge(owner, "bad" if human else "good"), change, class_="as-title",
    )  # fmt: skip


def _thread(studio: Studio, page: Opened) -> Html:
    if page.summary is None:
        return note(studio.say("inbox.choose" if page.listed else "inbox.empty"))
    return thread([_bubble(studio, one) for one in page.messages])


def _bubble(studio: Studio, one: ThreadMessage) -> Bubble:
    names = {"agent": one.version, "customer": ""}
    return Bubble(
        author=one.author, text=one.text, who=names.get(one.author, one.author_name),
        time=clock(one.created_at), delivery=one.delivery,
        delivery_words=_delivery(studio, one), below=_below(studio, one), media=one.media,
    )  # fmt: skip


def _delivery(studio: Studio, one: ThreadMessage) -> str:
    words = studio.say(f"delivery.{one.delivery}") if one.delivery in DELIVERIES else one.delivery
    return f"{words}: {one.error}" if one.error else words


DELIVERIES = frozenset({"pending", "sending", "unknown", "queued", "accepted", "sent", "delivered",
                        "read", "dead", "failed", "undelivered"})  # fmt: skip


def _below(studio: Studio, one: ThreadMessage) -> Content:
    if one.author != "agent" or not one.turn_id:
        return None
    cost = tag("small", f"US$ {one.cost:.5f}") if one.cost else None
    return join([why.citations(one.citations), cost, looker(studio.say("inbox.why"), one.turn_id)])


def turn_view(studio: Studio, turn: TurnRecord) -> Html:
    """Return why an agent said it."""
    seconds = turn.finished_at - turn.started_at
    facts = why.usage(studio, turn.version, turn.model, (turn.input_tokens, turn.output_tokens),
                      turn.cost, seconds, turn.outcome)  # fmt: skip
    return join([why.panel(studio, turn.trace, facts, turn.error), why.citations(turn.citations)])
