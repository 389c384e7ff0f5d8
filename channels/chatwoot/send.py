"""Answers through Chatwoot, which delivers to WhatsApp, its web chat and others.

Chatwoot takes no idempotency key. The outbox row's number travels in the message's content
attributes: the webhook about our own message proves that it was taken, and `look_up` finds it
among the conversation's messages. Never a `source_id`: Chatwoot would think that the customer
has it already. A 200 means stored; what becomes of it on WhatsApp comes later by webhook.

A user's token can do all of this. With a bot's token the look-up sees only the last message of
the conversation (and before Chatwoot 4.14 nothing), so an unknown send waits for the webhook, and
after the grace time it is sent again.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from urllib3.exceptions import HTTPError

from agent.settings import Settings
from channels.base import WINDOW, Location, Place, Refused, Sent, Unknown
from channels.best_effort import Courtesy
from channels.chatwoot.client import ChatwootApi, Json, NotAllowed, harmless, refusal, rows
from channels.chatwoot.handoff import Handoff, written_as
from channels.chatwoot.receive import NAME, OUT_ID, closed, is_persons, last_message
from channels.connection import failed, origin_of
from channels.errors import FileRefused
from channels.whatsapp import WINDOW_SECONDS
from store.conversations.outbox import OutboxMessage
from store.states import PartKind

log = logging.getLogger(__name__)

TEXT_LIMIT = 1600  # the least of its WhatsApp inboxes (Twilio's); Chatwoot's own is 150,000
WHATSAPP = "Channel::Whatsapp"
USUAL_CATEGORY = "UTILITY"  # of a template, in Meta's words
TYPING_SECONDS = 3.0  # patience with showing that somebody types
# Chatwoot makes WhatsApp buttons of few choices and a list of more (Meta: "Interactive messages").
MOST_BUTTONS, LONGEST_BUTTON = 3, 20
MOST_ROWS, LONGEST_ROW = 10, 24
_NOT_SET = "Set CHATWOOT_API_URL, CHATWOOT_API_TOKEN and CHATWOOT_ACCOUNT_ID."
_WINDOW = (
    "More than 24 hours have passed since the customer wrote. Only an approved template can be"
    " sent now: open the conversation in Chatwoot and send one."
)


class ChatwootChannel:
    """The way out through one Chatwoot account."""

    name = NAME
    grace_seconds = 30.0

    def __init__(
        self,
        settings: Settings,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._api = ChatwootApi(settings, timeout)
        self._handoff = Handoff(settings, self._api)
        self._clock = clock
        self.courtesy = Courtesy()

    def where(self, reference: str) -> Location:
        """Return where a file is: its address is signed, so Chatwoot wants no token for it."""
        origin = self._api.origin
        if not origin or origin_of(reference) != origin:
            raise FileRefused
        return Location(reference, origin)

    def send(self, outgoing: OutboxMessage) -> Sent | Refused | Unknown:
        """Hand one part over, once; of a hand-off, all of its steps."""
        if not self._api.is_set:
            return Refused(_NOT_SET, "setup")
        if outgoing.kind == PartKind.HANDOFF:
            return self._handoff.carry_out(outgoing)
        if outgoing.kind == PartKind.HANDBACK:
            return self._handoff.take_back(outgoing)
        late = self._clock() - outgoing.last_inbound_at > WINDOW_SECONDS
        if late and outgoing.facts.get("kind") == WHATSAPP and outgoing.kind != PartKind.TEMPLATE:
            return Refused(_WINDOW, WINDOW)
        try:
            reply = self._api.post(
                f"/conversations/{outgoing.customer_address}/messages", _body(outgoing)
            )
        except HTTPError as error:
            return failed(error, "Chatwoot")
        if not 200 <= reply.status < 300:
            return refusal(reply, outgoing.attempts)
        self._show(outgoing.customer_address, "off")
        number = reply.fields.get("id")
        return Sent(str(number), "queued") if number else Unknown("Chatwoot named no message.")

    def look_up(self, outgoing: OutboxMessage) -> Sent | None:
        """Find a part among the conversation's messages. Raises ChannelUnavailable."""
        if outgoing.kind == PartKind.HANDOFF:
            return self._handoff.look_up(outgoing)
        if outgoing.kind == PartKind.HANDBACK:
            return None  # repeating it is harmless
        found = written_as(self._recent(outgoing.customer_address), OUT_ID, outgoing.id)
        return Sent(str(found["id"]), "queued") if found else None

    def may_speak(self, place: Place) -> str:
        """Ask Chatwoot whether the conversation is still the bot's. Raises ChannelUnavailable."""
        if not self._api.is_set:
            return ""
        try:
            conversation = self._api.conversation(place.customer_address)
        except NotAllowed as error:  # a bot's token before 4.14: what webhooks said must do
            log.warning("conversation not asked: %s", error)
            return ""
        if is_persons(last_message(conversation)):  # its webhook is late, or lost
            return "Chatwoot: a person wrote last."
        return closed(conversation)

    def typing(self, place: Place) -> None:
        """Show in Chatwoot (not on WhatsApp) that an answer is being written."""
        self._show(place.customer_address, "on")

    def _recent(self, number: str) -> Iterator[Json]:
        try:
            yield from self._api.messages(number)
        except NotAllowed:
            yield from self._last(number)

    def _last(self, number: str) -> Iterator[Json]:
        """What a bot's token may see."""
        try:
            conversation = self._api.conversation(number)
        except NotAllowed as error:
            log.warning("unknown send not looked up: %s", error)
            return
        yield from rows(conversation, "messages")
        last = conversation.get("last_non_activity_message")
        if isinstance(last, Mapping):
            yield last

    def _show(self, number: str, status: str) -> None:
        if self._api.is_set:
            self.courtesy.show(partial(self._toggle, number, status))

    def _toggle(self, number: str, status: str) -> None:
        path = f"/conversations/{number}/toggle_typing_status"
        try:
            self._api.post(path, {"typing_status": status}, TYPING_SECONDS)
        except HTTPError as error:
            log.debug("typing not shown: %s", type(error).__name__)


