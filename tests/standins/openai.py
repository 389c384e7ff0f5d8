"""A stand-in for OpenAI's chat completions, as strict about a request as the real one.

Scripted for tests (`openai_standin`, a Flask app that keeps what it received) and, for benchmarks,
a process of its own that answers everyone after a delay and costs little:
`python -m tests.standins.openai --port 8100 --delay 1.0`.

Protocol: https://platform.openai.com/docs/api-reference/chat
"""

import argparse
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask, Response, request

from tests.standins import swift

KEY = "sk-standin-0123456789"
_ROLES = {"system", "developer", "user", "assistant", "tool"}
_FIELDS = {
    "model",
    "messages",
    "stream",
    "stream_options",
    "temperature",
    "top_p",
    "n",
    "stop",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "max_tokens",
    "max_completion_tokens",
    "seed",
    "user",
    "response_format",
    "presence_penalty",
    "frequency_penalty",
    "store",
    "metadata",
}


@dataclass(frozen=True)
class Reply:
    """What the stand-in does with one request."""

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()  # tool name, arguments as JSON text
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None  # sent as it is
    content_type: str = "text/html"  # of that body
    hang: bool = False  # says nothing until `release` is set
    cost: float | None = None  # what OpenRouter adds to usage
    message: dict[str, Any] | None = None  # instead of what text and calls make
    finish: str = ""  # instead of what they end with


def says(text: str, cost: float | None = None) -> Reply:
    """An ordinary reply."""
    return Reply(text, cost=cost)


def calls(name: str, **arguments: Any) -> Reply:
    """A tool call."""
    return Reply(calls=((name, json.dumps(arguments)),))


def calls_badly(name: str) -> Reply:
    """A tool call whose arguments are not JSON."""
    return Reply(calls=((name, '{"brand": '),))


def returns(message: dict[str, Any], finish: str = "stop") -> Reply:
    """A message as it is, and how it ends."""
    return Reply(message={"role": "assistant"} | message, finish=finish)


def as_in(body: str) -> Reply:
    """What the body of a completion holds."""
    choice = json.loads(body)["choices"][0]
    return returns(choice["message"], choice["finish_reason"])


def fails(status: int, **headers: str) -> Reply:
    """An error of that status; `retry_after="1"` becomes the header."""
    return Reply(
        status=status, headers={k.replace("_", "-").title(): v for k, v in headers.items()}
    )


def rubbish() -> Reply:
    """A success whose body is no completion."""
    return Reply(body=b"<html>502 from a proxy that says 200</html>")


def hangs() -> Reply:
    """Nothing, until the app's `release` is set."""
    return Reply(hang=True)


Rule = Callable[[dict[str, Any]], Response | None]  # the answer to a request it does not take


class Refused(Exception):
    """A request the real service would refuse with 400."""


