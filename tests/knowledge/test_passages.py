"""Passages are looked up, never searched for."""

from sqlalchemy import create_engine, text

from knowledge.search import passages
from knowledge.tables import metadata


def test_chunks_are_looked_up_in_indexes() -> None:
    statement = passages._SHOWN_BY["sqlite"]
    values = {"ids": "[1, 2]", "places": '[["a", 1, 2], ["b", 3, 4]]', "snapshot": ""}
    database = create_engine("sqlite://")
    metadata.create_all(database)
    with database.connect() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"), values).all()
    database.dispose()
    steps = [step for *_, step in plan]
    assert any("ix_chunks_source_id_position" in step for step in steps)
    scanned = [step for step in steps if step.startswith("SCAN")]
    assert scanned == 2 * ["SCAN asked VIRTUAL TABLE INDEX 1:"]  # the values themselves
