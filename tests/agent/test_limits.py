"""The arithmetic of limits, and that the databases agree with it."""

import pytest

from agent.limits import DAY, Allowance, Limits, day_of
from agent.settings import Settings
from channels.registry import known
from store.conversations.allowances import Allowances, settle, spend
from store.conversations.inbox import Inbound, Inbox
from store.db.database import Database

LIMITS = Limits(messages_a_minute=10, burst=20, turns_a_day=200)
NOON = 20_000 * DAY + DAY / 2


def write(database: Database, first: int, count: int) -> int:
    """Have a customer write; return the conversation."""
    batch = [
        Inbound("twilio", f"SM{first + n}", "whatsapp:+1", "whatsapp:+2", f"{n}")
        for n in range(count)
    ]
    return Inbox(database, known()).accept(batch)[0].conversation_id


def take(database: Database, here: int, now: float, answered: bool = True) -> Allowance:
    """Spend as a lease does, then mark all as answered."""
    with database.write() as tx:
        used = spend(tx, here, LIMITS, now)
        if answered:
            tx.exec_driver_sql("UPDATE inbox SET turn_id = 'x'")
    return used


def test_the_bucket_empties_by_message_and_fills_by_time(database: Database) -> None:
    here = write(database, 0, 3)
    assert take(database, here, NOON).tokens == 17
    write(database, 10, 5)
    assert take(database, here, NOON + 6).tokens == pytest.approx(13)
    write(database, 20, 1)
    assert take(database, here, NOON + 3600).tokens == 19  # never more than the burst


def test_a_flood_owes_at_most_a_whole_bucket(database: Database) -> None:
    here = write(database, 0, 100)
    assert take(database, here, NOON).tokens == -1
    write(database, 200, 100)
    used = take(database, here, NOON + 12)
    assert used.tokens == pytest.approx(-20)
    assert LIMITS.open_at(used.tokens, NOON + 12) == pytest.approx(NOON + 12 + 126)


def test_a_clock_that_is_set_back_takes_nothing_away(database: Database) -> None:
    here = write(database, 0, 1)
    take(database, here, NOON)
    write(database, 10, 1)
    assert take(database, here, NOON - 3600).tokens == 18


def test_turns_and_cost_count_from_midnight(database: Database) -> None:
    here = write(database, 0, 1)
    take(database, here, NOON)
    with database.write() as tx:
        settle(tx, here, 0.02, 0.0)
    same_day = take(database, here, NOON + 60)
    assert (same_day.turns, same_day.cost) == (2, 0.02)
    next_day = take(database, here, NOON + DAY)
    assert (next_day.turns, next_day.cost) == (1, 0.0)


def test_what_all_spent_is_the_days_sum(database: Database) -> None:
    here, now = write(database, 0, 1), NOON
    allowances = Allowances(database, lambda: now)
    take(database, here, now)
    with database.write() as tx:
        settle(tx, here, 0.02, 0.0)
    assert allowances.spent_today() == 0.02
    now += DAY
    assert allowances.spent_today() == 0.0


def test_being_told_is_remembered(database: Database) -> None:
    here = write(database, 0, 50)
    assert take(database, here, NOON).is_too_fast(NOON)
    with database.write() as tx:
        settle(tx, here, 0.0, NOON)
    write(database, 100, 50)
    again = take(database, here, NOON + 60)
    assert again.tokens < 0
    assert not again.is_too_fast(NOON + 60)
    assert again.is_too_fast(NOON + 3600)


@pytest.mark.parametrize(
    ("limits", "spent", "code"),
    [
        (Limits(), 99.0, ""),
        (Limits(turns_a_day=10), 0, ""),
        (Limits(turns_a_day=9), 0, "limit_turns"),
        (Limits(cost_a_customer=0.5), 0, "limit_customer"),
        (Limits(cost_a_customer=0.51), 0, ""),
        (Limits(cost_a_day=2), 2.0, "limit_day"),
        (Limits(cost_a_day=2), 1.99, ""),
    ],
)
def test_a_limit_is_named_with_its_setting(limits: Limits, spent: float, code: str) -> None:
    reached = Allowance(tokens=5, turns=10, cost=0.5, told_at=0).over(limits, spent)
    assert (reached.code if reached else "") == code


def test_without_limits_nothing_is_counted_and_every_bucket_is_open() -> None:
    assert not Limits().any
    assert Limits().open_at(-50, NOON) == 0
    assert LIMITS.open_at(None, None) == 0


def test_the_environment_sets_the_limits() -> None:
    usual = Settings(_env_file=None).limits
    assert usual == Limits(10, 20, 200, 0, 0)
    own = Settings(_env_file=None, messages_a_minute=0, turns_a_day=0)
    assert not own.limits.any


def test_a_day_is_that_of_utc() -> None:
    assert [day_of(0), day_of(DAY - 1), day_of(DAY)] == [0, 0, 1]
