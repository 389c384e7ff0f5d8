"""Whose request it is when proxies stand in between, and which addresses are one party's.

`X-Forwarded-For` is a list to which each proxy adds whom it heard. Only what trusted proxies wrote
counts: read from the right, up to the first address that is none of theirs. What stands left of it
is the caller's own word.
https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-Forwarded-For#selecting_an_ip_address
"""

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PARTY_BITS = 64  # of IPv6: whoever has one such address has the whole network (RFC 6177)


@dataclass(frozen=True)
class Seen:
    """Who asks, and by which scheme."""

    address: str
    scheme: str


@dataclass(frozen=True)
class Proxies:
    """The proxies whose word is taken for who is behind them."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> "Proxies":
        """Read addresses and networks separated by commas. Raises ValueError."""
        words = [word.strip() for word in text.split(",")]
        try:
            found = tuple(ipaddress.ip_network(word) for word in words if word)
        except ValueError as error:
            raise ValueError(f"proxies are addresses or networks, by commas ({error})") from error
        if any(network.prefixlen == 0 for network in found):
            raise ValueError("a network of all addresses would be everybody's word")
        return cls(found)

    def trust(self, peer: str) -> bool:
        """True when *peer*, an address as a socket gives it, is one of these proxies."""
        address = _parsed(peer)
        return address is not None and any(address in network for network in self.networks)

    def seen(
        self, peer: str, scheme: str, told_for: Sequence[str] = (), told_scheme: str = ""
    ) -> Seen:
        """Return who asks and how, as far as that is known for sure.

        *peer* and *scheme* are those of the connection, *told_for* the lines of X-Forwarded-For in
        their order, *told_scheme* is X-Forwarded-Proto.
        """
        if not self.trust(peer):
            return Seen(_plain(peer), scheme)
        told = told_scheme.rsplit(",", 1)[-1].strip().lower()
        return Seen(self._origin(peer, told_for), told if told in ("http", "https") else scheme)

    def _origin(self, peer: str, told_for: Sequence[str]) -> str:
        nearest = _plain(peer)
        for word in _from_the_right(told_for):
            address = _parsed(word)
            if address is None:  # no address: whoever reported it stands for them
                break
            nearest = str(address)
            if not self.trust(nearest):
                break
        return nearest


def party(address: str) -> str:
    """Return what stands for everybody who can use *address*: itself, or its /64 for IPv6."""
    found = _parsed(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, PARTY_BITS), strict=False))
    return str(found or address)


def _from_the_right(lines: Sequence[str]) -> Iterator[str]:
    words = [word.strip() for word in ",".join(lines).split(",")]
    return (word for word in reversed(words) if word)


def _plain(peer: str) -> str:
    return str(_parsed(peer) or peer)


def _parsed(word: str) -> Address | None:
    """Return the address in *word*: perhaps quoted, in brackets, with a port, IPv4 inside IPv6."""
    bare = word.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
