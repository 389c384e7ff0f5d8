"""What is known here of a provider's conversations: for whoever looks for what never came."""

from collections.abc import Sequence

from sqlalchemy import select

from store.db.database import Database
from store.states import FINISHED, Owner
from store.tables import contacts, conversations, inbox, outbox


def seen_messages(database: Database, channel: str, ids: Sequence[str]) -> set[str]:
    """Return those of the provider's message *ids* that were accepted."""
    query = select(inbox.c.provider_message_id).where(
        inbox.c.provider == channel, inbox.c.provider_message_id.in_(ids)
    )
    with database.read() as tx:
        return set(tx.scalars(query))


def with_people(database: Database, channel: str, addresses: Sequence[str]) -> set[str]:
    """Return those of the customers' *addresses* whose conversation a person has.

    One whose hand-off is still under way is left out.
    """
    under_way = select(outbox.c.id).where(
        outbox.c.conversation_id == conversations.c.id, outbox.c.state.not_in(FINISHED)
    )
    query = (
        select(contacts.c.address)
        .join(conversations, conversations.c.contact_id == contacts.c.id)
        .where(
            contacts.c.channel == channel,
            contacts.c.address.in_(addresses),
            conversations.c.owner == Owner.HUMAN,
            ~under_way.exists(),
        )
    )
    with database.read() as tx:
        return set(tx.scalars(query))
