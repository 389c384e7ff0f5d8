"""Twilio's webhooks as values. Fields: Twilio, "Webhook request parameters"; unknown ones are kept.

An address is opaque: since 2026 `From` may hold a business-scoped user id instead of a number.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from twilio.request_validator import RequestValidator, get_signature_algorithm

from agent import bounded_json
from agent.consent import Wish
from agent.settings import Settings
from agent.text import storable
from channels.base import XML, Call, Event, Report
from channels.errors import BadSignature, Unparseable
from channels.twilio.codes import CODES, shown
from channels.whatsapp import ad, lines_of, not_supported, quote
from store.conversations.inbox import Inbound

if TYPE_CHECKING:  # see channels.base
    from werkzeug.datastructures import Headers, MultiDict

PATH, STATUS_PATH = "/webhooks/twilio", "/webhooks/twilio/status"
SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


def verify(token: str, url: str, form: "MultiDict[str, str]", headers: "Headers") -> None:
    """Raise BadSignature unless *form* was signed with *token* for *url*."""
    signature = headers.get(SIGNATURE, "")
    if not token or not signature or not all(_NAME.fullmatch(name) for name in form):
        raise BadSignature
    algorithm = get_signature_algorithm(headers.get(SETTINGS, ""))
    try:
        genuine = RequestValidator(token).validate(url, form, signature, algorithm)
    except ValueError as error:  # a host that is no host
        raise BadSignature from error
    if not genuine:
        raise BadSignature


if TYPE_CHECKING:  # see channels.base
    from werkzeug.datastructures import MultiDict

    Form = MultiDict[str, str]

LONGEST_ID = 200  # what the stores hold
LONGEST_NUMBER = 15  # digits (ITU-T E.164)
MOST_MEDIA = 10
NOT_HANDED_ON = ("unsupported", "unknown")  # a poll, a view-once photo: whoever sent it waits
# Advanced Opt-Out of a Messaging Service: Twilio itself has answered the word.
_WISHES: dict[str, Wish] = {"STOP": "out", "START": "in"}

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


class TwilioReceiver:
    """Messages and status callbacks of one Twilio account.

    The answer is empty TwiML: replies go out through the Messages API, because they come later
    than Twilio waits.
    """

    name = "twilio"
    acknowledgement = (EMPTY_TWIML, XML)

    def __init__(self, settings: Settings) -> None:
        token = settings.twilio_auth_token
        self._secret = token.get_secret_value() if token else ""

    def read(self, call: Call) -> Sequence[Event]:
        """Verify and parse. Raises BadSignature, Unparseable."""
        verify(self._secret, call.url, call.form, call.headers)
        if is_report(call.form):  # some accounts have one address for both
            return [report(call.form, call.args.get("out_id", ""))]
        inbound = message(call.form)
        return [] if inbound is None else [inbound]


def is_report(form: "Form") -> bool:
    """True for a status callback; an inbound message carries only `SmsStatus=received`."""
    return bool(form.get("MessageStatus"))


def message(form: "Form") -> Inbound | None:
    """Return the customer's message; None when there is nothing in it to answer (a reaction)."""
    text, media = _text(form), tuple(_media(form))
    if not text and not media:
        return None
    return Inbound(
        channel="twilio",
        provider_message_id=_id(form, "MessageSid"),
        our_address=_id(form, "To"),
        customer_address=_id(form, "From"),
        text=text,
        customer_name=storable(form.get("ProfileName", ""))[:LONGEST_ID],
        media=media,
        payload=_payload(form),
        alias=_alias(form),
        own_id=_own_id(form),
        wish=_WISHES.get(form.get("OptOutType", "").upper(), ""),
        about=_about(form),
    )


def report(form: "Form", out_id: str = "") -> Report:
    """Return what a status callback says; *out_id* is the outbox row we put in its address."""
    given = storable(form.get("ErrorCode", ""))[:20]
    code = int(given) if given.isascii() and given.isdigit() else 0
    meaning = CODES.get(code)
    return Report(
        provider_message_id=_id(form, "MessageSid"),
        status=storable(form["MessageStatus"])[:20].lower(),
        error_code=shown(code) if code else given,
        error=meaning.sentence if meaning else "",
        outbox_id=int(out_id)
        if out_id.isascii() and out_id.isdigit() and len(out_id) < 19
        else None,
    )


def _alias(form: "Form") -> str:
    """The other address of somebody who may hide the number (Twilio: "ExternalUserId")."""
    other = storable(form.get("ExternalUserId", "")).strip()
    return other if other != form.get("From") and len(other) <= LONGEST_ID else ""


def _about(form: "Form") -> tuple[dict[str, str], ...]:
    """What the message points to. Of a button's message Twilio may name the sender only."""
    quoted, sender = form.get("OriginalRepliedMessageSid"), form.get("OriginalRepliedMessageSender")
    is_tap = bool(form.get("ButtonPayload") or form.get("ListId") or form.get("InteractiveData"))
    referral = (form.get(f"Referral{name}", "") for name in ("Headline", "Body", "SourceUrl"))
    return (
        *quote(storable(quoted or ""), is_tap=is_tap, without_id=bool(sender) and not is_tap),
        *ad(*map(_cleaned, referral)),
    )


def _own_id(form: "Form") -> str:
    """WhatsApp's own id of the phone, which `From` may spell in another way (Twilio: "WaId")."""
    given = form.get("WaId", "").strip()
    return given if given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER else ""


def _text(form: "Form") -> str:
    given = (form[name] for name in ("Body", "ButtonText", "ListTitle") if form.get(name))
    words = next(given, "") or _chosen(form.get("InteractiveData", ""))
    parts = [words, *lines_of(form.get("FlowData", "")), _place(form)]
    said = "\n".join(part for part in map(_cleaned, parts) if part)
    is_lost = form.get("MessageType") in NOT_HANDED_ON and not form.get("MediaUrl0")
    return said or (not_supported() if is_lost else "")


def _chosen(interactive: str) -> str:
    """The title of what was tapped, when it stands in WhatsApp's own JSON only."""
    try:
        data = bounded_json.loads(interactive)
    except ValueError:
        return ""
    reply = data.get(str(data.get("type"))) if isinstance(data, dict) else None
    parts = (
        [reply.get(name) for name in ("title", "description")] if isinstance(reply, dict) else []
    )
    return "\n".join(part for part in parts if isinstance(part, str) and part)


def _place(form: "Form") -> str:
    latitude, longitude = form.get("Latitude", ""), form.get("Longitude", "")
    if not latitude or not longitude:
        return ""
    names = [form.get("Label", ""), form.get("Address", "")]
    return storable(", ".join([*filter(None, names), f"{latitude},{longitude}"]))


def _media(form: "Form") -> Iterator[dict[str, str]]:
    for number in range(MOST_MEDIA):
        url = form.get(f"MediaUrl{number}")
        if not url:
            return
        kind = form.get(f"MediaContentType{number}", "application/octet-stream")
        yield {"url": storable(url), "media_type": storable(kind)}


def _id(form: "Form", name: str) -> str:
    value = storable(form.get(name, "")).strip()
    if not 1 <= len(value) <= LONGEST_ID:
        raise Unparseable(f"{name} is missing or too long.")
    return value


def _payload(form: "Form") -> dict[str, str | list[str]]:
    fields: dict[str, str | list[str]] = {}
    for name, values in form.lists():
        clean = [storable(value) for value in values]
        fields[name] = clean[0] if len(clean) == 1 else clean
    return fields


def _cleaned(words: str) -> str:
    return str(storable(words)).strip()
