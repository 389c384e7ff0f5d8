"""The first tour: five steps over every page, ending with the person's own agent answering."""

from typing import Any

import gradio as gr

from actions import tours
from store.people.people import Person
from store.people.tours import STEPS, Tour
from studio.markup import Html, tag
from studio.request_checks import HOME
from studio.roles import allow
from studio.state import Studio
from studio.widgets import button, clickable
from studio.wiring import Load, event, pick

# Where each step is done; `{agent}` is the agent of the tour.
WHERE = {
    "describe": "new?agent={agent}",
    "teach": "new?agent={agent}@4",
    "try": "new?agent={agent}@5",
    "release": "new?agent={agent}@6",
    "answer": "simulator",
}


@allow("viewer")
def look(studio: Studio, person: Person) -> Tour:
    """Return how far the person has come; those who make no agents are on no tour."""
    return _seen(studio, person)


@allow("viewer")
def turn(studio: Studio, person: Person, action: str, subject: str) -> Tour:
    """Hide the tour, or begin it again."""
    if action == "hide":
        tours.hide(studio.services, person.email)
    elif action == "again":
        tours.begin_again(studio.services, person.email)
    return _seen(studio, person)


def _seen(studio: Studio, person: Person) -> Tour:
    return tours.seen(studio.services, person.email) if person.may("editor") else Tour(hidden=True)


def drawn(studio: Studio, tour: Tour) -> Html:
    """Return the bar; when it is hidden, a mark by which the page gives up the room kept for it."""
    if tour.hidden:
        return tag("i", "", class_="as-no-tour")
    if not tour.next:
        told = tag("b", studio.say("tour.finished"))
        return _bar(told, button(studio.say("tour.close"), "hide", 0))
    steps = [_step(studio, tour, number, step) for number, step in enumerate(STEPS, 1)]
    title = studio.say("tour.begin" if not tour.done else "tour.title")
    return _bar(tag("b", title), tag("ol", steps), button(studio.say("tour.hide"), "hide", 0))


def _bar(*content: Html) -> Html:
    return tag("div", *content, class_="as-tour", role="navigation")


def _step(studio: Studio, tour: Tour, number: int, step: str) -> Html:
    label = studio.say(f"tour.{step}")
    if step in tour.done:
        return tag("li", tag("i", "✓"), label, class_="done")
    if step != tour.next:
        return tag("li", tag("i", str(number)), label)
    there = WHERE[step].format(agent=tour.agent_id)
    link = tag(
        "a",
        tag("i", str(number)),
        label,
        " →",
        id="tour-next",
        href=f"{HOME}/{studio.language}/{there}",
    )
    return tag("li", link, class_="next")


def build(studio: Studio, load: Load) -> None:
    """Place the bar and wire it; only a tour that goes on is looked at again."""
    bar, timer = clickable(elem_id="as-tour-bar"), gr.Timer(4, active=False)

    def shown(tour: Tour) -> list[Any]:
        return [drawn(studio, tour), gr.Timer(active=bool(tour.next and not tour.hidden))]

    watched = event(studio, look, shown)
    load(watched, None, [bar, timer], show_progress="hidden")
    timer.tick(watched, None, [bar, timer], show_progress="hidden")
    bar.click(pick(studio, turn, shown), None, [bar, timer], show_progress="hidden")
