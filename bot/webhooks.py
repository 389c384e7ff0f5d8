"""Twilio's webhooks: verify, parse, store, commit, ring, and only then 200.

The answer is empty TwiML: replies go out through the Messages API, because they come later than
Twilio waits. Nothing is acknowledged before it is on disk; a database that cannot be written is
a 503 (`bot.failures`).
"""

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from agent import queues
from agent.services import Services
from bot.channels import twilio_inbound, twilio_signature
from bot.metrics import WEBHOOKS

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
Form = MultiDict[str, str]


def webhooks(services: Services) -> Blueprint:
    """Return the routes that providers call."""
    door = Blueprint("webhooks", __name__, url_prefix="/webhooks")

    @door.post("/twilio")
    def twilio() -> Response:
        form = _verified(services)
        if twilio_inbound.is_report(form):  # some accounts have one address for both
            _record(services, form)
        else:
            _accept(services, form)
        return Response(EMPTY_TWIML, content_type="text/xml")

    @door.post("/twilio/status")
    def twilio_status() -> Response:
        _record(services, _verified(services))
        return Response(EMPTY_TWIML, content_type="text/xml")

    return door


def _verified(services: Services) -> Form:
    """Return the request's fields. Raises BadSignature."""
    token = services.settings.twilio_auth_token
    secret = token.get_secret_value() if token else ""
    twilio_signature.verify(secret, _address(services), request.form, request.headers)
    return request.form


def _address(services: Services) -> str:
    """The address as Twilio was given it: a proxy in between changes what this process sees."""
    base = services.settings.public_base_url or request.host_url.rstrip("/")
    query = request.query_string.decode("latin-1")
    return f"{base}{request.path}" + (f"?{query}" if query else "")


def _accept(services: Services, form: Form) -> None:
    message = twilio_inbound.message(form)
    if message is None:
        WEBHOOKS.labels("empty").inc()
        return
    [accepted] = services.inbox.accept([message])
    WEBHOOKS.labels("accepted" if accepted.is_new else "repeated").inc()
    if accepted.is_new:
        services.doorbell.ring(queues.TURN, accepted.conversation_id)


def _record(services: Services, form: Form) -> None:
    if not twilio_inbound.is_report(form):
        return
    report = twilio_inbound.report(form, request.args.get("out_id", ""))
    services.outbox.report(
        "twilio",
        report.provider_message_id,
        report.status,
        outbox_id=report.outbox_id,
        error_code=report.error_code,
    )
    WEBHOOKS.labels("status").inc()
