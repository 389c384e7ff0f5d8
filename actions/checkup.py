"""Is a channel set up? Asked from outside: the bot by signed calls, the provider by a read.

A call that is signed as the provider signs it, and holds nothing to answer, must be accepted; the
same call signed with another secret must be refused. Nothing is stored, nobody is written to.
Signatures: Twilio, "Webhooks security"; Meta, "Validating payloads"; Chatwoot 4.13,
lib/webhooks/trigger.rb.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import urllib3
from pydantic import SecretStr
from twilio.request_validator import RequestValidator
from urllib3.exceptions import HTTPError

from agent.settings import Settings

CHECKED = ("twilio", "meta", "chatwoot")
TIMEOUT_SECONDS = 6.0
WRONG = "a secret nobody has"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
CHALLENGE = "42"


@dataclass(frozen=True)
class Finding:
    """What one question found out."""

    question: str  # reach | signature | forgery | verification | credentials
    good: bool
    answer: str  # ok | not_set | unreachable | refused | accepted | status | bot_token
    detail: str = ""  # an HTTP status


@dataclass(frozen=True)
class Call:
    """A request as a provider would send it."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Address:
    """Where a provider is to send its webhooks; *field* says where it is pasted."""

    channel: str
    field: str
    url: str


def addresses(settings: Settings) -> list[Address]:
    """Return the addresses to paste; without PUBLIC_BASE_URL there are none."""
    base = settings.public_base_url
    if not base:
        return []
    return [
        Address("twilio", "message", f"{base}/webhooks/twilio"),
        Address("twilio", "status", f"{base}/webhooks/twilio/status"),
        Address("meta", "callback", f"{base}/webhooks/meta"),
        Address("chatwoot", "webhook", f"{base}/webhooks/chatwoot"),
    ]


def is_set(settings: Settings, channel: str) -> bool:
    """True when there are the credentials to send on *channel*."""
    return {
        "twilio": bool(settings.twilio_account_sid and settings.twilio_auth_token),
        "meta": bool(settings.meta_access_token and settings.meta_phone_number_id),
        "chatwoot": bool(settings.chatwoot_api_url and settings.chatwoot_api_token),
    }[channel]


