"""Turns with servers that differ: each is answered, and staff read what was asked otherwise."""

import json
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from agent.answer import Answer, Said
from agent.servers.server import FORGOTTEN_AFTER, Server
from agent.spec import ModelChoice, Spec
from tests.agent.wire import Wire
from tests.fakes import Clock, named_tools
from tests.standins.openai import Reply, Rule, fails, says
from tests.standins.strict import (
    alternating_roles_only,
    answers_once,
    context_of,
    error_in_200,
    error_in_stream,
    no_system_role,
    no_tools,
    refuses,
    tokens,
)

CASES = Path(__file__).parent.parent / "cases"
STREAMED = pytest.mark.parametrize("streamed", [False, True])


def body_of(case: str, file: str) -> Any:
    return json.loads((CASES / case / file).read_text("utf-8"))


def steps_of(answer: Answer) -> list[dict[str, Any]]:
    """What staff read about the server in the trace."""
    return [step.detail for step in answer.trace if step.kind == "server"]


@STREAMED
@pytest.mark.parametrize(
    ("file", "status", "name"),
    [
        ("temperature_400.json", 400, "temperature"),
        ("max_completion_tokens_422.json", 422, "max_completion_tokens"),
        ("tools_400.json", 400, "tools"),
        ("tools_400.json", 404, "tools"),
    ],
)
def test_a_refused_parameter_is_left_out_once_and_named_to_staff(
    wire: Wire, spec: Spec, streamed: bool, file: str, status: int, name: str
) -> None:
    wire.app.rules = [answers_once(name, status, body_of("parameter-refused", file))]
    wire.script(says("Son 3 meses."))
    first, second = (wire.ask(spec, streamed=streamed) for _ in range(2))
    assert (first.text, second.text) == ("Son 3 meses.", "Son 3 meses.")
    assert steps_of(first) == steps_of(second) == [{"refused": [name]}]
    assert len(wire.app.refused) == 1


def test_the_limit_of_an_answer_is_sent_by_its_older_name(wire: Wire, spec: Spec) -> None:
    wire.app.rules = [refuses("max_completion_tokens")]
    assert wire.ask(spec).outcome == "answered"
    assert wire.app.requests[-1]["max_tokens"] == spec.model.max_tokens
    wire.app.rules.append(refuses("max_tokens", "max_tokens is too large", 422))
    assert wire.ask(spec).outcome == "answered"
    assert not {"max_tokens", "max_completion_tokens"} & wire.app.requests[-1].keys()


@STREAMED
def test_a_server_that_takes_hardly_anything_is_learned_in_one_turn(
    wire: Wire, spec: Spec, streamed: bool
) -> None:
    wire.app.rules = [
        *map(refuses, ("temperature", "max_completion_tokens", "max_tokens", "stream_options")),
        no_tools(),
        no_system_role(),
        alternating_roles_only(),
    ]
    history = [Said("agent", "¡Buenos días!"), Said("customer", "hola"), Said("customer", "oiga")]
    stream = wire.runtime.stream if streamed else None
    answer = (
        list(stream(spec, history, ["¿Garantía?"]))[-1]
        if stream
        else wire.runtime.answer(spec, history, ["¿Garantía?"])
    )
    assert isinstance(answer, Answer)
    assert answer.outcome == "answered"
    sent = wire.app.requests[-1]
    assert sent.keys() - {"stream"} == {"model", "messages"}
    assert [one["role"] for one in sent["messages"]] == ["user", "assistant", "user"]
    assert "Sofía" in sent["messages"][0]["content"]
    assert "<message>¿Garantía?</message>" in sent["messages"][-1]["content"]


@STREAMED
def test_a_server_that_does_not_stream_answers_at_once(
    wire: Wire, spec: Spec, streamed: bool
) -> None:
    rule = refuses("stream", "Your organization must be verified to {name} this model.")
    wire.app.rules = [rule]
    wire.script(says("Son 3 meses."))
    answer = wire.ask(spec, streamed=streamed)
    assert answer.text == "Son 3 meses."
    assert answer.usage.output_tokens > 0
    assert steps_of(answer) == ([{"refused": ["stream"]}] if streamed else [])


