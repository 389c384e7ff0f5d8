"""Bodies that would cost much to parse are refused before they are."""

import json
import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from actions.services import Services
from agent.bounded_json import DEEPEST, MOST_ELEMENTS, MOST_FIELDS, is_tangled
from bot.app import create_app
from channels.chatwoot.receive import SIGNATURE, TIMESTAMP
from channels.chatwoot.receive import signature as chatwoot_signature
from channels.meta.receive import SIGNATURE as META_SIGNATURE
from channels.meta.receive import sign
from serving.limits import OTHERS
from store.tables import inbox
from tests.bot.conftest import Post, count, on_one_database, payload
from tests.bot.test_hostile_webhooks import CHATWOOT_SECRET
from tests.bot.test_hostile_webhooks import everywhere as everywhere
from tests.standins.meta import SECRET as META_SECRET

MUCH = OTHERS.most_bytes - 100
TANGLES = {
    "lists in lists": b"[" * MUCH,
    "lists in lists, closed": b"[" * 100_000 + b"]" * 100_000,
    "records in records": b'{"a":' * (MUCH // 5),
    "both in turn": b'[{"a":' * (MUCH // 6),
    "many lists": b"[" + b"[]," * (MUCH // 3 - 1) + b"[]]",
    "many records": b"[" + b"{}," * (MUCH // 3 - 1) + b"{}]",
    "many numbers": b"[" + b"1," * (MUCH // 2 - 2) + b"1]",
    "many names": b"{" + b'"":1,' * (MUCH // 5 - 1) + b'"":1}',
    "behind blanks": b" \n\t" * 1_000 + b"[" * 100_000,
    "behind a text with an escape": b'["\\"", ' + b"[" * 100_000,
    "in UTF-16": ("[" * 10_000).encode("utf-16"),
    "in UTF-16, behind half a quotation mark": ('["Ģ",' + "[" * 10_000).encode("utf-16-le"),
    "in UTF-32": ("[" * 10_000).encode("utf-32"),
}
FORM = "application/x-www-form-urlencoded"
ADDRESSES = ("/agents", "/chat", "/agents/any/knowledge")


@on_one_database
@pytest.mark.parametrize("tangle", TANGLES.values(), ids=TANGLES)
def test_a_tangle_is_refused_by_the_api(client: FlaskClient, tangle: bytes) -> None:
    for address in ADDRESSES:
        answer = client.post(address, data=tangle, content_type="application/json")
        assert answer.status_code == 413


@on_one_database
@pytest.mark.parametrize("tangle", TANGLES.values(), ids=TANGLES)
def test_a_signed_tangle_is_no_webhook(everywhere: Services, tangle: bytes) -> None:
    client = create_app(everywhere).test_client()
    for path, headers in signed(tangle):
        assert client.post(path, data=tangle, headers=headers).status_code == 400


@on_one_database
@pytest.mark.parametrize("field", ["InteractiveData", "FlowData"])
def test_a_tangle_in_a_field_is_no_answer(twilio: Post, services: Services, field: str) -> None:
    form = payload("text", **{"Body": "", field: "[" * 100_000})
    assert twilio(form).status_code == 200
    assert count(services, inbox) == 0


def signed(raw: bytes) -> list[tuple[str, dict[str, str]]]:
    """The addresses that take JSON, each with the headers that make *raw* genuine there."""
    at = int(time.time())
    seal = chatwoot_signature(CHATWOOT_SECRET, at, raw)
    return [
        ("/webhooks/meta", {META_SIGNATURE: sign(META_SECRET, raw)}),
        ("/webhooks/chatwoot", {SIGNATURE: seal, TIMESTAMP: str(at)}),
    ]


@pytest.mark.parametrize("text", ["[" * 1_000, '"' * 1_000, "\\" * 1_001, ",{" * 200_000, 'a\\"[['])
def test_what_a_text_is_made_of_does_not_count(text: str) -> None:
    assert not is_tangled(json.dumps({"text": text, text[:9]: [text]}).encode())


def test_what_is_ordinary_is_let_through() -> None:
    for body in (nested(DEEPEST), [0] * (MOST_ELEMENTS // 2), "hola", 1, None, {}, []):
        assert not is_tangled(json.dumps(body).encode())
    assert not is_tangled(b"")
    assert is_tangled(json.dumps(nested(DEEPEST + 1)).encode())
    assert is_tangled(json.dumps([0] * (MOST_ELEMENTS + 1)).encode())


def nested(depth: int) -> list[Any]:
    body: list[Any] = []
    for _ in range(depth - 1):
        body = [body]
    return body


@pytest.mark.parametrize("piece", [b'"', b'\\"', b'"\\', b"[", b'["', b'{"a":"'])
def test_looking_takes_time_by_the_length_alone(piece: bytes) -> None:
    started = time.process_time()
    is_tangled(piece * (MUCH // len(piece)))
    assert time.process_time() - started < 2


@on_one_database
def test_a_form_with_too_many_fields_is_no_webhook(client: FlaskClient) -> None:
    for number, status in ((MOST_FIELDS + 1, 400), (MOST_FIELDS, 403)):  # 403: it is not signed
        form = "&".join(f"f{one}=" for one in range(number))
        answer = client.post("/webhooks/twilio", data=form, content_type=FORM)
        assert answer.status_code == status
