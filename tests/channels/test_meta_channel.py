"""Sends through the real channel to a stand-in for Meta that checks what Meta checks."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from agent.settings import Settings
from channels.base import Kind, Place, Refused, Sent, Unknown
from channels.meta.codes import CODES
from channels.meta.send import MetaChannel
from simulator import Fault
from simulator import faults as wrong
from store.conversations.outbox import OutboxMessage
from tests.standins.meta import NUMBER, TOKEN, MetaStandin
from tests.standins.server import serve

CARS = [{"id": "suv", "title": "SUV"}, {"id": "sedan", "title": "Sedán"}]


def outgoing(**changed: Any) -> OutboxMessage:
    plain = OutboxMessage(
        id=42,
        conversation_id=1,
        channel="meta",
        our_address=NUMBER,
        customer_address="5511987654321",
        body="Abrimos a las 9.",
        state="pending",
        token="t",
        attempts=1,
        unknowns=0,
        sending_at=time.time(),
        created_at=time.time(),
        last_inbound_at=time.time(),
    )
    return replace(plain, **changed)


@pytest.fixture
def meta() -> Iterator[MetaStandin]:
    made = MetaStandin()
    yield made
    made.faults.release()


@pytest.fixture
def address(meta: MetaStandin) -> Iterator[str]:
    with serve(meta.app) as url:
        yield url


@pytest.fixture
def channel(address: str) -> MetaChannel:
    return open_channel(address)


def open_channel(address: str, token: str = TOKEN, timeout: float = 5) -> MetaChannel:
    settings = Settings(_env_file=None, meta_base_url=address, meta_access_token=token)
    return MetaChannel(settings, timeout)


def test_a_send_is_plain_text_without_preview_and_names_the_outbox_row(
    channel: MetaChannel, meta: MetaStandin
) -> None:
    result = channel.send(outgoing(body="Sim! https://a.mx 🚗"))
    [taken] = meta.taken
    assert result == Sent(taken.id, "accepted")
    assert taken.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "5511987654321",
        "type": "text",
        "text": {"body": "Sim! https://a.mx 🚗", "preview_url": False},
        "biz_opaque_callback_data": "42",
    }


def test_somebody_who_hides_the_number_is_written_to_by_id(
    channel: MetaChannel, meta: MetaStandin
) -> None:
    assert isinstance(channel.send(outgoing(customer_address="BR.1502576394655843")), Sent)
    assert meta.taken[0].body["recipient"] == "BR.1502576394655843"
    assert "to" not in meta.taken[0].body


def test_4097_characters_are_refused_and_4096_are_not(channel: MetaChannel) -> None:
    assert isinstance(channel.send(outgoing(body="x" * 4096)), Sent)
    result = channel.send(outgoing(body="x" * 4097))
    assert isinstance(result, Refused)
    assert (result.code, result.again_in) == ("100", None)


# --- errors


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_of_the_table_is_handled_as_its_class_says(
    channel: MetaChannel, meta: MetaStandin, code: int
) -> None:
    meta.faults.sends.append(Fault(400, code) if code else Fault(401, 190))
    result, meaning = channel.send(outgoing()), CODES[code]
    if meaning.kind is Kind.UNKNOWN:
        assert isinstance(result, Unknown)
        return
    assert isinstance(result, Refused)
    assert result.error == f"{meaning.sentence} (Meta: On demand)"
    assert (result.again_in is None) is (meaning.kind is not Kind.RETRY)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (131056, Kind.RETRY),
        (130429, Kind.RETRY),
        (131016, Kind.RETRY),
        (80007, Kind.RETRY),
        (131026, Kind.PERMANENT),
        (131049, Kind.PERMANENT),
        (132001, Kind.PERMANENT),
        (190, Kind.SETUP),
        (0, Kind.SETUP),
        (10, Kind.SETUP),
        (200, Kind.SETUP),
        (299, Kind.SETUP),
        (131042, Kind.SETUP),
        (133010, Kind.SETUP),
        (1, Kind.UNKNOWN),
    ],
)
def test_codes_are_in_the_class_that_meta_describes(code: int, kind: Kind) -> None:
    assert CODES[code].kind is kind


def test_the_window_is_called_by_its_own_name(channel: MetaChannel, meta: MetaStandin) -> None:
    meta.faults.sends.append(Fault(400, 131047))
    result = channel.send(outgoing())
    assert isinstance(result, Refused)
    assert (result.code, result.again_in) == ("window", None)


def test_the_pair_rate_waits_four_times_longer_each_time(
    channel: MetaChannel, meta: MetaStandin
) -> None:
    waits = []
    for attempts in (1, 2, 3, 9):
        meta.faults.sends.append(Fault(400, 131056))
        result = channel.send(outgoing(attempts=attempts))
        assert isinstance(result, Refused)
        waits.append(result.again_in)
    assert waits == [1.0, 4.0, 16.0, 3600.0]


def test_a_wait_that_is_asked_for_is_kept(channel: MetaChannel, meta: MetaStandin) -> None:
    meta.faults.sends.append(Fault(429, 130429, retry_after=7))
    result = channel.send(outgoing())
    assert isinstance(result, Refused)
    assert result.again_in == 7.0


def test_a_wrong_token_names_the_setting_and_alerts(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    result = open_channel(address, token="other").send(outgoing())
    assert isinstance(result, Refused)
    assert (result.code, result.again_in) == ("190", None)
    assert "META_ACCESS_TOKEN" in result.error
    assert [one.levelno for one in caplog.records if "set-up" in one.message] == [logging.ERROR]


@pytest.mark.parametrize(("status", "again_in"), [(503, 0.0), (429, 0.0), (404, None)])
def test_a_status_without_a_code_counts_by_itself(
    channel: MetaChannel, meta: MetaStandin, status: int, again_in: float | None
) -> None:
    meta.faults.sends.append(Fault(status))
    result = channel.send(outgoing())
    assert isinstance(result, Refused)
    assert (result.code, result.again_in) == (str(status), again_in)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500),
        Fault(502),
        Fault(500, 999_999, taken=True),
        wrong.RESET,
        wrong.RESET_BUT_TAKEN,
        wrong.RUBBISH_BUT_TAKEN,
    ],
)
def test_what_cannot_be_told_is_unknown_and_sent_once(
    channel: MetaChannel, meta: MetaStandin, fault: Fault
) -> None:
    meta.faults.sends.append(fault)
    assert isinstance(channel.send(outgoing()), Unknown)
    assert len(meta.taken) == int(fault.taken)
    assert not meta.faults.sends


def test_an_answer_that_never_comes_is_unknown(address: str, meta: MetaStandin) -> None:
    meta.faults.sends.append(wrong.HANG_BUT_TAKEN)
    assert isinstance(open_channel(address, timeout=0.3).send(outgoing()), Unknown)


def test_a_connection_that_never_stood_is_refused(nobody: str) -> None:
    result = open_channel(nobody).send(outgoing())
    assert isinstance(result, Refused)
    assert result.again_in is not None


def test_nothing_can_be_looked_up(channel: MetaChannel) -> None:
    channel.send(outgoing())
    assert channel.look_up(outgoing()) is None


# --- templates and choices


def test_a_template_carries_the_words_in_its_variable(
    channel: MetaChannel, meta: MetaStandin
) -> None:
    extra = {"template": "respuesta", "language": "es_MX", "variables": ["Su coche está listo."]}
    assert isinstance(channel.send(outgoing(kind="template", extra=extra)), Sent)
    assert meta.taken[0].words == "Su coche está listo."


def test_a_template_that_is_not_approved_is_dead(channel: MetaChannel) -> None:
    extra = {"template": "respuesta", "language": "de", "variables": ["x"]}
    result = channel.send(outgoing(kind="template", extra=extra))
    assert isinstance(result, Refused)
    assert (result.code, result.again_in) == ("132001", None)


def test_up_to_three_short_choices_are_buttons(channel: MetaChannel, meta: MetaStandin) -> None:
    channel.send(outgoing(kind="buttons", body="¿Cuál?", extra={"buttons": CARS}))
    interactive = meta.taken[0].body["interactive"]
    assert interactive["type"] == "button"
    assert [one["reply"]["title"] for one in interactive["action"]["buttons"]] == ["SUV", "Sedán"]


def test_more_choices_or_described_ones_are_a_list(channel: MetaChannel, meta: MetaStandin) -> None:
    many = [{"id": f"c{n}", "title": f"Coche {n}"} for n in range(10)]
    told = [{"id": "suv", "title": "SUV", "description": "5 lugares"}]
    for offered in (many, told):
        channel.send(outgoing(kind="buttons", body="¿Cuál?", extra={"buttons": offered}))
    assert [one.body["interactive"]["type"] for one in meta.taken] == ["list", "list"]
    [row] = meta.taken[1].body["interactive"]["action"]["sections"][0]["rows"]
    assert row == {"id": "suv", "title": "SUV", "description": "5 lugares"}


@pytest.mark.parametrize(
    ("body", "offered"),
    [
        ("¿Cuál?", [{"id": f"c{n}", "title": f"Coche {n}"} for n in range(11)]),
        ("¿Cuál?", [{"id": "a", "title": "Un título que no cabe en ningún botón"}]),
        ("¿Cuál?", [{"id": "a", "title": "Uno"}, {"id": "a", "title": "Dos"}]),
        ("¿Cuál?", [{"id": "", "title": "Uno"}]),
    ],
)
def test_choices_that_do_not_fit_are_said_in_words(
    channel: MetaChannel, meta: MetaStandin, body: str, offered: list[dict[str, str]]
) -> None:
    assert isinstance(
        channel.send(outgoing(kind="buttons", body=body, extra={"buttons": offered})), Sent
    )
    assert meta.taken[0].words == "\n".join(
        ["¿Cuál?", "", *(f"- {one['title']}" for one in offered)]
    )


def test_a_long_text_with_choices_is_a_list(channel: MetaChannel, meta: MetaStandin) -> None:
    channel.send(outgoing(kind="buttons", body="x" * 1025, extra={"buttons": CARS}))
    assert meta.taken[0].body["interactive"]["type"] == "list"


# --- typing


def test_typing_marks_the_message_as_read(channel: MetaChannel, meta: MetaStandin) -> None:
    channel.typing(Place(1, NUMBER, "5511987654321", last_message_id="wamid.IN"))
    channel.courtesy.settle()
    assert meta.seen == ["wamid.IN"]


def test_typing_never_fails(address: str, meta: MetaStandin) -> None:
    for base, token in ((address, "other"), ("http://127.0.0.1:1", TOKEN)):
        lost = open_channel(base, token)
        lost.typing(Place(1, NUMBER, "1", last_message_id="wamid.IN"))
        lost.typing(Place(1, NUMBER, "1"))
        lost.courtesy.settle()
    assert meta.seen == []
