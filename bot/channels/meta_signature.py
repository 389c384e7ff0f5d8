"""Meta's webhook signature (Meta: "Webhooks, getting started: validating payloads").

HMAC-SHA256 with the app secret over the bytes as they came: Meta escapes letters and slashes, so
a body that was parsed and written again would not match.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.errors import BadSignature

if TYPE_CHECKING:  # see bot.channels.base
    from werkzeug.datastructures import Headers

SIGNATURE = "X-Hub-Signature-256"


def sign(secret: str, raw: bytes) -> str:
    """Return the header's value for *raw*."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def verify(secrets: Sequence[str], raw: bytes, headers: "Headers") -> None:
    """Raise BadSignature unless *raw* was signed with one of *secrets* (two while one changes)."""
    given = headers.get(SIGNATURE, "").encode("utf-8", "surrogateescape")
    if not any(hmac.compare_digest(sign(secret, raw).encode(), given) for secret in secrets):
        raise BadSignature
