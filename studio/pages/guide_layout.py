"""How the guided path looks: six steps to a new agent, and beside each what comes of it."""

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from studio.markup import tag
from studio.pages.guide_view import STEPS, rule_list, tone_cards
from studio.state import Studio
from studio.widgets import clickable, place


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    agent_id: gr.State
    revision: gr.State
    at: gr.Textbox  # the agent and the step, on their way to the address
    walk: gr.Walkthrough
    words: tuple[gr.Textbox, ...]  # name, brand, description, tone, instructions
    nexts: tuple[gr.Button, ...]
    backs: tuple[gr.Button, ...]
    hello: gr.HTML
    tones: gr.HTML
    sound: gr.HTML
    rules: gr.HTML
    knowledge: "KnowledgeParts"
    trial: "TrialParts"
    check: gr.HTML
    release: gr.Button
    replaces: gr.State

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        where = [self.agent_id, self.revision, self.at, self.walk]
        told = [self.knowledge.sources, self.trial.questions, self.check]
        return [*where, *told, self.release, self.replaces]


@dataclass(frozen=True)
class KnowledgeParts:
    """Where the agent is given something to know."""

    files: gr.File
    text: gr.Textbox
    keep: gr.Button
    url: gr.Textbox
    add: gr.Button
    complaint: gr.HTML
    sources: gr.HTML
    timer: gr.Timer = field(repr=False)


@dataclass(frozen=True)
class TrialParts:
    """Where the agent is tried."""

    said: gr.State
    chat: gr.HTML
    questions: gr.HTML
    box: gr.Textbox
    send: gr.Button


def layout(studio: Studio) -> Parts:
    """Place the components."""
    agent_id, revision, at = gr.State(""), gr.State(0), gr.Textbox(visible=False)
    nexts: list[gr.Button] = []
    backs: list[gr.Button] = []
    with gr.Walkthrough(selected=1, elem_id="guide") as walk:
        with _step(studio, 1):
            name, brand, description, hello = _brand(studio)
            _turns(studio, 1, backs, nexts)
        with _step(studio, 2):
            tone, tones, sound = _tone(studio)
            _turns(studio, 2, backs, nexts)
        with _step(studio, 3):
            instructions, rules = _instructions(studio)
            _turns(studio, 3, backs, nexts)
        with _step(studio, 4):
            knowledge = _knowledge(studio)
            _turns(studio, 4, backs, nexts)
        with _step(studio, 5):
            trial = _trial(studio)
            _turns(studio, 5, backs, nexts)
        with _step(studio, 6):
            check, release = _release(studio, backs)
    return Parts(
        agent_id,
        revision,
        at,
        walk,
        (name, brand, description, tone, instructions),
        tuple(nexts),
        tuple(backs),
        hello,
        tones,
        sound,
        rules,
        knowledge,
        trial,
        check,
        release,
        gr.State(""),
    )


def _step(studio: Studio, number: int) -> gr.Step:
    return gr.Step(studio.say(f"guide.step.{STEPS[number - 1]}"), id=number)


def _turns(studio: Studio, number: int, backs: list[gr.Button], nexts: list[gr.Button]) -> None:
    with gr.Row(elem_classes="as-turns"):
        if number > 1:
            backs.append(_back(studio, number))
        nexts.append(
            gr.Button(
                studio.say("guide.next"),
                variant="primary",
                scale=0,
                min_width=220,
                elem_id=f"guide-next-{number}",
            )
        )


def _back(studio: Studio, number: int) -> gr.Button:
    return gr.Button(
        studio.say("guide.back"), elem_id=f"guide-back-{number}", scale=0, min_width=110
    )


def _about(studio: Studio, step: str) -> None:
    place(
        tag(
            "div",
            tag("h2", studio.say(f"guide.{step}.title")),
            tag("p", studio.say(f"guide.{step}.help")),
            class_="as-about",
        )
    )


def _text(studio: Studio, field_name: str, **more: Any) -> gr.Textbox:
    return gr.Textbox(
        label=studio.say(f"agent.{field_name}"),
        info=studio.say(f"agent.{field_name}.help"),
        elem_id=f"guide-{field_name}",
        elem_classes="as-draft",
        **more,
    )


