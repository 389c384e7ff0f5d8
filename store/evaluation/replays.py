"""Replays: recorded conversations played to a candidate, a row each, and their queue.

The rows are the queue of record, as those of experiments are (`store.evaluation.rows`): leased by a
worker under a fence that rises, kept answer by answer, finished once.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, select, tuple_, update

from agent.errors import Invalid, NotFound
from agent.replayed import CHANGES
from knowledge.tables import AnyRow
from store.db.database import Database, new_id
from store.evaluation.experiments import Candidate, Progress, read_candidate
from store.evaluation.rows import LEASE_SECONDS, MOST_ATTEMPTS, OPEN, UNFINISHED
from store.states import ENDED, ExperimentState, RowState
from store.tables import replay_rows as rows
from store.tables import replays

MOST_OPEN = 5  # replays of one agent that are not over
MOST_CONVERSATIONS = 5_000
MOST_LISTED = 100
LONGEST_NAME = 120


@dataclass(frozen=True)
class ReplayPlan:
    """A replay that is wished for."""

    agent_id: str
    candidate: Candidate
    conversation_ids: Sequence[int]
    since: float  # seconds since 1970
    until: float
    name: str = ""
    cost_limit: float = 0.0  # US dollars; 0: none


@dataclass(frozen=True)
class Replay:
    """A replay as it stands."""

    id: str
    agent_id: str
    name: str
    candidate: Candidate
    since: float
    until: float
    cost_limit: float
    cost: float
    state: ExperimentState
    created_by: str
    created_at: float
    finished_at: float | None

    @property
    def is_over(self) -> bool:
        """True when nothing of it is played any more."""
        return self.state in ENDED


@dataclass(frozen=True)
class ReplayRow:
    """One conversation of a replay."""

    id: int
    replay_id: str
    conversation_id: int
    state: RowState
    stretches: Sequence[Mapping[str, Any]]  # agent.replayed.Stretch
    changes: int
    cost: float
    error: str


@dataclass(frozen=True)
class Sums:
    """What a replay found so far."""

    conversations: int = 0  # that were played
    changed: int = 0  # of them
    stretches: int = 0
    changes: Mapping[str, int] = field(default_factory=dict)  # stretches, by what went otherwise
    turns_then: int = 0
    turns_now: int = 0
    handed_then: int = 0
    handed_now: int = 0
    cost_then: float = 0.0
    cost_now: float = 0.0


@dataclass(frozen=True)
class ReplayLease:
    """The right to play one conversation, until somebody else's fence is higher."""

    id: int
    fence: int
    replay_id: str
    conversation_id: int
    answers: Sequence[Mapping[str, Any]] = field(default=(), hash=False, compare=False)
    cost: float = field(default=0.0, compare=False)

    @property
    def is_worn_out(self) -> bool:
        """True when all who tried it before ended with it."""
        return self.fence > MOST_ATTEMPTS

    @property
    def is_last(self) -> bool:
        """True when it is not tried again after this."""
        return self.fence >= MOST_ATTEMPTS


