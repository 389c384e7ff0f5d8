"""The outbox: what is to be sent, one row a part, the lowest unfinished of a conversation first.

    pending -> sending -> sent          the provider took it
                       -> pending       surely refused, later may work (back-off)
                       -> dead          surely refused for good, or too old: staff see it
                       -> unknown       nobody can tell: look it up, then sent or pending

`sending` is on disk before the request leaves. A row that stays in `sending` past its lease
belongs to a process that died; it is treated as unknown. Twilio and Meta take no idempotency key
on a send, so this look-up is what keeps a reply from being sent twice.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from agent.answer import Author
from agent.consent import OPTED_OUT
from knowledge.tables import AnyRow, AnySelect
from store.conversations.consents import opt_out
from store.conversations.takeover import TAKEN_OVER
from store.db.database import Database, new_id
from store.db.dialect import insert_into
from store.states import OutboxState, PartKind
from store.tables import contacts, conversations, delivery_states, messages, outbox

OPEN = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.UNKNOWN)
FAILED = ("failed", "undelivered")
# Spelled as in the partial index: with bound values neither database would use it.
_UNFINISHED = text("outbox.state NOT IN ('sent', 'dead')")


@cache
def head() -> AnySelect:
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
        select(
            outbox,
            conversations.c.channel,
            conversations.c.our_address,
            conversations.c.last_inbound_at,
            conversations.c.facts,
            contacts.c.address,
            contacts.c.opted_out_at,
            unfinished.c.left,
        )
        .join(unfinished, unfinished.c.lowest == outbox.c.id)
        .join(conversations, conversations.c.id == outbox.c.conversation_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
    )


@cache
def next_author() -> Select[Author]:
    """Whose words the lowest unfinished row of `conversation` carries."""
    return (
        select(messages.c.author)
        .join(outbox, outbox.c.message_id == messages.c.id)
        .where(outbox.c.conversation_id == bindparam("conversation"), _UNFINISHED)
        .order_by(outbox.c.id)
        .limit(1)
    )


@cache
def claim() -> Update:
    """Take row `row`, if it is still as it was seen."""
    return (
        update(outbox)
        .where(
            outbox.c.id == bindparam("row"),
            outbox.c.state == bindparam("seen_state"),
            outbox.c.token == bindparam("seen_token"),
        )
        .values(
            state=bindparam("to_state"),
            token=bindparam("to_token"),
            sending_at=bindparam("left_at"),
            lease_until=bindparam("until"),
            next_at=bindparam("until"),
            attempts=outbox.c.attempts + bindparam("one_more"),
        )
    )


@cache
def prolong() -> Update:
    """Keep the rows claimed under `tokens` until `until`."""
    return (
        update(outbox)
        .where(
            outbox.c.token.in_(bindparam("tokens", expanding=True)),
            outbox.c.state.in_((OutboxState.SENDING, OutboxState.UNKNOWN)),
        )
        .values(lease_until=bindparam("until"), next_at=bindparam("until"))
    )


@cache
def sent() -> Update:
    """Note that row `row` was taken under `sid`."""
    return (
        update(outbox)
        .where(outbox.c.id == bindparam("row"), outbox.c.state != OutboxState.SENT)
        .values(
            state=OutboxState.SENT,
            provider_message_id=bindparam("sid"),
            status=bindparam("said"),
            sent_at=bindparam("now"),
            lease_until=0,
            error="",
            error_code="",
        )
    )


@cache
def due() -> Select[int]:
    """The conversations whose next row can be sent or looked up at `now`."""
    heads = select(func.min(outbox.c.id)).where(_UNFINISHED).group_by(outbox.c.conversation_id)
    ready = or_(
        and_(outbox.c.state == OutboxState.SENDING, outbox.c.lease_until <= bindparam("now")),
        and_(outbox.c.state != OutboxState.SENDING, outbox.c.next_at <= bindparam("now")),
    )
    return (
        select(outbox.c.conversation_id)
        .where(outbox.c.id.in_(heads), ready)
        .limit(bindparam("at_most"))
    )


@cache
def note_report(dialect: str) -> ReturningInsert[int]:
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
def taken() -> Update:
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
            state=OutboxState.SENT,
            provider_message_id=bindparam("sid"),
            sent_at=bindparam("now"),
            lease_until=0,
            error="",
            error_code="",
        )
    )


_DROPPED = outbox.c.error_code == TAKEN_OVER  # a person has it now
_PENDING_UNLESS_DROPPED = case((_DROPPED, OutboxState.DEAD), else_=OutboxState.PENDING)
LEASE_SECONDS = 6.0  # prolonged by the worker's heartbeat while the request is under way
# Callbacks come in any order; a status never steps back (Twilio: track outbound message status).
RANK = {
    "": 0,
    "accepted": 1,
    "scheduled": 1,
    "queued": 2,
    "sending": 3,
    "sent": 4,
    "canceled": 5,
    "delivered": 6,
    "read": 7,
    "played": 8,
    "failed": 9,
    "undelivered": 9,
}


@dataclass(frozen=True)
class OutboxMessage:
    """One outbox row that this process may now send (or, when unknown, look up)."""

    id: int
    conversation_id: int
    channel: str
    our_address: str
    customer_address: str
    body: str
    state: OutboxState  # as it was found: pending or unknown
    token: str
    attempts: int
    unknowns: int
    sending_at: float  # when the request left, or would have left
    created_at: float
    last_inbound_at: float
    is_last: bool = False  # nothing else waited behind it
    kind: PartKind = PartKind.TEXT
    extra: Mapping[str, Any] = field(default_factory=dict)  # of a template or buttons
    facts: Mapping[str, Any] = field(default_factory=dict)  # what the provider says of the place
    opted_out: bool = False  # the customer asked to receive nothing more


@dataclass(frozen=True)
class Report:
    """What a provider says became of a message that was sent."""

    provider_message_id: str
    status: str
    error_code: str = ""
    outbox_id: int | None = None  # ours, when the provider gives it back
    error: str = ""  # what staff read when it failed


class Outbox:
    """Hands out rows to send and records what became of them."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def claim(self, conversation_id: int) -> OutboxMessage | float | None:
        """Claim the conversation's next row.

        Returns an OutboxMessage; when to come back (seconds since 1970); or None when all is sent.
        """
        now = self._clock()
        with self._database.read() as tx:
            row = tx.execute(head(), {"conversation": conversation_id}).one_or_none()
        if row is None:
            return None
        free_at = row.lease_until if row.state == OutboxState.SENDING else row.next_at
        if free_at > now:
            return float(free_at)
        return self._claim(row, now) or now + LEASE_SECONDS

    def _claim(self, row: AnyRow, now: float) -> OutboxMessage | None:
        token, is_new = new_id(), row.state == OutboxState.PENDING
        left_at = now if is_new else row.sending_at
        values = {
            "row": row.id,
            "seen_state": row.state,
            "seen_token": row.token,
            "to_state": OutboxState.SENDING if is_new else OutboxState.UNKNOWN,
            "to_token": token,
            "left_at": left_at,
            "until": now + LEASE_SECONDS,
            "one_more": int(is_new),
        }
        with self._database.write() as tx:
            if tx.execute(claim(), values).rowcount != 1:
                return None
        return OutboxMessage(
            id=row.id,
            conversation_id=row.conversation_id,
            channel=row.channel,
            our_address=row.our_address,
            customer_address=row.address,
            body=row.body,
            state=OutboxState.PENDING if is_new else OutboxState.UNKNOWN,
            token=token,
            attempts=row.attempts + is_new,
            unknowns=row.unknowns,
            sending_at=left_at,
            created_at=row.created_at,
            last_inbound_at=row.last_inbound_at,
            is_last=row.left == 1,
            kind=row.kind,
            extra=row.extra,
            facts=row.facts,
            opted_out=row.opted_out_at is not None,
        )

    def prolong(self, tokens: Sequence[str]) -> None:
        """Keep the rows claimed under *tokens* for another while."""
        values = {"tokens": list(tokens), "until": self._clock() + LEASE_SECONDS}
        with self._database.write() as tx:
            tx.execute(prolong(), values)

    def sent(self, outgoing: OutboxMessage, provider_message_id: str, status: str = "") -> None:
        """The provider took it, under this id; *status* is what it said of it just now."""
        values = {
            "row": outgoing.id,
            "sid": provider_message_id,
            "said": status,
            "now": self._clock(),
        }
        with self._database.write() as tx:
            tx.execute(sent(), values)

    def is_recorded(self, provider_message_id: str) -> bool:
        """True when some row was already sent under this id: it cannot be another's."""
        query = select(outbox.c.id).where(outbox.c.provider_message_id == provider_message_id)
        with self._database.read() as tx:
            return tx.scalar(query.limit(1)) is not None

    def again(self, outgoing: OutboxMessage, at: float, error: str, code: str = "") -> None:
        """It was surely not taken: try again at *at*, unless a person took over meanwhile."""
        self._set(
            outgoing,
            state=_PENDING_UNLESS_DROPPED,
            next_at=at,
            error=error,
            error_code=case((_DROPPED, TAKEN_OVER), else_=code),
        )

    def dead(self, outgoing: OutboxMessage, error: str, code: str = "") -> None:
        """It will never be sent; staff see why."""
        self._set(outgoing, state=OutboxState.DEAD, error=error, error_code=code)

    def opted_out(self, outgoing: OutboxMessage, error: str) -> None:
        """The provider refuses every message to this customer, at their own wish."""
        self._set(outgoing, state=OutboxState.DEAD, error=error, error_code=OPTED_OUT)
        with self._database.write() as tx:
            opt_out(tx, outgoing.conversation_id, self._clock())

    def as_template(self, outgoing: OutboxMessage, extra: Mapping[str, Any]) -> None:
        """Send the same words as an approved template, as soon as the row is claimed again."""
        self._set(
            outgoing,
            state=_PENDING_UNLESS_DROPPED,
            next_at=0,
            kind=PartKind.TEMPLATE,
            extra=dict(extra),
        )

    def is_whole(self, outgoing: OutboxMessage) -> bool:
        """True when this part is all there is of its message."""
        mine = select(outbox.c.message_id).where(outbox.c.id == outgoing.id).scalar_subquery()
        query = select(func.count()).where(outbox.c.message_id == mine)
        with self._database.read() as tx:
            return tx.scalar(query) == 1

    def unknown(self, outgoing: OutboxMessage, look_at: float, error: str) -> None:
        """Nobody can tell whether it was taken: look it up at *look_at*."""
        self._set(
            outgoing,
            state=OutboxState.UNKNOWN,
            next_at=look_at,
            error=error,
            unknowns=outbox.c.unknowns + int(outgoing.state == OutboxState.PENDING),
        )

    def _set(self, outgoing: OutboxMessage, **values: Any) -> None:
        change = (
            update(outbox)
            .where(outbox.c.id == outgoing.id, outbox.c.token == outgoing.token)
            .where(outbox.c.state != OutboxState.SENT)  # a status callback may have been faster
            .values(lease_until=0, **values)
        )
        with self._database.write() as tx:
            tx.execute(change)

    # --- what the provider reports

    def report(
        self,
        provider: str,
        provider_message_id: str,
        status: str,
        *,
        outbox_id: int | None = None,
        error_code: str = "",
        error: str = "",
    ) -> bool:
        """Record one status callback; see `report_all`. False when it was here already."""
        one = Report(provider_message_id, status, error_code, outbox_id, error)
        return self.report_all(provider, [one]) == 1

    def report_all(self, provider: str, reports: Sequence[Report]) -> int:
        """Record each status callback once, all in one transaction; return how many are new.

        One with an outbox id proves that the row was taken.
        """
        now = self._clock()
        in_one_order = sorted(reports, key=lambda one: one.provider_message_id)  # no deadlocks
        with self._database.write() as tx:
            return sum(_report(tx, provider, one, now) for one in in_one_order)

    # --- what waits

    def is_bots(self, conversation_id: int) -> bool:
        """True when the next row to go out is the bot's own words."""
        with self._database.read() as tx:
            author = tx.scalar(next_author(), {"conversation": conversation_id})
        return author == Author.AGENT

    def due(self, limit: int = 1000) -> list[int]:
        """Return the conversations whose next row can be sent or looked up now."""
        values = {"now": self._clock(), "at_most": limit}
        with self._database.read() as tx:
            return list(tx.scalars(due(), values))


def _report(tx: Connection, provider: str, report: Report, now: float) -> bool:
    sid, row = report.provider_message_id, report.outbox_id
    told = {
        "provider": provider,
        "provider_message_id": sid,
        "status": report.status,
        "error_code": report.error_code,
        "outbox_id": row,
        "reported_at": now,
    }
    if tx.scalar(note_report(tx.dialect.name), told) is None:
        return False
    if row is not None:
        values = {"row": row, "by": provider, "sid": sid, "said": report.status, "now": now}
        tx.execute(taken(), values)
    _raise_status(tx, report)
    return True


def _raise_status(tx: Connection, report: Report) -> None:
    """Note the highest status reached; lower ones that come late are ignored."""
    said = {"error_code": report.error_code, "error": report.error}
    below = [name for name, rank in RANK.items() if rank < RANK.get(report.status, 0)]
    tx.execute(
        update(outbox)
        .where(
            outbox.c.provider_message_id == report.provider_message_id, outbox.c.status.in_(below)
        )
        .values(status=report.status, **{name: value for name, value in said.items() if value})
    )
