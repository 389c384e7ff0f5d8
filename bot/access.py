"""Who may use the API: holders of a key; in development without keys, only this machine.

"This machine" means more than a loopback connection: a tunnel or proxy on this machine also
connects from loopback, and so does any web page in a browser here. Both give themselves away by
their headers.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import Request, Response

from agent.settings import Settings
from bot.failures import problem

LOOPBACK = ("127.0.0.1", "::1", "localhost")
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")
OPEN_NOTICE = "open on this machine only: no API_KEYS are set"
NO_KEYS = "API_KEYS is not set: in production the API needs at least one key."


def refuse(settings: Settings, request: Request) -> Response | None:
    """Return the answer to a caller who may not use the API, or None."""
    if settings.keys:
        if has_key(settings, request):
            return None
        return problem(
            401, "Send Authorization: Bearer and one of the API keys.", WWW_Authenticate="Bearer"
        )
    if settings.environment == "development" and is_local(request):
        return None
    return problem(403, "Without API_KEYS the API is open on this machine only.")


def has_key(settings: Settings, request: Request) -> bool:
    """True when the request carries one of the keys. Takes the same time for every wrong one."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    found = False
    for key in settings.keys:
        found |= hmac.compare_digest(_digest(key), _digest(given.strip()))
    return found and scheme.lower() == "bearer"


def is_local(request: Request) -> bool:
    """True when the request was made on this machine, for this machine, by no foreign page."""
    origin = request.headers.get("Origin", "")
    return (
        request.remote_addr in LOOPBACK
        and _host(f"//{request.host}") in LOOPBACK
        and not any(name in request.headers for name in FORWARDED)
        and (not origin or _host(origin) in LOOPBACK)
    )


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="replace")).digest()
