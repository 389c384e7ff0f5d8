"""What Meta's Cloud API is and can do, and how it is asked whether it is set up."""

import json
from urllib.parse import urlencode

from agent.settings import Settings
from agent.spec import Wording
from channels.base import JSON, WebhookReceiver
from channels.formatting import in_whatsapp
from channels.meta.receive import PATH, SIGNATURE, MetaReceiver, sign
from channels.meta.send import TEXT_LIMIT, MetaChannel
from channels.record import ChannelRecord, CheckUp, Request, Taken
from channels.secrets import first_word, whole
from channels.whatsapp import WINDOW_SECONDS

CHALLENGE = "42"


def receivers(settings: Settings) -> dict[str, WebhookReceiver]:
    """Return the way in."""
    return {PATH: MetaReceiver(settings)}


def sender(settings: Settings, _taken: Taken) -> MetaChannel:
    """Return the way out."""
    return MetaChannel(settings)


def call(base: str, secret: str, _settings: Settings, _now: float) -> Request:
    """Return a batch without an entry (Meta: "Validating payloads")."""
    body = json.dumps({"object": "whatsapp_business_account", "entry": []}).encode()
    headers = {"Content-Type": JSON, SIGNATURE: sign(secret, body)}
    return Request(f"{base}{PATH}", headers, body)


def account(settings: Settings) -> Request:
    """Return the first number's name, which only the access token may read."""
    number = settings.meta_phone_number_id.partition(",")[0].strip()
    url = f"{settings.meta_base_url}/{number}?fields=verified_name"
    return Request(url, {"Authorization": f"Bearer {whole(settings.meta_access_token)}"})


def verification(base: str, settings: Settings) -> str:
    """Return what Meta asks before it sends webhooks; "" while no word is set for it."""
    word = first_word(settings.meta_verify_token)
    query = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": CHALLENGE}
    return f"{base}{PATH}?{urlencode(query)}" if word else ""


CHANNEL = ChannelRecord(
    name="meta",
    title="WhatsApp (Meta)",
    help=Wording(
        es="WhatsApp directo con Meta (Cloud API): META_ACCESS_TOKEN, META_PHONE_NUMBER_ID, "
        "META_APP_SECRET y META_VERIFY_TOKEN en .env.",
        en="WhatsApp by Meta itself (Cloud API): META_ACCESS_TOKEN, META_PHONE_NUMBER_ID, "
        "META_APP_SECRET and META_VERIFY_TOKEN in .env.",
    ),
    phones=True,
    writable_first=True,
    text_limit=TEXT_LIMIT,
    window_seconds=WINDOW_SECONDS,
    late_template=lambda settings: settings.meta_late_template,
    buttons=True,
    typing=True,
    credentials=lambda settings: (settings.meta_access_token, settings.meta_phone_number_id),
    server=lambda settings: settings.meta_base_url,
    marks=in_whatsapp,
    sender=sender,
    receivers=receivers,
    check_up=CheckUp(
        paste=((Wording(es="URL de devolución de llamada", en="Callback URL"), PATH),),
        secret=lambda settings: first_word(settings.meta_app_secret),
        call=call,
        account=account,
        verification=verification,
    ),
)
