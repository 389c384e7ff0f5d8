"""Mending: a poor answer becomes a curated one, which the agent finds from the next question on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from actions import curated as acts
from store.people.people import Person
from studio.carry import curated_of
from studio.errors import NothingChosen
from studio.pages.inbox_layout import Correct
from studio.roles import allow
from studio.state import Studio
from studio.wiring import event, pick


@dataclass(frozen=True)
class Draft:
    """A better answer about to be kept."""

    bases: Sequence[tuple[str, str]]  # (name, id)
    question: str
    answer: str


@allow("editor")
def fix(studio: Studio, person: Person, action: str, turn_id: str) -> Draft:
    """Return the question and the answer of a turn, to be mended, and where it can be kept."""
    conversations = studio.services.store.conversations
    question, turn = conversations.asked(turn_id), conversations.turn(turn_id)
    version = studio.services.store.agents.version(turn.version_id) if turn.version_id else None
    own_bases = version.spec.knowledge.bases if version else ()
    bases = sorted(studio.services.sources.bases(), key=lambda base: base.id not in own_bases)
    said = conversations.said(turn_id)
    return Draft([(base.name, base.id) for base in bases], question, said)


@allow("editor")
def keep(studio: Studio, person: Person, base_id: str, question: str, answer: str) -> None:
    """Keep the mended answer: the agent finds it from the next question on."""
    if not base_id or not (question or "").strip() or not (answer or "").strip():
        raise NothingChosen("inbox.correct_first")
    acts.add(studio.services, curated_of(studio), person.actor, base_id, question, answer)


def wire(studio: Studio, thread: gr.HTML, correct: Correct) -> None:
    """Let the buttons in *thread* open the form, and the form keep what is written."""
    thread.click(pick(studio, fix, _drafted), None, correct.filled)
    correct.keep.click(
        event(studio, keep, lambda _: gr.update(visible=False), done="inbox.correct_kept"),
        [correct.base, correct.question, correct.answer],
        correct.group,
    )


def _drafted(draft: Draft) -> list[Any]:
    base = draft.bases[0][1] if draft.bases else None
    return [
        gr.update(visible=True),
        gr.update(choices=list(draft.bases), value=base),
        draft.question,
        draft.answer,
    ]
