"""What becomes of a question when its server refuses a part of it: left out, renamed or merged.

Each change is a pure function from the question's JSON to that of one the server takes.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Question = dict[str, Any]
Message = dict[str, Any]

OPENING = "…"  # what the customer is taken to have said first, where a conversation has to begin so
NO_TOOLS = (
    "There are no tools in this conversation, whatever stands above. Answer from the passages, and"
    " say plainly what they do not hold."
)
HANDOFF = (
    " Where a rule above says to use handoff, write nothing but this line, with your reason:"
    ' {"name": "handoff", "arguments": {"reason": "one short sentence"}}'
)


def left_out(name: str) -> Callable[[Question], Question]:
    """A change that leaves the parameter *name* out."""
    return lambda question: {key: value for key, value in question.items() if key != name}


def renamed(question: Question) -> Question:
    """The limit of the answer by the name that servers took before it was changed.

    https://platform.openai.com/docs/api-reference/chat/create (`max_tokens` is deprecated there,
    and the only one that many compatible servers know).
    """
    if "max_completion_tokens" not in question:
        return question
    rest = left_out("max_completion_tokens")(question)
    return rest | {"max_tokens": question["max_completion_tokens"]}


def without_stream(question: Question) -> Question:
    """The question for an answer that comes at once."""
    return {
        key: value for key, value in question.items() if key not in ("stream", "stream_options")
    }


def without_thinking(question: Question) -> Question:
    """The question to a model that thinks only in pieces (Qwen's, by Alibaba's own servers:
    https://www.alibabacloud.com/help/en/model-studio/deep-thinking)."""
    return question | {"enable_thinking": False}


def without_tools(question: Question) -> Question:
    """No tools; what they returned is told in words, and how to call a person is said."""
    if "tools" not in question:
        return question
    offered = {tool.get("function", {}).get("name") for tool in question["tools"]}
    note = NO_TOOLS + (HANDOFF if "handoff" in offered else "")
    rest = {
        key: value
        for key, value in question.items()
        if key not in ("tools", "tool_choice", "parallel_tool_calls")
    }
    return told_in_words(rest | {"messages": _noted(question["messages"], note)})


def told_in_words(question: Question) -> Question:
    """Calls of tools and their results as words of the two who speak."""
    if not any(one["role"] == "tool" or one.get("tool_calls") for one in question["messages"]):
        return question
    return question | {"messages": in_turns(map(_in_words, question["messages"]))}


def as_system(question: Question) -> Question:
    """The `developer` role by its older name."""
    messages = [
        one | {"role": "system"} if one["role"] == "developer" else one
        for one in question["messages"]
    ]
    return question | {"messages": messages}


def without_system(question: Question) -> Question:
    """What stands in the system role, said at the head of the first user message."""
    ours = [one for one in question["messages"] if one["role"] in ("system", "developer")]
    rest = [one for one in question["messages"] if one["role"] not in ("system", "developer")]
    return question | {"messages": in_turns([*(one | {"role": "user"} for one in ours), *rest])}


def alternating(question: Question) -> Question:
    """Roles that take turns, the user first."""
    messages = in_turns(question["messages"])
    first = next((n for n, one in enumerate(messages) if one["role"] not in _SYSTEM), 0)
    if messages[first]["role"] == "assistant":
        messages.insert(first, {"role": "user", "content": OPENING})
    return question | {"messages": messages}


_SYSTEM = ("system", "developer")


def in_turns(messages: Iterable[Message]) -> list[Message]:
    """The same, with messages of one role in a row joined into one; results of tools stay."""
    joined: list[Message] = []
    for message in messages:
        if joined and _may_join(joined[-1], message):
            joined[-1] = joined[-1] | {"content": _both(joined[-1]["content"], message["content"])}
        else:
            joined.append(message)
    return joined


def _may_join(one: Message, other: Message) -> bool:
    both = (one, other)
    return one["role"] == other["role"] != "tool" and not any(m.get("tool_calls") for m in both)


def _both(one: Any, other: Any) -> Any:
    if isinstance(one, str) and isinstance(other, str):
        return f"{one}\n\n{other}"
    return [*_blocks(one), *_blocks(other)]


def _blocks(content: Any) -> list[Any]:
    return content if isinstance(content, list) else [{"type": "text", "text": content or ""}]


def _in_words(message: Message) -> Message:
    if message["role"] == "tool":
        return {"role": "user", "content": f"<tool_result>\n{message['content']}\n</tool_result>"}
    if not message.get("tool_calls"):
        return message
    calls = [json.dumps(call["function"], ensure_ascii=False) for call in message["tool_calls"]]
    return {
        "role": "assistant",
        "content": "\n".join([message.get("content") or "", *calls]).strip(),
    }


def _noted(messages: list[Message], note: str) -> list[Message]:
    """*note* at the end of what staff wrote, so that what does not change still comes first."""
    if messages and messages[0]["role"] in _SYSTEM:
        return [messages[0] | {"content": _both(messages[0]["content"], note)}, *messages[1:]]
    return [{"role": "system", "content": note}, *messages]


# In the order in which they are made.
CHANGES: Mapping[str, Callable[[Question], Question]] = {
    "tools": without_tools,
    "tool_roles": told_in_words,
    "stream": without_stream,
    "enable_thinking": without_thinking,
    "max_completion_tokens": renamed,
    "developer": as_system,
    "system": without_system,
    "roles": alternating,
}
