"""The statements of a delivery, each built once: building one costs more than running it."""

from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select, text, update

from agent.store.dialect import insert_into
from agent.store.tables import contacts, conversations, delivery_states, messages, outbox

OPEN = ("pending", "sending", "unknown")
FAILED = ("failed", "undelivered")
# Spelled as in the partial index: with bound values neither database would use it.
_UNFINISHED = text("outbox.state NOT IN ('sent', 'dead')")


@cache
def head() -> Any:
    """The lowest unfinished row of `conversation`, and how many there are."""
    unfinished = (
        select(func.min(outbox.c.id).label("lowest"), func.count().label("left"))
        .where(
            outbox.c.conversation_id == bindparam("conversation"),
            _UNFINISHED,
        )
        .subquery()
    )
    return (
        select(outbox, conversations.c.channel, conversations.c.our_address,
               conversations.c.last_inbound_at, conversations.c.facts, contacts.c.address,
               contacts.c.opted_out_at, unfinished.c.left)
        .join(unfinished, unfinished.c.lowest == outbox.c.id)
        .join(conversations, conversations.c.id == outbox.c.conversation_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
    )  # fmt: skip


@cache
def next_author() -> Any:
    """Whose words the lowest unfinished row of `conversation` carries."""
    return (
        select(messages.c.author)
        .join(outbox, outbox.c.message_id == messages.c.id)
        .where(outbox.c.conversation_id == bindparam("conversation"), _UNFINISHED)
        .order_by(outbox.c.id)
        .limit(1)
    )


@cache
def claim() -> Any:
    """Take row `row`, if it is still as it was seen."""
    return (
        update(outbox)
        .where(
            outbox.c.id == bindparam("row"),
            outbox.c.state == bindparam("seen_state"),
            outbox.c.token == bindparam("seen_token"),
        )
        .values(
            state=bindparam("to_state"), token=bindparam("to_token"),
            sending_at=bindparam("left_at"), lease_until=bindparam("until"),
            next_at=bindparam("until"), attempts=outbox.c.attempts + bindparam("one_more"),
        )
    )  # fmt: skip


@cache
def prolong() -> Any:
    """Keep the rows claimed under `tokens` until `until`."""
    return (
        update(outbox)
        .where(
            outbox.c.token.in_(bindparam("tokens", expanding=True)),
            outbox.c.state.in_(("sending", "unknown")),
        )
        .values(lease_until=bindparam("until"), next_at=bindparam("until"))
    )


@cache
def sent() -> Any:
    """Note that row `row` was taken under `sid`."""
    return (
        update(outbox)
        .where(outbox.c.id == bindparam("row"), outbox.c.state != "sent")
        .values(
            state="sent", provider_message_id=bindparam("sid"), status=bindparam("said"),
            sent_at=bindparam("now"), lease_until=0, error="", error_code="",
        )
    )  # fmt: skip


@cache
def due() -> Any:
    """The conversations whose next row can be sent or looked up at `now`."""
    heads = select(func.min(outbox.c.id)).where(_UNFINISHED).group_by(outbox.c.conversation_id)
    ready = or_(
        and_(outbox.c.state == "sending", outbox.c.lease_until <= bindparam("now")),
        and_(outbox.c.state != "sending", outbox.c.next_at <= bindparam("now")),
    )
    return (
        select(outbox.c.conversation_id)
        .where(outbox.c.id.in_(heads), ready)
        .limit(bindparam("at_most"))
    )


@cache
def note_report(dialect: str) -> Any:
    """Keep one status, once, of a message of ours; return its id.

    A number may have other senders, and a customer may have been erased: what a provider tells of
    their messages is nobody's business here.
    """
    names = ("provider", "provider_message_id", "status", "error_code", "outbox_id", "reported_at")
    told = [bindparam(name, type_=delivery_states.c[name].type) for name in names]
    by_id = exists().where(outbox.c.id == bindparam("outbox_id", type_=outbox.c.id.type))
    by_sid = exists().where(outbox.c.provider_message_id == bindparam("provider_message_id"))
    return (
        insert_into(dialect, delivery_states)
        .from_select(names, select(*told).where(or_(by_id, by_sid)))
        .on_conflict_do_nothing(index_elements=["provider", "provider_message_id", "status"])
        .returning(delivery_states.c.id)
    )


@cache
def taken() -> Any:
    """Note that row `row` was taken under `sid` by `provider`, who says so at `now`.

    What had failed under that id was sent anew since, under another one: this is old news.
    """
    failed = exists().where(
        delivery_states.c.provider == bindparam("by"),
        delivery_states.c.provider_message_id == bindparam("sid"),
        delivery_states.c.status.in_(FAILED),
        delivery_states.c.status != bindparam("said"),
    )
    return (
        update(outbox)
        .where(outbox.c.id == bindparam("row"), outbox.c.state.in_(OPEN), ~failed)
        .values(
            state="sent", provider_message_id=bindparam("sid"), sent_at=bindparam("now"),
            lease_until=0, error="", error_code="",
        )
    )  # fmt: skip
