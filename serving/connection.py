"""One HTTP connection that is closed when it dawdles.

uvicorn waits for ever for the first byte, for the end of the headers and for a caller who does
not read the answer; it also keeps headers of any length. Each has a limit here, and where there
are too many connections the one that has waited longest makes room for the newest.
"""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serving.limits import Limits
from serving.refusals import CLOSE, refusal


class HeadersTooLong(Exception):
    """The headers, or the trailers after a body, are longer than anybody needs."""


class Connection(HttpToolsProtocol):
    """uvicorn's protocol within *limits*."""

    def __init__(self, limits: Limits, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._limits = limits
        self._since = self.loop.time()  # of the connection, or of its last answer
        self._head_bytes = 0  # names and values of the request's headers
        self._loose_bytes = 0  # what came since the parser last made something of it
        self._head_clock: asyncio.TimerHandle | None = None
        self._answer_clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # any byte the caller does not take pauses us
        self._start_head_clock()
        self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop every clock."""
        self._stop_head_clock()
        self._stop_answer_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        if self._unasked and self._head_clock is None:
            self._start_head_clock()
        self._loose_bytes += len(data)
        super().data_received(data)
        if self._loose_bytes > self._limits.head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or has too many headers."""
        if self._head_bytes > self._limits.head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            super().send_400_response(msg)

    # What the parser finds

    def on_message_begin(self) -> None:
        """Note that a request begins."""
        self._head_bytes = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header or trailer. Raises HeadersTooLong, which the parser reports."""
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > self._limits.head_bytes:
            raise HeadersTooLong
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Pass the request on; its body has another clock."""
        self._stop_head_clock()
        self._loose_bytes = 0
        super().on_headers_complete()
        if self.parser.should_upgrade():  # we do not, and nothing is parsed after it
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._loose_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the request is whole."""
        self._loose_bytes = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._since = self.loop.time()
        super().on_response_complete()

    # Clocks

    def pause_writing(self) -> None:
        """Give a caller who reads slowly some time, and not more."""
        super().pause_writing()
        seconds = self._limits.answer_seconds
        self._answer_clock = self.loop.call_later(seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The caller has read everything."""
        self._stop_answer_clock()
        super().resume_writing()

    def _start_head_clock(self) -> None:
        self._head_clock = self.loop.call_later(self._limits.head_seconds, self._head_is_late)

    def _stop_head_clock(self) -> None:
        if self._head_clock is not None:
            self._head_clock.cancel()
            self._head_clock = None

    def _stop_answer_clock(self) -> None:
        if self._answer_clock is not None:
            self._answer_clock.cancel()
            self._answer_clock = None

    def _head_is_late(self) -> None:
        if self._loose_bytes:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    # Ends

    @property
    def _unasked(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    @property
    def _evictable(self) -> bool:
        """True while the caller has not asked for anything yet, or not to the end."""
        return not self.transport.is_closing() and (self._unasked or self.cycle.more_body)

    def _make_room(self) -> None:
        if len(self.connections) > self._limits.connections:
            waiting = [one for one in self.connections if one._evictable]  # type: ignore[union-attr]
            min(waiting, key=lambda one: one._since).transport.abort()  # type: ignore[union-attr]

    def _refuse(self, status: HTTPStatus) -> None:
        if self.transport.is_closing():
            return
        if not self._unasked:  # in the middle of another request there is no place for an answer
            self.transport.abort()
            return
        headers, body = refusal(status)
        lines = [b"HTTP/1.1 %d %s" % (status, status.phrase.encode())]
        lines += [name + b": " + value for name, value in [*headers, CLOSE]]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self.transport.close()
