import dataclasses
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from actions import queues
from actions.services import Services
from bot.app import create_app
from channels.twilio.receive import EMPTY_TWIML
from store.conversations.inbox import Inbound
from store.db.database import Database
from store.tables import delivery_states, inbox, messages, outbox
from tests.bot.conftest import (
    PAYLOADS,
    PUBLIC,
    TOKEN,
    Post,
    RememberingWakeUp,
    count,
    on_one_database,
    payload,
    signature,
)
from tests.channels.test_twilio_inbound import NOTHING


def test_a_genuine_message_is_stored_and_rung_and_answered_with_empty_twiml(
    twilio: Post, services: Services, wake_up: RememberingWakeUp
) -> None:
    answer = twilio(payload("text"))
    assert (answer.status_code, answer.text) == (200, EMPTY_TWIML)
    assert answer.content_type == "text/xml"
    [(job, conversation_id)] = wake_up.notified
    assert job == queues.TURN
    assert services.store.turns.waiting(int(conversation_id)) is not None


def test_every_recorded_request_is_accepted_and_kept_whole(
    twilio: Post, services: Services
) -> None:
    stems = sorted(file.stem for file in PAYLOADS.glob("message__*.json"))
    names = [stem.removeprefix("message__") for stem in stems]
    assert {twilio(payload(name)).status_code for name in names} == {200}
    with services.database.read() as tx:
        kept = tx.scalars(select(inbox.c.payload).order_by(inbox.c.id)).all()
    assert kept == [payload(name) for name in names if name not in NOTHING]


def test_a_redelivery_changes_nothing(
    twilio: Post, services: Services, wake_up: RememberingWakeUp
) -> None:
    twilio(payload("text"))
    notified = list(wake_up.notified)
    assert twilio(payload("text")).status_code == 200
    assert wake_up.notified == notified
    assert count(services, inbox) == count(services, messages) == 1


def test_the_same_message_five_times_at_once_is_one_row(services: Services) -> None:
    app, form = create_app(services), payload("text")
    headers = {"X-Twilio-Signature": signature(f"{PUBLIC}/webhooks/twilio", form)}

    def post(_: int) -> int:
        return app.test_client().post("/webhooks/twilio", data=form, headers=headers).status_code

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(post, range(5))) == [200] * 5
    assert count(services, inbox) == count(services, messages) == 1


@on_one_database
def test_five_hundred_tampered_requests_change_nothing(
    client: FlaskClient, services: Services, wake_up: RememberingWakeUp
) -> None:
    chance, genuine = random.Random(7), payload("text")
    signed = signature(f"{PUBLIC}/webhooks/twilio", genuine)
    for _ in range(500):
        form, given = tampered(chance, genuine, signed)
        headers = {"X-Twilio-Signature": given} if given is not None else {}
        answer = client.post("/webhooks/twilio", data=form, headers=headers)
        assert answer.status_code == 403
    assert count(services, inbox) == 0
    assert wake_up.notified == []


def tampered(
    chance: random.Random, genuine: dict[str, str], signed: str
) -> tuple[dict[str, str], str | None]:
    """Return the genuine request with something about it changed."""
    form, field = dict(genuine), chance.choice(sorted(genuine))
    way = chance.randrange(6)
    if way == 0:
        form[field] += chance.choice(["x", " ", "\n", "0", "é"])
    elif way == 1:
        form[f"Added{chance.randrange(99)}"] = "1"
    elif way == 2:
        form[field] = form[field][::-1] + "!"
    elif way == 3:
        place = chance.randrange(len(signed) - 1)
        letter = "A" if signed[place] != "A" else "B"
        return form, signed[:place] + letter + signed[place + 1 :]
    elif way == 4:
        return form, chance.choice([None, "", "=", signed[:-1], signed.lower(), "é" * 28])
    else:
        return form, signature(f"{PUBLIC}/webhooks/twilio", form, token=f"{chance.random()}")
    return form, signed


def test_the_address_that_was_configured_counts_not_the_one_a_proxy_used(
    client: FlaskClient, services: Services
) -> None:
    form = payload("text")
    headers = {"X-Twilio-Signature": signature("http://localhost/webhooks/twilio", form)}
    assert client.post("/webhooks/twilio", data=form, headers=headers).status_code == 403
    assert count(services, inbox) == 0


def test_without_a_public_address_the_requests_own_counts(services: Services) -> None:
    bare = services.settings.model_copy(update={"public_base_url": ""})
    client = create_app(replace(services, bare)).test_client()
    form = payload("text")
    headers = {"X-Twilio-Signature": signature("http://localhost/webhooks/twilio", form)}
    assert client.post("/webhooks/twilio", data=form, headers=headers).status_code == 200


def test_without_a_token_nothing_is_accepted(services: Services) -> None:
    bare = services.settings.model_copy(update={"twilio_auth_token": None})
    client = create_app(replace(services, bare)).test_client()
    form = payload("text")
    headers = {"X-Twilio-Signature": signature(f"{PUBLIC}/webhooks/twilio", form, token="")}
    assert client.post("/webhooks/twilio", data=form, headers=headers).status_code == 403


