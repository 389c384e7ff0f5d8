"""How well a base is searched: saved questions, asked by each way of searching."""

from functools import partial
from typing import Any

import gradio as gr

from actions import sources as acts
from knowledge.quality.grid_search import Recommendation
from knowledge.quality.measure import Measurement, measure
from knowledge.quality.pairs import Pair
from knowledge.quality.sizes import recommend_with_sizes
from store.people.people import Person
from studio.errors import NothingChosen
from studio.pages.measuring_view import Parts, Saved, advised, results_view, shown
from studio.roles import allow
from studio.state import Studio
from studio.wiring import event, pick


def opened(studio: Studio, base_id: str) -> Saved:
    """Read the saved questions of a base."""
    if not base_id:
        return Saved()
    names = [source.name for source in studio.services.sources.list(base_id)]
    return Saved(studio.services.pairs.list(base_id), names)


@allow("viewer")
def look(studio: Studio, person: Person, base_id: str) -> Saved:
    """Read the saved questions."""
    return opened(studio, base_id or "")


@allow("editor")
def add(
    studio: Studio, person: Person, base_id: str, question: str, source: str, expect: str
) -> Saved:
    """Keep a question with the place of its answer; without one, nothing may be found."""
    pair = Pair((question or "").strip(), source or "", (expect or "").strip())
    acts.add_pair(studio.services, person.actor, _base(base_id), pair)
    return opened(studio, base_id)


@allow("editor")
def remove(studio: Studio, person: Person, action: str, subject: str, base_id: str) -> Saved:
    """Forget a question."""
    if subject.isdecimal() and action == "remove":
        acts.remove_pair(studio.services, person.actor, int(subject))
    return opened(studio, base_id)


@allow("editor")
def run(studio: Studio, person: Person, base_id: str) -> Measurement:
    """Ask every question by every way of searching."""
    saved = studio.services.pairs.list(_base(base_id))
    return measure(studio.answering.retriever, [base_id], saved)


@allow("editor")
def advise(studio: Studio, person: Person, base_id: str) -> Recommendation:
    """Try other settings on the saved questions; nothing is changed."""
    saved = studio.services.pairs.list(_base(base_id))
    retriever, sources = studio.answering.retriever, studio.services.sources
    return recommend_with_sizes(retriever, sources, base_id, saved)


@allow("editor")
def apply(
    studio: Studio, person: Person, base_id: str, advice: Recommendation | None
) -> Recommendation:
    """Search the base with the settings that did best."""
    if advice is None:
        raise NothingChosen("measure.advise_first")
    acts.tune(studio.services, person.actor, _base(base_id), advice.best.tuning)
    return Recommendation((advice.best,), advice.best)


def _base(base_id: str) -> str:
    if not base_id:
        raise NothingChosen("knowledge.choose_base")
    return base_id


def wire(studio: Studio, parts: Parts, base_id: gr.State) -> None:
    """Wire the tab; it is read whenever it or another base is opened."""
    show = partial(shown, studio)

    def added(page: Saved) -> list[Any]:
        return [*show(page), "", ""]

    gr.on(
        [base_id.change, parts.tab.select],
        event(studio, look, show),
        base_id,
        parts.filled,
        show_progress="hidden",
    )
    parts.add.click(
        event(studio, add, added),
        [base_id, parts.question, parts.source, parts.expect],
        [*parts.filled, parts.question, parts.expect],
    )
    parts.pairs.click(pick(studio, remove, show), base_id, parts.filled)
    parts.run.click(event(studio, run, partial(results_view, studio)), base_id, parts.results)
    told = partial(advised, studio)
    out = [parts.results, parts.advice, parts.apply]
    parts.advise.click(event(studio, advise, told), base_id, out)
    parts.apply.click(event(studio, apply, told, "measure.applied"), [base_id, parts.advice], out)
