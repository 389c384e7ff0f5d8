"""The sources of knowledge bases as staff see them: added, listed, updated, removed.

Light to import: the webhook process loads it. Reading a source is another process's work
(`knowledge.ingest.ingestion`); what is said here is only that there is something to read. `fence`
rises whenever what a reader is doing has lost its point, so that it notices.
"""

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from knowledge.base import Difference, Source, StoredChunk, Transactions
from knowledge.errors import EditConflict, NotAccepted, UnknownSource
from knowledge.ingest import due, files, written
from knowledge.ingest.effects import Effects
from knowledge.states import FILES, PAGES, WRITTEN, Effect, OnSame, SourceKind, SourceState
from knowledge.tables import IS_THERE, chunks, differences, sources
from knowledge.web import addresses

MOST_REFRESH_HOURS = 24 * 90
SourceList = list[Source]  # `Sources.list` hides the builtin inside the class
StoredChunks = list[StoredChunk]
Differences = list[Difference]
Due = list[tuple[str, str]]
Data = BinaryIO | bytes | files.Incoming


class Sources(Effects):
    """What staff do with sources, and with the bases they stand in."""

    def __init__(
        self,
        database: Transactions,
        files_dir: Path,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(database, clock)
        self.files_dir = files_dir

    @contextlib.contextmanager
    def incoming(self, data: Data) -> Iterator[files.Incoming]:
        """Store a file before the transaction that writes its row, to be handed to `add_file` or
        `update_file` there; it is deleted when no row names it in the end."""
        if isinstance(data, files.Incoming):
            yield data
            return
        stored = files.store(self.files_dir, data)
        with files.replacing(self.files_dir, stored) as file:
            yield file
        if file.replaced is not None:
            self.database.on_undo(partial(files.remove, self.files_dir, stored.stored_name))

    def add_file(
        self, base_id: str, name: str, data: Data, person: str, on_same: OnSame = OnSame.BOTH
    ) -> str:
        """Store a file to be read. The same bytes in the same base are the same source.

        Another file of the same name is a source beside it, takes its place, or is refused
        (NotAccepted, `same_name`), as *on_same* says.

        A ZIP becomes a source of its own whose files are sources beside it.
        """
        name = files.clean_name(name)
        kind = SourceKind.ARCHIVE if name.lower().endswith(files.ARCHIVE) else SourceKind.FILE
        return self._add_stored(base_id, kind, name, data, person, on_same)

    def add_text(self, base_id: str, name: str, text: str, person: str) -> str:
        """Keep a pasted text under a *name*, to be read as Markdown."""
        name = written.title(name)
        return self._add_stored(base_id, SourceKind.TEXT, name, written.text(text), person)

    def add_pairs(self, base_id: str, name: str, text: str, person: str) -> str:
        """Keep questions with their answers: `P: ...` and `R: ...` lines, or a table with a
        question and an answer a row. Raises NotAccepted when there is no pair in it."""
        name = written.title(name)
        return self._add_stored(base_id, SourceKind.PAIRS, name, written.pairs(text), person)

    def add_url(self, base_id: str, url: str, person: str, *, reader: bool = False) -> str:
        """Note a page to be fetched and read. The same address in a base is the same source.

        *reader* has it fetched by Jina Reader, which runs a page's scripts, instead of by us.
        """
        options = {"reader": True} if reader else {}
        return self._add_address(base_id, SourceKind.URL, addresses.whole(url), person, options)

    def add_site(
        self, base_id: str, url: str, person: str, *, depth: int = 2, pages: int = 50
    ) -> str:
        """Note a site: its pages, by its sitemap or by following links *depth* deep, become
        sources beside it, at most *pages* of them."""
        limits = addresses.limits(depth, pages)
        return self._add_address(base_id, SourceKind.SITE, addresses.whole(url), person, limits)

    def list(self, base_id: str) -> SourceList:
        """The sources of a base, newest last."""
        with self.database.read() as tx:
            own = (sources.c.base_id == base_id, sources.c.kind != SourceKind.CURATED)
            query = select(sources).where(*own)
            rows = tx.execute(query.order_by(sources.c.created_at, sources.c.id))
            return [Source.of(row._asdict()) for row in rows]

    def retry(self, source_id: str) -> None:
        """Have a source read again, whatever became of it."""
        self._renew(source_id, {"text_hash": ""})

    def rename(self, source_id: str, name: str) -> None:
        """Have a source called *name*, as citations then say. Raises NotAccepted for none.

        A file keeps its ending, which says how it is read.
        """
        source, name = self.get(source_id), written.title(name)
        ending = Path(source.name).suffix
        if source.kind in FILES and Path(name).suffix.lower() != ending.lower():
            name = name[: 300 - len(ending)] + ending
        with self.database.write() as tx:
            tx.execute(update(sources).where(sources.c.id == source_id).values(name=name))
            self.raise_revision(tx, source.base_id, Effect.AT_ONCE)

    def set_refresh(self, source_id: str, hours: int) -> None:
        """Have a page or site read again every so many hours; 0 stops it."""
        if self.get(source_id).kind not in PAGES or not 0 <= hours <= MOST_REFRESH_HOURS:
            raise NotAccepted(
                f"Only pages and sites are read again by themselves, every 1 to "
                f"{MOST_REFRESH_HOURS} hours; 0 means never.",
                "refresh_hours",
            )
        with self.database.write() as tx:
            known = sources.c.id == source_id
            tx.execute(update(sources).where(known).values(refresh_hours=hours))

    def differences(self, source_id: str) -> Differences:
        """What re-reads found changed, newest first."""
        columns = [differences.c[name] for name in Difference.__dataclass_fields__]
        query = select(*columns).where(differences.c.source_id == source_id)
        with self.database.read() as tx:
            rows = tx.execute(query.order_by(differences.c.id.desc()))
            return [Difference(**row._mapping) for row in rows]

    def text_of(self, source_id: str) -> str:
        """What was pasted or written, for editing it."""
        source = self.get(source_id)
        if source.kind not in WRITTEN:
            raise NotAccepted("Only texts written here can be edited.", "not_written")
        return (self.files_dir / source.stored_name).read_text(encoding="utf-8")

    def update_file(
        self, source_id: str, name: str, data: Data, person: str, over: str = ""
    ) -> None:
        """Replace a file. What was read before stays findable until the new one is read.

        *over* is the `stored_name` that the person saw: when somebody else has replaced it
        since, nothing is replaced and EditConflict raised.
        """
        source = self.get(source_id)
        if source.kind not in (SourceKind.FILE, SourceKind.ARCHIVE):
            raise NotAccepted("A page is read again, not replaced by a file.", "not_a_file")
        name = files.clean_name(name)
        if name.lower().endswith(files.ARCHIVE) != (source.kind == SourceKind.ARCHIVE):
            raise NotAccepted("Replace a ZIP by a ZIP, and a file by a file.", "other_kind")
        self._replace(source, name, data, person, over)

    def update_text(
        self, source_id: str, name: str, text: str, person: str, over: str = ""
    ) -> None:
        """Replace a text or pairs written here; *over* as in `update_file`."""
        source = self.get(source_id)
        if source.kind not in WRITTEN:
            raise NotAccepted("Only texts written here can be edited.", "not_written")
        body = written.pairs(text) if source.kind == SourceKind.PAIRS else written.text(text)
        self._replace(source, written.title(name), body, person, over)

    def mark_removing(self, source_id: str) -> None:
        """Take a source, and what is part of it, out of every search at once; the traces are
        removed afterwards."""
        source = self.get(source_id)
        gone = {"state": SourceState.REMOVING, "fence": sources.c.fence + 1, "lease_until": 0}
        with self.database.write() as tx:
            own = (sources.c.id == source_id) | (sources.c.parent_id == source_id)
            tx.execute(update(sources).where(own).values(**gone))
            if source.parent_id:
                _leave_out(tx, source)
            self.raise_revision(tx, source.base_id)

    def chunks(
        self, source_id: str, offset: int = 0, limit: int = 50, *, after: int = -1
    ) -> StoredChunks:
        """The passages a source was divided into, in order, behind the position *after*."""
        columns = [chunks.c[name] for name in StoredChunk.__dataclass_fields__]
        query = (
            select(*columns)
            .join(sources, sources.c.id == chunks.c.source_id)
            .where(sources.c.id == source_id, chunks.c.source_version == sources.c.version)
            .where(chunks.c.position > after)
            .order_by(chunks.c.position)
        )
        with self.database.read() as tx:
            rows = tx.execute(query.offset(offset).limit(limit))
            return [StoredChunk(**row._mapping) for row in rows]

    def chunk(self, chunk_id: int) -> StoredChunk:
        """One passage, by the number that a trace or a citation has. Raises UnknownSource."""
        columns = [chunks.c[name] for name in StoredChunk.__dataclass_fields__]
        with self.database.read() as tx:
            row = tx.execute(select(*columns).where(chunks.c.id == chunk_id)).one_or_none()
        if row is None:
            raise UnknownSource
        return StoredChunk(**row._mapping)

    def rows(self, base_id: str) -> int:
        """How many rows of tables the base holds."""
        held = select(func.count()).where(chunks.c.base_id == base_id, chunks.c.row.is_not(None))
        with self.database.read() as tx:
            return int(tx.scalar(held) or 0)

    def due(self, now: float) -> Due:
        """What there is to do: (what, source id), as `knowledge.ingest.due` says it."""
        return due.due(self.database, now)

    def _add_stored(
        self,
        base_id: str,
        kind: SourceKind,
        name: str,
        data: Data,
        person: str,
        on_same: OnSame = OnSame.BOTH,
    ) -> str:
        self.base(base_id)
        with self.incoming(data) as file, self.database.write() as tx:
            same = sources.c.fingerprint == file.stored.fingerprint
            known = _known(tx, base_id, sources.c.kind == kind, same)
            if known:
                return known
            named = sources.c.name == name, sources.c.parent_id == ""
            there = _known(tx, base_id, sources.c.kind == kind, *named)
            if there and on_same == OnSame.ASK:
                raise NotAccepted(
                    f"There is already a file named {name}. Replace it, or keep both.", "same_name"
                )
            if there and on_same == OnSame.REPLACE:
                self._replace(self.get(there), name, file, person, "")
                return there
            file.replaced = ""
            return self.insert(tx, base_id, person, kind, {"name": name, **vars(file.stored)})

    def _add_address(
        self, base_id: str, kind: SourceKind, url: str, person: str, options: dict[str, Any]
    ) -> str:
        self.base(base_id)
        row = {"name": url[:300], "url": url, "options": options}
        with self.database.write() as tx:
            known = _known(tx, base_id, sources.c.url == url, sources.c.kind == kind)
            return known or self.insert(tx, base_id, person, kind, row)

    def insert(
        self, tx: Connection, base_id: str, person: str, kind: SourceKind, more: dict[str, Any]
    ) -> str:
        """Write a new source, to be read, inside *tx*. Returns its id."""
        source_id, now = uuid.uuid4().hex, self.clock()
        tx.execute(
            insert(sources).values(
                id=source_id,
                base_id=base_id,
                kind=kind,
                state=SourceState.WAITING,
                created_by=person,
                created_at=now,
                updated_at=now,
                **more,
            )
        )
        return source_id

    def _replace(self, source: Source, name: str, data: Data, person: str, over: str) -> None:
        with self.incoming(data) as file:
            if over and over != source.stored_name:
                raise EditConflict
            row = {"name": name, "created_by": person, "text_hash": "", **vars(file.stored)}
            self._renew(source.id, row, sources.c.stored_name == source.stored_name)
            file.replaced = ""
        self.database.on_commit(partial(files.remove, self.files_dir, source.stored_name))

    def _renew(self, source_id: str, more: dict[str, Any], *unchanged: ColumnElement[bool]) -> None:
        known = (sources.c.id == source_id) & IS_THERE
        values = {**due.AGAIN, "fence": sources.c.fence + 1, "updated_at": self.clock(), **more}
        with self.database.write() as tx:
            if tx.execute(update(sources).where(known, *unchanged).values(**values)).rowcount:
                return
            there = tx.scalar(select(sources.c.id).where(known))
        raise EditConflict if there else UnknownSource


def _leave_out(tx: Connection, part: Source) -> None:
    """Have the next reading of a site not bring back a page that staff removed."""
    whole = sources.c.id == part.parent_id
    options = tx.scalar(select(sources.c.options).where(whole))
    if options is not None:
        left_out = [*options.get("without", []), part.url or part.name]
        options = {**options, "without": left_out[-addresses.MOST_PAGES * 5 :]}
        tx.execute(update(sources).where(whole).values(options=options))


def _known(tx: Connection, base_id: str, *same: ColumnElement[bool]) -> str:
    query = select(sources.c.id).where(sources.c.base_id == base_id, IS_THERE, *same)
    return tx.scalar(query.limit(1)) or ""
