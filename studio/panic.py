"""The panic button: on every page, it silences every agent until somebody lets them speak again."""

from dataclasses import dataclass
from functools import partial

import gradio as gr

from actions import channels as acts
from store.people.people import Person
from store.switches import PAUSED
from studio.markup import Html, tag
from studio.roles import allow
from studio.state import Studio
from studio.widgets import button, clickable, when
from studio.wiring import Load, event, pick

TICK_SECONDS = 15.0


@dataclass(frozen=True)
class Panic:
    """Whether the agents are stopped, by whom, and whether this person may change it."""

    stopped: bool
    by: str
    at: float
    may_change: bool


@allow("viewer")
def state(studio: Studio, person: Person) -> Panic:
    """Return how it stands."""
    return _state(studio, person)


@allow("editor")
def switch(studio: Studio, person: Person, action: str, subject: str) -> Panic:
    """Stop every agent, or let them speak again."""
    if action == "stop":
        acts.stop_agents(studio.services, person.actor)
    elif action == "resume":
        acts.resume_agents(studio.services, person.actor)
    return _state(studio, person)


def _state(studio: Studio, person: Person) -> Panic:
    found = studio.services.store.switches.switch(PAUSED)
    may = person.may("editor")
    if found is None:
        return Panic(False, "", 0.0, may)
    return Panic(bool(found.value), found.set_by, found.set_at, may)


def shown(studio: Studio, panic: Panic) -> Html:
    """Return the banner while the agents are stopped; else the button, for those who may."""
    if panic.stopped:
        words = studio.say("panic.on", who=panic.by, when=when(panic.at)[5:])
        resume = button(studio.say("panic.resume"), "resume", 0, studio.say("panic.resume_sure"))
        return tag("div", words, resume if panic.may_change else None, class_="as-panic")
    if not panic.may_change:
        return Html("")
    sure = studio.say("panic.stop_sure")
    return button(studio.say("panic.stop"), "stop", 0, sure, "as-small as-stop")


def build(studio: Studio, load: Load) -> None:
    """Place it and wire it."""
    banner, timer = clickable(elem_id="as-panic"), gr.Timer(TICK_SECONDS)
    show = partial(shown, studio)
    load(event(studio, state, show), None, banner, show_progress="hidden")
    timer.tick(event(studio, state, show), None, banner, show_progress="hidden")
    banner.click(pick(studio, switch, show), None, banner)
