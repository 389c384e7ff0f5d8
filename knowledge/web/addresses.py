"""Addresses that others choose: which are on the public internet, and what staff may ask for.

Decided by the tables of `knowledge.web.special_purpose`, the same on every Python and machine.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from knowledge.errors import FetchRefused, NotAccepted
from knowledge.web import special_purpose as tables

MAX_URL = 2_000
MOST_DEPTH = 5
MOST_PAGES = 200

_IPV4 = [IPv4Network(one) for one in (*tables.IPV4, *tables.CLOUDS) if ":" not in one]
_IPV6 = [IPv6Network(one) for one in (*tables.IPV6, *tables.CLOUDS) if ":" in one]
_GIVEN_OUT = IPv6Network(tables.GIVEN_OUT)
_STAND_FOR_IPV4 = [IPv6Network(one) for one in tables.STAND_FOR_IPV4]
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214, 6.1: an IPv4 address follows
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


def is_public(address: str) -> bool:
    """True when *address* belongs to the public internet. One with a zone (%eth0) never does."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_public_4(found)
    return found.scope_id is None and _is_public_6(found)


def _is_public_4(found: IPv4Address) -> bool:
    return not any(found in network for network in _IPV4)


def _is_public_6(found: IPv6Address) -> bool:
    inner = IPv4Address(int(found) & 0xFFFF_FFFF)
    if any(found in network for network in _STAND_FOR_IPV4):
        return _is_public_4(inner)
    if int(found) >> 32 & 0xFFFF_FFFF in _ISATAP and not _is_public_4(inner):
        return False
    return found in _GIVEN_OUT and not any(found in network for network in _IPV6)


def is_literal(host: str) -> bool:
    """True when *host* is an address, not a name. Raises FetchRefused for odd spellings of one.

    What ends in a number is read as an IPv4 address by browsers and resolvers, each with its own
    idea of octal, hexadecimal and short forms (WHATWG URL, 3.5, "ends in a number"): only the usual
    four numbers are taken.
    """
    try:
        ip_address(host)
    except ValueError:
        if ":" in host or _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
            raise FetchRefused("That is not an address.", "fetch_form") from None
        return False
    return True


def check_host(host: str) -> None:
    """Raise FetchRefused when *host* cannot be on the public internet, as far as it alone says."""
    if is_literal(host):
        inside = not is_public(host)
    else:
        labels = host.rstrip(".").lower().split(".")
        inside = len(labels) == 1 or labels[-1] in tables.NAMES
    if inside:
        raise FetchRefused("That address is not on the public internet.", "fetch_private")


def whole(url: str) -> str:
    """Return the address without blanks around it, or raise NotAccepted."""
    url = url.strip()
    if not url.lower().startswith(("http://", "https://")) or len(url) > MAX_URL:
        raise NotAccepted("Write the page's whole address, beginning with https://", "url_form")
    if _has_credentials(url):  # they would be kept, and shown to everybody
        raise NotAccepted("Leave the user name and password out of the address.", "url_secret")
    return url


def _has_credentials(url: str) -> bool:
    try:
        return "@" in urlsplit(url).netloc
    except ValueError:  # no address at all: fetching it will say so
        return False


def limits(depth: int, pages: int) -> dict[str, Any]:
    """Return how far a site is followed, as a source's options."""
    if not 0 <= depth <= MOST_DEPTH or not 1 <= pages <= MOST_PAGES:
        raise NotAccepted(
            f"A site is followed at most {MOST_DEPTH} links deep, for at most {MOST_PAGES} pages.",
            "site_limits",
        )
    return {"depth": depth, "pages": pages}
