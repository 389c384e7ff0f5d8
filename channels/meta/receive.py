"""Meta's webhooks as values: batches of messages, statuses, and echoes of the phone app.

One request holds up to a thousand changes of several numbers (Meta: "Webhooks"). A part that
cannot be read is left out and logged; the rest counts, because Meta repeats a refused request for
days. An address is opaque: customers with a user name may hide their number, and then only their
business-scoped id is there (Meta: "Business-scoped user IDs").
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from agent import bounded_json
from agent.settings import Settings
from agent.text import storable
from channels.base import Call, Event, Report
from channels.errors import BadSignature, Unparseable
from channels.meta.codes import CODES, sentence, shown
from channels.whatsapp import ad, lines_of, not_supported, product, quote
from store.conversations.customers import NumberChange
from store.conversations.inbox import Inbound
from store.conversations.owners import Echo

JsonMessage = dict[str, Any]
MOVES = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})
NOTHING = frozenset({"reaction", "system", "revoke", "request_welcome"})
TAPS = frozenset({"interactive", "button"})  # a message that answers a tappable one


def words(message: JsonMessage) -> str:
    """Return what the customer said, "" when the message has no words."""
    kind = text_of(message, "type")
    say = _WORDS.get(kind)
    inside = object_of(message, kind)
    return (say(message, inside) if say else text_of(inside, "caption")).strip()


def media(message: JsonMessage) -> tuple[dict[str, str], ...]:
    """Return the file of a message: Meta's media id, its type, and its name if it has one."""
    if text_of(message, "type") == "edit":
        return media(object_of(object_of(message, "edit"), "message"))
    file = object_of(message, text_of(message, "type"))
    if not text_of(file, "id") or not text_of(file, "mime_type"):
        return ()
    found = {"url": text_of(file, "id"), "media_type": text_of(file, "mime_type")}
    name = text_of(file, "filename")
    return ({**found, "name": name[:200]} if name else found,)


def object_of(value: JsonMessage, name: str) -> JsonMessage:
    """Return an object of *value*; empty when there is none."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def objects_of(value: JsonMessage, name: str) -> list[JsonMessage]:
    """Return the objects of a list of *value*."""
    found = value.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text_of(value: JsonMessage, name: str) -> str:
    """Return a text of *value*; "" when there is none."""
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _text(_: JsonMessage, text: JsonMessage) -> str:
    return text_of(text, "body")


def _button(_: JsonMessage, button: JsonMessage) -> str:
    return text_of(button, "text") or text_of(button, "payload")


def _interactive(_: JsonMessage, interactive: JsonMessage) -> str:
    reply = object_of(interactive, text_of(interactive, "type"))
    if "response_json" in reply:
        return _form(reply)
    parts = [text_of(reply, "title"), text_of(reply, "description")]
    return "\n".join(filter(None, parts))


def _form(reply: JsonMessage) -> str:
    """A WhatsApp Flow's answers, one a line."""
    lines = lines_of(text_of(reply, "response_json"))
    return "\n".join([*filter(None, [text_of(reply, "body")]), *lines])


def _location(_: JsonMessage, place: JsonMessage) -> str:
    names = [text_of(place, "name"), text_of(place, "address")]
    at = f"{place.get('latitude', '')},{place.get('longitude', '')}"
    return ", ".join([*filter(None, names), *([at] if at != "," else [])])


def _contacts(message: JsonMessage, _: JsonMessage) -> str:
    return "\n".join(filter(None, map(_card, objects_of(message, "contacts"))))


def _card(card: JsonMessage) -> str:
    parts = [text_of(object_of(card, "name"), "formatted_name")]
    parts += [text_of(phone, "phone") for phone in objects_of(card, "phones")]
    parts += [text_of(mail, "email") for mail in objects_of(card, "emails")]
    return ", ".join(filter(None, parts))


def _order(_: JsonMessage, order: JsonMessage) -> str:
    items = [
        f"{item.get('quantity', 1)} × {text_of(item, 'product_retailer_id')}"
        f" ({item.get('item_price', '?')} {text_of(item, 'currency')})"
        for item in objects_of(order, "product_items")
    ]
    return "\n".join([*filter(None, [text_of(order, "text")]), *items])


