"""The network as foreign addresses may see it: public addresses only, and only for so long."""

import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from knowledge.errors import FetchRefused
from knowledge.web.addresses import is_literal, is_public

Resolver = Callable[[str, int], list[str]]
_PUBLIC_PORTS = (80, 443)


def resolve(host: str, port: int) -> list[str]:
    """Every address of *host*, by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedNetwork(httpcore.NetworkBackend):
    """Resolves once, checks every address, connects to the one it checked."""

    def __init__(
        self,
        resolver: Resolver,
        loopback_port: int | None,
        clock: Callable[[], float],
        ends: float,
        trusted: tuple[str, int] | None = None,
    ) -> None:
        """*trusted*: a host and port that the operator named, wherever it stands, until it sends
        us elsewhere."""
        self.trusted = trusted
        self._resolver = resolver
        self._loopback_port = loopback_port
        self._clock = clock
        self._ends = ends
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the checked address of *host*."""
        address = self._address(host, port)
        stream = self._network.connect_tcp(address, port, timeout=self.left())
        return _Hurried(stream, self)

    def left(self) -> float:
        """Seconds left of the time this fetch may take."""
        self.check_time()
        return max(0.01, self._ends - self._clock())

    def check_time(self) -> None:
        """Raise FetchRefused when the time is up."""
        if self._clock() >= self._ends:
            raise FetchRefused("The page took too long.", "fetch_slow")

    def _address(self, host: str, port: int) -> str:
        try:
            found = [host] if is_literal(host) else self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise FetchRefused("There is no such address.", "fetch_unknown_host") from error
        if not found:
            raise FetchRefused("There is no such address.", "fetch_unknown_host")
        if (host, port) != self.trusted and not all(self._may(one, port) for one in found):
            raise FetchRefused("That address is not on the public internet.", "fetch_private")
        return found[0]

    def _may(self, address: str, port: int) -> bool:
        if port == self._loopback_port:
            return address in ("127.0.0.1", "::1")
        return port in _PUBLIC_PORTS and is_public(address)


class _Hurried(httpcore.NetworkStream):
    """A connection on which no single step outlasts the whole fetch."""

    def __init__(self, stream: httpcore.NetworkStream, network: GuardedNetwork) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._network.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._network.left())
        return _Hurried(stream, self._network)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
