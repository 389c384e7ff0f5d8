"""A recorded conversation beside the same one as a candidate had it: what went otherwise.

A stretch is the smallest piece of a conversation that both cut alike: the same messages of the
customer, answered then and now. Two bursts that are cut otherwise are one stretch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

TEXT, OUTCOME, BURSTS, HANDOFF = "text", "outcome", "bursts", "handoff"
CHANGES = (TEXT, OUTCOME, BURSTS, HANDOFF)


@dataclass(frozen=True)
class Reply:
    """One turn: which of the customer's messages it took, and what came of it."""

    messages: Sequence[int]  # ids of recorded messages of the customer
    text: str
    outcome: str
    handoff_reason: str = ""
    cost: float = 0.0  # US dollars
    started_at: float = 0.0  # seconds since 1970, by the virtual clock where it was played
    error: str = ""
    parts: int = 0  # messages that the customer was sent

    def as_json(self) -> dict[str, Any]:
        """Return what is kept."""
        return {**vars(self), "messages": list(self.messages)}


@dataclass(frozen=True)
class Stretch:
    """The same messages, then and now."""

    asked: Sequence[str]
    then: Sequence[Reply]
    now: Sequence[Reply]

    @property
    def changes(self) -> list[str]:
        """In what the two differ: text, outcome, bursts, handoff."""
        differ = {
            TEXT: [one.text for one in self.then] != [one.text for one in self.now],
            OUTCOME: [one.outcome for one in self.then] != [one.outcome for one in self.now],
            BURSTS: _bursts(self.then) != _bursts(self.now),
            HANDOFF: _handed(self.then) != _handed(self.now),
        }
        return [name for name in CHANGES if differ[name]]

    def as_json(self) -> dict[str, Any]:
        """Return what is kept."""
        return {
            "asked": list(self.asked),
            "then": [one.as_json() for one in self.then],
            "now": [one.as_json() for one in self.now],
            "changes": self.changes,
        }


def stretches(
    asked: Sequence[tuple[int, str]], then: Sequence[Reply], now: Sequence[Reply]
) -> list[Stretch]:
    """Lay *then* and *now* beside each other, in the order of *asked*: (id, words) of every
    message of the customer. What neither took is left out.
    """
    found = []
    for group in _groups([id_ for id_, _ in asked], [*then, *now]):
        words = [text for id_, text in asked if id_ in group]
        found.append(Stretch(words, _within(then, group), _within(now, group)))
    return found


def _groups(order: Sequence[int], replies: Sequence[Reply]) -> list[set[int]]:
    """The ids that hang together because one turn took them; by their first."""
    groups: list[set[int]] = []
    for reply in replies:
        mine = set(reply.messages)
        touched = [group for group in groups if group & mine]
        groups = [group for group in groups if not group & mine]
        groups.append(mine.union(*touched))
    place = {id_: n for n, id_ in enumerate(order)}
    known = [group for group in groups if group & place.keys()]
    return sorted(known, key=lambda group: min(place[id_] for id_ in group if id_ in place))


def _within(replies: Sequence[Reply], group: set[int]) -> list[Reply]:
    return [one for one in replies if group.intersection(one.messages)]


def _bursts(replies: Sequence[Reply]) -> list[list[int]]:
    return [sorted(one.messages) for one in replies]


def _handed(replies: Sequence[Reply]) -> list[str]:
    return [one.handoff_reason for one in replies if one.handoff_reason]
