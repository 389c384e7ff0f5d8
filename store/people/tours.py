"""How far each person has come in the first tour of the studio."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sqlalchemy import select, update

from agent.answer import Outcome
from store.db.database import Database
from store.tables import people, turns, versions

SECONDS_LOOKED_BACK = 86_400.0  # only a new agent has anything to show
STEPS = ("describe", "teach", "try", "release", "answer")


@dataclass(frozen=True)
class Tour:
    """`agent_id` is the agent made on the tour; `done` are the steps behind the person."""

    agent_id: str = ""
    done: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def next(self) -> str:
        """The first step that is not done, or nothing."""
        return next((step for step in STEPS if step not in self.done), "")

    def after(self, step: str) -> "Tour":
        """Return the tour with *step* done."""
        done = {*self.done, step}
        return Tour(self.agent_id, tuple(one for one in STEPS if one in done), self.hidden)


class Tours:
    """Reads and writes tours."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def of(self, email: str) -> Tour:
        """Return how far the person has come; a stranger has not begun."""
        with self._database.read() as tx:
            kept = tx.scalar(select(people.c.tour).where(people.c.email == email)) or {}
        return Tour(
            str(kept.get("agent_id", "")),
            tuple(step for step in STEPS if step in kept.get("done", ())),
            bool(kept.get("hidden")),
        )

    def keep(self, email: str, tour: Tour) -> None:
        """Remember how far the person has come."""
        with self._database.write() as tx:
            tx.execute(update(people).where(people.c.email == email).values(tour=asdict(tour)))

    def has_answered(self, agent_id: str) -> bool:
        """True when a version of the agent answered a customer in the last day."""
        mine = select(versions.c.id).where(versions.c.agent_id == agent_id)
        query = select(turns.c.id).where(
            turns.c.finished_at > self._clock() - SECONDS_LOOKED_BACK,
            turns.c.outcome == Outcome.ANSWERED,
            turns.c.version_id.in_(mine),
        )
        with self._database.read() as tx:
            return tx.scalar(query.limit(1)) is not None
