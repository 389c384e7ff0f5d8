"""What each conversation has used of its limits: a token bucket, and the day's turns and cost.

One row a conversation, changed inside the transaction of a lease or of a commit; the rules are in
`agent.limits`.
"""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Double,
    Integer,
    Select,
    Update,
    bindparam,
    case,
    func,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from agent.limits import Allowance, Limits, day_of
from store.db.database import Database
from store.db.dialect import insert_into
from store.tables import allowances, inbox

KEPT_SECONDS = 1.0  # how old the sum over all conversations may be
# Spelled as in the partial index: with a bound value neither database would use it.
_UNANSWERED = text("inbox.turn_id IS NULL")

_TYPES: tuple[tuple[str, Any], ...] = (("burst", Double), ("now", Double), ("today", Integer))


def spend(tx: Connection, conversation_id: int, limits: Limits, now: float) -> Allowance:
    """Count one more turn, and what waits for it; return where that leaves the conversation."""
    values = {
        "conversation": conversation_id,
        "now": now,
        "today": day_of(now),
        "burst": float(limits.burst),
        "most": limits.burst + 1,
        "rate": limits.a_second,
    }
    return Allowance(*tx.execute(_spend(tx.dialect.name), values).one())


def settle(tx: Connection, conversation_id: int, cost: float, told_at: float) -> None:
    """Add what a turn cost; *told_at* is when the customer was told to wait, or 0."""
    values = {"conversation": conversation_id, "more": cost, "told": told_at}
    tx.execute(_settle(), values)


class Allowances:
    """What all conversations together have used."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._kept = (float("-inf"), 0.0)

    def spent_today(self) -> float:
        """Return what the turns of today (UTC) cost, in US dollars, as of a second ago."""
        now = self._clock()
        read_at, spent = self._kept
        if not read_at <= now < read_at + KEPT_SECONDS:  # a clock may also be set back
            with self._database.read() as tx:
                spent = float(tx.scalar(_spent(), {"today": day_of(now)}) or 0)
            self._kept = (now, spent)
        return spent


@cache
def _spend(dialect: str) -> ReturningInsert[float, int, float, float]:
    """Refill the bucket of `conversation` until `now`, take what waits out of it, count the turn.

    What waits is counted up to `most`, so that a flood of thousands costs no more to look at.
    """
    first = select(inbox.c.id).where(
        inbox.c.conversation_id == bindparam("conversation"), _UNANSWERED
    )
    waiting = select(func.count()).select_from(first.limit(bindparam("most")).subquery())
    burst, now, today = (bindparam(name, type_=kind) for name, kind in _TYPES)
    insert = insert_into(dialect, allowances).values(
        conversation_id=bindparam("conversation"),
        tokens=burst - waiting.scalar_subquery(),
        filled_at=now,
        day=today,
        turns=1,
        cost=0,
        told_at=0,
    )
    elapsed = case((now > allowances.c.filled_at, now - allowances.c.filled_at), else_=0.0)
    refilled = allowances.c.tokens + elapsed * bindparam("rate")
    taken = burst - insert.excluded.tokens
    same_day = allowances.c.day == today
    return insert.on_conflict_do_update(
        index_elements=["conversation_id"],
        set_={
            "tokens": case((refilled > burst, burst), else_=refilled) - taken,
            "filled_at": now,
            "day": today,
            "turns": case((same_day, allowances.c.turns + 1), else_=1),
            "cost": case((same_day, allowances.c.cost), else_=0.0),
        },
    ).returning(allowances.c.tokens, allowances.c.turns, allowances.c.cost, allowances.c.told_at)


@cache
def _settle() -> Update:
    """Add `more` to the cost of `conversation`; note `told` when it is not 0."""
    told = bindparam("told", type_=Double)
    return (
        update(allowances)
        .where(allowances.c.conversation_id == bindparam("conversation"))
        .values(
            cost=allowances.c.cost + bindparam("more"),
            told_at=case((told > 0, told), else_=allowances.c.told_at),
        )
    )


@cache
def _spent() -> Select[float]:
    """What all conversations cost on `today`."""
    return select(func.sum(allowances.c.cost)).where(allowances.c.day == bindparam("today"))
