"""When customers are told what a source says by now, and readings that wait for a person.

A source takes effect with the next release of an agent, whose version pins it
(`knowledge.snapshots`), or at once. A page that says much less than before is read and not
searched until somebody has let it through.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from knowledge import snapshots
from knowledge.base import Source
from knowledge.errors import EditConflict, NotAccepted, UnknownSource
from knowledge.ingest import differences, due
from knowledge.ingest.bases import Bases
from knowledge.states import Effect, SourceKind, SourceState
from knowledge.tables import sources


class Effects(Bases):
    """What staff decide about readings."""

    def get(self, source_id: str) -> Source:
        """The source by that id. Raises UnknownSource."""
        with self.database.read() as tx:
            row = tx.execute(select(sources).where(sources.c.id == source_id)).one_or_none()
        if row is None:
            raise UnknownSource
        return Source.of(row._asdict())

    def held(self, source_id: str) -> Source | None:
        """The source, if a reading of it waits for a person."""
        with self.database.read() as tx:
            return _held(tx, source_id)

    def set_effect(self, source_id: str, effect: Effect) -> None:
        """Choose when customers are told what a source, and what is part of it, says by now.

        From "at once" to "with the next release": what is known stays known until then.
        """
        source = self.get(source_id)
        if source.kind == SourceKind.CURATED:
            raise NotAccepted("What staff write takes effect at once.", "curated_effect")
        with self.database.write() as tx:
            own = (sources.c.id == source_id) | (sources.c.parent_id == source_id)
            changed = tx.scalars(
                update(sources)
                .where(own, sources.c.effect != effect)
                .values(effect=effect)
                .returning(sources.c.id)
            ).all()
            if changed and effect == Effect.RELEASE:
                snapshots.pin_everywhere(tx, changed, source.base_id)
            if changed:
                self.raise_revision(tx, source.base_id)

    def changes(self, snapshot_id: str, base_ids: Sequence[str]) -> Sequence[snapshots.Change]:
        """Which sources are known otherwise now than the snapshot pins them, by name."""
        with self.database.read() as tx:
            return snapshots.changes(tx, snapshot_id, base_ids)

    def let_through(self, source_id: str) -> None:
        """Have a reading that waits for a person searched. Raises EditConflict when none does."""
        with self.database.write() as tx:
            source = _locked(tx, source_id)
            values = {**due.AGAIN, **source.held, "version": source.fence, "held": {}}
            tx.execute(update(sources).where(sources.c.id == source_id).values(**values))
            self.raise_revision(tx, source.base_id, source.effect)

    def turn_down(self, source_id: str) -> None:
        """Stay with what was read before, until the page says something else again. Raises
        EditConflict when no reading waits for a person."""
        with self.database.write() as tx:
            source = _locked(tx, source_id)
            options = {**source.options, "refused": source.held["text_hash"]}
            values: dict[str, Any] = {"state": SourceState.READY, "held": {}, "options": options}
            values["text_hash"] = source.text_hash or "kept"  # else the next reading asks again
            own = sources.c.id == source_id
            tx.execute(update(sources).where(own).values(**values, fence=source.fence + 1))
            differences.forget(tx, source_id, source.fence)
            snapshots.soil(tx, own)


def _held(tx: Connection, source_id: str) -> Source | None:
    known = (sources.c.id == source_id) & (sources.c.state == SourceState.HELD)
    row = tx.execute(select(sources).where(known)).one_or_none()
    return None if row is None else Source.of(row._asdict())


def _locked(tx: Connection, source_id: str) -> Source:
    tx.execute(select(sources.c.id).where(sources.c.id == source_id).with_for_update())
    source = _held(tx, source_id)
    if source is None:
        raise EditConflict
    return source
