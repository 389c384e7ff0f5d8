"""The built-in model as a LangChain chat model: tool calls and streaming included."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, UsageMetadata
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.offline.reading import read
from agent.offline.reply import Tools, calls, text


class OfflineModel(BaseChatModel):
    """Deterministic; quotes the passages in its messages and calls the tools it is bound to."""

    @property
    def _llm_type(self) -> str:
        return "offline"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind *tools*, so that calls name only these."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=_reply(messages, kwargs))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in _pieces(_reply(messages, kwargs)):
            chunk = ChatGenerationChunk(message=piece)
            if run_manager and piece.content:
                run_manager.on_llm_new_token(str(piece.content), chunk=chunk)
            yield chunk


def _reply(messages: list[BaseMessage], bound: dict[str, Any]) -> AIMessage:
    reading = read(messages)
    tools = Tools.of(bound.get("tools", ()))
    wanted = [] if reading.results else calls(reading, tools)
    said = "" if wanted else text(reading, tools)
    return AIMessage(
        said,
        tool_calls=[tool_call(name=call.tool, args=call.arguments, id=call.id) for call in wanted],
        usage_metadata=_usage(messages, said),
        response_metadata={"finish_reason": "tool_calls" if wanted else "stop"},
    )


def _pieces(reply: AIMessage) -> Iterator[AIMessageChunk]:
    for word in re.findall(r"\s*\S+", str(reply.content)):
        yield AIMessageChunk(content=word)
    yield AIMessageChunk(
        content="",
        tool_call_chunks=[
            tool_call_chunk(
                name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=index
            )
            for index, call in enumerate(reply.tool_calls)
        ],
        usage_metadata=reply.usage_metadata,
        response_metadata=reply.response_metadata,
    )


def _usage(messages: list[BaseMessage], said: str) -> UsageMetadata:
    """Words, for want of tokens."""
    given, written = sum(len(str(m.text).split()) for m in messages), len(said.split())
    return UsageMetadata(input_tokens=given, output_tokens=written, total_tokens=given + written)
