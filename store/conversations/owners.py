"""Who speaks in a conversation: the bot, a person, or nobody until a given time.

After a take-over the bot says nothing more until the conversation is handed back: by a button, by
the provider's own desk, or by time. What changes hands and what is dropped is in `takeover`.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select, text, update

from agent.answer import Author
from agent.capabilities import Known
from agent.errors import AlreadyTaken, Invalid, NotFound
from store.conversations.handback import tell_desk
from store.conversations.takeover import release, seize, usual_end
from store.db.database import Database
from store.db.dialect import upsert
from store.states import Owner
from store.tables import contacts, conversations, delivery_states, messages, outbox

# Spelled as in the partial index: with a bound value neither database would use it.
_HAS_AN_END = text("conversations.owner_until > 0")
ECHO = "echo"  # in delivery_states: this message of a person is here already


@dataclass(frozen=True)
class Echo:
    """A person of the business wrote to the customer outside the studio: that is a take-over."""

    channel: str
    provider_message_id: str
    our_address: str
    customer_address: str
    text: str
    person: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OwnerChange:
    """The provider's own desk gave the conversation to a person, or back to the bot."""

    channel: str
    our_address: str
    customer_address: str
    owner: Owner
    reason: str


class Owners:
    """Changes who speaks. After a take-over the bot is silent until it is handed back."""

    def __init__(
        self, database: Database, channels: Known, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._channels = channels
        self._desks = frozenset(name for name, one in channels.items() if one.desk)
        self._clock = clock

    def holder(self, conversation_id: int) -> str:
        """Return whose the conversation is (an e-mail; empty: nobody's).

        It stays so until the transaction ends that this is called in. Raises NotFound.
        """
        with self._database.write() as tx:
            return str(_lock(tx, conversation_id).assigned_to)

    def take_over(
        self, conversation_id: int, person: str, reason: str = "", until: float = 0.0
    ) -> None:
        """Give the conversation to *person* (an e-mail), at most *until* (seconds since 1970).

        Without *until* the released agent's own rule decides when it goes back, if it has one.
        Raises NotFound, and AlreadyTaken when somebody else has it.
        """
        with self._database.write() as tx:
            row = _lock(tx, conversation_id)
            if row.owner == Owner.HUMAN and row.assigned_to not in ("", person):
                raise AlreadyTaken(row.assigned_to)
            seize(
                tx,
                conversation_id,
                owner_reason=(reason or person)[:200],
                assigned_to=person,
                owner_until=until or usual_end(tx, conversation_id, self._clock()),
            )

    def pause(self, conversation_id: int, until: float, person: str) -> None:
        """Have nobody answer until *until* (seconds since 1970). Raises NotFound, Invalid."""
        if until <= self._clock():
            raise Invalid("Choose a time in the future to pause until.")
        with self._database.write() as tx:
            _lock(tx, conversation_id)
            seize(
                tx,
                conversation_id,
                owner=Owner.PAUSED,
                owner_reason=person[:200],
                owner_until=until,
                assigned_to="",
            )

    def hand_back(self, conversation_id: int, person: str, reason: str = "") -> bool:
        """Give the conversation back to the bot; the caller then rings for a turn.

        Returns False when it was the bot's already. Raises NotFound.
        """
        with self._database.write() as tx:
            _lock(tx, conversation_id)
            released = release(tx, conversation_id, reason or person)
            if released:
                tell_desk(tx, self._desks, conversation_id, self._clock())
            return released

    def end(self, conversation_id: int, now: float) -> bool:
        """Give the conversation back because its time was over at *now*.

        Returns False when somebody took it anew meanwhile. Raises NotFound.
        """
        with self._database.write() as tx:
            until = _lock(tx, conversation_id).owner_until
            over = 0 < until <= now and release(tx, conversation_id, "Its time was over.")
            if over:
                tell_desk(tx, self._desks, conversation_id, now)
            return over

    def assign(self, conversation_id: int, email: str) -> None:
        """Make *email* the person in charge; empty: anybody. The owner stays who it is.

        Raises NotFound.
        """
        with self._database.write() as tx:
            _lock(tx, conversation_id)
            here = conversations.c.id == conversation_id
            tx.execute(update(conversations).where(here).values(assigned_to=email[:200]))

    def echo(self, echo: Echo) -> int | None:
        """Store what a person wrote elsewhere; return the conversation, None when unknown.

        A repeated echo, and one of something that we sent ourselves, changes nothing.
        """
        now = self._clock()
        with self._database.write() as tx:
            conversation_id = self._find(tx, echo)
            if conversation_id is None or not _is_news(tx, echo, now):
                return conversation_id
            seize(
                tx,
                conversation_id,
                owner_reason=echo.person[:200],
                last_message_at=now,
                owner_until=usual_end(tx, conversation_id, now),
            )
            tx.execute(
                insert(messages).values(
                    conversation_id=conversation_id,
                    author=Author.HUMAN,
                    text=echo.text,
                    author_name=echo.person[:200],
                    media=[],
                    provider_message_id=echo.provider_message_id,
                    created_at=now,
                )
            )
            return conversation_id

    def change(self, change: OwnerChange) -> int | None:
        """Follow the provider's own desk; return the conversation, None when unknown.

        A hand-off of our own comes back as a change to a person: it changes nothing.
        """
        if change.owner not in (Owner.BOT, Owner.HUMAN):
            raise Invalid("A conversation belongs to the bot or to a person.")
        with self._database.write() as tx:
            conversation_id = self._find(tx, change)
            if conversation_id is None:
                return None
            row = _lock(tx, conversation_id)
            if change.owner == Owner.BOT:
                release(tx, conversation_id, change.reason)
            elif row.owner != Owner.HUMAN:
                until = usual_end(tx, conversation_id, self._clock())
                seize(tx, conversation_id, owner_reason=change.reason[:200], owner_until=until)
            return conversation_id

    def _find(self, tx: Connection, where: Echo | OwnerChange) -> int | None:
        known = self._channels.get(where.channel)
        identity = known.identity(where.customer_address) if known else where.customer_address
        customer = or_(contacts.c.identity == identity, contacts.c.alias == where.customer_address)
        query = (
            select(conversations.c.id)
            .join(contacts, contacts.c.id == conversations.c.contact_id)
            .where(
                conversations.c.channel == where.channel,
                conversations.c.our_address == where.our_address,
                contacts.c.channel == where.channel,
                customer,
            )
            .order_by(conversations.c.last_message_at.desc())
        )
        return tx.scalar(query.limit(1))

    def expired(self, now: float, limit: int = 100) -> list[int]:
        """Return the conversations whose time with a person, or with nobody, is over."""
        over = and_(_HAS_AN_END, conversations.c.owner_until <= now)
        query = select(conversations.c.id).where(over)
        with self._database.read() as tx:
            return list(tx.scalars(query.limit(limit)))


def _lock(tx: Connection, conversation_id: int) -> Row[Owner, str, float]:
    """The conversation's owner, with its row locked: two people at once come one by one."""
    change = (
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(owner=conversations.c.owner)
        .returning(conversations.c.owner, conversations.c.assigned_to, conversations.c.owner_until)
    )
    row = tx.execute(change).one_or_none()
    if row is None:
        raise NotFound("There is no conversation by that number.")
    return row


def _is_news(tx: Connection, echo: Echo, now: float) -> bool:
    ours = select(outbox.c.id).where(outbox.c.provider_message_id == echo.provider_message_id)
    if tx.scalar(ours.limit(1)) is not None:
        return False
    return first_time(tx, echo.channel, echo.provider_message_id, ECHO, now)


def first_time(tx: Connection, provider: str, sid: str, status: str, now: float) -> bool:
    """Note that the provider told *status* under its id *sid*; False when it had before."""
    noted = (
        upsert(tx, delivery_states)
        .values(
            provider=provider,
            provider_message_id=_unnamed(sid),
            status=status,
            reported_at=now,
        )
        .on_conflict_do_nothing(index_elements=["provider", "provider_message_id", "status"])
        .returning(delivery_states.c.id)
    )
    return tx.scalar(noted) is not None


def _unnamed(provider_message_id: str) -> str:
    """What is kept of the id: Meta's hold the customer's number, and nothing ties an echo's to them
    once the customer is erased."""
    return hashlib.sha256(provider_message_id.encode()).hexdigest()
