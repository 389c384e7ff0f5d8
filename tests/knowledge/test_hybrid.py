"""Each side counts by what it is worth, nothing is found when nothing fits, nobody fills a list."""

import dataclasses
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as some

from knowledge.lexical import asked_words, stem
from knowledge.search import bm25
from knowledge.search.hybrid import Scale, Scored, Side, curated_first, in_order, score, varied
from knowledge.search.tuning import Tuning


class Row(NamedTuple):
    """A chunk as the database gives it."""

    id: int
    text: str
    stems: str
    source_id: str = "s1"
    base_id: str = "b1"
    heading: str = ""
    kind: str = "file"


ALIKE = (0.4,) * 30  # no passage stands out of thirty


def row(number: int, text: str, **more: str) -> Any:
    return Row(number, text, stem(f"{more.get('heading', '')} {text}"), **more)


def scale(question: str, vector: float = 0.0, **tuning: float) -> Scale:
    asked = bm25.question(asked_words(question), 100, lambda term: 3.0)
    return Scale(asked, 100, 40.0, {"b1": Side(Tuning(**tuning), vector, (0.3, 0.8))})


def alike(one: Scale) -> Scale:
    """The same by a measured model, where no passage stands out."""
    side = dataclasses.replace(one.sides["b1"], nearest=ALIKE)
    return dataclasses.replace(one, sides={"b1": side})


def ranked(one: Scale, *candidates: tuple[Any, float | None]) -> list[int]:
    return [found.row.id for found in in_order(one, score(one, candidates))]


WARRANTY = row(1, "La garantía cubre el motor.")
RETURNS = row(2, "Puede devolver el auto.")
ICE_CREAM = row(3, "Tenemos helados de vainilla.")


def test_words_put_the_passage_that_holds_them_first() -> None:
    asked = scale("¿la garantía cubre el motor?")
    assert ranked(asked, (RETURNS, None), (WARRANTY, None)) == [1]


def test_a_word_counts_once_however_many_stems_it_has() -> None:
    # "negociación" has a stem for each language, "motor" the same in both.
    assert [len(forms) for forms in asked_words("negociación motor")] == [2, 1]
    asked = scale("negociación motor", words=1.0)
    one, other = score(asked, [(row(1, "negociación"), None), (row(2, "motor"), None)])
    assert 0 <= other.score - one.score < 0.06  # what its longer passage takes from it


def test_any_stem_of_a_word_is_that_word() -> None:
    asked = scale("negociaciones", words=1.0)
    best = score(asked, [(row(1, "La negociación terminó."), None)])[0]
    assert bm25.coverage(asked.asked, f" {best.row.stems} ", 100) == 1.0


def test_a_word_said_twice_is_asked_once_and_a_long_message_by_its_first_words() -> None:
    assert asked_words("precio, ¿qué precio?") == asked_words("precio")
    numbers = " ".join(str(n) for n in range(100, 200))
    assert [forms[0] for forms in asked_words(numbers)] == [str(n) for n in range(100, 124)]


def test_a_misspelled_word_is_found_by_its_pieces() -> None:
    best = score(scale("garntia"), [(WARRANTY, None)])[0]
    assert (best.found_by, best.score > 0) == (("ngrams",), True)


def test_vectors_that_count_nothing_change_nothing() -> None:
    without = ranked(scale("garantía del motor"), (RETURNS, None), (WARRANTY, None))
    assert ranked(scale("garantía del motor"), (RETURNS, 0.99), (WARRANTY, 0.1))[:1] == without


def test_vectors_that_count_find_other_words_for_the_same() -> None:
    asked = scale("quiero regresar mi coche", vector=0.6)
    assert ranked(asked, (WARRANTY, 0.2), (RETURNS, 0.8)) == [2]


def test_nothing_is_found_when_the_best_holds_too_little_of_the_question() -> None:
    asked = scale("helados de chocolate con cereza y nuez")
    assert ranked(asked, (ICE_CREAM, None)) == [3]
    assert ranked(scale("helados chocolate cereza nuez", threshold=0.5), (ICE_CREAM, None)) == []


def test_nothing_is_found_when_no_vector_is_near() -> None:
    assert ranked(scale("cualquier cosa", vector=1.0), (WARRANTY, 0.29), (RETURNS, 0.1)) == []


def test_a_word_alone_is_not_found_where_vectors_say_that_it_means_something_else() -> None:
    asked = alike(scale("un motor de búsqueda para mi empresa", vector=0.75))
    assert ranked(asked, (WARRANTY, 0.5), (ICE_CREAM, 0.5)) == []


def test_what_has_no_vector_yet_is_found_by_enough_of_its_words() -> None:
    asked = alike(scale("la garantía del motor", vector=0.75))
    assert ranked(asked, (WARRANTY, None), (RETURNS, 0.5)) == [1, 2]


def test_what_is_not_among_the_nearest_is_taken_to_be_as_near_as_the_last_of_them() -> None:
    asked = alike(scale("la garantía del motor", vector=0.75))
    far, seen = score(asked, [(WARRANTY, None), (RETURNS, 0.5)])
    assert far.nearness == 0.4
    assert ("vector" in far.found_by, "vector" in seen.found_by) == (False, True)


def test_a_curated_answer_comes_first_when_its_question_is_the_one_asked() -> None:
    curated = row(9, "Sí, siempre.", heading="¿Cubre el motor la garantía?", kind="curated")
    other = row(8, "Nunca.", heading="¿Venden motos?", kind="curated")
    asked = scale("¿la garantía cubre el motor?")
    scored = score(asked, [(one, None) for one in (WARRANTY, curated, other)])
    assert [one.row.id for one in curated_first(asked, scored)] == [9, 1, 8]


def test_one_known_word_is_enough_in_a_base_of_one_text() -> None:
    asked = bm25.question(asked_words("¿abren a las nueve?"), 1, lambda term: float("nuev" in term))
    alone = Scale(asked, 1, 40.0, {"b1": Side(Tuning(), 0.0, (0.3, 0.8))})
    assert ranked(alone, (row(1, "Abrimos a las nueve."), None)) == [1]


def found(number: int, source: str, worth: float) -> Scored:
    return Scored(row(number, f"texto {number}", source_id=source), worth, 0.0, 0.0, ())


def test_one_document_does_not_fill_the_list_when_another_is_nearly_as_good() -> None:
    many = [found(n, "s1", 0.9 - n / 100) for n in range(6)]
    assert [one.row.id for one in varied([*many, found(7, "s2", 0.7)], 3)] == [0, 1, 7]
    assert [one.row.id for one in varied([*many, found(7, "s2", 0.1)], 3)] == [0, 1, 2]


def test_the_same_text_is_shown_once() -> None:
    twice = [Scored(row(n, "igual"), 0.9, 0.0, 0.0, ()) for n in (1, 2)]
    assert [one.row.id for one in varied(twice, 5)] == [1]


@given(some.lists(some.floats(0.01, 1), max_size=20), some.integers(1, 8))
def test_variety_invents_nothing_and_never_takes_the_first_place(
    worths: list[float], top_k: int
) -> None:
    given_order = sorted(worths, reverse=True)
    scored = [found(n, f"s{n % 3}", worth) for n, worth in enumerate(given_order)]
    shown = varied(scored, top_k)
    assert shown[:1] == scored[:1]
    assert len(shown) == min(top_k, len(scored))
    assert len({one.row.id for one in shown}) == len(shown)
