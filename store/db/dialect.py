"""The one place where SQLite and PostgreSQL are spelled differently: INSERT ... ON CONFLICT, and
the elements of a JSON array."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Table, TableValuedAlias, func
from sqlalchemy import column as column_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningUpdate

AnyUpdate = ReturningUpdate[*tuple[Any, ...]]


def upsert(tx: Connection, table: Table) -> sqlite.Insert:
    """Return an INSERT into *table* that has `on_conflict_do_nothing` and `..._do_update`."""
    return insert_into(tx.dialect.name, table)


def insert_into(dialect: str, table: Table) -> sqlite.Insert:
    """The same for a statement that is built once: *dialect* is `sqlite` or `postgresql`.

    What both kinds of INSERT can do is called the same, so the type names one of them.
    """
    kind: Any = sqlite if dialect == "sqlite" else postgresql
    statement: sqlite.Insert = kind.insert(table)
    return statement


def json_each(dialect: str, column: ColumnElement[Any]) -> TableValuedAlias:
    """Return the elements of a JSON array as rows with the one column `value`."""
    function = func.json_each if dialect == "sqlite" else func.json_array_elements
    return function(column).table_valued(column_("value", JSON))
