"""Shares: a version that answers a share of the customers of an address, beside the one for all.

    running ── a release of its version there ──> promoted
       ├────── any other release there ─────────> replaced
       └────── end ─────────────────────────────> withdrawn

One runs on an address at a time. While it runs nobody changes sides.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, select, update
from sqlalchemy import Integer as Whole
from sqlalchemy import cast as as_type

from agent.answer import Outcome
from agent.errors import NotFound
from agent.shares import Met
from knowledge.tables import AnyRow, AnySelect
from store.db.database import Database
from store.states import ShareState
from store.tables import contacts, conversations, shares, turns, versions

SAID = (Outcome.ANSWERED, Outcome.FALLBACK, Outcome.HANDOFF)
MOST_LISTED = 50
LOOK_SECONDS = 60.0  # between two comparisons of one share


@dataclass(frozen=True)
class Share:
    """A version among a share of the customers. `part`: from 0 to 1."""

    id: int
    agent_id: str
    channel: str
    address: str
    version_id: str
    number: int
    part: float
    settles_after: int  # customers of the new version; 0: people settle it
    note: str
    state: ShareState
    comparison: Mapping[str, Any]
    evidence: Mapping[str, Any]
    released_by: str
    released_at: float
    ended_by: str
    ended_at: float | None

    @property
    def is_running(self) -> bool:
        """True while it answers."""
        return self.state is ShareState.RUNNING


@dataclass(frozen=True)
class NewShare:
    """A share that is to begin."""

    channel: str
    address: str
    version_id: str
    part: float
    settles_after: int = 0
    note: str = ""
    evidence: Mapping[str, Any] | None = None


class Shares:
    """Begins and ends shares, and reads what their customers met."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def begin(self, new: NewShare, person: str) -> int:
        """Let a version answer a share of an address; return its id. One of the same version that
        runs there is made that large, so that nobody in it leaves it; any other is replaced."""
        with self._database.write() as tx:
            here = and_(_running(new.channel, new.address), shares.c.version_id == new.version_id)
            sizes = {"part": new.part, "settles_after": new.settles_after}
            kept = tx.scalar(update(shares).where(here).values(sizes).returning(shares.c.id))
            if kept is not None:
                return int(kept)
            end_there(tx, new.channel, new.address, "", person, self._clock())
            return int(
                tx.scalar(insert(shares).values(self._row(new, person)).returning(shares.c.id)) or 0
            )

    def _row(self, new: NewShare, person: str) -> dict[str, Any]:
        return {
            "channel": new.channel,
            "address": new.address,
            "version_id": new.version_id,
            "part": new.part,
            "settles_after": new.settles_after,
            "note": new.note,
            "evidence": dict(new.evidence or {}),
            "state": ShareState.RUNNING,
            "compare_at": self._clock(),
            "released_by": person,
            "released_at": self._clock(),
        }

    def withdraw(self, share_id: int, person: str) -> bool:
        """End it: its customers meet again what all others do. False when it was over."""
        still = and_(shares.c.id == share_id, shares.c.state == ShareState.RUNNING)
        values = {"state": ShareState.WITHDRAWN, "ended_by": person, "ended_at": self._clock()}
        with self._database.write() as tx:
            return bool(tx.execute(update(shares).where(still).values(values)).rowcount)

    def is_due(self) -> bool:
        """Whether the sides of some share are to be compared."""
        with self._database.read() as tx:
            return bool(tx.scalar(select(exists().where(_due(self._clock())))))

    def to_compare(self) -> Share | None:
        """Become the one who compares the sides of a share; whoever dies of it leaves it for the
        next look."""
        now = self._clock()
        first = select(shares.c.id).where(_due(now)).order_by(shares.c.compare_at).limit(1)
        mine = shares.c.id == first.with_for_update(skip_locked=True).scalar_subquery()
        change = update(shares).where(mine).values(compare_at=now + LOOK_SECONDS)
        with self._database.write() as tx:
            found = tx.scalar(change.returning(shares.c.id))
        return self.get(found) if found is not None else None

    def keep(self, share_id: int, comparison: Mapping[str, Any]) -> None:
        """Keep how both sides did so far."""
        mine = and_(shares.c.id == share_id, shares.c.state == ShareState.RUNNING)
        with self._database.write() as tx:
            tx.execute(update(shares).where(mine).values(comparison=dict(comparison)))

    # --- reading

    def get(self, share_id: int) -> Share:
        """Return one share. Raises NotFound."""
        found = self._read(_shares().where(shares.c.id == share_id))
        if not found:
            raise NotFound("There is no share by that id.")
        return found[0]

    def running(self) -> Sequence[Share]:
        """Return the shares that answer now."""
        return self._read(_shares().where(shares.c.state == ShareState.RUNNING))

    def there(self, channel: str, address: str) -> Share | None:
        """Return the one that answers on an address now."""
        return next(iter(self._read(_shares().where(_running(channel, address)))), None)

    def of(self, agent_id: str, before: int = 0, limit: int = MOST_LISTED) -> Sequence[Share]:
        """Return the shares of an agent, the newest first, older than share *before*."""
        query = _shares().where(versions.c.agent_id == agent_id)
        if before:
            query = query.where(shares.c.id < before)
        return self._read(query.order_by(shares.c.id.desc()).limit(limit))

    def _read(self, query: AnySelect) -> list[Share]:
        with self._database.read() as tx:
            return [Share(**row._mapping) for row in tx.execute(query)]

    def met(self, share: Share) -> tuple[list[Met], list[Met]]:
        """Return what the customers of the old and of the new version met since it began. Who met
        both, because the share grew meanwhile, counts for neither."""
        with self._database.read() as tx:
            rows = tx.execute(_met(share)).all()
        old = {row.customer: _of(row) for row in rows if not row.is_new}
        new = {row.customer: _of(row) for row in rows if row.is_new}
        both = old.keys() & new.keys()
        for side in (old, new):
            for customer in both:
                del side[customer]
        return list(old.values()), list(new.values())


