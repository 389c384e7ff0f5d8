"""Telling a provider's own desk that a conversation is the bot's again, by an outbox row.

Durable and in order like everything that goes out. The row hangs on the last message of ours; no
customer sees it. The turn waits for it, or the desk would still say that people have the word.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, func, insert, select

from store.db.database import Database, new_id
from store.tables import conversations, messages, outbox

HANDBACK = "handback"  # in outbox.kind


def tell_desk(tx: Connection, desks: Collection[str], conversation_id: int, now: float) -> None:
    """Add the row, where the channel is one of *desks* and anything was ever said."""
    channel = select(conversations.c.channel).where(conversations.c.id == conversation_id)
    if tx.scalar(channel) not in desks:
        return
    message_id = tx.scalar(_last(conversation_id, "human", "agent"))
    message_id = message_id or tx.scalar(_last(conversation_id, "customer"))
    if message_id is not None:
        tx.execute(
            insert(outbox).values(
                conversation_id=conversation_id, message_id=message_id, turn_id=new_id(), part=0,
                body="", kind=HANDBACK, state="pending", created_at=now,
            )
        )  # fmt: skip


def is_told(database: Database, conversation_id: int) -> bool:
    """True when no such row waits."""
    query = select(outbox.c.id).where(
        outbox.c.conversation_id == conversation_id,
        outbox.c.kind == HANDBACK,
        outbox.c.state.not_in(("sent", "dead")),
    )
    with database.read() as tx:
        return tx.scalar(query) is None


def _last(conversation_id: int, *authors: str) -> Any:
    return select(func.max(messages.c.id)).where(
        messages.c.conversation_id == conversation_id, messages.c.author.in_(authors)
    )
