"""Experiments: candidates asked the cases of one version of a dataset, a row each conversation.

The rows are the queue of record (`store.evaluation.rows`); here is what people start, stop and
look at.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, insert, select, tuple_, update

from agent import fingerprint
from agent.answer import Outcome
from agent.errors import Invalid, NotFound
from agent.scoring import Score
from agent.spec import Spec
from knowledge.tables import AnyRow, AnySelect
from store.db.database import Database, new_id
from store.states import ENDED, ExperimentState, RowState
from store.tables import experiment_rows as rows
from store.tables import experiments

MOST_CANDIDATES = 8
MOST_REPEATS = 20
MOST_ROWS = 20_000
MOST_OPEN = 20  # experiments of one agent that are not over
MOST_LISTED = 100
LONGEST_NAME = 120
LONGEST_LABEL = 80


@dataclass(frozen=True)
class Candidate:
    """One of those compared: a spec under a name, and the model that answers in its place."""

    label: str
    spec: Spec
    version_id: str | None = None
    model: str = ""  # empty: the spec's own

    @property
    def asked(self) -> Spec:
        """The spec that answers."""
        if not self.model:
            return self.spec
        choice = self.spec.model.model_copy(update={"name": self.model})
        return self.spec.model_copy(update={"model": choice})

    @property
    def fingerprint(self) -> str:
        """What tells it from others."""
        return fingerprint.of_spec(self.asked)

    def as_json(self) -> dict[str, Any]:
        """Return what is kept."""
        return {
            "label": self.label,
            "spec": self.spec.model_dump(mode="json"),
            "version_id": self.version_id,
            "model": self.model,
        }


@dataclass(frozen=True)
class Plan:
    """An experiment that is wished for."""

    agent_id: str
    dataset_id: str
    dataset_version: int
    candidates: Sequence[Candidate]
    case_ids: Sequence[str]
    name: str = ""
    repeats: int = 1
    scorers: Sequence[Mapping[str, Any]] = ()
    cost_limit: float = 0.0  # US dollars; 0: none
    knowledge: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Experiment:
    """An experiment as it stands."""

    id: str
    agent_id: str
    dataset_id: str
    dataset_version: int
    name: str
    candidates: Sequence[Candidate]
    repeats: int
    scorers: Sequence[Mapping[str, Any]]
    cost_limit: float
    cost: float
    state: ExperimentState
    knowledge: Mapping[str, int]
    comparisons: Mapping[str, Any]
    compare_at: float
    created_by: str
    created_at: float
    finished_at: float | None

    @property
    def is_over(self) -> bool:
        """True when nothing of it is asked any more."""
        return self.state in ENDED


@dataclass(frozen=True)
class Row:
    """How one conversation of one candidate went."""

    id: int
    experiment_id: str
    case_id: str
    candidate: int
    repeat: int
    state: RowState
    answers: Sequence[Mapping[str, Any]]  # one `Answer.as_json()` a turn
    scores: Mapping[str, Score]
    passed: bool | None
    seconds: float
    cost: float
    error: str
    reused: bool

    @property
    def outcome(self) -> Outcome | None:
        """What its last turn ended in."""
        return Outcome(self.answers[-1]["outcome"]) if self.answers else None


@dataclass(frozen=True)
class Progress:
    """How many rows are how far."""

    done: int = 0
    failed: int = 0
    running: int = 0
    waiting: int = 0
    passed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.done + self.failed + self.running + self.waiting


class Experiments:
    """Starts, stops and reads experiments."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def make(self, plan: Plan, person: str) -> str:
        """Store an experiment with a row for each conversation; return its id. Raises Invalid."""
        _refuse(plan)
        experiment_id, now = new_id(), self._clock()
        row = {
            "id": experiment_id,
            "agent_id": plan.agent_id,
            "dataset_id": plan.dataset_id,
            "dataset_version": plan.dataset_version,
            "name": plan.name.strip()[:LONGEST_NAME],
            "candidates": [one.as_json() for one in plan.candidates],
            "repeats": plan.repeats,
            "scorers": [dict(one) for one in plan.scorers],
            "cost_limit": plan.cost_limit,
            "state": ExperimentState.WAITING,
            "knowledge": dict(plan.knowledge),
            "created_by": person,
            "created_at": now,
        }
        with self._database.write() as tx:
            self._refuse_too_many(tx, plan.agent_id)
            tx.execute(insert(experiments).values(row))
            tx.execute(insert(rows), _rows_of(experiment_id, plan))
        return experiment_id

    def _refuse_too_many(self, tx: Connection, agent_id: str) -> None:
        still_open = select(func.count()).where(
            experiments.c.agent_id == agent_id, experiments.c.state.not_in(ENDED)
        )
        if (tx.scalar(still_open) or 0) >= MOST_OPEN:
            raise Invalid(f"{MOST_OPEN} experiments of this agent are not over yet. Stop some.")

    def get(self, experiment_id: str) -> Experiment:
        """Return one experiment. Raises NotFound."""
        query = select(experiments).where(experiments.c.id == experiment_id)
        with self._database.read() as tx:
            row = tx.execute(query).one_or_none()
        if row is None:
            raise NotFound("There is no experiment by that id.")
        return _experiment(row)

    def of(
        self, agent_id: str, before: tuple[float, str] | None = None, limit: int = MOST_LISTED
    ) -> Sequence[Experiment]:
        """Return the experiments of an agent, newest first; *before*: (created_at, id) of the last
        that was seen."""
        place = tuple_(experiments.c.created_at, experiments.c.id)
        query = select(experiments).where(experiments.c.agent_id == agent_id)
        if before is not None:
            query = query.where(place < before)
        newest = query.order_by(experiments.c.created_at.desc(), experiments.c.id.desc())
        with self._database.read() as tx:
            return [_experiment(row) for row in tx.execute(newest.limit(limit))]

    def on(self, dataset_id: str) -> Sequence[Experiment]:
        """Return the experiments that are done on a dataset, newest first."""
        query = select(experiments).where(
            experiments.c.dataset_id == dataset_id, experiments.c.state == ExperimentState.DONE
        )
        newest = query.order_by(experiments.c.created_at.desc()).limit(MOST_LISTED)
        with self._database.read() as tx:
            return [_experiment(row) for row in tx.execute(newest)]

    def rows(self, experiment_id: str, after: int = 0, limit: int | None = None) -> Sequence[Row]:
        """Return the rows of an experiment in their order, those after row *after*."""
        query = _rows(experiment_id).where(rows.c.id > after).limit(limit)
        with self._database.read() as tx:
            return [row_of(row) for row in tx.execute(query)]

    def marks(self, experiment_id: str, *, scores: bool = False) -> Sequence[Row]:
        """Return the rows of an experiment without their answers, which are most of them; with
        their *scores* if they are asked for.
        """
        left_out: dict[str, Any] = {"answers": [], "scores": {}} if not scores else {"answers": []}
        columns = [rows.c[name] for name in Row.__dataclass_fields__ if name not in left_out]
        query = select(*columns).where(rows.c.experiment_id == experiment_id).order_by(rows.c.id)
        with self._database.read() as tx:
            return [_row({**row, **left_out}) for row in tx.execute(query).mappings()]

    def of_case(self, experiment_id: str, case_id: str) -> Sequence[Row]:
        """Return what every candidate made of one case."""
        query = _rows(experiment_id).where(rows.c.case_id == case_id)
        with self._database.read() as tx:
            return [row_of(row) for row in tx.execute(query)]

    def row(self, row_id: int) -> Row:
        """Return one row. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(rows).where(rows.c.id == row_id)).one_or_none()
        if row is None:
            raise NotFound("There is no row by that number.")
        return row_of(row)

    def progress(self, experiment_id: str) -> Progress:
        """Return how far an experiment is."""
        query = (
            select(rows.c.state, rows.c.passed, func.count().label("count"))
            .where(rows.c.experiment_id == experiment_id)
            .group_by(rows.c.state, rows.c.passed)
        )
        sums: dict[str, int] = {}
        with self._database.read() as tx:
            for state, passed, count in tx.execute(query):
                sums[state] = sums.get(state, 0) + count
                sums["passed"] = sums.get("passed", 0) + (count if passed else 0)
        return Progress(**sums)

    def stop(self, experiment_id: str) -> bool:
        """Ask nothing more; what was answered stays. False when it was over already."""
        return self._turn(experiment_id, ExperimentState.STOPPED, over=False)

    def resume(self, experiment_id: str, cost_limit: float) -> bool:
        """Go on with one that was stopped or ran out of money. False when there is nothing to."""
        with self._database.write() as tx:
            if not self._turn(experiment_id, ExperimentState.WAITING, over=True):
                return False
            mine = update(experiments).where(experiments.c.id == experiment_id)
            tx.execute(mine.values(cost_limit=cost_limit, compare_at=0))
        return True

    def _turn(self, experiment_id: str, state: ExperimentState, over: bool) -> bool:
        stands = experiments.c.state
        may = [ExperimentState.STOPPED, ExperimentState.OVER_BUDGET]
        now = self._clock()
        change = (
            update(experiments)
            .where(
                experiments.c.id == experiment_id,
                stands.in_(may) if over else stands.not_in(ENDED),
            )
            .values(state=state, finished_at=None if over else now, compare_at=0 if over else now)
        )
        with self._database.write() as tx:
            return bool(tx.execute(change).rowcount)


def _refuse(plan: Plan) -> None:
    if not 1 <= len(plan.candidates) <= MOST_CANDIDATES:
        raise Invalid(f"Choose 1 to {MOST_CANDIDATES} candidates.")
    labels = [one.label for one in plan.candidates]
    if len(set(labels)) < len(labels) or not all(1 <= len(one) <= LONGEST_LABEL for one in labels):
        raise Invalid(f"Give each candidate a name of its own, of 1 to {LONGEST_LABEL} characters.")
    if not 1 <= plan.repeats <= MOST_REPEATS:
        raise Invalid(f"Ask each case 1 to {MOST_REPEATS} times.")
    if not plan.case_ids:
        raise Invalid("The dataset has no cases. Add one first.")
    if len(plan.case_ids) * len(plan.candidates) * plan.repeats > MOST_ROWS:
        raise Invalid(f"That is more than {MOST_ROWS} conversations. Use fewer cases or repeats.")
    if plan.cost_limit < 0:
        raise Invalid("The most it may cost is a number of US dollars, 0 for no limit.")


def _rows_of(experiment_id: str, plan: Plan) -> list[dict[str, Any]]:
    """The candidates of one case come one after the other: half an experiment is still paired."""
    return [
        {
            "experiment_id": experiment_id,
            "case_id": case_id,
            "candidate": candidate,
            "repeat": repeat,
            "state": RowState.WAITING,
        }
        for case_id in plan.case_ids
        for repeat in range(plan.repeats)
        for candidate in range(len(plan.candidates))
    ]


def _rows(experiment_id: str) -> AnySelect:
    return select(rows).where(rows.c.experiment_id == experiment_id).order_by(rows.c.id)


def read_candidate(kept: Mapping[str, Any]) -> Candidate:
    spec = Spec.model_validate(kept["spec"])
    return Candidate(kept["label"], spec, kept["version_id"], kept["model"])


def _experiment(row: AnyRow) -> Experiment:
    fields = {**row._mapping, "candidates": [read_candidate(one) for one in row.candidates]}
    return Experiment(**fields)


def row_of(row: AnyRow) -> Row:
    """Read a row of the table."""
    return _row(row._mapping)


def _row(found: Mapping[Any, Any]) -> Row:
    fields = {name: found[name] for name in Row.__dataclass_fields__}
    scores = {name: Score.from_json(name, kept) for name, kept in found["scores"].items()}
    return Row(**{**fields, "scores": scores})
