"""The customers' side: write as anybody, read what came back."""

import hashlib
import json
import uuid
from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator.ledger import Ledger, Message
from simulator.postman import Postman

LONGEST_WAIT = 25.0
LONGEST_TEXT = 1600  # Twilio: Body of an inbound message
NAME = "Cliente de prueba"
Json = dict[str, Any]


def phones(
    account_sid: str, number: str, webhook_url: str, ledger: Ledger, postman: Postman
) -> Blueprint:
    """Return the routes of the customers' phones."""
    blueprint = Blueprint("phones", __name__)

    @blueprint.post("/customers/<address>/messages")
    def write(address: str) -> tuple[Json, int]:
        wanted = request.get_json(silent=True)
        if not isinstance(wanted, dict) or not _has_content(wanted):
            return {
                "error": 'Send {"text": ...} of 1 to 1600 characters, or {"media": [...]}.'
            }, 422
        message = ledger.put(_message(address, number, wanted, ledger.clock()))
        name = str(wanted.get("name") or NAME)
        status = postman.post(webhook_url, form(account_sid, message, name))
        if status != 200:
            ledger.set_status(message.sid, "failed")
            return {"error": "The bot did not take it.", "bot_status": status}, 502
        return {"sid": message.sid, "number": message.number}, 201

    @blueprint.get("/customers/<address>/messages")
    def read(address: str) -> Response:
        after = request.args.get("after", 0, type=int)
        wait = min(request.args.get("wait", 0.0, type=float), LONGEST_WAIT)
        thread = ledger.thread(_whatsapp(address), after, wait)
        return jsonify({"messages": [_shown(message) for message in thread]})

    @blueprint.delete("/customers/<address>/messages")
    def forget(address: str) -> tuple[str, int]:
        ledger.forget(_whatsapp(address))
        return "", 204

    return blueprint


def form(account_sid: str, message: Message, name: str) -> dict[str, str]:
    """Return the webhook's fields, all that Twilio was seen to send with a WhatsApp text."""
    digits = message.sender.removeprefix("whatsapp:").removeprefix("+")
    known_as = f"whatsapp:MX.{int(hashlib.sha256(digits.encode()).hexdigest()[:12], 16)}"
    context = {"ProfileName": name, "WaId": digits}
    fields = {
        "SmsMessageSid": message.sid,
        "NumMedia": str(len(message.media)),
        "ProfileName": name,
        "MessageType": _kind(message),
        "SmsSid": message.sid,
        "WaId": digits,
        "SmsStatus": "received",
        "Body": message.body,
        "To": message.receiver,
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageSid": message.sid,
        "AccountSid": account_sid,
        "From": message.sender,
        "ApiVersion": "2010-04-01",
        "ExternalUserId": known_as,
        "Forwarded": "false",
        "FrequentlyForwarded": "false",
        "ChannelMetadata": json.dumps({"type": "whatsapp", "data": {"context": context}}),
    }
    for place, one in enumerate(message.media):
        fields[f"MediaUrl{place}"] = one["url"]
        fields[f"MediaContentType{place}"] = one["media_type"]
    return fields


def _message(address: str, number: str, wanted: Json, now: float) -> Message:
    media = tuple(
        {name: str(one[name]) for name in ("url", "media_type", "name") if name in one}
        for one in wanted.get("media") or []
    )
    return Message(
        sid=f"{'MM' if media else 'SM'}{uuid.uuid4().hex}",
        sender=_whatsapp(address),
        receiver=number,
        body=str(wanted.get("text") or ""),
        from_customer=True,
        created_at=now,
        status="received",
        media=media,
    )


def _has_content(wanted: Json) -> bool:
    text, media = wanted.get("text") or "", wanted.get("media") or []
    files = isinstance(media, list) and all(
        isinstance(one, dict) and {"url", "media_type"} <= one.keys() for one in media
    )
    return files and isinstance(text, str) and len(text) <= LONGEST_TEXT and bool(text or media)


def _kind(message: Message) -> str:
    """Twilio's MessageType: a document is whatever is neither picture, sound nor film."""
    if not message.media:
        return "text"
    kind = message.media[0]["media_type"].split("/")[0]
    return kind if kind in ("image", "audio", "video") else "document"


def _whatsapp(address: str) -> str:
    return address if address.startswith("whatsapp:") else f"whatsapp:{address}"


def _shown(message: Message) -> Json:
    return {
        "number": message.number,
        "sid": message.sid,
        "direction": "inbound" if message.from_customer else "outbound",
        "text": message.body,
        "media": list(message.media),
        "status": message.status,
        "at": message.created_at,
    }
