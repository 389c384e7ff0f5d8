"""The statements of a delivery, each built once: building one costs more than running it."""

from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, text, update

from agent.store.tables import contacts, conversations, messages, outbox

OPEN = ("pending", "sending", "unknown")
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