def _brand(studio: Studio) -> tuple[gr.Textbox, gr.Textbox, gr.Textbox, gr.HTML]:
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=6, min_width=420):
            _about(studio, "brand")
            with gr.Row():
                example = studio.say("guide.brand.example")
                brand = _text(studio, "brand", max_length=80, placeholder=example)
                name = _text(
                    studio, "name", max_length=80, placeholder=studio.say("guide.name.example")
                )
            description = _text(
                studio, "description", lines=3, placeholder=studio.say("guide.description.example")
            )
        with gr.Column(scale=4, min_width=300):
            hello = place(elem_classes="as-phone as-peek")
    return name, brand, description, hello


def _tone(studio: Studio) -> tuple[gr.Textbox, gr.HTML, gr.HTML]:
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=6, min_width=420):
            _about(studio, "tone")
            tones = clickable(tone_cards(studio, ""), elem_id="guide-tones")
            tone = _text(studio, "tone", lines=3, max_length=500)
        with gr.Column(scale=4, min_width=300):
            sound = place(elem_classes="as-phone as-peek", elem_id="guide-sound")
    return tone, tones, sound


def _instructions(studio: Studio) -> tuple[gr.Textbox, gr.HTML]:
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=6, min_width=420):
            _about(studio, "instructions")
            instructions = _text(
                studio,
                "instructions",
                lines=10,
                max_lines=14,
                placeholder=studio.say("guide.instructions.example"),
            )
        with gr.Column(scale=4, min_width=300):
            rules = clickable(rule_list(studio), elem_id="guide-rules")
    return instructions, rules


def _knowledge(studio: Studio) -> KnowledgeParts:
    say = studio.say
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=6, min_width=420):
            _about(studio, "knowledge")
            files = gr.File(
                label=say("knowledge.files"),
                file_count="multiple",
                type="filepath",
                height=140,
                elem_id="guide-files",
            )
            with gr.Group():
                text = gr.Textbox(
                    label=say("guide.knowledge.text"),
                    lines=4,
                    max_lines=6,
                    max_length=200_000,
                    placeholder=say("guide.knowledge.text_example"),
                    elem_id="guide-text",
                    elem_classes="as-draft",
                )
            keep = gr.Button(say("guide.knowledge.keep"), elem_id="guide-keep")
        with gr.Column(scale=4, min_width=300):
            with gr.Group():
                url = gr.Textbox(
                    label=say("knowledge.url"),
                    placeholder="https://",
                    max_length=2000,
                    elem_id="guide-url",
                )
            add = gr.Button(say("knowledge.add_url"), elem_id="guide-add")
            complaint = place(elem_id="guide-complaint")
            sources = place(elem_id="guide-sources")
    return KnowledgeParts(files, text, keep, url, add, complaint, sources, gr.Timer(1.5))


def _trial(studio: Studio) -> TrialParts:
    said = gr.State(())
    with gr.Row(elem_classes="as-columns"):
        with gr.Column(scale=4, min_width=300):
            _about(studio, "try")
            questions = clickable(elem_id="guide-questions")
        with gr.Column(scale=6, min_width=420):
            chat = place(elem_id="guide-chat", elem_classes="as-phone as-short")
            with gr.Row():
                box = gr.Textbox(
                    show_label=False,
                    placeholder=studio.say("playground.placeholder"),
                    scale=8,
                    elem_id="guide-box",
                    max_length=4000,
                    container=False,
                )
                send = gr.Button(
                    studio.say("send"),
                    variant="primary",
                    scale=1,
                    min_width=90,
                    elem_id="guide-send",
                )
    return TrialParts(said, chat, questions, box, send)


def _release(studio: Studio, backs: list[gr.Button]) -> tuple[gr.HTML, gr.Button]:
    _about(studio, "release")
    check = place(elem_id="guide-check")
    with gr.Row(elem_classes="as-turns"):
        backs.append(_back(studio, 6))
        release = gr.Button(
            studio.say("guide.release"),
            variant="primary",
            scale=0,
            min_width=220,
            elem_id="guide-release",
        )
    return check, release