class Checkup:
    """Asks the questions, a few seconds each at most."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(TIMEOUT_SECONDS), retries=False, maxsize=2
        )
        self._bot = settings.public_base_url or f"http://127.0.0.1:{settings.bot_port}"

    def examine(self, channel: str) -> list[Finding]:
        """Return what was found out about *channel*, one of CHECKED."""
        if not is_set(self._settings, channel):
            return [Finding("credentials", False, "not_set")]
        reached = self._reach()
        if not reached.good:
            return [reached, self._credentials(channel)]
        found = [reached, *self._signatures(channel)]
        if channel == "meta":
            found.append(self._verification())
        return [*found, self._credentials(channel)]

    # --- our own bot

    def _reach(self) -> Finding:
        status = self._status("GET", f"{self._bot}/healthz")
        return _finding("reach", status)

    def _signatures(self, channel: str) -> list[Finding]:
        secret = self._secret(channel)
        if not secret:
            return [Finding("signature", False, "not_set")]
        genuine = self._status_of(self._call(channel, secret))
        forged = self._status_of(self._call(channel, WRONG))
        refused = forged in (401, 403)
        return [
            _finding("signature", genuine),
            Finding("forgery", refused, "refused" if refused else "accepted", str(forged)),
        ]

    def _secret(self, channel: str) -> str:
        settings = self._settings
        chosen: dict[str, SecretStr | None] = {
            "twilio": settings.twilio_auth_token,
            "meta": settings.meta_app_secret,
            "chatwoot": settings.chatwoot_webhook_secret or settings.chatwoot_webhook_token,
        }
        return _first_word(chosen[channel])

    def _call(self, channel: str, secret: str) -> Call:
        if channel == "twilio":
            return twilio_call(f"{self._bot}/webhooks/twilio", secret)
        if channel == "meta":
            return meta_call(f"{self._bot}/webhooks/meta", secret)
        url = f"{self._bot}/webhooks/chatwoot"
        if self._settings.chatwoot_webhook_secret:
            return chatwoot_call(url, secret, int(self._clock()))
        return chatwoot_call(f"{url}?{urlencode({'token': secret})}", "", int(self._clock()))

    def _verification(self) -> Finding:
        word = _first_word(self._settings.meta_verify_token)
        if not word:
            return Finding("verification", False, "not_set")
        query = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": CHALLENGE}
        return _finding(
            "verification", self._status("GET", f"{self._bot}/webhooks/meta?{urlencode(query)}")
        )

    # --- the provider

    def _credentials(self, channel: str) -> Finding:
        url, headers = self._account(channel)
        try:
            answer = self._http.request("GET", url, headers=headers, redirect=False)
        except HTTPError:
            return Finding("credentials", False, "unreachable")
        if answer.status == 401 and b"bots" in answer.data:
            return Finding("credentials", True, "bot_token")
        return _finding("credentials", answer.status)

    def _account(self, channel: str) -> tuple[str, dict[str, str]]:
        """The provider's page that only the right credentials may read, and those."""
        settings = self._settings
        if channel == "twilio":
            sid, word = settings.twilio_account_sid, _whole(settings.twilio_auth_token)
            url = f"{settings.twilio_base_url}/2010-04-01/Accounts/{sid}/Messages.json?PageSize=1"
            return url, urllib3.make_headers(basic_auth=f"{sid}:{word}")
        if channel == "meta":
            url = f"{settings.meta_base_url}/{settings.meta_phone_number_id}?fields=verified_name"
            return url, {"Authorization": f"Bearer {_whole(settings.meta_access_token)}"}
        base, number = settings.chatwoot_api_url, settings.chatwoot_account_id
        url = f"{base}/api/v1/accounts/{number}/conversations?page=1"
        return url, {"api_access_token": _whole(settings.chatwoot_api_token)}

    def _status_of(self, call: Call) -> int:
        return self._status("POST", call.url, call.body, call.headers)

    def _status(
        self, method: str, url: str, body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> int:  # fmt: skip
        """Return the status; 0 when nobody answers."""
        try:
            return self._http.request(
                method, url, body=body, headers=headers, redirect=False
            ).status
        except HTTPError:
            return 0


def twilio_call(url: str, secret: str) -> Call:
    """A message in which there is nothing to answer."""
    form = {"MessageSid": "SMcheckup", "From": "whatsapp:+0", "To": "whatsapp:+0", "NumMedia": "0"}
    signature = RequestValidator(secret).compute_signature(url, form)
    return Call(url, urlencode(form).encode(),
                {"Content-Type": FORM, "X-Twilio-Signature": signature})  # fmt: skip


def meta_call(url: str, secret: str) -> Call:
    """A batch without an entry."""
    body = json.dumps({"object": "whatsapp_business_account", "entry": []}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Call(url, body,
                {"Content-Type": JSON, "X-Hub-Signature-256": f"sha256={signature}"})  # fmt: skip


def chatwoot_call(url: str, secret: str, at: int) -> Call:
    """An event that means nothing to a bot; unsigned when there is no *secret*."""
    body = json.dumps({"event": "webwidget_triggered"}).encode()
    headers = {"Content-Type": JSON}
    if secret:
        signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        headers |= {"X-Chatwoot-Signature": f"sha256={signed}", "X-Chatwoot-Timestamp": str(at)}
    return Call(url, body, headers)


def _finding(question: str, status: int) -> Finding:
    if status == 0:
        return Finding(question, False, "unreachable")
    if 200 <= status < 300:
        return Finding(question, True, "ok")
    if status in (401, 403):
        return Finding(question, False, "refused", str(status))
    return Finding(question, False, "status", str(status))


def _whole(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def _first_word(secret: SecretStr | None) -> str:
    """Return the secret; of several, which commas separate, the first."""
    return _whole(secret).split(",")[0].strip()
