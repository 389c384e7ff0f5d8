"""A part that dies is back at once; one that cannot live is tried ever less often."""

import pytest

from jobs.supervisor import LONGEST_PAUSE, STEADY_SECONDS, Supervisor


@pytest.fixture
def supervisor() -> Supervisor:
    return Supervisor()


def test_a_part_that_has_lived_for_a_while_is_started_again_at_once(supervisor: Supervisor) -> None:
    supervisor._started_at["turns"] = 100.0
    assert supervisor._pause("turns", 100.0 + STEADY_SECONDS + 1) == 0


def test_a_part_that_dies_young_waits_longer_each_time(supervisor: Supervisor) -> None:
    supervisor._started_at["turns"] = 100.0
    pauses = [supervisor._pause("turns", 101.0) for _ in range(6)]
    assert pauses == [1, 2, 4, 8, LONGEST_PAUSE, LONGEST_PAUSE]


def test_after_a_steady_life_it_is_trusted_again(supervisor: Supervisor) -> None:
    supervisor._started_at["turns"] = 100.0
    assert [supervisor._pause("turns", at) for at in (101.0, 102.0, 200.0)] == [1, 2, 0]
