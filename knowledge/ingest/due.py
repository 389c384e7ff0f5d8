"""What there is to do with sources: what was never begun, what broke off, what is to be read
again. The sweeper asks every second and rings the chore workers for it.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from knowledge.base import Transactions
from knowledge.states import READ, UNREAD, SourceState
from knowledge.tables import sources

MAX_ATTEMPTS = 5
RING_AGAIN_SECONDS = 60
GAVE_UP = (
    "Reading it was tried several times and broke off each time. Try again, or use another file."
)
# How a source stands that is to be read from the beginning.
AGAIN: dict[str, Any] = {
    "state": SourceState.WAITING,
    "attempts": 0,
    "lease_until": 0,
    "error": "",
    "error_code": "",
}
_TO_DO = (*UNREAD, SourceState.REMOVING)


def due(database: Transactions, now: float) -> list[tuple[str, str]]:
    """("read" | "remove" | "tidy", source id), oldest first.

    Each is named again only after a while, so that a long queue is not filled with it.
    """
    return _left(database, now) + _untidy(database, now)


def _untidy(database: Transactions, now: float) -> list[tuple[str, str]]:
    untidy = (sources.c.untidy > 0) & sources.c.state.in_(READ) & (sources.c.lease_until <= now)
    with database.read() as tx:
        found = tx.scalars(select(sources.c.id).where(untidy).limit(100)).all()
    if found:
        own = sources.c.id.in_(found) & untidy
        with database.write() as tx:
            tx.execute(update(sources).where(own).values(lease_until=now + RING_AGAIN_SECONDS))
    return [("tidy", source_id) for source_id in found]


def _left(database: Transactions, now: float) -> list[tuple[str, str]]:
    left = (sources.c.lease_until <= now) & sources.c.state.in_(_TO_DO)
    with database.read() as tx:
        query = select(sources.c.id).where(or_(left, _stale(now))).limit(1)
        if tx.execute(query).first() is None:
            return []
    with database.write() as tx:
        _give_up(tx, now)
        tx.execute(update(sources).where(_stale(now)).values(**AGAIN, fence=sources.c.fence + 1))
        some = select(sources.c.id, sources.c.state).where(left)
        found = tx.execute(some.order_by(sources.c.created_at).limit(100)).all()
        for source_id, state in found:
            tx.execute(
                update(sources)
                .where(sources.c.id == source_id)
                .values(
                    state=state if state == SourceState.REMOVING else SourceState.WAITING,
                    lease_until=now + RING_AGAIN_SECONDS,
                )
            )
    return [("remove" if state == SourceState.REMOVING else "read", name) for name, state in found]


def _stale(now: float) -> ColumnElement[bool]:
    """Read, and to be read again by now."""
    return (
        (sources.c.refresh_hours > 0)
        & sources.c.state.in_(READ)
        & (sources.c.checked_at + sources.c.refresh_hours * 3600.0 <= now)
    )


def _give_up(tx: Connection, now: float) -> None:
    tx.execute(
        update(sources)
        .where(
            sources.c.lease_until <= now,
            sources.c.attempts >= MAX_ATTEMPTS,
            sources.c.state.in_(UNREAD),
        )
        .values(
            state=SourceState.FAILED,
            error=func.coalesce(func.nullif(sources.c.error, ""), GAVE_UP),
            error_code=func.coalesce(func.nullif(sources.c.error_code, ""), "gave_up"),
            fence=sources.c.fence + 1,
            checked_at=now,
            updated_at=now,
        )
    )
