"""Foreign addresses lead to public pages or nowhere: never to this machine or its neighbours."""

import contextlib
import gzip
import itertools
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, Response, redirect
from werkzeug.wrappers import Response as Answer

from knowledge.errors import FetchRefused
from knowledge.web import fetch as fetching
from knowledge.web.fetch import fetch, name_for
from tests.standins.server import serve


class Listener:
    """A port of this machine that counts who connects."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.connections = 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture(autouse=True)
def nobody_outside_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name of these tests is looked up: neither spelling nor name gets as far as that."""
    look_up = socket.getaddrinfo

    def local(host: str, *rest: Any, **more: Any) -> Any:
        assert host == "127.0.0.1"
        return look_up(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", local)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


LOOPBACK = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0x7f000001",
    "0x7f.0.0.1",
    "2130706433",
    "0177.0.0.1",
    "017700000001",
    "localhost",
    "LOCALHOST",
    "0",
    "0.0.0.0",
    "127.255.255.254",
    "①②⑦.⓪.⓪.①",
    "ⓛocalhost",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[::1%25lo]",
    "[::ffff:0:127.0.0.1]",
    "[0000::1]",
    "127.0.0.1.",
    "127。0。0。1",
    "127%2e0%2e0%2e1",
    "%31%32%37.0.0.1",
    "0x7f.1",
    "0177.1",
    "127.00.00.01",
    "0300.0250.0.1",
    "localhost.",
    "localhost.localdomain",
    "ip6-localhost",
]


@pytest.mark.parametrize("host", LOOPBACK)
def test_no_spelling_of_this_machine_is_reached(host: str, listener: Listener) -> None:
    for port in ("", f":{listener.port}"):
        with pytest.raises(FetchRefused):
            fetch(f"http://{host}{port}/")
    assert listener.connections == 0


PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "198.18.0.1",
    "203.0.113.7",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "fd00::1",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "fec0::1",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:a00:1::",
    "2001:0:a00:1::",
    "0.0.0.0",
    "0.1.2.3",
    "127.0.0.53",
    "172.31.255.255",
    "192.168.255.255",
    "169.254.170.2",
    "192.88.99.1",
    "198.51.100.1",
    "233.252.0.1",
    "::",
    "::1",
    "::2",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2002:a9fe:a9fe::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1%1",
    "febf::1",
    "ff00::1",
    "ff05::2",
    "not an address",
    "127.0.0.1 ",
    "0x7f000001",
    "2130706433",
    "",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    with pytest.raises(FetchRefused, match="public"):
        fetch("https://example.com/", resolver=lambda host, port: [address])


def test_one_private_address_among_public_ones_is_enough() -> None:
    with pytest.raises(FetchRefused, match="public"):
        fetch("http://example.com/", resolver=lambda host, port: ["93.184.215.14", "127.0.0.1"])


def test_a_name_that_changes_its_mind_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    reached: list[object] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        reached.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(FetchRefused, match="did not answer"):
        fetch("http://rebinding.example/", resolver=resolver)
    assert (asked, reached) == (["rebinding.example"], [("93.184.215.14", 80)])


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.1", "::1", "169.254.169.254"])
def test_the_address_that_is_connected_to_is_the_one_that_was_checked(
    monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    """However a resolver alternates, and whatever redirects do, nobody inside is reached."""
    answers = itertools.cycle([["93.184.215.14"], [inside], ["93.184.215.14", inside]])
    given: list[list[str]] = []
    reached: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        given.append(next(answers))
        return given[-1]

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        reached.append(address[0])
        raise OSError("no network")

    monkeypatch.setattr(socket, "create_connection", connect)
    for _ in range(9):
        before = len(given)
        with pytest.raises(FetchRefused):
            fetch("http://rebinding.example/", resolver=resolver)
        assert len(given) == before + 1  # asked once a fetch
    assert reached == ["93.184.215.14"] * 3


def test_each_hop_is_resolved_and_checked_anew(listener: Listener) -> None:
    """The first name is public (here: the open port of the test); the next leads inside."""
    with serve(_site("http://inside.example/")) as site:
        port = urlsplit(site).port or 0
        names = {"public.example": ["127.0.0.1"], "inside.example": ["192.168.1.1"]}
        asked: list[str] = []

        def resolver(host: str, port: int) -> list[str]:
            asked.append(host)
            return names[host]

        with pytest.raises(FetchRefused, match="public"):
            fetch(f"http://public.example:{port}/away", resolver=resolver, allow_loopback_port=port)
    assert asked == ["public.example", "inside.example"]
    assert listener.connections == 0


def test_there_are_enough_vectors() -> None:
    assert len(LOOPBACK) * 2 + len(PRIVATE) >= 80


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "dict://example.com/",
        "ldap://example.com/",
        "jar:http://example.com!/",
        "netdoc:///etc/passwd",
        "unix:///var/run/docker.sock",
        "ws://example.com/",
        "http:example.com",
        "http:/\\example.com",
        "https://user@example.com/",
        "https://:secret@example.com/",
        "http://example.com:0/",
        "http://example.com:8391/",
        "http://exam\tple.com/",
        "http://\x00example.com/",
        "http://[fe80::1%25eth0]:22/",
        "ftp://example.com/",
        "gopher://example.com/",
        "javascript:alert(1)",
        "data:text/html,hola",
        "//example.com/",
        "http://",
        "http:///path",
        "example.com",
        "",
        "http://user:secret@example.com/",
        "http://example.com@127.0.0.1/",
        "http://example.com:22/",
        "http://example.com:6379/",
        "http://example.com:99999/",
        "http://[::1",
        "http://exa mple.com/",
        "http://example.com\r\nHost: inside/",
    ],
)
def test_other_kinds_of_address_are_refused_before_anybody_is_asked(url: str) -> None:
    def resolver(host: str, port: int) -> list[str]:
        raise AssertionError("asked")

    with pytest.raises(FetchRefused):
        fetch(url, resolver=resolver)


