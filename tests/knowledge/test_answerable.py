"""What answers stands out of what is near; the line rises with every sign of that."""

from hypothesis import given
from hypothesis import strategies as some

from knowledge.search.answerable import likely

share = some.floats(0, 1)
EVEN = [0.5] * 30


@given(share, share, some.lists(share, min_size=10, max_size=10))
def test_it_is_a_likelihood_and_more_words_or_nearness_never_lower_it(
    words: float, near: float, others: list[float]
) -> None:
    told = likely(words, others, near, EVEN)
    assert 0 <= told <= 1
    assert likely(min(1, words + 0.1), others, near, EVEN) >= told
    assert likely(words, others, min(1, near + 0.1), EVEN) >= told


def test_one_that_stands_out_answers_and_one_among_many_alike_does_not() -> None:
    assert likely(0.6, [0.1] * 10, 0.72, [0.72, *[0.52] * 29]) > 0.5
    assert likely(0.2, [0.15] * 10, 0.5, [0.5, *[0.42] * 29]) < 0.5


def test_a_base_of_one_passage_has_an_answer() -> None:
    assert likely(0.6, [], 0.75, [0.75]) > 0.5
    assert likely(0.0, [], 0.45, [0.45]) < 0.5
