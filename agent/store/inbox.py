"""The inbox: every message a provider handed over, stored once, before anyone is told of it.

The unique key over (provider, provider_message_id) is what makes a redelivery harmless. The
conversation's row is updated first, so that two messages of one conversation are stored one
after the other and the order of inbox ids is the order in which they were received.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    bindparam,
    exists,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from agent import consent
from agent.store import attachments, consents
from agent.store.db import Database
from agent.store.dialect import upsert
from agent.store.erasure import grave
from agent.store.tables import contacts, conversations, inbox, messages, tombstones

ERASED = 0  # in the place of a conversation: its customer was erased


@dataclass(frozen=True)
class Inbound:
    """One message of a customer, as a channel parsed it. Addresses are opaque."""

    channel: str
    provider_message_id: str
    our_address: str
    customer_address: str
    text: str
    customer_name: str = ""
    media: tuple[dict[str, str], ...] = ()  # {url, media_type, name}; url may be a media id
    payload: dict[str, Any] = field(default_factory=dict)  # everything the provider sent
    facts: dict[str, Any] = field(default_factory=dict)  # of the conversation, for the way back
    alias: str = ""  # another address of the same person (a phone number, a business-scoped id)
    wish: consent.Wish = ""  # what the provider itself understood and answered
    only_known: bool = False  # keep it only where the conversation is known: people answer it


@dataclass(frozen=True)
class Accepted:
    """What became of one inbound message."""

    conversation_id: int
    inbox_id: int | None  # None: it was here already

    @property
    def is_new(self) -> bool:
        """False for a redelivery."""
        return self.inbox_id is not None


class Inbox:
    """Accepts messages. Returning means they are on disk."""

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time, key: str = ""
    ) -> None:
        """*key*: of the hashes that stay of erased messages (`agent.store.erasure`)."""
        self._database = database
        self._clock = clock
        self._key = key

    def accept(self, batch: Sequence[Inbound]) -> list[Accepted]:
        """Store every message of *batch* that is not here yet, in one transaction."""
        batch = [message for message in batch if not message.only_known or self._is_ours(message)]
        known = [self._known(message) for message in batch]
        if all(known):
            return [accepted for accepted in known if accepted]
        with self._database.write() as tx:
            return [self._accept(tx, message) for message in batch]

    def find(self, provider: str, provider_message_id: str) -> int | None:
        """Return the inbox row of a message that was accepted before."""
        query = select(inbox.c.id).where(
            inbox.c.provider == provider, inbox.c.provider_message_id == provider_message_id
        )
        with self._database.read() as tx:
            return tx.scalar(query)

    def _known(self, message: Inbound) -> Accepted | None:
        values = {
            "provider": message.channel,
            "sid": message.provider_message_id,
            "grave": grave(self._key, message.channel, message.provider_message_id),
        }
        with self._database.read() as tx:
            found = tx.scalar(_here_or_erased(), values)
        return None if found is None else Accepted(found, None)

    def _is_ours(self, message: Inbound) -> bool:
        query = (
            select(conversations.c.id)
            .join(contacts, contacts.c.id == conversations.c.contact_id)
            .where(
                contacts.c.channel == message.channel,
                contacts.c.address == message.customer_address,
                conversations.c.our_address == message.our_address,
            )
        )
        with self._database.read() as tx:
            return tx.scalar(query) is not None

    def _accept(self, tx: Connection, message: Inbound) -> Accepted:
        now = self._clock()
        contact = _contact(tx, message, now)
        conversation_id = _conversation(tx, message, int(contact.id), now)
        inbox_id = tx.scalar(
            upsert(tx, inbox)
            .values(
                provider=message.channel, provider_message_id=message.provider_message_id,
                conversation_id=conversation_id, payload=message.payload, received_at=now,
            )
            .on_conflict_do_nothing(index_elements=["provider", "provider_message_id"])
            .returning(inbox.c.id)
        )  # fmt: skip
        if inbox_id is None:
            return Accepted(conversation_id, None)
        tx.execute(
            insert(messages).values(
                conversation_id=conversation_id, author="customer",
                author_name=message.customer_name, text=message.text,
                media=list(message.media), inbox_id=inbox_id, created_at=now,
            )
        )  # fmt: skip
        if message.media:
            attachments.add(tx, conversation_id, int(inbox_id), message.media, now)
        if message.channel in consent.CHANNELS:
            consents.honour(tx, consents.Said(
                conversation_id, int(contact.id), int(inbox_id), message.text, message.wish,
                contact.opted_out_at,
            ), now)  # fmt: skip
        return Accepted(conversation_id, inbox_id)


@cache
def _here_or_erased() -> Any:
    """The conversation of a message that is here already; ERASED for one whose customer is not."""
    here = select(inbox.c.conversation_id).where(
        inbox.c.provider == bindparam("provider"), inbox.c.provider_message_id == bindparam("sid")
    )
    erased = select(literal(ERASED)).where(exists().where(tombstones.c.hash == bindparam("grave")))
    return union_all(here, erased)


def _conversation(tx: Connection, message: Inbound, contact_id: int, now: float) -> int:
    """Return the conversation's id with its row locked, making it when it is the first time."""
    told: dict[str, Any] = {"facts": message.facts} if message.facts else {}
    here = (
        conversations.c.channel == message.channel,
        conversations.c.our_address == message.our_address,
        conversations.c.contact_id == contact_id,
    )
    touch = (
        update(conversations)
        .where(*here)
        .values(last_inbound_at=now, last_message_at=now, **told)
        .returning(conversations.c.id)
    )
    found = tx.scalar(touch)
    if found is None:
        tx.execute(
            upsert(tx, conversations)
            .values(
                channel=message.channel, our_address=message.our_address,
                contact_id=contact_id, created_at=now,
            )
            .on_conflict_do_nothing(index_elements=["channel", "our_address", "contact_id"])
        )  # fmt: skip
        found = tx.scalar(touch)
    return int(found)  # it was just made


