"""Chat models by name: `openai:NAME`, `openrouter:NAME` or `offline`.

Models are built once per (provider, name, parameters) and shared by every thread. They share one
HTTP client whose transport is a urllib3 pool: httpx scans its whole pool on every request, which
at 256 requests in flight costs more than the requests, and one of its requests costs twice as
much CPU as one of urllib3's at any number.
"""

import contextlib
import functools
import math
import re
import ssl
import time
from collections.abc import Iterator
from typing import Protocol

import httpx2
import urllib3
from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from agent.errors import ModelUnavailable
from agent.offline import OfflineModel, in_other_words
from agent.reading.wire import CompatibleModel
from agent.servers.completions import PlainCompletions
from agent.servers.server import Server
from agent.settings import Settings
from agent.spec import ModelChoice
from agent.turnstile import Waiting

OPENAI_API = "https://api.openai.com/v1"
CONNECT_SECONDS = 10
MOST_CONNECTIONS = 128  # that are kept; more are made when needed
PIECE_BYTES = 65_536
LONGEST_BODY = 3  # times the patience with one silence
TITLE = "Agent Studio"
# Reasoning models take no temperature but 1 (https://platform.openai.com/docs/guides/reasoning).
_FIXED_TEMPERATURE = re.compile(r"^(openai/)?(o\d|gpt-5(?!.*chat))")


@functools.cache
def _tls() -> ssl.SSLContext:
    """The one of this process: to read the system's certificates takes 35 ms of CPU."""
    return ssl.create_default_context()


class PooledTransport(httpx2.BaseTransport):
    """Sends httpx's requests through a urllib3 pool, which hands out a connection in one step."""

    def __init__(self, waiting: Waiting = contextlib.nullcontext) -> None:
        self._waiting = waiting
        self.pool = urllib3.PoolManager(maxsize=MOST_CONNECTIONS, retries=False, ssl_context=_tls())

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send *request*. Raises what httpx's own transport raises."""
        limits = request.extensions.get("timeout", {})
        with self._waiting(), _in_words_of_httpx(request):
            answer = self.pool.request(
                request.method,
                str(request.url),
                body=request.read(),
                headers=dict(request.headers),
                redirect=False,
                preload_content=False,
                decode_content=False,
                timeout=urllib3.Timeout(connect=limits.get("connect"), read=limits.get("read")),
            )
        return httpx2.Response(
            answer.status,
            headers=list(answer.headers.items()),
            stream=_Body(answer, request, limits.get("read")),
        )

    def close(self) -> None:
        """Close every idle connection."""
        self.pool.clear()


class _Body(httpx2.SyncByteStream):
    """A response's body, as it comes; one that trickles is given up when it has taken too long.

    A gateway may send something while it waits for its model, so that no single read ever takes
    too long (OpenRouter does: https://openrouter.ai/docs/api-reference/streaming).
    """

    def __init__(
        self, answer: urllib3.BaseHTTPResponse, request: httpx2.Request, patience: float | None
    ) -> None:
        self._answer = answer
        self._request = request
        self._until = time.monotonic() + LONGEST_BODY * (patience or math.inf)

    def __iter__(self) -> Iterator[bytes]:
        with _in_words_of_httpx(self._request):
            for piece in self._pieces():
                if time.monotonic() > self._until:
                    raise httpx2.ReadTimeout("The answer did not end.", request=self._request)
                yield piece

    def _pieces(self) -> Iterator[bytes]:
        if self._answer.chunked:
            yield from self._answer.stream(decode_content=False)
            return
        while piece := self._answer.read1(PIECE_BYTES, decode_content=False):
            yield piece

    def close(self) -> None:
        """Give the connection back, or close it when something of the answer is left on it."""
        if self._answer.closed:
            self._answer.release_conn()
        else:
            self._answer.close()


class _Never(httpx2.AsyncBaseTransport):
    """What models are given for asynchronous calls, of which there are none: the transport that
    they would make for themselves reads the system's certificates once more, for each model.
    """

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise httpx2.UnsupportedProtocol("Models are called synchronously here.", request=request)


