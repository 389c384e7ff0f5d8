"""Sends through Twilio's Messages API, once, and says honestly what became of it.

The API takes no idempotency key (Twilio, error 20500), so a request is never repeated here:
what cannot be told is `Unknown`, and `look_up` finds out later. The outbox row's id travels in
the address of the status callback, which proves by itself that a send was taken.

Requests go through a urllib3 pool, not through Twilio's SDK. With 128 threads against a server
that answers after 0.1 s, one send cost 0.95 ms of CPU and 5 MB in all; an httpx client a thread
1.6 ms and 12 MB; Twilio's SDK 2.1 ms and 14 MB (two cores, loopback). urllib3 also tells a
connection that never stood from one that broke, which is what decides a repetition.
"""

import email.utils
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from agent.settings import TWILIO_API, Settings
from channels.base import Location, Place, Refused, Sent, Unknown, with_choices
from channels.connection import failed, fields_of, origin_of
from channels.errors import ChannelUnavailable, FileRefused
from channels.record import FORM, Taken, nothing_taken
from channels.twilio.codes import CODES, Kind, Meaning, shown
from channels.twilio.receive import STATUS_PATH
from channels.whatsapp import TYPING, WhatsAppChannel
from store.conversations.outbox import OutboxMessage

MESSAGING_API = "https://messaging.twilio.com"
TEXT_LIMIT = 1600  # error 21617 above it
LOOPBACK = ("127.0.0.1", "localhost", "::1")
WAIT_SECONDS = 300.0
LONGEST_RETRY_AFTER = 3600.0
CLOCK_SKEW_SECONDS = 60.0  # between Twilio's clock and ours
PAGE_SIZE, MOST_PAGES = 100, 5
_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")

_NOT_THERE = Meaning(Kind.PERMANENT, "Twilio refused it without saying why.")
_TOO_MANY = Meaning(Kind.RETRY, "Too many requests at once. It is sent again later.")
_BUSY = Meaning(Kind.RETRY, "Twilio is not available. It is sent again later.")


class TwilioChannel(WhatsAppChannel):
    """WhatsApp through Twilio. `taken` says whether an outbox row already has this sid."""

    name = "twilio"
    grace_seconds = 30.0  # the list's lag is not documented; the callback is usually sooner

    def __init__(
        self,
        settings: Settings,
        timeout: float = 10.0,
        taken: Taken = nothing_taken,
    ) -> None:
        super().__init__(settings, timeout)
        token = settings.twilio_auth_token
        secret = token.get_secret_value() if token else ""
        self._base = settings.twilio_base_url
        self._account = settings.twilio_account_sid
        self._address = (
            f"{self._base}/2010-04-01/Accounts/{settings.twilio_account_sid}/Messages.json"
        )
        messaging = MESSAGING_API if self._base == TWILIO_API else self._base
        self._typing = f"{messaging}/v2/Indicators/Typing.json"
        self._callback = _callback_base(settings)
        self._headers = urllib3.make_headers(
            basic_auth=f"{settings.twilio_account_sid}:{secret}", keep_alive=True
        )
        self._taken = taken

    def where(self, reference: str) -> Location:
        """Return where a file is: only what lies in our own account is given our credentials."""
        own = f"{self._base}/2010-04-01/Accounts/{self._account}/"
        if not self._account or not reference.startswith(own):
            raise FileRefused
        headers = {"Authorization": self._headers["authorization"]}
        return Location(reference, origin_of(self._base), headers)

    def _show_typing(self, place: Place) -> None:
        """Twilio: "Typing indicators", a beta since October 2025; it takes Twilio's ids only."""
        if _SID.fullmatch(place.last_message_id):
            self._pool.request(
                "POST",
                self._typing,
                redirect=False,
                timeout=TYPING,
                body=urlencode({"messageId": place.last_message_id, "channel": "whatsapp"}),
                headers={**self._headers, "Content-Type": FORM},
            )

    def send(self, outgoing: OutboxMessage) -> Sent | Refused | Unknown:
        """Hand one part over, once."""
        form = {"From": outgoing.our_address, "To": outgoing.customer_address, **_content(outgoing)}
        if self._callback:
            form["StatusCallback"] = f"{self._callback}?out_id={outgoing.id}"
        try:
            answer = self._pool.request(
                "POST",
                self._address,
                body=urlencode(form),
                redirect=False,
                headers={**self._headers, "Content-Type": FORM},
            )
        except HTTPError as error:
            return failed(error, "Twilio")
        return _outcome(answer)

    def look_up(self, outgoing: OutboxMessage) -> Sent | None:
        """Find a part among what Twilio took since it left. Raises ChannelUnavailable."""
        since = outgoing.sending_at - CLOCK_SKEW_SECONDS
        found = [
            Sent(entry["sid"], entry.get("status") or "")
            for entry in self._since(outgoing, since)
            if _is_same(outgoing, entry.get("body") or "") and not self._taken(entry["sid"])
        ]
        return found[-1] if found else None  # the list is newest first; the oldest is ours

    def _since(self, outgoing: OutboxMessage, since: float) -> Iterator[dict[str, Any]]:
        """Yield the messages made since then. Not by `DateSent>`: a queued one has no DateSent."""
        query = {
            "From": outgoing.our_address,
            "To": outgoing.customer_address,
            "PageSize": PAGE_SIZE,
        }
        url: str | None = f"{self._address}?{urlencode(query)}"
        for _ in range(MOST_PAGES):
            if url is None:
                return
            page = self._page(url)
            for entry in page.get("messages", []):
                if _made_at(entry) < since:
                    return
                if str(entry.get("direction", "outbound")).startswith("outbound"):
                    yield entry
            following = page.get("next_page_uri")
            url = f"{self._base}{following}" if following else None

    def _page(self, url: str) -> dict[str, Any]:
        try:
            answer = self._pool.request("GET", url, headers=self._headers, redirect=False)
        except HTTPError as error:
            raise ChannelUnavailable from error
        page = fields_of(answer)
        if answer.status != 200 or "messages" not in page:
            raise ChannelUnavailable(f"Twilio's list of messages answered {answer.status}.")
        return page


