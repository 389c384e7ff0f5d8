"""Cases out of spreadsheets."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.case_csv import NoCases, read


def test_a_line_is_a_question_and_what_is_expected() -> None:
    [case] = read(
        "Pregunta;Contiene;Número;Cita;Palabras\n"
        "¿Garantía?;tres meses | 3,000 km;3000;garantia.pdf;40\n;;;;\n"
    )
    expect = case.turns[0].expect
    assert (expect.contains, expect.number) == (("tres meses", "3,000 km"), (3000,))
    assert (expect.cites, expect.most_words) == (("garantia.pdf",), 40)


def test_lines_of_one_conversation_are_its_turns() -> None:
    cases = read(
        "\ufeffconversation,question,contains,outcome\n"
        'a,"Hola, buenas",,\nb,¿Precio?,"350,000\nfinal",\na,Quiero una persona,,handoff\n'
    )
    assert [[turn.say[0] for turn in case.turns] for case in cases] == [
        ["Hola, buenas", "Quiero una persona"],
        ["¿Precio?"],
    ]
    assert cases[0].turns[1].expect.outcome == "handoff"
    assert cases[1].turns[0].expect.contains == ("350,000", "final")


def test_what_staff_write_for_a_hand_off_means_it_here_too() -> None:
    [case] = read("question,expected\nQuiero hablar,handoff\n")
    assert case.turns[0].expect.outcome == "handoff"
    assert case.turns[0].expect.contains == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "question"),
        ("a,b\n1,2\n", "question"),
        ("question\n", "question"),
        ("question,outcome\n¿Qué?,happy\n", 'Line 2: "outcome"'),
        ("question,number\n¿Qué?,many\n", 'Line 2: "number"'),
        ("question,most_words\nuno,3\n¿Qué?,0\n", 'Line 3: "most_words"'),
        ("question\n" + "x" * 4_001, "Line 2"),
        ("question\n" + "x\n" * 5_001, "more than 5000 lines"),
        ("x" * 2_000_001, "too large"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_line(text: str, told: str) -> None:
    with pytest.raises(NoCases, match=told):
        read(text)


@given(st.text())
def test_any_text_is_cases_or_a_sentence(text: str) -> None:
    with contextlib.suppress(NoCases):
        assert all(case.turns for case in read("question,contains\n" + text))


def test_a_cell_without_an_end_is_told() -> None:
    with pytest.raises(NoCases, match="no table"):
        read("question\n" + '"' + "x" * 140_000)
