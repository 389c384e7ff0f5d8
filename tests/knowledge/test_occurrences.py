"""Counting all n-grams of all texts at once says the same as asking each text for each."""

from hypothesis import given
from hypothesis import strategies as some

from knowledge.search.bm25 import fits, ngrams, occurrences, question

STEMS = some.lists(some.text("abñ7字", min_size=1, max_size=6), max_size=8)


@given(some.lists(STEMS, min_size=1, max_size=4), STEMS)
def test_what_is_counted_at_once_is_what_each_text_holds(
    texts: list[list[str]], asked: list[str]
) -> None:
    held = [f" {' '.join(stems)} " for stems in texts]
    grams = ngrams(asked)
    each = [
        [sum(text.startswith(gram, at) for at in range(len(text))) for gram in grams]
        for text in held
    ]
    assert occurrences(held, grams).tolist() == each


def test_a_question_without_words_fits_nothing() -> None:
    assert fits(question([], 100, lambda term: 3.0), [" garant mot ", "  "], 40.0) == [(0, 0)] * 2
