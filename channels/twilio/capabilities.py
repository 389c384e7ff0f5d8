"""What Twilio's WhatsApp is and can do, and how it is asked whether it is set up."""

from urllib.parse import urlencode

import urllib3
from twilio.request_validator import RequestValidator

from agent.settings import Settings
from agent.spec import Wording
from channels.base import WebhookReceiver
from channels.formatting import in_whatsapp
from channels.record import FORM, ChannelRecord, CheckUp, Request, Taken
from channels.secrets import whole
from channels.twilio.receive import PATH, SIGNATURE, STATUS_PATH, TwilioReceiver
from channels.twilio.send import TEXT_LIMIT, TwilioChannel
from channels.whatsapp import WINDOW_SECONDS


def receivers(settings: Settings) -> dict[str, WebhookReceiver]:
    """Return the way in, which takes messages and status callbacks."""
    receiver = TwilioReceiver(settings)
    return {PATH: receiver, STATUS_PATH: receiver}


def sender(settings: Settings, taken: Taken) -> TwilioChannel:
    """Return the way out."""
    return TwilioChannel(settings, taken=taken)


def call(base: str, secret: str, _settings: Settings, _now: float) -> Request:
    """Return a message in which there is nothing to answer (Twilio: "Webhooks security")."""
    url = f"{base}{PATH}"
    form = {"MessageSid": "SMcheckup", "From": "whatsapp:+0", "To": "whatsapp:+0", "NumMedia": "0"}
    signature = RequestValidator(secret).compute_signature(url, form)
    headers = {"Content-Type": FORM, SIGNATURE: signature}
    return Request(url, headers, urlencode(form).encode())


def account(settings: Settings) -> Request:
    """Return the account's newest message, which only its token may read."""
    sid = settings.twilio_account_sid
    url = f"{settings.twilio_base_url}/2010-04-01/Accounts/{sid}/Messages.json?PageSize=1"
    return Request(url, urllib3.make_headers(basic_auth=f"{sid}:{secret(settings)}"))


def secret(settings: Settings) -> str:
    """Return what signs webhooks and opens the account."""
    return whole(settings.twilio_auth_token)


CHANNEL = ChannelRecord(
    name="twilio",
    title="WhatsApp (Twilio)",
    help=Wording(
        es="WhatsApp por Twilio. Sin cuenta, el Simulador ocupa su lugar.",
        en="WhatsApp by Twilio. Without an account the Simulator takes its place.",
    ),
    phones=True,
    writable_first=True,
    simulated=True,
    text_limit=TEXT_LIMIT,
    window_seconds=WINDOW_SECONDS,
    late_template=lambda settings: settings.twilio_late_template,
    typing=True,
    address_form="whatsapp:+{number}",
    our_address=lambda settings: settings.twilio_address,
    credentials=lambda settings: (settings.twilio_account_sid, settings.twilio_auth_token),
    server=lambda settings: settings.twilio_base_url,
    marks=in_whatsapp,
    sender=sender,
    receivers=receivers,
    check_up=CheckUp(
        paste=(
            (
                Wording(es="Cuando llega un mensaje (POST)", en="When a message comes in (POST)"),
                PATH,
            ),
            (Wording(es="Estado de los envíos", en="Status callback"), STATUS_PATH),
        ),
        secret=secret,
        call=call,
        account=account,
    ),
)
