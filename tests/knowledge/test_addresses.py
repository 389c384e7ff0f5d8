"""Which addresses are on the public internet: by IANA's tables and the clouds', on every Python."""

import datetime
from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import urlsplit

import pytest
from flask import Flask, redirect, request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Response as Answer

from knowledge.errors import FetchRefused, NotAccepted
from knowledge.web import special_purpose as tables
from knowledge.web.addresses import is_public, whole
from knowledge.web.fetch import Trusted, check_form, fetch
from studio.texts import has
from tests.standins.server import serve

BLOCKS = [*tables.IPV4, *tables.IPV6, *tables.CLOUDS]
ORDINARY = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2000::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2620:4e:ffff::1",
    "3ffe:ffff::1",
    "3fff:1000::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2606:4700::5efe:808:808",
    "2606:4700::200:5efe:808:808",
]
NEVER = ["", " ", "8.8.8.8 "]  # what no table of blocks alone shows
NEVER += [
    "8.8.8",
    "010.8.8.8",
    "0x8.8.8.8",
    "134744072",
    "8.8.8.8.",
    "٨.٨.٨.٨",
    "8.8.8.8%eth0",
    "2606:4700:4700::1111%eth0",
    "fe80::1%25eth0",
    "[::1]",
    "::8.8.8.8",
    "::ffff:0:8.8.8.8",
    "64:ff9b:1::8.8.8.8",
    "64:ff9b:1:fffe::8.8.8.8",
    "2002:808:808::1",
    "2001:0:808:808::1",
    "2606:4700::5efe:10.0.0.1",
    "2606:4700::200:5efe:169.254.169.254",
    "2a00::5efe:168.63.129.16",
    "fec0::5efe:8.8.8.8",
    "1::1",
    "1fff::1",
    "4000::1",
    "fe00::1",
    "::ffff:168.63.129.16",
    "64:ff9b::168.63.129.16",
    "64:ff9b::192.0.0.192",
    "::ffff:100.100.100.200",
]


