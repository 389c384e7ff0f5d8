"""What comes in is made storable once, whatever it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text import storable
from tests.texts import ANY_TEXT, is_storable

TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda one: st.lists(one) | st.dictionaries(ANY_TEXT, one),
    max_leaves=20,
)


@given(ANY_TEXT)
def test_any_text_becomes_one_that_can_be_stored_and_stays_so(text: str) -> None:
    assert is_storable(storable(text))
    assert storable(storable(text)) == storable(text)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_a_text_that_can_be_stored_is_left_as_it_is(text: str) -> None:
    assert storable(text) is text


@given(TREES)
def test_nothing_in_a_tree_is_left_unstorable(tree: object) -> None:
    json.dumps(storable(tree), ensure_ascii=False).encode()
    assert "\\u0000" not in json.dumps(storable(tree))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\ud83d\ude00", "😀"),  # two halves that came apart in JSON
        ("a\ud83d", "a\ufffd"),
        ("\ude00\ud83d fin", "\ufffd\ufffd fin"),
        ("\ud83d\ud83d\ude00", "\ufffd😀"),
        ("ho\0la", "hola"),
        ("\ud83d\0\ude00", "😀"),
    ],
)
def test_halves_that_follow_one_another_are_their_character(text: str, kept: str) -> None:
    assert storable(text) == kept
    assert storable({text: [text, (text,)]}) == {kept: [kept, (kept,)]}
