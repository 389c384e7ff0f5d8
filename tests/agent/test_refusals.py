"""What a server refused, told from the error of any of them; and what is no refusal."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openai
import pytest

from agent.servers.refusals import refused

CASES = Path(__file__).parent.parent / "cases" / "parameter-refused"
Made = Callable[..., openai.APIStatusError]
ASKED: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "y"}],
    "temperature": 0.2,
    "max_completion_tokens": 700,
    "tools": [{"type": "function", "function": {"name": "handoff"}}],
    "stream": True,
    "stream_options": {"include_usage": True},
}


@pytest.mark.parametrize(
    ("file", "status", "name"),
    [
        ("temperature_400.json", 400, "temperature"),
        ("max_completion_tokens_422.json", 422, "max_completion_tokens"),
        ("tools_400.json", 400, "tools"),
        ("tools_400.json", 404, "tools"),
    ],
)
def test_the_refusals_that_were_seen_are_understood(
    status_error: Made, file: str, status: int, name: str
) -> None:
    body = json.loads((CASES / file).read_text("utf-8"))
    assert refused(status_error(status, body), ASKED) == name


@pytest.mark.parametrize(
    ("status", "said", "name"),
    [
        (400, '"auto" tool choice requires --enable-auto-tool-choice to be set', "tools"),
        (404, "No endpoints found that support tool use.", "tools"),
        (500, "tools param requires --jinja flag", "tools"),
        (400, "`tool calling` is not supported with this model", "tools"),
        (400, "This model doesn't support tool use.", "tools"),
        (400, "deepseek-reasoner does not support Function Calling", "tools"),
        (501, "Tool calls are not implemented", "tools"),
        (400, "Unrecognized request argument supplied: stream_options", "stream_options"),
        (400, "Your organization must be verified to stream this model.", "stream"),
        (400, "Streaming is not supported by this deployment", "stream"),
        (400, "`temperature` is deprecated for this model.", "temperature"),
        (400, "invalid temperature: only 1 is allowed for this model", "temperature"),
        (400, "temperature: must be less than or equal to 1", "temperature"),
        (400, 'Unknown name "max_completion_tokens": Cannot find field.', "max_completion_tokens"),
        (
            400,
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            "max_completion_tokens",
        ),
        (
            400,
            "max_tokens is too large: 9000. This model supports at most 4096 completion tokens",
            "max_completion_tokens",
        ),
        (400, "System role not supported", "system"),
        (400, "Developer instruction is not enabled for models/gemma-3-27b-it", "system"),
        (400, "Only user and assistant roles are supported!", "system"),
        (400, "Only user, assistant and tool roles are supported, got system.", "system"),
        (400, "Unexpected role 'system' after role 'user'", "system"),
        (500, "Jinja Exception: Conversation roles must alternate user/assistant/...", "roles"),
        (400, 'roles must alternate, but found multiple "user" roles in a row', "roles"),
        (400, "Expected last role User or Tool for serving but got assistant", "roles"),
        (400, "A conversation must alternate between user and assistant roles.", "roles"),
        (400, "Unexpected role 'user' after role 'tool'", "roles"),
        (400, "Messages must alternate between user and assistant", "roles"),
        (400, "multiple user messages in a row", "roles"),
        (400, "Tools are disabled for this model", "tools"),
        (400, "Function calling is unavailable for this model", "tools"),
        (400, "This endpoint has no support for tools", "tools"),
        (400, "Invalid parameter: stream_options", "stream_options"),
        (400, "El modelo no admite el parámetro temperature", "temperature"),
        (400, "El parámetro 'temperature' no está soportado por este modelo", "temperature"),
        (400, "Parâmetro 'temperature' não é suportado", "temperature"),
        (400, "max_tokens 参数非法。取值范围 [1, 4096]", "max_completion_tokens"),
        (400, "Bad Request: tool calling requires a model with tool template", "tools"),
        (400, "Cannot use tools with stream", "stream"),
        (400, "tools not supported when streaming", "stream"),
        (400, "enable_thinking must be set to false for non-streaming calls", "enable_thinking"),
        (400, "'system' is not one of ['user', 'assistant'] - 'messages.0.role'", "system"),
        (400, "Expected 'messages[0].role' to be 'user', got 'system'", "system"),
        (400, "Please use a valid role: user, model.", "system"),
        (400, "multiturn requests alternate between user and model.", "roles"),
        (400, "multiturn requests ends with a user role or a function response.", "roles"),
        (400, "This does not support successive user or assistant messages", "roles"),
    ],
)
def test_the_wordings_of_many_servers_are_understood(
    status_error: Made, status: int, said: str, name: str
) -> None:
    for body in ({"error": {"message": said}}, {"error": said}, {"message": said}, said):
        assert refused(status_error(status, body), ASKED) == name


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, {"message": "Invalid schema for function", "param": "tools[0].function.parameters"}),
        (400, "Invalid parameter: messages with role 'tool' must follow 'tool_calls'."),
        (400, "An assistant message with 'tool_calls' must be followed by tool messages."),
        (400, {"message": "Failed to call a function.", "code": "tool_use_failed"}),
        (401, "The key is not valid; tools are not supported"),
        (402, "temperature not supported without credit"),
        (429, "temperature not supported at this rate"),
        (404, "The model `gpt-9` does not exist or you do not have access to it."),
        (400, {"message": "filtered: 'temperature not supported'", "code": "content_filter"}),
        (500, "The system is not available right now"),
        (503, "tools not supported"),
        (400, "Image input is not supported by this model"),
        (400, "Unknown model: abc"),
        (404, "404 page not found"),
        (400, "We could not parse the JSON body of your request."),
        (400, {"message": "Unsupported parameter: 'logprobs'", "param": "logprobs"}),
    ],
)
def test_what_is_about_something_else_is_no_refusal(
    status_error: Made, status: int, said: Any
) -> None:
    assert refused(status_error(status, {"error": said}), ASKED) is None


@pytest.mark.parametrize(
    "said",
    [
        "This model only supports single tool-calls at once!",
        "Invalid value: 'tool'. Supported values are: 'system', 'assistant' and 'user'.",
        "invalid role: tool, only [system user assistant] allowed",
        "'tool' is not one of ['system', 'user', 'assistant']",
    ],
)
def test_results_of_tools_that_have_no_role_are_told_in_words(
    status_error: Made, said: str
) -> None:
    result = {"role": "tool", "content": "x", "tool_call_id": "a"}
    error = status_error(400, {"error": {"message": said}})
    assert refused(error, ASKED | {"messages": [*ASKED["messages"], result]}) == "tool_roles"


def test_what_a_server_repeats_of_the_question_refuses_nothing(status_error: Made) -> None:
    detail = [{"loc": ["body", "safety"], "msg": "Field required", "input": ASKED}]
    assert refused(status_error(422, {"detail": detail}), ASKED) is None


NAMED = ["temperature", "stream_options", "max_completion_tokens", "tools"]
NOT_SENT = ["logit_bias", "response_format", "n", "seed"]
REFUSING = [
    "Unsupported parameter: '{}' is not supported with this model.",
    "{} is not allowed",
    "Unrecognized request argument supplied: {}",
    "Additional properties are not allowed ('{}' was unexpected)",
    "unknown field `{}`, expected one of the fields listed in the documentation",
    "1 validation error for ChatCompletionRequest\n{}\n  Extra inputs are not permitted",
    "The parameter {} isn't supported by this provider.",
    "property '{}' is unsupported",
    "This model doesn't currently accept {}",
]
SHAPES: list[Callable[[str, str], Any]] = [
    lambda said, name: {"error": {"message": said, "param": name, "code": "unsupported_value"}},
    lambda said, name: {"error": {"message": said, "param": None, "code": 400}},
    lambda said, name: {"object": "error", "message": said, "code": 400},
    lambda said, name: {"error": said},
    lambda said, name: {"detail": said},
    lambda said, name: {
        "detail": [{"loc": ["body", name], "msg": "Extra inputs are not permitted"}]
    },
    lambda said, name: {"error": {"metadata": {"raw": json.dumps({"message": said})}}},
    lambda said, name: said,
]


@pytest.mark.parametrize("wording", REFUSING)
def test_every_wording_in_every_shape_names_what_was_refused(
    status_error: Made, wording: str
) -> None:
    for name, shape, status in itertools.product(NAMED, SHAPES, [400, 404, 422, 500, 501]):
        body = shape(wording.format(name), name)
        assert refused(status_error(status, body), ASKED) == name, body


@pytest.mark.parametrize("wording", REFUSING)
def test_what_was_not_sent_is_never_taken_for_refused(status_error: Made, wording: str) -> None:
    for name, shape in itertools.product(NOT_SENT, SHAPES):
        body = shape(wording.format(name), name)
        assert refused(status_error(400, body), ASKED) is None, body
