"""Turns: a fenced lease on a conversation, what is unanswered in it, and the one commit.

The fence is a number that rises with each lease. A commit names the fence it was given and does
nothing when another worker has leased since: a worker that was paused, cut off or left behind
by a dead parent can finish its work but can no longer store or send it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from agent.store.db import Database, new_id
from agent.store.tables import (
    contacts,
    conversations,
    inbox,
    messages,
    outbox,
    turns,
)

LEASE_SECONDS = 6.0  # prolonged by the worker's heartbeat while the model thinks
HISTORY_LIMIT = 200


@dataclass(frozen=True)
class Waiting:
    """What can be known of a conversation's unanswered messages without leasing it."""

    conversation_id: int
    channel: str
    our_address: str
    first_at: float  # when the oldest unanswered message came
    last_at: float  # when the newest message came
    busy_until: float  # a worker's lease


@dataclass(frozen=True)
class Lease:
    """The right to answer one conversation, until somebody else's fence is higher."""

    conversation_id: int
    fence: int
    attempts: int


@dataclass(frozen=True)
class Line:
    """One message as the agent sees it."""

    author: str
    text: str
    inbox_id: int | None
    media: Sequence[dict[str, str]] = ()


@dataclass(frozen=True)
class Work:
    """Everything a turn needs, read under a lease."""

    lease: Lease
    channel: str
    our_address: str
    customer_address: str
    owner: str
    language: str
    unanswered: Sequence[Line]
    history: Sequence[Line]

    @property
    def inbox_ids(self) -> list[int]:
        """The inbox rows this turn answers."""
        return [line.inbox_id for line in self.unanswered if line.inbox_id is not None]


@dataclass(frozen=True)
class Outcome:
    """What a turn decided, ready to be stored. No parts means that nothing is said."""

    outcome: str  # answered | fallback | handoff | silent
    version_id: str | None
    started_at: float
    text: str = ""
    parts: Sequence[str] = ()
    author_name: str = ""
    language: str = ""
    handoff_reason: str = ""  # not empty: a person owns the conversation from here
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    citations: list[dict[str, Any]] = field(default_factory=list)
    trace: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""


