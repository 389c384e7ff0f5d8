"""How Meta asks whether a webhook's address is ours (Meta: "Webhooks, verification requests")."""

import hmac

from flask import Blueprint, Response, request

from agent.settings import Settings
from channels.meta.receive import PATH

LONGEST_CHALLENGE = 200


def verification(settings: Settings) -> Blueprint:
    """Return the route that echoes Meta's challenge when the word is the one we gave it."""
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
