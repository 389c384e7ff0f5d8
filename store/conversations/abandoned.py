"""Leases of workers that are known to be dead: they end at once instead of running out.

The fence stays as it is. Whoever leases next raises it, so a worker that was only thought dead
commits if nobody came, and otherwise stores nothing.
"""

import time
from collections.abc import Callable, Sequence

from sqlalchemy import select, update

from store.db.database import Database
from store.tables import conversations, inbox


class Abandoned:
    """Ends the leases that nobody will."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def take_back(self, holders: Sequence[str]) -> list[int]:
        """End the leases under the names *holders*; return the conversations that wait again."""
        # By way of the unanswered, which are few and have an index; leases have none.
        unanswered = select(inbox.c.conversation_id).where(inbox.c.turn_id.is_(None))
        statement = (
            update(conversations)
            .where(
                conversations.c.id.in_(unanswered),
                conversations.c.lease_holder.in_(holders),
                conversations.c.lease_until > self._clock(),
            )
            .values(lease_until=0)
            .returning(conversations.c.id)
        )
        with self._database.write() as tx:
            return list(tx.scalars(statement))