class OpenAIStandin(Flask):
    """The Flask app, with what it received and what it will say."""

    def __init__(self, script: Sequence[Reply], key: str) -> None:
        super().__init__("openai_standin")
        self.script = list(script) or [says("Hola, ¿en qué le ayudo?")]
        self.key = key
        self.routes = False  # OpenRouter's own shape of a recording
        self.requests: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []  # by one of the rules
        self.sent_headers: list[dict[str, str]] = []
        self.rules: list[Rule] = []  # what this server takes otherwise than the real one
        self.release = threading.Event()
        self._lock = threading.Lock()
        self.add_url_rule("/v1/chat/completions", view_func=self._complete, methods=["POST"])
        self.add_url_rule("/v1/audio/transcriptions", view_func=self._hear, methods=["POST"])

    def _next(self) -> Reply:
        with self._lock:
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def _hear(self) -> Response:
        """https://platform.openai.com/docs/api-reference/audio/createTranscription"""
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return _error(401, "Incorrect API key provided.", "invalid_api_key")
        file = request.files.get("file")
        if self.routes and request.is_json:
            return self._hear_json(request.get_json())
        if self.routes or file is None or not request.form.get("model"):
            return _error(400, "you must provide a model parameter", "invalid_request_error")
        if not re.search(r"\.(flac|mp3|mp4|mpeg|mpga|m4a|ogg|wav|webm)$", file.filename or ""):
            return _error(400, "Invalid file format.", "invalid_request_error")
        self.requests.append({**request.form, "bytes": len(file.read())})
        reply = self._next()
        if reply.status != 200:
            return _error(reply.status, "Told to fail.", "server_error")
        return Response(json.dumps({"text": reply.text}), content_type="application/json")

    def _hear_json(self, body: dict[str, Any]) -> Response:
        """https://openrouter.ai/docs/guides/overview/multimodal/stt"""
        sound = body.get("input_audio")
        if not isinstance(sound, dict) or "/" not in str(body.get("model")):
            return _error(400, "Invalid input_audio or model.", "invalid_request_error")
        self.requests.append({"model": body["model"], "format": sound["format"]})
        refusal = next((said for rule in self.rules if (said := rule(body))), None)
        answer = json.dumps({"text": self._next().text, "usage": {}})
        return refusal or Response(answer, content_type="application/json")

    def _complete(self) -> Response:
        self.sent_headers.append(dict(request.headers))
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return _error(401, "Incorrect API key provided.", "invalid_api_key")
        body = request.get_json(silent=True)
        try:
            check(body)
        except Refused as refused:
            return _error(400, str(refused), "invalid_request_error")
        refusal = next((said for rule in self.rules if (said := rule(body))), None)
        if refusal is not None:
            self.refused.append(body)
            return refusal
        self.requests.append(body)
        reply = self._next()
        if reply.hang:
            self.release.wait(30)
        if reply.status != 200:
            answer = _error(reply.status, "Told to fail.", "server_error")
            answer.headers.update(reply.headers)
            return answer
        if reply.body is not None:
            return Response(reply.body, content_type=reply.content_type)
        if body.get("stream"):
            return Response(stream_of(body, reply), content_type="text/event-stream")
        return Response(json.dumps(completion(body, reply)), content_type="application/json")


def refuses(part: str, status: int, said: str) -> Rule:
    """The rule of a server that takes no *part* of a message: `image_url`, `input_audio`."""

    def rule(body: dict[str, Any]) -> Response | None:
        contents = [one.get("content") for one in body.get("messages", [])]
        kinds = [piece["type"] for one in contents if isinstance(one, list) for piece in one]
        found = part in (*kinds, *body)
        return _error(status, said, "invalid_request_error") if found else None

    return rule


def openai_standin(*script: Reply, key: str = KEY) -> OpenAIStandin:
    """Return the app; it goes through *script* and then repeats the last entry for ever."""
    return OpenAIStandin(script, key)


def check(body: Any) -> None:
    """Raise Refused where the real service would answer 400."""
    if not isinstance(body, dict):
        raise Refused("We could not parse the JSON body of your request.")
    unknown = body.keys() - _FIELDS
    if unknown:
        raise Refused(f"Unrecognized request argument supplied: {sorted(unknown)[0]}")
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise Refused("you must provide a model parameter")
    if body.get("stream_options") and not body.get("stream"):
        raise Refused("The 'stream_options' parameter is only allowed when 'stream' is enabled.")
    if not 0 <= body.get("temperature", 1) <= 2:
        raise Refused("Invalid 'temperature'.")
    for tool in body.get("tools", []):
        _check_tool(tool)
    _check_messages(body.get("messages"))


def _check_tool(tool: Any) -> None:
    function = tool.get("function", {})
    if tool.get("type") != "function" or not re.fullmatch(r"[\w-]{1,64}", function.get("name", "")):
        raise Refused("Invalid 'tools[0].function.name'.")
    if function.get("parameters", {}).get("type", "object") != "object":
        raise Refused("Invalid schema for function: schema must be of type 'object'.")


def _check_messages(messages: Any) -> None:
    if not isinstance(messages, list) or not messages:
        raise Refused("Invalid 'messages': empty array.")
    open_calls: set[str] = set()
    for number, message in enumerate(messages):
        role = message.get("role")
        if role not in _ROLES:
            raise Refused(f"Invalid value: {role!r} for 'messages[{number}].role'.")
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                raise Refused("messages with role 'tool' must be a response to 'tool_calls'.")
            open_calls.discard(message["tool_call_id"])
        elif open_calls:
            raise Refused("An assistant message with 'tool_calls' must be followed by answers.")
        open_calls |= {call["id"] for call in message.get("tool_calls") or []}
        if not isinstance(message.get("content"), str | list) and not message.get("tool_calls"):
            raise Refused(f"Invalid type for 'messages[{number}].content'.")
    if open_calls:
        raise Refused("An assistant message with 'tool_calls' must be followed by answers.")


