"""The network as foreign addresses may see it: public addresses only, and only for so long."""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from knowledge.errors import FetchRefused

Resolver = Callable[[str, int], list[str]]
_PUBLIC_PORTS = (80, 443)
# Ranges that carry an IPv4 address inside an IPv6 one (RFC 6052, RFC 8215, RFC 3056, RFC 4380),
# IPv4-compatible and site-local ones (RFC 4291, RFC 3879), relays (RFC 7526) and what is set aside
# for documents (RFC 9637) and routing (RFC 9602), which not every Python knows: they could lead
# anywhere, and no web page needs them.
_NOWHERE = [
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/23",
        "::/96",
        "fec0::/10",
        "192.88.99.0/24",
        "3fff::/20",
        "5f00::/16",
    )
]


def resolve(host: str, port: int) -> list[str]:
    """Every address of *host*, by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """True when *address* belongs to the public internet, whatever its spelling."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    mapped = isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped
    if mapped or any(found in network for network in _NOWHERE):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


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
        """*trusted*: a host and port that the operator named, wherever it stands."""
        self._trusted = trusted
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
            found = self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise FetchRefused("There is no such address.", "fetch_unknown_host") from error
        if not found:
            raise FetchRefused("There is no such address.", "fetch_unknown_host")
        if (host, port) != self._trusted and not all(self._may(one, port) for one in found):
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
