import dataclasses
import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from actions.queues import RedisWakeUp
from actions.services import Services
from bot.app import create_app
from store.conversations.inbox import Inbound
from tests.bot.conftest import Post, on_one_database, opened, payload
from tests.standins.server import serve


def with_redis(services: Services, url: str) -> Services:
    redis = Redis.from_url(url)
    return dataclasses.replace(services, redis=redis, wake_up=RedisWakeUp(redis))


@on_one_database
def test_up_means_up(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


@pytest.fixture
def whole(services: Services, valkey_url: str) -> Iterator[Services]:
    """A house whose every part answers."""
    with serve(heartbeat()) as chroma:
        found = with_redis(with_settings(services, chroma_url=chroma), valkey_url)
        yield found
        found.redis.close()


def heartbeat() -> Flask:
    """As much of Chroma as says that it is up."""
    app = Flask("chroma")
    app.get("/api/v2/heartbeat")(lambda: {"nanosecond heartbeat": 1})
    return app


def with_settings(services: Services, **changes: object) -> Services:
    settings = services.settings.model_copy(update=changes)
    return dataclasses.replace(services, settings=settings)


def without_database(services: Services) -> Services:
    gone = type(services.database)("postgresql+psycopg://x@127.0.0.1:1/x")
    return dataclasses.replace(services, database=gone)


def readiness(services: Services) -> tuple[int, dict[str, Any]]:
    answer = create_app(services).test_client().get("/readyz")
    return answer.status_code, answer.json


def test_ready_means_that_every_store_answers(whole: Services) -> None:
    status, told = readiness(whole)
    assert status == 200
    assert told == {
        "status": "ok",
        "parts": {"database": "ok", "spool": "ok", "redis": "ok", "chroma": "ok"},
    }


@on_one_database
@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("chroma", {"chroma_url": "http://127.0.0.1:1"}),
        ("redis", {"redis_url": "redis://127.0.0.1:1/0"}),
    ],
)
def test_a_part_that_is_away_is_named_and_webhooks_go_on_coming(
    whole: Services, part: str, changes: dict[str, str]
) -> None:
    away = with_settings(whole, **changes)
    if part == "redis":
        away = with_redis(away, changes["redis_url"])
    status, told = readiness(away)
    assert (status, told["status"], told["parts"][part]) == (200, "degraded", "down")
    assert [name for name, state in told["parts"].items() if state != "ok"] == [part]


@on_one_database
def test_a_chroma_that_hangs_or_fails_is_not_called_well(whole: Services) -> None:
    broken = Flask("chroma")
    broken.get("/api/v2/heartbeat")(lambda: ("", 503))
    with serve(broken) as url:
        _, told = readiness(with_settings(whole, chroma_url=url))
    assert told["parts"]["chroma"] == "down"
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        _, told = readiness(with_settings(whole, chroma_url=url))
    assert told["parts"]["chroma"] == "down"


@on_one_database
def test_without_redis_messages_are_still_taken(client: FlaskClient, twilio: Post) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert twilio(payload("text")).status_code == 200


@on_one_database
def test_with_a_deaf_redis_a_message_is_stored_all_the_same(services: Services) -> None:
    deaf = with_redis(services, "redis://127.0.0.1:1/0")
    assert deaf.wake_up.notify("jobs.turn.take", 1) is False


@on_one_database
def test_without_the_database_webhooks_are_still_taken_so_traffic_must_come(
    whole: Services,
) -> None:
    gone = without_database(whole)
    status, told = readiness(gone)
    assert (status, told["status"], told["parts"]["database"]) == (200, "degraded", "down")
    gone.database.close()


@on_one_database
def test_where_nothing_can_be_acknowledged_it_is_not_ready(whole: Services) -> None:
    spool = whole.settings.data_dir / "spool"
    spool.write_text("a file, where a folder should be")
    status, told = readiness(whole)
    assert (status, told["parts"]["spool"]) == (200, "not writable")
    gone = without_database(whole)
    assert readiness(gone)[0] == 503
    gone.database.close()


def test_metrics_count_what_waits(client: FlaskClient, services: Services) -> None:
    message = Inbound("twilio", "SM1", "whatsapp:+1", "whatsapp:+5215512345678", "hola", "Ana")
    [accepted] = services.store.inbox.accept([message])
    page = client.get("/metrics").text
    assert "inbox_unanswered 1.0" in page
    services.store.conversations.reply(accepted.conversation_id, "Buenas", ["Buenas"], "ana")
    page = client.get("/metrics").text
    assert "inbox_unanswered 0.0" in page
    assert 'outbox_unsent{state="pending"} 1.0' in page
    assert not any(word in page for word in ("5215512345678", "Ana", "hola"))


@on_one_database
def test_metrics_ask_for_a_token_and_the_rest_for_none(services: Services) -> None:
    stranger = create_app(services).test_client()
    assert stranger.get("/metrics").status_code == 401
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json"):
        assert stranger.get(path).status_code == 200


@on_one_database
def test_the_log_holds_no_words_and_no_numbers(
    twilio: Post, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    twilio(payload("text"))
    client.get("/agents/5215512345678?name=secreto")
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "POST /webhooks/twilio 200" in logged
    assert not any(
        word in logged for word in ("5511987654321", "Souza", "horário", "secreto", "5215512345678")
    )


@on_one_database
def test_an_unforeseen_error_shows_nothing_of_itself(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    class BrokenInbox:
        def accept(self, batch: object) -> None:
            raise ZeroDivisionError("the customer's words")

    store = dataclasses.replace(services.store, inbox=BrokenInbox())  # type: ignore[arg-type]
    broken = dataclasses.replace(services, store=store)
    client = opened(create_app(broken), services)
    agent_id = client.post("/agents", json={"name": "Sofía"}).json["id"]
    answer = client.post("/chat", json={"agent_id": agent_id, "message": "hola"})
    assert answer.status_code == 500
    assert "words" not in answer.text + caplog.text
    assert "ZeroDivisionError" in caplog.text
