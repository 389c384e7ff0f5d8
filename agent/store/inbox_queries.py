"""The statements of accepting a message, each built once: building one costs more than a run."""

from functools import cache
from typing import Any

from sqlalchemy import JSON, bindparam, exists, insert, literal, or_, select, union_all, update

from agent.store.dialect import insert_into
from agent.store.tables import contacts, conversations, inbox, messages, tombstones

ERASED = 0  # in the place of a conversation: its customer was erased
_CONTACT = (contacts.c.id, contacts.c.name, contacts.c.alias, contacts.c.opted_out_at)
_HERE = (
    conversations.c.channel == bindparam("on"),
    conversations.c.our_address == bindparam("ours"),
    conversations.c.contact_id == bindparam("contact"),
)


@cache
def here_or_erased(keys: int) -> Any:
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
def contact() -> Any:
    """Who writes `on` a channel from address `theirs`."""
    return select(*_CONTACT).where(
        contacts.c.channel == bindparam("on"), contacts.c.address == bindparam("theirs")
    )


@cache
def moved(with_alias: bool) -> Any:
    """Who is known `on` a channel by another address: `theirs` as alias, or their `alias`."""
    known = contacts.c.alias == bindparam("theirs")
    if with_alias:
        mine: Any = bindparam("other")
        known = or_(known, contacts.c.address == mine, contacts.c.alias == mine)
    return (
        select(*_CONTACT, contacts.c.address)
        .where(contacts.c.channel == bindparam("on"), known)
        .order_by(contacts.c.id.desc())
        .limit(1)
    )


@cache
def add_contact(dialect: str) -> Any:
    """Make a contact, unless somebody else just did."""
    return insert_into(dialect, contacts).on_conflict_do_nothing(
        index_elements=["channel", "address"]
    )


@cache
def touch(with_facts: bool) -> Any:
    """Lock the conversation's row and note that its customer wrote at `now`; return its id."""
    values: dict[str, Any] = {
        "last_inbound_at": bindparam("now"), "last_message_at": bindparam("now")
    }  # fmt: skip
    if with_facts:
        values["facts"] = bindparam("told", type_=JSON)
    return update(conversations).where(*_HERE).values(**values).returning(conversations.c.id)


@cache
def add_conversation(dialect: str) -> Any:
    """Make a conversation, unless somebody else just did."""
    return insert_into(dialect, conversations).on_conflict_do_nothing(
        index_elements=["channel", "our_address", "contact_id"]
    )


@cache
def add_inbox(dialect: str) -> Any:
    """Store what a provider handed over; returns no row when it is here already."""
    return (
        insert_into(dialect, inbox)
        .on_conflict_do_nothing(index_elements=["provider", "provider_message_id"])
        .returning(inbox.c.id)
    )


@cache
def add_message() -> Any:
    """Store what the customer said."""
    return insert(messages)