def _of(row: AnyRow) -> Met:
    return Met(bool(row.handed_over), bool(row.fallback), float(row.cost or 0.0))


def end_there(
    tx: Connection, channel: str, address: str, version_id: str, person: str, now: float
) -> None:
    """End what runs on an address, because *version_id* answers all its customers now."""
    is_it = shares.c.version_id == version_id
    for which, state in ((is_it, ShareState.PROMOTED), (~is_it, ShareState.REPLACED)):
        values = {"state": state, "ended_by": person, "ended_at": now}
        tx.execute(update(shares).where(_running(channel, address), which).values(values))


def _running(channel: str, address: str) -> ColumnElement[bool]:
    there = and_(shares.c.channel == channel, shares.c.address == address)
    return and_(there, shares.c.state == ShareState.RUNNING)


def _due(now: float) -> ColumnElement[bool]:
    return and_(shares.c.state == ShareState.RUNNING, shares.c.compare_at <= now)


def _shares() -> AnySelect:
    return select(
        *(shares.c[name] for name in Share.__dataclass_fields__ if name in shares.c),
        versions.c.agent_id,
        versions.c.number,
    ).join(versions, versions.c.id == shares.c.version_id)


def _met(share: Share) -> AnySelect:
    """One row a customer and side."""
    is_new = as_type(turns.c.version_id == share.version_id, Whole)
    handed = as_type(turns.c.outcome == Outcome.HANDOFF, Whole)
    fell = as_type(turns.c.outcome == Outcome.FALLBACK, Whole)
    return (
        select(
            contacts.c.customer,
            is_new.label("is_new"),
            func.max(handed).label("handed_over"),
            func.max(fell).label("fallback"),
            func.sum(turns.c.cost).label("cost"),
        )
        .join(conversations, conversations.c.id == turns.c.conversation_id)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .where(
            conversations.c.channel == share.channel,
            conversations.c.our_address == share.address,
            turns.c.started_at > share.released_at,
            turns.c.finished_at > share.released_at,
            turns.c.outcome.in_(SAID),
        )
        .group_by(contacts.c.customer, is_new)
    )