def completion(body: dict[str, Any], reply: Reply) -> dict[str, Any]:
    """Return the body of an ordinary answer."""
    choice = {
        "index": 0,
        "message": _message(reply),
        "finish_reason": _finish(reply),
        "logprobs": None,
    }
    return _envelope(body, "chat.completion") | {"choices": [choice], "usage": _usage(body, reply)}


def _message(reply: Reply) -> dict[str, Any]:
    if reply.message is not None:
        return reply.message
    said = reply.text or (None if reply.calls else "")
    message: dict[str, Any] = {"role": "assistant", "content": said, "refusal": None}
    return message | ({"tool_calls": _tool_calls(reply)} if reply.calls else {})


def _finish(reply: Reply) -> str:
    return reply.finish or ("tool_calls" if reply.calls else "stop")


def stream_of(body: dict[str, Any], reply: Reply) -> Iterator[bytes]:
    """Yield the answer as server-sent events, a word a chunk."""

    def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _event(_envelope(body, "chat.completion.chunk") | {"choices": [choice]})

    yield event({"role": "assistant", "content": ""})
    for delta in _deltas(_message(reply)):
        yield event(delta)
    yield event({}, _finish(reply))
    if (body.get("stream_options") or {}).get("include_usage"):
        end = {"choices": [], "usage": _usage(body, reply)}
        yield _event(_envelope(body, "chat.completion.chunk") | end)
    yield b"data: [DONE]\n\n"


def _deltas(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The pieces of *message*: words of a text, parts of a list, halves of arguments."""
    for name, value in message.items():
        if name in ("role", "tool_calls") or value is None:
            continue
        pieces = (
            re.findall(r"\s*\S+", value) if isinstance(value, str) else [[one] for one in value]
        )
        yield from ({name: piece} for piece in pieces)
    for number, call in enumerate(message.get("tool_calls") or ()):
        arguments = call["function"]["arguments"]
        if not isinstance(arguments, str):
            yield {"tool_calls": [call | {"index": number}]}
            continue
        yield {"tool_calls": [_with_arguments(call, "") | {"index": number}]}
        for part in (arguments[: len(arguments) // 2], arguments[len(arguments) // 2 :]):
            yield {"tool_calls": [{"index": number, "function": {"arguments": part}}]}


def _with_arguments(call: dict[str, Any], arguments: str) -> dict[str, Any]:
    """Return *call* with other arguments."""
    return call | {"function": call["function"] | {"arguments": arguments}}


def _tool_calls(reply: Reply) -> list[dict[str, Any]]:
    return [
        {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for n, (name, arguments) in enumerate(reply.calls)
    ]


def _envelope(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-standin",
        "object": kind,
        "created": int(time.time()),
        "model": body["model"],
    }


def _usage(body: dict[str, Any], reply: Reply) -> dict[str, Any]:
    given = sum(len(str(message.get("content") or "").split()) for message in body["messages"])
    said = reply.text or str((reply.message or {}).get("content") or "")
    written = len(said.split()) + sum(len(arguments) // 4 for _, arguments in reply.calls)
    usage: dict[str, Any] = {
        "prompt_tokens": given,
        "completion_tokens": written,
        "total_tokens": given + written,
        "prompt_tokens_details": {"cached_tokens": 0},
    }
    return usage if reply.cost is None else usage | {"cost": reply.cost}


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def _error(status: int, message: str, code: str) -> Response:
    body = {"error": {"message": message, "type": code, "param": None, "code": code}}
    return Response(json.dumps(body), status, content_type="application/json")


def answer_always(reply: Reply, raw: bytes) -> swift.Answer:
    """The same for benchmarks: one reply to everyone."""
    body = json.loads(raw or b"{}")
    if body.get("stream"):
        return 200, "text/event-stream", b"".join(stream_of(body, reply))
    return 200, "application/json", json.dumps(completion(body, reply)).encode()


def main() -> None:
    """Serve `answer_always`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=1.0)
    parser.add_argument("--reply", default="La garantía es de 3 meses o 3,000 km [1].")
    options = parser.parse_args()
    swift.run(options.port, partial(answer_always, says(options.reply)), options.delay)


if __name__ == "__main__":
    main()