@contextlib.contextmanager
def _in_words_of_httpx(request: httpx2.Request) -> Iterator[None]:
    """Raise httpx's errors, which the openai client tells apart, in the place of urllib3's."""
    try:
        yield
    except (ConnectTimeoutError, NewConnectionError, NameResolutionError) as error:
        raise httpx2.ConnectError(str(error), request=request) from error
    except ReadTimeoutError as error:
        raise httpx2.ReadTimeout(str(error), request=request) from error
    except HTTPError as error:
        raise httpx2.RemoteProtocolError(str(error), request=request) from error


class Models(Protocol):
    """Where a runtime gets its models (`ChatModels`, or a scripted one)."""

    def name_of(self, choice: ModelChoice) -> str:
        """The full name of the model that *choice* means."""

    def get(self, choice: ModelChoice) -> BaseChatModel:
        """The model. Raises ModelUnavailable."""

    def looked_up(self, choice: ModelChoice, query: str) -> str:
        """What is searched for *query* before the model is asked."""

    def close(self) -> None:
        """Give every connection back."""


class ChatModels:
    """Builds chat models and keeps them."""

    def __init__(self, settings: Settings, waiting: Waiting = contextlib.nullcontext) -> None:
        self._settings = settings
        self._servers: dict[tuple[str, str], Server] = {}  # by address and model
        self._build_once = functools.lru_cache(maxsize=64)(self._build)
        transport = PooledTransport(waiting)
        # No environment proxies, no redirects: the address in the settings is the one that is used.
        self._http = httpx2.Client(transport=transport, trust_env=False)
        self._never = httpx2.AsyncClient(transport=_Never(), trust_env=False)

    def name_of(self, choice: ModelChoice) -> str:
        """The full name of the model that *choice* means in this installation."""
        return choice.name or self._settings.model_in_force

    def get(self, choice: ModelChoice) -> BaseChatModel:
        """Return the model. Raises ModelUnavailable when it cannot be used as things are set."""
        return self._build_once(choice.model_copy(update={"name": self.name_of(choice)}))

    def looked_up(self, choice: ModelChoice, query: str) -> str:
        """*query*; with other words for it where the model could not search again in its own."""
        return query + in_other_words(query) if self.name_of(choice) == "offline" else query

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def _build(self, choice: ModelChoice) -> BaseChatModel:
        provider, _, name = choice.name.partition(":")
        if provider == "offline":
            return OfflineModel()
        if provider == "openai" and name:
            url = self._settings.openai_base_url
            key = _key(self._settings.openai_api_key, "OPENAI_API_KEY", needed=not url)
            return self._compatible(choice, name, url or OPENAI_API, key, {})
        if provider == "openrouter" and name:
            key = _key(self._settings.openrouter_api_key, "OPENROUTER_API_KEY", needed=True)
            url = self._settings.openrouter_base_url
            # Shown on OpenRouter's usage pages (https://openrouter.ai/docs/app-attribution).
            who = {"HTTP-Referer": self._settings.public_base_url or "http://localhost"}
            return self._compatible(choice, name, url, key, who | {"X-Title": TITLE})
        raise ModelUnavailable(
            f"There is no model {choice.name!r}. Use openai:NAME, openrouter:NAME or offline."
        )

    def _compatible(
        self, choice: ModelChoice, name: str, url: str, key: SecretStr, headers: dict[str, str]
    ) -> BaseChatModel:
        model = CompatibleModel(
            model=name,
            base_url=url,
            api_key=key,
            default_headers=headers,
            temperature=None if _FIXED_TEMPERATURE.match(name) else choice.temperature,
            max_completion_tokens=choice.max_tokens,
            timeout=httpx2.Timeout(choice.timeout_seconds, connect=CONNECT_SECONDS),
            max_retries=0,  # retrying is decided in one place: agent/middleware.py
            http_client=self._http,
            http_async_client=self._never,
            stream_usage=True,
            use_responses_api=False,
        )
        server = self._servers.setdefault((url, name), Server())
        model.client = PlainCompletions(model.root_client, server)
        return model


def _key(key: SecretStr | None, name: str, needed: bool) -> SecretStr:
    if key is None and needed:
        raise ModelUnavailable(f"{name} is not set. Set it, or choose the model `offline`.")
    return key or SecretStr("none")
