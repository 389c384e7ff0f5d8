"""Customers: who writes, however the provider spells their address today.

`contacts.identity` finds them: one spelling of their phone (`agent.phones`), or their address where
it is none. `contacts.address` is where they wrote from last and are answered. `contacts.customer`
is what consent and erasure go by: several contacts are one customer where a provider has a
conversation of its own for each, and where one of them was known twice before (`FORMER`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Insert,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from agent import phones
from agent.capabilities import Known
from knowledge.tables import AnyRow, AnySelect
from store.conversations.inbound import Inbound
from store.conversations.owners import first_time
from store.db.database import Database
from store.db.dialect import insert_into
from store.same_customer import everyone
from store.tables import contacts, conversations, notes

FORMER = "former:"  # before the id of a contact whose customer goes on as another contact
_CONTACT = tuple(
    contacts.c[name]
    for name in ("id", "name", "alias", "opted_out_at", "address", "identity", "customer")
)


@dataclass(frozen=True)
class NumberChange:
    """The provider tells that a customer has another number, or another id of its own, now."""

    channel: str
    provider_message_id: str
    before: str
    alias_before: str
    after: str  # "": the number is the same
    alias_after: str = ""


class Customers:
    """Follows customers to their new numbers."""

    def __init__(
        self, database: Database, channels: Known, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock

    def follow(self, change: NumberChange) -> list[int]:
        """Let a customer's conversations go on under the new number; return them.

        None for whoever is not known, and for a change that was told before. Whoever wrote from the
        new number already goes on there; what was said from the old one stays where it is.
        """
        identity = identify(self._channels, change.channel, change.after)
        with self._database.write() as tx:
            now = self._clock()
            name = (change.channel, change.provider_message_id)
            before = _by_number_or_alias(tx, self._channels, change)
            if before is None or not first_time(tx, *name, "moved", now):
                return []
            if change.after and identity != before.identity:
                _move(tx, before, change, identity)
            elif change.alias_after:
                _set(tx, before.id, alias=change.alias_after)
            return _told(tx, before, change, now) if change.after else []


def identify(channels: Known, channel: str, address: str, own_id: str = "") -> str:
    """Return what finds a customer of *channel*: by the provider's *own_id* of them, if any."""
    known = channels.get(channel)
    return known.identity(own_id or address) if known and known.phones else address


def contact_of(tx: Connection, message: Inbound, identity: str, now: float) -> AnyRow:
    """Return the contact's row, making it when it is the first time."""
    here = {"on": message.channel, "identity": identity}
    found = tx.execute(by_identity(), here).one_or_none()
    if found is None and (found := _by_alias(tx, message)) is None:
        tx.execute(add(tx.dialect.name), _new(tx, message, identity, now))
        found = tx.execute(by_identity(), here).one()
    _keep_up(tx, found, message, identity)
    return found


@cache
def by_identity() -> AnySelect:
    """Who `identity` is `on` a channel."""
    return select(*_CONTACT).where(
        contacts.c.channel == bindparam("on"), contacts.c.identity == bindparam("identity")
    )


@cache
def by_alias(with_other: bool) -> AnySelect:
    """Who is known `on` a channel by another address: `theirs` as alias, or their `other` one."""
    known = contacts.c.alias == bindparam("theirs")
    if with_other:
        other: Any = bindparam("other")
        known = or_(known, contacts.c.identity == other, contacts.c.alias == other)
    return (
        select(*_CONTACT)
        .where(contacts.c.channel == bindparam("on"), known)
        .where(~contacts.c.identity.startswith(FORMER))
        .order_by(contacts.c.id.desc())
        .limit(1)
    )


@cache
def add(dialect: str) -> Insert:
    """Make a contact, unless somebody else just did."""
    return insert_into(dialect, contacts).on_conflict_do_nothing(
        index_elements=["channel", "identity"]
    )


def _new(tx: Connection, message: Inbound, identity: str, now: float) -> dict[str, Any]:
    """A contact of the first time; who asked for silence elsewhere is silent here too."""
    customer = phones.identity(message.own_id) if message.own_id else identity
    silent = select(func.max(contacts.c.opted_out_at)).where(
        contacts.c.channel == message.channel, contacts.c.customer == customer
    )
    return {
        "channel": message.channel,
        "address": message.customer_address,
        "identity": identity,
        "customer": customer,
        "name": message.customer_name[:200],
        "alias": message.alias[:200],
        "opted_out_at": tx.scalar(silent),
        "created_at": now,
    }


def _by_alias(tx: Connection, message: Inbound) -> AnyRow | None:
    """Find somebody who now writes from another of their addresses.

    A customer who hides the number is the same customer: the provider names both addresses while
    it may (WhatsApp: business-scoped user ids).
    """
    values = {"on": message.channel, "theirs": message.customer_address}
    if message.alias:
        values["other"] = message.alias
    return tx.execute(by_alias(bool(message.alias)), values).one_or_none()


def _keep_up(tx: Connection, found: AnyRow, message: Inbound, identity: str) -> None:
    """Answer where they wrote from last; a number that is hidden today is known all the same."""
    hides = identity != found.identity and not message.alias
    given = {
        "address": message.customer_address,
        "name": message.customer_name[:200] or found.name,
        "alias": message.alias[:200] or found.alias,
        "identity": found.identity if hides else identity,
    }
    news = {name: value for name, value in given.items() if getattr(found, name) != value}
    if news:
        _set(tx, found.id, **news)
    customer = phones.identity(message.own_id) if message.own_id else given["identity"]
    if not hides and customer != found.customer:
        _rename(tx, found, customer)


def _rename(tx: Connection, found: AnyRow, customer: str) -> None:
    """Whatever else was the same customer as *found* stays so."""
    tx.execute(
        update(contacts).where(contacts.c.id.in_(everyone(found.id))).values(customer=customer)
    )


def _by_number_or_alias(tx: Connection, channels: Known, change: NumberChange) -> AnyRow | None:
    number = identify(channels, change.channel, change.before)
    known = {"on": change.channel, "identity": number}
    found = tx.execute(by_identity(), known).one_or_none()
    if found is None and change.alias_before:
        values = {"on": change.channel, "theirs": change.alias_before, "other": change.alias_before}
        found = tx.execute(by_alias(True), values).one_or_none()
    return found


def _move(tx: Connection, before: AnyRow, change: NumberChange, identity: str) -> None:
    here = {"on": change.channel, "identity": identity}
    there = tx.execute(by_identity(), here).one_or_none()
    if there is None:
        where = {"address": change.after, "identity": identity, "alias": change.alias_after}
        _set(tx, before.id, **where)
    else:
        _set(tx, before.id, identity=f"{FORMER}{before.id}", alias="")
    _rename(tx, before, there.customer if there else identity)
    if before.opted_out_at is not None:
        tx.execute(
            update(contacts)
            .where(contacts.c.id.in_(everyone(before.id)))
            .values(opted_out_at=before.opted_out_at)
        )


def _set(tx: Connection, contact_id: int, **values: Any) -> None:
    tx.execute(update(contacts).where(contacts.c.id == contact_id).values(**values))


def _told(tx: Connection, before: AnyRow, change: NumberChange, now: float) -> list[int]:
    """Leave staff a note of nobody's in each conversation; return the conversations."""
    theirs = select(conversations.c.id).where(conversations.c.contact_id == before.id)
    found = list(tx.scalars(theirs.order_by(conversations.c.id)))
    text = f"{before.address} → {change.after}"
    rows = [
        {"conversation_id": one, "author": "", "text": text, "created_at": now} for one in found
    ]
    if rows:
        tx.execute(insert(notes), rows)
    return found
