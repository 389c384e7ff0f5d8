"""What the studio believes of forwarded headers, as an ASGI server hands them over."""

from typing import Any

import pytest

from agent.addresses import Proxies
from studio.app import SERVER
from studio.proxied import Proxied
from tests.studio.checks.loop import run

FORWARDED = [
    (b"x-forwarded-for", b"1.2.3.4, 203.0.113.9"),
    (b"x-forwarded-proto", b"https"),
    (b"x-forwarded-host", b"evil.example"),
    (b"Forwarded", b"for=1.2.3.4"),
    (b"x-real-ip", b"1.2.3.4"),
]
OWN = [(b"host", b"studio.example.com")]


def passed_on(peer: Any, trusted: str) -> dict[str, Any]:
    """The scope that the application behind sees."""
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    scope = {"type": "http", "scheme": "http", "client": peer, "headers": [*OWN, *FORWARDED]}
    proxied: Any = Proxied(app, Proxies.from_text(trusted))
    run(proxied(scope, None, None))
    return dict(seen[0])


@pytest.mark.parametrize("peer", [("127.0.0.1", 5), ("10.0.0.1", 5), ("::1", 5)])
def test_a_made_up_header_is_taken_out(peer: tuple[str, int]) -> None:
    scope = passed_on(peer, "10.9.9.9")
    assert (scope["client"], scope["scheme"], scope["headers"]) == (peer, "http", OWN)


def test_a_connection_without_an_address_is_believed_nothing() -> None:
    scope = passed_on(None, "10.9.9.9")
    assert (scope["client"][0], scope["scheme"], scope["headers"]) == ("", "http", OWN)


def test_a_trusted_proxy_says_who_asks_and_how() -> None:
    scope = passed_on(("10.9.9.9", 5), "10.9.9.9")
    assert (scope["client"][0], scope["scheme"]) == ("203.0.113.9", "https")
    assert scope["headers"] == [*OWN, *FORWARDED]


def test_the_server_itself_believes_nobody() -> None:
    assert SERVER["proxy_headers"] is False
