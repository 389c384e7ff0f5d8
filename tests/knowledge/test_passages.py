"""Passages are looked up, never searched for."""

from sqlalchemy import create_engine, text

from knowledge import passages
from knowledge.tables import metadata


def test_chunks_are_looked_up_in_indexes() -> None:
    statement = passages._statement(2, 3)
    values = {f"{name}{n}": n for name in ("id", "s", "v", "p") for n in range(3)}
    database = create_engine("sqlite://")
    metadata.create_all(database)
    with database.connect() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"), values).all()
    database.dispose()
    steps = [step for *_, step in plan]
    assert any("ix_chunks_source_id_position" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN")]
