"""The audit log: who did what, when. Written by whoever changes or reads something of weight."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from store.db.database import Database
from store.tables import audit


@dataclass(frozen=True)
class Entry:
    """One line of the audit log."""

    id: int
    at: float
    person: str
    action: str
    subject: str
    detail: str


class Audit:
    """Writes and reads the audit log."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def note(self, person: str, action: str, subject: str = "", detail: str = "") -> None:
        """Add a line. *action* is a short past tense: `agent released`."""
        with self._database.write() as tx:
            tx.execute(
                insert(audit).values(
                    at=self._clock(),
                    person=person,
                    action=action,
                    subject=subject[:200],
                    detail=detail,
                )
            )

    def page(self, before: int = 0, limit: int = 100, person: str = "") -> Sequence[Entry]:
        """Return a page of the log (of one person), newest first, older than entry *before*."""
        query = select(*(audit.c[name] for name in Entry.__dataclass_fields__))
        if before:
            query = query.where(audit.c.id < before)
        if person:
            query = query.where(audit.c.person == person)
        query = query.order_by(audit.c.id.desc()).limit(limit)
        with self._database.read() as tx:
            return [Entry(**row._mapping) for row in tx.execute(query)]
