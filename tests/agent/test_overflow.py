"""A question that is too long, told from the errors of many servers, with its numbers."""

from collections.abc import Callable
from typing import Any

import openai
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.servers.overflow import overflow

Made = Callable[..., openai.APIStatusError]
WORDINGS = [
    "This model's maximum context length is {limit} tokens. Your messages had {sent} tokens.",
    "This model's maximum context length is {limit} tokens, however you requested {sent} tokens.",
    "The decoder prompt (length {sent}) is longer than the maximum model length of {limit}.",
    "prompt is too long: {sent} tokens > {limit} maximum",
    "request ({sent} tokens) exceeds the available context size ({limit} tokens)",
    "Trying to keep the first {sent} tokens when context the overflows. However, the model is"
    " loaded with context length of only {limit} tokens, which is not enough.",
    "The input token count ({sent}) exceeds the maximum number of tokens allowed ({limit}).",
    "Prompt contains {sent} tokens, too large for model with {limit} maximum context length",
    "Input validation error: `inputs` must have less than {limit} tokens. Given: {sent}",
    "Input validation error: `inputs` tokens + `max_new_tokens` must be <= {limit}. Given: {sent}",
    "Input tokens exceed the configured limit of {limit} tokens. Your messages had {sent} tokens.",
    "too many tokens: total number of tokens in the prompt cannot exceed {limit} - received {sent}",
    "This model's maximum prompt length is {limit} but the request contains {sent} tokens.",
    "Invalid request: Your request exceeded model token limit: {limit} (requested: {sent})",
    "Please reduce the length of the messages. Current length is {sent} while limit is {limit}",
    "Requested tokens ({sent}) exceed context window of {limit}",
    "Message too long: {sent} tokens, max {limit}",
    "Token limit exceeded: {sent}/{limit}",
    "This model can only handle {limit} tokens and you sent {sent}",
    "The total of {sent} tokens exceeds the maximum context of {limit}",
    "Request too large on tokens per minute (TPM): Limit {limit}, Requested {sent}, please reduce"
    " your message size.",
    "Messages have {sent} tokens, which exceeds the max limit of {limit} tokens.",
    "Prompt tokens ({sent}) must not exceed {limit}",
    "The prompt of {sent} tokens is longer than the {limit}-token context",
    "El texto, de {sent} tokens, supera el máximo de {limit} tokens del modelo",
    "输入长度 {sent} 超过模型最大上下文长度 {limit}",
]


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wording=st.sampled_from(WORDINGS),
    limit=st.integers(512, 2_000_000),
    more=st.integers(1, 500_000),
    grouped=st.sampled_from(["", ",", ".", "\u00a0"]),
    status=st.sampled_from([400, 413, 422, 500]),
    outer=st.sampled_from(["error", "message", "detail"]),
)
def test_every_wording_gives_the_limit_and_what_was_sent(
    status_error: Made, wording: str, limit: int, more: int, grouped: str, status: int, outer: str
) -> None:
    numbers = [f"{number:,}".replace(",", grouped) for number in (limit, limit + more)]
    said = wording.format(limit=numbers[0], sent=numbers[1])
    assert overflow(status_error(status, {outer: said})) == (limit, limit + more)


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ("This model's maximum context length is 8k tokens; you sent 12k tokens.", 8000),
        ("Context window of 32K exceeded", 32_000),
        ("prompt exceeds the 128k context limit", 128_000),
        ("token limit 8 thousand exceeded", 8000),
        ("The prompt is 1.5k tokens over the 8k limit", 8000),
        ("maximum context is 8Ki tokens", 8000),
        ("prompt too long; exceeded max context length by 500 tokens", 0),
    ],
)
def test_numbers_may_be_said_in_words(status_error: Made, said: str, limit: int) -> None:
    found = overflow(status_error(400, {"error": {"message": said}}))
    assert found is not None
    assert found.limit == limit


@pytest.mark.parametrize(
    "said",
    [
        {"message": "Please reduce the length.", "code": "context_length_exceeded"},
        "Your input exceeds the context window of this model.",
        "Input is too long for requested model.",
        "input length exceeds maximum context length",
        "Prompt is too long",
    ],
)
def test_an_error_without_numbers_is_understood(status_error: Made, said: Any) -> None:
    assert overflow(status_error(400, {"error": said})) == (0, 0)


def test_numbers_in_fields_of_their_own_are_read(status_error: Made) -> None:
    error = {
        "code": 400,
        "message": "the request exceeds the available context size. try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": 5000,
        "n_ctx": 4096,
    }
    assert overflow(status_error(400, {"error": error})) == (4096, 5000)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            429,
            "Rate limit on tokens per min (TPM): Limit 10000, Used 9000, Requested 3000.",
        ),
        (429, "Too many tokens, please wait before trying again."),
        (400, "max_tokens is too large: 300000. This model supports at most 16384 tokens"),
        (400, "Unsupported value: 'temperature' does not support 0.2 with this model."),
        (401, "context length"),
        (500, "The server had an error while processing your request."),
        (400, "Invalid 'tools': array too long. Expected an array with maximum length 128."),
    ],
)
def test_other_errors_say_nothing_of_a_length(status_error: Made, status: int, said: str) -> None:
    assert overflow(status_error(status, {"error": said})) is None
