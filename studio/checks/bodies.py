"""Reading a request's body whole, within limits of bytes, of time and of what it holds."""

import asyncio
import json
import re
from typing import Any

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException
from starlette.types import Message, Receive

from knowledge.base import MAX_BYTES
from studio.errors import Refused

MOST_OF_A_FORM = 64 * 1024  # bytes; a sign-in is a few hundred
MOST_OF_A_CALL = 2 * 1024 * 1024  # bytes; the longest text field takes 500,000 characters
MOST_OF_FILES = 20 * MAX_BYTES + MOST_OF_A_FORM  # bytes; twenty files of the largest size
MOST_PARTS = 10_000  # lists, objects and what stands between their commas
DEEPEST = 16  # lists within lists
SECONDS = 20.0  # for a whole body; for files, between two pieces of them
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_MARKS = re.compile(rb"[\[\]{}]")


async def whole(receive: Receive, headers: Headers, most: int, seconds: float = SECONDS) -> bytes:
    """Return the body, of at most *most* bytes, sent within *seconds*.

    Raises Refused: 413 for a long one, 408 for a slow one, 400 for one that is not sent to its end.
    """
    refuse_if_announced_longer(headers, most)
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive, most)
    except TimeoutError as error:
        raise Refused(408, "refused.slow") from error


async def _read(receive: Receive, most: int) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "refused.unfit")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most:
            raise Refused(413, "refused.large")
    return bytes(body)


def refuse_if_announced_longer(headers: Headers, most: int) -> None:
    """Raise Refused (413) when the headers say already that the body is over *most* bytes."""
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length[:20]) > most:
        raise Refused(413, "refused.large")


def again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives *body* at once, and after it what else *receive* tells."""
    unread = [body]

    async def receiving() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return receiving


def in_pieces(receive: Receive, most: int, seconds: float = SECONDS) -> Receive:
    """Return a `receive` for uploaded files: it ends the upload that is over *most* bytes in all,
    pauses for *seconds*, or is cut off."""
    left = most
    more = True

    async def receiving() -> Message:
        nonlocal left, more
        if not more:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), seconds)
        except TimeoutError as error:
            raise _cut_off() from error
        left -= len(message.get("body", b""))
        more = message.get("more_body", False)
        if left < 0 or message["type"] == "http.disconnect":
            raise _cut_off()
        return message

    return receiving


def _cut_off() -> MultiPartException:
    """For this exception alone Gradio removes what it has written; by its words it answers 413."""
    return MultiPartException("over the maximum allowed size, too slow or cut off")


def parsed(body: bytes) -> Any:
    """Return what *body* holds as JSON, looked over before it is parsed.

    Raises Refused: 413 for more parts or a deeper nesting than any page of ours sends, 422 for
    what is no JSON in UTF-8.
    """
    bare = _TEXT.sub(b"", body)
    if sum(map(bare.count, b"[]{},")) > MOST_PARTS or _depth(bare) > DEEPEST:
        raise Refused(413, "refused.large")
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except ValueError as error:
        raise Refused(422, "refused.unfit") from error


def _depth(bare: bytes) -> int:
    depth = deepest = 0
    for mark in _MARKS.findall(bare):
        depth += 1 if mark in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
