"""One reading of a source: claimed with a lease, written piece by piece, shown at once.

The reading's number is the source's `fence` when it was claimed, and the version of every
chunk it writes. Chunks of another version than `sources.version` are never searched, so a
reading that dies half-way shows nothing, and `publish` is one small transaction. A reader whose
number is no longer the fence has been overtaken: it writes nothing more. A reading that was
published and not finished is claimed again under its own number, to clear away the one before and
to make the vectors that are missing.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, insert, or_, select, update

from knowledge import snapshots
from knowledge.base import Chunk, Source
from knowledge.ingest import differences
from knowledge.ingest.due import MAX_ATTEMPTS
from knowledge.ingest.sources import Sources
from knowledge.lexical import indexed
from knowledge.notices import Notice, stored
from knowledge.snapshots import is_pinned
from knowledge.states import AT_WORK, Effect, SourceState
from knowledge.tables import IS_THERE, chunks, sources

LEASE_SECONDS = 120
GONE = "fetch_gone"  # the code of a page that is not there any more
# What a source says is found by its words; its vectors may be missing.
PUBLISHED = (sources.c.version > 0) & (sources.c.version == sources.c.fence)
_DONE = {"state": SourceState.READY, "attempts": 0, "lease_until": 0, "held": {}}
_WELL = {"error": "", "error_code": ""}
_DELETED_AT_ONCE = 500  # a removal of thousands never holds the database's write lock for long


class Overtaken(Exception):
    """Another reader, or staff, took this source over."""


class IngestionRun:
    """The claim of one reader on one source."""

    def __init__(self, source_store: Sources, source: Source) -> None:
        self.source_store = source_store
        self.source = source
        self.version = source.fence
        self.published = source.version == source.fence
        self._began: tuple[float, int] | None = None  # when, and how much was done by then
        self.held = False  # it waits for a person

    @property
    def shown(self) -> int:
        """The reading that is searched now."""
        return self.version if self.published else self.source.version

    @classmethod
    def claim(cls, source_store: Sources, source_id: str) -> "IngestionRun | None":
        """Take the source to read it, unless there is nothing to do or somebody has it."""
        now = source_store.clock()
        lapsed = sources.c.state.in_(AT_WORK) & (sources.c.lease_until <= now)
        with source_store.database.write() as tx:
            taken = tx.execute(
                update(sources)
                .where(
                    sources.c.id == source_id,
                    or_(sources.c.state == SourceState.WAITING, lapsed),
                    sources.c.attempts < MAX_ATTEMPTS,
                )
                .values(
                    state=case((PUBLISHED, SourceState.EMBEDDING), else_=SourceState.READING),
                    fence=case((PUBLISHED, sources.c.fence), else_=sources.c.fence + 1),
                    attempts=sources.c.attempts + 1,
                    lease_until=now + LEASE_SECONDS,
                    updated_at=now,
                )
            )
            if not taken.rowcount:
                return None
            row = tx.execute(select(sources).where(sources.c.id == source_id)).one()
        return cls(source_store, Source.of(row._asdict()))

    def advance(self, done: int, total: int, tokens: int = 0) -> None:
        """Show progress, prolong the lease, and add the *tokens* that were billed."""
        with self.source_store.database.write() as tx:
            self._advance(tx, done, total, tokens)

    def write(self, pieces: Sequence[Chunk], total: int) -> None:
        """Keep *pieces* of so many in all, unseen until `publish`, in one wait for the disk."""
        own = {
            "base_id": self.source.base_id,
            "source_id": self.source.id,
            "source_version": self.version,
        }
        rows = [{**vars(piece), **own, "stems": _stems(piece)} for piece in pieces]
        with self.source_store.database.write() as tx:
            self._advance(tx, 0, total, 0)
            # One statement for all of them: SQLite's full-text indexes write out what they hold at
            # each statement, and without `returning` each row is one.
            tx.execute(insert(chunks).returning(chunks.c.id), rows)

    def hold(self, tx: Connection) -> None:
        """Prolong the lease inside *tx*, which is undone when the reading was overtaken."""
        self._update(tx, lease_until=self.source_store.clock() + LEASE_SECONDS)

    def publish(self, text_hash: str, texts: Sequence[str], **about: Any) -> None:
        """Let searches see this reading, of *texts*, instead of the one before.

        *about* are columns of the source that change with it.
        """
        with self.source_store.database.write() as tx:
            now = self.source_store.clock()
            self._update(tx, version=self.version, text_hash=text_hash, **about)
            differences.keep(tx, self.source, self.version, now, texts)
            self.source_store.raise_revision(tx, self.source.base_id, self.source.effect)
        self.published = True

    def hold_back(self, text_hash: str, texts: Sequence[str], **about: Any) -> None:
        """Let a person decide whether this reading is to be searched. Raises Overtaken.

        What was read before stays findable; *about* as in `publish`.
        """
        waits = {"state": SourceState.HELD, "held": {"text_hash": text_hash, **about}}
        with self.source_store.database.write() as tx:
            now = self.source_store.clock()
            self._update(tx, **waits, **_WELL, attempts=0, lease_until=0, checked_at=now)
            differences.keep(tx, self.source, self.version, now, texts)
        self.held = True

    def note(self, notices: Sequence[Notice]) -> None:
        """Keep what was not kept of the text, in place of what was said before."""
        with self.source_store.database.write() as tx:
            self._update(tx, notices=stored(notices))

    def hand_back(self) -> bool:
        """Leave the vectors for later when other sources wait to be read; True when they do."""
        others = sources.c.state == SourceState.WAITING, sources.c.error_code == "", ~PUBLISHED
        with self.source_store.database.read() as tx:
            if tx.execute(select(sources.c.id).where(*others).limit(1)).first() is None:
                return False
        with self.source_store.database.write() as tx:
            self._update(tx, lease_until=0, attempts=0)
        return True

    def finish(self) -> None:
        """Say that nothing is left to do, and have what was searched without vectors forgotten."""
        with self.source_store.database.write() as tx:
            self._update(tx, **_DONE, **_WELL, checked_at=self.source_store.clock(), gone_at=0)
            if self.published:
                # What a release would pin is the same.
                self.source_store.raise_revision(tx, self.source.base_id, Effect.AT_ONCE)

    def finish_whole(self, options: dict[str, Any]) -> None:
        """Say that every part of a site or archive is a source now."""
        with self.source_store.database.write() as tx:
            parts = (sources.c.parent_id == self.source.id) & IS_THERE
            count = tx.scalar(select(func.count()).where(parts))
            told = {"version": self.version, "done": count, "total": count, "options": options}
            now = self.source_store.clock()
            self._update(tx, **_DONE, **_WELL, **told, checked_at=now, gone_at=0)
            snapshots.forget(tx, self.source.id)  # its parts are pinned

    def fail(self, sentence: str, code: str) -> None:
        """Record that it cannot be read, for staff. What was read before stays findable."""
        now = self.source_store.clock()
        gone = {"gone_at": self.source.gone_at or now} if code == GONE else {}
        told = {"state": SourceState.FAILED, "error": sentence, "error_code": code}
        with self.source_store.database.write() as tx:
            self._update(tx, **told, **gone, lease_until=0, checked_at=now)

    def postpone(self, sentence: str, code: str, seconds: float) -> None:
        """Put it back for a later attempt, or fail when this was the last."""
        if self.source.attempts >= MAX_ATTEMPTS:
            return self.fail(sentence, code)
        due = self.source_store.clock() + seconds
        told = {"state": SourceState.WAITING, "error": sentence, "error_code": code}
        with self.source_store.database.write() as tx:
            self._update(tx, **told, lease_until=due)

    def tell_released(self) -> None:
        """Have whoever was released before the source was read know its first reading."""
        with self.source_store.database.write() as tx:
            snapshots.first_read(tx, self.source.id, self.shown)

    def discard_chunks(self, own_only: bool = False) -> None:
        """Delete the chunks that nobody searches: of older and broken readings, or of this."""
        query = select(chunks.c.id).join(sources, sources.c.id == chunks.c.source_id)
        query = query.where(
            chunks.c.source_id == self.source.id, chunks.c.source_version != sources.c.version
        ).where(~is_pinned())
        if own_only:
            query = query.where(chunks.c.source_version == self.version)
        delete_chunks(self.source_store, query)

    def _advance(self, tx: Connection, done: int, total: int, tokens: int) -> None:
        lease = self.source_store.clock() + LEASE_SECONDS
        billed = sources.c.tokens + tokens
        told = {"state": SourceState.EMBEDDING, "done": done, "total": total, "tokens": billed}
        self._update(tx, **told, lease_until=lease, ends_at=self._ends_at(done, total))

    def _ends_at(self, done: int, total: int) -> float:
        """When *total* will be done at the pace so far; 0: that is not known yet."""
        now = self.source_store.clock()
        began, before = self._began = self._began or (now, done)
        return now + (now - began) * (total - done) / (done - before) if done > before else 0.0

    def _update(self, tx: Connection, **values: Any) -> None:
        own = (sources.c.id == self.source.id) & (sources.c.fence == self.version)
        changed = tx.execute(
            update(sources).where(own).values(**values, updated_at=self.source_store.clock())
        )
        if not changed.rowcount:
            raise Overtaken


def _stems(piece: Chunk) -> str:
    return "" if piece.silenced else indexed(piece.heading, piece.text)


def delete_chunks(source_store: Sources, ids: Select[int]) -> None:
    """Delete the chunks that the select *ids* names, some hundreds at a time."""
    while True:
        with source_store.database.write() as tx:
            some = tx.scalars(ids.limit(_DELETED_AT_ONCE)).all()
            if some:
                tx.execute(delete(chunks).where(chunks.c.id.in_(some)))
        if len(some) < _DELETED_AT_ONCE:
            return