@pytest.mark.parametrize("address", ORDINARY)
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NEVER)
def test_what_is_odd_or_leads_inside_is_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("block", BLOCKS)
def test_no_address_of_a_block_is_public(block: str) -> None:
    network = ip_network(block)
    if block in tables.STAND_FOR_IPV4:  # decided by the address inside, see below
        return
    for one in (network[0], network[-1], network[network.num_addresses // 2]):
        assert not is_public(str(one))
        assert not is_public(one.exploded.upper())


@pytest.mark.parametrize("block", tables.CLOUDS)
def test_what_clouds_answer_from_is_refused_however_it_is_named(block: str) -> None:
    address = str(ip_network(block)[0])
    host = f"[{address}]" if ":" in address else address
    for url in (f"http://{host}/latest/meta-data/", f"https://{host}:443/"):
        with pytest.raises(FetchRefused, match="public"):
            fetch(url, resolver=_nobody)
    with pytest.raises(FetchRefused, match="public"):
        fetch("http://rebinding.example/", resolver=lambda host, port: [address])


def _nobody(host: str, port: int) -> list[str]:
    raise AssertionError("asked")


IPV4S = st.integers(0, 2**32 - 1).map(IPv4Address)
EDGES = [
    number
    for network in map(ip_network, (*tables.IPV4, *tables.CLOUDS))
    if network.version == 4
    for number in (int(network[0]) - 1, int(network[0]), int(network[-1]), int(network[-1]) + 1)
]
NEAR = st.sampled_from([number for number in EDGES if 0 <= number < 2**32]).map(IPv4Address)
# Each block as its first address and its mask: compared as numbers, without the library's networks.
MASKS = [
    (int(network.network_address), int(network.netmask))
    for network in map(ip_network, (*tables.IPV4, *tables.CLOUDS))
    if network.version == 4
]


def _inside(address: IPv4Address) -> bool:
    return any(int(address) & mask == first for first, mask in MASKS)


@given(IPV4S | NEAR)
def test_an_address_is_public_exactly_when_it_is_in_no_block(address: IPv4Address) -> None:
    assert is_public(str(address)) is not _inside(address)


@given(IPV4S | NEAR)
def test_an_address_inside_another_is_judged_by_its_own(address: IPv4Address) -> None:
    inner = int(address)
    for prefix in (0xFFFF << 32, 0x64_FF9B << 96):
        assert is_public(str(IPv6Address(prefix | inner))) is not _inside(address)
    for isatap in (0x5EFE, 0x200_5EFE):
        outer = IPv6Address(0x2A00_1450 << 96 | isatap << 32 | inner)
        assert is_public(str(outer)) is not _inside(address)
    for never in (
        inner,  # IPv4-compatible
        0xFFFF << 48 | inner,  # translated
        0x64_FF9B_0001 << 80 | inner,  # NAT64 of local use
        0x2002 << 112 | inner << 80 | 1,  # 6to4
        0x2001 << 112 | inner << 64 | 1,  # Teredo's server
        0x2001 << 112 | inner ^ 0xFFFF_FFFF,  # Teredo's client
        0xFEC0 << 112 | 0x5EFE << 32 | inner,  # ISATAP on a site's own prefix
    ):
        assert not is_public(str(IPv6Address(never)))


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_of_ipv6_only_what_is_given_out_is_public(address: IPv6Address) -> None:
    if is_public(str(address)) and address not in ip_network("64:ff9b::/96"):
        assert int(address) >> 125 == 1
        assert not any(address in ip_network(one) for one in tables.IPV6)


def test_the_running_python_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its opinions differ: 192.0.0.192 was public to 3.11.7, and not to 3.13."""
    for kind in (IPv4Address, IPv6Address):
        for name in ("is_global", "is_private", "is_reserved", "is_multicast", "is_link_local"):
            monkeypatch.setattr(kind, name, property(lambda address: pytest.fail("asked")))
    assert is_public("8.8.8.8")
    assert is_public("2606:4700::1")
    assert not is_public("192.0.0.192")
    assert not is_public("2002::1")


def test_the_tables_are_whole_and_say_when_they_were_read() -> None:
    assert len(tables.IPV4) == 26 + 1  # the registry's rows, and multicast
    assert len(tables.IPV6) == 25 + 2  # the registry's rows, site local and multicast
    assert datetime.date.fromisoformat(tables.READ)
    assert all(str(ip_network(block)) for block in BLOCKS)  # no bit is set beside the mask
    for block in tables.STAND_FOR_IPV4:
        assert ip_network(block).prefixlen == 96


DIGITS = {"plain": "0123456789", "full": "０１２３４５６７８９", "ring": "⓪①②③④⑤⑥⑦⑧⑨"}
DOTS = (".", "。", "．", "｡", "%2e")  # the first three others are dots to IDNA


FORMS = st.sampled_from(["{}", "{:#x}", "0X{:08X}", "0{:o}", "00000{:o}", "{:04}"])


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """An IPv4 address that is not public, as no table writes it but a resolver may read it."""
    address = int(draw(NEAR.filter(_inside)))
    parts = draw(st.integers(1, 4))
    numbers = [address >> 8 * (3 - at) & 0xFF for at in range(parts - 1)]
    numbers.append(address & (1 << 8 * (5 - parts)) - 1)
    dot = draw(st.sampled_from(DOTS))
    text = dot.join(draw(FORMS).format(number) for number in numbers)
    digits = DIGITS[draw(st.sampled_from(sorted(DIGITS)))]
    text = text.translate(dict(zip(map(ord, DIGITS["plain"]), digits, strict=True)))
    return text + draw(st.sampled_from(["", dot, dot * 2]))


@given(spellings(), st.sampled_from(["", ":80", ":443", ":8080"]))
def test_no_spelling_of_an_inside_address_even_reaches_the_resolver(host: str, port: str) -> None:
    with pytest.raises(FetchRefused):
        fetch(f"http://{host}{port}/", resolver=_nobody)


NAMES = [
    "localhost",
    "LocalHost.",
    "a.localhost",
    "localhost.localdomain",
    "ⓛocalhost",
    "chroma",
    "metadata",
    "metadata.google.internal",
    "METADATA.google.INTERNAL.",
    "vault.corp",
    "instance-data.ec2.internal",
    "printer.local",
    "router.home.arpa",
    "router.lan",
    "nas.home",
    "wiki.intranet",
    "x.onion",
    "x.test",
    "x.invalid",
    "x.alt",
    "a.private",
    "1.0.0.127.in-addr.arpa",
    "metadata。google。internal",
]


@pytest.mark.parametrize("host", NAMES)
def test_a_name_that_can_only_lead_inside_is_never_looked_up(host: str) -> None:
    for check in (check_form, lambda url: fetch(url, resolver=_nobody)):
        with pytest.raises(FetchRefused):
            check(f"https://{host}/")


@pytest.mark.parametrize("host", ["10.0.0.1.nip.io", "127-0-0-1.sslip.io", "localhost.example.com"])
def test_a_public_name_is_judged_by_where_it_leads(host: str) -> None:
    with pytest.raises(FetchRefused, match="public"):
        fetch(f"http://{host}/", resolver=lambda host, port: ["10.0.0.1"])


@pytest.mark.parametrize("url", ["https://1.1.1.1/", "https://[2606:4700::1111]/", "http://a.mx"])
def test_ordinary_addresses_keep_their_form(url: str) -> None:
    check_form(url)


TARGETS = [
    "http://192.0.0.192/opc/",
    "http://168.63.129.16/",
    "http://[::ffff:a83f:8110]/",
    "http://2852039166/",
    "http://metadata.google.internal/",
    "http://0300.0250.1/",
]


@pytest.mark.parametrize("target", TARGETS)
def test_no_redirect_leads_there_either(target: str) -> None:
    app = Flask("site")
    app.add_url_rule("/", view_func=lambda: redirect(target))
    with serve(app) as site, pytest.raises(FetchRefused):
        fetch(site, resolver=_nobody, allow_loopback_port=urlsplit(site).port)


class Home:
    """The operator's own server, which sends us away, and is sent back to."""

    def __init__(self) -> None:
        self.app, self.away, self.asked = Flask("home"), "", list[str]()
        self.app.add_url_rule("/<path:path>", view_func=self._answer)

    def _answer(self, path: str) -> Answer:
        self.asked.append(f"{path} {request.headers.get('Authorization')}")
        return redirect(self.away) if path == "file" else Answer("x", mimetype="text/plain")


def test_whom_home_sends_us_to_cannot_send_us_back_with_its_credentials() -> None:
    home, stranger = Home(), Flask("stranger")
    with serve(home.app) as at_home, serve(stranger) as home.away:
        stranger.add_url_rule("/", view_func=lambda: redirect(f"{at_home}/secret"))
        place = Trusted(at_home, {"Authorization": "ours"})
        port = urlsplit(home.away).port
        with pytest.raises(FetchRefused):
            fetch(f"{at_home}/file", trusted=place, resolver=_nobody, allow_loopback_port=port)
    assert home.asked == ["file ours"]


@pytest.mark.parametrize(
    "url", ["https://ana:secret@example.com/", "http://example.com\\@10.0.0.1/", "http://@a.mx/"]
)
def test_credentials_are_not_even_noted(url: str) -> None:
    with pytest.raises(NotAccepted) as refusal:
        whole(url)
    assert has("es", f"error.knowledge.{refusal.value.code}")


def test_an_at_sign_elsewhere_is_none() -> None:
    assert whole(" https://example.com/@ana?to=a@b.mx#@ ") == "https://example.com/@ana?to=a@b.mx#@"