@pytest.mark.parametrize(
    "rule",
    [
        refuses("temperature", "Something went wrong."),
        refuses("temperature", "Invalid schema for function 'handoff'", param="tools[0].function"),
        refuses("temperature", "The model does not exist", 404),
    ],
)
def test_what_is_no_refusal_of_a_part_is_told_once_and_nothing_is_learned(
    wire: Wire, spec: Spec, rule: Rule
) -> None:
    wire.app.rules = [rule]
    assert wire.ask(spec).outcome == "fallback"
    assert len(wire.app.refused) == 1
    assert "temperature" in wire.app.refused[0]


def test_a_server_that_refuses_what_was_left_out_already_is_not_asked_for_ever(
    wire: Wire, spec: Spec
) -> None:
    wire.app.rules = [refuses("model", "temperature is not supported")]
    answer = wire.ask(spec)
    assert answer.error.startswith("model_refused: ")
    assert len(wire.app.refused) == 2


def test_lessons_are_kept_for_each_model_alone(wire: Wire, spec: Spec) -> None:
    wire.app.rules = [refuses("temperature")]
    wire.ask(spec)
    wire.app.rules = []
    other = spec.model_copy(update={"model": ModelChoice(name="openai:another")})
    wire.ask(other)
    assert "temperature" in wire.app.requests[-1]
    wire.ask(spec.model_copy(update={"model": ModelChoice(temperature=0.9)}))
    assert "temperature" not in wire.app.requests[-1]


def test_many_turns_at_once_learn_the_same_and_all_are_answered(wire: Wire, spec: Spec) -> None:
    wire.app.rules = [refuses("temperature"), no_tools()]
    start, answers = Barrier(8), []

    def ask() -> None:
        start.wait()
        answers.append(wire.ask(spec))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.outcome for answer in answers] == ["answered"] * 8


def test_lessons_are_forgotten_after_some_hours(status_error: Any) -> None:
    clock = Clock()
    server = Server(clock)
    asked = {"model": "m", "messages": [], "temperature": 1}
    error = status_error(400, {"error": "temperature is not supported"})
    assert server.learns(error, asked, asked)
    assert server.adapted(asked) == ({"model": "m", "messages": []}, {"refused": ["temperature"]})
    clock.pass_seconds(FORGOTTEN_AFTER + 1)
    assert server.adapted(asked) == (asked, {})


@STREAMED
@pytest.mark.parametrize(
    "wording",
    [
        "{roles}",
        "After the optional system message, conversation roles must alternate user/assistant",
        'messages: roles must alternate between "user" and "assistant"',
        "Expected last role User or Tool but got assistant",
        "Jinja Exception: Conversation roles must alternate user/assistant/...",
        "A conversation must alternate between user and assistant roles.",
    ],
)
def test_the_lines_of_a_burst_are_one_message_of_the_history(
    wire: Wire, spec: Spec, streamed: bool, wording: str
) -> None:
    seen = body_of("roles-alternate", "answer.json")["error"]["message"]
    wire.app.rules = [alternating_roles_only(wording.format(roles=seen))]
    history = [Said("customer", "hola"), Said("customer", "¿garantía?"), Said("agent", "3 meses.")]
    answer = wire.runtime.answer(spec, history, ["¿Y devoluciones?"])
    messages = wire.app.requests[-1]["messages"]
    assert [one["role"] for one in messages] == ["system", "user", "assistant", "user"]
    assert messages[1]["content"] == "hola\n¿garantía?"
    assert (answer.outcome, steps_of(answer), wire.app.refused) == ("answered", [], [])


