"""How a provider hands over what a customer wrote: one request each, genuinely signed.

Twilio and Meta are played by the driver itself, which repeats what is not acknowledged. With
Chatwoot the customer's words go to the stand-in, a process that nobody kills; it sends the
webhook once, and loses a fifth of them.
"""

import json
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass

from twilio.request_validator import RequestValidator

from tests.chaos.plan import Written
from tests.stack.running import OURS, SID, TOKEN
from tests.standins.meta import about_us, signed


@dataclass(frozen=True)
class Letter:
    """One POST."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Letterbox:
    """Where each channel's messages go."""

    bot: str
    chatwoot: str  # the stand-in's address

    def letter(self, message: Written) -> Letter:
        """Return what delivers *message*."""
        make = {"twilio": self._twilio, "meta": self._meta, "chatwoot": self._chatwoot}
        return make[message.channel](message)

    def _twilio(self, message: Written) -> Letter:
        url = f"{self.bot}/webhooks/twilio"
        form = {
            "MessageSid": message.sid,
            "SmsMessageSid": message.sid,
            "AccountSid": SID,
            "NumMedia": "0",
            "From": message.customer,
            "To": OURS,
            "Body": message.text,
            "ProfileName": "Ana",
            "MessageType": "text",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, form),
        }
        return Letter(url, urllib.parse.urlencode(form).encode(), headers)

    def _meta(self, message: Written) -> Letter:
        said = {
            "from": message.customer,
            "id": message.sid,
            "timestamp": str(int(time.time())),
            "type": "text",
            "text": {"body": message.text},
        }
        contact = {"profile": {"name": "Ana"}, "wa_id": message.customer}
        raw, headers = signed(about_us({"contacts": [contact], "messages": [said]}))
        return Letter(f"{self.bot}/webhooks/meta", raw, headers)

    def _chatwoot(self, message: Written) -> Letter:
        said = {
            "customer": message.customer,
            "text": message.text,
            "copies": message.copies,
            "again_after": message.again_after,
        }
        headers = {"Content-Type": "application/json"}
        return Letter(f"{self.chatwoot}/customer", json.dumps(said).encode(), headers)
