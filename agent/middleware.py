"""What stands around each call of the model and of a tool: retries, limits, errors in words.

LangChain's own retry knows neither `Retry-After` nor a bound on the whole wait, and its limits are
nodes of the graph: with them a turn takes five steps of the graph instead of two, which doubles
what a turn costs this process. The same rules stand here around the calls themselves.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import openai
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelRequest,
    ModelResponse,
    ToolErrorMiddleware,
)
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command

from agent.errors import AgentError
from agent.failures import CallLimit, ModelRubbish, ToolLoop, may_pass
from agent.lookup import TurnContext
from agent.servers.server import noting
from agent.spec import Budget, Spec
from agent.spent import asked_wait
from agent.text import storable
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)

SAME_CALLS = 3  # the third identical call of a turn shows that the agent goes round in circles
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
        asked = asked_wait(error)
        if asked is not None:
            return asked if asked <= self.longest_wait else None
        return min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))


class ModelCalls(AgentMiddleware[Any, TurnContext, Any]):
    """Ends a turn that calls the model too often; calls again while that may help.

    One middleware for both: LangChain wraps each one's call for tracing, which is not free.
    """

    def __init__(self, budget: Budget, patience: Patience) -> None:
        super().__init__()
        self._budget = budget
        self._patience = patience

    def wrap_model_call(
        self,
        request: ModelRequest[TurnContext],
        handler: Callable[[ModelRequest[TurnContext]], ModelResponse[Any]],
    ) -> ModelResponse[Any]:
        """Call the model, at most `attempts` times, or raise CallLimit; let other errors go up."""
        if request.runtime.context.count("model") > self._budget.model_calls:
            raise CallLimit
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
        with noting() as notes:
            response = handler(request)
    except _UNREADABLE as error:
        log.debug("the model's answer could not be read", exc_info=True)
        raise ModelRubbish from error
    request.runtime.context.notes += notes
    for message in response.result:
        if not isinstance(message, AIMessage):
            continue
        message.content = storable(message.content)
        message.tool_calls = storable(message.tool_calls)
        if message.invalid_tool_calls and not message.tool_calls:
            raise ModelRubbish("The model called a tool with arguments that cannot be read.")
    return response


class ToolCalls(AgentMiddleware[Any, TurnContext, Any]):
    """Ends a turn that goes round in circles; answers surplus tool calls with an error."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._budget = budget

    def wrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]],
    ) -> ToolMessage | Command[Any]:
        """Call the tool, or say that no more may be called."""
        context = cast(TurnContext, request.runtime.context)
        if context.count(_same(request)) >= SAME_CALLS:
            name = request.tool_call["name"]
            raise ToolLoop(f"The agent called {name} {SAME_CALLS} times with the same arguments.")
        if context.count("tool") <= self._budget.tool_calls:
            return _told(handler(request))
        return ToolMessage(
            "No more tools may be called. Answer with what you have.",
            name=request.tool_call["name"],
            tool_call_id=request.tool_call["id"],
            status="error",
        )


def _told(result: ToolMessage | Command[Any]) -> ToolMessage | Command[Any]:
    """What a tool said, as it can be stored: it may have asked somebody else."""
    if isinstance(result, ToolMessage):
        result.content = storable(result.content)
    return result


def _same(request: ToolCallRequest) -> str:
    """A name for this very call: the tool and its arguments."""
    arguments = json.dumps(request.tool_call["args"], sort_keys=True, default=str)
    return f"{request.tool_call['name']} {arguments}"


def around(spec: Spec, patience: Patience) -> list[AgentMiddleware[Any, Any, Any]]:
    """Return the middleware of an agent made from *spec*."""
    return [
        ToolCalls(spec.budget),
        ToolErrorMiddleware(on_error=_in_words),
        ModelCalls(spec.budget, patience),
    ]


def _in_words(error: Exception, request: ToolCallRequest) -> str:
    """What the model reads when a tool failed: our own sentences, never a traceback."""
    if isinstance(error, AgentError | KnowledgeError):
        return f"The tool could not do it: {error}"
    return "The tool failed. Do not guess its result; say that it cannot be checked right now."
