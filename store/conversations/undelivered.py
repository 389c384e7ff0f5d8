"""What never reached a customer: sends that were given up, and those a provider reports as failed.

A row stays here until staff have it sent again or say that it need not be sent. What was dropped
because a person took over is not here: nobody wants it any more.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, text, update

from store.conversations.conversation_list import undelivered
from store.db.database import Database
from store.states import OutboxState
from store.tables import contacts, conversations, outbox
from store.tables.conversations import UNDELIVERED


@dataclass(frozen=True)
class Undelivered:
    """One part that did not arrive."""

    id: int
    conversation_id: int
    channel: str
    customer_name: str
    customer_address: str
    body: str
    error_code: str
    error: str
    attempts: int
    created_at: float


class DeadLetters:
    """Reads what was not delivered, and settles it."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def page(self, before: int = 0, limit: int = 50) -> Sequence[Undelivered]:
        """Return a page, the newest first; *before* is the id the page before ended with."""
        query = (
            undelivered(
                outbox.c.id,
                outbox.c.conversation_id,
                conversations.c.channel,
                contacts.c.name.label("customer_name"),
                contacts.c.address.label("customer_address"),
                outbox.c.body,
                outbox.c.error_code,
                outbox.c.error,
                outbox.c.attempts,
                outbox.c.created_at,
            )
            .join(conversations, conversations.c.id == outbox.c.conversation_id)
            .join(contacts, contacts.c.id == conversations.c.contact_id)
            .order_by(outbox.c.id.desc())
            .limit(limit)
        )
        if before:
            query = query.where(outbox.c.id < before)
        with self._database.read() as tx:
            return [Undelivered(**row._mapping) for row in tx.execute(query)]

    def count(self) -> int:
        """Return how many there are."""
        with self._database.read() as tx:
            return int(tx.scalar(undelivered(func.count())) or 0)

    def retry(self, outbox_id: int) -> int | None:
        """Have it sent again; return the conversation to ring for, None when it is not here."""
        values = {
            "state": OutboxState.PENDING,
            "status": "",
            "provider_message_id": None,
            "next_at": 0,
            "attempts": 0,
            "error": "",
            "error_code": "",
            "created_at": self._clock(),
        }
        return self._settle(outbox_id, values)

    def dismiss(self, outbox_id: int) -> int | None:
        """Note that it need not be sent; return the conversation, None when it is not here."""
        return self._settle(outbox_id, {"dismissed_at": self._clock()})

    def _settle(self, outbox_id: int, values: dict[str, Any]) -> int | None:
        change = (
            update(outbox)
            .where(outbox.c.id == outbox_id, text(UNDELIVERED))
            .values(values)
            .returning(outbox.c.conversation_id)
        )
        with self._database.write() as tx:
            conversation_id: int | None = tx.scalar(change)
        return conversation_id
