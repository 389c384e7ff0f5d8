"""Every event of Chatwoot ends in the right value or in a deliberate nothing."""

import functools
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import Headers, MultiDict

from agent.settings import Settings
from channels.base import Call, Event, Report
from channels.chatwoot.receive import SIGNATURE, TIMESTAMP, ChatwootReceiver, signature
from channels.errors import BadSignature, Unparseable
from store.conversations.inbox import Inbound
from store.conversations.owners import Echo, OwnerChange

PAYLOADS = Path(__file__).parent / "payloads" / "chatwoot"
SECRET = "mZ3kX9sQbT2vLr8nWc5yHd7p"
URL = "https://bot.example.com/webhooks/chatwoot"
NAMES = sorted(file.stem for file in PAYLOADS.glob("*.json"))
BLOB = "https://chat.example.com/rails/active_storage/blobs/redirect/eyJfcmFpbHMi/"


def payload(name: str, **changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return {**found, **changed}


def call(raw: bytes, url: str = URL, **headers: str) -> Call:
    """Return a request as the app would hand it over."""
    query = url.partition("?")[2]
    args = MultiDict([tuple(pair.split("=", 1)) for pair in query.split("&") if pair])
    return Call("POST", url, raw, MultiDict(), args, Headers(headers))


def signed(raw: bytes, at: float | None = None, secret: str = SECRET) -> Call:
    when = int(time.time() if at is None else at)
    return call(raw, **{TIMESTAMP: str(when), SIGNATURE: signature(secret, when, raw)})


@functools.cache
def receiver(**changed: Any) -> ChatwootReceiver:
    fields = {"chatwoot_webhook_secret": SECRET, "chatwoot_account_id": "3", **changed}
    return ChatwootReceiver(Settings(_env_file=None, **fields))


def parsed(name: str, **changed: Any) -> list[Event]:
    raw = json.dumps(payload(name, **changed)).encode()
    return list(receiver().read(signed(raw)))


def inbound(name: str, **changed: Any) -> Inbound:
    [event] = parsed(name, **changed)
    assert isinstance(event, Inbound)
    return event


# --- what each event means

MESSAGES = {
    "text": ("Oi, vocês abrem sábado?", ()),
    "voice": ("", (("audio/ogg", "audio.ogg"),)),
    "video": ("así suena", (("video/mp4", "motor.mp4"),)),
    "document": ("", (("application/pdf", "factura.pdf"),)),
    "sticker": ("", (("image/webp", "sticker.webp"),)),
    "button_tap": ("Agendar visita", ()),
    "attachment_of_next_year": (f"{BLOB}auto.gltf", ()),
    "image_with_caption": ("¿Tienen este?", (("image/jpeg", "foto.jpg"),)),
    "two_files": ("", (("application/pdf", "factura.pdf"), ("video/*", "coche.mp4"))),
    "location": ("Praça da Sé, -23.55,-46.63", ()),
    "contact_card": ("Luis Mora +5215550001111", ()),
    "fallback_link": ("mira\nUn auto https://example.com/auto", ()),
    "unsupported": ("[mensaje no compatible: desconocido]", ()),
    "quoted": ("¿Este sigue disponible?", ()),
    "hidden_number": ("oi", ()),
    "api_inbox": ("Hola", ()),
    "web_widget": ("Hola", ()),
    "bot_assigned": ("Oi, vocês abrem sábado?", ()),
    "unknown_fields": ("hola\nhttps://chat.example.com/x.holo", ()),
}
NOTHINGS = {
    "message_created": [
        "whitespace_only",
        "snoozed",
        "other_account",
        "own_note",
        "other_bot",
        "person_note",
        "automation",
        "greeting",
        "activity",
    ],
    "message_updated": ["incoming_again", "own_unchanged", "person_failed"],
    "conversation_status_changed": ["snoozed"],
    "conversation_updated": ["labels", "resolved_assigned"],
    "conversation_created": ["pending"],
    "conversation_typing_on": ["contact"],
    "webwidget_triggered": ["plain"],
    "contact_created": ["plain"],
    "inbox_updated": ["plain"],
    "something_new": ["plain"],
}
WITH_PEOPLE = ("open", "assigned", "assigned_before_4_8")
REPORTS = {
    "message_created__own_echo": Report("90838", "queued", outbox_id=42),
    "message_created__own_echo_by_user_token": Report("90839", "queued", outbox_id=43),
    "message_updated__own_accepted": Report("90838", "sent", outbox_id=42),
    "message_updated__own_failed": Report(
        "90838", "failed", "window", 42, "131047: Re-engagement message"
    ),
}
ECHOES = {
    "person_reply": ("Oi Ana, sou a Bia.", "Bia"),
    "person_photo": ("📎", "Bia"),
    "phone_echo": ("Já te atendo", ""),
}
OWNERS = {
    "conversation_status_changed__open": "human",
    "conversation_status_changed__open_unassigned": "human",
    "conversation_status_changed__resolved": "bot",
    "conversation_status_changed__pending": "bot",
    "conversation_status_changed__pending_assigned": "human",
    "conversation_opened__plain": "human",
    "conversation_resolved__plain": "bot",
    "conversation_updated__assigned": "human",
}


def test_every_recorded_event_is_expected_somewhere() -> None:
    expected = {f"message_created__{name}" for name in (*MESSAGES, *WITH_PEOPLE, *ECHOES)} | {
        *REPORTS,
        *OWNERS,
    }
    expected |= {f"{event}__{name}" for event, names in NOTHINGS.items() for name in names}
    assert set(NAMES) == expected


@pytest.mark.parametrize("name", MESSAGES)
def test_a_customers_message_keeps_its_words_and_files(name: str) -> None:
    message = inbound(f"message_created__{name}")
    files = tuple((one["media_type"], one["name"]) for one in message.media)
    assert (message.text, files) == MESSAGES[name]


@pytest.mark.parametrize(
    "name", [f"{event}__{name}" for event, names in NOTHINGS.items() for name in names]
)
def test_what_is_no_business_of_the_bots_is_nothing(name: str) -> None:
    assert parsed(name) == []


@pytest.mark.parametrize("name", WITH_PEOPLE)
def test_where_people_have_the_word_a_message_is_kept_and_not_answered(name: str) -> None:
    message, change = parsed(f"message_created__{name}")
    assert isinstance(message, Inbound)
    assert message.only_known
    assert isinstance(change, OwnerChange)
    assert change.owner == "human"


@pytest.mark.parametrize("name", REPORTS)
def test_our_own_message_is_a_report(name: str) -> None:
    assert parsed(name) == [REPORTS[name]]


@pytest.mark.parametrize("name", ECHOES)
def test_a_person_who_writes_to_the_customer_takes_over(name: str) -> None:
    [event] = parsed(f"message_created__{name}")
    assert isinstance(event, Echo)
    assert (event.text, event.person) == ECHOES[name]
    assert (event.our_address, event.customer_address) == ("inbox:7", "118")


@pytest.mark.parametrize("name", OWNERS)
def test_the_status_says_who_a_conversation_belongs_to(name: str) -> None:
    [event] = parsed(name)
    assert isinstance(event, OwnerChange)
    assert (event.owner, event.our_address, event.customer_address) == (
        OWNERS[name],
        "inbox:7",
        "118",
    )


# --- the message itself


def test_a_message_names_its_place_its_customer_and_the_way_back() -> None:
    message = inbound("message_created__text")
    assert (message.channel, message.provider_message_id) == ("chatwoot", "90817")
    assert (message.our_address, message.customer_address) == ("inbox:7", "118")
    assert message.customer_name == "Ana Souza"
    assert message.facts == {
        "kind": "Channel::Whatsapp",
        "inbox_id": "7",
        "can_reply": True,
        "phone": "+5511987654321",
    }


def test_another_message_that_chatwoot_encloses_is_not_read() -> None:
    message = inbound("message_created__text")
    assert message.payload["conversation"]["messages"][0]["content"] == "otra cosa que no es esta"
    assert "otra cosa" not in message.text


def test_the_key_to_the_customers_live_channel_is_not_kept() -> None:
    assert "pT0kEnExAmPlE" in json.dumps(payload("message_created__text"))
    assert "pT0kEnExAmPlE" not in json.dumps(inbound("message_created__text").payload)


def test_no_character_that_a_database_refuses_is_kept() -> None:
    message = inbound("message_created__text", content="ho\0la \ud83d fin")
    assert message.text == "hola \ufffd fin"
    message.text.encode()


@pytest.mark.parametrize("inboxes", ["9", "9, 10"])
def test_an_inbox_that_is_not_served_is_left_alone(inboxes: str) -> None:
    raw = json.dumps(payload("message_created__text")).encode()
    assert list(receiver(chatwoot_inbox_id=inboxes).read(signed(raw))) == []
    assert len(receiver(chatwoot_inbox_id="10,7").read(signed(raw))) == 1


@pytest.mark.parametrize("name", NAMES)
def test_an_event_with_anything_missing_or_strange_never_fails_otherwise(name: str) -> None:
    whole = payload(name)
    for field in whole:
        for strange in (None, [], {}, "x", -1, True, {"id": {}}, [[1]], 10**30):
            raw = json.dumps({**whole, field: strange}).encode()
            try:
                receiver().read(signed(raw))
            except Unparseable:
                assert field in ("id", "conversation", "inbox_id", "inbox")


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000, b'"x"'])
def test_what_is_no_json_object_is_unparseable(raw: bytes) -> None:
    with pytest.raises(Unparseable):
        receiver().read(signed(raw))


