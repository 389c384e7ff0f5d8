"""What Chatwoot is and can do, and how it is asked whether it is set up."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from agent.settings import Settings
from agent.spec import Wording
from channels.base import JSON, WebhookReceiver
from channels.chatwoot.client import written
from channels.chatwoot.receive import NAME, SIGNATURE, TIMESTAMP, ChatwootReceiver, signature
from channels.chatwoot.send import TEXT_LIMIT, ChatwootChannel
from channels.record import ChannelRecord, CheckUp, Request, Taken
from channels.secrets import first_word, whole

PATH, OLD_PATH = "/webhooks/chatwoot", "/api/chatwoot/webhook"


def receivers(settings: Settings) -> dict[str, WebhookReceiver]:
    """Return the way in; an older Chatwoot's secret is the end of the path."""
    receiver = ChatwootReceiver(settings)
    paths = (PATH, f"{PATH}/<token>", OLD_PATH, f"{OLD_PATH}/<token>")
    return dict.fromkeys(paths, receiver)


def sender(settings: Settings, _taken: Taken) -> ChatwootChannel:
    """Return the way out."""
    return ChatwootChannel(settings)


def marks(markdown: str, facts: Mapping[str, Any]) -> str:
    """Return *markdown* in the marks that the inbox wants, with nothing that Liquid runs."""
    return written(markdown, str(facts.get("kind", "")))


def secret(settings: Settings) -> str:
    """Return what proves a webhook."""
    return first_word(settings.chatwoot_webhook_secret or settings.chatwoot_webhook_token)


def call(base: str, secret: str, settings: Settings, now: float) -> Request:
    """Return an event that means nothing to a bot (Chatwoot 4.13, lib/webhooks/trigger.rb)."""
    url, body = f"{base}{PATH}", json.dumps({"event": "webwidget_triggered"}).encode()
    if not settings.chatwoot_webhook_secret:
        return Request(f"{url}?{urlencode({'token': secret})}", {"Content-Type": JSON}, body)
    at = int(now)
    signed = {SIGNATURE: signature(secret, at, body), TIMESTAMP: str(at)}
    return Request(url, {"Content-Type": JSON, **signed}, body)


def account(settings: Settings) -> Request:
    """Return the account's conversations, which only its people may read."""
    base, number = settings.chatwoot_api_url, settings.chatwoot_account_id
    url = f"{base}/api/v1/accounts/{number}/conversations?page=1"
    return Request(url, {"api_access_token": whole(settings.chatwoot_api_token)})


CHANNEL = ChannelRecord(
    name=NAME,
    title="Chatwoot",
    help=Wording(
        es="Bandejas de Chatwoot: CHATWOOT_API_URL, CHATWOOT_API_TOKEN, CHATWOOT_ACCOUNT_ID y un"
        " secreto de webhook en .env.",
        en="Chatwoot inboxes: CHATWOOT_API_URL, CHATWOOT_API_TOKEN, CHATWOOT_ACCOUNT_ID and a"
        " webhook secret in .env.",
    ),
    desk=True,
    text_limit=TEXT_LIMIT,
    window_seconds=None,  # it depends on the inbox, which `send` knows
    late_template=lambda settings: settings.chatwoot_late_template,
    buttons=True,
    typing=True,
    credentials=lambda settings: (settings.chatwoot_api_url, settings.chatwoot_api_token),
    server=lambda settings: settings.chatwoot_api_url,
    refused_status=500,  # it comes again after a 500 (three times, 3 s apart), never after a 503
    marks=marks,
    sender=sender,
    receivers=receivers,
    check_up=CheckUp(
        paste=((Wording(es="URL del webhook o del bot", en="URL of the webhook or bot"), PATH),),
        secret=secret,
        call=call,
        account=account,
        knows_bot=b"bots",
    ),
)
