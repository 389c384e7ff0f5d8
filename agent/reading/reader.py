"""One message of a model, read: changed in place into what may be shown, stored and run.

    text -> without reasoning -> calls written into it? -> without control tokens and foreign marks
    calls -> names of tools there are, arguments that fit, an id each

What could not be read raises `ends.Unfit`, which says whether asking again may help.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage
from langchain_core.messages.tool import ToolCall, tool_call
from langchain_core.tools import BaseTool

from agent.reading.arguments import arguments_of, fitted
from agent.reading.ends import BadCall, Silent, check_end
from agent.reading.marks import without_control, without_foreign_marks
from agent.reading.prose import says_nothing, unwrapped, without_prose
from agent.reading.reasoning import without_reasoning
from agent.reading.wire import CALLS, REFUSAL
from agent.reading.written_calls import HANDOFF, Written, tool_named, written_calls
from agent.text import storable

NOTICED = "noticed"  # in response_metadata: codes of what was done to the message
MOST_ROUNDS = 5
Tools = Mapping[str, BaseTool]


def read(message: AIMessage, tools: Tools, last_words: str) -> None:
    """Make *message* fit to be seen. *last_words* are the customer's, the reason of a hand-off that
    has none. Raises Unfit; the message is clean by then, too.
    """
    refusal = message.additional_kwargs.pop(REFUSAL, "")
    native = _native(message)
    spoken = unwrapped(storable(text_of(message.content)))
    words = cleaned(spoken)
    written = None if native else written_calls(without_reasoning(spoken), tools)
    is_words = written is None and not (native and written_calls(words, tools) is not None)
    message.content = words if is_words else ""
    message.tool_calls, message.invalid_tool_calls = [], []
    calls = [*native, *(written or [])]
    message.response_metadata[NOTICED] = _noticed(spoken, words, written)
    reason = message.response_metadata.get("finish_reason")
    if not any(tool_named(one.name, tools) == HANDOFF for one in calls):
        check_end(reason, refusal, str(message.content), bool(calls))
    if written == []:
        raise BadCall(_once_more(tools))
    message.tool_calls = [_call(one, tools, last_words, bool(written)) for one in _with_ids(calls)]
    if not message.tool_calls and says_nothing(words):
        raise Silent


def text_of(content: Any) -> str:
    """Return the words of *content*: a text, or a list of parts of which some are for machines."""
    if isinstance(content, str):
        return content
    return "".join(map(_part, content)) if isinstance(content, list) else ""


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or part.get("thought") is True:
        return ""
    is_words = part.get("type", "text") in ("text", "output_text")
    text = part.get("text")
    return text if is_words and isinstance(text, str) else ""


def cleaned(text: str) -> str:
    """Return *text* as people may read it. What is left of marks may be a mark again."""
    for _ in range(MOST_ROUNDS):
        before = text
        text = without_foreign_marks(without_control(_without_thoughts(text)))
        if text == before:
            return text.strip()
    return ""


def _without_thoughts(text: str) -> str:
    return without_prose(without_reasoning(text))


def _noticed(spoken: str, words: str, written: list[Written] | None) -> list[str]:
    if written is not None:
        return ["call_in_words"]
    said = _without_thoughts(spoken)
    thought = said != spoken
    marked = cleaned(spoken) != said.strip()
    noticed = {"reasoning_taken_out": thought, "marks_taken_out": marked}
    return [code for code, was in noticed.items() if was]


# --- calls


def _native(message: AIMessage) -> list[Written]:
    """The calls that came as calls, with their arguments as the model wrote them."""
    raw = message.additional_kwargs.pop(CALLS, {})
    if raw:
        return [Written(one["name"], one["arguments"], one["id"]) for one in raw.values()]
    return [
        Written(call["name"] or "", call["args"] or "", call["id"] or "")
        for call in (*message.tool_calls, *message.invalid_tool_calls)
    ]


def _with_ids(calls: list[Written]) -> list[Written]:
    """Each call with an id that no other has: their results are told apart by it."""
    made = [one.id or f"call_{uuid4().hex}" for one in calls]
    return [
        one._replace(id=id_ if id_ not in made[:n] else f"call_{uuid4().hex}")
        for n, (one, id_) in enumerate(zip(calls, made, strict=True))
    ]


def _call(one: Written, tools: Tools, last_words: str, was_written: bool) -> ToolCall:
    name = tool_named(one.name, tools)
    if not name and was_written:
        raise BadCall(_once_more(tools))
    arguments = _handoff(one.arguments, last_words) if name == HANDOFF else _fit(name, one, tools)
    return tool_call(name=name or storable(one.name), args=storable(arguments), id=one.id)


def _handoff(given: Any, last_words: str) -> dict[str, Any]:
    """Whatever was given: a hand-off needs no more than to be wanted."""
    reason = (arguments_of(given) or {}).get("reason")
    said = reason if isinstance(reason, str) and reason.strip() else last_words
    return {"reason": said}


def _fit(name: str, one: Written, tools: Tools) -> dict[str, Any]:
    if not name:
        return arguments_of(one.arguments) or {}  # whoever runs tools tells the model which are
    try:
        return fitted(tools[name], one.arguments)
    except ValueError as error:
        raise BadCall(
            f"Your last answer called the tool {name} with arguments that cannot be used: {error}."
            " Call it again with right arguments as one JSON object, or answer in words."
        ) from error


def _once_more(tools: Tools) -> str:
    return (
        "Your last answer held a tool call as text, which nobody can read. Call a tool as a tool"
        f" ({json.dumps(list(tools))}), with its arguments as one JSON object, or answer in words."
    )
