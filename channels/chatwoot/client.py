"""Chatwoot's application API, one request at a time and never repeated here.

A bot's token opens only a few addresses (Chatwoot 4.14: access_token_auth_helper.rb); what it may
not read is `NotAllowed`. A urllib3 pool for the reasons told in `channels.twilio.send`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError

from agent.settings import Settings
from agent.text import storable
from channels.base import Refused, Unknown
from channels.connection import origin_of
from channels.errors import ChannelUnavailable
from channels.formatting import literal, whatsapp

RAW = ("Channel::Api",)
# Each of {{ {% }} %} is parted, in code too: `{% endraw %}` would end Chatwoot's own protection.
_OPENING, _CLOSING = re.compile(r"\{(?=[{%])"), re.compile(r"(?<=[}%])\}")


def harmless(text: str) -> str:
    """Return *text* without anything that Liquid would act on."""
    return _CLOSING.sub(" }", _OPENING.sub("{ ", text))


def written(markdown: str, kind: str) -> str:
    """Return *markdown* for an inbox of *kind* (`Channel::Whatsapp`, `Channel::Api`...)."""
    return harmless(whatsapp(markdown) if kind in RAW else literal(markdown))


Json = Mapping[str, Any]

PAGE_SIZE, MOST_PAGES = 20, 5  # of a conversation's messages
READ_SECONDS = 4.0  # less than a claimed outbox row is held, see jobs.deliver
MINUTE = 60.0  # Chatwoot counts the messages of a conversation by the minute
LONGEST_RETRY_AFTER = 3600.0
SURE_AFTER = 5  # attempts; then a 422 that Chatwoot does not explain counts as refused
_SETUP = {
    401: "Chatwoot does not accept this token here. Check CHATWOOT_API_TOKEN, and that the bot is"
    " connected to the inbox.",
    403: "Chatwoot does not allow this token to do that. Check CHATWOOT_API_TOKEN.",
    404: "Chatwoot does not know this conversation. It may have been deleted; otherwise check"
    " CHATWOOT_API_URL and CHATWOOT_ACCOUNT_ID.",
}


class NotAllowed(ChannelUnavailable):
    """This token may not read that. A user's token may: set one as CHATWOOT_API_TOKEN."""


@dataclass(frozen=True)
class Reply:
    """What Chatwoot answered."""

    status: int
    body: Any
    retry_after: str = ""

    @property
    def fields(self) -> Json:
        """The body, when it is an object."""
        return self.body if isinstance(self.body, Mapping) else {}


class ChatwootApi:
    """One account. Connects when it is first asked."""

    def __init__(self, settings: Settings, timeout: float = 10.0) -> None:
        token = settings.chatwoot_api_token
        secret = token.get_secret_value() if token else ""
        self._base = f"{settings.chatwoot_api_url}/api/v1/accounts/{settings.chatwoot_account_id}"
        self._headers = urllib3.make_headers(keep_alive=True, user_agent="agent-studio") | {
            "api_access_token": secret,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        self.origin = origin_of(settings.chatwoot_api_url)
        self._timeout = urllib3.Timeout(timeout)
        self._read_seconds = min(timeout, READ_SECONDS)
        self._pool = urllib3.PoolManager(maxsize=settings.turn_slots, retries=False)
        self.is_set = bool(settings.chatwoot_api_url and settings.chatwoot_account_id and secret)

    def post(self, path: str, body: Json, timeout: float | None = None) -> Reply:
        """POST *body*. Raises urllib3's HTTPError."""
        return self._ask("POST", path, json.dumps(body).encode(), timeout)

    def get(self, path: str, **query: object) -> Any:
        """GET a body. Raises ChannelUnavailable, NotAllowed."""
        shown = f"{path}?{urlencode(query)}" if query else path
        try:
            reply = self._ask("GET", shown, None, self._read_seconds)
        except HTTPError as error:
            raise ChannelUnavailable(
                f"Chatwoot cannot be asked ({type(error).__name__})."
            ) from None
        if reply.status in (401, 403):
            raise NotAllowed
        if reply.status != 200 or reply.body is None:
            raise ChannelUnavailable(f"Chatwoot answered {reply.status}.")
        return reply.body

    def conversation(self, number: str) -> Json:
        """Return one conversation as it is now. Raises ChannelUnavailable, NotAllowed."""
        found = self.get(f"/conversations/{number}")
        if not isinstance(found, Mapping):
            raise ChannelUnavailable("Chatwoot answered something else than a conversation.")
        return found

    def messages(self, number: str) -> Iterator[Json]:
        """Yield a conversation's messages, newest first. Raises ChannelUnavailable, NotAllowed."""
        before: dict[str, object] = {}
        for _ in range(MOST_PAGES):
            page = rows(self.get(f"/conversations/{number}/messages", **before), "payload")
            yield from reversed(page)
            if len(page) < PAGE_SIZE:
                return
            before = {"before": page[0].get("id")}

    def pending(self, page: int, inbox: str = "") -> list[Json]:
        """Return a page of the conversations that are a bot's, the latest first.

        Raises ChannelUnavailable, NotAllowed.
        """
        query: dict[str, object] = {"status": "pending", "assignee_type": "all", "page": page}
        if inbox:
            query["inbox_id"] = inbox
        return rows(self.get("/conversations", **query), "data", "payload")

    def _ask(self, method: str, path: str, raw: bytes | None, timeout: float | None) -> Reply:
        limit = self._timeout if timeout is None else urllib3.Timeout(timeout)
        answer = self._pool.request(
            method,
            f"{self._base}{path}",
            body=raw,
            headers=self._headers,
            redirect=False,
            timeout=limit,
        )
        return Reply(answer.status, _json(answer.data), answer.headers.get("Retry-After", ""))


def rows(body: Any, *path: str) -> list[Json]:
    """Return the list of objects at *path* in *body*; empty when there is none."""
    for name in path:
        body = body.get(name) if isinstance(body, Mapping) else None
    return [row for row in body if isinstance(row, Mapping)] if isinstance(body, list) else []


def refusal(reply: Reply, attempts: int) -> Refused | Unknown:
    """What an answer other than 2xx to a POST means.

    Chatwoot answers 422 to whatever goes wrong while it stores a message, even after it is
    stored; only what names a validation was surely not. A 5xx may come from a proxy that lost
    patience.
    """
    status, code = reply.status, str(reply.status)
    said = str(reply.fields.get("error") or reply.fields.get("message") or "")[:200]
    if status in _SETUP:
        return Refused(_SETUP[status], code)
    if status in (408, 425, 429):
        return Refused("Too many requests at once. It is sent again later.", code, _asked(reply))
    if status == 422 and "Too many messages" in said:
        return Refused(
            "Too many messages in this conversation. It is sent again later.", code, MINUTE
        )
    if status == 422 and not said.startswith("Validation failed") and attempts < SURE_AFTER:
        return Unknown("Chatwoot answered 422 without naming a rule.")
    if 300 <= status < 400:
        return Refused("Chatwoot is at another address. Check CHATWOOT_API_URL (https?).", code)
    if 400 <= status < 500:
        return Refused(f"Chatwoot does not take this message. {said}".strip(), code)
    return Unknown(f"Chatwoot answered {status}.")


def _asked(reply: Reply) -> float:
    try:
        return min(max(float(reply.retry_after), 0.0), LONGEST_RETRY_AFTER)
    except ValueError:
        return 0.0


def _json(raw: bytes) -> Any:
    try:
        return storable(json.loads(raw))
    except (ValueError, RecursionError):
        return None
