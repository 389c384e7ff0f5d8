"""No money, no more today, not so fast: three limits that providers say alike."""

from collections.abc import Callable
from typing import Any

import openai
import pytest

from agent.failures import may_pass, why
from agent.spent import asked_wait
from studio.texts import say

Made = Callable[..., openai.APIStatusError]


@pytest.mark.parametrize(
    ("status", "said", "code", "again"),
    [
        (402, "Insufficient Balance", "model_no_credit", False),
        (402, "This request requires more credits, or fewer max_tokens.", "model_no_credit", False),
        (429, {"message": "Quota.", "code": "insufficient_quota"}, "model_no_credit", False),
        (400, "Your credit balance is too low to access the API.", "model_no_credit", False),
        (403, "Your team has used all available credits.", "model_no_credit", False),
        (429, "You reached your monthly spending limit.", "model_no_credit", False),
        (429, "Rate limit exceeded: free-models-per-day. Add 10 credits", "model_quota", False),
        (429, "Requests per day (RPD): Limit 200, Used 200.", "model_quota", False),
        (429, "Daily limit reached", "model_quota", False),
        (429, "Tokens per day (TPD). Please try again in 1h2m3s.", "model_quota", False),
        (429, "Tokens per day (TPD). Please try again in 5s.", "model_rate_limit", True),
        (429, "You exceeded your current quota. Please retry in 3.07s.", "model_rate_limit", True),
        (429, "Requests per minute (RPM): Limit 30. Try again in 2s.", "model_rate_limit", True),
        (429, "Too many requests", "model_rate_limit", True),
        (403, "This key may not use the model.", "model_key", False),
        (500, "insufficient quota of memory", "model_error", True),
    ],
)
def test_each_limit_has_its_code_and_only_what_passes_is_tried_again(
    status_error: Made, status: int, said: Any, code: str, again: bool
) -> None:
    error = status_error(status, {"error": said})
    assert why(error).startswith(f"{code}: ")
    assert may_pass(error) is again
    assert say("es", f"failure.turn.{code}")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Please try again in 7m12.5s.", 432.5),
        ("Please try again in 1h2m3s.", 3723),
        ("Please try again in 250ms.", 0.25),
        ("Please retry after 20 seconds.", 20),
        ("Try again in 5 minutes.", 300),
        ("Please wait 2 hours", 7200),
        ("retryDelay: 34s", 34),
        ("Please retry in 34.07s.", 34.07),
        ("Please try again later.", None),
    ],
)
def test_the_wait_is_read_from_the_words(
    status_error: Made, said: str, seconds: float | None
) -> None:
    assert asked_wait(status_error(429, {"error": said})) == seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("2", 2), ("0.5", 0.5), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("x", None)],
)
def test_the_wait_is_read_from_the_header(
    status_error: Made, header: str, seconds: float | None
) -> None:
    assert asked_wait(status_error(429, "slow", **{"retry-after": header})) == seconds
