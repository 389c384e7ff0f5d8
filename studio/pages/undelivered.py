"""Undelivered: what never reached a customer, why, and what is to be done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from actions import conversations as acts
from store.conversations.undelivered import Undelivered
from store.people.people import Person
from studio.failures import delivery_failure
from studio.markup import Content, join, tag
from studio.roles import allow
from studio.state import Studio
from studio.widgets import button, clickable, looker, place, table, when
from studio.wiring import Load, event, pick

ON_A_PAGE = 30
SNIPPET = 160


@dataclass(frozen=True)
class Shelf:
    """One page of what was not delivered."""

    letters: Sequence[Undelivered]
    trail: tuple[int, ...] = ()  # the rows behind which the pages up to this one begin
    more: bool = False
    total: int = 0


@allow("viewer")
def first(studio: Studio, person: Person, trail: Sequence[int]) -> Shelf:
    """Read the page again."""
    return _shelf(studio, tuple(trail or ()))


@allow("viewer")
def turn(studio: Studio, person: Person, action: str, subject: str, trail: Sequence[int]) -> Shelf:
    """Turn the page."""
    pages = tuple(trail or ())
    if action == "older" and subject.isdecimal():
        return _shelf(studio, (*pages, int(subject)))
    return _shelf(studio, pages[:-1])


@allow("agent")
def settle(
    studio: Studio, person: Person, action: str, subject: str, trail: Sequence[int]
) -> Shelf:
    """Have one sent again, or note that it need not be."""
    number = int(subject) if subject.isdecimal() else 0
    if action == "retry":
        acts.retry(studio.services, person.actor, number)
    elif action == "dismiss":
        acts.dismiss(studio.services, person.actor, number)
    return _shelf(studio, tuple(trail or ()))


def _shelf(studio: Studio, trail: tuple[int, ...]) -> Shelf:
    letters = studio.services.store.dead_letters
    found = letters.page(trail[-1] if trail else 0, ON_A_PAGE + 1)
    return Shelf(found[:ON_A_PAGE], trail, len(found) > ON_A_PAGE, letters.count())


def shown(studio: Studio, shelf: Shelf) -> list[Any]:
    """Return the table and where its page begins."""
    head = [studio.say(f"undelivered.{key}") for key in ("when", "customer", "text", "why", "do")]
    rows = [_row(studio, one) for one in shelf.letters]
    count = studio.say("undelivered.count", count=shelf.total)
    last = shelf.letters[-1].id if shelf.letters else 0
    turns = [
        looker(studio.say("newer"), 0, "newer", "expand") if shelf.trail else None,
        looker(studio.say("older"), last, "older", "expand") if shelf.more else None,
    ]
    above = tag("p", count, class_="as-quiet") if shelf.total else None
    body = table(head, rows, studio.say("undelivered.empty"))
    return [join([above, body, *turns]), list(shelf.trail)]


def _row(studio: Studio, one: Undelivered) -> list[Content]:
    address = studio.address(one.channel, one.customer_address)
    where = f"/studio/{studio.language}/inbox?conversation={one.conversation_id}"
    customer = tag(
        "div",
        tag("a", one.customer_name or address, href=where, class_="as-link"),
        tag("div", address, class_="as-quiet"),
    )
    body = one.body[:SNIPPET] + ("…" if len(one.body) > SNIPPET else "")
    why = delivery_failure(studio, one.channel, one.error_code, one.error)
    code = tag("div", one.error_code, class_="as-quiet") if one.error_code.isdecimal() else None
    again = button(studio.say("undelivered.retry"), "retry", one.id)
    sure = studio.say("undelivered.dismiss_sure")
    drop = button(studio.say("undelivered.dismiss"), "dismiss", one.id, sure)
    return [
        when(one.created_at),
        customer,
        body,
        join([why, code]),
        tag("div", again, drop, class_="as-buttons"),
    ]


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    back = tag(
        "a",
        "← ",
        studio.say("inbox.title"),
        class_="as-link",
        href=f"/studio/{studio.language}/inbox",
    )
    place(
        tag(
            "div",
            back,
            tag("h2", studio.say("undelivered.title")),
            tag("p", studio.say("undelivered.help")),
            class_="as-about",
        )
    )
    letters, trail, timer = clickable(elem_id="undelivered"), gr.State([]), gr.Timer(10)
    show = partial(shown, studio)
    load(event(studio, first, show), trail, [letters, trail])
    timer.tick(event(studio, first, show), trail, [letters, trail], show_progress="hidden")
    letters.expand(pick(studio, turn, show), trail, [letters, trail])
    letters.click(pick(studio, settle, show), trail, [letters, trail])
