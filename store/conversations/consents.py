"""Opting out and back in, inside the transaction that stores the customer's word for it.

Doing it there is what makes it immediate and once only: no model is asked, the unique message id
makes a redelivery nothing, and the outbox refuses from the same instant
(`OutboxMessage.opted_out`).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from agent import consent
from agent.answer import Author
from store.conversations.turns import add_reply
from store.db.database import new_id
from store.same_customer import everyone
from store.tables import contacts, conversations, inbox


@dataclass(frozen=True)
class Said:
    """One message, as far as consent is concerned."""

    conversation_id: int
    contact_id: int
    inbox_id: int
    text: str
    handled: consent.Wish  # the provider itself understood the word, and has answered it
    opted_out_at: float | None  # before this message


def honour(tx: Connection, said: Said, now: float) -> None:
    """Do what *said* asks for, and leave no message of a silent customer to a turn."""
    wanted = said.handled or consent.wish(said.text)
    is_out = said.opted_out_at is not None
    if wanted == "out" and not is_out:
        _set(tx, said.contact_id, now)
        _hush(tx, said.conversation_id)
        _confirm(tx, said, wanted, now)
    elif wanted == "in" and is_out:
        _set(tx, said.contact_id, None)
        _answer(tx, inbox.c.id == said.inbox_id)
        _confirm(tx, said, wanted, now)
    elif is_out:
        _answer(tx, inbox.c.id == said.inbox_id)


def opt_out(tx: Connection, conversation_id: int, now: float) -> None:
    """Note that the provider refuses every message to this customer at their own wish."""
    contact = select(conversations.c.contact_id).where(conversations.c.id == conversation_id)
    theirs = contacts.c.id.in_(everyone(contact.scalar_subquery()))
    change = update(contacts).where(theirs, contacts.c.opted_out_at.is_(None))
    tx.execute(change.values(opted_out_at=now))


def _set(tx: Connection, contact_id: int, at: float | None) -> None:
    theirs = contacts.c.id.in_(everyone(contact_id))
    tx.execute(update(contacts).where(theirs).values(opted_out_at=at))


def _hush(tx: Connection, conversation_id: int) -> None:
    """Leave nothing to answer, and let the turn that is running lose its fence."""
    here = conversations.c.id == conversation_id
    values = {"fence": conversations.c.fence + 1, "lease_until": 0, "turn_attempts": 0}
    tx.execute(update(conversations).where(here).values(**values))
    _answer(tx, inbox.c.conversation_id == conversation_id)


def _answer(tx: Connection, which: Any) -> None:
    waits = inbox.c.turn_id.is_(None)
    tx.execute(update(inbox).where(which, waits).values(turn_id=consent.OPTED_OUT))


def _confirm(tx: Connection, said: Said, wanted: consent.Wish, now: float) -> None:
    if said.handled:
        return
    language = tx.scalar(
        select(conversations.c.language).where(conversations.c.id == said.conversation_id)
    )
    text = consent.confirmation(wanted, said.text, language or "")
    message = {"author": Author.SYSTEM, "text": text, "created_at": now}
    add_reply(tx, said.conversation_id, new_id(), [text], message, {"consent": wanted})
