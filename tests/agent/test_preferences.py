"""How blind choices went, against scipy's own numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from agent.preferences import Preferred, preferred


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_interval_and_p_are_those_of_scipy(old: int, new: int) -> None:
    found = Preferred(old, new, 3)
    if not old + new:
        assert (found.interval, found.p) == ((0.0, 1.0), 1.0)
        return
    test = stats.binomtest(new, old + new)
    bounds = test.proportion_ci(method="wilson")
    assert found.interval == pytest.approx((bounds.low, bounds.high), abs=1e-6)
    assert found.p == pytest.approx(test.pvalue)


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [(0, 5, "too_few"), (0, 6, "better"), (6, 0, "worse"), (5, 7, "accident"), (0, 0, "too_few")],
)
def test_what_can_be_said_of_it(old: int, new: int, verdict: str) -> None:
    assert Preferred(old, new, 9).verdict == verdict


def test_choices_are_counted_between_two_whichever_stood_first() -> None:
    choices = [(0, 1, "1"), (1, 0, "1"), (0, 1, "0"), (0, 1, ""), (0, 2, "2")]
    assert preferred(choices, 0, 1) == Preferred(old=1, new=2, neither=1)
