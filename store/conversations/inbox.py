"""The inbox: every message a provider handed over, stored once, before anyone is told of it.

The unique key over (provider, provider_message_id) is what makes a redelivery harmless. The
conversation's row is updated first, so that two messages of one conversation are stored one
after the other and the order of inbox ids is the order in which they were received.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    CompoundSelect,
    Connection,
    Insert,
    bindparam,
    exists,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from agent.answer import Author
from agent.capabilities import Known
from agent.keys import UNKEYED
from store.conversations import attachments, consents, customers, edits
from store.conversations.inbound import Inbound as Inbound
from store.db.database import Database
from store.db.dialect import insert_into
from store.erasure import grave
from store.tables import contacts, conversations, inbox, messages, tombstones

ERASED = 0  # in the place of a conversation: its customer was erased
_HERE = (
    conversations.c.channel == bindparam("on"),
    conversations.c.our_address == bindparam("ours"),
    conversations.c.contact_id == bindparam("contact"),
)


@cache
def here_or_erased(keys: int) -> CompoundSelect[int]:
    """The conversation of a message that is here already; ERASED for one whose customer is not.

    Of an erased one any of `grave0`, `grave1`, ... may have stayed, one for each of the *keys*.
    """
    here = select(inbox.c.conversation_id).where(
        inbox.c.provider == bindparam("provider"), inbox.c.provider_message_id == bindparam("sid")
    )
    graves: list[Any] = [bindparam(f"grave{n}") for n in range(keys)]
    erased = select(literal(ERASED)).where(exists().where(tombstones.c.hash.in_(graves)))
    return union_all(here, erased)


@cache
def touch(with_facts: bool) -> ReturningUpdate[int]:
    """Lock the conversation's row and note that its customer wrote at `now`; return its id."""
    values: dict[str, Any] = {
        "last_inbound_at": bindparam("now"),
        "last_message_at": bindparam("now"),
    }
    if with_facts:
        values["facts"] = bindparam("told", type_=JSON)
    return update(conversations).where(*_HERE).values(**values).returning(conversations.c.id)


@cache
def add_conversation(dialect: str) -> Insert:
    """Make a conversation, unless somebody else just did."""
    return insert_into(dialect, conversations).on_conflict_do_nothing(
        index_elements=["channel", "our_address", "contact_id"]
    )


@cache
def add_inbox(dialect: str) -> ReturningInsert[int]:
    """Store what a provider handed over; returns no row when it is here already."""
    return (
        insert_into(dialect, inbox)
        .on_conflict_do_nothing(index_elements=["provider", "provider_message_id"])
        .returning(inbox.c.id)
    )


