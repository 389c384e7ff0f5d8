"""Sends through Meta's WhatsApp Cloud API, once, and says honestly what became of it.

Meta takes no idempotency key and has no history to look into. What proves a send is its status
callback, which brings our outbox row's id back (`biz_opaque_callback_data`). So an unknown send
waits for its callback during the grace time, and is sent again when none has come: a reply can
reach the customer twice if Meta took it, the answer was lost on the way, and every callback of
the next minute was lost too. The other choice, never to send it again, would lose replies
whenever Meta stumbles.
"""

import json
import logging
import re
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

from agent.settings import Settings
from channels.base import (
    JSON,
    Choice,
    Kind,
    Location,
    Meaning,
    Place,
    Refused,
    Sent,
    Unknown,
    choices,
    with_choices,
)
from channels.connection import failed, fields_of, origin_of
from channels.errors import ChannelUnavailable, FileRefused
from channels.meta.codes import CODES, PAIR_RATE, sentence, shown
from channels.whatsapp import TYPING, WhatsAppChannel
from store.conversations.outbox import OutboxMessage
from store.states import PartKind

Json = dict[str, Any]
TEXT_LIMIT = 4096
MOST_BUTTONS, BUTTON_TITLE, BUTTON_BODY = 3, 20, 1024
MOST_ROWS, ROW_TITLE, ROW_DESCRIPTION, LIST_BODY = 10, 24, 72, 4096
LONGEST_ID = {"button": 256, "list": 200}
LIST_LABEL = "☰"  # what opens a list, in every language

_NUMBER = re.compile(r"\+?\d{5,20}")


def message(outgoing: OutboxMessage) -> Json:
    """Return what is posted for *outgoing*; its status callbacks will name the outbox row."""
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_receiver(outgoing.customer_address),
        **_content(outgoing),
        "biz_opaque_callback_data": str(outgoing.id),
    }


def typing(message_id: str) -> Json:
    """Return what marks a message as read and shows that an answer is being written."""
    return {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message_id,
        "typing_indicator": {"type": "text"},
    }


def _receiver(address: str) -> Json:
    """A number goes to `to`; the id of somebody who hides it to `recipient`."""
    return {"to": address} if _NUMBER.fullmatch(address) else {"recipient": address}


def _content(outgoing: OutboxMessage) -> Json:
    if outgoing.extra.get("template"):
        return {"type": "template", "template": _template(outgoing)}
    if outgoing.kind == PartKind.BUTTONS:
        interactive = _buttons(outgoing) or _list(outgoing)
        if interactive:
            return {"type": "interactive", "interactive": interactive}
    body = with_choices(outgoing.body, outgoing.extra, TEXT_LIMIT)
    return {"type": "text", "text": {"body": body, "preview_url": False}}


def _template(outgoing: OutboxMessage) -> Json:
    extra = outgoing.extra
    words = [{"type": "text", "text": str(value)} for value in extra.get("variables", ())]
    components = [{"type": "body", "parameters": words}] if words else []
    # The policy has one value; Meta's OpenAPI (business-messaging-api) requires it all the same.
    language = {"policy": "deterministic", "code": str(extra.get("language") or "es")}
    return {"name": str(extra["template"]), "language": language, "components": components}


def _buttons(outgoing: OutboxMessage) -> Json | None:
    offered = choices(outgoing.extra)
    fits = (
        1 <= len(offered) <= MOST_BUTTONS
        and len(outgoing.body) <= BUTTON_BODY
        and not any(one.description for one in offered)
        and _fit(offered, BUTTON_TITLE, LONGEST_ID["button"])
    )
    buttons = [{"type": "reply", "reply": {"id": one.id, "title": one.title}} for one in offered]
    return _interactive("button", outgoing.body, {"buttons": buttons}) if fits else None


def _list(outgoing: OutboxMessage) -> Json | None:
    offered = choices(outgoing.extra)
    fits = (
        1 <= len(offered) <= MOST_ROWS
        and len(outgoing.body) <= LIST_BODY
        and all(len(one.description) <= ROW_DESCRIPTION for one in offered)
        and _fit(offered, ROW_TITLE, LONGEST_ID["list"])
    )
    rows = [
        {"id": one.id, "title": one.title}
        | ({"description": one.description} if one.description else {})
        for one in offered
    ]
    action = {"button": LIST_LABEL, "sections": [{"rows": rows}]}
    return _interactive("list", outgoing.body, action) if fits else None


def _fit(offered: list[Choice], title: int, longest_id: int) -> bool:
    """Ids and titles must be there, short enough, and no two the same."""
    sizes = all(0 < len(one.title) <= title and 0 < len(one.id) <= longest_id for one in offered)
    ids, titles = {one.id for one in offered}, {one.title for one in offered}
    return sizes and len(ids) == len(titles) == len(offered)


