"""Passages are looked up, never searched for."""

from sqlalchemy import text

from agent.store.db import Database
from knowledge import passages


def test_places_are_looked_up_in_an_index(database: Database) -> None:
    if not database.is_sqlite:
        places = passages._at(3)
        assert str(places).count("chunks.position = ") == 3
        return
    values = {f"{name}{n}": n for name in "svp" for n in range(3)}
    with database.read() as tx:
        plan = tx.execute(text(f"EXPLAIN QUERY PLAN {passages._at(3)}"), values).all()
    assert not [step for *_, step in plan if step.startswith("SCAN chunks")]
