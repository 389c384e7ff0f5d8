"""Chat models by name: `openai:NAME`, `openrouter:NAME` or `offline`.

Models are built once per (provider, name, parameters) and shared by every thread. They share one
HTTP client whose transport lends each request in flight a connection of its own: httpx scans its
whole pool on every request, which at 256 requests in flight costs more than the requests.
"""

import collections
import contextlib
import functools
import re
import ssl
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import httpx2
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agent.errors import ModelUnavailable
from agent.offline import OfflineModel
from agent.settings import Settings
from agent.spec import ModelChoice

# What surrounds the wait for a model's answer (`Turnstile.outside`).
Waiting = Callable[[], contextlib.AbstractContextManager[None]]
OPENAI_API = "https://api.openai.com/v1"
CONNECT_SECONDS = 10
TITLE = "Agent Studio"
# Reasoning models take no temperature but 1 (https://platform.openai.com/docs/guides/reasoning).
_FIXED_TEMPERATURE = re.compile(r"^(openai/)?(o\d|gpt-5(?!.*chat))")


class LendingTransport(httpx2.BaseTransport):
    """Lends each request a transport with one connection, and takes it back after the body.

    Unlike a transport per thread, connections outlive the threads that LangGraph starts for
    streamed turns, and there are never more of them than requests were in flight at once.
    """

    def __init__(self, waiting: Waiting = contextlib.nullcontext) -> None:
        self._waiting = waiting
        self._tls = ssl.create_default_context()
        self.idle: collections.deque[httpx2.HTTPTransport] = collections.deque()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send *request* on a connection nobody else uses."""
        try:
            transport = self.idle.pop()  # the one used last: its connection is the freshest
        except IndexError:
            transport = httpx2.HTTPTransport(
                verify=self._tls, limits=httpx2.Limits(max_connections=1)
            )
        try:
            with self._waiting():
                response = transport.handle_request(request)
        except BaseException:
            transport.close()
            raise
        response.stream = _Borrowed(response.stream, transport, self.idle)
        return response

    def close(self) -> None:
        """Close every idle connection."""
        while self.idle:
            self.idle.pop().close()


class _Borrowed(httpx2.SyncByteStream):
    """A response's body that gives the transport back when it is closed."""

    def __init__(
        self,
        stream: Any,
        transport: httpx2.HTTPTransport,
        idle: collections.deque[httpx2.HTTPTransport],
    ) -> None:
        self._stream = stream
        self._lent: httpx2.HTTPTransport | None = transport
        self._idle = idle

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        transport, self._lent = self._lent, None
        self._stream.close()
        if transport is not None:
            self._idle.append(transport)


class LeanChatOpenAI(ChatOpenAI):
    """ChatOpenAI that hands messages and tools to the client as they are to be sent.

    The openai client walks every message against its type hints to rename fields, and chat
    completions have none to rename; that walk is half of what a turn costs this process. What
    stands in `extra_body` goes into the request unwalked.
    """

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        payload = super()._get_request_payload(input_, stop=stop, **kwargs)
        body = {name: payload.pop(name) for name in ("messages", "tools") if name in payload}
        extra = payload.pop("extra_body", None) or {}
        return payload | {"messages": [], "extra_body": {**extra, **body}}


class Models(Protocol):
    """Where a runtime gets its models (`ChatModels`, or a scripted one)."""

    def name_of(self, choice: ModelChoice) -> str:
        """The full name of the model that *choice* means."""

    def get(self, choice: ModelChoice) -> BaseChatModel:
        """The model. Raises ModelUnavailable."""

    def close(self) -> None:
        """Give every connection back."""


class ChatModels:
    """Builds chat models and keeps them."""

    def __init__(self, settings: Settings, waiting: Waiting = contextlib.nullcontext) -> None:
        self._settings = settings
        self._build_once = functools.lru_cache(maxsize=64)(self._build)
        self._transport = LendingTransport(waiting)
        # No environment proxies, no redirects: the address in the settings is the one that is used.
        self._http = httpx2.Client(transport=self._transport, trust_env=False)

    def name_of(self, choice: ModelChoice) -> str:
        """The full name of the model that *choice* means in this installation."""
        return choice.name or self._settings.model_in_force

    def get(self, choice: ModelChoice) -> BaseChatModel:
        """Return the model. Raises ModelUnavailable when it cannot be used as things are set."""
        return self._build_once(choice.model_copy(update={"name": self.name_of(choice)}))

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
        return LeanChatOpenAI(
            model=name,
            base_url=url,
            api_key=key,
            default_headers=headers,
            temperature=None if _FIXED_TEMPERATURE.match(name) else choice.temperature,
            max_completion_tokens=choice.max_tokens,
            timeout=httpx2.Timeout(choice.timeout_seconds, connect=CONNECT_SECONDS),
            max_retries=0,  # retrying is decided in one place: agent/middleware.py
            http_client=self._http,
            stream_usage=True,
            use_responses_api=False,
        )


def _key(key: SecretStr | None, name: str, needed: bool) -> SecretStr:
    if key is None and needed:
        raise ModelUnavailable(f"{name} is not set. Set it, or choose the model `offline`.")
    return key or SecretStr("none")
