"""Is this request really Chatwoot's? (Chatwoot 4.13: lib/webhooks/trigger.rb)

Account webhooks sign since 4.12, agent bots and API inboxes since 4.13: a hexadecimal HMAC-SHA256
over `{timestamp}.{raw body}`, with a secret of its own for each webhook, bot and inbox. Older
ones sign nothing; for them a secret word goes into the address that Chatwoot is given, as
`?token=WORD` or as the last part of the path.
"""

import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit

from pydantic import SecretStr

from agent.settings import Settings
from bot.channels.base import Call
from bot.errors import BadSignature

SIGNATURE = "X-Chatwoot-Signature"
TIMESTAMP = "X-Chatwoot-Timestamp"
TOLERANCE_SECONDS = 300
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MISSING = (
    "Nothing proves that this is Chatwoot's. Set CHATWOOT_WEBHOOK_SECRET (Chatwoot 4.12 or newer)"
    " or CHATWOOT_WEBHOOK_TOKEN."
)


class Seal:
    """The secrets that prove a request, any one of which is enough.

    Without a secret everything is refused, except while developing against a stand-in on this
    machine.
    """

    def __init__(self, settings: Settings) -> None:
        self._secrets = [word.encode() for word in words(settings.chatwoot_webhook_secret)]
        self._tokens = [word.encode() for word in words(settings.chatwoot_webhook_token)]
        self._is_open = (
            settings.environment == "development"
            and urlsplit(settings.chatwoot_api_url).hostname in LOOPBACK
        )

    def verify(self, call: Call, now: float) -> None:
        """Raise BadSignature unless *call* was signed lately, or names the token."""
        if not self._secrets and not self._tokens:
            if self._is_open:
                return
            raise BadSignature(_MISSING)
        if not self._is_signed(call, now) and not self._names_the_token(call):
            raise BadSignature

    def _is_signed(self, call: Call, now: float) -> bool:
        at, given = call.headers.get(TIMESTAMP, ""), call.headers.get(SIGNATURE, "").encode()
        if not (at.isascii() and at.isdigit() and len(at) < 16):
            return False
        if abs(now - int(at)) > TOLERANCE_SECONDS:
            return False
        signed = f"{at}.".encode() + call.raw
        return _any_equal(given, (_signature(secret, signed) for secret in self._secrets))

    def _names_the_token(self, call: Call) -> bool:
        last = urlsplit(call.url).path.rpartition("/")[2]
        given = [call.args.get("token", "").encode(), last.encode()]
        return any([_any_equal(one, self._tokens) for one in given])


def signature(secret: str, at: int, raw: bytes) -> str:
    """Return what Chatwoot writes into its header for *raw*, sent *at* (seconds since 1970)."""
    return _signature(secret.encode(), f"{at}.".encode() + raw).decode()


def words(setting: SecretStr | None) -> list[str]:
    """Return the secrets of a setting that may hold several, separated by commas."""
    given = setting.get_secret_value() if setting else ""
    return [word.strip() for word in given.split(",") if word.strip()]


def _signature(secret: bytes, signed: bytes) -> bytes:
    return b"sha256=" + hmac.new(secret, signed, hashlib.sha256).hexdigest().encode()


def _any_equal(given: bytes, expected: Iterable[bytes]) -> bool:
    """Compare with all of them, each in constant time: how long it takes tells nothing."""
    return any([hmac.compare_digest(given, one) for one in expected])
