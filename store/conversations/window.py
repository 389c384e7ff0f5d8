"""Messages that a provider took, and refused later because WhatsApp's 24 hours were over.

Staff see them among what did not arrive. Where an approved template may carry the words, they are
sent again as that: once, because a template that fails too keeps its failure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text, update

from agent.answer import Author
from store.conversations.outbox import Report
from store.db.database import Database
from store.states import OutboxState, Owner, PartKind
from store.tables import conversations, messages, outbox
from store.tables.conversations import UNDELIVERED

WINDOW = "window"  # in outbox.error_code: only a template may be sent now


@dataclass(frozen=True)
class TooLate:
    """One message, all of it in one part, that came after the window."""

    id: int
    conversation_id: int
    body: str
    author: Author


def too_late(database: Database, reports: Sequence[Report]) -> Iterator[TooLate]:
    """Yield what *reports* tell to have come too late and a template could carry whole."""
    sids = [one.provider_message_id for one in reports if one.error_code == WINDOW]
    if not sids:
        return
    parts = outbox.alias()
    alone = select(func.count()).where(parts.c.message_id == outbox.c.message_id).scalar_subquery()
    query = (
        select(outbox.c.id, outbox.c.conversation_id, outbox.c.body, messages.c.author)
        .join(messages, messages.c.id == outbox.c.message_id)
        .where(
            outbox.c.provider_message_id.in_(sids),
            outbox.c.kind != PartKind.TEMPLATE,
            outbox.c.error_code == WINDOW,
            text(UNDELIVERED),
            alone == 1,
        )
    )
    with database.read() as tx:
        found = [TooLate(**row._mapping) for row in tx.execute(query)]
    yield from found


def send_as_template(database: Database, late: TooLate, extra: Mapping[str, Any]) -> bool:
    """Have it sent again as the template in *extra*.

    False when staff were faster: they sent it, put it away, or have the conversation, in which the
    bot says nothing then.
    """
    lock = (  # as a take-over does: one of the two comes first
        update(conversations)
        .where(conversations.c.id == late.conversation_id)
        .values(owner=conversations.c.owner)
        .returning(conversations.c.owner)
    )
    change = (
        update(outbox)
        .where(outbox.c.id == late.id, outbox.c.kind != PartKind.TEMPLATE, text(UNDELIVERED))
        .values(
            state=OutboxState.PENDING,
            status="",
            provider_message_id=None,
            next_at=0,
            attempts=0,
            error="",
            error_code="",
            kind=PartKind.TEMPLATE,
            extra=dict(extra),
        )
    )
    with database.write() as tx:
        if tx.scalar(lock) != Owner.BOT and late.author == Author.AGENT:
            return False
        return tx.execute(change).rowcount == 1
