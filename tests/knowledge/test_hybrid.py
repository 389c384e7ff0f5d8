"""Joining rankings keeps what they agree on and lets no weak one overrule a strong one."""

from hypothesis import given
from hypothesis import strategies as some

from knowledge.hybrid import Ranking, fuse

IDS = some.lists(some.integers(0, 50), unique=True, max_size=20)


def test_first_everywhere_scores_one() -> None:
    best = fuse([Ranking("lexical", 1.0, [7, 8]), Ranking("vector", 0.3, [7, 9])])[0]
    assert (best.id, best.score, best.found_by) == (7, 1.0, ("lexical", "vector"))


def test_a_light_ranking_cannot_overturn_a_heavy_one() -> None:
    joined = fuse([Ranking("lexical", 1.0, [1, 2]), Ranking("vector", 0.3, [3, 4])])
    assert [one.id for one in joined] == [1, 2, 3, 4]


def test_a_light_ranking_settles_what_is_close() -> None:
    joined = fuse([Ranking("lexical", 1.0, [1, 2]), Ranking("vector", 0.3, [2, 3])])
    assert joined[0].id == 2


@given(IDS, IDS)
def test_nothing_is_lost_invented_or_scored_outside_0_to_1(
    one: list[int], other: list[int]
) -> None:
    joined = fuse([Ranking("lexical", 1.0, one), Ranking("vector", 0.3, other)])
    assert {found.id for found in joined} == set(one) | set(other)
    assert all(0 < found.score <= 1 for found in joined)
    assert [found.score for found in joined] == sorted((f.score for f in joined), reverse=True)


@given(IDS)
def test_a_ranking_alone_keeps_its_order(ids: list[int]) -> None:
    assert [found.id for found in fuse([Ranking("vector", 0.3, ids)])] == ids
