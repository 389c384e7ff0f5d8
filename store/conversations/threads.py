"""What was said in one conversation, what became of each reply, and why an agent said it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Integer, func, select

from agent.answer import About, Author, Outcome
from knowledge.tables import AnyRow, AnySelect
from store.conversations import pointed
from store.conversations.outbox import FAILED
from store.states import OutboxState, PartKind
from store.tables import agents, media, messages, outbox, turns, versions

_COUNTED = (OutboxState.DEAD, OutboxState.UNKNOWN, OutboxState.SENT)


@dataclass(frozen=True)
class ThreadMessage:
    """One message of a thread, with its delivery and, for an agent's, its turn."""

    id: int
    author: Author
    author_name: str
    text: str
    media: Sequence[dict[str, str]]  # url, media_type, name; and state, words once it was fetched
    created_at: float
    turn_id: str | None
    delivery: str  # "" for a customer's; else pending|sending|unknown|sent|delivered|read|dead
    error: str
    error_code: str
    citations: Sequence[dict[str, Any]]
    cost: float
    version: str  # "Sofía v3"
    about: Sequence[About] = ()  # what it points to, and what became of it


@dataclass(frozen=True)
class TurnRecord:
    """Why an agent said what it said."""

    id: str
    conversation_id: int
    outcome: Outcome
    version_id: str | None
    version: str
    model: str
    input_tokens: int
    output_tokens: int
    cost: float
    citations: Sequence[dict[str, Any]]
    trace: Sequence[dict[str, Any]]
    error: str
    inbox_from: int
    inbox_to: int
    started_at: float
    finished_at: float


def read_thread(
    tx: Connection, conversation_id: int, before: int | None, limit: int
) -> list[ThreadMessage]:
    """Return the last messages of a conversation (older than id *before*), oldest first."""
    query = (
        select(messages.c.id)
        .where(messages.c.conversation_id == conversation_id)
        .order_by(messages.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(messages.c.id < before)
    rows = tx.execute(_told(query.subquery())).all()
    files = _files(tx, [row.inbox_id for row in rows if row.media])
    about = {row.id: pointed.told(row.about) for row in rows if row.about}
    found = pointed.quoted(tx, conversation_id, [one for some in about.values() for one in some])
    return [
        replace(_message(row, files), about=pointed.with_quotes(about.get(row.id, ()), found))
        for row in rows
    ]


def read_turn(tx: Connection, turn_id: str) -> TurnRecord | None:
    """Return one turn with its trace; None when there is none by that id."""
    query = (
        select(turns, versions.c.number, agents.c.name)
        .outerjoin(versions, versions.c.id == turns.c.version_id)
        .outerjoin(agents, agents.c.id == versions.c.agent_id)
        .where(turns.c.id == turn_id)
    )
    row = tx.execute(query).one_or_none()
    if row is None:
        return None
    fields = {
        name: getattr(row, name) for name in TurnRecord.__dataclass_fields__ if name != "version"
    }
    return TurnRecord(**fields, version=_label(row))


def _told(page: FromClause) -> AnySelect:
    """The messages of *page* with what became of their parts."""
    part = (
        select(
            outbox.c.message_id,
            func.max(outbox.c.error).label("error"),
            func.max(outbox.c.error_code).label("error_code"),
            *(func.sum(_counts(outbox.c.state == state)).label(state.value) for state in _COUNTED),
            func.count().label("parts"),
            func.sum(_counts(outbox.c.status.in_(FAILED))).label("failed"),
            func.min(outbox.c.status).label("status"),
        )
        .where(
            outbox.c.message_id.in_(select(page.c.id)),
            outbox.c.kind.not_in((PartKind.HANDOFF, PartKind.HANDBACK)),  # of a desk
        )
        .group_by(outbox.c.message_id)
        .subquery()
    )
    return (
        select(
            messages,
            turns.c.citations,
            turns.c.cost,
            versions.c.number,
            agents.c.name,
            part.c.error,
            part.c.error_code,
            part.c.dead,
            part.c.unknown,
            part.c.sent,
            part.c.parts,
            part.c.failed,
            part.c.status,
        )
        .join(page, page.c.id == messages.c.id)
        .outerjoin(part, part.c.message_id == messages.c.id)
        .outerjoin(turns, turns.c.id == messages.c.turn_id)
        .outerjoin(versions, versions.c.id == turns.c.version_id)
        .outerjoin(agents, agents.c.id == versions.c.agent_id)
        .order_by(messages.c.id)
    )


def _counts(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return condition.cast(Integer)


def _files(tx: Connection, inbox_ids: Sequence[int]) -> dict[tuple[int, int], dict[str, str]]:
    """What is known of the files customers sent, by inbox row and position."""
    if not inbox_ids:
        return {}
    query = select(
        media.c.inbox_id,
        media.c.position,
        media.c.name,
        media.c.state,
        media.c.words,
        media.c.id,
        media.c.media_type,
    ).where(media.c.inbox_id.in_(inbox_ids))
    return {
        (row.inbox_id, row.position): {
            "id": row.id,
            "name": row.name,
            "state": row.state,
            "words": row.words,
            "media_type": row.media_type,
        }
        for row in tx.execute(query)
    }


def _message(row: AnyRow, files: dict[tuple[int, int], dict[str, str]]) -> ThreadMessage:
    attached = [
        {**item, **{key: word for key, word in files.get((row.inbox_id, n), {}).items() if word}}
        for n, item in enumerate(row.media or [])
    ]
    return ThreadMessage(
        id=row.id,
        author=row.author,
        author_name=row.author_name,
        text=row.text,
        media=attached,
        created_at=row.created_at,
        turn_id=row.turn_id,
        delivery=_delivery(row),
        error=row.error or "",
        error_code=row.error_code or "",
        citations=row.citations or [],
        cost=row.cost or 0.0,
        version=_label(row),
    )


def _delivery(row: AnyRow) -> str:
    """The state of a message out of the states of its parts, the worst first."""
    if not row.parts:
        return ""
    for state in ("dead", "failed", "unknown"):
        if getattr(row, state):
            return state
    return (row.status or "sent") if row.sent == row.parts else "pending"


def _label(row: AnyRow) -> str:
    return f"{row.name} v{row.number}" if row.name and row.number else ""
