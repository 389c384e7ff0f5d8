"""The one place where SQLite and PostgreSQL are spelled differently: INSERT ... ON CONFLICT."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(tx: Connection, table: Table) -> Any:
    """Return an INSERT into *table* that has `on_conflict_do_nothing` and `..._do_update`."""
    return (sqlite if tx.dialect.name == "sqlite" else postgresql).insert(table)
