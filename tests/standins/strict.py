"""Rules of servers that speak OpenAI's protocol and take less of it: each a named mode.

A rule goes into `OpenAIStandin.rules`. The wordings are those of servers people use; each rule
takes another.
"""

import json
import re
from typing import Any

from flask import Response

from tests.standins.openai import Reply, Rule

NOT_SUPPORTED = "Unsupported parameter: '{name}' is not supported with this model."
ALTERNATE = "Conversation roles must alternate user/assistant/user/assistant/..."
NO_TOOLS = "registry.ollama.ai/library/gemma:2b does not support tools"
NO_SYSTEM = "System role not supported"
TOO_LONG = (
    "This model's maximum context length is {limit} tokens. However, your messages resulted in"
    " {sent} tokens. Please reduce the length of the messages."
)


def refuses(name: str, wording: str = NOT_SUPPORTED, status: int = 400, **fields: Any) -> Rule:
    """A server that does not take the parameter *name*; *fields* stand beside its message."""

    def rule(body: dict[str, Any]) -> Response | None:
        said = {"message": wording.format(name=name), "type": "invalid_request_error", **fields}
        sent = body.get(name) not in (None, False)
        return answers(status, {"error": said}) if sent else None

    return rule


def answers_once(name: str, status: int, body: Any) -> Rule:
    """A server that answers *body* to whatever holds *name*."""
    return lambda asked: answers(status, body) if name in asked else None


def no_tools(wording: str = NO_TOOLS, status: int = 400) -> Rule:
    """A model that calls no tools."""
    return refuses("tools", wording, status)


def alternating_roles_only(wording: str = ALTERNATE, status: int = 400) -> Rule:
    """A template that knows a user and an assistant who take turns, the user first."""

    def rule(body: dict[str, Any]) -> Response | None:
        roles = [one["role"] for one in body["messages"] if one["role"] != "system"]
        right = [("user", "assistant")[n % 2] for n in range(len(roles))]
        return None if roles == right else answers(status, {"error": {"message": wording}})

    return rule


def no_system_role(wording: str = NO_SYSTEM, status: int = 400) -> Rule:
    """A template without a system role."""

    def rule(body: dict[str, Any]) -> Response | None:
        first = body["messages"][0]["role"]
        refusal = answers(status, {"error": {"message": wording}})
        return refusal if first in ("system", "developer") else None

    return rule


def context_of(limit: int, wording: str = TOO_LONG, status: int = 400, **fields: Any) -> Rule:
    """A model that reads *limit* tokens, counted as words and marks."""

    def rule(body: dict[str, Any]) -> Response | None:
        sent = tokens(body)
        said = {"message": wording.format(limit=limit, sent=sent), **fields}
        return answers(status, {"error": said}) if sent > limit else None

    return rule


def tokens(body: dict[str, Any]) -> int:
    """The tokens of a question with its tools: every four characters of a word are one."""
    text = json.dumps([body["messages"], body.get("tools", [])], ensure_ascii=False)
    return len(re.findall(r"\w{1,4}|[^\w\s]", text))


def error_in_200(error: Any, **beside: Any) -> Reply:
    """An error with the status of a success."""
    body = json.dumps({"error": error, **beside}).encode()
    return Reply(body=body, content_type="application/json")


def error_in_stream(error: Any) -> Reply:
    """An error as the only piece of a stream."""
    body = b"data: " + json.dumps({"error": error}).encode() + b"\n\ndata: [DONE]\n\n"
    return Reply(body=body, content_type="text/event-stream")


def answers(status: int, body: Any) -> Response:
    """A JSON answer with that status; a string is sent as it is."""
    text = body if isinstance(body, str) else json.dumps(body)
    return Response(text, status, content_type="application/json")
