"""What changed between two specs, as people read it."""

from hypothesis import given
from hypothesis import strategies as st

from agent.difference import difference, words
from agent.spec import KnowledgeChoice, Spec, Wording

BEFORE = Spec(name="Sofía", tone="Cercano y breve", greeting=Wording(es="Hola"))


def test_equal_specs_differ_in_nothing() -> None:
    assert difference(BEFORE, BEFORE.model_copy()) == []


def test_each_field_that_differs_is_named_by_its_place() -> None:
    after = BEFORE.model_copy(
        update={
            "tone": "Formal y breve",
            "greeting": Wording(es="Buenas"),
            "knowledge": KnowledgeChoice(bases=("a", "b")),
            "tools": (),
        }
    )
    found = {change.field: (change.before, change.after) for change in difference(BEFORE, after)}
    assert found == {
        "tone": ("Cercano y breve", "Formal y breve"),
        "greeting.es": ("Hola", "Buenas"),
        "knowledge.bases": ("", "a\nb"),
        "tools": ("handoff", ""),
    }


def test_the_words_that_came_and_went_are_marked() -> None:
    pieces = [(piece.kind, piece.text) for piece in words("ofrece una cita hoy", "ofrece dos hoy")]
    assert pieces == [("same", "ofrece "), ("gone", "una cita"), ("new", "dos"), ("same", " hoy")]


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_give_both_texts_back(before: str, after: str) -> None:
    pieces = words(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after