# --- signatures


def test_the_published_vector_is_signed_alike() -> None:
    body = b'{"event":"message_created","id":90817,"content":"Oi","message_type":"incoming"}'
    assert signature(SECRET, 1_781_600_000, body) == (
        "sha256=a9eec87773955a9adea11da817600cbcb366bcab5aa556b49936cafaa6c3c594"
    )


@pytest.mark.parametrize("late", [-299, 0, 299])
def test_a_signature_of_the_last_five_minutes_is_genuine(late: int) -> None:
    assert receiver().read(signed(b"{}", time.time() - late)) == []


@pytest.mark.parametrize("late", [-400, 400, 10**6])
def test_an_old_signature_is_refused(late: int) -> None:
    with pytest.raises(BadSignature):
        receiver().read(signed(b"{}", time.time() - late))


def test_each_webhook_may_have_a_secret_of_its_own() -> None:
    several = receiver(chatwoot_webhook_secret=f"first , {SECRET},third")
    assert several.read(signed(b"{}")) == []
    assert several.read(signed(b"{}", secret="third")) == []
    with pytest.raises(BadSignature):
        several.read(signed(b"{}", secret="fourth"))


@pytest.mark.parametrize("at", ["", "x", "-5", "1e9", "٤٢", "9" * 40, "178160000é"])
def test_a_strange_timestamp_is_refused(at: str) -> None:
    genuine = signature(SECRET, 1, b"{}")
    with pytest.raises(BadSignature):
        receiver().read(call(b"{}", **{TIMESTAMP: at, SIGNATURE: genuine}))


