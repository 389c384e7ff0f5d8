"""An installation with something in every table and every folder, and what is in it to compare."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Double,
    Enum,
    Integer,
    String,
    Table,
    Text,
    cast,
    insert,
    select,
)

from agent.settings import Settings
from jobs.backup_pins import SPOOL
from store.db.database import Database
from store.portable import every_table

ROOT = Path(__file__).parent.parent.parent
ODD = "ñandú \N{GRINNING FACE} \"quotes' \\ \n\r\t\u2028\x7f %s {x} :name"
JSONS = [None, [], {}, {"a": [1, 2.5, None, True, "ñ"]}, "word", 0, [ODD], 1e-9]
ROWS = 5


def stuff(database: Database) -> None:
    """Write some rows into every table (but `rebuilds`, which a restore fills)."""
    written: dict[str, list[dict[str, Any]]] = {}
    with database.write() as tx:
        for one in every_table():
            if one.name != "rebuilds":
                rows = [_row(one, n, written) for n in range(1, ROWS + 1)]
                written[one.name] = rows
                tx.execute(insert(one), rows)
    if not database.is_sqlite:
        _move_sequences_on(database)


def _row(one: Table, number: int, written: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {column.name: _value(column, number, written) for column in one.columns}


def _value(column: Any, number: int, written: dict[str, list[dict[str, Any]]]) -> Any:
    for key in column.foreign_keys:
        return written[key.column.table.name][number - 1][key.column.name]
    if column.nullable and number % 2:
        return None
    kind = column.type
    if isinstance(kind, Enum):
        return kind.enums[number % len(kind.enums)]
    if isinstance(kind, JSON):
        return JSONS[number % len(JSONS)]
    if isinstance(kind, Boolean):
        return bool(number % 2)
    if isinstance(kind, Double):
        return 1_700_000_000.123456789 + number / 7
    if isinstance(kind, Integer):  # BigInteger too
        return number
    if column.name == "stored_name":
        return f"stored-{column.table.name}-{number}"
    text = f"{number} {ODD}"
    if isinstance(kind, String) and not isinstance(kind, Text):
        return text[: kind.length or 20]
    return text * 3


def _move_sequences_on(database: Database) -> None:
    with database.write() as tx:
        for one in every_table():
            if "id" in one.c and isinstance(one.c.id.type, Integer):
                tx.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{one.name}', 'id'), {ROWS})"
                )


def stuff_files(settings: Settings) -> None:
    """Write a file for every row that names one, and what else a data folder holds."""
    for name, folder in (("sources", settings.files_dir), ("media", settings.media_dir)):
        folder.mkdir(exist_ok=True)
        for number in range(1, ROWS + 1):
            path = folder / f"stored-{name}-{number}"
            path.write_bytes(os.urandom(1000 * number))
    spool = settings.data_dir / SPOOL
    spool.mkdir(exist_ok=True)
    (spool / "00001-1-0.json").write_text(json.dumps({"channel": "twilio", "events": []}))
    (spool / "00000-1-0.broken").write_bytes(b"\x00\xff")
    (settings.data_dir / "a-token").write_text("secret")
    deep = settings.data_dir / "kept later" / "ä" / "b"
    deep.mkdir(parents=True)
    (deep / "empty").touch()


def rows_of(database: Database, but: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, JSON as the text it is stored as."""
    found = {}
    with database.read() as tx:
        for one in every_table():
            if one.name not in but:
                shown = [cast(c, Text) if isinstance(c.type, JSON) else c for c in one.columns]
                query = select(*shown).order_by(*one.primary_key.columns)
                found[one.name] = [tuple(row) for row in tx.execute(query)]
    return found


def files_of(settings: Settings) -> dict[str, bytes]:
    """Every file that a backup is to hold, by its place in the data folder."""
    ours = ("studio.db", "running.lock", "backup.lock", "backups", "replaced-", "workers", ".")
    found = {}
    for path in sorted(settings.data_dir.rglob("*")):
        place = path.relative_to(settings.data_dir)
        if path.is_file() and not place.parts[0].startswith(ours) and path.name != ".lock":
            found[str(place)] = path.read_bytes()
    return found


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database, until the block ends."""
    database = Database(settings.sql_url, pool_size=4)
    try:
        yield database
    finally:
        database.close()


def state(settings: Settings) -> tuple[dict[str, list[tuple[Any, ...]]], dict[str, bytes]]:
    """Every row and every byte, but the rows that a restore adds."""
    with opened(settings) as database:
        return rows_of(database, but=("rebuilds",)), files_of(settings)


@contextmanager
def process(code: str, settings: Settings, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that runs *code* on the installation; killed when the block ends."""
    environment = {
        **os.environ,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
    }
    running = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def without_schemas(settings: Settings) -> None:
    """Drop what restores left in the server that all tests share."""
    with opened(settings) as database:
        if database.is_sqlite:
            return
        with database.write() as tx:
            left = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(replaced|restoring)_'"
            for name in tx.exec_driver_sql(left).scalars().all():
                tx.exec_driver_sql(f'DROP SCHEMA "{name}" CASCADE')
