"""Turns: a fenced lease on a conversation, what is unanswered in it, and the one commit.

The fence is a number that rises with each lease. A commit names the fence it was given and does
nothing when another worker has leased since: a worker that was paused, cut off or left behind
by a dead parent can finish its work but can no longer store or send it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from agent.limits import Allowance, Limits
from agent.store import turn_queries as queries
from agent.store.allowances import settle, spend
from agent.store.db import Database, new_id

UNLIMITED = Limits()
LEASE_SECONDS = 4.5  # three heartbeats of a worker, which prolongs it while the model thinks


@dataclass(frozen=True)
class Waiting:
    """What can be known of a conversation's unanswered messages without leasing it."""

    conversation_id: int
    channel: str
    our_address: str
    first_at: float  # when the oldest unanswered message came
    last_at: float  # when the newest message came
    busy_until: float  # a worker's lease
    open_at: float  # when the customer's allowance lets the next turn pass
    version_id: str | None  # released on that address


@dataclass(frozen=True)
class Lease:
    """The right to answer one conversation, until somebody else's fence is higher."""

    conversation_id: int
    fence: int
    attempts: int
    channel: str
    our_address: str
    owner: str
    language: str
    facts: Mapping[str, Any] = field(hash=False)  # what the provider says of the conversation
    customer_address: str
    allowance: Allowance | None = None  # None: nothing is limited


@dataclass(frozen=True)
class Line:
    """One message as the agent sees it."""

    author: str
    text: str
    inbox_id: int | None
    media: Sequence[dict[str, str]] = ()
    at: float = 0.0  # when it was stored
    provider_message_id: str = ""  # of an unanswered one


@dataclass(frozen=True)
class Work:
    """Everything a turn needs, read under a lease."""

    lease: Lease
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
    owner_until: float = 0.0  # when the bot has it again by itself; 0: never
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced_tokens: int = 0  # of models whose price nobody knows
    citations: list[dict[str, Any]] = field(default_factory=list)
    trace: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    missed: str = ""  # the question nothing was found for
    choices: Sequence[dict[str, str]] = ()  # what the customer may tap under the last part
    briefing: str = ""  # what the provider's own people are told at a hand-off
    told_to_wait: bool = False  # the customer writes faster than is answered, and now knows it


