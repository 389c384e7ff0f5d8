"""The checks as one ASGI middleware, right behind the guard: by now it is known who asks."""

import json
import logging
import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.people.people import LANGUAGES
from studio.checks import bodies
from studio.checks.calls import Calls
from studio.checks.kinds import Own, plain
from studio.checks.uploads import Uploads
from studio.errors import Refused
from studio.texts import say

log = logging.getLogger(__name__)

_API = re.compile(r"/studio/(es|en)/gradio_api/(.+)", re.DOTALL)
_CALL = re.compile(r"queue/join|run/(\w+)/?")
_FILE = "file="


class Checks:
    """ASGI middleware: bodies are bounded, calls rebuilt, files kept to those who uploaded them."""

    def __init__(self, app: ASGIApp, calls: Mapping[str, Calls], uploads: Uploads) -> None:
        self._app = app
        self._calls = calls
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            receive, send = await self._checked(scope, receive, send)
        except Refused as refusal:
            log.warning("request refused status=%s reason=%s", refusal.status, refusal.key)
            await _said(scope, refusal)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _checked(self, scope: Scope, receive: Receive, send: Send) -> tuple[Receive, Send]:
        found = _API.fullmatch(scope["path"])
        language, action = found.groups() if found else ("", "")
        if scope["method"] in ("GET", "HEAD"):
            self._refuse_foreign_file(scope, action)
            return receive, send
        if action == "upload":
            return self._upload(scope, receive, send)
        headers = Headers(scope=scope)
        most = bodies.MOST_OF_A_CALL if action else bodies.MOST_OF_A_FORM
        body = await bodies.whole(receive, headers, most)
        if action:
            body = self._rebuilt(scope, language, action, bodies.parsed(body))
            _announce(scope, body)
        return bodies.again(body, receive), send

    def _refuse_foreign_file(self, scope: Scope, action: str) -> None:
        path = action.removeprefix(_FILE)
        if path != action and not self._own(scope).has(path):
            raise Refused(404, "refused.file")

    def _rebuilt(self, scope: Scope, language: str, action: str, sent: Any) -> bytes:
        call, own = _CALL.fullmatch(action), self._own(scope)
        rebuilt = self._calls[language].rebuilt(sent, call[1], own) if call else plain(sent, own)
        return json.dumps(rebuilt).encode()

    def _upload(self, scope: Scope, receive: Receive, send: Send) -> tuple[Receive, Send]:
        bodies.refuse_if_announced_longer(Headers(scope=scope), bodies.MOST_OF_FILES)
        answer: list[bytes] = []

        async def sending(message: Message) -> None:
            answer.append(message.get("body", b""))
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self._uploads.remember(scope["sign_in"], _paths(b"".join(answer)))
            await send(message)

        return bodies.in_pieces(receive, bodies.MOST_OF_FILES), sending

    def _own(self, scope: Scope) -> Own:
        sign_in = scope["sign_in"]
        host = Headers(scope=scope).get("host", "")
        return Own(lambda path: self._uploads.has(sign_in, path), host)


def _paths(answer: bytes) -> list[str]:
    """Return the paths that Gradio answers an upload with; none when it refused."""
    try:
        paths = json.loads(answer)
    except ValueError:
        return []
    return paths if isinstance(paths, list) else []


def _announce(scope: Scope, body: bytes) -> None:
    """Let the headers say what *body* is."""
    told = (b"content-length", b"content-type", b"transfer-encoding")
    kept = [pair for pair in scope["headers"] if pair[0] not in told]
    length = str(len(body)).encode()
    scope["headers"] = [*kept, (told[0], length), (told[1], b"application/json")]


def _said(scope: Scope, refusal: Refused) -> JSONResponse:
    """Return *refusal* as Gradio's page shows it: as a sentence in the page's language."""
    found = _API.match(scope["path"])
    person = scope.get("person")
    language = found[1] if found else person.language if person else LANGUAGES[0]
    sentence = say(language, refusal.key)
    return JSONResponse({"error": sentence, "detail": sentence}, refusal.status)
