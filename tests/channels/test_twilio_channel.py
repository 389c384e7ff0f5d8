"""Sends through the real channel to the simulator, which goes wrong on demand."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from agent.settings import Settings
from channels.base import Place, Refused, Sent, Unknown
from channels.errors import ChannelUnavailable
from channels.twilio.codes import CODES, Kind
from channels.twilio.send import TwilioChannel
from simulator import Fault, Faults, create_simulator
from simulator import faults as wrong
from simulator.ledger import Ledger, Message
from store.conversations.outbox import OutboxMessage
from tests.standins.server import serve

SID, TOKEN = "AC00000000000000000000000000000001", "secret"
OURS, THEIRS = "whatsapp:+14155238886", "whatsapp:+5215512345678"


def outgoing(**changed: object) -> OutboxMessage:
    plain = OutboxMessage(
        id=42,
        conversation_id=1,
        channel="twilio",
        our_address=OURS,
        customer_address=THEIRS,
        body="Abrimos a las 9.",
        state="pending",
        token="t",
        attempts=1,
        unknowns=0,
        sending_at=time.time(),
        created_at=time.time(),
        last_inbound_at=time.time(),
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


@pytest.fixture
def faults() -> Iterator[Faults]:
    made = Faults()
    yield made
    made.release()


@pytest.fixture
def simulator(faults: Faults) -> Flask:
    return create_simulator(SID, TOKEN, "http://127.0.0.1:9/webhooks/twilio", OURS, faults)


@pytest.fixture
def address(simulator: Flask) -> Iterator[str]:
    with serve(simulator) as url:
        yield url


@pytest.fixture
def channel(address: str) -> TwilioChannel:
    return open_channel(address)


def open_channel(address: str, **changed: object) -> TwilioChannel:
    fields = {"twilio_account_sid": SID, "twilio_auth_token": TOKEN, **changed}
    settings = Settings(_env_file=None, twilio_base_url=address, **fields)  # type: ignore[arg-type]
    return TwilioChannel(settings, timeout=0.3 if changed.get("bot_port") == 1 else 5)


def ledger(simulator: Flask) -> Ledger:
    found: Ledger = simulator.extensions["ledger"]
    return found


def test_a_send_arrives_with_its_address_body_and_callback(
    channel: TwilioChannel, simulator: Flask
) -> None:
    result = channel.send(outgoing(body="Hola, ¿qué tal? 🚗 & más"))
    assert isinstance(result, Sent)
    [message] = ledger(simulator).newest_first()
    assert message.sid == result.provider_message_id
    assert (message.sender, message.receiver) == (OURS, THEIRS)
    assert message.body == "Hola, ¿qué tal? 🚗 & más"
    assert message.callback == "http://127.0.0.1:3000/webhooks/twilio/status?out_id=42"


def test_the_callback_goes_to_the_public_address(address: str, simulator: Flask) -> None:
    channel = open_channel(address, public_base_url="https://bot.example.com")
    channel.send(outgoing(id=7))
    [message] = ledger(simulator).newest_first()
    assert message.callback == "https://bot.example.com/webhooks/twilio/status?out_id=7"


@pytest.mark.parametrize(
    ("fault", "again_in"),
    [
        (wrong.TOO_MANY, 2.0),
        (wrong.UNAVAILABLE, 0.0),
        (Fault(400, 63018), 0.0),
        (Fault(400, 63038), 300.0),
        (Fault(400, 30001), 300.0),
        (Fault(408, 1), 0.0),
    ],
)
def test_what_was_surely_not_taken_is_tried_again(
    channel: TwilioChannel, faults: Faults, simulator: Flask, fault: Fault, again_in: float
) -> None:
    faults.sends.append(fault)
    result = channel.send(outgoing())
    assert isinstance(result, Refused)
    assert result.again_in == again_in
    assert ledger(simulator).newest_first() == []


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_of_the_table_is_handled_as_its_class_says(
    channel: TwilioChannel, faults: Faults, code: int
) -> None:
    faults.sends.append(Fault(400, code))
    result, kind = channel.send(outgoing()), CODES[code].kind
    if kind is Kind.UNKNOWN:
        assert isinstance(result, Unknown)
        return
    assert isinstance(result, Refused)
    assert result.code == {63016: "window", 21610: "opted_out"}.get(code, str(code))
    assert result.error == CODES[code].sentence
    assert (result.again_in is None) is (kind in (Kind.PERMANENT, Kind.SETUP))


def test_an_unknown_code_of_a_4xx_is_permanent(channel: TwilioChannel, faults: Faults) -> None:
    faults.sends.append(Fault(400, 99999))
    result = channel.send(outgoing())
    assert isinstance(result, Refused)
    assert (result.code, result.again_in) == ("99999", None)


@pytest.mark.parametrize(
    "fault",
    [
        wrong.FAILED,
        wrong.FAILED_BUT_TAKEN,
        wrong.RESET,
        wrong.RESET_BUT_TAKEN,
        wrong.RUBBISH_BUT_TAKEN,
        Fault(502, 1),
        Fault(504, 1),
    ],
)
def test_what_cannot_be_told_is_unknown_and_sent_once(
    channel: TwilioChannel, faults: Faults, simulator: Flask, fault: Fault
) -> None:
    faults.sends.append(fault)
    assert isinstance(channel.send(outgoing()), Unknown)
    assert len(ledger(simulator).newest_first()) == int(fault.taken)
    assert not faults.sends


def test_an_answer_that_never_comes_is_unknown(address: str, faults: Faults) -> None:
    impatient = open_channel(address, bot_port=1)
    faults.sends.append(wrong.HANG_BUT_TAKEN)
    assert isinstance(impatient.send(outgoing()), Unknown)
    found = impatient.look_up(outgoing())
    assert found is not None


def test_a_connection_that_never_stood_is_refused(nobody: str) -> None:
    result = open_channel(nobody).send(outgoing())
    assert isinstance(result, Refused)
    assert result.again_in is not None


def test_wrong_credentials_name_the_setting(address: str) -> None:
    result = open_channel(address, twilio_auth_token="other").send(outgoing())
    assert isinstance(result, Refused)
    assert result.code == "20003"
    assert "TWILIO_AUTH_TOKEN" in result.error


def test_another_number_of_ours_names_the_setting(channel: TwilioChannel) -> None:
    result = channel.send(outgoing(our_address="whatsapp:+1999"))
    assert isinstance(result, Refused)
    assert (result.code, result.again_in) == ("63007", None)


def test_1601_characters_are_refused_and_1600_are_not(channel: TwilioChannel) -> None:
    assert isinstance(channel.send(outgoing(body="x" * 1600)), Sent)
    result = channel.send(outgoing(body="x" * 1601))
    assert isinstance(result, Refused)
    assert result.code == "21617"


# --- templates and choices

TEMPLATE = {"template": "HX" + "0" * 32, "variables": ["Su coche está listo."]}


def test_a_template_is_sent_by_its_content_sid(channel: TwilioChannel, simulator: Flask) -> None:
    assert isinstance(channel.send(outgoing(kind="template", extra=TEMPLATE)), Sent)
    [message] = ledger(simulator).newest_first()
    assert message.body == "[HX000000] Su coche está listo."


def test_a_template_that_was_taken_is_found_by_its_variables(channel: TwilioChannel) -> None:
    late = outgoing(kind="template", extra=TEMPLATE)
    channel.send(outgoing())
    assert channel.look_up(late) is None
    channel.send(late)
    assert channel.look_up(late) is not None


def test_choices_without_a_content_sid_are_said_in_words(
    channel: TwilioChannel, simulator: Flask
) -> None:
    extra = {"buttons": [{"id": "a", "title": "SUV"}, {"id": "b", "title": "Sedán"}]}
    asked = outgoing(body="¿Cuál?", kind="buttons", extra=extra)
    channel.send(asked)
    [message] = ledger(simulator).newest_first()
    assert message.body == "¿Cuál?\n\n- SUV\n- Sedán"
    assert channel.look_up(asked) is not None


# --- typing


def test_typing_marks_the_customers_message_as_read(
    channel: TwilioChannel, simulator: Flask
) -> None:
    sid = "SM" + "0" * 32
    ledger(simulator).put(Message(sid, OURS, THEIRS, "hola", True, time.time(), "received"))
    channel.typing(Place(1, OURS, THEIRS, last_message_id=sid))
    channel.courtesy.settle()
    [message] = ledger(simulator).newest_first()
    assert message.status == "read"


def test_typing_never_fails(address: str) -> None:
    for base in (address, "http://127.0.0.1:1"):
        lost = open_channel(base)
        lost.typing(Place(1, OURS, THEIRS, last_message_id="SM" + "f" * 32))
        lost.typing(Place(1, OURS, THEIRS))
        lost.courtesy.settle()


# --- looking up


def test_a_send_that_was_taken_is_found(channel: TwilioChannel, simulator: Flask) -> None:
    sent = channel.send(outgoing())
    found = channel.look_up(outgoing())
    assert isinstance(sent, Sent)
    assert found is not None
    assert found.provider_message_id == sent.provider_message_id


def test_a_send_that_was_not_taken_is_not_found(channel: TwilioChannel) -> None:
    channel.send(outgoing(body="Otra cosa"))
    channel.send(outgoing(customer_address="whatsapp:+5210000000001"))
    assert channel.look_up(outgoing()) is None


def test_an_equal_body_of_another_row_is_not_taken_twice(address: str) -> None:
    recorded: set[str] = set()
    settings = Settings(
        _env_file=None, twilio_base_url=address, twilio_account_sid=SID, twilio_auth_token=TOKEN
    )
    channel = TwilioChannel(settings, taken=recorded.__contains__)
    first = channel.send(outgoing())
    assert isinstance(first, Sent)
    recorded.add(first.provider_message_id)
    assert channel.look_up(outgoing()) is None
    second = channel.send(outgoing())
    assert isinstance(second, Sent)
    assert channel.look_up(outgoing()) == Sent(second.provider_message_id, "delivered")


def test_an_equal_body_of_yesterday_is_not_this_one(
    channel: TwilioChannel, simulator: Flask
) -> None:
    old = Message("SMold", OURS, THEIRS, "Abrimos a las 9.", False, time.time() - 86_400, "read")
    ledger(simulator).put(old)
    assert channel.look_up(outgoing()) is None


def test_a_queued_message_is_found_though_it_has_no_date_sent(
    channel: TwilioChannel, simulator: Flask
) -> None:
    queued = Message("SMq", OURS, THEIRS, "Abrimos a las 9.", False, time.time(), "queued")
    ledger(simulator).put(queued)
    assert channel.look_up(outgoing()) == Sent("SMq", "queued")


def test_what_the_customer_wrote_in_the_same_words_is_not_ours(
    channel: TwilioChannel, simulator: Flask
) -> None:
    theirs = Message("SMin", OURS, THEIRS, "Abrimos a las 9.", True, time.time(), "received")
    ledger(simulator).put(theirs)
    assert channel.look_up(outgoing()) is None


def test_later_pages_are_read(channel: TwilioChannel, simulator: Flask) -> None:
    sent = channel.send(outgoing())
    for number in range(120):
        other = Message(f"SM{number}", OURS, THEIRS, "otra", False, time.time(), "sent")
        ledger(simulator).put(other)
    found = channel.look_up(outgoing())
    assert isinstance(sent, Sent)
    assert found is not None
    assert found.provider_message_id == sent.provider_message_id


def test_a_list_that_cannot_be_read_says_so(channel: TwilioChannel, faults: Faults) -> None:
    faults.list_status = 500
    with pytest.raises(ChannelUnavailable):
        channel.look_up(outgoing())


def test_a_list_that_is_late_shows_nothing_yet(channel: TwilioChannel, faults: Faults) -> None:
    channel.send(outgoing())
    faults.list_lag = 60
    assert channel.look_up(outgoing()) is None
