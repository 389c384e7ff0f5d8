"""Meta's two addresses, through the whole app over real stores."""

import dataclasses
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from actions.services import Services
from bot.app import create_app
from store.tables import audit, conversations, delivery_states, inbox, messages, outbox
from tests.bot.conftest import RememberingWakeUp, count, on_one_database
from tests.channels.test_meta_inbound import NUMBER, payload
from tests.standins.meta import SECRET, signed

Hook = Callable[..., TestResponse]
VERIFY = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "palabra"}


@pytest.fixture
def with_meta(services: Services) -> Services:
    known = services.settings.model_copy(
        update={
            "meta_app_secret": SecretStr(SECRET),
            "meta_verify_token": SecretStr("palabra"),
            "meta_phone_number_id": NUMBER,
        }
    )
    return dataclasses.replace(services, settings=known)


@pytest.fixture
def meta_client(with_meta: Services) -> FlaskClient:
    return create_app(with_meta).test_client()


@pytest.fixture
def hook(meta_client: FlaskClient) -> Hook:
    """Post a genuinely signed webhook."""

    def post(body: dict[str, Any]) -> TestResponse:
        raw, headers = signed(body)
        return meta_client.post("/webhooks/meta", data=raw, headers=headers)

    return post


# --- verification


@on_one_database
def test_the_challenge_is_echoed_as_plain_text(meta_client: FlaskClient) -> None:
    answer = meta_client.get("/webhooks/meta", query_string=VERIFY)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.mimetype == "text/plain"


@on_one_database
@pytest.mark.parametrize(
    "changed",
    [
        {"hub.verify_token": "otra"},
        {"hub.verify_token": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": ""},
        {"hub.challenge": "x" * 201},
        {"hub.verify_token": "é"},
    ],
)
def test_anything_else_is_a_403(meta_client: FlaskClient, changed: dict[str, str]) -> None:
    answer = meta_client.get("/webhooks/meta", query_string={**VERIFY, **changed})
    assert (answer.status_code, answer.text) == (403, "")


@on_one_database
def test_without_a_word_of_ours_no_address_is_verified(client: FlaskClient) -> None:
    given = {**VERIFY, "hub.verify_token": ""}
    assert client.get("/webhooks/meta", query_string=given).status_code == 403


# --- events


def test_a_message_is_stored_and_rung(
    hook: Hook, with_meta: Services, wake_up: RememberingWakeUp
) -> None:
    answer = hook(payload("message__text"))
    assert (answer.status_code, answer.text) == (200, "")
    [(_, conversation_id)] = wake_up.notified
    assert with_meta.store.turns.waiting(int(conversation_id)) is not None


def test_a_redelivery_changes_nothing(hook: Hook, with_meta: Services) -> None:
    for _ in range(3):
        assert hook(payload("message__text")).status_code == 200
    assert count(with_meta, inbox) == count(with_meta, messages) == 1


def test_a_batch_is_stored_whole_and_every_conversation_is_rung_once(
    hook: Hook, with_meta: Services, wake_up: RememberingWakeUp
) -> None:
    hook(payload("batch__three_customers"))
    assert (count(with_meta, inbox), count(with_meta, delivery_states)) == (4, 0)  # not our sends
    assert len(wake_up.notified) == 3
    # Order is promised within a conversation, not between customers.
    threads = [with_meta.store.conversations.thread(int(number)) for _, number in wake_up.notified]
    said = sorted([line.text for line in thread] for thread in threads)
    assert said == [["soy Eva"], ["soy Luis"], ["uno", "dos"]]


@on_one_database
def test_the_same_batch_five_times_at_once_is_stored_once(with_meta: Services) -> None:
    app, (raw, headers) = create_app(with_meta), signed(payload("batch__three_customers"))

    def post(_: int) -> int:
        client = app.test_client()
        return client.post("/webhooks/meta", data=raw, headers=headers).status_code

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(post, range(5))) == [200] * 5
    assert count(with_meta, inbox) == 4


@on_one_database
def test_hundreds_of_updates_in_one_request_are_stored(hook: Hook, with_meta: Services) -> None:
    body = payload("message__text")
    value = body["entry"][0]["changes"][0]["value"]
    [first] = value["messages"]
    value["messages"] = [
        {**first, "id": f"wamid.{n}", "from": f"52155{n % 50:08d}"} for n in range(200)
    ]
    value["statuses"] = [{"id": f"wamid.O{n}", "status": "read"} for n in range(200)]
    assert hook(body).status_code == 200
    assert count(with_meta, inbox) == 200


