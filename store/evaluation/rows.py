"""The rows of experiments as a queue: leased by a worker, kept turn by turn, finished once.

The fence rises with each lease, as a conversation's does (`store.conversations.turns`): a worker
that was paused or left behind stores nothing any more. What a row has been answered so far is kept
after each turn, so that whoever goes on asks nothing twice.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, select, update

from agent.scoring import Score
from knowledge.tables import AnySelect
from store.db.database import Database
from store.states import ENDED, ExperimentState, RowState
from store.tables import experiment_rows as rows
from store.tables import experiments

LEASE_SECONDS = 4.5  # as of a turn: three heartbeats of a worker
COMPARING_SECONDS = 120.0
MOST_ATTEMPTS = 5
UNFINISHED = (RowState.WAITING, RowState.RUNNING)
OPEN = (ExperimentState.WAITING, ExperimentState.RUNNING)


@dataclass(frozen=True)
class RowLease:
    """The right to ask one row, until somebody else's fence is higher."""

    id: int
    fence: int
    experiment_id: str
    case_id: str
    candidate: int
    repeat: int
    answers: Sequence[Mapping[str, Any]] = field(default=(), hash=False, compare=False)
    cost: float = field(default=0.0, compare=False)
    seconds: float = field(default=0.0, compare=False)

    @property
    def is_last(self) -> bool:
        """True when it is not tried again after this."""
        return self.fence >= MOST_ATTEMPTS

    @property
    def is_worn_out(self) -> bool:
        """True when all who tried it before ended with it."""
        return self.fence > MOST_ATTEMPTS


@dataclass(frozen=True)
class Finished:
    """How a row went."""

    answers: Sequence[Mapping[str, Any]] = ()
    scores: Mapping[str, Score] = field(default_factory=dict)
    passed: bool | None = None
    seconds: float = 0.0
    cost: float = 0.0  # US dollars that it took, those kept before included
    error: str = ""  # not empty: it failed, and counts for nothing
    key: str = ""
    reused: bool = False


