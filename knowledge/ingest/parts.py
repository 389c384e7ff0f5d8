"""Sources that are made of others: the pages of a site, the files of a ZIP.

Each part is a source of its own, so that it is cited by its own name or address, fails with its
own sentence and is read again by itself. The whole has no chunks: reading it only makes its parts
what they should be. Each part is written in one transaction with the check that the reading was
not overtaken, so killing it anywhere leaves neither a part twice nor a part of nothing.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from knowledge import snapshots
from knowledge.errors import NotAccepted, Unreadable
from knowledge.ingest import due, files
from knowledge.ingest.runs import IngestionRun
from knowledge.parsing import archive
from knowledge.states import READ, SourceKind, SourceState
from knowledge.tables import IS_THERE, AnyRow, sources
from knowledge.web.crawler import FetchPage, walk

_SHOWN = 20  # names of files that were left out


def read_archive(reading: IngestionRun) -> None:
    """Make the files of a ZIP the parts of its source. Raises Unreadable."""
    source_store, source = reading.source_store, reading.source
    path = source_store.files_dir / source.stored_name
    try:
        wanted, other = archive.names(path)
    except FileNotFoundError:
        raise Unreadable("The stored file is gone. Add it again.", "file_gone") from None
    wanted = [name for name in wanted if name not in source.options.get("without", ())]
    kept = 0
    for done, (name, body) in enumerate(archive.unpack(path, wanted), start=1):
        if body and _keep_file(reading, name, body):
            kept += 1
        else:
            other.append(name)
        reading.advance(done, len(wanted))
    if wanted and not kept:
        raise Unreadable(*archive.NOTHING)
    _drop_files(reading, set(wanted))
    reading.finish_whole({**source.options, "unread": other[:_SHOWN]})


def read_site(reading: IngestionRun, fetch_page: FetchPage) -> None:
    """Make the pages of a site the parts of its source. Raises FetchRefused."""
    options = reading.source.options
    without = set(options.get("without", ()))
    pages = int(options.get("pages", 1))
    walked = walk(reading.source.url, int(options.get("depth", 0)), pages, fetch_page)
    done = 0
    for address in walked:
        if address not in without:
            _keep_page(reading, address)
            done += 1
        reading.advance(done, pages)
    reading.finish_whole({**options, **walked.told})


def _keep_file(reading: IngestionRun, name: str, body: bytes) -> bool:
    """Write the file as a part, unless it is one already. False when it cannot be kept."""
    source_store, source = reading.source_store, reading.source
    try:
        files.clean_name(name)
        stored = files.store(source_store.files_dir, body)
    except NotAccepted:
        return False
    name = name[:300]
    with (
        files.replacing(source_store.files_dir, stored) as change,
        source_store.database.write() as tx,
    ):
        reading.hold(tx)
        known = _part(tx, source.id, sources.c.name == name)
        row: dict[str, Any] = {"name": name, **vars(stored)}
        if known is None:
            row |= {"parent_id": source.id, "refresh_hours": 0, "effect": source.effect}
            made = source_store.insert(tx, source.base_id, source.created_by, SourceKind.FILE, row)
            snapshots.take_in(tx, source.id, made)
            change.replaced = ""
        elif known.fingerprint != stored.fingerprint:
            _renew(tx, known.id, row | {"text_hash": ""})
            change.replaced = known.stored_name
    return True


def _drop_files(reading: IngestionRun, wanted: set[str]) -> None:
    """Take out the parts that the ZIP does not hold any more."""
    with reading.source_store.database.write() as tx:
        reading.hold(tx)
        own = (sources.c.parent_id == reading.source.id) & IS_THERE
        rows = tx.execute(select(sources.c.id, sources.c.name).where(own)).all()
        gone = [row.id for row in rows if row.name not in wanted]
        values = {"state": SourceState.REMOVING, "fence": sources.c.fence + 1, "lease_until": 0}
        tx.execute(update(sources).where(sources.c.id.in_(gone)).values(**values))
        reading.source_store.raise_revision(tx, reading.source.base_id)


def _keep_page(reading: IngestionRun, address: str) -> None:
    """Write the page as a part, or have the part that it is read again."""
    source_store, source = reading.source_store, reading.source
    with source_store.database.write() as tx:
        reading.hold(tx)
        elsewhere = (sources.c.base_id == source.base_id) & (sources.c.kind == SourceKind.URL)
        query = select(sources).where(elsewhere, sources.c.url == address)
        known = tx.execute(query.where(IS_THERE)).first()
        if known is None:
            row = {"name": address[:300], "url": address, "parent_id": source.id}
            row["effect"] = source.effect
            made = source_store.insert(tx, source.base_id, source.created_by, SourceKind.URL, row)
            snapshots.take_in(tx, source.id, made)
        elif known.parent_id == source.id and known.state in READ:
            _renew(tx, known.id, {})


def _part(tx: Connection, source_id: str, same: ColumnElement[bool]) -> AnyRow | None:
    own = (sources.c.parent_id == source_id) & IS_THERE
    return tx.execute(select(sources).where(own, same)).first()


def _renew(tx: Connection, part_id: str, more: dict[str, Any]) -> None:
    values = {**due.AGAIN, "fence": sources.c.fence + 1, **more}
    tx.execute(update(sources).where(sources.c.id == part_id).values(**values))