def _interactive(kind: str, body: str, action: Json) -> Json:
    return {"type": kind, "body": {"text": body}, "action": action}


log = logging.getLogger(__name__)

LONGEST_WAIT = 3600.0
FILES = "https://lookaside.fbsbx.com"  # where Meta keeps what customers send
_MEDIA_ID = re.compile(r"[0-9A-Za-z_-]{1,120}")

_TOO_MANY = Meaning(Kind.RETRY, "Too many requests at once. It is sent again later.")
_BUSY = Meaning(Kind.RETRY, "Meta is not available. It is sent again later.")
_REFUSED = Meaning(Kind.PERMANENT, "Meta refused it without a reason that is known here.")


class MetaChannel(WhatsAppChannel):
    """WhatsApp through Meta's own API. `our_address` is the number's id."""

    name = "meta"
    grace_seconds = 60.0  # for a status callback; usually it is there within a second or two

    def __init__(self, settings: Settings, timeout: float = 10.0) -> None:
        super().__init__(settings, timeout)
        token = settings.meta_access_token
        self._base = settings.meta_base_url
        self._headers = {
            "Authorization": f"Bearer {token.get_secret_value() if token else ''}",
            "Content-Type": JSON,
        }

    def send(self, outgoing: OutboxMessage) -> Sent | Refused | Unknown:
        """Hand one part over, once."""
        try:
            answer = self._post(outgoing.our_address, message(outgoing))
        except HTTPError as error:
            return failed(error, "Meta")
        return _outcome(answer, outgoing.attempts)

    def look_up(self, outgoing: OutboxMessage) -> Sent | None:
        """Nothing can be looked up here: only a status callback tells."""
        return None

    def where(self, reference: str) -> Location:
        """Ask Meta where a file is; the address holds for five minutes."""
        if not _MEDIA_ID.fullmatch(reference):
            raise FileRefused
        try:
            answer = self._pool.request(
                "GET", f"{self._base}/{reference}", headers=self._headers, redirect=False
            )
        except HTTPError as error:
            raise ChannelUnavailable from error
        url = fields_of(answer).get("url")
        if answer.status != 200 or not isinstance(url, str):
            raise ChannelUnavailable(f"Meta answered {answer.status} for a file.")
        if origin_of(url) not in (FILES, origin_of(self._base)):
            raise FileRefused
        return Location(url, origin_of(url), {"Authorization": self._headers["Authorization"]})

    def _show_typing(self, place: Place) -> None:
        body = typing(place.last_message_id)
        self._post(place.our_address, body, timeout=TYPING)

    def _post(self, number: str, body: Json, **more: Any) -> urllib3.BaseHTTPResponse:
        return self._pool.request(
            "POST",
            f"{self._base}/{number}/messages",
            body=json.dumps(body).encode(),
            headers=self._headers,
            redirect=False,
            **more,
        )


def _outcome(answer: urllib3.BaseHTTPResponse, attempts: int) -> Sent | Refused | Unknown:
    body = fields_of(answer)
    error = body.get("error")
    if isinstance(error, dict):
        return _failed(error, answer, attempts)
    if not 200 <= answer.status < 300:
        return _failed({}, answer, attempts)
    messages = body.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else {}
    if not isinstance(first, dict) or not isinstance(first.get("id"), str):
        return Unknown(f"Meta answered {answer.status} without an id.")
    return Sent(first["id"], "accepted")


def _failed(
    error: dict[str, Any], answer: urllib3.BaseHTTPResponse, attempts: int
) -> Refused | Unknown:
    code = error.get("code") if isinstance(error.get("code"), int) else None
    known = CODES.get(code) if code is not None else None
    meaning = known or _by_status(answer.status)
    if meaning is None or meaning.kind is Kind.UNKNOWN:
        return Unknown(f"Meta answered {answer.status}.")
    if meaning.kind is Kind.SETUP:
        log.error("meta refuses our set-up code=%s", code)
    told = shown(code) if code is not None else str(answer.status)
    return Refused(sentence(error, meaning), told, _again_in(meaning, code, answer, attempts))


def _by_status(status: int) -> Meaning | None:
    """What a status means by itself; None: nobody can tell."""
    if status in (401, 403):
        return CODES[190]
    if status in (408, 425, 429):
        return _TOO_MANY
    if status == 503:
        return _BUSY
    return _REFUSED if 300 <= status < 500 else None


def _again_in(
    meaning: Meaning, code: int | None, answer: urllib3.BaseHTTPResponse, attempts: int
) -> float | None:
    if meaning.kind is not Kind.RETRY:
        return None
    if code == PAIR_RATE:  # 4^X seconds, X from 0 (Meta: "Pair rate limits")
        return min(4.0 ** max(attempts - 1, 0), LONGEST_WAIT)
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_WAIT) if asked.isascii() and asked.isdigit() else 0.0
