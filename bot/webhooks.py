"""Webhooks: verify, parse, store, commit, ring, and only then 200.

Nothing is acknowledged before it is on disk: in the database or, while that is away, in the spool
(`store.spool`). Replies go out later, through the outbox.
"""

import hmac

from flask import Blueprint, Response, g, request

from actions.services import Services
from agent.bounded_json import has_too_many_fields
from agent.settings import Settings
from channels.base import Call, WebhookReceiver
from channels.errors import Unparseable
from channels.meta.receive import PATH
from store.spool import Spool

FORM = "application/x-www-form-urlencoded"
LONGEST_CHALLENGE = 200


def webhooks(services: Services, receivers: dict[str, WebhookReceiver], spool: Spool) -> Blueprint:
    """Return the routes that providers call; *doors* by path."""
    blueprint = Blueprint("webhooks", __name__)
    for path, receiver in receivers.items():
        blueprint.add_url_rule(
            path,
            endpoint=path.replace("/", "_"),
            view_func=_view(services, receiver, spool),
            methods=["POST"],
        )
    return blueprint


def _view(services: Services, receiver: WebhookReceiver, spool: Spool):  # type: ignore[no-untyped-def]
    def view(**_path: str) -> Response:
        g.refused_status = services.channels[receiver.name].refused_status
        spool.take(receiver.name, receiver.read(_call(services)))
        body, content_type = receiver.acknowledgement
        return Response(body, content_type=content_type)

    return view


def _call(services: Services) -> Call:
    raw = request.get_data(cache=True, parse_form_data=False)
    if request.mimetype == FORM and has_too_many_fields(raw):
        raise Unparseable("There are too many fields.")
    return Call(
        request.method, _address(services), raw, request.form, request.args, request.headers
    )


def _address(services: Services) -> str:
    """The address as the provider was given it: a proxy in between changes what is seen here."""
    base = services.settings.public_base_url or request.host_url.rstrip("/")
    query = request.query_string.decode("latin-1")
    return f"{base}{request.path}" + (f"?{query}" if query else "")


def verification(settings: Settings) -> Blueprint:
    """Return the route that echoes Meta's challenge when the word is the one we gave it.

    So Meta asks whether an address is ours ("Webhooks, verification requests").
    """
    blueprint = Blueprint("meta_verification", __name__)
    token = settings.meta_verify_token
    word = token.get_secret_value() if token else ""

    @blueprint.get(PATH)
    def verify() -> Response:
        given = request.args.get("hub.verify_token", "")
        challenge = request.args.get("hub.challenge", "")
        ours = bool(word) and hmac.compare_digest(given.encode(), word.encode())
        is_asked = request.args.get("hub.mode") == "subscribe"
        if ours and is_asked and 0 < len(challenge) <= LONGEST_CHALLENGE:
            return Response(challenge, content_type="text/plain; charset=utf-8")
        return Response("", status=403, content_type="text/plain")

    return blueprint
