"""A server for benchmarks: one answer to every POST, for as little of the machine as possible.

It shares two cores with what is measured, so it reads no more of HTTP than the clients under test
write: one request at a time on a connection, with a Content-Length.
"""

import asyncio
import re
from collections.abc import Callable

Answer = tuple[int, str, bytes]  # status, content type, body
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.I)


class Swift(asyncio.Protocol):
    """One connection: answers each request's body after *delay* seconds."""

    def __init__(self, answer: Callable[[bytes], Answer], delay: float) -> None:
        self._answer = answer
        self._delay = delay
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody is there any more."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Answer when the request is whole."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if end else None
        if not end or (length and len(body) < int(length[1])):
            return
        self._received = b""
        asyncio.get_running_loop().call_later(self._delay, self._reply, body)

    def _reply(self, body: bytes) -> None:
        if self._transport is None:
            return
        status, kind, said = self._answer(body)
        head = f"HTTP/1.1 {status} .\r\nContent-Type: {kind}\r\nContent-Length: {len(said)}\r\n\r\n"
        self._transport.write(head.encode() + said)


def run(port: int, answer: Callable[[bytes], Answer], delay: float = 0.0) -> None:
    """Serve on loopback until stopped."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        make = loop.create_server(lambda: Swift(answer, delay), "127.0.0.1", port, backlog=1024)
        async with await make as server:
            await server.serve_forever()

    asyncio.run(serve())
