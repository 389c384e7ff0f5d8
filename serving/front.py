"""Reads a request whole, within limits, and only then takes one of Flask's threads for it.

A body that is late is a 408, one that is too big a 413. Big bodies are counted: when as many as
may be are in memory, the next one waits at its sender's. Half a request holds no thread, and
what little it has sent, so any number of them delays nobody else.
"""

import asyncio
import contextlib
import io
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TypeVar

from flask import Flask
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

from agent.log import log_place
from serving.limits import Limits
from serving.refusals import Answer, Headers, Refused, refused
from serving.wsgi import call, look

log = logging.getLogger(__name__)

Told = TypeVar("Told")
LAST_SECONDS = 1.0  # that a request which is still arriving gets when the server stops


class Left(Exception):
    """The caller went away."""


class Front:
    """An ASGI app in front of a Flask app."""

    def __init__(self, app: Flask, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._threads = ThreadPoolExecutor(limits.threads, "request")
        self._places = {bodies: asyncio.Semaphore(bodies.at_once) for bodies in limits.bodies}
        self._clocks: set[asyncio.Timeout] = set()
        self._stopping = False

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        assert scope["type"] == "http"  # noqa: S101  # neither websockets nor lifespan are on
        try:
            await _send(send, *await self._answer(scope, receive))
        except Left:
            return
        except Refused as refusal:
            log.info("refused before it was read: %s", refusal.status)
            await self._refuse(refusal, receive, send)
        except asyncio.CancelledError:  # the server has waited long enough for it
            await self._refuse(refused(HTTPStatus.SERVICE_UNAVAILABLE), receive, send)

    def stop(self) -> None:
        """Give requests that are still arriving a last moment."""
        self._stopping = True
        last = asyncio.get_running_loop().time() + LAST_SECONDS
        for clock in self._clocks:
            clock.reschedule(min(last, clock.when() or last))

    async def _answer(self, scope: HTTPScope, receive: ASGIReceiveCallable) -> Answer:
        """Read the request and let the app answer it. Raises Refused, Left."""
        async with contextlib.AsyncExitStack() as stay:
            body = await self._read(scope, receive, stay)
            return await self._ask(call, self._app, scope, body)

    async def _ask(self, question: Callable[..., Told], *about: object) -> Told:
        """Return what *question* finds in one of the threads. Raises Refused."""
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, question, *about)
        except Exception as error:
            log.error("unforeseen: %s", type(error).__name__)
            log_place(log, error)
            raise refused(HTTPStatus.INTERNAL_SERVER_ERROR) from None

    async def _read(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, stay: contextlib.AsyncExitStack
    ) -> io.BytesIO:
        """Return the body; a big one keeps its place until *stay* ends. Raises Refused, Left."""
        bodies, body = self._limits.of(scope["path"]), io.BytesIO()
        small, most = min(self._limits.small_bytes, bodies.most_bytes), bodies.most_bytes
        _check(scope, most)
        whole = await self._fill(body, receive, small)
        if not whole and body.tell() <= most:
            if bodies.look_first and (no := await self._ask(look, self._app, scope)):
                raise Refused(*no)
            async with self._in_time(HTTPStatus.SERVICE_UNAVAILABLE):
                await stay.enter_async_context(self._places[bodies])
            await self._fill(body, receive, most)
        if body.tell() > most:
            raise refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body.seek(0)
        return body

    async def _fill(self, body: io.BytesIO, receive: ASGIReceiveCallable, enough: int) -> bool:
        """Read on, until more than *enough* bytes are there. True when the body is whole."""
        async with self._in_time(HTTPStatus.REQUEST_TIMEOUT) as clock:
            while body.tell() <= enough:
                message = await receive()
                if message["type"] != "http.request":
                    raise Left
                body.write(message["body"])
                if not message["more_body"]:
                    return True
                self._prolong(clock, len(message["body"]) / self._limits.bytes_a_second)
        return False

    @contextlib.asynccontextmanager
    async def _in_time(self, late: HTTPStatus) -> AsyncIterator[asyncio.Timeout]:
        """Let the caller's part take `body_seconds`; raises Refused with *late* after that."""
        try:
            async with asyncio.timeout(self._limits.body_seconds) as clock:
                self._clocks.add(clock)
                try:
                    yield clock
                finally:
                    self._clocks.discard(clock)
        except TimeoutError:
            status = HTTPStatus.SERVICE_UNAVAILABLE if self._stopping else late
            raise refused(status) from None

    def _prolong(self, clock: asyncio.Timeout, seconds: float) -> None:
        if not self._stopping:
            clock.reschedule((clock.when() or 0) + seconds)

    async def _refuse(
        self, refusal: Refused, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer, and where the caller is still sending, throw it away for a while.

        A connection that is closed on unread bytes takes the answer with it (RFC 9112, 9.6).
        """
        await _send(send, *refusal.answer, more=True)
        if refusal.status != HTTPStatus.REQUEST_TIMEOUT and not self._stopping:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._limits.linger_seconds):
                    while (await receive()).get("more_body"):
                        pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send(
    send: ASGISendCallable, status: int, headers: Headers, body: bytes, more: bool = False
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": more})


def _check(scope: HTTPScope, most: int) -> None:
    """Raise Refused for what the headers alone rule out."""
    headers = dict(scope["headers"])  # the parser has seen that a length is one number
    length = int(headers.get(b"content-length", 0))
    if length > most:
        raise refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if b"upgrade" in headers and (length or b"transfer-encoding" in headers):
        raise refused(HTTPStatus.BAD_REQUEST)  # the parser leaves out the body after an upgrade