@pytest.mark.parametrize(
    ("authors", "roles"),
    [
        ("c", ["user"]),
        ("cc", ["user"]),
        ("ca", ["user", "assistant", "user"]),
        ("cah", ["user", "assistant", "user"]),
        ("cacc", ["user", "assistant", "user"]),
        ("ccaahccaa", ["user", "assistant", "user", "assistant", "user"]),
        ("ac", ["assistant", "user"]),
    ],
)
def test_roles_take_turns_whatever_the_history(
    wire: Wire, spec: Spec, authors: str, roles: list[str]
) -> None:
    names = {"c": "customer", "a": "agent", "h": "human"}
    history = [Said(names[one], f"línea {n}") for n, one in enumerate(authors)]
    assert wire.runtime.answer(spec, history, ["¿Garantía?"]).outcome == "answered"
    messages = wire.app.requests[-1]["messages"]
    assert [one["role"] for one in messages[1:]] == roles
    text = "\n".join(one["content"] for one in messages[1:])
    assert [f"línea {n}" in text for n in range(len(authors))] == [True] * len(authors)


def test_a_conversation_that_the_agent_began_begins_with_the_customer_where_it_must(
    wire: Wire, spec: Spec
) -> None:
    wire.app.rules = [alternating_roles_only()]
    answer = wire.runtime.answer(spec, [Said("human", "Su auto está listo.")], ["¿Garantía?"])
    assert steps_of(answer) == [{"refused": ["roles"]}]
    assert wire.app.requests[-1]["messages"][2]["content"] == "Su auto está listo."


TALK = [
    Said("customer" if n % 2 == 0 else "agent", f"línea {n} " + "palabras de sobra " * 20)
    for n in range(20)
]


@STREAMED
@pytest.mark.parametrize(
    ("wording", "status"),
    [
        ("This model's maximum context length is {limit} tokens. You sent {sent} tokens.", 400),
        ("prompt is too long: {sent} tokens > {limit} maximum", 400),
        ("request ({sent} tokens) exceeds the available context size ({limit} tokens)", 400),
        ("The input token count ({sent}) exceeds the maximum number of tokens ({limit}).", 400),
        ("Request too large on tokens per minute: Limit {limit}, Requested {sent}", 413),
        ("Prompt contains {sent} tokens, too large for model with {limit} maximum length", 422),
        ("Your input exceeds the context window of this model.", 400),
        ("Input is too long for requested model.", 500),
    ],
)
def test_a_conversation_too_long_is_shortened_to_what_fits(
    wire: Wire, spec: Spec, streamed: bool, wording: str, status: int
) -> None:
    short = spec.model_copy(
        update={"tools": named_tools("handoff"), "model": ModelChoice(max_tokens=100)}
    )
    wire.runtime.answer(short, [], ["¿Garantía?"])
    bare = tokens(wire.app.requests[-1])
    wire.app.rules = [context_of(bare + 1_000, wording, status)]
    answer = wire.runtime.answer(short, TALK, ["¿Garantía?"])
    assert answer.outcome == "answered"
    (cut,) = steps_of(answer)
    assert 0 < cut["missing"]["lines"] < len(TALK)
    messages = wire.app.requests[-1]["messages"]
    assert "<message>¿Garantía?</message>" in messages[-1]["content"]
    assert messages[0] == wire.app.requests[0]["messages"][0]
    assert "línea 0 " not in str(messages)
    assert "línea 19 " in str(messages)
    before = len(wire.app.refused)
    assert steps_of(wire.runtime.answer(short, TALK, ["¿Garantía?"]))
    assert len(wire.app.refused) == before


def test_words_that_alone_are_too_long_are_told_to_staff(wire: Wire, spec: Spec) -> None:
    wire.app.rules = [context_of(300)]
    answer = wire.runtime.answer(spec, TALK, ["¿Qué garantía dan?"])
    assert answer.error.startswith("model_too_long: ")
    assert "Shorten the instructions" in answer.error


def test_passages_are_cut_before_the_customers_words(wire: Wire, spec: Spec) -> None:
    bare = spec.model_copy(
        update={"tools": named_tools("handoff"), "model": ModelChoice(max_tokens=16)}
    )
    wire.runtime.answer(bare, [], ["¿Qué garantía dan en Puebla?"])
    wire.app.rules = [context_of(tokens(wire.app.requests[-1]) - 30)]
    answer = wire.runtime.answer(bare, [], ["¿Qué garantía dan en Puebla?"])
    assert answer.outcome == "answered"
    assert steps_of(answer)[0]["missing"]["passages"] >= 1
    assert "¿Qué garantía dan en Puebla?" in wire.last


