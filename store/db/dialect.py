"""The one place where SQLite and PostgreSQL are spelled differently: INSERT ... ON CONFLICT, and
the elements of a JSON array."""

from typing import Any

from sqlalchemy import JSON, Connection, Table, func
from sqlalchemy import column as column_
from sqlalchemy.dialects import postgresql, sqlite


def upsert(tx: Connection, table: Table) -> Any:
    """Return an INSERT into *table* that has `on_conflict_do_nothing` and `..._do_update`."""
    return insert_into(tx.dialect.name, table)


def insert_into(dialect: str, table: Table) -> Any:
    """The same for a statement that is built once: *dialect* is `sqlite` or `postgresql`."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


def json_each(dialect: str, column: Any) -> Any:
    """Return the elements of a JSON array as rows with the one column `value`."""
    function = func.json_each if dialect == "sqlite" else func.json_array_elements
    return function(column).table_valued(column_("value", JSON))
