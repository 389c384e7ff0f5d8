"""The simulator as an app; `python -m simulator` serves it on loopback."""

import logging
import re
import sys
from urllib.parse import urlsplit

from flask import Flask, request

from agent import log as logs
from agent.own_token import own_token
from agent.private import keep_private
from agent.settings import Settings
from serving.bearer import shows
from serving.limits import Bodies, Limits
from serving.server import serve
from serving.storable_json import use_storable_json
from simulator.faults import Faults
from simulator.files import MOST_BYTES_EACH, SentFiles
from simulator.ledger import Ledger
from simulator.media import media
from simulator.phones import phones
from simulator.postman import Postman
from simulator.rest import rest

log = logging.getLogger(__name__)
MOST_BYTES = MOST_BYTES_EACH + 1024 * 1024  # a file, and the form around it
# Pages that follow a thread hold one of the server's each.
LIMITS = Limits((Bodies(re.compile(""), MOST_BYTES, at_once=8),), threads=24)


def create_simulator(
    account_sid: str,
    auth_token: str,
    webhook_url: str,
    number: str,
    faults: Faults | None = None,
    public_base_url: str = "",
    token: str = "",
) -> Flask:
    """Return a stand-in for Twilio with the WhatsApp sender *number*.

    *webhook_url* is where the bot is; `app.extensions` holds the "ledger" and the "postman".
    The customers' phones open with *token*; without one they stay shut.
    """
    app = Flask(__name__)
    use_storable_json(app)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    sender = number if number.startswith("whatsapp:") else f"whatsapp:{number}"
    where = urlsplit(webhook_url)
    ledger = Ledger()
    postman = Postman(auth_token, f"{where.scheme}://{where.netloc}", public_base_url)
    files = SentFiles()
    app.extensions.update(ledger=ledger, postman=postman, files=files)
    account = (account_sid, auth_token)
    app.register_blueprint(rest(account, sender, ledger, postman, faults or Faults()))
    app.register_blueprint(media(account, files))
    app.register_blueprint(phones(account_sid, sender, webhook_url, ledger, postman))
    app.before_request(lambda: _stranger(token))
    app.add_url_rule("/healthz", view_func=lambda: {"status": "ok"})
    return app


def main() -> None:
    """Serve until stopped."""
    settings = Settings()
    logs.configure(settings.log_level)
    keep_private()
    token = settings.twilio_auth_token
    if not settings.twilio_account_sid or token is None:
        sys.exit("The simulator needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN; any words will do.")
    app = create_simulator(
        settings.twilio_account_sid,
        token.get_secret_value(),
        f"http://127.0.0.1:{settings.bot_port}/webhooks/twilio",
        settings.twilio_whatsapp_number,
        public_base_url=settings.public_base_url,
        token=own_token(settings),
    )
    log.info("WhatsApp simulator on http://127.0.0.1:%s", settings.simulator_port)
    serve(app, "127.0.0.1", settings.simulator_port, LIMITS)


def _stranger(token: str) -> tuple[dict[str, str], int] | None:
    """Refuse whoever picks up a customer's phone without the installation's token."""
    rule = request.url_rule
    if rule is None or not rule.rule.startswith("/customers/") or shows(request, token):
        return None
    return {"error": "Send Authorization: Bearer and what `make token` prints."}, 401