class Replays:
    """Starts, stops, reads and leases."""

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time, holder: str = ""
    ) -> None:
        """*holder*: the name under which the sweeper learns of this worker's death."""
        self._database = database
        self._clock = clock
        self._holder = holder

    @property
    def now(self) -> float:
        """The present, seconds since 1970."""
        return self._clock()

    # --- what people do

    def make(self, plan: ReplayPlan, person: str) -> str:
        """Store a replay with a row for each conversation; return its id. Raises Invalid."""
        if not plan.conversation_ids:
            raise Invalid("No conversation fits. Choose more days, or fewer filters.")
        replay_id = new_id()
        row = {
            "id": replay_id,
            "agent_id": plan.agent_id,
            "name": plan.name.strip()[:LONGEST_NAME],
            "candidate": plan.candidate.as_json(),
            "since": plan.since,
            "until": plan.until,
            "cost_limit": plan.cost_limit,
            "state": ExperimentState.WAITING,
            "created_by": person,
            "created_at": self._clock(),
        }
        waiting = {"replay_id": replay_id, "state": RowState.WAITING}
        with self._database.write() as tx:
            self._refuse_too_many(tx, plan.agent_id)
            tx.execute(insert(replays).values(row))
            tx.execute(
                insert(rows), [{**waiting, "conversation_id": one} for one in plan.conversation_ids]
            )
        return replay_id

    def _refuse_too_many(self, tx: Connection, agent_id: str) -> None:
        still_open = select(func.count()).where(
            replays.c.agent_id == agent_id, replays.c.state.in_(OPEN)
        )
        if (tx.scalar(still_open) or 0) >= MOST_OPEN:
            raise Invalid(f"{MOST_OPEN} replays of this agent are not over yet. Stop some.")

    def get(self, replay_id: str) -> Replay:
        """Return one replay. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(replays).where(replays.c.id == replay_id)).one_or_none()
        if row is None:
            raise NotFound("There is no replay by that id.")
        return _replay(row)

    def of(
        self, agent_id: str, before: tuple[float, str] | None = None, limit: int = MOST_LISTED
    ) -> Sequence[Replay]:
        """Return the replays of an agent, newest first; *before*: (created_at, id) of the last
        that was seen."""
        query = select(replays).where(replays.c.agent_id == agent_id)
        if before is not None:
            query = query.where(tuple_(replays.c.created_at, replays.c.id) < before)
        newest = query.order_by(replays.c.created_at.desc(), replays.c.id.desc()).limit(limit)
        with self._database.read() as tx:
            return [_replay(row) for row in tx.execute(newest)]

    def rows(
        self, replay_id: str, after: int = 0, limit: int | None = None, only_changed: bool = False
    ) -> Sequence[ReplayRow]:
        """Return the rows of a replay in their order, those after row *after*."""
        wanted = [rows.c[name] for name in ReplayRow.__dataclass_fields__]
        query = select(*wanted).where(rows.c.replay_id == replay_id, rows.c.id > after)
        if only_changed:
            query = query.where(rows.c.changes > 0)
        with self._database.read() as tx:
            return [
                ReplayRow(**row._mapping)
                for row in tx.execute(query.order_by(rows.c.id).limit(limit))
            ]

    def progress(self, replay_id: str) -> Progress:
        """Return how far it is; those passed are those in which nothing changed."""
        same = func.sum(func.abs(func.sign(rows.c.changes)))
        query = (
            select(rows.c.state, func.count(), same)
            .where(rows.c.replay_id == replay_id)
            .group_by(rows.c.state)
        )
        with self._database.read() as tx:
            found = {
                state: (count, int(changed or 0)) for state, count, changed in tx.execute(query)
            }
        done, changed = found.get(RowState.DONE, (0, 0))
        return Progress(
            **{state: count for state, (count, _) in found.items()}, passed=done - changed
        )

    def sums(self, replay_id: str) -> Sums:
        """Add up what is done."""
        done = [row for row in self.rows(replay_id) if row.state == RowState.DONE]
        pieces = [piece for row in done for piece in row.stretches]
        then = [one for piece in pieces for one in piece["then"]]
        now = [one for piece in pieces for one in piece["now"]]
        counted = Counter(name for piece in pieces for name in piece["changes"])
        return Sums(
            conversations=len(done),
            changed=sum(row.changes > 0 for row in done),
            stretches=len(pieces),
            changes={name: counted[name] for name in CHANGES},
            turns_then=len(then),
            turns_now=len(now),
            handed_then=sum(bool(one["handoff_reason"]) for one in then),
            handed_now=sum(bool(one["handoff_reason"]) for one in now),
            cost_then=sum(one["cost"] for one in then),
            cost_now=sum(one["cost"] for one in now),
        )

    def stop(self, replay_id: str) -> bool:
        """Play nothing more; what was played stays. False when it was over already."""
        ended = {"state": ExperimentState.STOPPED, "finished_at": self._clock()}
        return self._change(replay_id, OPEN, ended)

    def resume(self, replay_id: str, cost_limit: float) -> bool:
        """Go on with one that was stopped or ran out of money. False when there is nothing to."""
        again = {"state": ExperimentState.WAITING, "finished_at": None, "cost_limit": cost_limit}
        may = (ExperimentState.STOPPED, ExperimentState.OVER_BUDGET)
        return self._change(replay_id, may, again)

    def _change(
        self, replay_id: str, states: Sequence[ExperimentState], values: Mapping[str, Any]
    ) -> bool:
        here = and_(replays.c.id == replay_id, replays.c.state.in_(states))
        with self._database.write() as tx:
            return tx.execute(update(replays).where(here).values(**values)).rowcount == 1

    # --- what workers do

    def is_due(self) -> bool:
        """Whether there is something to play."""
        with self._database.read() as tx:
            return bool(tx.scalar(select(_due(self._clock()).exists())))

    def lease(self) -> ReplayLease | None:
        """Become the one who plays the next conversation. None: there is none now."""
        now = self._clock()
        first = _due(now).order_by(rows.c.id).limit(1).with_for_update(skip_locked=True, of=rows)
        names = ("id", "fence", "replay_id", "conversation_id", "answers", "cost")
        statement = (
            update(rows)
            .where(rows.c.id == first.scalar_subquery())
            .values(
                state=RowState.RUNNING,
                fence=rows.c.fence + 1,
                lease_until=now + LEASE_SECONDS,
                holder=self._holder,
            )
            .returning(*(rows.c[name] for name in names))
        )
        with self._database.write() as tx:
            row = tx.execute(statement).one_or_none()
            if row is None:
                return None
            waits = and_(replays.c.id == row.replay_id, replays.c.state == ExperimentState.WAITING)
            tx.execute(update(replays).where(waits).values(state=ExperimentState.RUNNING))
        return ReplayLease(*row)

    def prolong(self, lease: ReplayLease) -> None:
        """Keep *lease* for another while; one that was lost stays lost."""
        until = self._clock() + LEASE_SECONDS
        with self._database.write() as tx:
            tx.execute(update(rows).where(_mine(lease)).values(lease_until=until))

    def keep(self, lease: ReplayLease, answers: Sequence[Mapping[str, Any]], cost: float) -> bool:
        """Keep what was answered so far. False when this worker is to stop here: the lease was
        lost, or the replay is over."""
        values = {"answers": list(answers), "lease_until": self._clock() + LEASE_SECONDS}
        with self._database.write() as tx:
            if not self._store(tx, lease, cost, values):
                return False
            state = tx.scalar(select(replays.c.state).where(replays.c.id == lease.replay_id))
            return state in OPEN

    def finish(
        self,
        lease: ReplayLease,
        stretches: Sequence[Mapping[str, Any]],
        cost: float,
        error: str = "",
    ) -> bool:
        """Store how a conversation went, once. False when the lease was lost."""
        values = {
            "state": RowState.FAILED if error else RowState.DONE,
            "lease_until": 0.0,
            "answers": [],
            "stretches": list(stretches),
            "changes": sum(bool(one["changes"]) for one in stretches),
            "error": error,
        }
        with self._database.write() as tx:
            if not self._store(tx, lease, cost, values):
                return False
            left = exists().where(rows.c.replay_id == lease.replay_id, rows.c.state.in_(UNFINISHED))
            done = {"state": ExperimentState.DONE, "finished_at": self._clock()}
            mine = and_(replays.c.id == lease.replay_id, ~left)
            tx.execute(update(replays).where(mine).values(done))
        return True

    def give_back(self, lease: ReplayLease, until: float) -> None:
        """Let the row be played again, not before *until*."""
        values = {"state": RowState.WAITING, "lease_until": until}
        with self._database.write() as tx:
            tx.execute(update(rows).where(_mine(lease)).values(values))

    def take_back(self, holders: Sequence[str]) -> int:
        """End the leases under the names *holders*; return how many rows wait again."""
        held = and_(rows.c.state == RowState.RUNNING, rows.c.holder.in_(holders))
        with self._database.write() as tx:
            return tx.execute(update(rows).where(held).values(lease_until=0.0)).rowcount

    def _store(
        self, tx: Connection, lease: ReplayLease, cost: float, values: Mapping[str, Any]
    ) -> bool:
        """Change the row under its fence, and count what it cost since it was last looked at."""
        before = tx.scalar(select(rows.c.cost).where(_mine(lease)).with_for_update())
        if before is None:
            return False
        tx.execute(update(rows).where(_mine(lease)).values(cost=cost, **values))
        # Also where nothing was spent: whoever finishes a row waits here for the one before.
        mine = replays.c.id == lease.replay_id
        tx.execute(update(replays).where(mine).values(cost=replays.c.cost + (cost - before)))
        dear = and_(
            mine,
            replays.c.cost_limit > 0,
            replays.c.cost >= replays.c.cost_limit,
            replays.c.state.in_(OPEN),
        )
        over = {"state": ExperimentState.OVER_BUDGET, "finished_at": self._clock()}
        tx.execute(update(replays).where(dear).values(over))
        return True


def _due(now: float) -> Any:
    """The rows that nobody plays, of replays that go on."""
    return (
        select(rows.c.id)
        .join(replays, replays.c.id == rows.c.replay_id)
        .where(replays.c.state.in_(OPEN), rows.c.state.in_(UNFINISHED), rows.c.lease_until < now)
    )


def _mine(lease: ReplayLease) -> ColumnElement[bool]:
    return and_(
        rows.c.id == lease.id, rows.c.fence == lease.fence, rows.c.state == RowState.RUNNING
    )


def _replay(row: AnyRow) -> Replay:
    return Replay(**{**row._mapping, "candidate": read_candidate(row.candidate)})
