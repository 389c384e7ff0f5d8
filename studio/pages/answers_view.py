"""How a base's own answers look: what customers asked in vain, and what staff wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from knowledge.ingest.curated import CuratedAnswer
from knowledge.quality.misses import MissGroup
from studio.markup import Html, join, tag
from studio.pages import answer_fields
from studio.state import Studio
from studio.widgets import badge, button, clickable, looker, table, when

SHOWN = 20  # groups of questions nothing was found for


@dataclass(frozen=True)
class Answers:
    """What the tab shows of one base."""

    base_id: str
    curated: Sequence[CuratedAnswer] = ()
    missed: Sequence[MissGroup] = ()


@dataclass(frozen=True)
class Draft:
    """An answer being written; `curated_id` is 0 for a new one."""

    curated_id: int = 0
    question: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Parts:
    """The components that events read and fill."""

    tab: gr.Tab
    curated_id: gr.State
    question: gr.Textbox
    answer: gr.Textbox
    save: gr.Button
    missed: gr.HTML
    curated: gr.HTML

    @property
    def filled(self) -> list[Any]:
        """What `shown` fills, in its order."""
        return [self.missed, self.curated]

    @property
    def written(self) -> list[Any]:
        """What `writing` fills, in its order."""
        return [self.curated_id, self.question, self.answer]


def layout(studio: Studio, tab: gr.Tab) -> Parts:
    """Place the components."""
    curated_id = gr.State(0)
    with gr.Group(elem_id="answer-form"):
        question, answer = answer_fields.question_and_answer(studio, "own")
    save = gr.Button(studio.say("playground.save_answer"), variant="primary", elem_id="answer-save")
    missed = clickable(elem_id="missed-list")
    curated = clickable(elem_id="answer-list")
    return Parts(tab, curated_id, question, answer, save, missed, curated)


def shown(studio: Studio, page: Answers) -> list[Any]:
    """Return the values of `Parts.filled`."""
    return [missed_view(studio, page.missed), curated_view(studio, page.curated)]


def writing(draft: Draft) -> list[Any]:
    """Return the values of `Parts.written`."""
    return [draft.curated_id, draft.question, draft.answer]


def missed_view(studio: Studio, groups: Sequence[MissGroup]) -> Html:
    """Return the questions nothing was found for, the most frequent first."""
    head = [studio.say("missed.question"), studio.say("missed.times"), ""]
    rows = [
        [
            _asked(studio, group),
            badge(f"{group.times}×"),
            looker(studio.say("missed.write"), group.question),
        ]
        for group in groups[:SHOWN]
    ]
    title = tag("h3", studio.say("missed.title"))
    return join([title, table(head, rows, studio.say("missed.empty"))])


def _asked(studio: Studio, group: MissGroup) -> Html:
    others = " · ".join(miss.question for miss in group.misses[1:4])
    return join([group.question, tag("div", others, " ", when(group.last_at), class_="as-quiet")])


def curated_view(studio: Studio, curated: Sequence[CuratedAnswer]) -> Html:
    """Return the answers that staff wrote."""
    head = [studio.say("playground.question"), studio.say("playground.answer"), ""]
    sure = studio.say("answer.remove_sure")
    rows = []
    for one in curated:
        who = tag("div", f"{one.changed_by} · {when(one.changed_at)}", class_="as-quiet")
        buttons = [
            looker(studio.say("passage.correct"), f"#{one.id}"),
            button(studio.say("remove"), "remove", one.id, sure),
        ]
        rows.append(
            [one.question, join([one.answer, who]), tag("div", buttons, class_="as-buttons")]
        )
    title = tag("h3", studio.say("answer.title", count=len(curated)))
    return join([title, table(head, rows, studio.say("answer.empty"))])
