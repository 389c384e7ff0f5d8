"""What stands around each call of the model and of a tool: retries, limits, errors in words.

LangChain's own `ModelRetryMiddleware` is not used: it knows neither `Retry-After` nor a bound on
the whole wait. Its limit middlewares are, with `error` instead of their English sentences, which
would reach the customer.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openai
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelRequest,
    ModelResponse,
    ToolCallLimitMiddleware,
    ToolErrorMiddleware,
)
from langchain_core.messages import AIMessage
from langgraph.prebuilt.tool_node import ToolCallRequest

from agent.errors import AgentError
from agent.failures import ModelRubbish, may_pass
from agent.spec import Spec
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)

# What clients raise over bodies that are not what the protocol says.
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError)


@dataclass(frozen=True)
class Patience:
    """How a failed model call is tried again (seconds)."""

    attempts: int = 3
    first_wait: float = 0.5
    longest_wait: float = 8.0
    sleep: Callable[[float], None] = time.sleep

    def wait(self, attempt: int, error: Exception) -> float | None:
        """Seconds to wait after failed *attempt* (from 1); None: do not try again."""
        if attempt >= self.attempts or not may_pass(error):
            return None
        asked = _retry_after(error)
        if asked is not None:
            return asked if asked <= self.longest_wait else None
        return min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))


class Retries(AgentMiddleware[Any, Any, Any]):
    """Calls the model again while that may help, then lets the error go up."""

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self._patience = patience

    def wrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], ModelResponse[Any]],
    ) -> ModelResponse[Any]:
        """Call the model, at most `attempts` times."""
        attempt = 1
        while True:
            try:
                return _read(handler, request)
            except (openai.OpenAIError, ModelRubbish) as error:
                seconds = self._patience.wait(attempt, error)
                if seconds is None:
                    raise
                self._patience.sleep(seconds)
                attempt += 1


def _read(
    handler: Callable[[ModelRequest[Any]], ModelResponse[Any]], request: ModelRequest[Any]
) -> ModelResponse[Any]:
    """Call the model; what cannot be understood of its answer becomes ModelRubbish."""
    try:
        response = handler(request)
    except _UNREADABLE as error:
        log.debug("the model's answer could not be read", exc_info=True)
        raise ModelRubbish from error
    for message in response.result:
        if isinstance(message, AIMessage) and message.invalid_tool_calls and not message.tool_calls:
            raise ModelRubbish("The model called a tool with arguments that cannot be read.")
    return response


def around(spec: Spec, patience: Patience) -> list[AgentMiddleware[Any, Any, Any]]:
    """Return the middleware of an agent made from *spec*."""
    limits: list[AgentMiddleware[Any, Any, Any]] = [
        ModelCallLimitMiddleware(run_limit=spec.budget.model_calls, exit_behavior="error"),
    ]
    if spec.tools:
        limits += [
            # Blocked calls are answered with an error the model reads; its own limit ends the rest.
            ToolCallLimitMiddleware(run_limit=spec.budget.tool_calls, exit_behavior="continue"),
            ToolErrorMiddleware(on_error=_in_words),
        ]
    return [*limits, Retries(patience)]


def _in_words(error: Exception, request: ToolCallRequest) -> str:
    """What the model reads when a tool failed: our own sentences, never a traceback."""
    if isinstance(error, AgentError | KnowledgeError):
        return f"The tool could not do it: {error}"
    return "The tool failed. Do not guess its result; say that it cannot be checked right now."


def _retry_after(error: Exception) -> float | None:
    response = getattr(error, "response", None)
    value = response.headers.get("retry-after", "") if response is not None else ""
    return float(value) if value.replace(".", "", 1).isdigit() else None
