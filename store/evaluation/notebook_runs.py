"""Runs of notebooks: asked for, leased by one worker, finished once, and kept.

    waiting ── lease ──> running ── finish ──> done | failed
       └────── stop ───────┴─────────────────> stopped

A notebook may have done something before its worker died, so a run that was left behind is not
begun again: it has failed, and whoever it runs for is told. The fence rises with each lease.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, tuple_, update

from agent.actor import Actor, Role
from agent.errors import Invalid, NotFound
from knowledge.tables import AnyRow
from store.db.database import Database, new_id
from store.evaluation.notebooks import Notebook
from store.states import RunError, RunState
from store.tables import notebook_runs as runs
from store.tables import notebooks

LEASE_SECONDS = 45.0  # nine heartbeats of `jobs.executing`
MOST_OPEN = 20  # runs of one person that are not over
MOST_LISTED = 50
OPEN = (RunState.WAITING, RunState.RUNNING)


@dataclass(frozen=True)
class Run:
    """A run as it stands, without its copy of the notebook."""

    id: str
    notebook_id: str
    revision: int
    person: str
    role: Role
    parameters: Mapping[str, Any]
    scheduled: bool
    verified: bool
    state: RunState
    fence: int
    token_id: str
    error: RunError | None
    cell: int | None
    detail: str
    seconds: float
    memory: float  # bytes
    created_at: float
    started_at: float | None
    finished_at: float | None
    has_copy: bool  # what it printed is still kept

    @property
    def is_over(self) -> bool:
        """True when nothing more comes of it."""
        return self.state not in OPEN

    @property
    def actor(self) -> Actor:
        """In whose name it runs."""
        return Actor(self.person, self.role)

    @property
    def evidence(self) -> dict[str, Any]:
        """How a release refers to it: `verified` says that a worker ran it."""
        whole = self.state is RunState.DONE
        return {"notebook_run": self.id, "verified": self.verified and whole}


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    executed: Mapping[str, Any] | None = None
    error: RunError | None = None
    cell: int | None = None
    detail: str = ""
    seconds: float = 0.0
    memory: float = 0.0

    @property
    def state(self) -> RunState:
        """What the run ends in."""
        if self.error is RunError.STOPPED:
            return RunState.STOPPED
        return RunState.FAILED if self.error else RunState.DONE


class NotebookRuns:
    """Asks for runs, leases them, and keeps what comes of them."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def ask(
        self, notebook: Notebook, actor: Actor, parameters: Mapping[str, Any], scheduled: bool
    ) -> str:
        """Have a run wait for a worker; return its id. Raises Invalid."""
        row = self._row(notebook, actor) | {
            "parameters": dict(parameters),
            "scheduled": scheduled,
            "verified": True,
            "state": RunState.WAITING,
        }
        with self._database.write() as tx:
            if not scheduled:
                _refuse_too_many(tx, actor)
            tx.execute(insert(runs).values(row))
        return str(row["id"])

    def hand_in(self, notebook: Notebook, actor: Actor, executed: Mapping[str, Any]) -> str:
        """Keep a copy that somebody executed elsewhere; return its id. It is not verified."""
        row = self._row(notebook, actor) | {
            "verified": False,
            "state": RunState.DONE,
            "executed": dict(executed),
            "finished_at": self._clock(),
        }
        with self._database.write() as tx:
            tx.execute(insert(runs).values(row))
        return str(row["id"])

    def _row(self, notebook: Notebook, actor: Actor) -> dict[str, Any]:
        return {
            "id": new_id(),
            "notebook_id": notebook.id,
            "revision": notebook.revision,
            "body": dict(notebook.body),
            "person": actor.name,
            "role": actor.role,
            "created_at": self._clock(),
        }

    def due(self) -> Sequence[str]:
        """Return the ids of the runs that wait, and of those that were left behind."""
        query = select(runs.c.id).where(_due(self._clock())).order_by(runs.c.created_at)
        with self._database.read() as tx:
            return tx.scalars(query.limit(MOST_LISTED)).all()

    def lease(self, run_id: str) -> Run | None:
        """Become the one who executes a run that waits; None when it does not wait."""
        waits = and_(runs.c.id == run_id, runs.c.state == RunState.WAITING)
        now = self._clock()
        values = {
            "state": RunState.RUNNING,
            "fence": runs.c.fence + 1,
            "lease_until": now + LEASE_SECONDS,
            "started_at": now,
        }
        with self._database.write() as tx:
            row = tx.execute(update(runs).where(waits).values(values).returning(*SHOWN)).first()
        return Run(**row._mapping) if row else None

    def left_behind(self, run_id: str) -> Run | None:
        """End a run whose worker died; None unless it was one, so that it is told once."""
        over = runs.c.lease_until < self._clock()
        left = and_(runs.c.id == run_id, runs.c.state == RunState.RUNNING, over)
        values = self._values(Outcome(error=RunError.INTERRUPTED)) | {"fence": runs.c.fence + 1}
        with self._database.write() as tx:
            row = tx.execute(update(runs).where(left).values(values).returning(*SHOWN)).first()
        return Run(**row._mapping) if row else None

    def lend(self, run: Run, token_id: str) -> None:
        """Note which token the run has, so that it is ended whoever ends the run."""
        with self._database.write() as tx:
            tx.execute(update(runs).where(_mine(run)).values(token_id=token_id))

    def goes_on(self, run: Run) -> bool:
        """Keep the run for another while; False when it was lost or stopped."""
        until = self._clock() + LEASE_SECONDS
        with self._database.write() as tx:
            kept = tx.execute(update(runs).where(_mine(run)).values(lease_until=until))
        return bool(kept.rowcount)

    def finish(self, run: Run, outcome: Outcome) -> bool:
        """Keep what came of it, once. False when the run was lost or stopped."""
        with self._database.write() as tx:
            kept = tx.execute(update(runs).where(_mine(run)).values(self._values(outcome)))
        return bool(kept.rowcount)

    def _values(self, outcome: Outcome) -> dict[str, Any]:
        return {
            "state": outcome.state,
            "lease_until": 0.0,
            "executed": dict(outcome.executed) if outcome.executed else None,
            "error": outcome.error,
            "cell": outcome.cell,
            "detail": outcome.detail,
            "seconds": outcome.seconds,
            "memory": outcome.memory,
            "finished_at": self._clock(),
        }

    def stop(self, run_id: str) -> bool:
        """End a run that is not over; its worker notices. False when it was over."""
        still = and_(runs.c.id == run_id, runs.c.state.in_(OPEN))
        values = self._values(Outcome(error=RunError.STOPPED)) | {"fence": runs.c.fence + 1}
        with self._database.write() as tx:
            return bool(tx.execute(update(runs).where(still).values(values)).rowcount)

    # --- reading

    def get(self, run_id: str) -> Run:
        """Return one run. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(*SHOWN).where(runs.c.id == run_id)).one_or_none()
        if row is None:
            raise NotFound("There is no run by that id.")
        return Run(**row._mapping)

    def name(self, run_id: str) -> str:
        """Return the name of the notebook."""
        query = select(notebooks.c.name).join(runs, runs.c.notebook_id == notebooks.c.id)
        with self._database.read() as tx:
            return tx.scalar(query.where(runs.c.id == run_id)) or ""

    def executed(self, run_id: str) -> Mapping[str, Any] | None:
        """Return the copy with its outputs; None when there is none."""
        return self._copy(runs.c.executed, run_id)

    def body(self, run_id: str) -> Mapping[str, Any]:
        """Return the notebook as it was when the run was asked for."""
        return self._copy(runs.c.body, run_id) or {}

    def _copy(self, column: Any, run_id: str) -> Mapping[str, Any] | None:
        with self._database.read() as tx:
            found: Mapping[str, Any] | None = tx.scalar(select(column).where(runs.c.id == run_id))
        return found

    def of(
        self,
        notebook_id: str,
        before: tuple[float, str] | None = None,
        limit: int = MOST_LISTED,
    ) -> Sequence[Run]:
        """Return the runs of a notebook, the newest first; *before*: (created_at, id) of the last
        that was seen."""
        query = select(*SHOWN).where(runs.c.notebook_id == notebook_id)
        if before is not None:
            query = query.where(tuple_(runs.c.created_at, runs.c.id) < before)
        newest = query.order_by(runs.c.created_at.desc(), runs.c.id.desc()).limit(limit)
        with self._database.read() as tx:
            return [_run(row) for row in tx.execute(newest)]


HAS_COPY = runs.c.executed.is_not(None).label("has_copy")
SHOWN = (*(runs.c[name] for name in Run.__dataclass_fields__ if name in runs.c), HAS_COPY)


def _run(row: AnyRow) -> Run:
    return Run(**row._mapping)


def _due(now: float) -> ColumnElement[bool]:
    left = and_(runs.c.state == RunState.RUNNING, runs.c.lease_until < now)
    return or_(runs.c.state == RunState.WAITING, left)


def _mine(run: Run) -> ColumnElement[bool]:
    return and_(runs.c.id == run.id, runs.c.fence == run.fence, runs.c.state == RunState.RUNNING)


def _refuse_too_many(tx: Connection, actor: Actor) -> None:
    theirs = select(func.count()).where(runs.c.person == actor.name, runs.c.state.in_(OPEN))
    if (tx.scalar(theirs) or 0) >= MOST_OPEN:
        raise Invalid(f"{MOST_OPEN} of your runs are not over yet. Wait, or stop some.")
