"""One question to a model, without the openai client's detours.

For one request the openai client walks the parameters against their type hints, builds and copies
its headers some forty times, and makes nested pydantic models of the answer, which LangChain turns
back into dictionaries: more CPU than all the rest of asking. Here the dictionaries go out and come
in as they are. What goes wrong is raised in the openai client's own classes, so that nobody else
needs to know which way a question took. Streams go through the client.
Protocol: https://platform.openai.com/docs/api-reference/chat/create
"""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import openai
import urllib3
from urllib3.exceptions import HTTPError, ReadTimeoutError

from agent.turnstile import Waiting

# Errors by status, as https://platform.openai.com/docs/guides/error-codes names them.
_ERRORS: dict[int, type[openai.APIStatusError]] = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    409: openai.ConflictError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
}


@dataclass(frozen=True)
class Completions:
    """Where one model's questions go. Safe to share between threads."""

    pool: urllib3.PoolManager
    url: str
    headers: Mapping[str, str]
    timeout: urllib3.Timeout
    waiting: Waiting = contextlib.nullcontext

    def ask(self, payload: Mapping[str, Any]) -> Any:
        """Return the answer's JSON. Raises openai.APIError; ValueError when it is no JSON."""
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            with self.waiting():
                answer = self.pool.request(
                    "POST", self.url, body=body, headers=self.headers, redirect=False,
                    timeout=self.timeout,
                )  # fmt: skip
        except ReadTimeoutError as error:
            raise openai.APITimeoutError(self._request()) from error
        except HTTPError as error:
            raise openai.APIConnectionError(request=self._request()) from error
        if answer.status >= 300:
            raise self._refused(answer)
        return json.loads(answer.data)

    def _request(self) -> httpx2.Request:
        """What errors of the openai client carry; without the headers, which hold the key."""
        return httpx2.Request("POST", self.url)

    def _refused(self, answer: urllib3.BaseHTTPResponse) -> openai.APIStatusError:
        usual = openai.InternalServerError if answer.status >= 500 else openai.APIStatusError
        headers = [
            (name, value) for name, value in answer.headers.items() if name.lower() == "retry-after"
        ]
        response = httpx2.Response(answer.status, headers=headers, request=self._request())
        kind = _ERRORS.get(answer.status, usual)
        return kind(f"Error code: {answer.status}", response=response, body=None)
