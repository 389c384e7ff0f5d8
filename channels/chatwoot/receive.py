"""Chatwoot's webhooks as values (Chatwoot 4.14: Message#webhook_data, EventDataPresenter).

Account webhooks, agent-bot webhooks and API-inbox webhooks have the same shape, and the API's own
messages nearly so; the reconciler comes through `of_message` too. Two traps: `message_type` is a
word in a webhook and a number in the API, and `conversation.messages` may hold another message
than the one the webhook is about, so only the top level is read.

Each Chatwoot conversation is one of ours: the customer's address is its number.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from agent import bounded_json
from agent.settings import Settings
from agent.text import storable
from channels.base import JSON, WINDOW, Call, Event, Report
from channels.errors import BadSignature, Unparseable
from channels.whatsapp import ad, not_supported, quote
from store.conversations.inbox import Inbound
from store.conversations.owners import Echo, OwnerChange
from store.states import Owner

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


MOST_MEDIA = 15  # Chatwoot's own limit of attachments on a message
FILES = ("image", "audio", "video", "file", "share", "ig_reel", "ig_story", "story_mention")
_MEDIA_TYPES = ("image", "audio", "video")


def text_of(message: Mapping[str, Any]) -> str:
    """Return the words, with a place, a contact card or a link that was attached."""
    content = message.get("content")
    lines = [content.strip() if isinstance(content, str) else ""]
    lines += [_said(one) for one in _attachments(message)]
    said = "\n".join(line for line in lines if line)
    return said or _unsupported(message)


def _unsupported(message: Mapping[str, Any]) -> str:
    """What a person sent and Chatwoot could not take over (content attribute `is_unsupported`)."""
    marked = _part(message, "content_attributes").get("is_unsupported")
    return not_supported() if marked in (True, "true") and not media_of(message) else ""


def about_of(message: Mapping[str, Any]) -> tuple[dict[str, str], ...]:
    """Return what a message points to.

    A message that is answered has Chatwoot's own id, or the network's; an ad is as Meta tells of it
    (Chatwoot's pull request 14681).
    """
    said = _part(message, "content_attributes")
    referral, external = _part(said, "referral"), said.get("in_reply_to_external_id")
    told = (str(referral.get(name) or "") for name in ("headline", "body", "source_url"))
    quoted = _number(said, "in_reply_to") or (external if isinstance(external, str) else "")
    return (*quote(quoted), *ad(*told))


def media_of(message: Mapping[str, Any]) -> tuple[dict[str, str], ...]:
    """Return the files, as `Inbound` wants them."""
    return tuple(
        {"url": str(one["data_url"]), "media_type": _media_type(one), "name": _name(one)}
        for one in _attachments(message)
        if one.get("file_type") in FILES and one.get("data_url")
    )[:MOST_MEDIA]


def _attachments(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = message.get("attachments")
    for one in found if isinstance(found, list) else ():
        if isinstance(one, Mapping):
            yield one


def _said(attachment: Mapping[str, Any]) -> str:
    kind, title = attachment.get("file_type"), str(attachment.get("fallback_title") or "")
    if kind == "location":
        latitude, longitude = (
            attachment.get("coordinates_lat"),
            attachment.get("coordinates_long"),
        )
        place = "" if latitude is None or longitude is None else f"{latitude},{longitude}"
        return ", ".join(part for part in (title, place) if part)
    if kind in FILES:
        return ""
    link = str(attachment.get("data_url") or "")
    return " ".join(part for part in (_card(attachment), title, link) if part)


def _card(attachment: Mapping[str, Any]) -> str:
    """The name on a contact card; its number is the title."""
    meta = attachment.get("meta")
    if not isinstance(meta, Mapping):
        return ""
    return " ".join(str(meta[name]) for name in ("firstName", "lastName") if meta.get(name))


def _media_type(attachment: Mapping[str, Any]) -> str:
    given, kind = attachment.get("content_type"), attachment.get("file_type")
    if isinstance(given, str) and re.fullmatch(r"[\w.+-]+/[\w.+-]+(;.*)?", given):
        return given[:120]
    return f"{kind}/*" if kind in _MEDIA_TYPES else "application/octet-stream"


def _name(attachment: Mapping[str, Any]) -> str:
    path = str(attachment["data_url"]).partition("?")[0]
    return path.rpartition("/")[2][:200]


NAME = "chatwoot"
OUT_ID = "bot_out_id"  # in the content attributes of what we send: the outbox row's number
KINDS = ("incoming", "outgoing", "activity", "template")
STATUS_EVENTS = ("conversation_status_changed", "conversation_opened", "conversation_resolved")
WITH_PEOPLE = ("open", "pending")  # statuses in which somebody of the team may be at work
LONGEST = 200  # what the stores hold

Json = Mapping[str, Any]


class ChatwootReceiver:
    """Messages and changes of one Chatwoot account.

    What is no business of the bot's is acknowledged like everything else: Chatwoot hands a
    pending conversation to people when a webhook of its bot is answered with anything but 2xx.
    """

    name = NAME
    acknowledgement = ("{}", JSON)

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._seal = Seal(settings)
        self._account = settings.chatwoot_account_id
        self._inboxes = served(settings)
        self._clock = clock

    def read(self, call: Call) -> Sequence[Event]:
        """Verify and parse. Raises BadSignature, Unparseable."""
        self._seal.verify(call, self._clock())
        body = _body(call.raw)
        if self._account and _number(_part(body, "account"), "id") not in ("", self._account):
            return []
        event = body.get("event")
        if event in ("message_created", "message_updated"):
            conversation = _part(body, "conversation")
            if not self._serves(_inbox_of(body) or _inbox_of(conversation)):
                return []
            if event == "message_updated":
                return outcome_of(body)
            return of_message(body, conversation)
        return owner_of(body) if self._serves(_inbox_of(body)) else []

    def _serves(self, inbox: str) -> bool:
        return not self._inboxes or not inbox or inbox in self._inboxes


def served(settings: Settings) -> frozenset[str]:
    """Return the numbers of the inboxes that are served; empty: all of them."""
    parts = (part.strip() for part in settings.chatwoot_inbox_id.split(","))
    return frozenset(part for part in parts if part)


def of_message(message: Json, conversation: Json) -> list[Event]:
    """Return what a new *message* means: something to answer, a take-over, a proof, or nothing."""
    if message.get("private"):
        return []
    if kind_of(message) == "incoming":
        return _from_customer(message, conversation)
    if kind_of(message) == "outgoing":
        return _from_us(message, conversation)
    return []  # activities, greetings and out-of-office texts of Chatwoot's own


def closed(conversation: Json) -> str:
    """Return "" when the bot may answer in *conversation*, else why not.

    A bot answers what is pending and nobody's (Chatwoot's rule for agent bots).
    """
    status = conversation.get("status")
    if status != "pending":
        return f"Chatwoot: the conversation is {str(status)[:20]}."
    return "Chatwoot: a person is assigned." if is_assigned(conversation) else ""


def out_id(message: Json) -> int | None:
    """Return the outbox row that *message* was sent from; None: it is not ours."""
    given = str(_part(message, "content_attributes").get(OUT_ID, ""))
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def is_persons(message: Json) -> bool:
    """True when a person of the business says *message* to the customer."""
    if kind_of(message) != "outgoing" or message.get("private") or out_id(message) is not None:
        return False
    from_phone = _part(message, "content_attributes").get("external_echo") is True
    return from_phone or _part(message, "sender").get("type") == "user"


def last_message(conversation: Json) -> Json:
    """Return the last message that is no activity, as the API shows it with a conversation."""
    last = _part(conversation, "last_non_activity_message")
    shown = conversation.get("messages")
    listed = shown[-1] if isinstance(shown, list) and shown else None
    return last or (listed if isinstance(listed, Mapping) else {})


def kind_of(message: Json) -> str:
    """Return incoming, outgoing, activity or template; "" for what has no name yet."""
    kind = message.get("message_type")
    if isinstance(kind, int) and 0 <= kind < len(KINDS):
        return KINDS[kind]
    return kind if isinstance(kind, str) else ""


def _from_customer(message: Json, conversation: Json) -> list[Event]:
    """A message to answer; where people have the word it is only kept, if the bot was there too."""
    text, media = text_of(message), media_of(message)
    reason = closed(conversation)
    if (not text and not media) or (reason and conversation.get("status") not in WITH_PEOPLE):
        return []
    ours, theirs = _place(message, conversation)
    said = Inbound(
        channel=NAME,
        provider_message_id=_needed(message, "id"),
        our_address=ours,
        customer_address=theirs,
        text=text,
        customer_name=str(_part(message, "sender").get("name") or "")[:LONGEST],
        media=media,
        payload=dict(message),
        facts=facts_of(conversation),
        own_id=_own_id(message, conversation),
        only_known=bool(reason),
        about=about_of(message),
    )
    return [said, OwnerChange(NAME, ours, theirs, Owner.HUMAN, reason)] if reason else [said]


def _own_id(message: Json, conversation: Json) -> str:
    """Whose conversation it is: a phone, or the number of Chatwoot's contact."""
    contact = _number(_part(message, "sender"), "id")
    phone = str(facts_of(conversation)["phone"])
    return phone or (f"contact:{contact}"[:LONGEST] if contact else "")


