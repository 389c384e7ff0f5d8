"""Chat completions as servers really send them, before LangChain mends or drops anything.

LangChain guesses the end of tool arguments that were cut off in a stream, loses calls without an
index, and reads no `refusal`; the raw calls and the refusal are kept beside the message instead,
for `agent.reading.reader`.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI

CALLS = "calls_as_sent"  # in additional_kwargs: by number, each with name and arguments as text
REFUSAL = "refusal"
Numbered = Callable[[int, Mapping[str, Any]], str]


class CompatibleModel(ChatOpenAI):
    """Any server that speaks OpenAI's chat completions."""

    def _create_chat_result(
        self, response: Any, generation_info: dict[str, Any] | None = None
    ) -> ChatResult:
        choices = response.get("choices") if isinstance(response, dict) else None
        if not isinstance(choices, list):
            return super()._create_chat_result(response, generation_info)
        bare = response | {"choices": [_with(choice, "message") for choice in choices]}
        result = super()._create_chat_result(bare, generation_info)
        for generation, choice in zip(result.generations, choices, strict=True):
            generation.message.additional_kwargs |= _kept(choice["message"], _by_place)
        return result

    def _convert_chunk_to_generation_chunk(
        self,
        chunk: dict[str, Any],
        default_chunk_class: type,
        base_generation_info: dict[str, Any] | None,
    ) -> ChatGenerationChunk | None:
        choices = [_with(choice, "delta") for choice in chunk.get("choices") or ()]
        piece = super()._convert_chunk_to_generation_chunk(
            chunk | {"choices": choices}, default_chunk_class, base_generation_info
        )
        if piece and choices:
            piece.message.additional_kwargs |= _kept(
                chunk["choices"][0].get("delta") or {}, _by_index
            )
        return piece


def _with(choice: Mapping[str, Any], field: str) -> dict[str, Any]:
    """*choice* without the calls in its message."""
    message = choice.get(field)
    calls = ("tool_calls", "function_call")
    bare = message and {name: value for name, value in message.items() if name not in calls}
    return {**choice, field: bare}


def _kept(message: Mapping[str, Any], number: Numbered) -> dict[str, Any]:
    calls = list(message.get("tool_calls") or ())
    if message.get("function_call"):  # as calls were sent before there could be several
        calls.append({"function": message["function_call"]})
    sent = {number(place, call): _call(call) for place, call in enumerate(calls)}
    refusal = message.get("refusal")
    kept = {CALLS: sent, REFUSAL: refusal if isinstance(refusal, str) else ""}
    return {name: value for name, value in kept.items() if value}


def _by_place(place: int, call: Mapping[str, Any]) -> str:
    return str(place)


def _by_index(place: int, call: Mapping[str, Any]) -> str:
    """What the pieces of one call share."""
    index = call.get("index")
    return str(call.get("id") or place) if index is None else str(index)


def _call(call: Mapping[str, Any]) -> dict[str, str]:
    """A call, or a piece of one."""
    function = call.get("function") or call
    arguments = function.get("arguments")
    as_text = arguments if isinstance(arguments, str | None) else json.dumps(arguments)
    said = {"name": function.get("name"), "arguments": as_text, "id": call.get("id")}
    return {name: str(value or "") for name, value in said.items()}
