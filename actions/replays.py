"""Replays: recorded conversations played to a candidate, started, stopped and taken up again.

Nothing is sent to anybody and no conversation is changed: the workers play them in a house of their
own (`jobs.replay`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from actions.audited import audited
from actions.experiments import DRAFT, Chosen, candidate_of, dollars
from actions.queues import EXPERIMENTS
from actions.services import Services
from agent.actor import Actor
from agent.burst_windows import Window, suggested, tried
from agent.errors import Invalid
from agent.tried_words import Hit, TriedWords, hit
from store.conversations.turn_list import ListedTurn, TurnFilters
from store.evaluation.replays import MOST_CONVERSATIONS, ReplayPlan

MOST_TURNS = 20_000  # on which words are tried
AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """Which recorded conversations: those with such a turn. What is empty filters nothing."""

    filters: TurnFilters = field(default_factory=TurnFilters)
    most: int = 1_000

    def of(self, agent_id: str) -> TurnFilters:
        """The filters, for turns of one agent."""
        return replace(self.filters, agent_id=agent_id)


def start(
    services: Services,
    actor: Actor,
    agent_id: str,
    wanted: Wanted,
    chosen: Chosen | None = None,
    *,
    name: str = "",
    cost_limit: float = 0.0,
) -> str:
    """Have conversations of an agent played to a candidate (the draft where none is named); return
    the replay's id. Raises Forbidden, NotFound or Invalid.
    """
    if not 1 <= wanted.most <= MOST_CONVERSATIONS:
        raise Invalid(f"Choose 1 to {MOST_CONVERSATIONS} conversations.")
    with audited(services, actor, "agent") as note:
        agent_id = services.store.agents.get(agent_id).id
        filters = wanted.of(agent_id)
        ids = services.store.turn_list.conversations(filters, wanted.most)
        plan = ReplayPlan(
            agent_id=agent_id,
            candidate=candidate_of(services, agent_id, chosen or Chosen(DRAFT)),
            conversation_ids=ids,
            since=filters.since or 0.0,
            until=filters.until or services.store.replays.now,
            name=name,
            cost_limit=dollars(cost_limit),
        )
        made = services.store.replays.make(plan, actor.name)
        note("replay started", made, f"{len(ids)} conversations")
        services.database.on_commit(lambda: services.wake_up.notify(EXPERIMENTS, 0))
    return made


def stop(services: Services, actor: Actor, replay_id: str) -> None:
    """Play nothing more; what was played stays. Raises Forbidden or NotFound."""
    with audited(services, actor, "agent") as note:
        services.store.replays.get(replay_id)
        if services.store.replays.stop(replay_id):
            note("replay stopped", replay_id)


def resume(services: Services, actor: Actor, replay_id: str, cost_limit: float = 0.0) -> None:
    """Go on with a replay that was stopped, or that had cost what it might.

    Raises Forbidden, NotFound, and Invalid when there is nothing to go on with.
    """
    with audited(services, actor, "agent") as note:
        limit = dollars(cost_limit)
        if 0 < limit <= services.store.replays.get(replay_id).cost:
            raise Invalid("It has cost that much already. Allow more, or 0 for no limit.")
        if not services.store.replays.resume(replay_id, limit):
            raise Invalid("Only a replay that was stopped can go on.")
        note("replay resumed", replay_id)
        services.database.on_commit(lambda: services.wake_up.notify(EXPERIMENTS, 0))


# --- what needs no model


def read(services: Services, actor: Actor, replay_id: str) -> str:
    """Note that somebody reads a replay, and return its id. Raises Forbidden, NotFound."""
    with audited(services, actor, "viewer") as note:
        found = services.store.replays.get(replay_id)
        note("replay read", found.id)
    return found.id


@dataclass(frozen=True)
class Windows:
    """What windows for bursts would have done with an agent's customers."""

    windows: Sequence[Window]
    suggested: float | None  # seconds; None: too few turns to tell


def windows(services: Services, agent_id: str, wanted: Wanted) -> Windows:
    """Try windows for bursts on recorded conversations. Raises NotFound."""
    filters = wanted.of(services.store.agents.get(agent_id).id)
    store = services.store
    ids = store.turn_list.conversations(filters, wanted.most)
    until = filters.until or store.replays.now
    found = tried(store.recordings.paces(ids, filters.since or 0.0, until))
    return Windows(found, suggested(found))


@dataclass(frozen=True)
class Found:
    """A turn that words would have changed."""

    turn: ListedTurn
    hit: Hit


@dataclass(frozen=True)
class Tried:
    """What words would have changed."""

    turns: int  # on which they were tried
    found: Sequence[Found]


def try_words(
    services: Services, actor: Actor, agent_id: str, words: TriedWords, wanted: Wanted
) -> Tried:
    """Try words on an agent's turns, the latest first. Raises Forbidden or NotFound.

    Customers' words are read: the audit log says so.
    """
    with audited(services, actor, "agent") as note:
        note("words tried", services.store.agents.get(agent_id).id)
    filters = wanted.of(services.store.agents.get(agent_id).id)
    found, count, after = [], 0, None
    while count < MOST_TURNS:
        page = services.store.turn_list.page(filters, after, AT_ONCE)
        for turn in page:
            said = hit(words, turn.question.split("\n"), turn.answer)
            if said is not None:
                found.append(Found(turn, said))
        count += len(page)
        if len(page) < AT_ONCE:
            break
        after = page[-1].key
    return Tried(count, found)