def test_an_empty_message_is_acknowledged_and_not_kept(
    twilio: Post, services: Services, wake_up: RememberingWakeUp
) -> None:
    assert twilio(payload("text", Body="")).status_code == 200
    assert count(services, inbox) == 0
    assert wake_up.notified == []


def test_a_signed_request_without_ids_is_a_400(twilio: Post, services: Services) -> None:
    assert twilio({"Body": "hola"}).status_code == 400
    assert count(services, inbox) == 0


@pytest.fixture
def without_messages(services: Services) -> Iterator[None]:
    """A database that fails in the middle of accepting a message."""
    with services.database.write() as tx:
        tx.exec_driver_sql("ALTER TABLE messages RENAME TO gone")
    yield
    with services.database.write() as tx:
        tx.exec_driver_sql("ALTER TABLE gone RENAME TO messages")


@pytest.mark.usefixtures("without_messages")
def test_with_neither_database_nor_spool_the_provider_is_told_to_come_again(
    twilio: Post, services: Services, wake_up: RememberingWakeUp
) -> None:
    (services.settings.data_dir / "spool").write_text("no folder can be made here")
    answer = twilio(payload("text"))
    assert answer.status_code == 503
    assert wake_up.notified == []
    assert count(services, inbox) == 0
    assert "hola" not in answer.text


# --- status callbacks


def report(status: str, sid: str = "SMout", **more: str) -> dict[str, str]:
    return {
        "AccountSid": "AC1",
        "MessageSid": sid,
        "MessageStatus": status,
        "SmsSid": sid,
        "SmsStatus": status,
        **more,
    }


@pytest.fixture
def sent_row(services: Services) -> int:
    """An outbox row that went out as SMout."""
    row = pending_row(services)
    with services.database.write() as tx:
        tx.execute(update(outbox).values(state="sent", provider_message_id="SMout"))
    return row


def pending_row(services: Services) -> int:
    [accepted] = services.store.inbox.accept(
        [Inbound("twilio", "SM1", "whatsapp:+1", "whatsapp:+2", "hola")]
    )
    services.store.conversations.reply(accepted.conversation_id, "Buenas", ["Buenas"], "ana")
    with services.database.read() as tx:
        return int(tx.scalar(select(outbox.c.id)) or 0)


def row(database: Database) -> tuple[str, str, str]:
    with database.read() as tx:
        found = tx.execute(select(outbox.c.state, outbox.c.status, outbox.c.error_code)).one()
    return found.state, found.status, found.error_code


@pytest.mark.usefixtures("sent_row")
@pytest.mark.parametrize("path", ["/webhooks/twilio/status", "/webhooks/twilio"])
def test_a_status_never_steps_back(twilio: Post, services: Services, path: str) -> None:
    for status in ("delivered", "sent", "read", "delivered", "queued"):
        assert twilio(report(status), path).status_code == 200
    assert row(services.database) == ("sent", "read", "")


@pytest.mark.usefixtures("sent_row")
def test_a_failure_is_kept_with_its_code(twilio: Post, services: Services) -> None:
    twilio(report("undelivered", ErrorCode="63016"), "/webhooks/twilio/status")
    twilio(report("sent"), "/webhooks/twilio/status")
    assert row(services.database) == ("sent", "undelivered", "window")


def test_a_callback_with_our_id_proves_that_an_unknown_send_was_taken(
    twilio: Post, services: Services
) -> None:
    out_id = pending_row(services)
    with services.database.write() as tx:
        tx.execute(update(outbox).values(state="unknown"))
    twilio(report("sent"), f"/webhooks/twilio/status?out_id={out_id}")
    assert row(services.database) == ("sent", "sent", "")


def test_the_same_callback_again_changes_nothing(twilio: Post, services: Services) -> None:
    path = f"/webhooks/twilio/status?out_id={pending_row(services)}"
    for _ in range(2):
        assert twilio(report("sent"), path).status_code == 200
    assert count(services, delivery_states) == 1


def test_what_became_of_somebody_elses_message_is_not_kept(
    twilio: Post, services: Services
) -> None:
    for path in ("/webhooks/twilio/status", "/webhooks/twilio/status?out_id=77"):
        assert twilio(report("sent"), path).status_code == 200
    assert count(services, delivery_states) == 0


def test_late_word_of_a_send_that_failed_does_not_count_for_the_one_that_follows(
    twilio: Post, services: Services
) -> None:
    out_id = pending_row(services)
    path = f"/webhooks/twilio/status?out_id={out_id}"
    twilio(report("undelivered", ErrorCode="63018"), path)
    assert services.store.dead_letters.retry(out_id) is not None
    twilio(report("sent"), path)  # callbacks come in any order
    assert row(services.database) == ("pending", "", "")


def test_a_forged_callback_changes_nothing(client: FlaskClient, services: Services) -> None:
    out_id = pending_row(services)
    path = f"/webhooks/twilio/status?out_id={out_id}"
    given = signature(f"{PUBLIC}{path}", report("sent"), token=TOKEN[::-1])
    answer = client.post(path, data=report("sent"), headers={"X-Twilio-Signature": given})
    assert answer.status_code == 403
    assert row(services.database)[0] == "pending"
    assert count(services, delivery_states) == 0


def replace(services: Services, settings: object) -> Services:
    return dataclasses.replace(services, settings=settings)  # type: ignore[arg-type]
