"""Switches: what staff set for the whole installation, by name. A value is anything JSON can say.

`paused` is the panic button: while it is on no agent says anything anywhere. Workers ask for it at
each turn, so an answer is kept for a second.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store.db.database import Database
from store.db.dialect import upsert
from store.tables import switches

PAUSED = "paused"
RETENTION = "retention_days"  # {"messages": 180, "media": 30, "audit": 365}; 0: for good
CLIENT_SCORES = "client_scores"  # scores that people's own programs gave count for a bar
KEPT_SECONDS = 1.0


@dataclass(frozen=True)
class Switch:
    """One switch as it stands, and who set it when."""

    name: str
    value: Any
    set_by: str
    set_at: float


class Switches:
    """Reads and sets switches."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}

    def switch(self, name: str) -> Switch | None:
        """Return the switch by that name; None when nobody ever set it."""
        with self._database.read() as tx:
            row = tx.execute(select(switches).where(switches.c.name == name)).one_or_none()
        return Switch(**row._mapping) if row else None

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value, at most a second old; *default* when nobody ever set it."""
        now = self._clock()
        read_at, value = self._kept.get(name, (float("-inf"), None))
        if not read_at <= now < read_at + KEPT_SECONDS:  # a clock may also be set back
            found = self.switch(name)
            value = (found.value,) if found else None
            self._kept[name] = (now, value)
        return value[0] if value else default

    def set(self, name: str, value: Any, person: str) -> None:
        """Set a switch; *person* is the e-mail of whoever did."""
        row = {"value": value, "set_by": person[:200], "set_at": self._clock()}
        with self._database.write() as tx:
            tx.execute(
                upsert(tx, switches)
                .values(name=name, **row)
                .on_conflict_do_update(index_elements=["name"], set_=row)
            )
        self._kept.pop(name, None)

    @property
    def paused(self) -> bool:
        """True while every agent has to be silent. At most a second old."""
        return bool(self.get(PAUSED, False))
