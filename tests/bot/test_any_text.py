"""Any text that a provider or a program sends is stored, and read back, on both databases."""

import copy
import json
from dataclasses import asdict

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from werkzeug.datastructures import MultiDict

from actions.services import Services
from agent.text import storable
from channels.base import Event
from channels.chatwoot import receive as chatwoot
from channels.meta import receive as meta
from channels.twilio import receive as twilio
from store.conversations.inbox import Inbound
from tests.bot.conftest import payload as of_twilio
from tests.channels.test_chatwoot_inbound import payload as of_chatwoot
from tests.channels.test_meta_inbound import payload as of_meta
from tests.texts import ANY_TEXT, is_storable

SEVERAL = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def by_twilio(text: str) -> list[Event]:
    form = of_twilio("text", Body=f"hola {text}", ProfileName=text, Label=text)
    message = twilio.message(MultiDict(form))
    return [] if message is None else [message]


def by_meta(text: str) -> list[Event]:
    body = copy.deepcopy(of_meta("message__text"))
    value = body["entry"][0]["changes"][0]["value"]
    value["messages"][0]["text"]["body"] = f"hola {text}"
    value["contacts"][0]["profile"]["name"] = text
    return meta.events(storable(json.loads(json.dumps(body))), frozenset())


def by_chatwoot(text: str) -> list[Event]:
    body = copy.deepcopy(of_chatwoot("message_created__text"))
    body |= {"content": f"hola {text}", "sender": {**body["sender"], "name": text}}
    read = chatwoot._body(json.dumps(body).encode())
    return chatwoot.of_message(read, read["conversation"])


@pytest.mark.parametrize("sent", [by_twilio, by_meta, by_chatwoot])
@SEVERAL
@given(text=ANY_TEXT)
@example(text="\ud83d\0")
def test_what_a_customer_writes_is_stored(services: Services, sent, text: str) -> None:  # type: ignore[no-untyped-def]
    [message] = [event for event in sent(text) if isinstance(event, Inbound)]
    json.dumps(asdict(message), ensure_ascii=False).encode()
    [accepted] = services.store.inbox.accept([message])
    kept = services.store.conversations.thread(accepted.conversation_id)
    assert kept[0].text.startswith("hola")
    assert all(is_storable(line.text) for line in kept)


@SEVERAL
@given(text=ANY_TEXT)
@example(text="\ud83d\0")
def test_what_a_program_sends_is_stored(client: FlaskClient, text: str) -> None:
    body = {"name": "Sofía", "instructions": f"Sea breve. {text}", "greeting": text}
    made = client.post("/agents", data=json.dumps(body), content_type="application/json")
    assert made.status_code == 201
    read = client.get(f"/agents/{made.json['id']}").json  # type: ignore[index]
    kept = read["draft"]["instructions"]  # type: ignore[index]
    assert kept.strip() == storable(body["instructions"]).strip()
