import json

import pytest
from werkzeug.datastructures import MultiDict

from channels.base import Report
from channels.errors import Unparseable
from channels.twilio import receive
from channels.twilio.codes import CODES
from store.conversations.inbox import Inbound
from tests.bot.conftest import PAYLOADS, payload


def parsed(name: str, **changed: str) -> Inbound | None:
    return receive.message(MultiDict(payload(name, **changed)))


def test_a_text_keeps_every_field() -> None:
    message = parsed("text")
    assert message is not None
    assert message.text == "Olá! Qual o horário?"
    assert message.customer_address == "whatsapp:+5511987654321"
    assert message.our_address == "whatsapp:+14155238886"
    assert message.provider_message_id == "SM0a1b2c3d4e5f60718293a4b5c6d7e8f9"
    assert message.customer_name == "Ana Souza"
    assert message.payload == payload("text")


def test_a_voice_note_is_media_without_words() -> None:
    message = parsed("voice")
    assert message is not None
    assert message.text == ""
    assert message.media[0]["media_type"] == "audio/ogg"
    assert message.media[0]["url"].endswith("/Media/ME00112233445566778899aabbccddeeff")


TEXTS = {
    "unsupported": "[mensaje no compatible: desconocido]",
    "text": "Olá! Qual o horário?",
    "button": "Agendar visita",
    "template_button": "Parar",
    "list_reply": "SUV",
    "list_reply_without_body": "SUV",
    "interactive_data_only": "SUV\n5 lugares",
    "flow_reply": "fecha: 2026-11-23\nsucursal: Lerma",
    "location": "Praça da Sé, Praça da Sé, São Paulo, -23.55052,-46.633308",
    "quoted": "¿Este sigue disponible?",
    "text_forwarded": "Miren esta oferta",
    "text_from_ad": "Quiero información",
    "opt_out_answered_by_twilio": "STOP",
    "hidden_number": "oi",
    "unknown_fields": "hola",
}
FILES = {
    "voice": ("", "audio/ogg"),
    "audio_file": ("", "audio/mpeg"),
    "image_without_words": ("", "image/jpeg"),
    "image_with_caption": ("essa peça", "image/jpeg"),
    "video": ("el ruido del motor", "video/mp4"),
    "document": ("factura.pdf", "application/pdf"),
    "contact_card": ("", "text/vcard"),
    "sticker": ("", "image/webp"),
}
NOTHING = {"reaction", "flow_reply_unreadable", "next_year"}
STATUSES = {
    "sent": ("sent", ""),
    "delivered": ("delivered", ""),
    "read": ("read", ""),
    "undelivered_window": ("undelivered", "window"),
    "failed_unknown_code": ("failed", "99999"),
    "next_year": ("teleported", ""),
}


def test_every_recorded_webhook_has_an_expectation() -> None:
    recorded = {file.stem for file in PAYLOADS.glob("*.json")}
    messages = {f"message__{name}" for name in (*TEXTS, *FILES, *NOTHING)}
    assert recorded == messages | {f"status__{name}" for name in STATUSES}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_what_the_customer_meant_is_the_text(name: str) -> None:
    message = parsed(name)
    assert message is not None
    assert (message.text, message.media) == (TEXTS[name], ())


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_is_its_address_and_its_type(name: str) -> None:
    message = parsed(name)
    assert message is not None
    [file] = message.media
    assert (message.text, file["media_type"]) == FILES[name]
    assert "/Media/ME" in file["url"]


@pytest.mark.parametrize("name", sorted(NOTHING))
def test_what_nobody_has_to_answer_is_nothing(name: str) -> None:
    assert parsed(name) is None


@pytest.mark.parametrize("name", sorted(STATUSES))
def test_a_status_callback_is_a_report(name: str) -> None:
    form = json.loads((PAYLOADS / f"status__{name}.json").read_text(encoding="utf-8"))
    assert receive.is_report(MultiDict(form))
    told = receive.report(MultiDict(form), "42")
    assert (told.status, told.error_code, told.outbox_id) == (*STATUSES[name], 42)


@pytest.mark.parametrize("given", ["[]", "7", '{"type": "x", "x": 7}', "[" * 9_000, '{"type": []}'])
def test_unreadable_json_of_whatsapp_is_no_choice(given: str) -> None:
    assert parsed("text", Body="", InteractiveData=given) is None


def test_half_a_character_out_of_json_can_be_stored() -> None:
    message = parsed("text", Body="", FlowData='{"a": "\\ud800"}')
    assert message is not None
    assert message.text == "a: \ufffd"


def test_an_address_need_not_be_a_number() -> None:
    message = parsed("hidden_number")
    assert message is not None
    assert message.customer_address == "whatsapp:BR.1502576394655843"


def test_the_other_address_of_a_customer_is_kept() -> None:
    known, hidden = parsed("text"), parsed("hidden_number")
    assert known is not None
    assert hidden is not None
    assert (known.alias, hidden.alias) == ("whatsapp:BR.1502576394655843", "")


@pytest.mark.parametrize(
    ("kind", "wish"), [("STOP", "out"), ("START", "in"), ("HELP", ""), ("", "")]
)
def test_an_opt_out_that_twilio_answered_is_noted(kind: str, wish: str) -> None:
    message = parsed("text", OptOutType=kind)
    assert message is not None
    assert message.wish == wish


def test_fields_of_next_year_are_kept() -> None:
    message = parsed("unknown_fields")
    assert message is not None
    assert message.payload["SomethingNew"] == "a value of next year"


def test_a_repeated_field_keeps_both_values() -> None:
    message = receive.message(MultiDict([*payload("text").items(), ("Extra", "a"), ("Extra", "b")]))
    assert message is not None
    assert message.payload["Extra"] == ["a", "b"]


def test_a_reaction_holds_nothing_to_answer() -> None:
    assert parsed("text", Body="") is None
    assert parsed("text", Body="   ") is None


def test_no_character_that_a_database_refuses_is_kept() -> None:
    message = parsed("text", Body="ho\0la", ProfileName="A\0" + "x" * 300)
    assert message is not None
    assert message.text == "hola"
    assert message.payload["Body"] == "hola"
    assert len(message.customer_name) == 200


@pytest.mark.parametrize("field", ["MessageSid", "From", "To"])
@pytest.mark.parametrize("value", ["", "x" * 201])
def test_a_message_without_usable_ids_is_no_message(field: str, value: str) -> None:
    with pytest.raises(Unparseable, match=field):
        parsed("text", **{field: value})


@pytest.mark.parametrize("out_id", ["", "x", "-1", "1" * 19, "٤٢", "1.5"])
def test_a_strange_outbox_id_is_no_id(out_id: str) -> None:
    form = MultiDict({"MessageSid": "SM1", "MessageStatus": "sent"})
    assert receive.report(form, out_id).outbox_id is None


def test_a_report_names_status_error_and_outbox_row() -> None:
    form = MultiDict({"MessageSid": "SM1", "MessageStatus": "Undelivered", "ErrorCode": "63016"})
    report = receive.report(form, "42")
    sentence = CODES[63016].sentence
    assert report == Report("SM1", "undelivered", "window", 42, sentence)
