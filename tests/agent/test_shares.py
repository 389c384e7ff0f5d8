"""Who is in a share, and how its customers did beside the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from agent.share_comparison import compared, is_worse
from agent.shares import Met, is_in

CUSTOMERS = [f"52155{number:08}" for number in range(10_000)]
GOOD, FELL, HANDED = Met(False, False, 0.01), Met(False, True, 0.01), Met(True, False, 0.01)


@pytest.mark.parametrize("part", [0.01, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("share_id", [1, 2, 77])
def test_a_share_is_as_large_as_it_says(share_id: int, part: float) -> None:
    count = sum(is_in(share_id, part, one) for one in CUSTOMERS)
    by_chance = 4 * (len(CUSTOMERS) * part * (1 - part)) ** 0.5  # four standard deviations
    assert abs(count - len(CUSTOMERS) * part) < by_chance


@given(st.text(max_size=200), st.integers(1, 2**40), st.floats(0, 1), st.floats(0, 1))
def test_who_is_in_a_share_stays_in_a_greater_one(
    customer: str, share_id: int, one: float, other: float
) -> None:
    small, great = sorted((one, other))
    assert is_in(share_id, small, customer) == is_in(share_id, small, customer)
    assert not is_in(share_id, small, customer) or is_in(share_id, great, customer)
    assert not is_in(share_id, 0.0, customer)


def test_another_share_is_of_other_customers() -> None:
    both = sum(is_in(1, 0.1, one) and is_in(2, 0.1, one) for one in CUSTOMERS)
    assert 60 < both < 145  # a hundredth


def test_what_happens_is_tested_as_two_samples() -> None:
    old, new = [GOOD] * 90 + [HANDED] * 10, [GOOD] * 40 + [HANDED] * 20
    resolved, handed, fallback, cost = compared(old, new)
    assert handed.p == pytest.approx(stats.fisher_exact([[20, 40], [10, 90]]).pvalue)
    assert handed.corrected >= handed.p
    assert (resolved.verdict, handed.verdict) == ("worse", "worse")
    assert (fallback.verdict, cost.verdict) == ("same", "same")
    assert is_worse([resolved, handed])


def test_the_interval_is_newcombes() -> None:
    """The example of Newcombe, 1998, page 876, table II (a): 56 of 70 and 48 of 80."""
    new = [GOOD] * 56 + [FELL] * 14
    old = [GOOD] * 48 + [FELL] * 32
    resolved = compared(old, new)[0]
    assert resolved.new - resolved.old == pytest.approx(0.2)
    assert (resolved.low, resolved.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_money_is_tested_by_welch_and_is_no_reason_to_withdraw() -> None:
    old = [Met(False, False, 0.01 + number / 10_000) for number in range(40)]
    new = [Met(False, False, 0.05 + number / 10_000) for number in range(30)]
    cost = compared(old, new)[-1]
    costs = [one.cost for one in new], [one.cost for one in old]
    assert cost.p == pytest.approx(stats.ttest_ind(*costs, equal_var=False).pvalue)
    assert cost.verdict == "worse"
    assert not is_worse([cost])


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_customers_say_nothing(count: int) -> None:
    sides = compared([GOOD] * 100, [FELL] * count)
    assert {one.verdict for one in sides} == {"too_few"}
    assert not is_worse(sides)


@given(st.lists(st.booleans(), max_size=40), st.lists(st.booleans(), max_size=40))
def test_whatever_was_met_is_compared(old: list[bool], new: list[bool]) -> None:
    sides = compared(*([HANDED if one else GOOD for one in side] for side in (old, new)))
    assert all(0 <= one.p <= one.corrected <= 1 for one in sides)
    assert all(one.low <= one.new - one.old + 1e-9 or one.verdict == "too_few" for one in sides)
