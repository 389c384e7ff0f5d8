"""Puts our script and style first in Gradio's page, and our language and name into it.

Gradio 6.31 adds `head` to the page by script, after it has chosen the language of its own words
by the browser's, and `css` after the first paint, so that all moves; only what stands in the HTML
itself comes early enough.
"""

import gzip
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Fields = list[tuple[bytes, bytes]]
FOREIGN_META = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')


class Document:
    """ASGI middleware around the pages of both languages."""

    def __init__(self, app: ASGIApp, scripts: dict[str, str], style: str) -> None:
        self._app = app
        self._scripts = scripts
        self._style = style

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, rewriting HTML."""
        language = _language(scope)
        if language not in self._scripts:
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def sending(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_html(message):
                start = message
                return
            if not start or message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                page, more = _packed(self._rewritten(body, language), Headers(scope=scope))
                await send(_resized(start, page, more))
                await send({"type": "http.response.body", "body": page})

        await self._app(scope, receive, sending)

    def _rewritten(self, body: bytes, language: str) -> bytes:
        head = f"<head>\n<script>{self._scripts[language]}</script><style>{self._style}</style>"
        page = FOREIGN_META.sub(b"", body).replace(b"<head>", head.encode(), 1)
        return page.replace(b'lang="en"', f'lang="{language}"'.encode(), 1)


def _language(scope: Scope) -> str:
    parts = str(scope.get("path", "")).split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "studio" else ""


def _is_html(start: Message) -> bool:
    return any(
        key.lower() == b"content-type" and value.startswith(b"text/html")
        for key, value in start["headers"]
    )


def _packed(page: bytes, asked: Headers) -> tuple[bytes, Fields]:
    """Return *page*, compressed where the browser takes that, and the headers that say so."""
    if "gzip" not in asked.get("accept-encoding", ""):
        return page, []
    return gzip.compress(page, 5), [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]


def _resized(start: Message, page: bytes, more: Fields) -> Message:
    kept = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
    return {**start, "headers": [*kept, *more, (b"content-length", str(len(page)).encode())]}
