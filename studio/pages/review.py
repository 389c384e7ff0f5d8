"""Review: one answer after the other, and whether it was right."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from actions import labels as acts
from agent.agreement import Agreement, agreement
from store.conversations.turn_list import ListedTurn
from store.evaluation.labels import LONGEST, NewLabel
from store.people.people import Person
from store.states import Review, Subject, Verdict
from studio.errors import NothingChosen
from studio.markup import Content, Html, tag
from studio.pages import pairs
from studio.roles import allow
from studio.state import Studio
from studio.widgets import clickable, note, place, when
from studio.wiring import Load, event, pick

EVERY = ""  # agent
KEYS = {Verdict.RIGHT: "1", Verdict.WRONG: "2", Verdict.UNSURE: "3"}


@dataclass(frozen=True)
class Desk:
    """What lies before the reviewer."""

    agents: list[tuple[str, str]]
    turn: ListedTurn | None
    agreed: Agreement | None = None


@allow("agent")
def first(studio: Studio, person: Person) -> Desk:
    """Return the first answer to judge."""
    return _next(studio, person, EVERY, Review.NEWEST)


@allow("agent")
def look(studio: Studio, person: Person, agent_id: str, kind: str) -> Desk:
    """Look through another heap."""
    return _next(studio, person, agent_id or EVERY, _kind(kind))


@allow("agent")
def judge(
    studio: Studio,
    person: Person,
    action: str,
    turn_id: str,
    comment: str,
    better: str,
    agent_id: str,
    kind: str,
) -> Desk:
    """Keep what the person says of an answer, and go on to the next."""
    if action not in list(Verdict):
        raise NothingChosen("review.choose_first")
    said = NewLabel(
        Subject.TURN, turn_id, Verdict(action), (comment or "").strip(), (better or "").strip()
    )
    acts.label(studio.services, person.actor, [said])
    return _next(studio, person, agent_id or EVERY, _kind(kind))


def _kind(kind: str) -> Review:
    return Review(kind) if kind in list(Review) else Review.NEWEST


def _next(studio: Studio, person: Person, agent_id: str, kind: Review) -> Desk:
    store = studio.services.store
    agents = [(one.name, one.id) for one in store.agents.list()]
    found = store.labels.to_review(person.email, agent_id, kind, limit=1)
    agreed = agreement(store.labels.pairs(agent_id)) if agent_id else None
    return Desk(agents, found[0] if found else None, agreed)


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    say = studio.say
    place(tag("h1", say("review.title")))
    place(tag("p", say("review.help"), class_="as-quiet"))
    with gr.Row(elem_classes="as-form"):
        agent = gr.Dropdown(
            [(say("review.every"), EVERY)],
            value=EVERY,
            label=say("review.agent"),
            filterable=False,
            elem_id="review-agent",
        )
        kind = gr.Dropdown(
            [(say(f"review.kind.{one}"), one.value) for one in Review],
            value=Review.NEWEST.value,
            label=say("review.kind"),
            filterable=False,
            elem_id="review-kind",
        )
    turn = place(elem_id="review-turn")
    with gr.Row(elem_classes="as-form"):
        comment, better = (
            gr.Textbox(
                label=say(f"review.{name}"),
                max_length=LONGEST,
                lines=2,
                elem_id=f"review-{name}",
            )
            for name in ("comment", "better")
        )
    verdicts, agreed = clickable(elem_id="review-verdicts"), place(elem_id="review-agreed")
    show, heap = partial(shown, studio), [agent, kind]
    filled = [agent, turn, verdicts, agreed]
    load(event(studio, first, show), None, filled)
    for one in heap:
        one.input(event(studio, look, show), heap, filled)
    verdicts.click(
        pick(studio, judge, lambda desk: [*show(desk), "", ""]),
        [comment, better, *heap],
        [*filled, comment, better],
    )
    pairs.build(studio, load)


def shown(studio: Studio, desk: Desk) -> list[Any]:
    """Return the agents to choose from, the answer, the buttons, and how people agree."""
    agents = gr.update(choices=[(studio.say("review.every"), EVERY), *desk.agents])
    if desk.turn is None:
        return [agents, note(studio.say("review.empty")), "", _agreed(studio, desk.agreed)]
    return [
        agents,
        _turn(studio, desk.turn),
        _verdicts(studio, desk.turn),
        _agreed(studio, desk.agreed),
    ]


def _turn(studio: Studio, turn: ListedTurn) -> Html:
    head = f"{turn.agent_name} · {when(turn.finished_at)}"
    parts: list[Content] = [
        tag("div", head, class_="as-quiet"),
        tag("h2", studio.say("review.asked")),
        tag("div", turn.question, class_="as-bubble customer"),
        tag("h2", studio.say("review.answered")),
        tag("div", turn.answer, class_="as-bubble agent"),
    ]
    return tag("div", parts, aria_live="polite")


def _verdicts(studio: Studio, turn: ListedTurn) -> Html:
    buttons = [
        tag(
            "button",
            f"{studio.say(f'review.{verdict}')} ({key})",
            class_="as-small",
            data_pick=verdict.value,
            data_id=turn.id,
            accesskey=key,
            type="button",
        )
        for verdict, key in KEYS.items()
    ]
    return tag("div", buttons)


def _agreed(studio: Studio, found: Agreement | None) -> Html | str:
    if found is None or not found.pairs:
        return ""
    key = "review.agreed" if found.is_enough else "review.agreed_few"
    values = {"pairs": found.pairs, "agreed": found.agreed, "kappa": f"{found.kappa:.2f}"}
    return tag("p", studio.say(key, **values), class_="as-quiet")
