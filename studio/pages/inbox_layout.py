"""The components of the Inbox, and what a person has chosen in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from store.conversations.conversation_list import Filters
from store.states import Owner
from studio import in_notebook
from studio.markup import Html, tag
from studio.state import Studio
from studio.widgets import button, clickable, note, place

DEPTH = 50  # messages of a thread; as many more with each press of the button
STATES = ("", *Owner, "mine")
WAITING = ("", "unanswered", "undelivered")
TICK_SECONDS = 2.0


@dataclass(frozen=True)
class View:
    """What a person looks at."""

    conversation_id: int = 0
    trail: tuple[str, ...] = ()  # the keys that lead to this page of the list
    depth: int = DEPTH
    filters: Filters = field(default_factory=Filters)
    read_at: float = 0.0
    reader: str = ""  # the person's e-mail

    @classmethod
    def of(cls, email: str, values: Sequence[Any]) -> "View":
        """Return the view for the values of `Parts.here`."""
        number, trail, depth, search, state, agent_id, channel, waiting = values
        filters = Filters(
            search=(search or "")[:100],
            owner=Owner(state) if state in STATES[1:4] else None,
            assigned_to=email if state == "mine" else "",
            agent_id=agent_id or "",
            channel=channel or "",
            unanswered=waiting == "unanswered",
            undelivered=waiting == "undelivered",
        )
        return cls(int(number or 0), tuple(trail or ()), int(depth or DEPTH), filters, reader=email)


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    conversation_id: gr.State
    trail: gr.State
    depth: gr.State
    seen: gr.State
    holder: gr.State
    search: gr.Textbox
    state: gr.Dropdown
    agent: gr.Dropdown
    channel: gr.Dropdown
    waiting: gr.Dropdown
    listed: gr.HTML
    head: gr.HTML
    thread: gr.HTML
    assigned: gr.Dropdown
    mode: gr.Radio
    box: gr.Textbox
    send: gr.Button
    why: gr.HTML
    keep: gr.HTML
    notebook: gr.HTML
    erase: gr.HTML
    correct: "Correct"
    timer: gr.Timer

    @property
    def here(self) -> list[Any]:
        """What says where a person is, in the order of `View.of`."""
        return [
            self.conversation_id,
            self.trail,
            self.depth,
            self.search,
            self.state,
            self.agent,
            self.channel,
            self.waiting,
        ]

    @property
    def filled(self) -> list[Any]:
        """What `inbox_view.shown` fills, in its order."""
        where = [self.conversation_id, self.trail, self.depth, self.seen]
        return [*where, self.listed, self.head, self.thread, self.assigned, self.holder]


@dataclass(frozen=True)
class Correct:
    """The form that turns a poor answer into a curated one."""

    group: gr.Column
    base: gr.Dropdown
    question: gr.Textbox
    answer: gr.Textbox
    keep: gr.Button

    @property
    def filled(self) -> list[Any]:
        """What opening it fills."""
        return [self.group, self.base, self.question, self.answer]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    timer = gr.Timer(TICK_SECONDS)
    with gr.Row(elem_classes="as-columns", elem_id="inbox"):
        with gr.Column(scale=3, min_width=270, elem_id="inbox-left"):
            search, state, agent, channel, waiting = _filters(studio)
            listed = clickable(elem_id="inbox-list", elem_classes="as-scroll")
        with gr.Column(scale=6, min_width=340, elem_id="inbox-middle"):
            head = clickable(elem_id="inbox-head")
            messages = clickable(elem_id="inbox-thread", elem_classes="as-phone")
            mode, box, send = _writing(studio)
        with gr.Column(scale=4, min_width=290, elem_id="inbox-right"):
            assigned = gr.Dropdown(
                [(studio.say("inbox.nobody"), "")],
                value="",
                label=studio.say("inbox.assigned"),
                elem_id="inbox-assigned",
                allow_custom_value=True,
            )
            correct = _mend(studio)
            place(tag("h3", studio.say("playground.why")))
            reason = clickable(
                note(studio.say("inbox.why_empty")), elem_id="inbox-why", elem_classes="as-scroll"
            )
            keep = clickable(_keeping(studio), elem_id="inbox-keep")
            notebook = clickable(in_notebook.opener(studio, 0), elem_id="inbox-notebook")
            erase = clickable(_erasing(studio), elem_id="inbox-erase")
    states = (gr.State(0), gr.State([]), gr.State(DEPTH), gr.State(None), gr.State(""))
    chosen = (search, state, agent, channel, waiting)
    drawn = (listed, head, messages)
    seen = (reason, keep, notebook, erase)
    return Parts(*states, *chosen, *drawn, assigned, mode, box, send, *seen, correct, timer)


def _filters(
    studio: Studio,
) -> tuple[gr.Textbox, gr.Dropdown, gr.Dropdown, gr.Dropdown, gr.Dropdown]:
    say = studio.say
    search = gr.Textbox(
        show_label=False,
        placeholder=say("inbox.search"),
        container=False,
        elem_id="inbox-search",
        max_length=100,
    )
    with gr.Row():
        states = [(say(f"inbox.owner.{key or 'any'}"), key) for key in STATES]
        state = _choice(states, say("inbox.by_state"))
        waits = [(say(f"inbox.waits.{key or 'any'}"), key) for key in WAITING]
        waiting = _choice(waits, say("inbox.by_waiting"))
    with gr.Row():
        agent = _choice([(say("inbox.every_agent"), "")], say("inbox.by_agent"))
        channels = [(one.title, name) for name, one in studio.services.channels.items()]
        every = (say("inbox.every_channel"), "")
        channel = _choice([every, *channels], say("inbox.by_channel"))
    return search, state, agent, channel, waiting


def _choice(choices: list[tuple[str, str]], label: str) -> gr.Dropdown:
    return gr.Dropdown(
        choices,
        value="",
        label=label,
        show_label=False,
        container=False,
        filterable=False,
        min_width=110,
    )


def _writing(studio: Studio) -> tuple[gr.Radio, gr.Textbox, gr.Button]:
    say = studio.say
    modes = [(say("inbox.mode.reply"), "reply"), (say("inbox.mode.note"), "note")]
    mode = gr.Radio(modes, value="reply", show_label=False, container=False, elem_id="inbox-mode")
    with gr.Row(elem_id="inbox-writing"):
        box = gr.Textbox(
            show_label=False,
            placeholder=say("inbox.reply"),
            container=False,
            scale=8,
            lines=1,
            max_lines=6,
            max_length=4000,
            elem_id="inbox-box",
        )
        send = gr.Button(
            say("send"), variant="primary", scale=1, min_width=90, elem_id="inbox-send"
        )
    return mode, box, send


def _keeping(studio: Studio) -> Html:
    return button(studio.say("inbox.keep_case"), "keep", 0)


def _erasing(studio: Studio) -> Html:
    sure = studio.say("inbox.erase_sure")
    return button(studio.say("inbox.erase"), "erase", 0, sure, "as-small as-bad")


def _mend(studio: Studio) -> Correct:
    say = studio.say
    with gr.Column(visible=False, elem_id="inbox-correct") as group:
        place(tag("h3", say("inbox.correct")))
        place(tag("p", say("inbox.correct_help"), class_="as-quiet"))
        question = gr.Textbox(
            label=say("inbox.correct_question"),
            lines=2,
            max_length=1000,
            elem_id="inbox-correct-question",
        )
        answer = gr.Textbox(
            label=say("inbox.correct_answer"),
            lines=4,
            max_length=4000,
            elem_id="inbox-correct-answer",
        )
        base = gr.Dropdown([], label=say("inbox.correct_base"), filterable=False)
        keep = gr.Button(say("inbox.correct_keep"), variant="primary", elem_id="inbox-correct-keep")
    return Correct(group, base, question, answer, keep)
