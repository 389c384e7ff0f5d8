"""What it takes for removed text to be gone from the disk, and not only from what is found.

SQLite writes zeros over what is deleted (`secure_delete`, see `store.db.database`), but not at
once: its full-text index keeps deleted words until its segments are merged, and the write-ahead log
keeps pages until it is emptied. PostgreSQL keeps deleted rows until it is vacuumed. Chroma keeps
deleted vectors in its queue and in freed pages of its own SQLite file until that is vacuumed
(`Vectors.erase_source` deals with its index). What no program can reach from here, backups and
PostgreSQL's write-ahead log, is said in docs/operations.md.
"""

import contextlib
import logging
import sqlite3
from pathlib import Path

from sqlalchemy import text

from knowledge.base import Transactions

log = logging.getLogger(__name__)

_TABLES = ("chunks", "sources", "differences", "corrections", "pins")
_MERGED_AT_ONCE = 200  # pages of the full-text index: milliseconds under the write lock
_MOST_MERGES = 5_000
_MOST_CHROMA_BYTES = 300_000_000  # more would hold Chroma up for seconds: see docs/operations.md
_BUSY_SECONDS = 5.0


def scrub(database: Transactions, chroma_folder: Path | None = None) -> None:
    """Have what was deleted vanish from the files. Safe to repeat and to break off."""
    if database.is_sqlite:
        _merge_indexes(database)
        empty_log(database)
    else:
        _vacuum(database)
    if chroma_folder is not None:
        _vacuum_chroma(chroma_folder / "chroma.sqlite3")


def _merge_indexes(database: Transactions) -> None:
    """Merge every full-text index to one segment, a little at a time (sqlite.org/fts5, 6.8)."""
    with database.read() as tx:
        ours = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%USING fts5(%'"
        found = tx.scalars(text(ours)).all()
    for name in found:
        pages = -_MERGED_AT_ONCE  # negative: also segments that are alone on their level
        for _ in range(_MOST_MERGES):
            with database.write() as tx:
                before = tx.scalar(text("SELECT total_changes()")) or 0
                statement = f'INSERT INTO "{name}"("{name}", rank) VALUES (\'merge\', :pages)'  # noqa: S608 (a name of our own schema)
                tx.execute(text(statement), {"pages": pages})
                after = tx.scalar(text("SELECT total_changes()")) or 0
            pages = _MERGED_AT_ONCE
            if after - before < 2:  # as FTS5's manual tells that nothing was left to do
                break


def empty_log(database: Transactions) -> None:
    """Empty SQLite's write-ahead log, which holds pages as they were; elsewhere nothing."""
    if not database.is_sqlite:
        return
    with database.read() as connection:
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
    if busy:
        log.info("write-ahead log in use; it is emptied with the next removal")


def _vacuum(database: Transactions) -> None:
    with database.read() as connection:
        direct = connection.execution_options(isolation_level="AUTOCOMMIT")
        for name in _TABLES:
            direct.exec_driver_sql(f"VACUUM {name}")


def _vacuum_chroma(path: Path) -> None:
    """Vacuum the file of a Chroma on this machine, beside the running server."""
    if not path.is_file() or path.stat().st_size > _MOST_CHROMA_BYTES:
        return
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as file:
            file.execute("VACUUM")
    except sqlite3.OperationalError as error:
        log.info("Chroma's file not vacuumed: %s", type(error).__name__)
