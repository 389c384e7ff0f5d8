"""Conversations as staff see them: lists, threads, why something was said, and taking over."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from agent.errors import Invalid, NotFound
from agent.store.db import Database, new_id
from agent.store.tables import (
    agents,
    channels,
    contacts,
    conversations,
    inbox,
    messages,
    outbox,
    turns,
    versions,
)
from agent.store.takeover import TAKEN_OVER, seize, usual_end
from agent.store.turns import add_reply


@dataclass(frozen=True)
class Summary:
    """One line of the list of conversations."""

    id: int
    channel: str
    our_address: str
    customer_address: str
    customer_name: str
    owner: str  # bot | human
    owner_reason: str
    agent_name: str  # of the version that answers there now
    last_text: str
    last_author: str
    last_message_at: float
    unanswered: int
    dead: int  # replies that could not be delivered


@dataclass(frozen=True)
class ThreadMessage:
    """One message of a thread, with its delivery and, for an agent's, its turn."""

    id: int
    author: str
    author_name: str
    text: str
    media: Sequence[dict[str, str]]
    created_at: float
    turn_id: str | None
    delivery: str  # "" for a customer's; else pending|sending|unknown|sent|delivered|read|dead
    error: str
    citations: Sequence[dict[str, Any]]
    cost: float
    version: str  # "Sofía v3"


@dataclass(frozen=True)
class TurnRecord:
    """Why an agent said what it said."""

    id: str
    conversation_id: int
    outcome: str
    version_id: str | None
    version: str
    model: str
    input_tokens: int
    output_tokens: int
    cost: float
    citations: Sequence[dict[str, Any]]
    trace: Sequence[dict[str, Any]]
    error: str
    started_at: float
    finished_at: float


class Conversations:
    """Reads conversations and changes who owns them."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def page(
        self, *, search: str = "", owner: str = "", channel: str = "", agent_id: str = "",
        unanswered: bool = False, offset: int = 0, limit: int = 50,
    ) -> Sequence[Summary]:  # fmt: skip
        """Return a page of conversations, the newest message first."""
        query = _summaries()
        if search:
            like = f"%{search.replace('%', '').replace('_', ' ').strip().lower()}%"
            query = query.where(
                or_(func.lower(contacts.c.name).like(like), contacts.c.address.like(like))
            )
        for column, value in ((conversations.c.owner, owner), (conversations.c.channel, channel),
                              (versions.c.agent_id, agent_id)):  # fmt: skip
            if value:
                query = query.where(column == value)
        if unanswered:
            query = query.where(_count_unanswered() > 0)
        query = query.order_by(conversations.c.last_message_at.desc(), conversations.c.id.desc())
        with self._database.read() as tx:
            rows = tx.execute(query.offset(offset).limit(limit)).all()
        return [Summary(**row._mapping) for row in rows]

    def get(self, conversation_id: int) -> Summary:
        """Return one conversation's line. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(
                _summaries().where(conversations.c.id == conversation_id)
            ).one_or_none()
        if row is None:
            raise NotFound("There is no conversation by that number.")
        return Summary(**row._mapping)

    def thread(
        self, conversation_id: int, *, before: int | None = None, limit: int = 50
    ) -> list[ThreadMessage]:
        """Return the last messages of a conversation (older than id *before*), oldest first."""
        query = _thread(conversation_id)
        if before is not None:
            query = query.where(messages.c.id < before)
        with self._database.read() as tx:
            rows = tx.execute(query.order_by(messages.c.id.desc()).limit(limit)).all()
        return [_message(row) for row in reversed(rows)]

    def turn(self, turn_id: str) -> TurnRecord:
        """Return one turn with its trace. Raises NotFound."""
        query = (
            select(turns, versions.c.number, agents.c.name)
            .outerjoin(versions, versions.c.id == turns.c.version_id)
            .outerjoin(agents, agents.c.id == versions.c.agent_id)
            .where(turns.c.id == turn_id)
        )
        with self._database.read() as tx:
            row = tx.execute(query).one_or_none()
        if row is None:
            raise NotFound("There is no turn by that id.")
        fields = {name: getattr(row, name) for name in TurnRecord.__dataclass_fields__
                  if name != "version"}  # fmt: skip
        return TurnRecord(**fields, version=_label(row))

    def reply(self, conversation_id: int, text: str, parts: list[str], person: str) -> int:
        """Store a person's reply for delivery through the outbox; the bot is silent from here."""
        now = self._clock()
        if not parts:
            raise Invalid("Write something first.")
        with self._database.write() as tx:
            seize(
                tx, conversation_id, owner_reason=person[:200], last_message_at=now,
                owner_until=usual_end(tx, conversation_id, now),
                assigned_to=case((conversations.c.assigned_to == "", person),
                                 else_=conversations.c.assigned_to),
            )  # fmt: skip
            message = {"author": "human", "author_name": person, "text": text, "created_at": now}
            return add_reply(tx, conversation_id, new_id(), parts, message)

    def reply_to(self, inbox_id: int) -> tuple[str, TurnRecord] | None:
        """Return the reply that answered one inbox row, or None while there is none."""
        query = (
            select(messages.c.text, messages.c.turn_id)
            .join(inbox, inbox.c.turn_id == messages.c.turn_id)
            .where(inbox.c.id == inbox_id)
        )
        with self._database.read() as tx:
            row = tx.execute(query).first()
            turn_id = tx.scalar(select(inbox.c.turn_id).where(inbox.c.id == inbox_id))
        if row is not None:
            return row.text, self.turn(row.turn_id)
        if turn_id and turn_id != "human":
            return "", self.turn(turn_id)
        return None


