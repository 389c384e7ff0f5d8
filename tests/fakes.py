"""Fakes with names: a clock, a scripted model and a retriever in memory."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from agent.offline.words import stems
from agent.spec import ModelChoice, Spec
from agent.toolkit.records import Tool
from knowledge.base import Passage, TableRow


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


def call(name: str, **arguments: Any) -> AIMessage:
    """A reply that calls a tool."""
    return AIMessage("", tool_calls=[tool_call(name=name, args=arguments, id=f"call_{name}")])


class ScriptedModel(BaseChatModel):
    """Says what it was given to say, in order, and keeps what it was asked.

    A string is a reply, an AIMessage is sent as it is, an exception is raised. The last entry is
    repeated for ever. Also stands as the `models` of a Runtime.
    """

    _script: list[str | AIMessage | Exception] = PrivateAttr(default_factory=list)
    _seen: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    def __init__(self, *script: str | AIMessage | Exception) -> None:
        super().__init__()
        self._script = list(script) or ["hola"]

    @property
    def seen(self) -> list[list[BaseMessage]]:
        """The messages of each call."""
        return self._seen

    def name_of(self, choice: ModelChoice) -> str:
        """Its name in answers."""
        return choice.name or "scripted:model"

    def get(self, choice: ModelChoice) -> BaseChatModel:
        """Itself."""
        return self

    def looked_up(self, choice: ModelChoice, query: str) -> str:
        """The customer's own words."""
        return query

    def close(self) -> None:
        """Nothing to close."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        """Any tool may be called."""
        return self

    def _next(self, messages: list[BaseMessage]) -> AIMessage:
        self._seen.append(messages)
        entry = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(entry, Exception):
            raise entry
        reply = AIMessage(entry) if isinstance(entry, str) else entry.model_copy()
        reply.usage_metadata = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
        return reply

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._next(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        reply = self._next(messages)
        for word in str(reply.content).split():
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))
        chunks = [
            tool_call_chunk(name=c["name"], args=json.dumps(c["args"]), id=c["id"], index=i)
            for i, c in enumerate(reply.tool_calls)
        ]
        last = AIMessageChunk(
            content="", tool_call_chunks=chunks, usage_metadata=reply.usage_metadata
        )
        yield ChatGenerationChunk(message=last)


class FakeRetriever:
    """Passages and rows in memory, found by shared stems; the same calls as the real retriever."""

    def __init__(
        self,
        passages: Sequence[Passage] = (),
        rows: Sequence[TableRow] = (),
        error: Exception | None = None,
    ) -> None:
        self.passages = list(passages)
        self.table = list(rows)
        self.error = error
        self.queries: list[str] = []

    def search(
        self, query: str, base_ids: Sequence[str], top_k: int = 5, hybrid: bool = True
    ) -> list[Passage]:
        """The passages of the bases that share most stems with *query*."""
        if self.error:
            raise self.error
        self.queries.append(query)
        wanted = set(stems(query))

        def fit(p: Passage) -> int:
            return len(wanted & set(stems(f"{p.heading} {p.text}")))

        found = [p for p in self.passages if p.base_id in base_ids and fit(p)]
        return sorted(found, key=fit, reverse=True)[:top_k]

    def as_of(self, snapshot: str) -> Self:
        """The same: nothing is read meanwhile."""
        return self

    def rows(self, base_ids: Sequence[str]) -> list[TableRow]:
        """The rows of the bases."""
        if self.error:
            raise self.error
        return [row for row in self.table if row.base_id in base_ids]


def named_tools(*names: str) -> tuple[Tool, ...]:
    """The records of tools by their names; the samples' own too."""
    return Spec.model_validate({"name": "-", "tools": names}).tools