def facts_of(conversation: Json) -> dict[str, Any]:
    """Return what the way back needs to know of a conversation."""
    meta, contact = _part(conversation, "meta"), _part(conversation, "contact_inbox")
    phone = _part(meta, "sender").get("phone_number") or contact.get("source_id")
    return {
        "kind": str(conversation.get("channel") or meta.get("channel") or ""),
        "inbox_id": _number(conversation, "inbox_id"),
        "can_reply": conversation.get("can_reply") is not False,
        "phone": str(phone or "")[:LONGEST],
    }


def _from_us(message: Json, conversation: Json) -> list[Event]:
    """A message to the customer: our own proves that it was taken, a person's is a take-over.

    The token may be a user's: then our own messages have a person as their sender, too.
    """
    ours = out_id(message)
    if ours is not None:
        return [Report(_needed(message, "id"), "queued", outbox_id=ours)]
    if not is_persons(message):
        return []  # another bot, a campaign, an automation rule
    our_address, customer = _place(message, conversation)
    return [
        Echo(
            channel=NAME,
            provider_message_id=_needed(message, "id"),
            our_address=our_address,
            customer_address=customer,
            text=text_of(message) or "📎",
            person=str(_part(message, "sender").get("name") or "")[:LONGEST],
            payload=dict(message),
        )
    ]


