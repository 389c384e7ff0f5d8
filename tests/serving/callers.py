"""The bot's server on a free port of loopback, and callers that speak to its socket."""

import contextlib
import dataclasses
import re
import select
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from serving.limits import Bodies, Limits
from serving.server import Server
from tests.waiting import until

SMALL = Limits(
    (Bodies(re.compile(r"/big"), 400_000, at_once=1), Bodies(re.compile(""), 200_000, at_once=4)),
    threads=4,
    head_seconds=0.4,
    body_seconds=0.4,
    answer_seconds=0.4,
    linger_seconds=0.4,
    stop_seconds=1,
)


def limits(**changed: Any) -> Limits:
    """The limits of a server whose patience is short."""
    return dataclasses.replace(SMALL, **changed)


@contextlib.contextmanager
def running(app: Any, within: Limits = SMALL) -> Iterator[Server]:
    """Serve *app* on a free port."""
    server = Server(app, "127.0.0.1", 0, within)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started, what="the server's start")
        yield server
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


@contextlib.contextmanager
def serving(app: Any, within: Limits = SMALL) -> Iterator[int]:
    """Serve *app*; the port."""
    with running(app, within) as server:
        yield port_of(server)


def port_of(server: Server) -> int:
    """Where *server* listens."""
    return int(server.servers[0].sockets[0].getsockname()[1])


@dataclass
class Caller:
    """One connection."""

    port: int

    def __post_init__(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def say(self, data: bytes) -> "Caller":
        """Send *data*, as far as the server lets."""
        with contextlib.suppress(ConnectionError):
            self.socket.sendall(data)
        return self

    def again(self) -> "Caller":
        """Connect once more."""
        self.socket.close()
        self.__post_init__()
        return self

    @property
    def gone(self) -> bool:
        """True when the server has closed the connection, or is about to."""
        return bool(select.select([self.socket], [], [], 0)[0])

    def hear(self) -> bytes:
        """Everything until the server closes."""
        heard = b""
        with contextlib.suppress(ConnectionError):
            while piece := self.socket.recv(65536):
                heard += piece
        return heard

    def answer(self, until_seen: bytes = b"\r\n\r\n") -> bytes:
        """What came up to *until_seen*, on a connection that stays open."""
        heard = b""
        while until_seen not in heard:
            piece = self.socket.recv(65536)
            assert piece, heard
            heard += piece
        return heard

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def status(heard: bytes) -> int:
    """The status of the first answer in *heard*; 0: there is none."""
    return int(heard.split(b" ", 2)[1]) if heard else 0


def post(path: str, length: int, *more: str) -> bytes:
    """The head of a request whose body has *length* bytes."""
    lines = [f"POST {path} HTTP/1.1", "Host: bot", f"Content-Length: {length}", *more, "", ""]
    return "\r\n".join(lines).encode()


class Clock:
    """How long something took."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started


class SlowCallers:
    """Callers that send a byte a second, in every way there is, and come again when refused."""

    WAYS = (
        b"POST /webhooks/twilio HTTP/1.1\r\nHost: ",
        post("/webhooks/twilio", 1_000),
        post("/webhooks/meta", 3_000_000) + b"x" * 100_000,
        b"POST /webhooks/meta HTTP/1.1\r\nHost: bot\r\nTransfer-Encoding: chunked\r\n\r\n",
        post("/webhooks/chatwoot", 3_000_000) + b"x" * 60_000,
    )

    def __init__(self, port: int, count: int) -> None:
        self._callers = [Caller(port) for _ in range(count)]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._drip)
        self.refused = 0

    def __enter__(self) -> "SlowCallers":
        for number, caller in enumerate(self._callers):
            caller.say(self.WAYS[number % len(self.WAYS)])
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        for caller in self._callers:
            caller.socket.close()

    def _drip(self) -> None:
        while not self._ended.wait(1):
            for number, caller in enumerate(self._callers):
                if caller.gone:
                    self.refused += 1
                    caller.again().say(self.WAYS[number % len(self.WAYS)])
                caller.say(b"1")
