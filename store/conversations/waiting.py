"""What waits for an answer, and which version it is for."""

from functools import cache

from sqlalchemy import (
    ColumnElement,
    FromClause,
    ScalarSelect,
    and_,
    bindparam,
    select,
    text,
)

from agent.shares import is_in
from knowledge.tables import AnyRow, AnySelect
from store.tables import allowances, channels, contacts, conversations, inbox, shares

_WAITING = (
    conversations.c.id,
    conversations.c.channel,
    conversations.c.our_address,
    conversations.c.last_inbound_at,
    conversations.c.lease_until,
    channels.c.version_id,
    shares.c.id.label("share_id"),
    shares.c.part,
    shares.c.version_id.label("share_version_id"),
    contacts.c.customer,
    allowances.c.tokens,
    allowances.c.filled_at,
)
_SHARED_THERE = and_(
    shares.c.channel == conversations.c.channel,
    shares.c.address == conversations.c.our_address,
    text("shares.state = 'running'"),  # as the index has it
)
_RELEASED_THERE = and_(
    channels.c.channel == conversations.c.channel,
    channels.c.address == conversations.c.our_address,
)


@cache
def waiting() -> AnySelect:
    """What waits in `conversation`; no row when all of it is answered."""
    first = _first_at(conversations.c.id, conversations)
    return (
        select(*_WAITING, first.label("first_at"))
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .outerjoin(channels, _RELEASED_THERE)
        .outerjoin(shares, _SHARED_THERE)
        .outerjoin(allowances, allowances.c.conversation_id == conversations.c.id)
        .where(conversations.c.id == bindparam("conversation"), first.is_not(None))
    )


@cache
def all_waiting() -> AnySelect:
    """What waits in any conversation that nobody has leased at `now`."""
    some = select(inbox.c.conversation_id).where(inbox.c.turn_id.is_(None)).distinct().subquery()
    return (
        select(*_WAITING, _first_at(some.c.conversation_id, some).label("first_at"))
        .join(some, some.c.conversation_id == conversations.c.id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .outerjoin(channels, _RELEASED_THERE)
        .outerjoin(shares, _SHARED_THERE)
        .outerjoin(allowances, allowances.c.conversation_id == conversations.c.id)
        .where(conversations.c.lease_until < bindparam("now"))
        .limit(bindparam("at_most"))
    )


def _first_at(conversation: ColumnElement[int], outer: FromClause) -> ScalarSelect[float]:
    """When the oldest unanswered message came: one look at the index, however many wait."""
    return (
        select(inbox.c.received_at)
        .where(inbox.c.conversation_id == conversation, inbox.c.turn_id.is_(None))
        .order_by(inbox.c.id)
        .limit(1)
        .correlate(outer)
        .scalar_subquery()
    )


def version_of(row: AnyRow) -> str | None:
    """The version that answers this customer: the shared one for who is in its share."""
    if row.share_id is not None and is_in(row.share_id, row.part, row.customer):
        return str(row.share_version_id)
    return None if row.version_id is None else str(row.version_id)
