"""What a window for bursts would have cost and saved, by when customers wrote: pure functions.

A longer window answers fewer halves of a thought, and lets everybody wait longer. A message came
too late for an answer when it was sent before the customer can have read that answer: while it was
being written, or within a few seconds after. Then the thought is answered twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WINDOWS = tuple(float(seconds) for seconds in range(11))  # quiet seconds that are tried
READING_SECONDS = 3.0  # between a reply that arrives and the first word of an answer to it
LONGEST_WAIT = 8.0  # seconds that the first message of a burst waits at most
FEW_TWICE = 0.05  # of the turns
ENOUGH_TURNS = 30  # under the shortest window


@dataclass(frozen=True)
class Pace:
    """When one customer wrote (seconds since 1970, rising), and how they were answered."""

    written: Sequence[float]
    answer_seconds: float = 0.0  # that an answer took
    answer_cost: float = 0.0  # US dollars


@dataclass(frozen=True)
class Window:
    """What would have come of one window."""

    quiet_seconds: float
    turns: int
    answered_twice: int  # turns that answered what belonged to the turn before
    seconds_waited: float  # all customers together, from their last word until a turn began
    cost: float  # US dollars

    @property
    def seconds_a_turn(self) -> float:
        """How long a customer waited for a turn to begin."""
        return self.seconds_waited / self.turns if self.turns else 0.0

    @property
    def share_twice(self) -> float:
        """Which share of the turns answered half a thought."""
        return self.answered_twice / self.turns if self.turns else 0.0


def tried(paces: Sequence[Pace], longest_wait: float = LONGEST_WAIT) -> list[Window]:
    """Return what each of WINDOWS would have cost and saved. *longest_wait*: seconds after which
    a burst is answered though the customer goes on, at least twice the window."""
    return [_tried(paces, quiet, max(longest_wait, 2 * quiet)) for quiet in WINDOWS]


def suggested(windows: Sequence[Window]) -> float | None:
    """Return the shortest window under which at most one turn in twenty answers half a thought;
    where none is, the one with the fewest. None: too few turns to tell."""
    if not windows or windows[0].turns < ENOUGH_TURNS:
        return None
    good = [one for one in windows if one.share_twice <= FEW_TWICE]
    best = good[0] if good else min(windows, key=lambda one: one.share_twice)
    return best.quiet_seconds


def _tried(paces: Sequence[Pace], quiet: float, longest: float) -> Window:
    turns = twice = 0
    waited = cost = 0.0
    for pace in paces:
        read_at = float("-inf")
        for begins, burst in _turns(pace, quiet, longest):
            turns, cost = turns + 1, cost + pace.answer_cost
            twice += burst[0] < read_at
            waited += begins - burst[-1]
            read_at = begins + pace.answer_seconds + READING_SECONDS
    return Window(quiet, turns, twice, waited, cost)


def _turns(pace: Pace, quiet: float, longest: float) -> list[tuple[float, Sequence[float]]]:
    """When each turn begins, and what it reads: as `jobs.turn` has it."""
    found: list[tuple[float, Sequence[float]]] = []
    left, free_at = list(pace.written), float("-inf")
    while left:
        begins = max(_begins(left, quiet, longest), free_at)
        read = [at for at in left if at <= begins]
        found.append((begins, read))
        left, free_at = left[len(read) :], begins + pace.answer_seconds
    return found


def _begins(waiting: Sequence[float], quiet: float, longest: float) -> float:
    """When the burst is quiet for *quiet* seconds, or its first message waited *longest*."""
    end = waiting[0] + longest
    last = waiting[0]
    for at in waiting[1:]:
        if at > min(last + quiet, end):
            break
        last = at
    return min(last + quiet, end)
