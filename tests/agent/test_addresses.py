"""Whose request it is: forwarded headers count as far as trusted proxies wrote them."""

import pytest
from pydantic import ValidationError

from agent.addresses import Proxies, party
from agent.settings import Settings

TRUSTED = Proxies.from_text("10.0.0.1, 10.0.1.0/24, 2001:db8::/120")
STRANGER = "203.0.113.9"


@pytest.mark.parametrize(
    ("peer", "told", "seen"),
    [
        # nobody is believed who is not named, this machine and private networks included
        ("127.0.0.1", ["1.2.3.4"], "127.0.0.1"),
        ("::1", ["1.2.3.4"], "::1"),
        ("10.0.0.2", ["1.2.3.4"], "10.0.0.2"),
        (STRANGER, ["1.2.3.4", "10.0.0.1"], STRANGER),
        ("testclient", ["1.2.3.4"], "testclient"),
        ("", ["1.2.3.4"], ""),
        # what a trusted proxy added is the last word; what stands left of it was the caller's
        ("10.0.0.1", [STRANGER], STRANGER),
        ("10.0.0.1", [f"1.2.3.4, {STRANGER}"], STRANGER),
        ("10.0.0.1", ["1.2.3.4", STRANGER], STRANGER),
        ("10.0.0.1", [f"10.0.0.1, {STRANGER}"], STRANGER),
        ("2001:db8::7", [f"1.2.3.4,{STRANGER}"], STRANGER),
        ("::ffff:10.0.0.1", [STRANGER], STRANGER),
        # proxies behind one another
        ("10.0.0.1", [f"1.2.3.4, {STRANGER}, 10.0.1.9"], STRANGER),
        ("10.0.0.1", [f"{STRANGER}, 2001:db8::7, ::ffff:10.0.1.9"], STRANGER),
        ("10.0.0.1", ["10.0.1.8, 10.0.1.9"], "10.0.1.8"),
        # no header, empty parts, and what is no address
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["", " , ,"], "10.0.0.1"),
        ("10.0.0.1", [f"{STRANGER}, ,"], STRANGER),
        ("10.0.0.1", ["1.2.3.4, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["1.2.3.4, 999.1.1.1"], "10.0.0.1"),
        ("10.0.0.1", ["1.2.3.4, <script>, 10.0.1.9"], "10.0.1.9"),
        # spellings
        ("10.0.0.1", [f"{STRANGER}:4711"], STRANGER),
        ("10.0.0.1", [f'"{STRANGER}"'], STRANGER),
        ("10.0.0.1", ["[2001:db8:1::5]:4711"], "2001:db8:1::5"),
        ("10.0.0.1", ["2001:DB8:1:0::5"], "2001:db8:1::5"),
        ("10.0.0.1", [f"::ffff:{STRANGER}"], STRANGER),
        ("10.0.0.1", ["fe80::1%eth0"], "fe80::1"),
    ],
)
def test_the_rightmost_address_that_is_no_proxy_is_the_caller(
    peer: str, told: list[str], seen: str
) -> None:
    assert TRUSTED.seen(peer, "http", told).address == seen


def test_by_default_nobody_is_believed() -> None:
    nobody = Settings(_env_file=None).proxies
    for peer in ("127.0.0.1", "::1", "10.0.0.1", "172.17.0.1", "192.168.0.1", ""):
        seen = nobody.seen(peer, "http", ["1.2.3.4"], "https")
        assert (seen.address, seen.scheme) == (peer, "http")


@pytest.mark.parametrize(
    ("peer", "told", "scheme"),
    [
        ("10.0.0.1", "https", "https"),
        ("10.0.0.1", "HTTPS", "https"),
        ("10.0.0.1", "https, http", "http"),
        ("10.0.0.1", "ftp", "http"),
        ("10.0.0.1", "", "http"),
        ("127.0.0.1", "https", "http"),
    ],
)
def test_the_scheme_is_that_of_the_connection_unless_a_trusted_proxy_says(
    peer: str, told: str, scheme: str
) -> None:
    assert TRUSTED.seen(peer, "http", (), told).scheme == scheme


@pytest.mark.parametrize("text", ["*", "everybody", "10.0.0.5/8", "0.0.0.0/0", "::/0", "1.2.3"])
def test_a_setting_that_names_no_proxy_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, trusted_proxies=text)


def test_an_ipv6_network_is_one_party() -> None:
    assert party("2001:db8:1:2:3::4") == party("2001:db8:1:2::5") == "2001:db8:1:2::/64"
    assert party("::ffff:203.0.113.9") == party("203.0.113.9") == "203.0.113.9"
    assert party("203.0.113.8") != party("203.0.113.9")
    assert party("testclient") == "testclient"
