"""The migrations make exactly the tables that the code describes."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from agent.store import tables
from agent.store.db import Database
from agent.store.migrate import migrate
from knowledge import tables as knowledge_tables


def _is_ours(change: object) -> bool:
    # The lexical index is made by hand: Alembic does not know virtual tables and GIN expressions.
    return "chunk_index" not in str(change)


def test_the_migrated_schema_is_the_one_in_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        both = [tables.metadata, knowledge_tables.metadata]
        changes = compare_metadata(context, both)  # type: ignore[arg-type]
    assert list(filter(_is_ours, changes)) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database)
