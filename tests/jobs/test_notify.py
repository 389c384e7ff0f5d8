"""Alerts on their way: a real SMTP conversation, a signed post, and what a refusal does."""

import base64
import dataclasses
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask, request

from jobs import notify
from jobs.context import WorkerContext
from store.people.alerts import PAUSES, Alerts, NewAlert
from store.states import AlertWay
from tests.fakes import Clock
from tests.parts import changed
from tests.standins.server import serve
from tests.waiting import free_port

ANA = "ana@example.com"
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Mailbox:
    """An SMTP server's handler that keeps what it took, and may refuse."""

    taken: list[Message] = field(default_factory=list)
    says: str = "250 OK"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.says.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.says

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.taken.append(BytesParser().parsebytes(envelope.content or b""))
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mail(context: WorkerContext, mailbox: Mailbox, clock: Clock) -> Iterator[WorkerContext]:
    """A worker beside a mail server."""
    port = free_port()
    server = Controller(mailbox, "127.0.0.1", port)
    server.start()
    yield set_to(
        context,
        clock,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        smtp_from="Estudio <studio@example.com>",
        studio_url="https://studio.example.com",
    )
    server.stop()


def set_to(context: WorkerContext, clock: Clock, **settings: object) -> WorkerContext:
    services = context.services
    kept = changed(services, alerts=Alerts(services.database, clock))
    return dataclasses.replace(
        context,
        services=dataclasses.replace(
            kept, settings=kept.settings.model_validate(kept.settings.model_dump() | settings)
        ),
    )


def raised(context: WorkerContext, way: AlertWay = AlertWay.EMAIL, **more: str) -> int:
    words = {"subject": "Menos citas", "text": "Baja a 81 %. ¿Qué pasó?", "link": "/studio/es"}
    new = NewAlert("week 49", "lab", ANA, way, **(words | more))  # type: ignore[arg-type]
    return context.services.store.alerts.add([new])[0]


def due(context: WorkerContext) -> list[int]:
    return list(context.services.store.alerts.due())


# --- e-mail


def test_an_alert_reaches_the_mailbox_once(mail: WorkerContext, mailbox: Mailbox) -> None:
    number = raised(mail)
    notify.send(mail, number)
    notify.send(mail, number)
    [letter] = mailbox.taken
    assert (letter["To"], letter["From"]) == (ANA, "Estudio <studio@example.com>")
    assert letter["Auto-Submitted"] == "auto-generated"
    body = str(letter.get_payload(decode=True).decode())  # type: ignore[union-attr]
    assert body.split() == [
        "Baja",
        "a",
        "81",
        "%.",
        "¿Qué",
        "pasó?",
        "https://studio.example.com/studio/es",
    ]


@pytest.mark.parametrize("says", ["452 Too many recipients", "421 Try again later"])
def test_a_mail_server_that_cannot_now_is_asked_again(
    mail: WorkerContext, mailbox: Mailbox, clock: Clock, says: str
) -> None:
    number = raised(mail)
    mailbox.says = says
    notify.send(mail, number)
    assert due(mail) == []
    mailbox.says = "250 OK"
    clock.pass_seconds(PAUSES[0])
    notify.send(mail, number)
    assert len(mailbox.taken) == 1


def test_an_address_that_is_none_is_given_up(
    mail: WorkerContext, mailbox: Mailbox, clock: Clock
) -> None:
    mailbox.says = "550 No such user here"
    notify.send(mail, raised(mail))
    clock.pass_seconds(9e9)
    assert due(mail) == []


def test_a_repetition_has_the_same_message_id(mail: WorkerContext) -> None:
    number = raised(mail)
    alert = mail.services.store.alerts.claim(number)
    assert alert is not None
    first, second = (notify.letter(mail.services.settings, alert) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@example.com>")


def test_a_subject_cannot_write_headers(mail: WorkerContext, mailbox: Mailbox) -> None:
    notify.send(mail, raised(mail, subject="Hola\r\nBcc: everybody@example.com"))
    [letter] = mailbox.taken
    assert letter["Bcc"] is None


def test_nobody_at_the_address_is_a_wait(mail: WorkerContext, clock: Clock) -> None:
    away = set_to(mail, clock, smtp_port=1)
    number = raised(away)
    notify.send(away, number)
    clock.pass_seconds(PAUSES[0])
    assert due(away) == [number]


def test_a_server_without_tls_gets_no_password(
    mail: WorkerContext, mailbox: Mailbox, clock: Clock
) -> None:
    strict = set_to(
        mail, clock, smtp_security="starttls", smtp_user="ana", smtp_password="secreto largo"
    )
    notify.send(strict, raised(strict))
    assert mailbox.taken == []


# --- webhook


@dataclass
class Receiver:
    """A program of the shop's that checks the signature as Standard Webhooks says."""

    status: int = 204
    taken: list[dict[str, object]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def app(self) -> Flask:
        app = Flask("receiver")

        @app.post("/alerts")
        def take() -> tuple[str, int]:
            name, at = request.headers["webhook-id"], request.headers["webhook-timestamp"]
            signed = f"{name}.{at}.".encode() + request.get_data()
            secret = base64.b64decode(SECRET.removeprefix("whsec_"))
            right = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
            if not hmac.compare_digest(f"v1,{right}", request.headers["webhook-signature"]):
                return "", 401
            self.ids.append(name)
            if self.status < 300:
                self.taken.append(json.loads(request.get_data()))
            return "", self.status

        return app


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def hooked(context: WorkerContext, receiver: Receiver, clock: Clock) -> Iterator[WorkerContext]:
    with serve(receiver.app()) as address:
        yield set_to(
            context,
            clock,
            alert_webhook_url=f"{address}/alerts",
            alert_webhook_secret=SECRET,
        )


def test_a_post_is_signed_and_taken_once(hooked: WorkerContext, receiver: Receiver) -> None:
    number = raised(hooked, AlertWay.WEBHOOK)
    notify.send(hooked, number)
    notify.send(hooked, number)
    [said] = receiver.taken
    assert said["type"] == "alert.lab"
    assert said["data"]["subject"] == "Menos citas"  # type: ignore[index]


def test_a_repeated_post_has_the_same_id(
    hooked: WorkerContext, receiver: Receiver, clock: Clock
) -> None:
    number = raised(hooked, AlertWay.WEBHOOK)
    receiver.status = 503
    notify.send(hooked, number)
    receiver.status = 204
    clock.pass_seconds(PAUSES[0])
    notify.send(hooked, number)
    assert receiver.ids == [f"alert_{number}"] * 2
    assert len(receiver.taken) == 1


def test_a_receiver_that_is_gone_for_good_is_asked_no_more(
    hooked: WorkerContext, receiver: Receiver, clock: Clock
) -> None:
    receiver.status = 410
    notify.send(hooked, raised(hooked, AlertWay.WEBHOOK))
    clock.pass_seconds(9e9)
    assert due(hooked) == []


def test_without_a_secret_nothing_is_posted(
    hooked: WorkerContext, receiver: Receiver, clock: Clock
) -> None:
    unsigned = set_to(hooked, clock, alert_webhook_secret=None)
    notify.send(unsigned, raised(unsigned, AlertWay.WEBHOOK))
    assert receiver.ids == []
