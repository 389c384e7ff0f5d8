"""The guide's example is a whole channel: taken out of the page, it receives, sends and finds."""

import hashlib
import hmac
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from sqlalchemy import select
from werkzeug.datastructures import Headers, MultiDict

from actions.intake import accept
from actions.services import Services
from channels.base import Call, Channel, Refused, Report, Sent, Unknown, WebhookReceiver
from channels.errors import BadSignature, ChannelUnavailable, Unparseable
from store.conversations.outbox import OutboxMessage
from store.tables import messages
from tests.standins.server import serve

GUIDE = (Path(__file__).parents[2] / "docs" / "adding-a-channel.md").read_text(encoding="utf-8")
SECRET = "coo"


def block(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return str(found)


@pytest.fixture
def pigeon(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The guide's file, imported."""
    module = ModuleType("pigeon")
    monkeypatch.setitem(sys.modules, "pigeon", module)
    exec(compile(block("python"), "adding-a-channel.md", "exec"), module.__dict__)
    return module


class Loft:
    """A stand-in for Pigeon."""

    def __init__(self) -> None:
        self.status, self.taken = 201, list[dict[str, Any]]()
        self.app = Flask("pigeon")
        self.app.add_url_rule("/messages", view_func=self.post, methods=["POST"])
        self.app.add_url_rule("/messages", view_func=self.find, methods=["GET"], endpoint="find")

    def post(self) -> Response:
        if self.status in (201, 500):
            self.taken.append({**request.get_json(), "id": f"out-{len(self.taken)}"})
        answer = jsonify(self.taken[-1] if self.taken else {})
        answer.status_code = self.status
        return answer

    def find(self) -> Response:
        return jsonify([one for one in self.taken if str(one["tag"]) == request.args["tag"]])


@pytest.fixture
def loft() -> Loft:
    return Loft()


@pytest.fixture
def channel(pigeon: ModuleType, loft: Loft) -> Iterator[Channel]:
    with serve(loft.app) as url:
        yield pigeon.PigeonChannel(url, "token")


@pytest.fixture
def receiver(pigeon: ModuleType) -> WebhookReceiver:
    made: WebhookReceiver = pigeon.PigeonReceiver(SECRET)
    return made


def call(raw: bytes, secret: str = SECRET) -> Call:
    signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = Headers({"X-Pigeon-Signature": signature})
    return Call("POST", "https://bot.example.com/x", raw, MultiDict(), MultiDict(), headers)


def outgoing() -> OutboxMessage:
    return OutboxMessage(
        id=42, conversation_id=1, channel="pigeon", our_address="loft-7",
        customer_address="dove-3", body="Sí, hasta las 6.", state="pending", token="t",
        attempts=1, unknowns=0, sending_at=time.time(), created_at=time.time(),
        last_inbound_at=time.time(),
    )  # fmt: skip


def test_its_recorded_webhook_is_stored_and_waits_for_an_answer(
    receiver: WebhookReceiver, services: Services
) -> None:
    accept(services, receiver.name, list(receiver.read(call(block("json").encode()))))
    assert services.store.turns.waiting(1) is not None
    with services.database.read() as tx:
        assert tx.scalar(select(messages.c.text)) == "¿Abren hoy?"


@pytest.mark.parametrize(
    ("body", "events"),
    [({"event": "message", "id": "1", "loft": "l", "from": "d", "text": " "}, []),
     ({"event": "moult"}, []),
     ({"event": "status", "id": "out-1", "status": "delivered", "tag": 42},
      [Report("out-1", "delivered", outbox_id=42)])],
)  # fmt: skip
def test_its_other_webhooks_are_what_they_are(
    receiver: WebhookReceiver, body: dict[str, Any], events: list[Report]
) -> None:
    assert list(receiver.read(call(json.dumps(body).encode()))) == events


def test_it_refuses_what_is_forged_and_what_cannot_be_read(
    receiver: WebhookReceiver, pigeon: ModuleType
) -> None:
    with pytest.raises(BadSignature):
        receiver.read(call(b"{}", secret="hawk"))
    with pytest.raises(BadSignature):
        pigeon.PigeonReceiver("").read(call(b"{}", secret=""))
    for raw in (b"", b"[]", b"{}"):
        with pytest.raises(Unparseable):
            receiver.read(call(raw))


def test_it_sends_once_and_says_what_became_of_it(channel: Channel, loft: Loft) -> None:
    kinds = []
    for status in (201, 429, 403, 500):
        loft.status = status
        kinds.append(type(channel.send(outgoing())))
    assert kinds == [Sent, Refused, Refused, Unknown]
    assert loft.taken[0]["text"] == "Sí, hasta las 6."


def test_it_finds_what_was_taken_though_nobody_could_tell(channel: Channel, loft: Loft) -> None:
    assert channel.look_up(outgoing()) is None
    loft.status = 500
    assert isinstance(channel.send(outgoing()), Unknown)
    assert channel.look_up(outgoing()) == Sent("out-0")


def test_it_says_when_it_cannot_look(pigeon: ModuleType) -> None:
    with pytest.raises(ChannelUnavailable):
        pigeon.PigeonChannel("http://127.0.0.1:1", "token").look_up(outgoing())
