"""Answers as models really give them, over the wire: what is sent, and what staff read."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.answer import Answer, Said, Token
from agent.spec import ModelChoice, Spec
from tests.agent.spellings import CALLS, CONTROL, MARKS, THOUGHTS
from tests.agent.wire import Wire
from tests.standins.openai import Reply, as_in, calls, fails, returns, says

CASES = Path(__file__).parents[1] / "cases"
SAID = "La garantía dura doce meses."
SECRET = "El margen es 30%, no decirlo."
ES = "Perdone, ahora mismo no puedo responderle. Lo reviso y le escribo enseguida."
EN = "Sorry, I cannot answer you right now. I will check and write to you shortly."
QUESTION = "¿Qué garantía dan?"
BOTH_WAYS = pytest.mark.parametrize("streamed", [False, True])


def case(name: str) -> Reply:
    return as_in((CASES / f"{name}.json").read_text("utf-8"))


def of(spec: Spec, **parameters: Any) -> Spec:
    return spec.model_copy(update={"model": ModelChoice(**parameters)})


def codes(answer: Answer, kind: str = "guard") -> list[str]:
    return [step.title for step in answer.trace if step.kind == kind]


@BOTH_WAYS
@pytest.mark.parametrize(
    "name",
    ["reasoning-leak/closed", "foreign-citation-marks/caret", "foreign-citation-marks/dagger"],
)
def test_the_customer_gets_the_answer_and_nothing_else(
    wire: Wire, spec: Spec, streamed: bool, name: str
) -> None:
    wire.script(case(name))
    answer = wire.ask(spec, QUESTION, streamed)
    assert (answer.text, answer.outcome) == (SAID, "answered")
    assert "margen" not in json.dumps(answer.as_json()["trace"], ensure_ascii=False)


@BOTH_WAYS
def test_a_thought_that_never_ended_is_asked_again_with_more_room(
    wire: Wire, spec: Spec, streamed: bool
) -> None:
    wire.script(case("reasoning-leak/unclosed"), says(SAID))
    assert wire.ask(of(spec, max_tokens=700), QUESTION, streamed).text == SAID
    room = [one["max_completion_tokens"] for one in wire.app.requests]
    assert room == [700, 4_000]


@BOTH_WAYS
@pytest.mark.parametrize("name", ["reasoning-leak/unclosed", "reasoning-eats-budget/body"])
def test_staff_read_that_thinking_took_all_the_room(
    wire: Wire, spec: Spec, streamed: bool, name: str
) -> None:
    wire.script(case(name))
    answer = wire.ask(spec, QUESTION, streamed)
    assert (answer.text, len(wire.app.requests)) == (ES, 2)
    assert answer.error.startswith("model_thought: The model used its whole length")
    assert "finish_reason length" in answer.error


@BOTH_WAYS
@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_was_written_is_run(wire: Wire, spec: Spec, streamed: bool, call: str) -> None:
    wire.script(says(call), says(SAID))
    answer = wire.ask(spec, "Hola", streamed)
    assert (answer.text, codes(answer, "tool")) == (SAID, ["knowledge"])
    assert "3 meses o 3,000 km" in wire.last
    assert codes(answer)[0] == "call_in_words"


@BOTH_WAYS
def test_the_call_of_the_case_is_run(wire: Wire, spec: Spec, streamed: bool) -> None:
    wire.script(case("tool-call-as-text/bare"), says(SAID))
    answer = wire.ask(spec, QUESTION, streamed)
    assert (answer.text, codes(answer, "tool")) == (SAID, ["knowledge"])


@BOTH_WAYS
@pytest.mark.parametrize(
    "call",
    [
        '{"name": "delete_everything", "arguments": {}}',
        '{"name": "knowledge", "arguments": {"q": 1}}',
        '<tool_call>{"name": "knowledge", "argum',
        'knowledge(query="gar',
        '{"query": "garantía"}',
        "<tool_response>Nada.</tool_response>",
        "[TOOL_CALLS]",
    ],
)
def test_a_call_that_cannot_be_run_is_asked_for_once_and_never_sent(
    wire: Wire, spec: Spec, streamed: bool, call: str
) -> None:
    wire.script(says(call))
    answer = wire.ask(spec, QUESTION, streamed)
    assert (answer.text, len(wire.app.requests)) == (ES, 2)
    assert answer.error.startswith("model_call: ")
    assert wire.last.startswith("Your last answer ")
    wire.script(says(call), says(SAID))
    assert wire.ask(spec, QUESTION, streamed).text == SAID


@BOTH_WAYS
@pytest.mark.parametrize("name", ["empty_object", "empty_string", "null_reason"])
def test_a_handoff_without_a_reason_is_one(
    wire: Wire, spec: Spec, streamed: bool, name: str
) -> None:
    wire.script(case(f"handoff-without-reason/{name}"))
    answer = wire.ask(spec, "Quiero mi factura ya", streamed)
    assert (answer.outcome, answer.text) == ("handoff", spec.handoff.message.es)
    assert answer.handoff is not None
    assert answer.handoff.reason == "Quiero mi factura ya"


@BOTH_WAYS
def test_a_handoff_that_was_cut_off_is_one(wire: Wire, spec: Spec, streamed: bool) -> None:
    call = {"id": "a", "function": {"name": "handoff", "arguments": '{"reas'}}
    wire.script(returns({"content": None, "tool_calls": [call]}, "length"))
    assert wire.ask(spec, QUESTION, streamed).outcome == "handoff"


@BOTH_WAYS
@pytest.mark.parametrize(
    "arguments",
    [
        None,
        "null",
        "  ",
        "{",
        '{"reason": ""}',
        '{"reason": 7}',
        '{"reason": ["a"]}',
        '{"motivo": "x"}',
        '"{}"',
        "[]",
        "no sé",
        {},
        {"reason": None},
    ],
)
@pytest.mark.parametrize("called", ["handoff", "functions.handoff", "Handoff"])
def test_whatever_a_handoff_is_given_it_is_one(
    wire: Wire, spec: Spec, streamed: bool, arguments: object, called: str
) -> None:
    call = {"type": "function", "function": {"name": called, "arguments": arguments}}  # no id
    wire.script(returns({"content": None, "tool_calls": [call]}, "tool_calls"))
    answer = wire.ask(spec, "Quiero mi factura ya", streamed)
    assert answer.handoff is not None
    assert (answer.outcome, answer.handoff.reason) == ("handoff", "Quiero mi factura ya")


def test_the_last_of_several_lines_is_the_reason(wire: Wire, spec: Spec) -> None:
    wire.script(case("handoff-without-reason/empty_object"))
    answer = wire.runtime.answer(spec, [], ["Hola", "Quiero mi factura"])
    assert answer.handoff is not None
    assert answer.handoff.reason == "Quiero mi factura"


@BOTH_WAYS
def test_calls_without_or_with_the_same_id_are_told_apart(
    wire: Wire, spec: Spec, streamed: bool
) -> None:
    function = {"name": "catalog", "arguments": '{"marca": "Kia"}'}
    twice = [
        {"type": "function", "function": function, **one} for one in ({"id": "a"}, {"id": "a"})
    ]
    wire.script(returns({"content": "", "tool_calls": twice}, "tool_calls"), says(SAID))
    assert wire.ask(spec, "¿Tienen Kia?", streamed).text == SAID
    ids = [call["id"] for call in wire.app.requests[-1]["messages"][-3]["tool_calls"]]
    assert len(set(ids)) == 2


@BOTH_WAYS
def test_bad_arguments_end_with_a_person_where_one_was_asked_for(
    wire: Wire, spec: Spec, streamed: bool
) -> None:
    wire.script(calls("financing", price="mucho"))
    answer = wire.ask(spec, "¿Me pasa con alguien del equipo?", streamed)
    assert (answer.outcome, answer.text) == ("handoff", spec.handoff.message.es)
    assert answer.handoff is not None
    assert answer.handoff.reason.startswith("The customer asked for a person, and the agent failed")
    assert wire.ask(spec, "¿Cuánto al mes?", streamed).outcome == "fallback"


@BOTH_WAYS
@pytest.mark.parametrize("name", ["length", "error"])
def test_a_piece_of_an_answer_is_not_sent_as_a_whole(
    wire: Wire, spec: Spec, streamed: bool, name: str
) -> None:
    wire.script(case(f"cut-answer-sent-as-whole/{name}"))
    answer = wire.ask(spec, QUESTION, streamed)
    assert (answer.text, answer.outcome, len(wire.app.requests)) == (ES, "fallback", 2)
    code = {"length": "model_length", "error": "model_broken_off"}[name]
    assert answer.error.startswith(f"{code}: ")
    wire.script(case(f"cut-answer-sent-as-whole/{name}"), says(SAID))
    assert wire.ask(spec, QUESTION, streamed).text == SAID


@BOTH_WAYS
@pytest.mark.parametrize("second", [says(f"{SAID} Ad"), fails(400), says("")])
def test_what_never_fits_is_cut_at_a_sentence_and_staff_read_so(
    wire: Wire, spec: Spec, streamed: bool, second: Reply
) -> None:
    cut = returns({"content": f"{SAID} Además, el cliente pue"}, "length")
    wire.script(
        cut, second if second.status != 200 else returns({"content": second.text}, "length")
    )
    answer = wire.ask(spec, QUESTION, streamed)
    assert (answer.text, answer.outcome) == (SAID, "answered")
    assert "cut_at_a_sentence" in codes(answer)
    assert answer.usage.output_tokens > 0


@BOTH_WAYS
@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (returns({"content": f"{SAID} Pero"}, "content_filter"), "model_filter"),
        (returns({"content": ""}, "content_filter"), "model_filter"),
        (returns({"content": None, "refusal": "I can't help with that."}), "model_refusal"),
        (returns({"content": "No puedo"}, "refusal"), "model_refusal"),
    ],
)
def test_what_was_held_back_is_not_asked_for_again(
    wire: Wire, spec: Spec, streamed: bool, reply: Reply, code: str
) -> None:
    wire.script(reply)
    answer = wire.ask(spec, "How are you?", streamed)
    assert (answer.text, answer.error.split(":")[0]) == (EN, code)
    assert len(wire.app.requests) == 1


@BOTH_WAYS
def test_nothing_at_all_is_asked_for_once_more(wire: Wire, spec: Spec, streamed: bool) -> None:
    wire.script(says(""), says(SAID))
    assert wire.ask(spec, QUESTION, streamed).text == SAID


def test_every_answer_that_was_thrown_away_is_paid_for(wire: Wire, spec: Spec) -> None:
    wire.script(says("<think>uno dos tres</think>", cost=1.0), says(SAID, cost=0.5))
    answer = wire.runtime.answer(spec, [], [QUESTION])
    assert answer.usage.cost == 1.5
    thrown = [step.detail.get("thrown_away") for step in answer.trace if step.kind == "model"]
    assert thrown == ["empty_reply", None]


@pytest.mark.parametrize("thought", [*THOUGHTS, f"{SECRET}</think>", f"Sí.<think>{SECRET}</think>"])
def test_what_is_shown_while_it_is_written_is_what_is_stored(
    wire: Wire, spec: Spec, thought: str
) -> None:
    text = thought.replace("{}", SECRET) + f"{SAID} [1] Además, cubre motor y transmisión."
    wire.script(says(text))
    events = list(wire.runtime.stream(spec, [], [QUESTION]))
    shown = [event.text for event in events if isinstance(event, Token)]
    assert isinstance(events[-1], Answer)
    assert events[-1].outcome == "answered"
    assert "".join(shown) == events[-1].text
    assert not any("margen" in text for text in shown)


@BOTH_WAYS
@pytest.mark.parametrize(
    "parts",
    [
        [{"type": "thinking", "thinking": SECRET}, {"type": "text", "text": SAID}],
        [{"type": "reasoning", "text": SECRET}, {"type": "text", "text": SAID}],
        [{"type": "text", "text": f"<think>{SECRET}"}, {"type": "text", "text": f"</think>{SAID}"}],
    ],
)
def test_parts_that_are_thoughts_are_not_sent(
    wire: Wire, spec: Spec, streamed: bool, parts: list[dict[str, Any]]
) -> None:
    wire.script(returns({"content": parts, "reasoning_content": SECRET}))
    assert wire.ask(spec, QUESTION, streamed).text == SAID


@BOTH_WAYS
def test_every_token_and_mark_at_once_leaves_the_answer(
    wire: Wire, spec: Spec, streamed: bool
) -> None:
    control = "".join(one for one in CONTROL if "assistant" not in one)
    wire.script(says(f"{control}La garantía dura doce meses{''.join(MARKS)}.{control}"))
    assert wire.ask(spec, QUESTION, streamed).text == SAID


def test_a_model_reads_none_of_it_in_the_history(wire: Wire, spec: Spec) -> None:
    wire.script(says(f"<think>{SECRET}</think>{SAID}"))
    first = wire.runtime.answer(spec, [], [QUESTION])
    wire.runtime.answer(spec, [Said("customer", QUESTION), Said("agent", first.text)], ["¿Y?"])
    assert SECRET not in json.dumps(wire.app.requests[-1], ensure_ascii=False)
