"""Which candidates nothing else beats at once in quality and in price: the Pareto frontier."""

from collections.abc import Sequence

Point = tuple[float, float]  # what it costs (less is better), how good it is (more is better)


def on_frontier(points: Sequence[Point]) -> list[bool]:
    """Return of each point whether none other is as good in both and better in one."""
    return [not any(_beats(other, one) for other in points) for one in points]


def _beats(other: Point, one: Point) -> bool:
    return other[0] <= one[0] and other[1] >= one[1] and other != one
