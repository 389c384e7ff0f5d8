"""Telling a provider's own desk that a conversation is the bot's again, by an outbox row.

Durable and in order like everything that goes out. The row hangs on the last message of ours; no
customer sees it. The turn waits for it, or the desk would still say that people have the word.
"""

from collections.abc import Collection

from sqlalchemy import Connection, Select, func, insert, select

from agent.answer import Author
from store.db.database import Database, new_id
from store.states import FINISHED, OutboxState, PartKind
from store.tables import conversations, messages, outbox


def tell_desk(tx: Connection, desks: Collection[str], conversation_id: int, now: float) -> None:
    """Add the row, where the channel is one of *desks* and anything was ever said."""
    channel = select(conversations.c.channel).where(conversations.c.id == conversation_id)
    if tx.scalar(channel) not in desks:
        return
    message_id = tx.scalar(_last(conversation_id, Author.HUMAN, Author.AGENT))
    message_id = message_id or tx.scalar(_last(conversation_id, Author.CUSTOMER))
    if message_id is not None:
        tx.execute(
            insert(outbox).values(
                conversation_id=conversation_id,
                message_id=message_id,
                turn_id=new_id(),
                part=0,
                body="",
                kind=PartKind.HANDBACK,
                state=OutboxState.PENDING,
                created_at=now,
            )
        )


def is_told(database: Database, conversation_id: int) -> bool:
    """True when no such row waits."""
    query = select(outbox.c.id).where(
        outbox.c.conversation_id == conversation_id,
        outbox.c.kind == PartKind.HANDBACK,
        outbox.c.state.not_in(FINISHED),
    )
    with database.read() as tx:
        return tx.scalar(query) is None


def _last(conversation_id: int, *authors: Author) -> Select[int]:
    return select(func.max(messages.c.id)).where(
        messages.c.conversation_id == conversation_id, messages.c.author.in_(authors)
    )
