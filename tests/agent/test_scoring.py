"""What a case expects, and how an answer is scored by it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.answer import Answer, Citation, Handoff, Outcome, Step
from agent.cases import Case, Turn, plain
from agent.scoring import Score, passes, scored, together
from agent.stated import states

CITED = Citation(1, "Garantía.pdf", "s", 1, 1, 2, None, "…", 0.9, "")
TOOL = Step("tool", "financing", {"arguments": {"price": 350000, "months": "48", "plan": "Fijo"}})
ANSWER = Answer(
    "La garantía dura TRES  meses y cuesta $1,250.50.", Outcome.ANSWERED, (CITED,), trace=(TOOL,)
)


def turn(**expect: Any) -> Turn:
    return Turn.model_validate({"say": ["¿Garantía?"], "expect": expect})


def failed(answer: Answer = ANSWER, **expect: Any) -> dict[str, str]:
    """The reasons of the scores that do not pass."""
    return {one.name: one.reason for one in scored(turn(**expect), answer) if not one.passed}


@pytest.mark.parametrize(
    ("expect", "wrong"),
    [
        ({}, {}),
        ({"contains": ["garantia dura", "tres meses"]}, {}),
        ({"contains": ["tres meses", "3,000 km"]}, {"contains": "3,000 km"}),
        ({"not_contains": ["dos meses"]}, {}),
        ({"not_contains": ["Garantia"]}, {"not_contains": "Garantia"}),
        ({"number": [1250.5]}, {}),
        ({"number": [1250]}, {"number": "1,250"}),
        ({"cites": ["garantia.pdf"]}, {}),
        ({"cites": ["precios.xlsx"]}, {"cites": "precios.xlsx"}),
        ({"nothing": True}, {"nothing": "Garantía.pdf"}),
        ({"tools": [{"name": "financing"}]}, {}),
        ({"tools": [{"name": "financing", "args": {"months": 48, "plan": "fijo"}}]}, {}),
        (
            {"tools": [{"name": "financing", "args": {"months": 36}}]},
            {"tool": "financing(months=36)"},
        ),
        ({"tools": [{"name": "catalog"}]}, {"tool": "catalog()"}),
        ({"outcome": "handoff"}, {"outcome": "answered"}),
        ({"language": "es-MX"}, {}),
        ({"language": "en"}, {"language": "es"}),
        ({"most_words": 8}, {}),
        ({"most_words": 7}, {"length": "8"}),
        ({"like": "La garantía es de tres meses, cuesta 1250.50"}, {}),
        ({"like": "No hay nada de eso"}, {"like": "No hay nada de eso"}),
    ],
)
def test_an_answer_is_scored_by_what_is_expected(
    expect: dict[str, Any], wrong: dict[str, str]
) -> None:
    assert failed(**expect) == wrong


def test_a_fallback_never_passes_and_a_hand_off_only_where_it_is_expected() -> None:
    fallback = Answer("Perdone.", Outcome.FALLBACK, error="model_timeout: late")
    assert failed(fallback) == {"outcome": "fallback: model_timeout: late"}
    passed_on = Answer("Le paso.", Outcome.HANDOFF, handoff=Handoff("angry"))
    assert failed(passed_on) == {"outcome": "handoff: angry"}
    assert failed(passed_on, outcome="handoff") == {}


def test_nothing_is_asserted_by_silence_a_refusal_or_words_without_a_source() -> None:
    for one in (
        Answer("", Outcome.SILENT),
        Answer("Perdone.", Outcome.FALLBACK, error="grounding: none"),
        Answer("Le paso.", Outcome.HANDOFF, (CITED,)),
        Answer("De eso no sé nada.", Outcome.ANSWERED),
    ):
        assert failed(one, nothing=True) == {}


def test_a_share_of_the_pieces_is_worth_something() -> None:
    [_, score] = scored(turn(contains=["tres", "cuatro", "cinco", "seis"]), ANSWER)
    assert (score.value, score.reason) == (0.25, "cuatro · cinco · seis")


def test_a_conversation_passes_when_every_turn_does() -> None:
    good, bad = scored(turn(contains=["tres"]), ANSWER), scored(turn(contains=["ocho"]), ANSWER)
    both = together([good, bad])
    assert (both["contains"].value, both["contains"].passed) == (0.5, False)
    assert both["contains"].reason == "ocho"
    assert passes(together([good, good]))
    assert not passes(both)


def test_a_score_is_kept_and_read_back() -> None:
    score = Score("style", 0.25, False, "too long", "client", "ana@example.com")
    assert Score.from_json("style", score.as_json()) == score


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$350,000", 350_000),
        ("$350.000", 350_000),
        ("350 000 km", 350_000),
        ("350\u202f000", 350_000),
        ("1.250.000,50 €", 1_250_000.5),
        ("1,250,000.50", 1_250_000.5),
        ("350 mil pesos", 350_000),
        ("350k", 350_000),
        ("1.5 millones", 1_500_000),
        ("R$ 2 milhões", 2_000_000),
        ("un 12.9 % anual", 12.9),
        ("un 12,9 % anual", 12.9),
        ("3.250", 3.25),
        ("3.250", 3250),
        ("quedan -5 días", -5),
        ("el 5 300 veces", 5),
        ("el 5 300 veces", 300),
        ("0", 0),
    ],
)
def test_a_number_is_stated_however_it_is_written(text: str, number: float) -> None:
    assert states(text, number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13.50", 1350),
        ("350,000", 35),
        ("1,250,000", 1.25),
        ("de 3-5 días", -5),
        ("1.234,5", 12345),
        ("A4", 5),
        ("sin números", 0),
    ],
)
def test_a_number_that_is_not_stated_is_not_found(text: str, number: float) -> None:
    assert not states(text, number)


@given(st.integers(0, 10**12), st.sampled_from([",", ".", " ", "'", "\u00a0"]))
def test_every_grouped_number_is_read(number: int, sign: str) -> None:
    assert states(f"son {number:,} en total".replace(",", sign), number)


@given(st.text())
def test_any_text_can_be_scored(text: str) -> None:
    answer = Answer(text, Outcome.ANSWERED)
    for score in scored(turn(contains=["a"], number=[1], language="es", like="hola"), answer):
        assert 0 <= score.value <= 1


# --- cases


def test_a_plain_case_is_a_question_and_what_the_answer_holds() -> None:
    case = plain(" ¿Garantía? ", "tres meses\n\n 3,000 km", "garantia.pdf")
    [only] = case.turns
    assert case.question == "¿Garantía?"
    assert only.expect.contains == ("tres meses", "3,000 km")
    assert only.expect.cites == ("garantia.pdf",)
    assert plain("Quiero hablar", "handoff").turns[0].expect.outcome == Outcome.HANDOFF


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"turns": []},
        {"turns": [{}]},
        {"turns": [{"say": [" "]}]},
        {"turns": [{"say": ["a"], "gap": -1}]},
        {"turns": [{"say": ["a"], "gap": float("nan")}]},
        {"turns": [{"say": ["a"], "expect": {"number": [float("inf")]}}]},
        {"turns": [{"say": ["a"], "expect": {"outcome": "happy"}}]},
        {"turns": [{"say": ["a"], "expect": {"unknown": 1}}]},
        {"turns": [{"say": ["a"]}], "goal": "a price"},
        {"turns": [{"say": ["x" * 4_001]}]},
        {"turns": [{"say": ["a"]}] * 41},
        {"turns": [{"say": ["a"] * 20, "expect": {"contains": ["x" * 2_000] * 50}}] * 3},
    ],
)
def test_what_is_no_case_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Case.model_validate(body)


def test_what_is_asked_does_not_depend_on_what_is_expected() -> None:
    one, other = plain("¿Garantía?", "tres"), plain("¿Garantía?", "cuatro")
    assert one.asked == other.asked
    assert one.asked != plain("¿Precio?").asked
    explicit = Case.model_validate({"turns": [{"say": ["¿Garantía?"], "gap": 0}]})
    assert explicit.asked == one.asked
    read_back = Case.model_validate(one.model_dump(mode="json", exclude_defaults=True))
    assert read_back.asked == one.asked
    later = Case.model_validate({"turns": [{"say": ["¿Garantía?"], "gap": 9}]})
    assert one.asked != later.asked


def test_files_and_choices_are_said_too() -> None:
    sent = {"media": [{"media_type": "image/jpeg", "words": "una placa"}], "choice": "Sí"}
    case = Case.model_validate({"turns": [sent]})
    assert case.turns[0].lines == ["image/jpeg: una placa", "Sí"]


def test_a_simulated_customer_has_a_goal_in_the_place_of_turns() -> None:
    case = Case.model_validate({"goal": "Saber el precio", "script": ["Hola", "¿Precio?"]})
    assert case.simulated
    assert case.question == "Hola"