class Rows:
    """Leases rows and keeps what comes of them."""

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time, holder: str = ""
    ) -> None:
        """*holder*: the name under which the sweeper learns of this worker's death."""
        self._database = database
        self._clock = clock
        self._holder = holder

    def is_due(self) -> bool:
        """Whether there is something to ask or to compare."""
        now = self._clock()
        compare = and_(experiments.c.compare_at > 0, experiments.c.compare_at <= now)
        with self._database.read() as tx:
            if tx.scalar(select(exists().where(compare))):
                return True
            if not tx.scalar(_goes_on()):
                return False
            return any(tx.scalar(select(_due(now, one).exists())) for one in UNFINISHED)

    def lease(self) -> RowLease | None:
        """Become the one who asks the next row. None: there is none now."""
        with self._database.read() as tx:
            if not tx.scalar(_goes_on()):
                return None
        with self._database.write() as tx:
            row = self._leased(tx, RowState.RUNNING) or self._leased(tx, RowState.WAITING)
            if row is None:
                return None
            _begin(tx, row.experiment_id)
        return RowLease(*row)

    def _leased(self, tx: Connection, state: RowState) -> Any:
        """Take the first of the rows that stand so. One state at a time, and in the order of the
        index: there may be twenty thousand, and nothing is sorted for one.
        """
        now = self._clock()
        first = _due(now, state).order_by(rows.c.lease_until, rows.c.id).limit(1)
        statement = (
            update(rows)
            .where(rows.c.id == first.with_for_update(skip_locked=True, of=rows).scalar_subquery())
            .values(
                state=RowState.RUNNING,
                fence=rows.c.fence + 1,
                lease_until=now + LEASE_SECONDS,
                holder=self._holder,
            )
            .returning(
                rows.c.id,
                rows.c.fence,
                rows.c.experiment_id,
                rows.c.case_id,
                rows.c.candidate,
                rows.c.repeat,
                rows.c.answers,
                rows.c.cost,
                rows.c.seconds,
            )
        )
        return tx.execute(statement).one_or_none()

    def prolong(self, leases: Sequence[RowLease]) -> None:
        """Keep *leases* for another while; those that were lost stay lost."""
        with self._database.write() as tx:
            for lease in leases:
                until = self._clock() + LEASE_SECONDS
                tx.execute(update(rows).where(_mine(lease)).values(lease_until=until))

    def keep(self, lease: RowLease, so_far: Finished) -> bool:
        """Keep the turns answered so far. False when this worker is to stop here: the lease was
        lost, or the experiment is over."""
        with self._database.write() as tx:
            values = {"answers": list(so_far.answers), "seconds": so_far.seconds}
            return self._store(tx, lease, so_far, values) and _is_open(tx, lease.experiment_id)

    def finish(self, lease: RowLease, how: Finished) -> bool:
        """Store how a row went, once. False when the lease was lost."""
        values = {
            "state": RowState.FAILED if how.error else RowState.DONE,
            "lease_until": 0.0,
            "answers": list(how.answers),
            "scores": {name: score.as_json() for name, score in how.scores.items()},
            "passed": None if how.error else how.passed,
            "seconds": how.seconds,
            "error": how.error,
            "key": "" if how.error else how.key,
            "reused": how.reused,
        }
        with self._database.write() as tx:
            if not self._store(tx, lease, how, values):
                return False
            self._settle(tx, lease.experiment_id)
        return True

    def give_back(self, lease: RowLease, until: float) -> None:
        """Let the row be asked again, not before *until*."""
        values = {"state": RowState.WAITING, "lease_until": until}
        with self._database.write() as tx:
            tx.execute(update(rows).where(_mine(lease)).values(values))

    def _store(
        self, tx: Connection, lease: RowLease, how: Finished, values: dict[str, Any]
    ) -> bool:
        """Change the row under its fence, and count what it cost since it was last looked at."""
        before = tx.scalar(select(rows.c.cost).where(_mine(lease)).with_for_update())
        if before is None:
            return False
        tx.execute(update(rows).where(_mine(lease)).values(cost=how.cost, **values))
        # Also where nothing was spent: whoever finishes a row waits here for the one before.
        spent = experiments.c.cost + (how.cost - before)
        mine = update(experiments).where(experiments.c.id == lease.experiment_id)
        tx.execute(mine.values(cost=spent))
        _stop_the_dear(tx, lease.experiment_id, self._clock())
        return True

    def _settle(self, tx: Connection, experiment_id: str) -> None:
        """End an experiment whose rows are all finished; what is over is compared anew."""
        now, mine = self._clock(), experiments.c.id == experiment_id
        left = exists().where(rows.c.experiment_id == experiment_id, rows.c.state.in_(UNFINISHED))
        done = {"state": ExperimentState.DONE, "finished_at": now}
        tx.execute(update(experiments).where(mine, ~left).values(done))
        over = experiments.c.state.in_(ENDED)
        tx.execute(update(experiments).where(mine, over).values(compare_at=now))

    def take_back(self, holders: Sequence[str]) -> int:
        """End the leases under the names *holders*; return how many rows wait again."""
        held = and_(rows.c.state == RowState.RUNNING, rows.c.holder.in_(holders))
        with self._database.write() as tx:
            return tx.execute(update(rows).where(held).values(lease_until=0.0)).rowcount

    def reusable(self, key: str) -> Finished | None:
        """Return what a row was answered that was asked the very same, if there is one."""
        same = and_(rows.c.key == key, rows.c.state == RowState.DONE)
        query = select(rows.c.answers, rows.c.seconds).where(same).order_by(rows.c.id).limit(1)
        with self._database.read() as tx:
            row = tx.execute(query).one_or_none()
        return Finished(row.answers, seconds=row.seconds) if row and row.answers else None

    # --- scores and comparisons

    def score(self, experiment_id: str, scores: Mapping[int, Sequence[Score]]) -> int:
        """Add scores to rows that are done, by their ids; return how many there were.

        A row passes when all of its scores do. What is compared is compared anew.
        """
        done = 0
        with self._database.write() as tx:
            mine = and_(rows.c.experiment_id == experiment_id, rows.c.state == RowState.DONE)
            for row_id, given in sorted(scores.items()):
                query = select(rows.c.scores).where(mine, rows.c.id == row_id).with_for_update()
                kept = tx.scalar(query)
                if kept is None:
                    continue
                both = {**kept, **{one.name: one.as_json() for one in given}}
                passed = all(one["passed"] for one in both.values())
                values = {"scores": both, "passed": passed}
                tx.execute(update(rows).where(rows.c.id == row_id).values(values))
                done += 1
            over = and_(experiments.c.id == experiment_id, experiments.c.state.in_(ENDED))
            tx.execute(update(experiments).where(over).values(compare_at=self._clock()))
        return done

    def to_compare(self) -> tuple[str, float] | None:
        """Become the one who compares: (the experiment, the word with which it is kept)."""
        now = self._clock()
        due = and_(experiments.c.compare_at > 0, experiments.c.compare_at <= now)
        first = select(experiments.c.id).where(due).order_by(experiments.c.compare_at).limit(1)
        until = now + COMPARING_SECONDS
        change = update(experiments).where(
            experiments.c.id == first.with_for_update(skip_locked=True).scalar_subquery()
        )
        with self._database.write() as tx:
            found = tx.scalar(change.values(compare_at=until).returning(experiments.c.id))
        return (found, until) if found else None

    def compared(self, experiment_id: str, until: float, found: Mapping[str, Any]) -> None:
        """Keep the comparisons, unless a score has been added since."""
        mine = and_(experiments.c.id == experiment_id, experiments.c.compare_at == until)
        values = {"comparisons": dict(found), "compare_at": 0.0}
        with self._database.write() as tx:
            tx.execute(update(experiments).where(mine).values(values))


def _goes_on() -> AnySelect:
    """Whether any experiment is not over: rows of those that were stopped may wait for ever."""
    return select(exists().where(experiments.c.state.in_(OPEN)))


def _due(now: float, state: RowState) -> AnySelect:
    """The rows that stand so and that nobody asks, of experiments that go on."""
    return (
        select(rows.c.id)
        .join(experiments, experiments.c.id == rows.c.experiment_id)
        .where(experiments.c.state.in_(OPEN), rows.c.state == state, rows.c.lease_until < now)
    )


def _mine(lease: RowLease) -> ColumnElement[bool]:
    return and_(
        rows.c.id == lease.id, rows.c.fence == lease.fence, rows.c.state == RowState.RUNNING
    )


def _begin(tx: Connection, experiment_id: str) -> None:
    waits = and_(experiments.c.id == experiment_id, experiments.c.state == ExperimentState.WAITING)
    tx.execute(update(experiments).where(waits).values(state=ExperimentState.RUNNING))


def _is_open(tx: Connection, experiment_id: str) -> bool:
    state = tx.scalar(select(experiments.c.state).where(experiments.c.id == experiment_id))
    return state in OPEN


def _stop_the_dear(tx: Connection, experiment_id: str, now: float) -> None:
    """End an experiment that has cost what it may."""
    dear = and_(
        experiments.c.id == experiment_id,
        experiments.c.cost_limit > 0,
        experiments.c.cost >= experiments.c.cost_limit,
        experiments.c.state.in_(OPEN),
    )
    values = {"state": ExperimentState.OVER_BUDGET, "finished_at": now, "compare_at": now}
    tx.execute(update(experiments).where(dear).values(values))