@cache
def add_message() -> Insert:
    """Store what the customer said."""
    return insert(messages)


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
        self,
        database: Database,
        channels: Known,
        clock: Callable[[], float] = time.time,
        keys: Sequence[str] = (UNKEYED,),
    ) -> None:
        """*keys*: of the hashes that stay of erased messages, former ones too (`agent.keys`)."""
        self._database = database
        self._channels = channels
        self._honouring = frozenset(name for name, one in channels.items() if one.honours_opt_out)
        self._clock = clock
        self._keys = keys

    def accept(self, batch: Sequence[Inbound]) -> list[Accepted]:
        """Store every message of *batch* that is not here yet, in one transaction.

        What became of each is returned customer by customer.
        """
        batch = [message for message in batch if not message.only_known or self._is_ours(message)]
        # Two batches that cross must lock conversations in the same order (PostgreSQL); messages
        # of one customer keep theirs.
        batch = sorted(batch, key=lambda message: (message.channel, self._identity(message)))
        known = [self._known(message) for message in batch]
        if all(known):
            return [accepted for accepted in known if accepted]
        try:
            return self._store(batch, known)
        except IntegrityError:  # erased between two statements (PostgreSQL): a new customer now
            return self._store(batch, known)

    def _store(self, batch: Sequence[Inbound], known: Sequence[Accepted | None]) -> list[Accepted]:
        with self._database.write() as tx:
            pairs = zip(known, batch, strict=True)
            return [found or self._accept(tx, message) for found, message in pairs]

    def find(self, provider: str, provider_message_id: str) -> int | None:
        """Return the inbox row of a message that was accepted before."""
        query = select(inbox.c.id).where(
            inbox.c.provider == provider, inbox.c.provider_message_id == provider_message_id
        )
        with self._database.read() as tx:
            return tx.scalar(query)

    def unanswered(self, conversation_id: int) -> list[int]:
        """Return the inbox rows of a conversation that wait for an answer, in order."""
        query = select(inbox.c.id).where(
            inbox.c.conversation_id == conversation_id, inbox.c.turn_id.is_(None)
        )
        with self._database.read() as tx:
            return list(tx.scalars(query.order_by(inbox.c.id)))

    def _known(self, message: Inbound) -> Accepted | None:
        name = (message.channel, message.provider_message_id)
        graves = {f"grave{n}": grave(key, *name) for n, key in enumerate(self._keys)}
        with self._database.read() as tx:
            found = tx.scalar(
                here_or_erased(len(graves)), {"provider": name[0], "sid": name[1], **graves}
            )
        return None if found is None else Accepted(found, None)

    def _is_ours(self, message: Inbound) -> bool:
        query = (
            select(conversations.c.id)
            .join(contacts, contacts.c.id == conversations.c.contact_id)
            .where(
                contacts.c.channel == message.channel,
                or_(
                    contacts.c.identity == self._identity(message),
                    contacts.c.alias == message.customer_address,
                ),
                conversations.c.our_address == message.our_address,
            )
        )
        with self._database.read() as tx:
            return tx.scalar(query) is not None

    def _identity(self, message: Inbound) -> str:
        address, own_id = message.customer_address, message.own_id
        return customers.identify(self._channels, message.channel, address, own_id)

    def _accept(self, tx: Connection, message: Inbound) -> Accepted:
        now, dialect = self._clock(), tx.dialect.name
        contact = customers.contact_of(tx, message, self._identity(message), now)
        conversation_id = _conversation(tx, message, int(contact.id), now)
        row = {
            "provider": message.channel,
            "provider_message_id": message.provider_message_id,
            "conversation_id": conversation_id,
            "payload": message.payload,
            "received_at": now,
        }
        inbox_id = tx.scalar(add_inbox(dialect), row)
        if inbox_id is None:
            return Accepted(conversation_id, None)
        place = _place(tx, message, conversation_id, int(inbox_id), now)
        if place is not None:
            inbox_id = place.inbox_id
            _keep(tx, message, conversation_id, place, now)
        if message.channel in self._honouring:
            consents.honour(
                tx,
                consents.Said(
                    conversation_id,
                    int(contact.id),
                    int(inbox_id),
                    message.text,
                    message.wish,
                    contact.opted_out_at,
                ),
                now,
            )
        return Accepted(conversation_id, inbox_id)


def _place(
    tx: Connection, message: Inbound, conversation_id: int, inbox_id: int, now: float
) -> edits.Place | None:
    """Return where the words are stored; None: in the place of others, where they are by now."""
    if not message.corrects:
        return edits.Place(inbox_id)
    made = edits.Edit(
        provider=message.channel,
        provider_message_id=message.provider_message_id,
        conversation_id=conversation_id,
        inbox_id=inbox_id,
        corrects=message.corrects,
        text=message.text,
        withdrawn=message.withdrawn,
        written_at=message.written_at,
        now=now,
    )
    return edits.place(tx, made)


def _keep(
    tx: Connection, message: Inbound, conversation_id: int, place: edits.Place, now: float
) -> None:
    files = message.media if place.with_files else ()
    said = {
        "conversation_id": conversation_id,
        "author": Author.CUSTOMER,
        "author_name": message.customer_name,
        "text": message.text,
        "media": list(files),
        "about": [*message.about, *place.about],
        "inbox_id": place.inbox_id,
        "created_at": now,
    }
    tx.execute(add_message(), said)
    if files:
        attachments.add(tx, conversation_id, place.inbox_id, files, now)


def _conversation(tx: Connection, message: Inbound, contact_id: int, now: float) -> int:
    """Return the conversation's id with its row locked, making it when it is the first time."""
    values: dict[str, Any] = {
        "on": message.channel,
        "ours": message.our_address,
        "contact": contact_id,
        "now": now,
    }
    if message.facts:
        values["told"] = message.facts
    touched = touch(bool(message.facts))
    found = tx.scalar(touched, values)
    if found is None:
        row = {
            "channel": message.channel,
            "our_address": message.our_address,
            "contact_id": contact_id,
            "created_at": now,
        }
        tx.execute(add_conversation(tx.dialect.name), row)
        found = tx.execute(touched, values).scalar_one()
    return found
