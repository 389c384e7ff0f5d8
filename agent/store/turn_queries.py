"""The statements of a turn, each built once: building one costs more than running it."""

from functools import cache
from typing import Any

from sqlalchemy import Double, String, and_, bindparam, exists, func, insert, or_, select, update

from agent.store.tables import (
    allowances,
    channels,
    contacts,
    conversations,
    inbox,
    messages,
    outbox,
    turns,
)
from agent.store.takeover import TAKEN_OVER

UNANSWERED_LIMIT = 60  # messages that one turn hands to the model; it answers all that wait

_WAITING = (
    conversations.c.id, conversations.c.channel, conversations.c.our_address,
    conversations.c.last_inbound_at, conversations.c.lease_until, channels.c.version_id,
    allowances.c.tokens, allowances.c.filled_at,
)  # fmt: skip
_LINE = (
    messages.c.author, messages.c.text, messages.c.media, messages.c.inbox_id,
    messages.c.created_at,
)  # fmt: skip
_RELEASED_THERE = and_(
    channels.c.channel == conversations.c.channel,
    channels.c.address == conversations.c.our_address,
)


@cache
def waiting() -> Any:
    """What waits in `conversation`; no row when all of it is answered."""
    first = _first_at(conversations.c.id, conversations)
    return (
        select(*_WAITING, first.label("first_at"))
        .outerjoin(channels, _RELEASED_THERE)
        .outerjoin(allowances, allowances.c.conversation_id == conversations.c.id)
        .where(conversations.c.id == bindparam("conversation"), first.is_not(None))
    )


@cache
def all_waiting() -> Any:
    """What waits in any conversation that nobody has leased at `now`."""
    some = select(inbox.c.conversation_id).where(inbox.c.turn_id.is_(None)).distinct().subquery()
    return (
        select(*_WAITING, _first_at(some.c.conversation_id, some).label("first_at"))
        .join(some, some.c.conversation_id == conversations.c.id)
        .outerjoin(channels, _RELEASED_THERE)
        .outerjoin(allowances, allowances.c.conversation_id == conversations.c.id)
        .where(conversations.c.lease_until < bindparam("now"))
        .limit(bindparam("at_most"))
    )


def _first_at(conversation: Any, outer: Any) -> Any:
    """When the oldest unanswered message came: one look at the index, however many wait."""
    return (
        select(inbox.c.received_at)
        .where(inbox.c.conversation_id == conversation, inbox.c.turn_id.is_(None))
        .order_by(inbox.c.id)
        .limit(1)
        .correlate(outer)
        .scalar_subquery()
    )


@cache
def lease() -> Any:
    """Lease `conversation` at `now` until `until` for `holder`, if nobody has it."""
    return (
        update(conversations)
        .where(
            conversations.c.id == bindparam("conversation"),
            conversations.c.lease_until < bindparam("now"),
        )
        .values(
            fence=conversations.c.fence + 1,
            lease_until=bindparam("until"),
            lease_holder=bindparam("holder"),
            turn_attempts=conversations.c.turn_attempts + 1,
        )
        .returning(
            conversations.c.fence, conversations.c.turn_attempts, conversations.c.channel,
            conversations.c.our_address, conversations.c.owner, conversations.c.language,
            conversations.c.facts, _customer(),
        )
    )  # fmt: skip


def _customer() -> Any:
    return (
        select(contacts.c.address)
        .where(contacts.c.id == conversations.c.contact_id)
        .correlate(conversations)
        .scalar_subquery()
    )


@cache
def prolong() -> Any:
    """Keep the lease of `conversation` under `mine` until `until`."""
    return (
        update(conversations)
        .where(
            conversations.c.id == bindparam("conversation"),
            conversations.c.fence == bindparam("mine"),
            conversations.c.lease_until > 0,
        )
        .values(lease_until=bindparam("until"))
    )


@cache
def unanswered() -> Any:
    """The last unanswered messages of `conversation`, newest first."""
    return (
        select(*_LINE, inbox.c.provider_message_id)
        .join(inbox, inbox.c.id == messages.c.inbox_id)
        .where(inbox.c.conversation_id == bindparam("conversation"), inbox.c.turn_id.is_(None))
        .order_by(inbox.c.id.desc())
        .limit(UNANSWERED_LIMIT)
    )


@cache
def history() -> Any:
    """The last `at_most` messages of `conversation` that wait for nothing, newest first.

    What the bot never came to say, because a person took over, was not said.
    """
    answered = or_(messages.c.inbox_id.is_(None), inbox.c.turn_id.is_not(None))
    unsaid = exists().where(
        outbox.c.message_id == messages.c.id,
        outbox.c.turn_id == messages.c.turn_id,  # rows that tell a desk hang on messages too
        outbox.c.part == 0,
        outbox.c.state == "dead",
        outbox.c.error_code == TAKEN_OVER,
    )
    return (
        select(*_LINE)
        .outerjoin(inbox, inbox.c.id == messages.c.inbox_id)
        .where(messages.c.conversation_id == bindparam("conversation"), answered, ~unsaid)
        .order_by(messages.c.id.desc())
        .limit(bindparam("at_most"))
    )


@cache
def pass_fence(speaks: bool) -> Any:
    """Give `conversation` back, if `mine` is still its fence.

    A turn that *speaks* also needs it to be the bot's: nobody is talked over. `new_owner`,
    `reason` and `until` may be None, which changes none of them.
    """
    gate = [
        conversations.c.id == bindparam("conversation"),
        conversations.c.fence == bindparam("mine"),
    ]
    if speaks:
        gate.append(conversations.c.owner == "bot")
    return (
        update(conversations)
        .where(*gate)
        .values(
            lease_until=0, turn_attempts=0, last_message_at=bindparam("now"),
            language=bindparam("spoken"),
            owner=func.coalesce(bindparam("new_owner", type_=String), conversations.c.owner),
            owner_reason=func.coalesce(
                bindparam("reason", type_=String), conversations.c.owner_reason
            ),
            owner_until=func.coalesce(
                bindparam("until", type_=Double), conversations.c.owner_until
            ),
        )
        .returning(_newer().label("more"))
    )  # fmt: skip


def _newer() -> Any:
    """True when something unanswered came after inbox row `last`."""
    return exists().where(
        inbox.c.conversation_id == bindparam("conversation"),
        inbox.c.turn_id.is_(None),
        inbox.c.id > bindparam("last"),
    )


@cache
def answer_inbox() -> Any:
    """Mark what waits in `conversation` up to the inbox row `last` as answered by turn `by`.

    Rows of one conversation are stored one after the other, so whoever has read `last` could
    have read all before it.
    """
    return (
        update(inbox)
        .where(
            inbox.c.conversation_id == bindparam("conversation"),
            inbox.c.turn_id.is_(None),
            inbox.c.id <= bindparam("last"),
        )
        .values(turn_id=bindparam("by"))
    )


@cache
def insert_turn() -> Any:
    """Add a turn."""
    return insert(turns)


@cache
def insert_message() -> Any:
    """Add a message; return its id."""
    return insert(messages).returning(messages.c.id)


@cache
def insert_parts() -> Any:
    """Add outbox rows."""
    return insert(outbox)


@cache
def offer() -> Any:
    """Let the customer tap `offered` under part `last` of turn `turn`."""
    return (
        update(outbox)
        .where(outbox.c.turn_id == bindparam("turn"), outbox.c.part == bindparam("last"))
        .values(kind="buttons", extra=bindparam("offered", type_=outbox.c.extra.type))
    )