class Turns:
    """Leases conversations and commits turns."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def waiting(self, conversation_id: int) -> Waiting | None:
        """Return what waits in one conversation, or None when all is answered."""
        with self._database.read() as tx:
            row = tx.execute(_waiting().where(conversations.c.id == conversation_id)).one_or_none()
        return _waiting_of(row) if row else None

    def all_waiting(self, limit: int = 1000) -> list[Waiting]:
        """Return the conversations with something unanswered that nobody is answering."""
        now = self._clock()
        query = _waiting().where(conversations.c.lease_until < now)
        with self._database.read() as tx:
            return [_waiting_of(row) for row in tx.execute(query.limit(limit))]

    def lease(self, conversation_id: int) -> Lease | None:
        """Try to become the one who answers. None: somebody else is, or it is not due."""
        now = self._clock()
        change = (
            update(conversations)
            .where(
                conversations.c.id == conversation_id,
                conversations.c.lease_until < now,
            )
            .values(
                fence=conversations.c.fence + 1,
                lease_until=now + LEASE_SECONDS,
                turn_attempts=conversations.c.turn_attempts + 1,
            )
            .returning(conversations.c.fence, conversations.c.turn_attempts)
        )
        with self._database.write() as tx:
            row = tx.execute(change).one_or_none()
        return Lease(conversation_id, row.fence, row.turn_attempts) if row else None

    def prolong(self, leases: Sequence[Lease]) -> None:
        """Keep *leases* for another while; those that were lost stay lost."""
        if not leases:
            return
        mine = or_(
            *(
                and_(conversations.c.id == lease.conversation_id,
                     conversations.c.fence == lease.fence)
                for lease in leases
            )
        )  # fmt: skip
        with self._database.write() as tx:
            tx.execute(
                update(conversations)
                .where(mine, conversations.c.lease_until > 0)
                .values(lease_until=self._clock() + LEASE_SECONDS)
            )

    def read(self, lease: Lease, history: int) -> Work:
        """Return everything the turn needs: what is unanswered, in order, and what came before."""
        with self._database.read() as tx:
            head = tx.execute(
                select(conversations, contacts.c.address)
                .join(contacts, contacts.c.id == conversations.c.contact_id)
                .where(conversations.c.id == lease.conversation_id)
            ).one()
            unanswered = tx.execute(_unanswered(lease.conversation_id)).all()
            before = tx.execute(_history(lease.conversation_id, history)).all()
        return Work(
            lease=lease, channel=head.channel, our_address=head.our_address,
            customer_address=head.address, owner=head.owner, language=head.language,
            unanswered=[_line(row) for row in unanswered],
            history=[_line(row) for row in reversed(before)],
        )  # fmt: skip

    def commit(self, work: Work, outcome: Outcome) -> bool:
        """Store the turn, its message and its outbox rows, and give the lease back.

        Returns False, and stores nothing, when the fence was lost or a person took over.
        """
        with self._database.write() as tx:
            if not self._pass_fence(tx, work, outcome):
                return False
            turn_id = self._store_turn(tx, work, outcome)
            tx.execute(update(inbox).where(inbox.c.id.in_(work.inbox_ids)).values(turn_id=turn_id))
            if outcome.parts:
                self._store_reply(tx, work, outcome, turn_id)
        return True

    def _pass_fence(self, tx: Connection, work: Work, outcome: Outcome) -> bool:
        now = self._clock()
        values: dict[str, Any] = {"lease_until": 0, "turn_attempts": 0, "last_message_at": now}
        if outcome.language:
            values["language"] = outcome.language
        if outcome.handoff_reason:
            values |= {"owner": "human", "owner_reason": outcome.handoff_reason[:200]}
        gate = [
            conversations.c.id == work.lease.conversation_id,
            conversations.c.fence == work.lease.fence,
        ]
        if outcome.parts:  # a person who took over while the model thought is not talked over
            gate.append(conversations.c.owner == "bot")
        return tx.execute(update(conversations).where(*gate).values(values)).rowcount == 1

    def _store_turn(self, tx: Connection, work: Work, outcome: Outcome) -> str:
        turn_id, ids = new_id(), work.inbox_ids
        tx.execute(
            insert(turns).values(
                id=turn_id, conversation_id=work.lease.conversation_id, fence=work.lease.fence,
                version_id=outcome.version_id, inbox_from=min(ids), inbox_to=max(ids),
                outcome=outcome.outcome, model=outcome.model, input_tokens=outcome.input_tokens,
                output_tokens=outcome.output_tokens, cost=outcome.cost,
                citations=outcome.citations, trace=outcome.trace, error=outcome.error,
                started_at=outcome.started_at, finished_at=self._clock(),
            )
        )  # fmt: skip
        return turn_id

    def _store_reply(self, tx: Connection, work: Work, outcome: Outcome, turn_id: str) -> None:
        add_reply(
            tx, work.lease.conversation_id, turn_id, list(outcome.parts),
            {"author": "agent", "author_name": outcome.author_name, "text": outcome.text,
             "turn_id": turn_id, "created_at": self._clock()},
        )  # fmt: skip


def add_reply(
    tx: Connection, conversation_id: int, turn_id: str, parts: list[str], message: dict[str, Any]
) -> int:
    """Store *message* and one outbox row for each of its *parts*; return the message's id."""
    message_id = tx.execute(
        insert(messages)
        .values(conversation_id=conversation_id, media=[], **message)
        .returning(messages.c.id)
    ).scalar_one()
    tx.execute(
        insert(outbox),
        [
            {"conversation_id": conversation_id, "message_id": message_id, "turn_id": turn_id,
             "part": number, "body": body, "state": "pending", "token": "",
             "created_at": message["created_at"]}
            for number, body in enumerate(parts)
        ],
    )  # fmt: skip
    return int(message_id)


def _waiting() -> Any:
    first = (
        select(inbox.c.conversation_id, func.min(inbox.c.received_at).label("first_at"))
        .where(inbox.c.turn_id.is_(None))
        .group_by(inbox.c.conversation_id)
        .subquery()
    )
    return select(
        conversations.c.id, conversations.c.channel, conversations.c.our_address,
        conversations.c.last_inbound_at, conversations.c.lease_until,
        first.c.first_at,
    ).join(first, first.c.conversation_id == conversations.c.id)  # fmt: skip


def _waiting_of(row: Any) -> Waiting:
    return Waiting(
        conversation_id=row.id, channel=row.channel, our_address=row.our_address,
        first_at=row.first_at, last_at=row.last_inbound_at,
        busy_until=row.lease_until,
    )  # fmt: skip


def _unanswered(conversation_id: int) -> Any:
    return (
        select(messages.c.author, messages.c.text, messages.c.media, messages.c.inbox_id)
        .join(inbox, inbox.c.id == messages.c.inbox_id)
        .where(inbox.c.conversation_id == conversation_id, inbox.c.turn_id.is_(None))
        .order_by(inbox.c.id)
        .limit(HISTORY_LIMIT)
    )


def _history(conversation_id: int, limit: int) -> Any:
    answered = or_(messages.c.inbox_id.is_(None), inbox.c.turn_id.is_not(None))
    return (
        select(messages.c.author, messages.c.text, messages.c.media, messages.c.inbox_id)
        .outerjoin(inbox, inbox.c.id == messages.c.inbox_id)
        .where(messages.c.conversation_id == conversation_id, answered)
        .order_by(messages.c.id.desc())
        .limit(limit)
    )


def _line(row: Any) -> Line:
    return Line(row.author, row.text, row.inbox_id, row.media or ())