def _edit(_: JsonMessage, edit: JsonMessage) -> str:
    return words(object_of(edit, "message"))


def _unsupported(message: JsonMessage, unsupported: JsonMessage) -> str:
    """A person sent something that Meta does not hand on: they wait for an answer all the same."""
    return not_supported(text_of(unsupported, "type"))


_WORDS: dict[str, Callable[[JsonMessage, JsonMessage], str]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "edit": _edit,
    "unsupported": _unsupported,
    "unknown": _unsupported,
} | dict.fromkeys(NOTHING, lambda message, inside: "")


if TYPE_CHECKING:  # see channels.base
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


log = logging.getLogger(__name__)

PATH = "/webhooks/meta"
LONGEST_ID = 200  # what the stores hold
Json = dict[str, Any]


class MetaReceiver:
    """Messages, statuses and echoes of the numbers that one Meta app serves."""

    name = "meta"
    acknowledgement = ("", "text/plain")

    def __init__(self, settings: Settings) -> None:
        secret = settings.meta_app_secret
        given = secret.get_secret_value() if secret else ""
        self._secrets = [one.strip() for one in given.split(",") if one.strip()]
        numbers = settings.meta_phone_number_id.split(",")
        self._numbers = frozenset(one.strip() for one in numbers if one.strip())

    def read(self, call: Call) -> Sequence[Event]:
        """Verify and parse. Raises BadSignature, Unparseable."""
        verify(self._secrets, call.raw, call.headers)
        try:
            body = storable(bounded_json.loads(call.raw))
        except ValueError as error:
            raise Unparseable("The body is not JSON.") from error
        if not isinstance(body, dict):
            raise Unparseable("The body is not a JSON object.")
        return events(body, self._numbers)


def events(body: Json, numbers: frozenset[str]) -> list[Event]:
    """Return everything in *body* that concerns *numbers* (none: every number).

    Messages come in the order in which customers wrote them, which is not always Meta's.
    """
    found: list[Event] = []
    messages: list[tuple[int, Inbound | NumberChange]] = []
    for value in _values(body):
        number = text_of(object_of(value, "metadata"), "phone_number_id")
        if not number or (numbers and number not in numbers):
            continue
        messages += [
            (_seconds(message), event)
            for message in objects_of(value, "messages")
            if (event := _number_change(message) or _inbound(message, value, number))
        ]
        found += _reports(value)
        found += _echoes(value, number)
    messages.sort(key=lambda pair: pair[0])
    return [*(event for _, event in messages), *found]


def _values(body: Json) -> Iterator[Json]:
    for entry in objects_of(body, "entry"):
        for change in objects_of(entry, "changes"):
            yield object_of(change, "value")


def about(message: JsonMessage) -> tuple[dict[str, str], ...]:
    """Return what a message points to (Meta: "context", "referral").

    A product of the catalogue stands for the message that showed it.
    """
    said = object_of(object_of(message, "edit"), "message") or message
    context, referral = object_of(said, "context"), object_of(said, "referral")
    shown = object_of(context, "referred_product")
    number = text_of(shown, "product_retailer_id")
    quoted = "" if number else text_of(context, "id")
    return (
        *quote(quoted, is_tap=text_of(said, "type") in TAPS),
        *product(number),
        *ad(*(text_of(referral, name) for name in ("headline", "body", "source_url"))),
    )


def corrects(message: JsonMessage) -> str:
    """Return the id of the message that this one edits or takes back, if it does."""
    kind = text_of(message, "type")
    changed = kind in ("edit", "revoke")
    return text_of(object_of(message, kind), "original_message_id") if changed else ""


def _own_id(message: Json, original: str) -> str:
    """The message's id; a correction that has none of its own is named after what it says."""
    given = text_of(message, "id")
    if not original or given not in ("", original):
        return given
    said = json.dumps([original, message.get("timestamp"), object_of(message, "edit")])
    return f"{text_of(message, 'type')}-{hashlib.sha256(said.encode()).hexdigest()[:40]}"