def _content(outgoing: OutboxMessage) -> dict[str, str]:
    """Words, or what Twilio's Content API holds: a template, quick replies, a list.

    Buttons without a ContentSid are said in words: Twilio shows none that it was not given before.
    """
    template = outgoing.extra.get("template")
    if not template:
        return {"Body": with_choices(outgoing.body, outgoing.extra, TEXT_LIMIT)}
    variables = {str(n): value for n, value in enumerate(outgoing.extra.get("variables", ()), 1)}
    return {"ContentSid": str(template), "ContentVariables": json.dumps(variables)}


def _is_same(outgoing: OutboxMessage, body: str) -> bool:
    """Whether *body*, as Twilio lists it, is this message; a template's own words surround ours."""
    words = _content(outgoing).get("Body")
    if words is not None:
        return body == words
    return all(str(value) in body for value in outgoing.extra.get("variables", ()))


def _callback_base(settings: Settings) -> str:
    """Where Twilio reports to; a stand-in on this machine reports to this machine."""
    base = settings.public_base_url
    if not base and urlsplit(settings.twilio_base_url).hostname in LOOPBACK:
        base = f"http://127.0.0.1:{settings.bot_port}"
    return f"{base}{STATUS_PATH}" if base else ""


def _outcome(answer: urllib3.BaseHTTPResponse) -> Sent | Refused | Unknown:
    body, status = fields_of(answer), answer.status
    if 200 <= status < 300:
        if isinstance(body.get("sid"), str):
            return Sent(body["sid"], str(body.get("status") or ""))
        return Unknown(f"Twilio answered {status} without an id.")
    code = body.get("code") if isinstance(body.get("code"), int) else 0
    meaning = CODES.get(code or 0) or _by_status(status)
    if meaning is None or meaning.kind is Kind.UNKNOWN:
        return Unknown(f"Twilio answered {status}.")
    told = shown(code) if code else str(status)
    return Refused(meaning.sentence, told, _again_in(meaning.kind, answer.headers))


def _by_status(status: int) -> Meaning | None:
    """What a status means by itself; None: nobody can tell."""
    if status in (401, 403):
        return CODES[20003]
    if status in (408, 425, 429):
        return _TOO_MANY
    if status == 503:
        return _BUSY
    return _NOT_THERE if 300 <= status < 500 else None


def _again_in(kind: Kind, headers: Any) -> float | None:
    if kind in (Kind.PERMANENT, Kind.SETUP):
        return None
    try:
        asked = float(headers.get("Retry-After", ""))
    except ValueError:
        asked = 0.0
    floor = WAIT_SECONDS if kind is Kind.WAIT else 0.0
    return min(max(asked, floor), LONGEST_RETRY_AFTER)


def _made_at(entry: dict[str, Any]) -> float:
    """When Twilio made a message; one without a readable date counts as made just now."""
    try:
        return email.utils.parsedate_to_datetime(entry["date_created"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return float("inf")