def outcome_of(message: Json) -> list[Event]:
    """Return what became of a message of ours; everything else that changes says nothing new."""
    ours, said = out_id(message), _part(message, "content_attributes")
    if ours is None or message.get("private") or kind_of(message) != "outgoing":
        return []
    sid, error = _needed(message, "id"), said.get("external_error")
    if error:
        return [Report(sid, "failed", _code_of(str(error)), ours, str(error)[:500])]
    return [Report(sid, "sent", outbox_id=ours)] if message.get("source_id") else []


def _code_of(error: str) -> str:
    """Meta's or Twilio's code stands before the words, where Chatwoot was told one."""
    found = re.match(r"\s*(\d{3,7})\b", error)
    if found is None:
        return "external"
    code = int(found[1])
    return WINDOW if code in (131047, 63016) else str(code)


_OWNERS = {"open": Owner.HUMAN, "resolved": Owner.BOT, "pending": Owner.BOT}


def owner_of(body: Json) -> list[Event]:
    """Return who a conversation belongs to now. These events are flat: `id` is its number."""
    event, status = body.get("event"), str(body.get("status"))
    owner: Owner | None = None
    if event in STATUS_EVENTS:
        owner = _OWNERS.get(status)
    if event in (*STATUS_EVENTS, "conversation_updated") and status in ("pending", "open"):
        owner = Owner.HUMAN if is_assigned(body) else owner
    if not owner:
        return []
    reason = closed(body) if owner == Owner.HUMAN else f"Chatwoot: {status}."
    address, customer = f"inbox:{_needed(body, 'inbox_id')}", _needed(body, "id")
    return [OwnerChange(NAME, address, customer, owner, reason)]


def is_assigned(conversation: Json) -> bool:
    """True when a person is assigned; a bot may be, too."""
    meta = _part(conversation, "meta")
    assignee = _part(meta, "assignee")
    kind = meta.get("assignee_type") or assignee.get("type") or "User"
    return bool(assignee) and str(kind).lower() == "user"


def _place(message: Json, conversation: Json) -> tuple[str, str]:
    """Return our address and the customer's."""
    inbox = _inbox_of(conversation) or _inbox_of(message)
    if not inbox:
        raise Unparseable("inbox_id is missing.")
    return f"inbox:{inbox}", _needed(conversation, "id")


def _inbox_of(thing: Json) -> str:
    return _number(thing, "inbox_id") or _number(_part(thing, "inbox"), "id")


def _part(thing: Json, name: str) -> Json:
    found = thing.get(name)
    return found if isinstance(found, Mapping) else {}


def _number(thing: Json, name: str) -> str:
    value = thing.get(name)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    return str(value) if str(value).isascii() and str(value).isdigit() else ""


def _needed(thing: Json, name: str) -> str:
    value = _number(thing, name)
    if not 1 <= len(value) <= 20:
        raise Unparseable(f"{name} is missing or no number.")
    return value


def _body(raw: bytes) -> Json:
    try:
        body = _without_key(storable(bounded_json.loads(raw)))
    except ValueError:
        raise Unparseable from None
    if not isinstance(body, dict):
        raise Unparseable
    return body


def _without_key(value: Any) -> Any:
    """Leave out the key to the customer's own live channel."""
    if isinstance(value, list):
        return [_without_key(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_key(item) for name, item in value.items() if name != "pubsub_token"}
    return value
