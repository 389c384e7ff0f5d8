"""The same file goes from one database to the other, and from older schemas to this one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import JSON, MetaData, insert, inspect, text

from agent.settings import Settings
from jobs.backup import back_up
from jobs.backup_file import Manifest, Rows, program, write
from jobs.restore import restore
from store import portable
from store.db.database import Database
from store.db.migrate import migrate, revisions
from store.portable import every_table
from store.tables import audit
from tests.jobs.backup_house import (
    opened,
    rows_of,
    state,
    without_schemas,
)


@pytest.fixture
def other(settings: Settings, postgres_server: str, tmp_path: Path) -> Iterator[Settings]:
    """The same data folder, on the database of the other kind."""
    url = "" if settings.database_url.startswith("postgresql") else postgres_server
    moved = settings.model_copy(update={"database_url": url})
    yield moved
    without_schemas(moved)


def empty_schema(settings: Settings) -> None:
    """A database that was made just now has nothing at all in it."""
    with opened(settings) as database, database.write() as tx:
        if not database.is_sqlite:
            tx.exec_driver_sql("DROP SCHEMA public CASCADE")
            tx.exec_driver_sql("CREATE SCHEMA public")


def test_everything_moves_to_the_other_database_and_back(full: Settings, other: Settings) -> None:
    before = state(full)
    empty_schema(other)
    done = restore(other, back_up(full), nothing_since=True)
    assert not any("schema" in place for place in done.kept)
    assert state(other) == before
    restore(full, back_up(other), nothing_since=True)
    assert state(full) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_postgresql_cannot_store_is_replaced(full: Settings, other: Settings) -> None:
    with opened(full) as database, database.write() as tx:
        tx.execute(text("UPDATE notes SET text = 'a' || char(0) || 'b' WHERE id = 1"))
    restore(other, back_up(full))
    with opened(other) as database, database.read() as tx:
        assert (
            tx.scalar(text("SELECT text FROM notes WHERE id = 1")) == "a\N{REPLACEMENT CHARACTER}b"
        )


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_an_extension_or_a_neighbour_has_in_the_database_stays(full: Settings) -> None:
    file = back_up(full)
    with opened(full) as database, database.write() as tx:
        tx.exec_driver_sql("CREATE SCHEMA neighbour")
        tx.exec_driver_sql("CREATE TABLE neighbour.things (id int)")
    restore(full, file)
    with opened(full) as database, database.write() as tx:
        assert inspect(tx).has_table("things", schema="neighbour")
        tx.exec_driver_sql("DROP SCHEMA neighbour CASCADE")


@pytest.mark.parametrize("revision", revisions()[1:])
def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    settings: Settings, tmp_path: Path, revision: str
) -> None:
    file = tmp_path / "old.tar.gz"
    folder = tmp_path / "old"
    (folder / "tables").mkdir(parents=True)
    tables = written_at(revision, folder)
    manifest = Manifest(
        program=program(), revision=revision, database="sqlite", made_at="then", tables=tables
    )
    write(folder, manifest, file)
    restore(settings, file)
    with opened(settings) as database:
        with database.read() as tx:
            assert portable.revision(tx) == revisions()[0]
        rows = rows_of(database)
        assert [row[2] for row in rows["audit"]] == ["ana"]
        assert set(rows) == {one.name for one in every_table()}
    without_schemas(settings)


def written_at(revision: str, folder: Path) -> dict[str, Rows]:
    """The tables of that revision, one row in one of them."""
    database = Database(f"sqlite:///{folder.parent}/then.db")
    try:
        migrate(database, revision)
        with database.write() as tx:
            tx.execute(insert(audit).values(at=1.0, person="ana", action="then"))
        with database.read() as tx:
            ours = {one.name for one in every_table()} & set(inspect(tx).get_table_names())
            then = MetaData()
            then.reflect(tx, only=sorted(ours))
            return {
                one.name: Rows(
                    columns=list(one.columns.keys()),
                    rows=portable.dump(tx, one, folder / "tables" / f"{one.name}.jsonl"),
                )
                for one in then.sorted_tables
            }
    finally:
        database.close()


def test_every_kind_of_value_is_one_that_json_can_carry() -> None:
    """A column of bytes or dates would need a way of its own."""
    kinds = {
        column.type.python_type
        for one in every_table()
        for column in one.columns
        if not isinstance(column.type, JSON)
    }
    assert all(issubclass(kind, int | float | str) for kind in kinds)


def test_a_column_that_names_a_stored_file_is_called_so() -> None:
    """By that name a backup knows which files must be in it."""
    named = {one.name for one in every_table() if "stored_name" in one.c}
    assert {"sources", "media"} <= named
