"""Blind choices: two answers to the same words, and which one is better, not knowing whose."""

import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from actions import labels as acts
from agent.cases import Case
from agent.kept_answers import read
from agent.preferences import Preferred, preferred
from store.evaluation.experiments import Experiment, Row
from store.people.person import Person
from studio.errors import NothingChosen
from studio.markup import Content, Html, join, tag
from studio.roles import allow
from studio.state import Studio
from studio.widgets import badge, clickable, note, place, when
from studio.wiring import Load, event, pick

MOST_EXPERIMENTS = 20
KEYS = {"first": "4", "second": "5", "neither": "6"}
KINDS = {"better": "good", "worse": "bad"}
Shown = tuple[int, int]  # the ids of two rows, in the order in which they stand on the page


@dataclass(frozen=True)
class Table:
    """What lies before the reader: two rows of one case, and how the choices went so far."""

    pairs: list[tuple[str, str]]  # which two candidates may be compared: a name, a word for it
    chosen: str
    rows: tuple[Row, Row] | None = None
    case: Case | None = None
    labels: tuple[str, str] = ("", "")
    result: Preferred | None = None

    @property
    def shown(self) -> Shown:
        """The ids of both, kept here and not on the page, for they would tell whose they are."""
        return (self.rows[0].id, self.rows[1].id) if self.rows else (0, 0)


@allow("agent")
def first(studio: Studio, person: Person) -> Table:
    """Return what may be compared."""
    return _table(studio, person, "")


@allow("agent")
def look(studio: Studio, person: Person, chosen: str) -> Table:
    """Return the next two answers of the pair of candidates that was chosen."""
    return _table(studio, person, chosen or "")


@allow("agent")
def prefer(
    studio: Studio, person: Person, action: str, subject: str, shown: Shown, chosen: str
) -> Table:
    """Keep which one was better, and go on to the next two."""
    if action not in KEYS or not all(shown):
        raise NothingChosen("pairs.choose_first")
    better = {"first": shown[0], "second": shown[1], "neither": 0}[action]
    acts.prefer(studio.services, person.actor, *shown, better)
    return _table(studio, person, chosen or "")


def _table(studio: Studio, person: Person, chosen: str) -> Table:
    there = {
        f"{one.id} {old} {new}": (one, old, new)
        for one in _experiments(studio)
        for new in range(len(one.candidates))
        for old in range(new)
    }
    pairs = [(_named(*one), word) for word, one in there.items()]
    if chosen not in there:
        return Table(pairs, "")
    experiment, old, new = there[chosen]
    labels = (experiment.candidates[old].label, experiment.candidates[new].label)
    store = studio.services.store
    result = preferred(store.labels.preferences(experiment.id), old, new)
    found = store.labels.to_prefer(person.email, experiment.id, old, new)
    if found is None:
        return Table(pairs, chosen, labels=labels, result=result)
    rows = _in_any_order(store.experiments.row(found[0]), store.experiments.row(found[1]))
    case = store.datasets.case(rows[0].case_id).case
    return Table(pairs, chosen, rows, case, labels, result)


def _experiments(studio: Studio) -> list[Experiment]:
    store = studio.services.store
    found = [
        one
        for agent in store.agents.list()
        for one in store.experiments.of(agent.id, limit=MOST_EXPERIMENTS)
        if len(one.candidates) > 1
    ]
    return sorted(found, key=lambda one: -one.created_at)[:MOST_EXPERIMENTS]


def _named(one: Experiment, old: int, new: int) -> str:
    both = f"{one.candidates[old].label} / {one.candidates[new].label}"
    return f"{one.name or when(one.created_at)} · {both}"


def _in_any_order(one: Row, other: Row) -> tuple[Row, Row]:
    return (one, other) if secrets.randbelow(2) else (other, one)


def build(studio: Studio, load: Load) -> None:
    """Place the part of the page and wire it."""
    with gr.Accordion(studio.say("pairs.title"), open=False):
        place(tag("p", studio.say("pairs.help"), class_="as-quiet"))
        chosen = gr.Dropdown(
            [], label=studio.say("pairs.which"), filterable=False, elem_id="pairs-which"
        )
        answers = place(elem_id="pairs-answers")
        buttons, result = clickable(elem_id="pairs-buttons"), place(elem_id="pairs-result")
    shown_rows = gr.State((0, 0))
    show, filled = partial(shown, studio), [chosen, answers, buttons, result, shown_rows]
    load(event(studio, first, show), None, filled)
    chosen.input(event(studio, look, show), chosen, filled)
    buttons.click(pick(studio, prefer, show), [shown_rows, chosen], filled)


def shown(studio: Studio, table: Table) -> list[Any]:
    """Return the pairs to choose from, both answers, the buttons, the result, and the rows."""
    which = gr.update(choices=table.pairs, value=table.chosen or None)
    if not table.chosen or table.rows is None or table.case is None:
        said = "pairs.none" if not table.pairs else "pairs.done" if table.chosen else "pairs.choose"
        return [which, note(studio.say(said)), "", _result(studio, table), (0, 0)]
    answers = _answers(studio, table.case, table.rows)
    return [which, answers, _buttons(studio), _result(studio, table), table.shown]


def _answers(studio: Studio, case: Case, rows: tuple[Row, Row]) -> Html:
    asked = [
        tag("div", line, class_="as-bubble customer") for one in case.turns for line in one.say
    ]
    sides = [
        tag("div", tag("h3", studio.say(f"pairs.{side}")), _said(row), class_="as-side")
        for side, row in zip(("first", "second"), rows, strict=True)
    ]
    both = tag("div", sides, class_="as-plots")
    return tag("div", tag("h2", studio.say("review.asked")), asked, both, aria_live="polite")


def _said(row: Row) -> Html:
    texts = [read(one).text for one in row.answers]
    return join([tag("div", text, class_="as-bubble agent") for text in texts])


def _buttons(studio: Studio) -> Html:
    found: list[Content] = [
        tag(
            "button",
            f"{studio.say(f'pairs.{choice}_better')} ({key})",
            class_="as-small",
            data_pick=choice,
            data_id="",
            accesskey=key,
            type="button",
        )
        for choice, key in KEYS.items()
    ]
    return tag("div", found)


def _result(studio: Studio, table: Table) -> Html | str:
    """How it went so far, folded: who reads it before each choice is not blind any more."""
    found = table.result
    if found is None or not found.decided + found.neither:
        return ""
    low, high = found.interval
    values = {
        "old": table.labels[0],
        "new": table.labels[1],
        "won": found.new,
        "lost": found.old,
        "neither": found.neither,
        "share": f"{found.share:.0%}",
        "low": f"{low:.0%}",
        "high": f"{high:.0%}",
    }
    kind = KINDS.get(found.verdict, "none")
    verdict = badge(studio.say(f"pairs.verdict.{found.verdict}"), kind)
    told = tag("p", studio.say("pairs.result", **values), " ", verdict)
    return tag("details", tag("summary", studio.say("pairs.so_far")), told)
