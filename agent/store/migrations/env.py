"""Alembic's entry: runs the migrations on the database its caller names."""

from alembic import context
from sqlalchemy import create_engine

from agent.settings import Settings
from agent.store import tables as agent_tables
from knowledge import tables as knowledge_tables

url = context.config.attributes.get("url") or Settings().sql_url
engine = create_engine(url)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=[agent_tables.metadata, knowledge_tables.metadata],
        render_as_batch=engine.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
