"""Turns: a fenced lease on a conversation, what is unanswered in it, and the one commit.

The fence is a number that rises with each lease. A commit names the fence it was given and does
nothing when another worker has leased since: a worker that was paused, cut off or left behind
by a dead parent can finish its work but can no longer store or send it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Double,
    Exists,
    Insert,
    ScalarSelect,
    String,
    Update,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from agent.answer import Author
from agent.limits import Limits
from knowledge.tables import AnyRow, AnySelect
from store.conversations import pointed
from store.conversations.allowances import settle, spend
from store.conversations.takeover import TAKEN_OVER
from store.conversations.waiting import all_waiting, version_of, waiting
from store.conversations.work import Committed, Lease, Line, Outcome, Waiting, Work
from store.db.database import Database, new_id
from store.db.dialect import AnyUpdate
from store.states import OutboxState, Owner, PartKind
from store.tables import (
    contacts,
    conversations,
    inbox,
    messages,
    outbox,
    turns,
)

UNANSWERED_LIMIT = 60  # messages that one turn hands to the model; it answers all that wait

_LINE = (
    messages.c.author,
    messages.c.text,
    messages.c.media,
    messages.c.inbox_id,
    messages.c.created_at,
    messages.c.about,
)


@cache
def lease() -> AnyUpdate:
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
            conversations.c.fence,
            conversations.c.turn_attempts,
            conversations.c.channel,
            conversations.c.our_address,
            conversations.c.owner,
            conversations.c.language,
            conversations.c.facts,
            _customer(),
        )
    )


def _customer() -> ScalarSelect[str]:
    return (
        select(contacts.c.address)
        .where(contacts.c.id == conversations.c.contact_id)
        .correlate(conversations)
        .scalar_subquery()
    )


@cache
def prolong() -> Update:
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
def waiting_rows() -> AnySelect:
    """The last unanswered messages of `conversation`, newest first."""
    return (
        select(*_LINE, inbox.c.provider_message_id)
        .join(inbox, inbox.c.id == messages.c.inbox_id)
        .where(inbox.c.conversation_id == bindparam("conversation"), inbox.c.turn_id.is_(None))
        .order_by(inbox.c.id.desc())
        .limit(UNANSWERED_LIMIT)
    )


@cache
def earlier_rows() -> AnySelect:
    """The last `at_most` messages of `conversation` that wait for nothing, newest first.

    What the bot never came to say, because a person took over, was not said.
    """
    answered = or_(messages.c.inbox_id.is_(None), inbox.c.turn_id.is_not(None))
    unsaid = exists().where(
        outbox.c.message_id == messages.c.id,
        outbox.c.turn_id == messages.c.turn_id,  # rows that tell a desk hang on messages too
        outbox.c.part == 0,
        outbox.c.state == OutboxState.DEAD,
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
def pass_fence(speaks: bool) -> ReturningUpdate[bool]:
    """Give `conversation` back, if `mine` is still its fence.

    A turn that *speaks* also needs it to be the bot's: nobody is talked over. `new_owner`,
    `reason` and `until` may be None, which changes none of them.
    """
    gate = [
        conversations.c.id == bindparam("conversation"),
        conversations.c.fence == bindparam("mine"),
    ]
    if speaks:
        gate.append(conversations.c.owner == Owner.BOT)
    return (
        update(conversations)
        .where(*gate)
        .values(
            lease_until=0,
            turn_attempts=0,
            last_message_at=bindparam("now"),
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
    )


def _newer() -> Exists:
    """True when something unanswered came after inbox row `last`."""
    return exists().where(
        inbox.c.conversation_id == bindparam("conversation"),
        inbox.c.turn_id.is_(None),
        inbox.c.id > bindparam("last"),
    )


@cache
def answer_inbox() -> Update:
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
def insert_turn() -> Insert:
    """Add a turn."""
    return insert(turns)


@cache
def insert_message() -> ReturningInsert[int]:
    """Add a message; return its id."""
    return insert(messages).returning(messages.c.id)


@cache
def insert_parts() -> Insert:
    """Add outbox rows."""
    return insert(outbox)


@cache
def offer() -> Update:
    """Let the customer tap `offered` under part `last` of turn `turn`."""
    return (
        update(outbox)
        .where(outbox.c.turn_id == bindparam("turn"), outbox.c.part == bindparam("last"))
        .values(kind=PartKind.BUTTONS, extra=bindparam("offered", type_=outbox.c.extra.type))
    )


UNLIMITED = Limits()
LEASE_SECONDS = 4.5  # three heartbeats of a worker, which prolongs it while the model thinks


class Turns:
    """Leases conversations and commits turns."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        limits: Limits = UNLIMITED,
        holder: str = "",
    ) -> None:
        """*holder*: the name under which the sweeper learns of this worker's death."""
        self._holder = holder
        self._database = database
        self._clock = clock
        self.limits = limits

    def waiting(self, conversation_id: int) -> Waiting | None:
        """Return what waits in one conversation, or None when all is answered."""
        with self._database.read() as tx:
            row = tx.execute(waiting(), {"conversation": conversation_id}).one_or_none()
        return self._waiting(row) if row else None

    def all_waiting(self, limit: int = 1000) -> list[Waiting]:
        """Return the conversations with something unanswered that nobody is answering."""
        values = {"now": self._clock(), "at_most": limit}
        with self._database.read() as tx:
            return [self._waiting(row) for row in tx.execute(all_waiting(), values)]

    def lease(self, conversation_id: int) -> Lease | None:
        """Try to become the one who answers. None: somebody else is."""
        now = self._clock()
        values = {
            "conversation": conversation_id,
            "now": now,
            "until": now + LEASE_SECONDS,
            "holder": self._holder,
        }
        with self._database.write() as tx:
            row = tx.execute(lease(), values).one_or_none()
            if row is None:
                return None
            used = spend(tx, conversation_id, self.limits, now) if self.limits.any else None
        return Lease(conversation_id, *(*row, used))

    def _waiting(self, row: AnyRow) -> Waiting:
        return Waiting(
            conversation_id=row.id,
            channel=row.channel,
            our_address=row.our_address,
            first_at=row.first_at,
            last_at=row.last_inbound_at,
            busy_until=row.lease_until,
            open_at=self.limits.open_at(row.tokens, row.filled_at),
            version_id=version_of(row),
        )

    def prolong(self, leases: Sequence[Lease]) -> None:
        """Keep *leases* for another while; those that were lost stay lost."""
        until = self._clock() + LEASE_SECONDS
        values = [
            {"conversation": lease.conversation_id, "mine": lease.fence, "until": until}
            for lease in leases
        ]
        if values:
            with self._database.write() as tx:
                tx.execute(prolong(), values)

    def read(self, lease: Lease, history: int) -> Work:
        """Return everything the turn needs: what is unanswered, in order, and what came before."""
        here = {"conversation": lease.conversation_id}
        with self._database.read() as tx:
            unanswered = tx.execute(waiting_rows(), here).all()
            before = tx.execute(earlier_rows(), here | {"at_most": history}).all()
        return Work(
            lease=lease,
            unanswered=[_line(row, row.provider_message_id) for row in reversed(unanswered)],
            history=[_line(row) for row in reversed(before) if row.text or row.media],
        )

    def commit(self, work: Work, outcome: Outcome) -> Committed:
        """Store the turn, its message and its outbox rows, and give the lease back.

        Stores nothing when the fence was lost or a person took over.
        """
        with self._database.write() as tx:
            more = self._pass_fence(tx, work, outcome)
            if more is None:
                return Committed(stored=False, more=True)
            turn_id = self._store_turn(tx, work, outcome)
            self._answer_inbox(tx, work, turn_id)
            counted = self.limits.counted(outcome.cost, outcome.unpriced_tokens)
            if outcome.told_to_wait or (counted and self.limits.any):
                told_at = self._clock() if outcome.told_to_wait else 0.0
                settle(tx, work.lease.conversation_id, counted, told_at)
            if outcome.parts:
                self._store_reply(tx, work, outcome, turn_id)
        return Committed(stored=True, more=more)

    def _answer_inbox(self, tx: Connection, work: Work, turn_id: str) -> None:
        here, last = work.lease.conversation_id, max(work.inbox_ids)
        tx.execute(answer_inbox(), {"conversation": here, "last": last, "by": turn_id})

    def _pass_fence(self, tx: Connection, work: Work, outcome: Outcome) -> bool | None:
        """Return whether more waits already; None when the fence was lost."""
        lease = work.lease
        values = {
            "last": max(work.inbox_ids),
            "conversation": lease.conversation_id,
            "mine": lease.fence,
            "now": self._clock(),
            "spoken": outcome.language or lease.language,
            "new_owner": Owner.HUMAN if outcome.handoff_reason else None,
            "reason": outcome.handoff_reason[:200] or None,
            "until": outcome.owner_until or None,
        }
        row = tx.execute(pass_fence(bool(outcome.parts)), values).one_or_none()
        return None if row is None else bool(row.more)

    def _store_turn(self, tx: Connection, work: Work, outcome: Outcome) -> str:
        turn_id, ids, lease = new_id(), work.inbox_ids, work.lease
        row = {
            "id": turn_id,
            "conversation_id": lease.conversation_id,
            "fence": lease.fence,
            "version_id": outcome.version_id,
            "inbox_from": min(ids),
            "inbox_to": max(ids),
            "outcome": outcome.outcome,
            "model": outcome.model,
            "input_tokens": outcome.input_tokens,
            "output_tokens": outcome.output_tokens,
            "cost": outcome.cost,
            "citations": outcome.citations,
            "trace": outcome.trace,
            "error": outcome.error,
            "missed": outcome.missed,
            "started_at": outcome.started_at,
            "handoff_reason": outcome.handoff_reason[:200],
            "finished_at": self._clock(),
        }
        tx.execute(insert_turn(), row)
        return turn_id

    def _store_reply(self, tx: Connection, work: Work, outcome: Outcome, turn_id: str) -> None:
        message = {
            "author": Author.AGENT,
            "author_name": outcome.author_name,
            "text": outcome.text,
            "turn_id": turn_id,
            "created_at": self._clock(),
        }
        here = work.lease.conversation_id
        message_id = add_reply(tx, here, turn_id, outcome.parts, message)
        if outcome.choices:
            tapped = {"buttons": list(outcome.choices)}
            last = len(outcome.parts) - 1
            tx.execute(offer(), {"turn": turn_id, "last": last, "offered": tapped})
        if outcome.briefing:
            row = {
                "conversation_id": here,
                "message_id": message_id,
                "turn_id": turn_id,
                "part": len(outcome.parts),
                "body": outcome.briefing,
                "kind": PartKind.HANDOFF,
                "state": OutboxState.PENDING,
                "created_at": message["created_at"],
            }
            tx.execute(insert_parts(), [row])


def add_reply(
    tx: Connection,
    conversation_id: int,
    turn_id: str,
    parts: Sequence[str],
    message: dict[str, Any],
    extra: Mapping[str, Any] | None = None,
) -> int:
    """Store *message* and one outbox row for each of its *parts*; return the message's id."""
    row = {"conversation_id": conversation_id, "media": [], **message}
    message_id = tx.execute(insert_message(), row).scalar_one()
    tx.execute(
        insert_parts(),
        [
            {
                "conversation_id": conversation_id,
                "message_id": message_id,
                "turn_id": turn_id,
                "part": number,
                "body": body,
                "state": OutboxState.PENDING,
                "extra": extra or {},
                "created_at": message["created_at"],
            }
            for number, body in enumerate(parts)
        ],
    )
    return int(message_id)


def _line(row: AnyRow, provider_message_id: str = "") -> Line:
    said = (row.author, row.text, row.inbox_id, row.media or (), row.created_at)
    return Line(*said, provider_message_id, pointed.told(row.about))