def test_the_body_alone_does_not_count_as_signed() -> None:
    now, raw = str(int(time.time())), b"{}"
    body_only = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    with pytest.raises(BadSignature):
        receiver().read(call(raw, **{TIMESTAMP: now, SIGNATURE: body_only}))


@pytest.mark.parametrize("url", [f"{URL}?token=pa55", f"{URL}/pa55"])
def test_an_older_chatwoot_proves_itself_by_its_address(url: str) -> None:
    old = receiver(chatwoot_webhook_secret=None, chatwoot_webhook_token="other,pa55")
    assert old.read(call(b"{}", url)) == []


@pytest.mark.parametrize("url", [URL, f"{URL}?token=", f"{URL}?token=pa5", f"{URL}/PA55"])
def test_an_address_without_the_token_is_refused(url: str) -> None:
    with pytest.raises(BadSignature):
        receiver(chatwoot_webhook_secret=None, chatwoot_webhook_token="pa55").read(call(b"{}", url))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"environment": "production", "chatwoot_api_url": "http://127.0.0.1:1"},
        {"chatwoot_api_url": "https://chat.example.com"},
    ],
)
def test_without_any_secret_everything_is_refused_with_the_settings_name(
    changed: dict[str, str],
) -> None:
    with pytest.raises(BadSignature, match="CHATWOOT_WEBHOOK_SECRET"):
        receiver(chatwoot_webhook_secret=None, **changed).read(call(b"{}"))


def test_a_stand_in_on_this_machine_needs_no_secret_while_developing() -> None:
    own = receiver(chatwoot_webhook_secret=None, chatwoot_api_url="http://127.0.0.1:3031")
    assert own.read(call(b"{}")) == []