def _inbound(message: Json, value: Json, number: str) -> Inbound | None:
    text, files, original = words(message), media(message), corrects(message)
    withdrawn = bool(original) and text_of(message, "type") == "revoke"
    if not text and not files and not withdrawn:
        return None
    contact = _contact(message, value)
    phone = text_of(message, "from")
    person = text_of(message, "from_user_id") or text_of(contact, "user_id")
    message_id, address = _own_id(message, original), phone or person
    if not _usable(message_id, address):
        log.warning("meta message left out: its ids are missing or too long")
        return None
    return Inbound(
        channel="meta",
        provider_message_id=message_id,
        our_address=number,
        customer_address=address,
        text=text,
        customer_name=text_of(object_of(contact, "profile"), "name")[:LONGEST_ID],
        media=files,
        payload={"message": message, "contact": contact, "metadata": object_of(value, "metadata")},
        alias=person if phone and len(person) <= LONGEST_ID else "",
        about=about(message),
        corrects=original if _usable(original) else "",
        withdrawn=withdrawn,
        only_known=withdrawn,
        written_at=float(_seconds(message)),
        own_id=text_of(contact, "wa_id")[:LONGEST_ID] if phone else "",
    )


def _number_change(message: Json) -> NumberChange | None:
    """A customer has a new number or a new id (Meta: "Webhooks", `system`; older: `new_wa_id`)."""
    system = object_of(message, "system")
    if text_of(message, "type") != "system" or text_of(system, "type") not in MOVES:
        return None
    after = text_of(system, "wa_id") or text_of(system, "new_wa_id")
    alias = text_of(system, "user_id")
    before, person = text_of(message, "from"), text_of(message, "from_user_id")
    ids = text_of(message, "id"), before or person, after or alias
    if not _usable(*ids, alias or "-", person or "-"):
        log.warning("meta change of a number left out: its ids are missing or too long")
        return None
    is_hidden = not before and not after
    return NumberChange("meta", ids[0], ids[1], person, alias if is_hidden else after, alias)


def _contact(message: Json, value: Json) -> Json:
    known = objects_of(value, "contacts")
    phone, person = text_of(message, "from"), text_of(message, "from_user_id")
    for contact in known:
        if (phone and text_of(contact, "wa_id") == phone) or (
            person and text_of(contact, "user_id") == person
        ):
            return contact
    return known[0] if len(known) == len(objects_of(value, "messages")) == 1 else {}


def _reports(value: Json) -> Iterator[Report]:
    for status in objects_of(value, "statuses"):
        if not _usable(text_of(status, "id"), text_of(status, "status")):
            continue
        error = next(iter(objects_of(status, "errors")), {})
        given = error.get("code")
        code = given if isinstance(given, int) else None
        yield Report(
            provider_message_id=text_of(status, "id"),
            status=text_of(status, "status")[:20].lower(),
            error_code="" if code is None else shown(code)[:20],
            outbox_id=_outbox_id(text_of(status, "biz_opaque_callback_data")),
            error=sentence(error, None if code is None else CODES.get(code)) if error else "",
        )


def _echoes(value: Json, number: str) -> Iterator[Echo]:
    """What a person of the business wrote in the phone app (field `smb_message_echoes`)."""
    for echo in objects_of(value, "message_echoes"):
        address = text_of(echo, "to") or text_of(echo, "to_user_id")
        kind = text_of(echo, "type")
        if kind in NOTHING or not _usable(text_of(echo, "id"), address):
            continue
        files = ", ".join(file["media_type"] for file in media(echo))
        text = "\n".join(filter(None, [words(echo), f"[{files}]" if files else ""]))
        yield Echo(
            channel="meta",
            provider_message_id=text_of(echo, "id"),
            our_address=number,
            customer_address=address,
            text=text or f"[{kind}]",
            payload=echo,
        )


def _usable(*ids: str) -> bool:
    return all(1 <= len(one) <= LONGEST_ID for one in ids)


def _outbox_id(data: str) -> int | None:
    return int(data) if data.isascii() and data.isdigit() and len(data) < 19 else None


def _seconds(message: Json) -> int:
    given = text_of(message, "timestamp")
    return int(given) if given.isascii() and given.isdigit() else 0
