"""Replays: past conversations played to a draft, windows for bursts and words tried on the past."""

import math
from functools import partial
from typing import Any

import gradio as gr

from actions import replays as acts
from actions.experiments import Chosen
from actions.replays import Tried, Wanted, Windows
from agent.tried_words import TriedWords
from store.conversations.turn_list import TurnFilters
from store.people.person import Person
from studio.errors import NothingChosen
from studio.pages.replays_view import (
    MOST_SHOWN,
    Opened,
    Parts,
    Played,
    layout,
    past_view,
    played_view,
    shown,
    tried_view,
    windows_view,
)
from studio.roles import allow
from studio.state import Studio
from studio.talk import DRAFT
from studio.wiring import Load, at_address, event, pick

DAY = 86_400.0
MOST_DAYS = 3_660
MOST_PAST = 10
MOST_WORDS, LONGEST_WORD = 100, 200


def opened(studio: Studio, agent_id: str) -> Opened:
    """Read the agents, and the versions of the one that is open."""
    store = studio.services.store
    agents = [(agent.name, agent.id) for agent in store.agents.list()]
    known = [one for _, one in agents]
    chosen = agent_id if agent_id in known else next(iter(known), "")
    versions = [(studio.say("playground.draft"), DRAFT)]
    if chosen:
        versions += [
            (f"v{one.number} · {one.note}"[:60].rstrip(" ·"), one.id)
            for one in store.agents.versions(chosen)
        ]
    return Opened(agents, chosen, versions)


@allow("viewer")
def first(studio: Studio, person: Person, wanted: str) -> Opened:
    """The page opens with the agent in the address, else with the newest."""
    return opened(studio, wanted)


@allow("viewer")
def choose(studio: Studio, person: Person, agent_id: str) -> Opened:
    """Open another agent."""
    return opened(studio, agent_id or "")


@allow("agent")
def start(
    studio: Studio,
    person: Person,
    agent_id: str,
    version_id: str,
    days: float | None,
    limit: float | None,
) -> str:
    """Have the workers play the last days' conversations to a candidate; return the replay."""
    wanted = _wanted(studio, agent_id, days)
    label = studio.say("playground.draft") if version_id == DRAFT else ""
    chosen = Chosen(version_id or DRAFT, label=label)
    limited = float(limit or 0)
    return acts.start(studio.services, person.actor, agent_id, wanted, chosen, cost_limit=limited)


@allow("agent")
def turn(studio: Studio, person: Person, action: str, replay_id: str) -> str:
    """Stop a replay, or go on with it; what it may cost has no limit then."""
    act = acts.stop if action == "stop" else acts.resume
    act(studio.services, person.actor, replay_id)
    return replay_id


@allow("viewer")
def watch(studio: Studio, person: Person, replay_id: str, agent_id: str) -> Any:
    """Read the replay that is shown, and the latest of the agent."""
    replays = studio.services.store.replays
    past = replays.of(agent_id, limit=MOST_PAST) if agent_id else []
    return (played(studio, replay_id) if replay_id else None), past


def played(studio: Studio, replay_id: str) -> Played:
    """Read a replay with what went otherwise. Raises NotFound."""
    replays = studio.services.store.replays
    return Played(
        replays.get(replay_id),
        replays.progress(replay_id),
        replays.sums(replay_id),
        replays.rows(replay_id, limit=MOST_SHOWN, only_changed=True),
    )


@allow("viewer")
def latest(studio: Studio, person: Person, agent_id: str) -> str:
    """The replay that is shown when an agent is opened: its latest."""
    found = studio.services.store.replays.of(agent_id, limit=1) if agent_id else []
    return acts.read(studio.services, person.actor, found[0].id) if found else ""


@allow("viewer")
def see(studio: Studio, person: Person, action: str, replay_id: str) -> str:
    """Look at another replay."""
    return acts.read(studio.services, person.actor, replay_id)


@allow("viewer")
def windows(studio: Studio, person: Person, agent_id: str, days: float | None) -> Windows:
    """See what windows for bursts would have cost and saved."""
    return acts.windows(studio.services, agent_id, _wanted(studio, agent_id, days))


@allow("agent")
def words(
    studio: Studio,
    person: Person,
    agent_id: str,
    days: float | None,
    handed: str,
    topics: str,
    forbidden: str,
) -> Tried:
    """See which turns words would have changed; nothing is saved."""
    wanted = _wanted(studio, agent_id, days)
    tried = TriedWords(_lines(handed), _lines(topics), _lines(forbidden))
    if tried == TriedWords():
        raise NothingChosen("replays.words_first")
    return acts.try_words(studio.services, person.actor, agent_id, tried, wanted)


def _wanted(studio: Studio, agent_id: str, days: float | None) -> Wanted:
    if not agent_id:
        raise NothingChosen("playground.choose_first")
    if days is None or not math.isfinite(days) or not 0 < days <= MOST_DAYS:
        raise NothingChosen("replays.days_first")
    return Wanted(TurnFilters(since=studio.services.store.replays.now - days * DAY))


def _lines(text: str | None) -> tuple[str, ...]:
    """Words, one a line, as the forms of an agent take them."""
    found = (line.strip()[:LONGEST_WORD] for line in (text or "").splitlines())
    return tuple(line for line in found if line)[:MOST_WORDS]


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show = partial(shown, studio)
    load(at_address(studio, first, "agent", show), None, parts.filled)
    parts.agent.input(event(studio, choose, show), parts.agent, parts.filled)
    past = [parts.agent, parts.days]
    parts.try_windows.click(
        event(studio, windows, partial(windows_view, studio)), past, parts.windows
    )
    parts.try_words.click(
        event(studio, words, partial(tried_view, studio)), [*past, *parts.words], parts.tried
    )
    _wire_replays(studio, parts)


def _wire_replays(studio: Studio, parts: Parts) -> None:
    def drawn(found: Any) -> list[Any]:
        one, past = found
        going = one is not None and not one.replay.is_over
        shown_id = one.replay.id if one else ""
        views = [played_view(studio, one), past_view(studio, past, shown_id)]
        return [*views, gr.Timer(active=going)]

    watching = event(studio, watch, drawn)
    asked, seen = [parts.replay, parts.agent], [parts.played, parts.past, parts.timer]
    parts.start.click(event(studio, start), parts.wish, parts.replay)
    parts.played.click(pick(studio, turn), None, parts.replay).then(watching, asked, seen)
    parts.past.select(pick(studio, see), None, parts.replay)
    parts.agent.change(event(studio, latest), parts.agent, parts.replay)
    gr.on(
        [parts.replay.change, parts.timer.tick, parts.agent.change],
        watching,
        asked,
        seen,
        show_progress="hidden",
    )
