"""The candidates that none beats in quality and in price at once."""

from hypothesis import given
from hypothesis import strategies as st

from agent.frontier import on_frontier

POINTS = st.lists(st.tuples(st.floats(0, 10), st.floats(0, 1)), max_size=12)


def test_dearer_and_no_better_is_off_it() -> None:
    cheap, good, dear, poor = (1.0, 0.7), (3.0, 0.9), (4.0, 0.9), (2.0, 0.6)
    assert on_frontier([cheap, good, dear, poor]) == [True, True, False, False]


def test_equals_are_both_on_it() -> None:
    assert on_frontier([(1.0, 0.5), (1.0, 0.5)]) == [True, True]


@given(POINTS)
def test_along_it_quality_has_its_price(points: list[tuple[float, float]]) -> None:
    front = sorted({one for one, best in zip(points, on_frontier(points), strict=True) if best})
    assert bool(front) == bool(points)
    assert [one[1] for one in front] == sorted({one[1] for one in front})
    assert all(any(b[0] <= p[0] and b[1] >= p[1] for b in front) for p in points)