def _count_unanswered() -> Any:
    return (
        select(func.count())
        .where(inbox.c.conversation_id == conversations.c.id, inbox.c.turn_id.is_(None))
        .correlate(conversations)
        .scalar_subquery()
    )


def _summaries() -> Any:
    last = (
        select(func.max(messages.c.id))
        .where(messages.c.conversation_id == conversations.c.id)
        .correlate(conversations)
        .scalar_subquery()
    )
    dead = (
        select(func.count())
        .where(
            outbox.c.conversation_id == conversations.c.id,
            outbox.c.state == "dead",
            outbox.c.error_code != TAKEN_OVER,
        )
        .correlate(conversations)
        .scalar_subquery()
    )
    return (
        select(
            conversations.c.id, conversations.c.channel, conversations.c.our_address,
            contacts.c.address.label("customer_address"), contacts.c.name.label("customer_name"),
            conversations.c.owner, conversations.c.owner_reason,
            func.coalesce(agents.c.name, "").label("agent_name"),
            func.coalesce(messages.c.text, "").label("last_text"),
            func.coalesce(messages.c.author, "").label("last_author"),
            conversations.c.last_message_at,
            _count_unanswered().label("unanswered"), dead.label("dead"),
        )
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .outerjoin(messages, messages.c.id == last)
        .outerjoin(
            channels,
            and_(channels.c.channel == conversations.c.channel,
                 channels.c.address == conversations.c.our_address),
        )
        .outerjoin(versions, versions.c.id == channels.c.version_id)
        .outerjoin(agents, agents.c.id == versions.c.agent_id)
    )  # fmt: skip


def _thread(conversation_id: int) -> Any:
    part = (
        select(
            outbox.c.message_id,
            func.min(outbox.c.id).label("first"),
            func.max(outbox.c.error).label("error"),
            func.sum(_is("dead")).label("dead"), func.sum(_is("unknown")).label("unknown"),
            func.sum(_is("sent")).label("sent"), func.count().label("parts"),
            func.min(outbox.c.status).label("status"),
        )
        .where(outbox.c.conversation_id == conversation_id)
        .group_by(outbox.c.message_id)
        .subquery()
    )  # fmt: skip
    return (
        select(messages, turns.c.citations, turns.c.cost, versions.c.number, agents.c.name,
               part.c.error, part.c.dead, part.c.unknown, part.c.sent, part.c.parts,
               part.c.status)
        .outerjoin(part, part.c.message_id == messages.c.id)
        .outerjoin(turns, turns.c.id == messages.c.turn_id)
        .outerjoin(versions, versions.c.id == turns.c.version_id)
        .outerjoin(agents, agents.c.id == versions.c.agent_id)
        .where(messages.c.conversation_id == conversation_id)
    )  # fmt: skip


def _is(state: str) -> Any:
    return (outbox.c.state == state).cast(outbox.c.part.type)


def _message(row: Any) -> ThreadMessage:
    return ThreadMessage(
        id=row.id, author=row.author, author_name=row.author_name, text=row.text,
        media=row.media or [], created_at=row.created_at, turn_id=row.turn_id,
        delivery=_delivery(row), error=row.error or "", citations=row.citations or [],
        cost=row.cost or 0.0, version=_label(row),
    )  # fmt: skip


def _delivery(row: Any) -> str:
    """The state of a message out of the states of its parts, the worst first."""
    if not row.parts:
        return ""
    for state in ("dead", "unknown"):
        if getattr(row, state):
            return state
    return (row.status or "sent") if row.sent == row.parts else "pending"


def _label(row: Any) -> str:
    return f"{row.name} v{row.number}" if row.name and row.number else ""