@pytest.mark.parametrize(
    ("error", "code", "tries"),
    [
        (body_of("error-in-200", "body.json")["error"], "model_no_credit", 1),
        ({"message": "Insufficient credits"}, "model_no_credit", 1),
        ({"message": "Your credit balance is too low", "code": 400}, "model_no_credit", 1),
        (
            {"message": "You exceeded your quota", "code": "insufficient_quota"},
            "model_no_credit",
            1,
        ),
        ({"message": "Rate limit exceeded", "code": 429}, "model_rate_limit", 3),
        ({"message": "Slow down", "code": "rate_limit_exceeded"}, "model_rate_limit", 3),
        ({"message": "Rate limit exceeded: free-models-per-day", "code": 429}, "model_quota", 1),
        ({"message": "Provider returned error", "code": 502}, "model_error", 3),
        ({"message": "Overloaded", "type": "overloaded_error"}, "model_error", 3),
        ("Internal failure", "model_error", 3),
        ({"message": "No auth credentials found", "code": 401}, "model_key", 1),
        ({"message": "No such model: not found", "code": 404}, "model_unknown", 1),
    ],
)
@pytest.mark.parametrize(
    ("kind", "streamed"),
    [(error_in_200, False), (error_in_200, True), (error_in_stream, True)],
)
def test_an_error_with_the_status_of_a_success_is_told_by_its_own_code(
    wire: Wire, spec: Spec, streamed: bool, kind: Any, error: Any, code: str, tries: int
) -> None:
    wire.script(kind(error))
    answer = wire.ask(spec, streamed=streamed)
    assert answer.error.startswith(f"{code}: ")
    assert len(wire.app.requests) == tries


@STREAMED
def test_a_refusal_with_the_status_of_a_success_is_learned(
    wire: Wire, spec: Spec, streamed: bool
) -> None:
    wire.script(error_in_200({"message": "tools are not supported", "code": 400}), says("Hola."))
    answer = wire.ask(spec, streamed=streamed)
    assert (answer.text, steps_of(answer)) == ("Hola.", [{"refused": ["tools"]}])


@STREAMED
def test_an_error_beside_an_empty_choice_is_an_error(
    wire: Wire, spec: Spec, streamed: bool
) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": "error"}
    wire.script(error_in_200({"message": "Insufficient credits", "code": 402}, choices=[choice]))
    assert wire.ask(spec, streamed=streamed).error.startswith("model_no_credit: ")


@pytest.mark.parametrize(
    ("reply", "code", "tries"),
    [
        (fails(402), "model_no_credit", 1),
        (fails(429, retry_after="0"), "model_rate_limit", 3),
        (fails(429, retry_after="86400"), "model_quota", 1),
        (fails(429, retry_after="Wed, 21 Oct 2099 07:28:00 GMT"), "model_quota", 1),
        (fails(429, retry_after="60"), "model_rate_limit", 1),
    ],
)
def test_only_what_passes_in_a_moment_is_tried_again(
    wire: Wire, spec: Spec, reply: Reply, code: str, tries: int
) -> None:
    wire.script(reply)
    assert wire.ask(spec).error.startswith(f"{code}: ")
    assert len(wire.app.requests) == tries


@STREAMED
def test_a_model_without_tools_still_calls_a_person(wire: Wire, spec: Spec, streamed: bool) -> None:
    wire.app.rules = [no_tools()]
    wire.script(says('{"name": "handoff", "arguments": {"reason": "Pide una factura"}}'))
    answer = wire.ask(spec, "Quiero mi factura ya", streamed)
    assert (answer.outcome, answer.text) == ("handoff", spec.handoff.message.es)
    assert answer.handoff is not None
    assert answer.handoff.reason == "Pide una factura"
    assert '{"name": "handoff"' in wire.system
    assert "tools" not in wire.app.requests[-1]