@dataclass(frozen=True)
class Committed:
    """What became of a commit. True when it was stored."""

    stored: bool
    more: bool  # look again: something may wait

    def __bool__(self) -> bool:
        return self.stored


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
            row = tx.execute(queries.waiting(), {"conversation": conversation_id}).one_or_none()
        return self._waiting(row) if row else None

    def all_waiting(self, limit: int = 1000) -> list[Waiting]:
        """Return the conversations with something unanswered that nobody is answering."""
        values = {"now": self._clock(), "at_most": limit}
        with self._database.read() as tx:
            return [self._waiting(row) for row in tx.execute(queries.all_waiting(), values)]

    def lease(self, conversation_id: int) -> Lease | None:
        """Try to become the one who answers. None: somebody else is."""
        now = self._clock()
        values = {"conversation": conversation_id, "now": now, "until": now + LEASE_SECONDS,
                  "holder": self._holder}  # fmt: skip
        with self._database.write() as tx:
            row = tx.execute(queries.lease(), values).one_or_none()
            if row is None:
                return None
            used = spend(tx, conversation_id, self.limits, now) if self.limits.any else None
        return Lease(conversation_id, *(*row, used))

    def _waiting(self, row: Any) -> Waiting:
        return Waiting(
            conversation_id=row.id, channel=row.channel, our_address=row.our_address,
            first_at=row.first_at, last_at=row.last_inbound_at, busy_until=row.lease_until,
            open_at=self.limits.open_at(row.tokens, row.filled_at), version_id=row.version_id,
        )  # fmt: skip

    def prolong(self, leases: Sequence[Lease]) -> None:
        """Keep *leases* for another while; those that were lost stay lost."""
        until = self._clock() + LEASE_SECONDS
        values = [
            {"conversation": lease.conversation_id, "mine": lease.fence, "until": until}
            for lease in leases
        ]
        if values:
            with self._database.write() as tx:
                tx.execute(queries.prolong(), values)

    def read(self, lease: Lease, history: int) -> Work:
        """Return everything the turn needs: what is unanswered, in order, and what came before."""
        here = {"conversation": lease.conversation_id}
        with self._database.read() as tx:
            unanswered = tx.execute(queries.unanswered(), here).all()
            before = tx.execute(queries.history(), here | {"at_most": history}).all()
        return Work(
            lease=lease,
            unanswered=[_line(row, row.provider_message_id) for row in reversed(unanswered)],
            history=[_line(row) for row in reversed(before)],
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
        tx.execute(queries.answer_inbox(), {"conversation": here, "last": last, "by": turn_id})

    def _pass_fence(self, tx: Connection, work: Work, outcome: Outcome) -> bool | None:
        """Return whether more waits already; None when the fence was lost."""
        lease = work.lease
        values = {
            "last": max(work.inbox_ids),
            "conversation": lease.conversation_id,
            "mine": lease.fence,
            "now": self._clock(),
            "spoken": outcome.language or lease.language,
            "new_owner": "human" if outcome.handoff_reason else None,
            "reason": outcome.handoff_reason[:200] or None,
            "until": outcome.owner_until or None,
        }
        row = tx.execute(queries.pass_fence(bool(outcome.parts)), values).one_or_none()
        return None if row is None else bool(row.more)

    def _store_turn(self, tx: Connection, work: Work, outcome: Outcome) -> str:
        turn_id, ids, lease = new_id(), work.inbox_ids, work.lease
        row = {
            "id": turn_id, "conversation_id": lease.conversation_id, "fence": lease.fence,
            "version_id": outcome.version_id, "inbox_from": min(ids), "inbox_to": max(ids),
            "outcome": outcome.outcome, "model": outcome.model,
            "input_tokens": outcome.input_tokens, "output_tokens": outcome.output_tokens,
            "cost": outcome.cost, "citations": outcome.citations, "trace": outcome.trace,
            "error": outcome.error, "missed": outcome.missed, "started_at": outcome.started_at,
            "handoff_reason": outcome.handoff_reason[:200],
            "finished_at": self._clock(),
        }  # fmt: skip
        tx.execute(queries.insert_turn(), row)
        return turn_id

    def _store_reply(self, tx: Connection, work: Work, outcome: Outcome, turn_id: str) -> None:
        message = {
            "author": "agent", "author_name": outcome.author_name, "text": outcome.text,
            "turn_id": turn_id, "created_at": self._clock(),
        }  # fmt: skip
        here = work.lease.conversation_id
        message_id = add_reply(tx, here, turn_id, outcome.parts, message)
        if outcome.choices:
            tapped = {"buttons": list(outcome.choices)}
            last = len(outcome.parts) - 1
            tx.execute(queries.offer(), {"turn": turn_id, "last": last, "offered": tapped})
        if outcome.briefing:
            row = {
                "conversation_id": here, "message_id": message_id, "turn_id": turn_id,
                "part": len(outcome.parts), "body": outcome.briefing, "kind": "handoff",
                "state": "pending", "created_at": message["created_at"],
            }  # fmt: skip
            tx.execute(queries.insert_parts(), [row])


def add_reply(
    tx: Connection, conversation_id: int, turn_id: str, parts: Sequence[str],
    message: dict[str, Any], extra: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """Store *message* and one outbox row for each of its *parts*; return the message's id."""
    row = {"conversation_id": conversation_id, "media": [], **message}
    message_id = tx.execute(queries.insert_message(), row).scalar_one()
    tx.execute(
        queries.insert_parts(),
        [
            {"conversation_id": conversation_id, "message_id": message_id, "turn_id": turn_id,
             "part": number, "body": body, "state": "pending", "extra": extra or {},
             "created_at": message["created_at"]}
            for number, body in enumerate(parts)
        ],
    )  # fmt: skip
    return int(message_id)


def _line(row: Any, provider_message_id: str = "") -> Line:
    media = row.media or ()
    return Line(row.author, row.text, row.inbox_id, media, row.created_at, provider_message_id)
