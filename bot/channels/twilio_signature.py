"""Is this request really Twilio's? (Twilio: "Webhooks security".)

The signature covers the address exactly as Twilio was given it, then every parameter, with
nothing between names and values. Because of that last point a name that Twilio would never use
is refused too: it could only come from a boundary that somebody moved.
"""

import re
from typing import TYPE_CHECKING

from twilio.request_validator import RequestValidator, get_signature_algorithm

from bot.errors import BadSignature

if TYPE_CHECKING:  # see bot.channels.base
    from werkzeug.datastructures import Headers, MultiDict

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
