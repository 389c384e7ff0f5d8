"""What only machines should read is taken out of an answer, in every spelling and wherever cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.reading.arguments import arguments_of, fitted
from agent.reading.ends import (
    BrokenOff,
    Cut,
    Declined,
    Filtered,
    ThoughtAway,
    check_end,
    whole_sentences,
)
from agent.reading.prose import says_nothing, unwrapped
from agent.reading.reader import cleaned, text_of
from agent.reading.reasoning import without_reasoning
from agent.reading.written_calls import Written, tool_named, written_calls
from agent.tools import handoff, knowledge
from tests.agent.spellings import CALLS, CONTROL, MARKS, NAMES, PROSE, THOUGHTS, thoughts

SAID = "La garantía dura doce meses."
SECRET = "El margen es 30%, no decirlo."
SPOKEN = [
    "La garantía dura doce meses [1].",
    "2 < 3 y 4 > 1; a_b, <nombre>, 2*3*4.",
    "Llame al (55) 1234 5678 [1, 2]. Lea [la guía](https://example.com/a_(b)).",
    "1. Traiga su INE.\n2. Firme aquí.\n\n* Gratis",
    "Nuestro financing (a 12 meses) es bueno; el catalog tiene {x}.",
    "Pienso, luego existo. Thinking about it…",
    '"Hola", dijo [sic]. ``` no ```',
    "Respuesta: la garantía dura doce meses.",
    "Análisis: $200 por muestra.\n\nRespuesta en 24 horas.",
    "Plan: Básico\nRespuesta: en 4 horas",
    "Pregunta: ¿Abren hoy?\nRespuesta: Sí.",
    "Paso 1: traiga su INE.\nPaso 2: firme.",
    "<nombre> y <correo> son lo que falta.",
    "<b>Hola</b>: dura doce meses.",
    "The customer must sign. We need to answer the insurer first.",
    "Thoughts on this one? Reasoning skills: $200.",
]


@pytest.mark.parametrize("thought", THOUGHTS)
def test_what_was_thought_is_taken_out(thought: str) -> None:
    assert cleaned(thought.replace("{}", SECRET) + SAID) == SAID


@pytest.mark.parametrize("thought", [one for one in THOUGHTS if "assistantfinal" not in one])
def test_capital_letters_show_no_part_of_it(thought: str) -> None:
    upper = thought.replace("{}", SECRET).upper() + SAID
    assert "MARGEN" not in cleaned(upper)


@pytest.mark.parametrize("thought", [one for one in THOUGHTS if one.index("{}") > 1])
def test_a_thought_that_never_closes_hides_all_that_follows(thought: str) -> None:
    opening = thought[: thought.index("{}")]
    assert cleaned(f"{opening}{SECRET}") == ""


def test_a_closing_tag_alone_hides_all_before_it() -> None:
    for closing in ("</think>", "</THINKING>", "[/THINK]", "◁/think▷", "&lt;/think&gt;"):
        assert cleaned(f"{SECRET}\n{closing}\n{SAID}") == SAID


@pytest.mark.parametrize("thought", PROSE)
def test_what_was_thought_in_plain_words_is_taken_out(thought: str) -> None:
    assert cleaned(thought.replace("{}", SECRET) + SAID) == SAID
    assert cleaned(thought.replace("{}", f"{SECRET}\n\nAnswer: no.") + SAID) == SAID


@pytest.mark.parametrize(
    "thought",
    [
        f"Thought: {SECRET}",
        f"(Thinking: {SECRET})\n\n{SAID}",
        f"> **Thinking:** {SECRET}\n\n{SAID}",
        f"Okay, so the user is asking about it. {SECRET}\n\n{SAID}",
        f"El cliente pregunta por la garantía. {SECRET}\n\n{SAID}",
        f"We need to answer the user. {SECRET}\n\n{SAID}",
        f"<plan>{SECRET}",
        f"<guiding_notes>{SECRET}</guiding_notes>",
    ],
)
def test_a_thought_without_a_sign_of_its_end_leaves_nothing(thought: str) -> None:
    assert cleaned(thought) == ""


@given(thoughts(SECRET))
def test_tags_in_any_order_never_show_what_stands_between_them(text: str) -> None:
    assert SECRET not in cleaned(text)


@pytest.mark.parametrize("text", SPOKEN)
def test_words_stay_as_they_are(text: str) -> None:
    assert cleaned(text) == text
    assert written_calls(text, NAMES) is None


@pytest.mark.parametrize("token", CONTROL)
def test_control_tokens_are_taken_out(token: str) -> None:
    assert cleaned(f"{token}{SAID}") == SAID
    assert cleaned(f"{SAID}{token}") == SAID


def test_turns_that_were_invented_are_taken_out() -> None:
    turn = "<|im_end|>\n<|im_start|>user\n¿Y el margen?<|im_end|>"
    assert cleaned(f"{SAID}{turn}") == SAID
    assert cleaned(f"{SAID}[INST] ¿Y el margen? [/INST]") == SAID


def test_a_token_within_a_token_leaves_none() -> None:
    assert "think" not in cleaned(f"<th<|x|>ink>{SECRET}</th<|x|>ink>{SAID}")


@pytest.mark.parametrize("mark", MARKS)
def test_foreign_citation_marks_are_taken_out(mark: str) -> None:
    assert cleaned(f"La garantía{mark} dura doce meses{mark}.") == SAID


@given(st.text(max_size=300))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert cleaned(cleaned(text)) == cleaned(text)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_understood_however_it_is_written(call: str) -> None:
    text = without_reasoning(call)
    found = written_calls(text, NAMES)
    assert found
    assert [tool_named(one.name, NAMES) for one in found] == ["knowledge"]
    assert fitted(knowledge.build(), found[0].arguments) == {"query": "garantía"}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_breaks_off_is_never_taken_for_words(call: str) -> None:
    start = call.rindex("knowledge") + len("knowledge")
    for end in range(start + 2, len(call)):
        text = without_reasoning(call[:end])
        assert not text or written_calls(text, NAMES) is not None, text


def test_a_call_of_a_tool_that_is_none_is_a_call() -> None:
    assert written_calls('{"name": "delete", "arguments": {}}', NAMES) == [Written("delete", {})]
    assert written_calls('{"query": "garantía"}', NAMES) == []


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        ("", {}),
        (None, {}),
        ("null", {}),
        ("[]", {}),
        ('{"a": 1}', {"a": 1}),
        ('"{\\"a\\": 1}"', {"a": 1}),
        ('[{"a": 1}]', {"a": 1}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('{"a": 1}</tool_call>', {"a": 1}),
        ("{'a': 1, 'b': None}", {"a": 1, "b": None}),
        ('{"a": 1', None),
        ("[1, 2]", None),
        ("7", None),
    ],
)
def test_arguments_are_read_as_they_were_meant(raw: object, meant: object) -> None:
    assert arguments_of(raw) == meant


def test_arguments_that_fit_after_a_second_look_fit() -> None:
    assert fitted(handoff.build(), {"reason": "x", "to": None})["reason"] == "x"
    assert fitted(knowledge.build(), {"arguments": {"query": "x"}}) == {"query": "x"}
    assert fitted(knowledge.build(), "garantía") == {"query": "garantía"}
    with pytest.raises(ValueError, match="query: Field required"):
        fitted(knowledge.build(), "{}")


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        *zip(("length", "MAX_TOKENS", "lengthlength", "model_length"), itertools.repeat(Cut)),
        *zip(("content_filter", "SAFETY", "content-filter"), itertools.repeat(Filtered)),
        *zip(("error", "abort", "errorerror"), itertools.repeat(BrokenOff)),
        *zip(("guardrail", "IMAGE_SAFETY", "blocked"), itertools.repeat(Filtered)),
        *zip(("server_error", "OTHER", "canceled", "pause_turn"), itertools.repeat(BrokenOff)),
        ("model_context_window_exceeded", Cut),
        ("refusal", Declined),
    ],
)
def test_ends_that_are_none_are_told_apart(reason: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_end(reason, "", SAID, has_calls=False)


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "stopstop", "eos", "end_turn", "", None])
def test_other_ends_are_ends(reason: object) -> None:
    check_end(reason, "", SAID, has_calls=False)


def test_a_model_that_cannot_stop_has_not_answered() -> None:
    with pytest.raises(BrokenOff):
        check_end("stop", "", f"{SAID} " * 100, has_calls=False)
    check_end("stop", "", f"{SAID} " * 3, has_calls=False)


@pytest.mark.parametrize(
    "text",
    [
        f'{{"answer": "{SAID}"}}',
        f'```json\n{{"respuesta": "{SAID}"}}\n```',
        f"<customer_reply>{SAID}</customer_reply>",
        f"Assistant: {SAID}",
        f"{SAID}\nHuman: ¿y el margen?\nAssistant: {SECRET}",
        f'<passages><passage n="1">x</passage></passages>\n{SAID}',
    ],
)
def test_what_is_around_an_answer_is_taken_off(text: str) -> None:
    assert cleaned(unwrapped(text)) == SAID


def test_who_speaks_in_an_answer_stays_in_it() -> None:
    said = "Pensamiento: hoy abrimos.\nUsuario: ana\nCliente: 9 a 5\nFolio [REF-1234]"
    assert cleaned(said) == said


@pytest.mark.parametrize("text", ["", " ...", "\u200b", "null", "`None`", '""'])
def test_signs_alone_are_no_answer(text: str) -> None:
    assert says_nothing(text)
    assert not says_nothing(f"{text} 👍")


@pytest.mark.parametrize(
    "text",
    [
        "handoff",
        "[handoff]",
        "Claro. (handoff)",
        "**HANDOFF**: quiere una persona",
        "[TOOL: handoff]",
        "*uses handoff tool*",
        'to=handoff {"reason": "x"}',
        "Tool: handoff\nReason: x",
    ],
)
def test_a_person_is_called_by_the_name_alone(text: str) -> None:
    found = written_calls(text, NAMES)
    assert found
    assert found[0].name == "handoff"


@pytest.mark.parametrize("text", ["tool: knowledge\nquery: x", "[[knowledge: x]]", "knowledge"])
def test_a_name_without_arguments_is_a_call_that_is_asked_again(text: str) -> None:
    assert written_calls(text, NAMES) == [Written("knowledge", {})]


@pytest.mark.parametrize(
    "text",
    [
        "See the [catalog](https://example.com).",
        "Catalog: 12 cars. Use catalog page 3.",
        "Try our financing tool (financing is free). The handoff takes an hour.",
    ],
)
def test_the_name_of_a_tool_may_be_a_word(text: str) -> None:
    assert written_calls(text, NAMES) is None


def test_a_length_that_left_no_words_was_spent_on_thinking() -> None:
    with pytest.raises(ThoughtAway):
        check_end("length", "", "", has_calls=False)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Dura doce meses. Además, el cli", "Dura doce meses."),
        ("¿Le sirve? Si no, p", "¿Le sirve?"),
        ("Cuesta 3.5 pesos. Y a 2.", "Cuesta 3.5 pesos. Y a 2."),
        ("Traiga:\n1. INE\n2. Comp", ""),
        ("Pida al Sr. J. Pérez que", "Pida al Sr."),
        ("Sí.» Luego", "Sí.»"),
        ("La garantía cubre el motor; además, el cliente puede pedir que", ""),
    ],
)
def test_an_answer_that_was_cut_ends_with_a_sentence(text: str, kept: str) -> None:
    assert whole_sentences(text) == kept


def test_parts_that_machines_read_are_no_words() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": SECRET}]},
        {"type": "reasoning", "text": SECRET},
        {"type": "text", "text": SECRET, "thought": True},
        {"type": "text", "text": "La garantía "},
        "dura doce meses.",
    ]
    assert text_of(parts) == SAID
    assert text_of(None) == text_of({"a": 1}) == ""


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "sign", [" ", "\n", "<", "[", "{", "<think", "`", "【", "<!--", "knowledge("]
)
def test_a_model_that_repeats_itself_holds_nobody_up(sign: str) -> None:
    text = sign * (20_000 // len(sign))
    assert cleaned(text) is not None
    assert written_calls(text, NAMES) in (None, [])