def _site(target: str) -> Flask:
    app = Flask("site")

    @app.get("/page")
    def page() -> Response:
        return Response("<p>Abrimos a las nueve.</p>", content_type="text/html; charset=utf-8")

    @app.get("/packed")
    def packed() -> Response:
        body = gzip.compress(b"<p>Abrimos a las nueve.</p>")
        return Response(body, content_type="text/html", headers={"Content-Encoding": "gzip"})

    @app.get("/bomb")
    def bomb() -> Response:
        body = gzip.compress(b"\0" * 50_000_000)
        return Response(body, content_type="text/html", headers={"Content-Encoding": "gzip"})

    @app.get("/endless")
    def endless() -> Response:
        return Response((b"x" * 65_536 for _ in range(200)), content_type="text/plain")

    @app.get("/program")
    def program() -> Response:
        return Response(b"MZ", content_type="application/octet-stream")

    @app.get("/away")
    def away() -> Answer:
        return redirect(target)

    @app.get("/near")
    def near() -> Answer:
        return redirect("page")

    @app.get("/circle")
    def circle() -> Answer:
        return redirect("/circle")

    return app


@pytest.fixture
def site(listener: Listener) -> Iterator[str]:
    with serve(_site(f"http://127.0.0.1:{listener.port}/")) as url:
        yield url


def _fetch(url: str) -> fetching.Fetched:
    return fetch(url, allow_loopback_port=urlsplit(url).port)


@pytest.mark.parametrize("path", ["/page", "/packed", "/near"])
def test_a_page_is_fetched(site: str, path: str) -> None:
    page = _fetch(site + path)
    assert page.body == b"<p>Abrimos a las nueve.</p>"
    assert (page.media_type, name_for(page)) == ("text/html", "page.html")
    assert page.final_url == site + ("/page" if path == "/near" else path)


def test_a_page_that_sends_us_inside_is_not_followed(site: str, listener: Listener) -> None:
    with pytest.raises(FetchRefused):
        _fetch(site + "/away")
    assert listener.connections == 0


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest", "file:///etc/passwd", "http://10.0.0.1/"]
)
def test_no_redirect_leads_inside(target: str) -> None:
    with serve(_site(target)) as site, pytest.raises(FetchRefused):
        _fetch(site + "/away")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/circle", "fetch_redirects"),
        ("/bomb", "fetch_size"),
        ("/endless", "fetch_size"),
        ("/program", "fetch_media_type"),
        ("/missing", "fetch_gone"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(site: str, path: str, code: str) -> None:
    with pytest.raises(FetchRefused) as refusal:
        _fetch(site + path)
    assert refusal.value.code == code


@contextlib.contextmanager
def _dripping() -> Iterator[int]:
    """A server that sends one letter after the other, for ever."""
    server, stop = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError), server.accept()[0] as connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
            while not stop.wait(0.005):
                connection.sendall(b"x")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        stop.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def test_a_server_that_drips_is_left_in_time() -> None:
    ticks = itertools.count()  # each look at the clock is a second
    with _dripping() as port, pytest.raises(FetchRefused, match="too long"):
        fetch(
            f"http://127.0.0.1:{port}/",
            allow_loopback_port=port,
            clock=lambda: float(next(ticks)),
        )


def test_the_proxy_of_the_environment_is_not_used(
    site: str, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{listener.port}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{listener.port}")
    assert _fetch(site + "/page").media_type == "text/html"
    assert listener.connections == 0
