"""Sends one alert: an e-mail, or a signed post.

Posts follow Standard Webhooks (https://www.standardwebhooks.com): `webhook-id` stays the same when
a post is repeated, `webhook-timestamp` is in seconds, `webhook-signature` is `v1,` and the base64
of HMAC-SHA256 over `id.timestamp.body`.
"""

import base64
import hashlib
import hmac
import json
import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, parseaddr

import httpx

from agent.settings import Settings
from jobs.context import WorkerContext
from store.people.alerts import Alert
from store.states import AlertWay

log = logging.getLogger(__name__)

SECONDS = 15.0
PREFIX = "whsec_"
PERMANENT = 500  # SMTP replies from here on are final (RFC 5321, 4.2.1)
GONE = 410  # the receiver wants no more (Standard Webhooks, "Operational considerations")


class NotTaken(Exception):
    """The other side did not take it; *for_good* says that it never will."""

    def __init__(self, why: str, for_good: bool = False) -> None:
        self.for_good = for_good
        super().__init__(why)


def send(context: WorkerContext, alert_id: int) -> None:
    """Send the alert, if it is due, and keep what became of it."""
    alerts, settings = context.services.store.alerts, context.services.settings
    alert = alerts.claim(alert_id)
    if alert is None:
        return
    try:
        with context.waiting():
            if alert.way is AlertWay.WEBHOOK:
                _post(settings, alert, context.clock())
            else:
                _mail(settings, alert)
    except NotTaken as error:
        log.warning("alert not taken id=%s way=%s: %s", alert.id, alert.way, error)
        alerts.refused(alert, str(error), error.for_good)
    else:
        alerts.sent(alert)


# --- e-mail


def _mail(settings: Settings, alert: Alert) -> None:
    if not settings.smtp_host:
        raise NotTaken("SMTP_HOST is not set.")
    try:
        with _server(settings) as server:
            server.send_message(letter(settings, alert))
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise NotTaken(f"The server refuses {codes}.", min(codes) >= PERMANENT) from error
    except smtplib.SMTPAuthenticationError as error:
        raise NotTaken("The server refuses SMTP_USER or SMTP_PASSWORD.") from error
    except smtplib.SMTPResponseException as error:
        raise NotTaken(f"The server answered {error.smtp_code}.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotTaken(f"The mail server cannot be used: {type(error).__name__}.") from error


@contextmanager
def _server(settings: Settings) -> Iterator[smtplib.SMTP]:
    place, tls = (settings.smtp_host, settings.smtp_port), ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=SECONDS, context=tls)
    else:
        server = smtplib.SMTP(*place, timeout=SECONDS)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=tls)
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        yield server


def letter(settings: Settings, alert: Alert) -> EmailMessage:
    """Return the alert as an e-mail; a repetition has the same Message-ID (RFC 5322, 3.6.4)."""
    sender = settings.smtp_from or f"studio@{settings.smtp_host}"
    domain = parseaddr(sender)[1].rpartition("@")[2] or settings.smtp_host
    message = EmailMessage()
    message["From"] = sender
    message["To"] = alert.recipient
    message["Subject"] = alert.subject
    message["Date"] = formatdate(alert.created_at)
    message["Message-ID"] = f"<alert-{alert.id}-{int(alert.created_at)}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence note comes back
    message.set_content("\n\n".join(filter(None, (alert.text, address(settings, alert)))))
    return message


def address(settings: Settings, alert: Alert) -> str:
    """Return the whole address of what the alert is about; nothing when it has no page."""
    return settings.studio_address + alert.link if alert.link else ""


# --- webhook


def _post(settings: Settings, alert: Alert, now: float) -> None:
    if settings.alert_webhook_secret is None:
        raise NotTaken("ALERT_WEBHOOK_SECRET is not set.")
    key = settings.alert_webhook_secret.get_secret_value()
    body = json.dumps(
        {
            "type": f"alert.{alert.kind}",
            "timestamp": formatdate(alert.created_at, usegmt=True),
            "data": {
                "subject": alert.subject,
                "text": alert.text,
                "url": address(settings, alert),
            },
        },
        ensure_ascii=False,
    ).encode()
    headers = {"Content-Type": "application/json", **signature(key, f"alert_{alert.id}", now, body)}
    try:
        with httpx.Client(timeout=SECONDS, trust_env=False) as client:
            answer = client.post(settings.alert_webhook_url, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotTaken(f"The webhook cannot be reached: {type(error).__name__}.") from error
    if not answer.is_success:
        raise NotTaken(f"The webhook answered {answer.status_code}.", answer.status_code == GONE)


def signature(key: str, name: str, now: float, body: bytes) -> dict[str, str]:
    """Return the headers that prove *body*; *key* is `whsec_` and base64, or any other text."""
    coded = key.removeprefix(PREFIX)
    secret = base64.b64decode(coded) if key.startswith(PREFIX) else key.encode()
    digest = hmac.digest(secret, f"{name}.{int(now)}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