_CONTACT = (contacts.c.id, contacts.c.name, contacts.c.alias, contacts.c.opted_out_at)


def _contact(tx: Connection, message: Inbound, now: float) -> Any:
    """Return the contact's row, making it when it is the first time."""
    here = (contacts.c.channel == message.channel, contacts.c.address == message.customer_address)
    query = select(*_CONTACT).where(*here)
    found = tx.execute(query).one_or_none() or _moved(tx, message)
    name, alias = message.customer_name[:200], message.alias[:200]
    if found is None:
        tx.execute(
            upsert(tx, contacts)
            .values(
                channel=message.channel, address=message.customer_address,
                name=name, alias=alias, created_at=now,
            )
            .on_conflict_do_nothing(index_elements=["channel", "address"])
        )  # fmt: skip
        found = tx.execute(query).one()
    elif (name and found.name != name) or (alias and found.alias != alias):
        tx.execute(
            update(contacts)
            .where(contacts.c.id == found.id)
            .values(name=name or found.name, alias=alias or found.alias)
        )
    return found


def _moved(tx: Connection, message: Inbound) -> Any:
    """Find somebody who now writes from another of their addresses, and reply there from here.

    A customer who hides the number is the same customer: the provider names both addresses while
    it may (WhatsApp: business-scoped user ids).
    """
    known = contacts.c.alias == message.customer_address
    if message.alias:
        known = or_(known, contacts.c.address == message.alias, contacts.c.alias == message.alias)
    rows = select(*_CONTACT, contacts.c.address).where(contacts.c.channel == message.channel, known)
    found = tx.execute(rows.order_by(contacts.c.id.desc()).limit(1)).one_or_none()
    if found is not None:
        tx.execute(
            update(contacts)
            .where(contacts.c.id == found.id)
            .values(address=message.customer_address, alias=message.alias or found.address)
        )
    return found
