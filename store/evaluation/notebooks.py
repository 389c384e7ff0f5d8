"""Notebooks: those that ship, those that analysts save, and when each runs by itself."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, tuple_, update

from agent.actor import Actor, Role
from agent.errors import EditConflict, Invalid, NotFound
from agent.schedules import Schedule
from knowledge.tables import AnyRow
from store.db.database import Database, new_id
from store.states import NotebookOrigin
from store.tables import notebooks

MOST = 500  # that are not archived
LONGEST_NAME = 120
MOST_LISTED = 100


@dataclass(frozen=True)
class Notebook:
    """A notebook as it stands; `body` is nbformat 4 without outputs, and empty in lists."""

    id: str
    name: str
    origin: NotebookOrigin
    body: Mapping[str, Any]
    revision: int
    schedule: Schedule | None
    parameters: Mapping[str, Any]  # of the runs by schedule
    scheduled_by: str
    scheduled_role: Role
    due_at: float  # when it runs next by itself; 0: never
    created_by: str
    created_at: float
    updated_by: str
    updated_at: float

    @property
    def scheduler(self) -> Actor:
        """In whose name it runs by itself."""
        return Actor(self.scheduled_by, self.scheduled_role)


class Notebooks:
    """Reads and writes notebooks."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self.clock = clock

    def add(self, name: str, body: Mapping[str, Any], person: str, origin: NotebookOrigin) -> str:
        """Keep a new notebook; return its id. Raises Invalid."""
        notebook_id, now = new_id(), self.clock()
        row = {
            "id": notebook_id,
            "name": _named(name),
            "origin": origin,
            "body": dict(body),
            "created_by": person,
            "created_at": now,
            "updated_by": person,
            "updated_at": now,
        }
        with self._database.write() as tx:
            _refuse_too_many(tx)
            tx.execute(insert(notebooks).values(row))
        return notebook_id

    def replace(self, notebook_id: str, body: Mapping[str, Any], person: str, seen: int) -> None:
        """Keep another body; *seen* is the revision that it was made from.

        Raises NotFound and EditConflict.
        """
        values = {
            "body": dict(body),
            "revision": notebooks.c.revision + 1,
            "updated_by": person,
            "updated_at": self.clock(),
        }
        same = _here(notebook_id) & (notebooks.c.revision == seen)
        with self._database.write() as tx:
            if not tx.execute(update(notebooks).where(same).values(values)).rowcount:
                self.get(notebook_id)
                raise EditConflict

    def ship(self, name: str, body: Mapping[str, Any], person: str) -> None:
        """Have the notebook of that name that comes with the product be this one."""
        ours = (notebooks.c.name == name) & (notebooks.c.origin == NotebookOrigin.SHIPPED)
        with self._database.write() as tx:
            row = tx.execute(select(notebooks).where(ours).with_for_update()).first()
            if row is None:
                self.add(name, body, person, NotebookOrigin.SHIPPED)
            elif row.body != body:
                self.replace(row.id, body, person, row.revision)

    def get(self, notebook_id: str) -> Notebook:
        """Return one notebook. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(notebooks).where(_here(notebook_id))).one_or_none()
        if row is None:
            raise NotFound("There is no notebook by that id.")
        return _notebook(row)

    def list(
        self, before: tuple[float, str] | None = None, limit: int = MOST_LISTED
    ) -> Sequence[Notebook]:
        """Return the notebooks that are not archived, the newest first, without their bodies;
        *before*: (created_at, id) of the last that was seen."""
        place = tuple_(notebooks.c.created_at, notebooks.c.id)
        query = select(*LISTED).where(notebooks.c.archived_at.is_(None))
        if before is not None:
            query = query.where(place < before)
        newest = query.order_by(notebooks.c.created_at.desc(), notebooks.c.id.desc())
        with self._database.read() as tx:
            return [_notebook(row) for row in tx.execute(newest.limit(limit))]

    def archive(self, notebook_id: str) -> None:
        """Take it off the list, and off its schedule. Raises NotFound."""
        values = {"archived_at": self.clock(), "schedule": None, "due_at": 0.0}
        with self._database.write() as tx:
            self.get(notebook_id)
            tx.execute(update(notebooks).where(_here(notebook_id)).values(values))

    def plan(
        self,
        notebook_id: str,
        schedule: Schedule | None,
        parameters: Mapping[str, Any],
        actor: Actor,
    ) -> None:
        """Run it by itself in the actor's name, or no more. Raises NotFound."""
        values = {
            "schedule": schedule.model_dump(mode="json") if schedule else None,
            "parameters": dict(parameters),
            "scheduled_by": actor.name if schedule else "",
            "scheduled_role": actor.role if schedule else "",
            "due_at": schedule.after(self.clock()) if schedule else 0.0,
        }
        with self._database.write() as tx:
            self.get(notebook_id)
            tx.execute(update(notebooks).where(_here(notebook_id)).values(values))

    def take_due(self) -> Sequence[Notebook]:
        """Return those whose time has come, and plan each for its next. Call it in the transaction
        that asks for their runs: who comes second finds none."""
        now = self.clock()
        due = (notebooks.c.due_at > 0) & (notebooks.c.due_at <= now)
        with self._database.write() as tx:
            found = [
                _notebook(row) for row in tx.execute(select(notebooks).where(due).with_for_update())
            ]
            for one in found:
                following = one.schedule.after(now) if one.schedule else 0.0
                tx.execute(update(notebooks).where(_here(one.id)).values(due_at=following))
        return found

    def is_due(self) -> bool:
        """Whether the time of one has come."""
        due = (notebooks.c.due_at > 0) & (notebooks.c.due_at <= self.clock())
        with self._database.read() as tx:
            return bool(tx.scalar(select(select(notebooks.c.id).where(due).exists())))


LISTED = tuple(column for column in notebooks.c if column.name != "body")


def _here(notebook_id: str) -> Any:
    return (notebooks.c.id == notebook_id) & notebooks.c.archived_at.is_(None)


def _named(name: str) -> str:
    bare = " ".join(name.split())
    if not 1 <= len(bare) <= LONGEST_NAME:
        raise Invalid(f"Give the notebook a name of 1 to {LONGEST_NAME} characters.")
    return bare


def _refuse_too_many(tx: Connection) -> None:
    there = select(func.count()).where(notebooks.c.archived_at.is_(None))
    if (tx.scalar(there) or 0) >= MOST:
        raise Invalid(f"There are {MOST} notebooks. Archive some that nobody needs.")


def _notebook(row: AnyRow) -> Notebook:
    fields = {name: row._mapping.get(name, {}) for name in Notebook.__dataclass_fields__}
    fields["schedule"] = Schedule.model_validate(row.schedule) if row.schedule else None
    return Notebook(**fields)
