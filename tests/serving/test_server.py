"""The server reads requests whole, within limits, before Flask sees them."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request

from serving.limits import Bodies
from tests.serving.callers import (
    SMALL,
    Caller,
    Clock,
    limits,
    port_of,
    post,
    running,
    serving,
    status,
)
from tests.waiting import until

BIG = 150_000  # above `small_bytes`, so it is counted
HEAD = b"POST /seen HTTP/1.1\r\nHost: bot\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def app() -> Flask:
    """Says what it was given."""
    app = Flask("seen")

    @app.route("/seen", methods=["GET", "POST"], defaults={"path": ""})
    @app.route("/<path:path>", methods=["GET", "POST"])
    def seen(path: str) -> dict[str, Any]:
        body = request.get_data()
        headers = {name.lower(): value for name, value in request.headers}
        return {
            "bytes": len(body),
            "start": body[:20].decode("latin-1"),
            "path": path,
            "from": request.remote_addr,
            "headers": headers,
            "q": request.args,
        }

    return app


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    with serving(app) as port:
        yield port


def told(port: int, data: bytes) -> bytes:
    """What the server says to *data* until it closes the connection."""
    with Caller(port).say(data) as caller:
        return caller.hear()


def test_a_whole_request_is_passed_on(port: int) -> None:
    with Caller(port).say(post("/a%20b?q=1", 4) + b"hola") as caller:
        heard = caller.answer(b"}\n")
    assert status(heard) == 200
    assert b'"path":"a b"' in heard
    assert b'"start":"hola"' in heard
    assert b'"q":"1"' in heard


def test_a_body_in_chunks_is_passed_on_with_its_length(port: int) -> None:
    with Caller(port).say(CHUNKED + b"2\r\nho\r\n3;ext=1\r\nla!\r\n0\r\n\r\n") as caller:
        heard = caller.answer(b"}\n")
    assert b'"start":"hola!"' in heard
    assert b'"content-length":"5"' in heard
    assert b"transfer-encoding" not in heard


def test_requests_that_come_at_once_are_answered_in_turn(port: int) -> None:
    one = post("/{}", 2) + b"ok"
    last = post("/3", 2, "Connection: close") + b"ok"
    heard = told(port, one.replace(b"{}", b"1") + one.replace(b"{}", b"2") + last)
    places = [heard.find(b'"path":"%d"' % number) for number in (1, 2, 3)]
    assert -1 not in places
    assert places == sorted(places)


def test_who_waits_for_permission_to_send_is_told(port: int) -> None:
    with Caller(port).say(post("/seen", 4, "Expect: 100-continue")) as caller:
        assert status(caller.answer()) == 100
        assert status(caller.say(b"hola").answer(b"}\n")) == 200


OFFER = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")


def test_an_offer_of_another_protocol_is_not_taken(port: int) -> None:
    assert b'"path":"a"' in told(port, post("/a", 0, *OFFER))


def test_with_an_offer_of_another_protocol_no_body_is_lost_unsaid(port: int) -> None:
    for head in (post("/a", 4, *OFFER), post("/a", 4, "Upgrade: websocket", "Connection: upgrade")):
        assert status(told(port, head + b"hola")) == 400


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-Ip", "Forwarded"])
def test_the_caller_is_the_peer_whatever_headers_say(port: int, header: str) -> None:
    with Caller(port).say(post("/seen", 0, f"{header}: 203.0.113.9")) as caller:
        assert b'"from":"127.0.0.1"' in caller.answer(b"}\n")


def test_a_header_that_would_pass_for_another_is_left_out(port: int) -> None:
    two = ("X-Twilio-Signature: right", "X_Twilio_Signature: wrong", "Content_Length: 9")
    with Caller(port).say(post("/seen", 0, *two)) as caller:
        heard = caller.answer(b"}\n")
    assert b'"x-twilio-signature":"right"' in heard


# --- too slow

HALVES = {
    "a body that stops": post("/seen", 1000) + b"half",
    "a body that never begins": post("/seen", 1000),
    "a body that is shorter than was said": post("/seen", 10) + b"123456789",
    "a chunk that stops": CHUNKED + b"ff\r\nhalf",
    "chunks without an end": CHUNKED + b"4\r\nhola\r\n",
    "trailers without an end": CHUNKED + b"4\r\nhola\r\n0\r\nA: b\r\n",
    "headers that stop": HEAD + b"X-Half",
    "headers without an end": HEAD + b"X-Whole: yes\r\n",
    "half a method": b"PO",
    "empty lines": b"\r\n\r\n",
}


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_half_a_request_is_told_that_it_is_late(port: int, half: bytes) -> None:
    assert status(told(port, half)) == 408


def test_who_says_nothing_is_not_waited_for(port: int) -> None:
    assert told(port, b"") == b""


@pytest.mark.parametrize("after", [b"\r\n", b"PO"])
def test_who_says_little_after_an_answer_is_not_waited_for(port: int, after: bytes) -> None:
    with Caller(port).say(post("/seen", 2) + b"ok") as caller:
        assert status(caller.answer(b"}\n")) == 200
        assert status(caller.say(after).hear()) == 408


def test_who_says_nothing_after_an_answer_is_not_waited_for(app: Flask) -> None:
    with serving(app, limits(idle_seconds=0)) as port, Caller(port) as caller:
        caller.say(post("/seen", 2) + b"ok")
        assert status(caller.hear()) == 200


def test_a_byte_now_and_then_does_not_buy_time(port: int) -> None:
    ended, clock = threading.Event(), Clock()
    with Caller(port).say(post("/seen", 10_000)) as caller:

        def drip() -> None:
            while not ended.wait(0.05):
                caller.say(b"x")

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            assert status(caller.hear()) == 408
        finally:
            ended.set()
            dripping.join()
    assert clock.seconds < 3


def test_a_body_that_keeps_up_may_take_longer_than_a_short_one(app: Flask) -> None:
    pieces, pause = 8, threading.Event()
    with serving(app, limits(bytes_a_second=100_000)) as port, Caller(port) as caller:
        caller.say(post("/big", pieces * 30_000))
        for _ in range(pieces):  # three times as fast as it must be, twice as long as a short one
            caller.say(b"x" * 30_000)
            pause.wait(0.1)
        assert status(caller.answer()) == 200


def test_who_does_not_read_the_answer_is_not_waited_for() -> None:
    app = Flask("long")
    app.add_url_rule("/", view_func=lambda: b"x" * 30_000_000)
    with running(app) as server, Caller(port_of(server)) as caller:
        caller.say(b"GET / HTTP/1.1\r\nHost: bot\r\n\r\n")
        caller.answer()
        until(lambda: not server.server_state.connections, what="the end of the connection")
        assert len(caller.hear()) < 29_000_000


# --- too big


@pytest.mark.parametrize(("path", "most"), [("/seen", 200_000), ("/big", 400_000)])
def test_what_is_announced_as_too_big_is_refused(port: int, path: str, most: int) -> None:
    with Caller(port).say(post(path, most + 1)) as caller:
        assert status(caller.answer()) == 413
    with Caller(port).say(post(path, most) + b"x" * most) as caller:
        assert status(caller.answer()) == 200


def test_who_asks_first_whether_it_may_is_refused_without_sending(port: int) -> None:
    with Caller(port).say(post("/seen", 200_001, "Expect: 100-continue")) as caller:
        assert status(caller.answer()) == 413


def test_chunks_that_become_too_big_are_refused(port: int) -> None:
    chunk = b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n"
    with Caller(port).say(CHUNKED + chunk * 4) as caller:
        assert status(caller.answer()) == 413


def test_who_goes_on_sending_still_hears_that_it_is_too_big(port: int) -> None:
    """Closed on unread bytes, a connection takes its answer with it."""
    with Caller(port).say(post("/seen", 5_000_000) + b"x" * 5_000_000) as caller:
        heard = caller.hear()
    assert status(heard) == 413
    assert b"This is too big." in heard


HEADS = {
    "many headers": HEAD + b"".join(b"X-%d: yes\r\n" % number for number in range(5_000)),
    "one long header": HEAD + b"X-Long: " + b"x" * 40_000 + b"\r\n\r\n",
    "one endless header": HEAD + b"X-Long: " + b"x" * 90_000,
    "a long address": b"GET /" + b"x" * 90_000,
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_headers_that_are_too_big_are_refused(port: int, head: bytes) -> None:
    assert status(told(port, head)) == 431


@pytest.mark.parametrize("trailer", [b"X-%d: yes\r\n" * 5_000, b"X: " + b"x" * 200_000])
def test_trailers_that_are_too_big_end_the_connection(app: Flask, trailer: bytes) -> None:
    with serving(app, limits(body_seconds=60)) as port:
        assert told(port, CHUNKED + b"4\r\nhola\r\n0\r\n" + trailer) == b""


@pytest.mark.parametrize(
    "lie",
    [
        b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nhola!",
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhola\r\n0\r\n\r\n",
        b"Content-Length: -4\r\n\r\nhola",
        b"Content-Length: four\r\n\r\nhola",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhola",
        b"Transfer-Encoding: gzip\r\n\r\nhola",
    ],
)
def test_a_length_that_cannot_be_believed_is_refused(port: int, lie: bytes) -> None:
    assert status(told(port, HEAD + lie)) == 400


# --- too many


def test_big_bodies_wait_for_each_other_and_small_ones_do_not(app: Flask) -> None:
    with serving(app, limits(body_seconds=10)) as port, Caller(port) as first:
        first.say(post("/big", BIG) + b"x" * (BIG - 1))
        with Caller(port) as second, Caller(port) as small:
            small.say(post("/big", 2) + b"ok")
            assert status(small.answer()) == 200
            second.say(post("/big", BIG) + b"x" * BIG)
            first.say(b"x")
            assert status(first.answer()) == status(second.answer()) == 200


def test_a_big_body_for_which_there_is_no_place_is_told_to_come_again(app: Flask) -> None:
    with serving(app, limits(bytes_a_second=1)) as port, Caller(port) as first:
        first.say(post("/big", BIG) + b"x" * (BIG - 1))
        with Caller(port).say(post("/big", BIG) + b"x" * BIG) as second:
            heard = second.hear()
    assert status(heard) == 503
    assert b"retry-after: 5" in heard


def test_the_one_that_waited_longest_makes_room_for_the_newest(app: Flask) -> None:
    with serving(app, limits(connections=3, body_seconds=20, head_seconds=20)) as port:
        waiting = []
        for _ in range(3):
            waiting.append(Caller(port).say(post("/seen", 0)))
            waiting[-1].answer()
            waiting[-1].say(post("/seen", 9))
        with Caller(port).say(post("/seen", 2) + b"ok") as newest:
            assert status(newest.answer()) == 200
        assert waiting[0].hear() == b""
        for other in waiting[1:]:
            assert status(other.say(b"x" * 9).answer()) == 200
        for caller in waiting:
            caller.socket.close()


class Doorman:
    """An app that lets nobody in without a key; it counts whom it has let in."""

    def __init__(self) -> None:
        self.seen = 0
        self.app = Flask("doorman")
        self.app.before_request(lambda: None if "Key" in request.headers else ("who?", 401))
        self.app.add_url_rule("/known", view_func=self._view, methods=["POST"])

    def _view(self) -> str:
        self.seen += 1
        return str(len(request.get_data()))


KNOWN = Bodies(re.compile("/known"), 400_000, at_once=1, look_first=True)


def test_a_big_body_is_not_read_for_who_may_not_send_it() -> None:
    doorman = Doorman()
    with serving(doorman.app, limits(bodies=(KNOWN, *SMALL.bodies))) as port:
        with Caller(port).say(post("/known", BIG) + b"x" * 130_000) as stranger:
            assert status(stranger.answer(b"who?")) == 401
        with Caller(port).say(post("/known", BIG, "Key: yes") + b"x" * BIG) as known:
            assert known.answer(b"150000")
        with Caller(port).say(post("/known/not", BIG, "Key: yes") + b"x" * 130_000) as lost:
            assert status(lost.answer()) == 404
    assert doorman.seen == 1
