"""Every row of every table as lines of JSON: out of one database, into another of either kind.

A line is one row, its values in the order of its table's columns. JSON columns travel as the text
that stands in them, so that a stored `null` and nothing stay apart.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Table,
    Text,
    cast,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)

from knowledge.tables import metadata as knowledge_tables
from store.db.database import Database
from store.tables import metadata as agent_tables

AT_ONCE = 1_000  # rows


class Unfit(Exception):
    """What was read is not what was written, or the database that took it is not whole."""


def every_table() -> list[Table]:
    """Every table of ours, each after those that it refers to."""
    return [*agent_tables.sorted_tables, *knowledge_tables.sorted_tables]


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """One moment of the database for as long as the block runs; nobody is held up by it."""
    with database.engine.connect() as plain:
        if database.is_sqlite:
            plain.exec_driver_sql("BEGIN")
            plain.exec_driver_sql("SELECT count(*) FROM sqlite_master")  # the moment is this one
            yield plain
            return
        connection = plain.execution_options(isolation_level="REPEATABLE READ")
        # `Database` ends whoever stands still, as this does while it writes files.
        connection.exec_driver_sql("SET idle_in_transaction_session_timeout = 0")
        connection.exec_driver_sql("SELECT 1")
        yield connection


def revision(connection: Connection) -> str:
    """The schema's revision; empty where there is no schema of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def dump(connection: Connection, one: Table, path: Path) -> int:
    """Write the rows of a table to *path*; return how many."""
    shown = [cast(c, Text) if isinstance(c.type, JSON) else c for c in one.columns]
    query = select(*shown).order_by(*one.primary_key.columns)
    rows = connection.execute(query.execution_options(yield_per=AT_ONCE))
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for count, row in enumerate(rows, 1):  # noqa: B007
            file.write(json.dumps(list(row), ensure_ascii=False) + "\n")
    return count


def load(connection: Connection, name: str, columns: Sequence[str], path: Path) -> None:
    """Write the rows in *path* to a table. Raises ValueError, SQLAlchemyError."""
    into = insert(table(name, *map(column, columns)))
    storable = _storable if connection.dialect.name == "postgresql" else _as_it_is
    with path.open(encoding="utf-8") as file:
        while lines := list(islice(file, AT_ONCE)):
            rows = [dict(zip(columns, json.loads(line), strict=True)) for line in lines]
            connection.execute(into, [storable(row) for row in rows])
    if connection.dialect.name == "postgresql" and "id" in columns:
        _go_on_after(connection, name)


def check(connection: Connection, counts: Mapping[str, int]) -> None:
    """Raise Unfit unless each table has so many rows and the database is whole."""
    for name, wanted in counts.items():
        found = connection.scalar(select(func.count()).select_from(table(name)))
        if found != wanted:
            raise Unfit(f"{name} has {found} rows instead of {wanted}")
    if connection.dialect.name != "sqlite":
        return  # it checks as it writes
    said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if said != ["ok"] or orphans:
        raise Unfit(f"integrity: {said[0]}, rows that refer to none: {len(orphans)}")


def _as_it_is(row: dict[str, Any]) -> dict[str, Any]:
    return row


def _storable(row: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL stores no NUL in a text; SQLite does."""
    return {
        name: value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value
        for name, value in row.items()
    }


def _go_on_after(connection: Connection, name: str) -> None:
    """Have the next row numbered after those that are there."""
    owned = select(func.pg_get_serial_sequence(func.quote_ident(name), "id"))
    if sequence := connection.scalar(owned):
        last = select(func.max(column("id"))).select_from(table(name)).scalar_subquery()
        connection.execute(select(func.setval(sequence, last)))
