"""Datasets: the cases of an agent, as they were in each version of the dataset.

A stored case never changes. One that is added, taken out, replaced or approved makes the next
version of its dataset, and what was asked of an older version can be read for ever.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from agent.cases import Case
from agent.errors import Invalid, NotFound
from knowledge.tables import AnyRow, AnySelect
from store.db.database import Database, new_id
from store.db.dialect import upsert
from store.states import CaseOrigin, CaseState
from store.tables import dataset_cases, datasets

TESTS = "Tests"  # the one that every agent has
LONGEST_NAME = 80
MOST_DATASETS = 100  # of one agent
MOST_CASES = 2_000  # of one dataset
MOST_PROPOSED = 500
MOST_AT_ONCE = 1_000


@dataclass(frozen=True)
class Dataset:
    """A dataset as it is now."""

    id: str
    agent_id: str
    name: str
    version: int
    created_by: str
    created_at: float
    archived: bool


@dataclass(frozen=True)
class KeptCase:
    """A case in a dataset."""

    id: str
    dataset_id: str
    case: Case
    origin: CaseOrigin
    state: CaseState
    added_in: int
    removed_in: int | None
    conversation_id: int | None
    created_by: str
    created_at: float


@dataclass(frozen=True)
class Source:
    """Where cases come from, who brings them, and whether they count at once."""

    person: str
    origin: CaseOrigin = CaseOrigin.STAFF
    state: CaseState = CaseState.APPROVED
    conversation_id: int | None = None


@dataclass(frozen=True)
class Added:
    """What became of cases that were given: the ids of those that are there now."""

    ids: Sequence[str]
    version: int
    replaced: Mapping[str, str] = field(default_factory=dict)  # {the old id: the new one}


class Datasets:
    """Reads and writes datasets and their cases."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    # --- datasets

    def make(self, agent_id: str, name: str, person: str) -> str:
        """Make an empty dataset; return its id. Raises Invalid for a name that is taken or none."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= LONGEST_NAME:
            raise Invalid(f"Give the dataset a name of 1 to {LONGEST_NAME} characters.")
        with self._database.write() as tx:
            mine = select(func.count()).where(datasets.c.agent_id == agent_id)
            if (tx.scalar(mine) or 0) >= MOST_DATASETS:
                raise Invalid(f"This agent has {MOST_DATASETS} datasets already. Use one of them.")
            made = self._make(tx, agent_id, name, person)
        if made is None:
            raise Invalid("This agent has a dataset of that name. Choose another name.")
        return made

    def tests(self, agent_id: str, person: str) -> Dataset:
        """Return the agent's own dataset, made now if it has none."""
        found = self.own(agent_id)
        if found is None:
            with self._database.write() as tx:
                self._make(tx, agent_id, TESTS, person)
                found = self.own(agent_id)
        if found is None:
            raise NotFound("There is no dataset by that name.")
        return found

    def own(self, agent_id: str) -> Dataset | None:
        """Return the dataset that every agent has, if anything was ever put into it."""
        theirs = and_(datasets.c.agent_id == agent_id, datasets.c.name == TESTS)
        with self._database.read() as tx:
            row = tx.execute(select(datasets).where(theirs)).one_or_none()
        return _dataset(row) if row else None

    def _make(self, tx: Connection, agent_id: str, name: str, person: str) -> str | None:
        row = {
            "id": new_id(),
            "agent_id": agent_id,
            "name": name,
            "version": 1,
            "created_by": person,
            "created_at": self._clock(),
        }
        statement = upsert(tx, datasets).values(row)
        unless_there = statement.on_conflict_do_nothing(index_elements=["agent_id", "name"])
        made: str | None = tx.scalar(unless_there.returning(datasets.c.id))
        return made

    def get(self, dataset_id: str) -> Dataset:
        """Return one dataset. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(datasets).where(datasets.c.id == dataset_id)).one_or_none()
        if row is None:
            raise NotFound("There is no dataset by that id.")
        return _dataset(row)

    def of(self, agent_id: str, archived: bool = False) -> Sequence[Dataset]:
        """Return the datasets of an agent that are in use (or put away), oldest first."""
        put_away = datasets.c.archived_at
        kept = put_away.is_not(None) if archived else put_away.is_(None)
        query = select(datasets).where(datasets.c.agent_id == agent_id, kept)
        with self._database.read() as tx:
            rows = tx.execute(query.order_by(datasets.c.created_at, datasets.c.id))
            return [_dataset(row) for row in rows]

    def archive(self, dataset_id: str, archived: bool = True) -> None:
        """Put a dataset away, or take it back."""
        when = self._clock() if archived else None
        with self._database.write() as tx:
            tx.execute(update(datasets).where(datasets.c.id == dataset_id).values(archived_at=when))

    # --- cases

    def cases(self, dataset_id: str, version: int | None = None) -> Sequence[KeptCase]:
        """Return the approved cases of a version (None: as it is now), oldest first."""
        with self._database.read() as tx:
            rows = tx.execute(_in_force(dataset_id, version))
            return [_case(row) for row in rows]

    def proposed(self, dataset_id: str) -> Sequence[KeptCase]:
        """Return what waits for a person, oldest first."""
        return [one for one in self._proposed(dataset_id) if one.removed_in is None]

    def _proposed(self, dataset_id: str) -> Sequence[KeptCase]:
        """The same with those that were refused."""
        query = _of(dataset_id).where(dataset_cases.c.state == CaseState.PROPOSED)
        with self._database.read() as tx:
            return [_case(row) for row in tx.execute(query)]

    def case(self, case_id: str) -> KeptCase:
        """Return one case, whether it is still in force or not. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(
                select(dataset_cases).where(dataset_cases.c.id == case_id)
            ).one_or_none()
        if row is None:
            raise NotFound("There is no case by that id.")
        return _case(row)

    def add(self, dataset_id: str, cases: Sequence[Case], source: Source) -> Added:
        """Add *cases*; one that asks the same as one that is there takes its place, one that is
        the same stays. Raises NotFound, and Invalid when there are too many.
        """
        if not 1 <= len(cases) <= MOST_AT_ONCE:
            raise Invalid(f"Give 1 to {MOST_AT_ONCE} cases at once.")
        with self._database.write() as tx:
            version = self._locked(tx, dataset_id)
            proposes = source.state == CaseState.PROPOSED
            there = {one.case.asked: one for one in self._there(dataset_id, proposes)}
            once = {case.asked: case for case in cases}
            new = {key: case for key, case in once.items() if not _same(there.get(key), case)}
            old = {} if proposes else {key: there[key].id for key in new if key in there}
            _refuse_too_many(len(there) - len(old) + len(new), proposes)
            made = self._insert(tx, dataset_id, new, source, 0 if proposes else version + 1)
            if new and not proposes:
                _take_out(tx, list(old.values()), version + 1)
                version = _raise(tx, dataset_id, version)
        ids = [made[key] if key in made else there[key].id for key in once]
        return Added(ids, version, {old_id: made[key] for key, old_id in old.items()})

    def _there(self, dataset_id: str, proposes: bool) -> Sequence[KeptCase]:
        """A proposal is compared with everything: nobody need approve what is there, nor refuse
        once more what was refused.
        """
        approved = self.cases(dataset_id)
        return [*approved, *self._proposed(dataset_id)] if proposes else approved

    def _insert(
        self,
        tx: Connection,
        dataset_id: str,
        cases: Mapping[str, Case],
        source: Source,
        version: int,
    ) -> dict[str, str]:
        """Return the new ids by what is asked; those of one call stay in their order."""
        now, ids = self._clock(), {key: new_id() for key in cases}
        rows = [
            {
                "id": ids[key],
                "dataset_id": dataset_id,
                "added_in": version,
                "body": case.model_dump(mode="json", exclude_defaults=True),
                "origin": source.origin,
                "state": source.state,
                "conversation_id": source.conversation_id,
                "created_by": source.person,
                "created_at": now + place / 1e4,
            }
            for place, (key, case) in enumerate(cases.items())
        ]
        if rows:
            tx.execute(insert(dataset_cases), rows)
        return ids

    def approve(self, case_ids: Sequence[str]) -> int:
        """Let proposed cases of one dataset count, each in the place of one that asks the same;
        return its version. Raises NotFound, and Invalid when there are too many.
        """
        with self._database.write() as tx:
            dataset_id, version = self._dataset_of(tx, case_ids)
            new = [one for one in self.proposed(dataset_id) if one.id in case_ids]
            asked = {one.case.asked for one in new}
            there = self.cases(dataset_id)
            old = [one.id for one in there if one.case.asked in asked]
            _refuse_too_many(len(there) - len(old) + len(new), proposes=False)
            _take_out(tx, old, version + 1)
            values = {"state": CaseState.APPROVED, "added_in": version + 1}
            mine = dataset_cases.c.id.in_([one.id for one in new])
            tx.execute(update(dataset_cases).where(mine).values(values))
            return _raise(tx, dataset_id, version) if new else version

    def remove(self, case_ids: Sequence[str]) -> int:
        """Take cases of one dataset out, or refuse proposed ones, which are not proposed again;
        return its version. What is out already stays so. Raises NotFound.
        """
        with self._database.write() as tx:
            dataset_id, version = self._dataset_of(tx, case_ids)
            counted = [one.id for one in self.cases(dataset_id) if one.id in case_ids]
            _take_out(tx, case_ids, version + 1)
            return _raise(tx, dataset_id, version) if counted else version

    def _dataset_of(self, tx: Connection, case_ids: Sequence[str]) -> tuple[str, int]:
        which = select(dataset_cases.c.dataset_id).where(dataset_cases.c.id.in_(case_ids))
        found = list(tx.scalars(which.distinct()))
        if len(found) != 1:
            raise NotFound("There is no case by that id.")
        return found[0], self._locked(tx, found[0])

    def _locked(self, tx: Connection, dataset_id: str) -> int:
        """The version, which nobody else raises before the transaction ends. Raises NotFound."""
        query = select(datasets.c.version).where(datasets.c.id == dataset_id).with_for_update()
        version = tx.scalar(query)
        if version is None:
            raise NotFound("There is no dataset by that id.")
        return int(version)


