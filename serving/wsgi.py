"""Asks a Flask app: with a request that has been read whole, or with its headers alone."""

import io
import sys
import urllib.parse
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request
from uvicorn._types import HTTPScope

from serving.refusals import Answer

UNPASSED = (b"transfer-encoding", b"content-length")  # of the body as it travelled


def call(app: Flask, scope: HTTPScope, body: io.BytesIO) -> Answer:
    """Return status, headers and body of what *app* answers."""
    pieces: list[bytes] = []
    head: list[Any] = []

    def start(
        status: str, headers: list[tuple[str, str]], _error: Any = None
    ) -> Callable[..., Any]:
        head[:] = [int(status[:3]), [(name.encode(), _bytes(text)) for name, text in headers]]
        return pieces.append

    answer: Iterable[bytes] = app.wsgi_app(environ(scope, body), start)
    try:
        pieces.extend(answer)
    finally:
        getattr(answer, "close", lambda: None)()
    return head[0], head[1], b"".join(pieces)


def look(app: Flask, scope: HTTPScope) -> Answer | None:
    """Return how *app* refuses a request by its headers (no such address, no key), else None."""
    with app.request_context(environ(scope, io.BytesIO())):
        try:
            if request.routing_exception:
                raise request.routing_exception
            refusal = app.preprocess_request()
        except Exception as error:  # as Flask itself does
            refusal = app.handle_user_exception(error)
        if refusal is None:
            return None
        answer = app.process_response(app.make_response(refusal))
        headers = [(name.encode(), _bytes(text)) for name, text in answer.headers]
        return answer.status_code, headers, answer.get_data()


def environ(scope: HTTPScope, body: io.BytesIO) -> dict[str, Any]:
    """Return *scope* in WSGI's words (PEP 3333). The caller is the socket's peer, whoever says so.

    A header with an underscore is left out: it would pass for the one with a hyphen.
    """
    client, server = scope["client"] or ("", 0), scope["server"] or ("", 0)
    found = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": _text(urllib.parse.unquote_to_bytes(scope["raw_path"])),
        "QUERY_STRING": _text(scope["query_string"]),
        "CONTENT_LENGTH": str(len(body.getbuffer())),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if name in UNPASSED or b"_" in name:
            continue
        key = _text(name).upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        comma = "; " if key == "HTTP_COOKIE" else ","
        found[key] = f"{found[key]}{comma}{_text(value)}" if key in found else _text(value)
    return found


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")
