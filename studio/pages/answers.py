"""A base's own answers: written by staff, often for what customers asked in vain."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import gradio as gr

from actions import curated as acts
from knowledge.quality.misses import Miss, MissGroup, grouped
from store.insights.insights import Span
from store.people.people import Person
from studio.carry import curated_of
from studio.errors import NothingChosen
from studio.pages.answers_view import Answers, Draft, Parts, shown, writing
from studio.roles import allow
from studio.state import Studio
from studio.wiring import event, pick

DAYS_LOOKED_BACK = 30


def opened(studio: Studio, base_id: str) -> Answers:
    """Read what the tab shows."""
    curated = curated_of(studio).of(base_id) if base_id else ()
    return Answers(base_id, curated, missed(studio))


def missed(studio: Studio) -> list[MissGroup]:
    """Return what customers of any agent asked in vain in the last month."""
    today = date.today()
    found = studio.services.store.insights.missed(
        Span(today - timedelta(days=DAYS_LOOKED_BACK), today)
    )
    return grouped(Miss(one.name, one.times, one.last_at) for one in found)


@allow("viewer")
def look(studio: Studio, person: Person, base_id: str) -> Answers:
    """Read what the tab shows."""
    return opened(studio, base_id or "")


@allow("viewer")
def begin(studio: Studio, person: Person, action: str, subject: str, base_id: str) -> Draft:
    """Begin an answer to a question nothing was found for, or take one up again (`#id`)."""
    number = subject.removeprefix("#")
    if number == subject or not number.isdecimal():
        return Draft(question=subject)
    known = {one.id: one for one in curated_of(studio).of(base_id)} if base_id else {}
    one = known.get(int(number))
    return Draft(one.id, one.question, one.answer) if one else Draft()


@allow("editor")
def save(
    studio: Studio, person: Person, base_id: str, curated_id: int, question: str, answer: str
) -> Answers:
    """Keep an answer: it is found from the next search on."""
    if not base_id:
        raise NothingChosen("knowledge.choose_base")
    if not (question or "").strip() or not (answer or "").strip():
        raise NothingChosen("playground.answer_first")
    given = (studio.services, curated_of(studio), person.actor)
    if curated_id:
        acts.change(*given, int(curated_id), question, answer)
    else:
        acts.add(*given, base_id, question, answer)
    return opened(studio, base_id)


@allow("editor")
def remove(studio: Studio, person: Person, action: str, subject: str, base_id: str) -> Answers:
    """Forget an answer."""
    if subject.isdecimal() and action == "remove":
        acts.remove(studio.services, curated_of(studio), person.actor, int(subject))
    return opened(studio, base_id)


def wire(studio: Studio, parts: Parts, base_id: gr.State) -> None:
    """Wire the tab; it is read whenever it or another base is opened."""
    show = partial(shown, studio)

    def saved(page: Answers) -> list[Any]:
        return [*show(page), *writing(Draft())]

    gr.on(
        [base_id.change, parts.tab.select],
        event(studio, look, show),
        base_id,
        parts.filled,
        show_progress="hidden",
    )
    beginning = pick(studio, begin, writing)
    parts.missed.select(beginning, base_id, parts.written)
    parts.curated.select(beginning, base_id, parts.written)
    parts.curated.click(pick(studio, remove, show), base_id, parts.filled)
    parts.save.click(
        event(studio, save, saved, "playground.corrected"),
        [base_id, *parts.written],
        [*parts.filled, *parts.written],
    )