def _same(there: KeptCase | None, case: Case) -> bool:
    return there is not None and there.case == case


def _refuse_too_many(count: int, proposes: bool) -> None:
    most = MOST_CASES + MOST_PROPOSED if proposes else MOST_CASES
    if count > most:
        raise Invalid(f"A dataset may have {MOST_CASES} cases. Remove some, or use another one.")


def _of(dataset_id: str) -> AnySelect:
    query = select(dataset_cases).where(dataset_cases.c.dataset_id == dataset_id)
    return query.order_by(dataset_cases.c.created_at, dataset_cases.c.id)


def _in_force(dataset_id: str, version: int | None) -> AnySelect:
    removed = dataset_cases.c.removed_in
    approved = _of(dataset_id).where(dataset_cases.c.state == CaseState.APPROVED)
    if version is None:
        return approved.where(removed.is_(None))
    return approved.where(
        dataset_cases.c.added_in <= version, or_(removed.is_(None), removed > version)
    )


def _take_out(tx: Connection, case_ids: Sequence[str], version: int) -> int:
    there = and_(dataset_cases.c.id.in_(case_ids), dataset_cases.c.removed_in.is_(None))
    return tx.execute(update(dataset_cases).where(there).values(removed_in=version)).rowcount


def _raise(tx: Connection, dataset_id: str, version: int) -> int:
    tx.execute(update(datasets).where(datasets.c.id == dataset_id).values(version=version + 1))
    return version + 1


def _dataset(row: AnyRow) -> Dataset:
    return Dataset(
        id=row.id,
        agent_id=row.agent_id,
        name=row.name,
        version=row.version,
        created_by=row.created_by,
        created_at=row.created_at,
        archived=row.archived_at is not None,
    )


def _case(row: AnyRow) -> KeptCase:
    fields: dict[str, Any] = {**row._mapping}
    return KeptCase(case=Case.model_validate(fields.pop("body")), **fields)
