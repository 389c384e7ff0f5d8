"""Alembic's entry: runs the migrations on the database its caller names.

All of them in one transaction, on SQLite too, and one process at a time: whoever is killed leaves
what there was, and of two that start together the second finds nothing left to do.
"""

from alembic import context
from sqlalchemy import Engine, create_engine, event

from agent.settings import Settings
from knowledge import tables as knowledge_tables
from store import tables as agent_tables
from store.db.database import BUSY_SECONDS

LOCK = 20261122  # of PostgreSQL, any number that nothing else of ours takes


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
    event.listen(engine, "begin", lambda tx: tx.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


engine = _engine(context.config.attributes.get("url") or Settings().sql_url)
try:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=[agent_tables.metadata, knowledge_tables.metadata],
            render_as_batch=engine.dialect.name == "sqlite",
            transactional_ddl=True,
        )
        with context.begin_transaction():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            context.run_migrations()
finally:  # a migration that fails leaves no connection open
    engine.dispose()