@on_one_database
def test_a_forged_request_changes_nothing(meta_client: FlaskClient, with_meta: Services) -> None:
    raw, _ = signed(payload("message__text"))
    _, headers = signed({"object": "another"})
    for given in (headers, {}):
        assert meta_client.post("/webhooks/meta", data=raw, headers=given).status_code == 403
    assert count(with_meta, inbox) == 0


@on_one_database
def test_another_number_of_the_same_app_is_not_ours(hook: Hook, with_meta: Services) -> None:
    assert hook(payload("message__other_number")).status_code == 200
    assert count(with_meta, inbox) == 0


def test_a_status_proves_a_send_of_which_nobody_knew(hook: Hook, with_meta: Services) -> None:
    hook(payload("message__text"))
    with_meta.store.conversations.reply(1, "Sim", ["Sim"], "ana")
    with with_meta.database.write() as tx:
        row = tx.scalar(select(outbox.c.id))
        tx.execute(update(outbox).values(state="unknown"))
    body = payload("status__delivered")
    [status] = body["entry"][0]["changes"][0]["value"]["statuses"]
    status["biz_opaque_callback_data"] = str(row)
    hook(body)
    with with_meta.database.read() as tx:
        found = tx.execute(select(outbox.c.state, outbox.c.status)).one()
    assert tuple(found) == ("sent", "delivered")


def test_a_failure_that_is_told_later_is_shown_with_its_reason(
    hook: Hook, with_meta: Services
) -> None:
    hook(payload("message__text"))
    with_meta.store.conversations.reply(1, "Sim", ["Sim"], "ana")
    with with_meta.database.write() as tx:
        tx.execute(update(outbox).values(state="sent", provider_message_id="wamid.OUT2"))
    hook(payload("status__failed_window"))
    [_, line] = with_meta.store.conversations.thread(1)
    assert line.delivery == "failed"
    assert "24 hours" in line.error


def test_a_person_in_the_phone_app_takes_over(hook: Hook, with_meta: Services) -> None:
    hook(payload("message__text"))
    hook(payload("echo__text"))
    hook(payload("echo__text"))
    with with_meta.database.read() as tx:
        assert tx.scalar(select(conversations.c.owner)) == "human"
    said = [line.text for line in with_meta.store.conversations.thread(1)]
    assert said == ["Oi, vocês abrem sábado?", "Soy Bia, yo le atiendo"]


def test_a_customer_who_hides_the_number_later_stays_in_the_conversation(
    hook: Hook, with_meta: Services
) -> None:
    hook(payload("message__text"))
    hook(payload("message__user_name_only"))
    assert count(with_meta, conversations) == 1


@on_one_database
def test_what_was_sent_is_kept_whole(hook: Hook, with_meta: Services) -> None:
    hook(payload("message__unknown_fields"))
    with with_meta.database.read() as tx:
        kept = tx.scalar(select(inbox.c.payload))
    assert kept is not None
    assert kept["message"]["novelty"] == {"deep": [[]]}
    assert json.dumps(kept)


def test_a_new_number_goes_on_in_the_same_conversation_and_is_in_the_audit_log(
    hook: Hook, with_meta: Services
) -> None:
    hook(payload("message__text"))
    hook(payload("message__system_number_changed"))
    body = payload("message__text_quoted")
    value = body["entry"][0]["changes"][0]["value"]
    value["contacts"], value["messages"][0]["from"] = [], "5511900000000"
    value["messages"][0].pop("from_user_id", None)
    hook(body)
    with with_meta.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(inbox)) == 2
        [here] = tx.scalars(select(conversations.c.id)).all()
        told = tx.execute(select(audit.c.person, audit.c.action, audit.c.subject)).all()
    assert told == [("meta", "number changed", str(here))]


def test_one_batch_is_taken_in_the_order_in_which_customers_wrote_and_moved(
    hook: Hook, with_meta: Services
) -> None:
    before, moved, after = (
        payload(name)
        for name in ("message__text", "message__system_number_changed", "message__image")
    )
    said = [one["entry"][0]["changes"][0]["value"]["messages"][0] for one in (before, moved, after)]
    for at, message in enumerate(said):
        message["timestamp"] = str(1781614825 + at)
    said[2]["from"] = "5511900000000"
    before["entry"][0]["changes"][0]["value"] |= {"messages": said[::-1], "contacts": []}
    hook(before)
    with with_meta.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(inbox)) == 2
        assert tx.scalar(select(func.count()).select_from(conversations)) == 1
