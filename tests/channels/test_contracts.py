"""Every request of ours is one that the provider's own description allows."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.test import Client, EnvironBuilder

from actions.checkup import Checkup
from agent.settings import Settings
from channels.base import Place, Sent
from channels.chatwoot.client import ChatwootApi
from channels.chatwoot.send import ChatwootChannel
from channels.registry import known
from channels.twilio.send import TwilioChannel
from simulator import create_simulator
from simulator.ledger import Ledger
from store.conversations.outbox import OutboxMessage
from store.states import PartKind
from tests.standins import contract
from tests.standins.chatwoot import USER_TOKEN, Wishes
from tests.standins.chatwoot_account import PERSON, Account
from tests.standins.server import serve

SID, TOKEN, OURS = "AC" + "1" * 32, "2" * 32, "whatsapp:+14155238886"
TEMPLATE = {"template": "respuesta", "language": "es_MX", "variables": ["Su coche está listo."]}
CARS = [{"id": "suv", "title": "SUV"}, {"id": "sedan", "title": "Sedán"}]


def outgoing(**changed: Any) -> OutboxMessage:
    fields: dict[str, Any] = {
        "id": 42,
        "conversation_id": 1,
        "channel": "twilio",
        "our_address": OURS,
        "customer_address": "whatsapp:+5215512345678",
        "body": "Abrimos a las 9.",
        "state": "pending",
        "token": "t",
        "attempts": 1,
        "unknowns": 0,
        "sending_at": time.time(),
        "created_at": time.time(),
        "last_inbound_at": time.time(),
    }
    return OutboxMessage(**{**fields, **changed})


def names(provider: str) -> set[str]:
    return {one.name for one in contract.described(provider)}


# --- Twilio


@dataclass
class Twilio:
    """The simulator behind Twilio's own description."""

    app: Flask
    settings: Settings
    noted: list[str] = field(default_factory=list)

    @property
    def ledger(self) -> Ledger:
        """What was sent and written."""
        found: Ledger = self.app.extensions["ledger"]
        return found


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    app = create_simulator(SID, TOKEN, "http://127.0.0.1:9/webhooks/twilio", OURS)
    noted = contract.guard(app, "twilio", 400)
    with serve(app) as address:
        settings = Settings(
            _env_file=None,
            twilio_account_sid=SID,
            twilio_auth_token=TOKEN,
            twilio_base_url=address,
            public_base_url="https://bot.example.com",
            bot_port=1,
        )
        yield Twilio(app, settings, noted)


def test_whatever_is_sent_through_twilio_is_described(twilio: Twilio) -> None:
    channel = TwilioChannel(twilio.settings)
    template = {"template": "HX" + "a" * 32, "variables": ["Su coche está listo."]}
    for given in (
        outgoing(),
        outgoing(body="x" * 1600),
        outgoing(kind="buttons", extra={"buttons": CARS}),
        outgoing(kind="template", extra=template),
        outgoing(kind="template", extra={"template": "HX" + "A" * 32}),
        outgoing(customer_address="whatsapp:BR.1502576394655843"),
    ):
        assert isinstance(channel.send(given), Sent)
    assert channel.look_up(outgoing()) is not None


def test_nothing_that_we_ask_of_twilio_is_left_out(twilio: Twilio) -> None:
    channel = TwilioChannel(twilio.settings)
    channel.send(outgoing())
    channel.look_up(outgoing(body="another"))
    channel.typing(Place(1, OURS, "whatsapp:+52", last_message_id="SM" + "0" * 32))
    channel.courtesy.settle()
    Checkup(twilio.settings).examine(known()["twilio"])
    [media] = [one for one in names("twilio") if "Media" in one]  # asked for in test_files
    assert set(twilio.noted) == names("twilio") - {media}


def test_an_id_that_is_not_twilios_is_not_shown_as_read(twilio: Twilio) -> None:
    channel = TwilioChannel(twilio.settings)
    channel.typing(Place(1, OURS, "whatsapp:+52", last_message_id="wamid.1"))
    channel.courtesy.settle()
    assert twilio.noted == []


# --- Chatwoot


@pytest.fixture
def account() -> Account:
    made = Account(lambda raw, headers: 200)
    made.customer_writes(made.open_conversation(), "hola")
    return made


@pytest.fixture
def chatwoot(address: str) -> Settings:
    return Settings(
        _env_file=None,
        chatwoot_api_url=address,
        chatwoot_account_id="3",
        chatwoot_api_token=USER_TOKEN,
        chatwoot_inbox_id="7",
        chatwoot_handoff_team_id="5",
        chatwoot_handoff_assignee_id=str(PERSON["id"]),
        bot_port=1,
    )


def of_chatwoot(**changed: Any) -> OutboxMessage:
    known = {"channel": "chatwoot", "our_address": "inbox:7", "customer_address": "118"}
    return outgoing(facts={"kind": "Channel::Whatsapp"}, **{**known, **changed})


def test_whatever_is_asked_of_chatwoot_is_described(
    chatwoot: Settings, wishes: Wishes, account: Account
) -> None:
    channel, api = ChatwootChannel(chatwoot), ChatwootApi(chatwoot)
    for given in (
        of_chatwoot(),
        of_chatwoot(kind="buttons", extra={"buttons": CARS}),
        of_chatwoot(kind="template", last_inbound_at=0, extra=TEMPLATE),
        of_chatwoot(kind="handoff", last_inbound_at=0),
        of_chatwoot(kind=PartKind.HANDBACK),
    ):
        assert isinstance(channel.send(given), Sent), given
    place = Place(1, "inbox:7", "118")
    channel.typing(place)
    channel.courtesy.settle()
    assert channel.may_speak(place) == ""
    assert channel.look_up(of_chatwoot(id=7)) is None
    api.pending(1, "7")
    for number in range(25):  # so many that there is another page
        account.customer_writes(account.conversations[118], f"mensaje {number}")
    assert len(list(api.messages("118"))) > 25
    Checkup(chatwoot).examine(known()["chatwoot"])
    assert set(wishes.described) == names("chatwoot")


# --- the judge itself


@pytest.mark.parametrize(
    ("provider", "path", "given"),
    [
        ("twilio", f"/2010-04-01/Accounts/{SID}/Messages.json", {"To": "a", "Body": "b"}),
        ("twilio", f"/2010-04-01/Accounts/{SID}/Messages.json", {"To": "a", "From": "b"}),
        (
            "twilio",
            f"/2010-04-01/Accounts/{SID}/Messages.json",
            {"To": "a", "From": "b", "Body": "c", "Novelty": "1"},
        ),
        (
            "twilio",
            f"/2010-04-01/Accounts/{SID}/Messages.json",
            {"To": "a", "From": "b", "Body": "c" * 1601},
        ),
        ("twilio", "/2010-04-01/Accounts/AC1/Messages.json", {"To": "a", "From": "b", "Body": "c"}),
        ("twilio", "/v2/Indicators/Typing.json", {"channel": "rcs", "messageId": "SM" + "0" * 32}),
        ("chatwoot", "/api/v1/accounts/3/conversations/118/toggle_status", {"status": "open"}),
    ],
)
def test_what_is_not_described_is_found(provider: str, path: str, given: dict[str, str]) -> None:
    app = Flask("judge")
    app.add_url_rule(
        path, view_func=lambda: contract.check(provider, request).problem, methods=["POST"]
    )
    built = EnvironBuilder(path, method="POST", data=given)
    assert Client(app).open(built).text