def _body(outgoing: OutboxMessage) -> dict[str, Any]:
    attributes: dict[str, Any] = {OUT_ID: str(outgoing.id)}
    buttons = _buttons(outgoing)
    if buttons:
        attributes["items"] = [
            {"title": harmless(str(one["title"])), "value": str(one.get("id") or one["title"])}
            for one in buttons
        ]
    body = {
        "content": harmless(outgoing.body),
        "message_type": "outgoing",
        "private": False,
        "content_type": "input_select" if buttons else "text",
        "content_attributes": attributes,
    }
    return body | (
        {"template_params": _template(outgoing)} if outgoing.extra.get("template") else {}
    )


def _template(outgoing: OutboxMessage) -> dict[str, Any]:
    """What Chatwoot sends to WhatsApp in place of the content, which only its people see."""
    extra = outgoing.extra
    words = {str(n): harmless(str(one)) for n, one in enumerate(extra.get("variables", ()), 1)}
    return {
        "name": str(extra["template"]),
        "category": str(extra.get("category") or USUAL_CATEGORY),
        "language": str(extra["language"]),
        "processed_params": {"body": words},
    }


def _buttons(outgoing: OutboxMessage) -> list[Mapping[str, Any]]:
    """What the customer may tap. Only on WhatsApp a tap comes back as a message of theirs."""
    offered = list(outgoing.extra.get("buttons") or ()) if outgoing.kind == PartKind.BUTTONS else []
    longest = LONGEST_BUTTON if len(offered) <= MOST_BUTTONS else LONGEST_ROW
    if outgoing.facts.get("kind") != WHATSAPP or len(offered) > MOST_ROWS:
        return []
    return offered if all(len(str(one["title"])) <= longest for one in offered) else []
