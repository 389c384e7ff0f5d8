"""The one place where SQLite and PostgreSQL are spelled differently: INSERT ... ON CONFLICT."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(tx: Connection, table: Table) -> Any:
    """Return an INSERT into *table* that has `on_conflict_do_nothing` and `..._do_update`."""
    return insert_into(tx.dialect.name, table)


def insert_into(dialect: str, table: Table) -> Any:
    """The same for a statement that is built once: *dialect* is `sqlite` or `postgresql`."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)
