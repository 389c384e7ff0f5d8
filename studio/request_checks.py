"""The guard in front of the studio: who is asking, from where, and for what.

It stands around the whole application, Gradio included, and refuses by default. What it stops
was measured on stock Gradio 6.31: other origins reading answers and calling handlers, pages and
API descriptions open to anybody, and API paths this studio has no use for.
"""

import re
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import quote, urlsplit

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.people.people import People, Person
from studio.notebook_html import POLICY as RESULT_POLICY

HOME = "/studio"
OPEN = re.compile(r"/(login|healthz|favicon\.ico|manifest\.json)\Z")
STATIC = re.compile(rf"{HOME}/(es|en)/(assets|static)/")
HALF_OPEN = re.compile(r"/(password|logout|language)\Z")  # a password must be changed first
PAGE_NAMES = (  # besides the first, at /
    "new",
    "playground",
    "evaluate",
    "knowledge",
    "tools",
    "inbox",
    "undelivered",
    "insights",
    "channels",
    "team",
    "simulator",
    "alerts",
    "replays",
    "review",
    "notebooks",
)
EXPORTS = ("/insights.csv",)
FILES = "/files/"  # what customers sent, by id
RESULTS = "/results/"  # what runs of notebooks left, by id
_FILE = re.compile(rf"({FILES}|{RESULTS})[0-9a-f]{{32}}\Z")
PAGES = re.compile(rf"{HOME}(/(es|en)(/({'|'.join(PAGE_NAMES)}))?)?/?\Z")
API = re.compile(
    rf"{HOME}/(es|en)/((gradio_api/(queue/(join|data)|run/\w+/?|upload|upload_progress|cancel|reset"
    r"|startup-events|heartbeat/\w+|file=.+|app_id/?))|config/?|theme\.css|manifest\.json"
    r"|svelte/.+|favicon\.ico)\Z"
)
# Gradio 6.31 compiles the templates and scripts of its pages with Function(): without 'unsafe-eval'
# Agents, New and Inbox stay blank and every other page lacks its header and all its HTML
# (docs/decisions/0019). Everything else stays at home.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
SEALED = "default-src 'none'; sandbox"  # a stranger's file runs nothing and asks nobody
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-permitted-cross-domain-policies": "none",
}
# A year, this host alone; browsers heed it over TLS only (RFC 6797, 7.2 and 8.1).
TLS_ONLY = {"strict-transport-security": "max-age=31536000"}


def cookie_name(production: bool) -> str:
    """Return the session cookie's name; browsers keep `__Host-` to this host, TLS and path /."""
    return "__Host-studio" if production else "studio"


def device_cookie_name(production: bool) -> str:
    """Return the name of the cookie by which a device is known that signed in before."""
    return f"{cookie_name(production)}-device"


class RequestChecks:
    """ASGI middleware: origin, path and login are checked before anything else runs."""

    def __init__(self, app: ASGIApp, people: People, production: bool) -> None:
        self._app = app
        self._people = people
        self._cookie = cookie_name(production)
        self._production = production

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # there are no web sockets here
        request = Request(scope)
        refusal = await self._refusal(request, scope)
        tls = self._production or scope["scheme"] == "https"
        await (refusal or self._app)(scope, receive, _with_headers(send, request.url.path, tls))

    async def _refusal(self, request: Request, scope: MutableMapping[str, Any]) -> Response | None:
        path = request.url.path
        if _is_foreign(request):
            return JSONResponse({"error": "cross-origin"}, 403)
        if OPEN.match(path) or STATIC.match(path):
            return None
        token = request.cookies.get(self._cookie, "")
        person = await to_thread.run_sync(self._people.of_token, token) if token else None
        scope["person"], scope["sign_in"] = person, token
        if path == "/" or HALF_OPEN.match(path):
            return None if person else _to_login(request)
        if person is None or person.must_change_password:
            return _to_login(request) if PAGES.match(path) else _unauthorized(person)
        if path.endswith("/gradio_api/upload") and not person.may("editor"):
            return JSONResponse({"error": "Not allowed"}, 403)
        known = PAGES.match(path) or API.match(path) or _FILE.match(path) or path in EXPORTS
        return None if known else JSONResponse({}, 404)


def _is_foreign(request: Request) -> bool:
    """True for what another site's page sent: any unsafe method, and any read of the API."""
    if request.method in ("GET", "HEAD") and "/gradio_api" not in request.url.path:
        return False
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def _to_login(request: Request) -> Response:
    person = request.scope.get("person")
    if request.method not in ("GET", "HEAD"):
        return _unauthorized(person)
    if person is not None:
        return RedirectResponse("/password", 303)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?next={quote(wanted, safe='')}" if wanted.startswith(f"{HOME}/") else ""
    return RedirectResponse(f"/login{back}", 303)


def _unauthorized(person: Person | None) -> Response:
    return JSONResponse({"error": "Not authenticated"}, 403 if person else 401)


def _headers_of(path: str, tls: bool) -> dict[str, str]:
    added = HEADERS | (TLS_ONLY if tls else {})
    if path.startswith(FILES) or "/gradio_api/file=" in path:
        added["content-security-policy"] = SEALED
    if path.startswith(RESULTS):  # our own page shows it in a frame
        added |= {"content-security-policy": RESULT_POLICY, "x-frame-options": "SAMEORIGIN"}
    return added if STATIC.match(path) else added | {"cache-control": "no-store"}


def _with_headers(send: Send, path: str, tls: bool) -> Send:
    added = _headers_of(path, tls)

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [
                (key, value)
                for key, value in message["headers"]
                if not key.startswith(b"access-control-") and key.decode().lower() not in added
            ]
            message["headers"] = kept + [(k.encode(), v.encode()) for k, v in added.items()]
        await send(message)

    return sending
