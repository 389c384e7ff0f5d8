"""How the Playground looks: one talk or two side by side, and why an answer came out so."""

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from studio.markup import Html, tag
from studio.pages import answer_fields
from studio.state import Studio
from studio.talk import DRAFT, Talk, drawn
from studio.widgets import clickable, note, place

KINDS = ("burst", "voice", "language", "angry")


@dataclass(frozen=True)
class Choice:
    """What can be tried. Labels stand before ids."""

    agents: list[tuple[str, str]]
    agent_id: str
    versions: list[tuple[str, str]]


@dataclass(frozen=True)
class Pair:
    """The talk, and the talk beside it when two are compared."""

    talk: Talk = field(default_factory=Talk)
    other: Talk | None = None


@dataclass(frozen=True)
class Correction:
    """An answer about to be corrected, or nothing."""

    talk: Talk
    place: int = -1
    question: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    talk: gr.State
    other_talk: gr.State
    agent: gr.Dropdown
    version: gr.Dropdown
    other: gr.Dropdown
    chat: gr.HTML
    second: gr.Column
    other_chat: gr.HTML
    box: gr.Textbox
    send: gr.Button
    again: gr.Button
    kinds: tuple[gr.Button, ...]
    reason: gr.HTML
    form: "CorrectionParts"

    @property
    def asked(self) -> list[Any]:
        """What a question is asked with."""
        return [self.talk, self.other_talk, self.agent, self.version, self.other, self.box]

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [
            self.talk,
            self.other_talk,
            self.chat,
            self.other_chat,
            self.second,
            self.reason,
            self.box,
        ]

    @property
    def corrected(self) -> list[Any]:
        """What `correcting` fills, in its order."""
        return [self.talk, self.chat, *self.form.filled]


@dataclass(frozen=True)
class CorrectionParts:
    """The form that turns an answer into one that staff wrote."""

    group: gr.Group
    place: gr.State
    question: gr.Textbox
    answer: gr.Textbox
    save: gr.Button
    cancel: gr.Button

    @property
    def filled(self) -> list[Any]:
        """What `correcting` fills after the talk and the chat."""
        return [self.group, self.place, self.question, self.answer]


def layout(studio: Studio) -> Parts:
    """Place the components."""
    say = studio.say
    talk, other_talk = gr.State(Talk()), gr.State(None)
    with gr.Row(elem_classes="as-choice"):
        agent = gr.Dropdown([], label=say("playground.agent"), elem_id="try-agent")
        version = gr.Dropdown([], label=say("playground.version"), elem_id="try-version")
        other = gr.Dropdown([], label=say("playground.beside"), elem_id="try-beside")
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=6, min_width=360):
            chat = clickable(elem_id="try-chat", elem_classes="as-phone as-mid")
            box, send, again = _writing(studio)
            kinds = _kinds(studio)
        with gr.Column(scale=5, min_width=300, visible=False) as second:
            other_chat = clickable(elem_id="try-other", elem_classes="as-phone as-mid")
        with gr.Column(scale=5, min_width=320):
            form = _correction(studio)
            place(tag("h3", say("playground.why")))
            reason = place(elem_id="try-why", elem_classes="as-scroll as-lower")
    return Parts(
        talk,
        other_talk,
        agent,
        version,
        other,
        chat,
        second,
        other_chat,
        box,
        send,
        again,
        kinds,
        reason,
        form,
    )


def _writing(studio: Studio) -> tuple[gr.Textbox, gr.Button, gr.Button]:
    with gr.Row():
        box = gr.Textbox(
            show_label=False,
            placeholder=studio.say("playground.placeholder"),
            scale=8,
            elem_id="try-box",
            lines=1,
            max_lines=4,
            container=False,
            max_length=4000,
        )
        send = gr.Button(
            studio.say("send"), variant="primary", scale=1, min_width=90, elem_id="try-send"
        )
        again = gr.Button(
            studio.say("playground.reset"), scale=1, min_width=100, elem_id="try-again"
        )
    return box, send, again


def _kinds(studio: Studio) -> tuple[gr.Button, ...]:
    with gr.Row(elem_classes="as-kinds"):
        place(studio.say("playground.simulate"), elem_classes="as-quiet as-kinds-label")
        return tuple(
            gr.Button(
                studio.say(f"playground.{kind}"),
                size="sm",
                min_width=90,
                scale=1,
                elem_id=f"try-{kind}",
            )
            for kind in KINDS
        )


def _correction(studio: Studio) -> CorrectionParts:
    with gr.Group(visible=False, elem_id="try-correction") as group:
        at = gr.State(-1)
        question, answer = answer_fields.question_and_answer(studio, "try")
        cancel, save = answer_fields.cancel_or_save(
            studio, "playground.save_answer", "try-save-answer"
        )
    return CorrectionParts(group, at, question, answer, save, cancel)


# --- what they show


def shown(studio: Studio, pair: Pair) -> list[Any]:
    """Return the values of `Parts.filled`."""
    beside = pair.other is not None
    other = drawn(studio, pair.other, looks=True) if pair.other is not None else ""
    return [
        pair.talk,
        pair.other,
        drawn(studio, pair.talk, keeps=True),
        other,
        gr.Column(visible=beside),
        reasons(studio, pair.talk),
        "" if pair.talk.was_just_asked else gr.skip(),
    ]


def reasons(studio: Studio, talk: Talk) -> Html:
    """Return why the answer that was asked about came out so."""
    known = talk.of(talk.shown)
    return talk.now or (known.why if known else note(studio.say("playground.why_empty")))


def explained(studio: Studio, talk: Talk) -> list[Any]:
    """Return the talk and the reasons of one of its answers."""
    return [talk, reasons(studio, talk)]


def correcting(studio: Studio, step: Correction) -> list[Any]:
    """Return the talk, the chat and the form of a correction."""
    chat = drawn(studio, step.talk, keeps=True)
    return [
        step.talk,
        chat,
        gr.Group(visible=step.place >= 0),
        step.place,
        step.question,
        step.answer,
    ]


def choices(choice: Choice) -> list[Any]:
    """Return the values of the dropdowns."""
    agents = gr.update(choices=choice.agents, value=choice.agent_id or None)
    return [agents, *versions(choice)]


def versions(choice: Choice) -> list[Any]:
    """Return what can be tried of one agent, and what can stand beside it."""
    none = ("—", "")
    return [
        gr.update(choices=choice.versions, value=DRAFT),
        gr.update(choices=[none, *choice.versions], value=""),
    ]
