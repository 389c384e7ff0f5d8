"""Bodies that are huge, slow, deeply nested or cut off: refused before anything is made of them."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException
from starlette.types import Message

from studio.checks import bodies
from studio.errors import Refused
from tests.studio.checks.loop import run
from tests.studio.checks.waiting_person import Waiting
from tests.studio.conftest import Site

PIECE = b"[[],[],[],[],[],[],[],[]]," * 2_500  # 65 kB
JOIN = "/studio/es/gradio_api/queue/join"
NO_HEADERS = Headers({})


class Sender:
    """A client that sends one piece after another, and counts them."""

    def __init__(self, pieces: int, end: bool = True) -> None:
        self.sent = 0
        self._pieces = pieces
        self._end = end

    async def receive(self) -> Message:
        if self.sent == self._pieces and not self._end:
            await asyncio.Event().wait()
        if self.sent >= self._pieces:
            return {"type": "http.disconnect"}
        self.sent += 1
        more = self.sent < self._pieces or not self._end
        return {"type": "http.request", "body": PIECE, "more_body": more}


def status_of(call: Callable[[], Any]) -> int:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.status


def read(sender: Sender, headers: Headers = NO_HEADERS, seconds: float = 20.0) -> bytes:
    return run(bodies.whole(sender.receive, headers, bodies.MOST_OF_A_CALL, seconds))


def test_a_body_within_the_limits_is_read_whole() -> None:
    assert read(Sender(3)) == PIECE * 3


def test_of_a_body_that_is_too_long_no_more_is_read_than_the_limit() -> None:
    sender = Sender(1_000)
    assert status_of(lambda: read(sender)) == 413
    assert sender.sent == bodies.MOST_OF_A_CALL // len(PIECE) + 1


@pytest.mark.parametrize("length", ["60000000", "9" * 5_000, "-1", "1e3", "x", "²"])
def test_a_body_that_is_announced_too_long_is_not_read_at_all(length: str) -> None:
    sender = Sender(1)
    assert status_of(lambda: read(sender, Headers({"content-length": length}))) == 413
    assert sender.sent == 0


def test_a_body_that_does_not_come_to_its_end_is_refused_in_time() -> None:
    assert status_of(lambda: read(Sender(2, end=False), seconds=0.05)) == 408


def test_a_body_that_is_cut_off_is_refused() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    assert status_of(lambda: run(bodies.whole(gone, NO_HEADERS, 9))) == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b"[" * 17 + b"]" * 17,
        b'{"a":' * 17 + b"1" + b"}" * 17,
        b"[" + b"[]," * 10_000 + b"[]]",
        b"[" + b"1," * 20_000 + b"1]",
        b'{"data":["' + b'","' * 20_000 + b'"]}',
        b'["\\"' + b"," * 20_000,
    ],
    ids=["open", "deep", "deep objects", "many lists", "many numbers", "many texts", "no end"],
)
def test_what_is_too_deep_or_has_too_many_parts_is_not_parsed(body: bytes) -> None:
    assert status_of(lambda: bodies.parsed(body)) == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'"',
        b'{"a": NaN}',
        b"[Infinity]",
        b"\xff\xfe[\x00]\x00",
        b"\xef\xbb\xbf[]",
        "[1]".encode("utf-16"),
        b'["\xff"]',
        b"[" + b"9" * 5_000 + b"]",
        b"a=1",
        b"[1] [2]",
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    assert status_of(lambda: bodies.parsed(body)) == 422


def test_text_may_be_long_and_hold_any_mark() -> None:
    text = '[{,}] \\ " \n' * 40_000
    assert bodies.parsed(json.dumps({"data": [text]}).encode()) == {"data": [text]}


def test_an_upload_ends_where_it_is_too_long_too_slow_or_cut_off() -> None:
    async def drain(sender: Sender, most: int, seconds: float) -> None:
        receive = bodies.in_pieces(sender.receive, most, seconds)
        while (await receive())["more_body"]:
            pass

    run(drain(Sender(3), 3 * len(PIECE), 20))
    for sender, most, seconds in (
        (Sender(3), 2 * len(PIECE), 20.0),
        (Sender(0), 9, 20.0),
        (Sender(1, end=False), 10**9, 0.05),
    ):
        with pytest.raises(MultiPartException):
            run(drain(sender, most, seconds))


def sixty_megabytes() -> Iterator[bytes]:
    yield b'{"data": ['
    for _ in range(60_000_000 // len(PIECE)):
        yield PIECE
    yield b"[]]}"


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("", "/login", 413),
        ("", JOIN, 401),
        ("viewer", JOIN, 413),
        ("viewer", "/language", 413),
        ("viewer", "/password", 413),
        ("viewer", "/logout", 413),
        ("viewer", "/studio/es/", 413),
        ("viewer", "/studio/es/gradio_api/cancel", 413),
        ("viewer", "/studio/es/gradio_api/reset", 413),
        ("viewer", "/studio/en/gradio_api/run/agents_first", 413),
        ("viewer", "/studio/es/gradio_api/upload", 403),
    ],
)
def test_sixty_megabytes_of_lists_keep_nobody_waiting(
    site: Site, who: str, path: str, status: int
) -> None:
    client = site.client(who)
    with Waiting(site.url) as somebody:
        answer = client.post(path, content=sixty_megabytes())
    assert answer.status_code == status
    assert somebody.longest < 1


def test_a_body_that_is_announced_too_long_gets_a_sentence(site: Site) -> None:
    client = site.client("viewer")
    answer = client.post(JOIN, content=b"[]" * 1_500_000)
    assert answer.status_code == 413
    assert "demasiado grande" in answer.json()["detail"]
