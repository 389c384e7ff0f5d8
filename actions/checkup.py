"""Is a channel set up? Asked from outside: the bot by signed calls, the provider by a read.

A call that is signed as the provider signs it, and holds nothing to answer, must be accepted; the
same call signed with another secret must be refused. Nothing is stored, nobody is written to.
What is asked of each channel is in its own record.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import urllib3
from urllib3.exceptions import HTTPError

from agent.settings import Settings
from agent.spec import Wording
from channels.record import ChannelRecord, CheckUp, Request

TIMEOUT_SECONDS = 6.0
WRONG = "a secret nobody has"


@dataclass(frozen=True)
class Finding:
    """What one question found out."""

    question: str  # reach | signature | forgery | verification | credentials
    good: bool
    answer: str  # ok | not_set | unreachable | refused | accepted | status | bot_token
    detail: str = ""  # an HTTP status


@dataclass(frozen=True)
class Address:
    """Where a provider is to send its webhooks, and the name of the field it is pasted into."""

    label: Wording
    url: str


def checked(channels: Mapping[str, ChannelRecord]) -> list[ChannelRecord]:
    """Return the channels of which somebody can be asked."""
    return [one for one in channels.values() if one.check_up]


def addresses(settings: Settings, channel: ChannelRecord) -> list[Address]:
    """Return the addresses to paste; without PUBLIC_BASE_URL there are none."""
    base, check_up = settings.public_base_url, channel.check_up
    if not base or check_up is None:
        return []
    return [Address(label, f"{base}{path}") for label, path in check_up.paste]


class Checkup:
    """Asks the questions, a few seconds each at most."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._http = urllib3.PoolManager(
            timeout=urllib3.Timeout(TIMEOUT_SECONDS), retries=False, maxsize=2
        )
        self._bot = settings.public_base_url or f"http://127.0.0.1:{settings.bot_port}"

    def examine(self, channel: ChannelRecord) -> list[Finding]:
        """Return what was found out about *channel*; nothing where there is nobody to ask."""
        asks = channel.check_up
        if asks is None:
            return []
        if not channel.is_configured(self._settings):
            return [Finding("credentials", False, "not_set")]
        reached = _finding("reach", self._status("GET", Request(f"{self._bot}/healthz")))
        own = [*self._signatures(asks), *self._verification(asks)] if reached.good else []
        return [reached, *own, self._credentials(asks)]

    # --- our own bot

    def _signatures(self, asks: CheckUp) -> list[Finding]:
        secret = asks.secret(self._settings)
        if not secret:
            return [Finding("signature", False, "not_set")]
        genuine, forged = (self._called(asks, word) for word in (secret, WRONG))
        refused = forged in (401, 403)
        return [
            _finding("signature", genuine),
            Finding("forgery", refused, "refused" if refused else "accepted", str(forged)),
        ]

    def _called(self, asks: CheckUp, secret: str) -> int:
        return self._status("POST", asks.call(self._bot, secret, self._settings, self._clock()))

    def _verification(self, asks: CheckUp) -> list[Finding]:
        if asks.verification is None:
            return []
        url = asks.verification(self._bot, self._settings)
        if not url:
            return [Finding("verification", False, "not_set")]
        return [_finding("verification", self._status("GET", Request(url)))]

    # --- the provider

    def _credentials(self, asks: CheckUp) -> Finding:
        page = asks.account(self._settings)
        try:
            answer = self._http.request("GET", page.url, headers=page.headers, redirect=False)
        except HTTPError:
            return Finding("credentials", False, "unreachable")
        if answer.status == 401 and asks.knows_bot and asks.knows_bot in answer.data:
            return Finding("credentials", True, "bot_token")
        return _finding("credentials", answer.status)

    def _status(self, method: str, asked: Request) -> int:
        """Return the status; 0 when nobody answers."""
        try:
            return self._http.request(
                method, asked.url, body=asked.body or None, headers=asked.headers, redirect=False
            ).status
        except HTTPError:
            return 0


def _finding(question: str, status: int) -> Finding:
    if status == 0:
        return Finding(question, False, "unreachable")
    if 200 <= status < 300:
        return Finding(question, True, "ok")
    if status in (401, 403):
        return Finding(question, False, "refused", str(status))
    return Finding(question, False, "status", str(status))
