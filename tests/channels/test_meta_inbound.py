"""Every webhook of Meta's ends in the right stored message, or in a deliberate nothing."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers, MultiDict

from agent.settings import Settings
from channels.base import Call, Event, Report
from channels.errors import BadSignature, Unparseable
from channels.meta.receive import SIGNATURE, MetaReceiver, events, sign
from store.conversations.customers import NumberChange
from store.conversations.inbox import Inbound
from store.conversations.owners import Echo
from tests.standins.meta import SECRET, signed

FOLDER = Path(__file__).parent / "payloads" / "meta"
NUMBER = "106540352242922"
PHONE, PERSON = "5511987654321", "BR.1502576394655843"

TEXTS = {
    "message__text": "Oi, vocês abrem sábado?",
    "message__text_quoted": "¿Este sigue disponible?",
    "message__text_forwarded": "mira esto",
    "message__text_from_ad": "Quiero información",
    "message__text_about_product": "¿Lo tienen en rojo?",
    "message__location": "Praça da Sé, São Paulo, -23.55,-46.63",
    "message__location_bare": "19.43,-99.13",
    "message__contacts": "Luis Pérez, +52 55 1234 5678, luis@example.com\n"
    "Taller Sur, +52 55 8765 4321",
    "message__button_reply": "Agendar",
    "message__list_reply": "SUV\n5 lugares",
    "message__flow_reply": "Sent\nfecha: 2026-11-23\nsucursal: Lerma",
    "message__flow_reply_unreadable": "Sent",
    "message__template_button": "Parar",
    "message__order": "¿Lo entregan?\n1 × JETTA-2021 (289000 MXN)\n2 × TAPETES (450.5 MXN)",
    "message__unsupported": "[mensaje no compatible: poll]",
    "message__unknown": "[mensaje no compatible: desconocido]",
    "message__edit": "Quise decir el domingo",
    "message__unknown_fields": "hola",
    "message__user_name_only": "oi",
    "message__without_contact": "hola",
}
TAKEN_BACK = {"message__revoke"}  # see test_pointing.py
FILES = {
    "message__image": ("essa peça", "image/jpeg", ""),
    "message__image_without_words": ("", "image/jpeg", ""),
    "message__video": ("el ruido del motor", "video/mp4", ""),
    "message__document": ("mi factura", "application/pdf", "factura.pdf"),
    "message__voice_note": ("", "audio/ogg; codecs=opus", ""),
    "message__audio_file": ("", "audio/mpeg", ""),
    "message__sticker": ("", "image/webp", ""),
    "message__edit_of_a_photo": ("la de atrás", "image/jpeg", ""),
    "message__next_year_file": ("gira", "model/gltf", ""),
}
STATUSES = {
    "status__sent": Report("wamid.OUT", "sent", outbox_id=42),
    "status__delivered": Report("wamid.OUT", "delivered", outbox_id=42),
    "status__read": Report("wamid.OUT", "read", outbox_id=42),
    "status__played": Report("wamid.OUT", "played", outbox_id=42),
    "status__for_a_hidden_number": Report("wamid.OUT", "sent", outbox_id=42),
    "status__failed_window": Report(
        "wamid.OUT2",
        "failed",
        "window",
        error="More than 24 hours have passed since the customer wrote. Only an approved template"
        " can be sent now. (Meta: Message failed to send because more than 24 hours have passed"
        " since the customer last replied to this number.)",
    ),
    "status__failed_unknown_code": Report("wamid.OUT3", "failed", "999999", error="Something new"),
}
ECHOES = {
    "echo__text": "Soy Bia, yo le atiendo",
    "echo__image": "así quedó\n[image/jpeg]",
}
MOVES = {
    "message__system_number_changed": ("5511900000000", ""),
    "message__system_user_id_changed": ("", "BR.99"),
}
NOTHING = {
    "message__reaction",
    "message__reaction_removed",
    "message__request_welcome",
    "message__next_year",
    "message__call_permission_reply",
    "message__without_ids",
    "message__other_number",
    "echo__reaction",
    "other__account_update",
    "other__template_status",
    "other__value_errors",
    "other__empty",
}


def payload(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def read(name: str) -> list[Event]:
    return events(payload(name), frozenset({NUMBER}))


def test_every_recorded_webhook_has_an_expectation() -> None:
    recorded = {file.stem for file in FOLDER.glob("*.json")}
    more = {*TAKEN_BACK, *MOVES, "batch__three_customers"}
    assert recorded == {*TEXTS, *FILES, *STATUSES, *ECHOES, *NOTHING, *more}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_what_the_customer_said_is_the_text(name: str) -> None:
    [message] = read(name)
    assert isinstance(message, Inbound)
    assert (message.text, message.media) == (TEXTS[name], ())
    assert (message.channel, message.our_address) == ("meta", NUMBER)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_is_its_media_id_its_type_and_its_name(name: str) -> None:
    [message] = read(name)
    assert isinstance(message, Inbound)
    [file] = message.media
    assert (message.text, file["media_type"], file.get("name", "")) == FILES[name]
    assert file["url"].isdigit()


@pytest.mark.parametrize("name", sorted(STATUSES))
def test_a_status_is_a_report_of_our_outbox_row(name: str) -> None:
    assert read(name) == [STATUSES[name]]


@pytest.mark.parametrize("name", sorted(ECHOES))
def test_what_a_person_wrote_in_the_phone_app_is_an_echo(name: str) -> None:
    [echo] = read(name)
    assert isinstance(echo, Echo)
    assert (echo.text, echo.customer_address, echo.our_address) == (ECHOES[name], PHONE, NUMBER)


@pytest.mark.parametrize("name", sorted(NOTHING))
def test_what_nobody_has_to_answer_is_nothing(name: str) -> None:
    assert read(name) == []


@pytest.mark.parametrize(
    ("name", "after"), [(name, after) for name, after in sorted(MOVES.items())]
)
def test_a_new_number_and_a_new_id_are_told(name: str, after: tuple[str, str]) -> None:
    [change] = read(name)
    assert isinstance(change, NumberChange)
    assert (change.before, change.alias_before) == (PHONE, PERSON)
    assert (change.after, change.alias_after) == after


@pytest.mark.parametrize("kind", ["customer_changed_number", "user_changed_number"])
def test_an_older_spelling_of_a_new_number_is_read_too(kind: str) -> None:
    body = payload("message__system_number_changed")
    [message] = body["entry"][0]["changes"][0]["value"]["messages"]
    message["system"] = {"type": kind, "new_wa_id": "5511900000000"}
    [change] = events(body, frozenset())
    assert isinstance(change, NumberChange)
    assert change.after == "5511900000000"


def test_a_change_of_another_kind_is_nothing() -> None:
    body = payload("message__system_number_changed")
    [message] = body["entry"][0]["changes"][0]["value"]["messages"]
    message["system"]["type"] = "customer_identity_changed"
    assert events(body, frozenset()) == []


def test_a_message_keeps_everything_that_was_said_of_it() -> None:
    [message] = read("message__text_from_ad")
    assert isinstance(message, Inbound)
    [sent] = payload("message__text_from_ad")["entry"][0]["changes"][0]["value"]["messages"]
    assert message.payload["message"] == sent
    assert message.payload["contact"]["profile"] == {"name": "Ana Souza"}
    assert message.customer_name == "Ana Souza"


def test_a_known_number_has_the_persons_id_as_alias() -> None:
    [message] = read("message__text")
    assert isinstance(message, Inbound)
    assert (message.customer_address, message.alias) == (PHONE, PERSON)


def test_a_hidden_number_is_addressed_by_the_persons_id() -> None:
    [message] = read("message__user_name_only")
    assert isinstance(message, Inbound)
    assert (message.customer_address, message.alias) == (PERSON, "")


def test_a_batch_is_read_whole_and_in_the_order_of_writing() -> None:
    found = read("batch__three_customers")
    said = [(one.text, one.customer_name) for one in found if isinstance(one, Inbound)]
    assert said == [
        ("uno", "Ana Souza"),
        ("dos", "Ana Souza"),
        ("soy Luis", "Luis"),
        ("soy Eva", "Eva"),
    ]
    assert [one.status for one in found if isinstance(one, Report)] == ["read", "sent", "delivered"]


def test_every_number_counts_when_none_is_named() -> None:
    assert len(events(payload("message__other_number"), frozenset())) == 1


def test_no_character_that_a_database_refuses_is_kept() -> None:
    body = payload("message__text")
    body["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"] = "ho\0la \ud83d"
    receiver, raw = MetaReceiver(settings()), json.dumps(body).encode()
    [message] = receiver.read(call(raw, sign(SECRET, raw)))
    assert isinstance(message, Inbound)
    assert message.text == "hola \ufffd"
    assert "\0" not in json.dumps(asdict(message), ensure_ascii=False)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside),
    max_leaves=8,
)


@given(st.sampled_from(sorted({*TEXTS, *FILES, *STATUSES, *ECHOES})), st.data())
def test_no_field_of_a_strange_kind_fails(name: str, data: st.DataObject) -> None:
    body = payload(name)
    value = body["entry"][0]["changes"][0]["value"]
    part = data.draw(
        st.sampled_from(
            [
                body,
                value,
                *(
                    one
                    for key in ("messages", "statuses", "message_echoes", "contacts")
                    for one in value.get(key, [])
                    if isinstance(one, dict)
                ),
            ]
        )
    )
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(json_values)
    events(body, frozenset({NUMBER}))


# --- the signature


def settings(secret: str = SECRET) -> Settings:
    return Settings(_env_file=None, meta_app_secret=secret, meta_phone_number_id=NUMBER)


def call(raw: bytes, signature: str | None) -> Call:
    headers = Headers({SIGNATURE: signature} if signature is not None else {})
    return Call(
        "POST", "https://bot.example.com/webhooks/meta", raw, MultiDict(), MultiDict(), headers
    )


def test_the_published_vector_is_signed_as_published() -> None:
    raw = b'{"object":"whatsapp_business_account","entry":[]}'
    assert sign("appsecret123", raw) == (
        "sha256=5f5d4ae685e6c323ebea2d5a7d58ac41acf4344a54bae38373a09987238e8198"
    )
    assert MetaReceiver(settings()).read(call(raw, sign("appsecret123", raw))) == []


def test_escaped_letters_and_slashes_are_signed_as_they_came() -> None:
    raw, headers = signed(payload("message__text"))
    assert b"\\u00ea" in raw
    [message] = MetaReceiver(settings()).read(call(raw, headers[SIGNATURE]))
    assert isinstance(message, Inbound)
    assert message.text == "Oi, vocês abrem sábado?"


@pytest.mark.parametrize("given", [None, "", "sha256=", "sha256=é", "sha1=abc", "x" * 71])
def test_a_body_without_its_signature_is_refused(given: str | None) -> None:
    with pytest.raises(BadSignature):
        MetaReceiver(settings()).read(call(b"{}", given))


def test_a_body_that_changed_on_the_way_is_refused() -> None:
    raw, headers = signed(payload("message__text"))
    with pytest.raises(BadSignature):
        MetaReceiver(settings()).read(call(raw.replace(b"Oi", b"Ai"), headers[SIGNATURE]))


def test_without_a_secret_nothing_is_genuine() -> None:
    with pytest.raises(BadSignature):
        MetaReceiver(settings("")).read(call(b"{}", sign("", b"{}")))


def test_two_secrets_count_while_one_is_being_changed() -> None:
    receiver = MetaReceiver(settings("new, old"))
    assert receiver.read(call(b"{}", sign("old", b"{}"))) == []
    assert receiver.read(call(b"{}", sign("new", b"{}"))) == []


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"no", b'"x"', b"[" * 100_000, b"\xff", b'{"a":' * 600 + b"1" + b"}" * 600]
)
def test_a_signed_body_that_is_no_json_object_is_unparseable(raw: bytes) -> None:
    with pytest.raises(Unparseable):
        MetaReceiver(settings()).read(call(raw, sign(SECRET, raw)))
