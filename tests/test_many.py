"""The months of customers that the measurements are made over."""

from sqlalchemy import func, select

from store.db.database import Database
from store.tables import contacts, messages
from tests.many import ROUNDS, fill


def test_a_past_is_made_that_today_s_tables_take(database: Database) -> None:
    said = fill(database, 20)
    with database.read() as tx:
        customers = tx.scalar(select(func.count()).select_from(contacts))
        stored = tx.scalar(select(func.count()).select_from(messages))
    assert customers == 20
    assert said == stored
    assert said > 20 * ROUNDS
