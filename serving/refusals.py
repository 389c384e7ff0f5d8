"""The answers to requests that never reach Flask."""

import json
from http import HTTPStatus

SENTENCES = {
    HTTPStatus.BAD_REQUEST: "This speaks HTTP/1.1 only. Leave out Upgrade.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not arrive in time. Send it again, faster.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "This is too big.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers are too big.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here. It has been noted.",
    HTTPStatus.SERVICE_UNAVAILABLE: "There is too much to do right now. Try again.",
}
Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]  # status, headers, body
CLOSE = (b"connection", b"close")


class Refused(Exception):
    """A request that is answered without being passed on; the connection ends with it."""

    def __init__(self, status: int, headers: Headers, body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.answer: Answer = (status, [*headers, CLOSE], body)


def refused(status: HTTPStatus) -> Refused:
    """Return what to raise for *status*."""
    return Refused(status, *refusal(status))


def refusal(status: HTTPStatus) -> tuple[Headers, bytes]:
    """Return headers and body of the answer."""
    body = json.dumps({"error": {"message": SENTENCES[status], "fields": []}}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
    ]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", b"5"))
    return headers, body
