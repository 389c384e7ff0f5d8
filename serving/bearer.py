"""The token that a request carries, compared in constant time."""

import hashlib
import hmac
from collections.abc import Iterable

from flask import Request


def shows(request: Request, token: str) -> bool:
    """True when *request* carries *token*, and there is one."""
    given = bearer(request)
    return bool(given) and is_one_of(given, (token,))


def bearer(request: Request) -> str:
    """Return the token that *request* carries, or nothing."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def is_one_of(given: str, known: Iterable[str]) -> bool:
    """True when *given* is one of *known*. Takes the same time for every wrong one."""
    found = False
    for one in known:
        found |= hmac.compare_digest(_digest(one), _digest(given))
    return found


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="replace")).digest()
