"""Chat completions as plain JSON, over whatever server: asked in its way, errors told by its code.

A server may answer with status 200 and an error in the body, or in a chunk of the stream (gateways
do: https://openrouter.ai/docs/api-reference/errors), or with one answer where pieces were wanted.
"""

import contextlib
import itertools
import json
import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

import httpx2
import openai

from agent.servers.changes import Question
from agent.servers.server import Server, note

MOST_LESSONS = 8  # in one call
UNKNOWN = 502  # the status of an error that names none: the provider failed
# What errors without a number call themselves.
_CALLED = (
    (402, r"insufficient.(?:quota|credit|balance|fund)|payment|billing|credit.balance"),
    (429, r"rate.?limit|too.many|resource.exhausted|quota|throttl"),
    (401, r"api.?key|authenticat|unauthori[sz]ed"),
    (403, r"permission|forbidden"),
    (404, r"not.?found"),
    (400, r"invalid.?request|bad.?request|invalid.?argument|context.?length|unsupported"),
)


class PlainCompletions:
    """What `ChatOpenAI.client` is here: questions go out and answers come in as plain JSON.

    The typed method walks every message against its type hints to rename fields, and chat
    completions have none to rename; of the answer it makes nested models that LangChain turns back
    into dictionaries. The openai client's way for requests it has no method for does neither
    (https://github.com/openai/openai-python#making-customundocumented-requests).
    """

    def __init__(self, client: openai.OpenAI, server: Server) -> None:
        self._client = client
        self.server = server

    @property
    def with_raw_response(self) -> SimpleNamespace:
        """The same, as LangChain asks for an answer that comes at once."""
        return SimpleNamespace(create=lambda **question: _Answer(self.create(**question)))

    def create(self, **question: Any) -> Any:
        """The answer as dictionaries, or a stream of them.

        What the server refuses is asked otherwise, once for each thing that is new. Raises the
        openai client's errors, and TooLong.
        """
        for left in reversed(range(MOST_LESSONS)):
            asked, changed = self.server.adapted(question)
            try:
                answer = self._answer(asked, bool(question.get("stream")))
            except openai.APIError as error:
                if not left or not self.server.learns(error, question, asked):
                    raise
            else:
                note(changed)
                return answer
        raise AssertionError("the last try ends in an answer or in an error")

    def _answer(self, asked: Question, in_pieces: bool) -> Any:
        answer = self._client.post(
            "/chat/completions",
            body=asked,
            cast_to=object,
            stream=asked.get("stream", False),
            stream_cls=openai.Stream[object],
        )
        if isinstance(answer, openai.Stream):
            return self._pieces(answer)
        self._check(answer)
        return contextlib.nullcontext([_piece(answer)]) if in_pieces else answer

    def _pieces(self, stream: openai.Stream[Any]) -> contextlib.AbstractContextManager[Any]:
        """The answer in pieces. What goes wrong before the first one is raised here."""
        if "json" in stream.response.headers.get("content-type", ""):
            with contextlib.closing(stream):
                answer = json.loads(stream.response.read())
            self._check(answer)
            return contextlib.nullcontext([_piece(answer)])
        pieces = self._checked(stream)
        first = list(itertools.islice(pieces, 1))
        return _Pieces(first, pieces)

    def _checked(self, stream: openai.Stream[Any]) -> Generator[Any]:
        try:
            for piece in stream:
                self._check(piece)
                yield piece
        except openai.APIError as error:
            if type(error) is openai.APIError:  # an error that came as a piece
                raise self._error(error.body or error.message) from error
            raise
        finally:
            stream.close()

    def _check(self, answer: Any) -> None:
        error = _error_in(answer)
        if error:
            raise self._error(error)

    def _error(self, error: Any) -> openai.APIStatusError:
        """*error*, found where an answer should be, as the client tells errors apart."""
        address = httpx2.Request("POST", self._client.base_url)
        response = httpx2.Response(_status_of(error), request=address)
        message = str(error.get("message", "") if isinstance(error, Mapping) else error)
        return self._client._make_status_error(message, body={"error": error}, response=response)


class _Answer(NamedTuple):
    body: Any

    def parse(self) -> Any:
        return self.body


class _Pieces(contextlib.AbstractContextManager["_Pieces"]):
    """A stream whose first piece was looked at already."""

    def __init__(self, first: Iterable[Any], rest: Generator[Any]) -> None:
        self._first, self._rest = first, rest

    def __iter__(self) -> Iterator[Any]:
        return itertools.chain(self._first, self._rest)

    def __exit__(self, *_: object) -> None:
        self._rest.close()


def _error_in(answer: Any) -> Any:
    """The error that *answer* holds in the place of an answer, or beside an empty one."""
    if not isinstance(answer, Mapping):
        return None
    choices = answer.get("choices")
    if answer.get("error") or "choices" in answer:
        first = choices[0] if isinstance(choices, list) and choices else {}
        return answer.get("error") or (first.get("error") if isinstance(first, Mapping) else None)
    return answer.get("errors") or answer.get("detail") or (answer if "message" in answer else None)


def _status_of(error: Any) -> int:
    """The status that *error* would have had."""
    fields = error if isinstance(error, Mapping) else {"message": error}
    named = [fields.get(name) for name in ("code", "status", "status_code", "type", "message")]
    for value in named:
        if re.fullmatch(r"[45]\d\d", str(value)):
            return int(str(value))
    for value in named:
        for status, called in _CALLED:
            if re.search(called, str(value or ""), re.I):
                return status
    return UNKNOWN


def _piece(answer: Any) -> Any:
    """An answer that came at once, as the only piece of one."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("choices"), list):
        return answer
    choices = [choice | {"delta": _numbered(choice.get("message"))} for choice in answer["choices"]]
    return {**answer, "choices": choices}


def _numbered(message: Any) -> dict[str, Any]:
    """A message whose calls of tools have the numbers that pieces have."""
    message = message or {}
    calls = [{"index": n} | call for n, call in enumerate(message.get("tool_calls") or [])]
    return {**message, "tool_calls": calls} if calls else message
