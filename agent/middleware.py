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
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command

from agent.errors import AgentError
from agent.failures import CallLimit, ModelRubbish, ToolLoop, code_of, may_pass
from agent.grounding.guard import GroundedGuard, Ungrounded
from agent.lookup import TurnContext
from agent.reading.ends import Cut, Unfit, whole_sentences
from agent.reading.reader import NOTICED, read
from agent.servers.server import noting
from agent.spec import Budget, Spec
from agent.spent import asked_wait
from agent.text import storable
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)

Response = ModelResponse[Any]
Handler = Callable[[ModelRequest[TurnContext]], Response]
MORE_ROOM = 4  # times the tokens of an answer that did not fit
LEAST_MORE_ROOM = 4_000  # tokens: a model that thinks needs some thousands
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

    def __init__(self, spec: Spec, patience: Patience, guard: GroundedGuard | None) -> None:
        super().__init__()
        self._guard = guard
        self._most = spec.budget.model_calls
        self._more_room = max(LEAST_MORE_ROOM, MORE_ROOM * spec.model.max_tokens)
        self._patience = patience

    def wrap_model_call(self, request: ModelRequest[TurnContext], handler: Handler) -> Response:
        """Call the model, or raise CallLimit; let other errors go up.

        What cannot be sent of an answer is asked for once more: with a sentence that says what was
        wrong, or with more room when it did not fit.
        """
        if request.runtime.context.count("model") > self._most:
            raise CallLimit
        try:
            return self._patiently(request, handler)
        except Unfit as first:
            if not (first.asks or first.with_more_room):
                raise
            return self._once_more(first, request, handler)

    def _once_more(
        self, first: Unfit, request: ModelRequest[TurnContext], handler: Handler
    ) -> Response:
        again = request.override(
            messages=[*request.messages, *([HumanMessage(first.asks)] if first.asks else [])],
            model_settings=request.model_settings | self._room(first),
        )
        try:
            return self._patiently(again, handler)
        except (Unfit, openai.OpenAIError, ModelRubbish) as second:
            words = max(map(_usable, (first, second)), key=len)
            if not words:
                raise
            message = _cut_at_a_sentence(words)
            self._check(message, request.runtime.context)
            return ModelResponse([message])

    def _room(self, first: Unfit) -> dict[str, Any]:
        return {"max_completion_tokens": self._more_room} if first.with_more_room else {}

    def _patiently(self, request: ModelRequest[TurnContext], handler: Handler) -> Response:
        """Call the model, at most `attempts` times."""
        attempt = 1
        while True:
            try:
                response = _read(handler, request)
                for message in response.result:
                    self._check(message, request.runtime.context)
                return response
            except (openai.OpenAIError, ModelRubbish) as error:
                seconds = self._patience.wait(attempt, error)
                if seconds is None:
                    raise
                self._patience.sleep(seconds)
                attempt += 1

    def _check(self, message: BaseMessage, context: TurnContext) -> None:
        """Raise Ungrounded when what *message* tells the customer stands in nothing found."""
        if self._guard is None or not isinstance(message, AIMessage) or message.tool_calls:
            return
        faults = self._guard.faults(str(message.text), context)
        if faults:
            unfit = Ungrounded(faults, [one.place for one in context.passages])
            context.thrown_away.append((code_of(unfit), message, unfit.detail))
            raise unfit


def _usable(error: Exception) -> str:
    """What may be sent of an answer that was cut off."""
    return whole_sentences(error.words) if isinstance(error, Cut) else ""


def _cut_at_a_sentence(words: str) -> AIMessage:
    noticed = {NOTICED: ["cut_at_a_sentence"], "finish_reason": "length"}
    return AIMessage(words, response_metadata=noticed)


def _read(handler: Handler, request: ModelRequest[TurnContext]) -> Response:
    """Call the model and read what it said. Raises ModelRubbish when that is no answer at all, and
    Unfit when it cannot be sent; what such an answer took is noted in the turn all the same.
    """
    try:
        with noting() as notes:
            response = handler(request)
    except _UNREADABLE as error:
        log.debug("the model's answer could not be read", exc_info=True)
        raise ModelRubbish from error
    request.runtime.context.notes += notes
    tools = {tool.name: tool for tool in request.tools if isinstance(tool, BaseTool)}
    for message in response.result:
        if isinstance(message, AIMessage):
            _noted(message, tools, request.runtime.context)
    return response


def _noted(message: AIMessage, tools: dict[str, BaseTool], context: TurnContext) -> None:
    try:
        read(message, tools, context.last_words)
    except Unfit as unfit:
        context.thrown_away.append((code_of(unfit), message, {}))
        raise


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
            return _told(handler(request), context)
        return ToolMessage(
            "No more tools may be called. Answer with what you have.",
            name=request.tool_call["name"],
            tool_call_id=request.tool_call["id"],
            status="error",
        )


def _told(result: ToolMessage | Command[Any], context: TurnContext) -> ToolMessage | Command[Any]:
    """What a tool said, as it can be stored: it may have asked somebody else. Passages it found
    have their numbers in the turn already."""
    if isinstance(result, ToolMessage):
        result.content = storable(result.content)
        if result.name != "knowledge" and result.status != "error":
            context.told.append(str(result.text))
    return result


def _same(request: ToolCallRequest) -> str:
    """A name for this very call: the tool and its arguments."""
    arguments = json.dumps(request.tool_call["args"], sort_keys=True, default=str)
    return f"{request.tool_call['name']} {arguments}"


def around(
    spec: Spec, patience: Patience, guard: GroundedGuard | None = None
) -> list[AgentMiddleware[Any, Any, Any]]:
    """Return the middleware of an agent made from *spec*; *guard* checks what it says."""
    return [
        ToolCalls(spec.budget),
        ToolErrorMiddleware(on_error=_in_words),
        ModelCalls(spec, patience, guard),
    ]


def _in_words(error: Exception, request: ToolCallRequest) -> str:
    """What the model reads when a tool failed: our own sentences, never a traceback."""
    if isinstance(error, AgentError | KnowledgeError):
        return f"The tool could not do it: {error}"
    return "The tool failed. Do not guess its result; say that it cannot be checked right now."
