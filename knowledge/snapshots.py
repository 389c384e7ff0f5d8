"""Snapshots: what of its bases a version of an agent knows, whatever is read afterwards.

A snapshot pins, of each source that waits for a release, the reading that was searched when it was
taken. Sources that take effect at once are in no snapshot: they follow live. What is pinned is
kept (`is_searched`) and found (`IN_FORCE`) until the snapshot is let go; then its sources are
untidy until somebody has cleared away what nobody pins any more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, insert, select, text, update

from knowledge.states import Effect, SourceKind
from knowledge.tables import IS_THERE, bases, chunks, pins, snapshots, sources

# The reading of a source that a search shows: the newest, or what the snapshot pins.
IN_FORCE = (
    "CASE WHEN CAST(:snapshot AS text) = '' OR sources.effect = 'at_once' THEN sources.version "
    "ELSE (SELECT pins.source_version FROM pins WHERE pins.snapshot_id = :snapshot "
    "AND pins.source_id = sources.id) END"
)
_WHOLES = (SourceKind.SITE, SourceKind.ARCHIVE)  # they hold nothing themselves: their parts do


@dataclass(frozen=True)
class Change:
    """What a release would change of one source: the reading that is pinned (0: none) and the
    newest (0: it is still to be read)."""

    source_id: str
    base_id: str
    name: str
    before: int
    after: int


def take(tx: Connection, snapshot_id: str, base_ids: Sequence[str], now: float) -> None:
    """Pin, inside *tx*, what is searched now, and the first reading of what is still to be read.

    Readings that are published meanwhile wait for it.
    """
    editions = select(bases.c.id, bases.c.edition).where(bases.c.id.in_(base_ids))
    row = {"id": snapshot_id, "taken_at": now}
    found = {one.id: one.edition for one in tx.execute(editions)}
    tx.execute(insert(snapshots).values(**row, editions=found))
    newest = _newest(base_ids).with_for_update(read=True)
    _pin(tx, [(snapshot_id, one.id, one.version) for one in tx.execute(newest)])


def readings(tx: Connection, base_ids: Sequence[str], snapshot_id: str) -> dict[str, int]:
    """The reading of each source of these bases that a search shows."""
    query = select(sources.c.id, text(f"{IN_FORCE} AS version")).where(
        sources.c.base_id.in_(base_ids), IS_THERE
    )
    found = tx.execute(query, {"snapshot": snapshot_id})
    return {row.id: row.version for row in found if row.version}


def named(snapshot_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether there is a snapshot of that id, not let go yet, as part of a statement."""
    return select(snapshots.c.id).where(snapshots.c.id == snapshot_id).exists()


def exists(tx: Connection, snapshot_id: str) -> bool:
    """Whether there is such a snapshot, not let go yet."""
    return tx.scalar(select(snapshots.c.id).where(snapshots.c.id == snapshot_id)) is not None


def changes(tx: Connection, snapshot_id: str, base_ids: Sequence[str]) -> list[Change]:
    """What another snapshot would pin otherwise, by name. What was removed is gone at once."""
    pinned = select(pins.c.source_id, pins.c.source_version)
    rows = tx.execute(pinned.where(pins.c.snapshot_id == snapshot_id))
    before: dict[str, int] = {row.source_id: row.source_version for row in rows}
    newest = tx.execute(_newest(base_ids).order_by(sources.c.name, sources.c.id))
    return [
        Change(one.id, one.base_id, one.name, before.get(one.id, 0), one.version)
        for one in newest
        if before.get(one.id) != one.version
    ]


def first_read(tx: Connection, source_id: str, version: int) -> None:
    """Have whoever was released while a source was still to be read know its first reading."""
    unread = (pins.c.source_id == source_id) & (pins.c.source_version == 0)
    tx.execute(update(pins).where(unread).values(source_version=version))


def take_in(tx: Connection, whole_id: str, part_id: str) -> None:
    """Have whoever was released while a site or ZIP was still to be read know this part of it."""
    unread = (pins.c.source_id == whole_id) & (pins.c.source_version == 0)
    ids = tx.scalars(select(pins.c.snapshot_id).where(unread)).all()
    _pin(tx, [(snapshot_id, part_id, 0) for snapshot_id in ids])


def pin_everywhere(tx: Connection, source_ids: Sequence[str], base_id: str) -> None:
    """Pin what is searched of these sources in every snapshot of their base: customers were told
    it until now, and go on being told it."""
    ours = [
        one.id
        for one in tx.execute(select(snapshots.c.id, snapshots.c.editions))
        if base_id in one.editions
    ]
    tx.execute(delete(pins).where(pins.c.source_id.in_(source_ids)))
    own = select(sources.c.id, sources.c.version).where(sources.c.id.in_(source_ids))
    rows = tx.execute(own).all()
    _pin(tx, [(snapshot, row.id, row.version) for snapshot in ours for row in rows])


def let_go(tx: Connection, snapshot_ids: Collection[str]) -> None:
    """Forget these snapshots. What only they pinned is cleared away afterwards."""
    if snapshot_ids:
        theirs = pins.c.snapshot_id.in_(snapshot_ids)
        held = select(pins.c.source_id).where(theirs)
        soil(tx, sources.c.id.in_(held))
        tx.execute(delete(pins).where(theirs))
        tx.execute(delete(snapshots).where(snapshots.c.id.in_(snapshot_ids)))


def soil(tx: Connection, whose: ColumnElement[bool]) -> None:
    """Have what nobody pins any more of these sources cleared away."""
    tx.execute(update(sources).where(whose).values(untidy=sources.c.untidy + 1))


def forget(tx: Connection, source_id: str) -> None:
    """Unpin, inside *tx*, a source that goes."""
    tx.execute(delete(pins).where(pins.c.source_id == source_id))


def is_searched() -> ColumnElement[bool]:
    """Whether a chunk is of what drafts are told, or some snapshot pins."""
    newest = (sources.c.id == chunks.c.source_id, sources.c.version == chunks.c.source_version)
    return select(sources.c.id).where(*newest, IS_THERE).exists() | is_pinned()


def is_pinned() -> ColumnElement[bool]:
    """Whether some snapshot pins the reading that a chunk is of."""
    same = (
        pins.c.source_id == chunks.c.source_id,
        pins.c.source_version == chunks.c.source_version,
    )
    return select(pins.c.source_id).where(*same).exists()


def _newest(base_ids: Sequence[str]) -> Select[Any]:
    return select(sources.c.id, sources.c.base_id, sources.c.name, sources.c.version).where(
        sources.c.base_id.in_(base_ids),
        sources.c.effect == Effect.RELEASE,
        sources.c.kind.not_in(_WHOLES) | (sources.c.version == 0),
        IS_THERE,
    )


def _pin(tx: Connection, rows: Sequence[tuple[str, str, int]]) -> None:
    names = ("snapshot_id", "source_id", "source_version")
    if rows:
        tx.execute(insert(pins), [dict(zip(names, row, strict=True)) for row in rows])
