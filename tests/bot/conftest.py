"""An app over real stores, a wake-up that remembers, and a hand that signs like Twilio's."""

import functools
import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_openapi3 import utils as openapi
from sqlalchemy import func, select
from sqlalchemy.sql import FromClause
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from actions.services import Services, open_services
from agent.own_token import own_token
from agent.settings import Settings
from bot.app import create_app
from tests.standins.chatwoot_fixtures import address as address
from tests.standins.chatwoot_fixtures import standin as standin
from tests.standins.chatwoot_fixtures import wishes as wishes
from tests.writes import watch

PUBLIC = "https://bot.example.com"
TOKEN = "0123456789abcdef0123456789abcdef"
PAYLOADS = Path(__file__).parents[1] / "channels" / "payloads" / "twilio"
Form = dict[str, str]
Post = Callable[..., TestResponse]


# For what does not depend on the kind of database; the rest runs on both.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class RememberingWakeUp:
    """Remembers who rang."""

    def __init__(self) -> None:
        self.notified: list[tuple[str, str | int]] = []

    def notify(self, job: str, subject: str | int) -> bool:
        self.notified.append((job, subject))
        return True


def payload(name: str, **changed: str) -> Form:
    """Return one of Twilio's recorded messages, with some fields changed."""
    path = PAYLOADS / f"message__{name}.json"
    fields: Form = json.loads(path.read_text(encoding="utf-8"))
    return {**fields, **changed}


def signature(url: str, form: Form, token: str = TOKEN) -> str:
    """Sign as Twilio does."""
    return str(RequestValidator(token).compute_signature(url, form))


def opened(app: Flask, services: Services) -> FlaskClient:
    """A client that shows the installation's own token with every request."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {own_token(services.settings)}"
    return client


def count(services: Services, table: FromClause) -> int:
    """Return how many rows there are."""
    with services.database.read() as tx:
        return int(tx.scalar(select(func.count()).select_from(table)) or 0)


@pytest.fixture(scope="session", autouse=True)
def schemas_made_once() -> Iterator[None]:
    """Every app describes the same models; describing them is nine tenths of making an app."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openapi, "get_model_schema", functools.cache(openapi.get_model_schema))
        yield


@pytest.fixture(autouse=True)
def every_write_is_an_act(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test does, no page and no route writes to a store itself."""
    found = watch(monkeypatch)
    yield
    assert found == []


@pytest.fixture
def wake_up() -> RememberingWakeUp:
    return RememberingWakeUp()


@pytest.fixture
def services(settings: Settings, wake_up: RememberingWakeUp) -> Iterator[Services]:
    known = settings.model_copy(
        update={
            **Settings(
                _env_file=None,
                public_base_url=PUBLIC,
                twilio_auth_token=TOKEN,
                redis_url="redis://127.0.0.1:1/0",
            ).model_dump(include={"public_base_url", "twilio_auth_token", "redis_url"})
        }
    )
    opened = open_services(known, wake_up)
    yield opened
    opened.database.close()


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unused.getsockname()[1]}"


@pytest.fixture
def client(services: Services) -> FlaskClient:
    return opened(create_app(services, chat_seconds=0.1), services)


@pytest.fixture
def twilio(client: FlaskClient) -> Post:
    """Post a genuinely signed webhook."""

    def post(form: Form, path: str = "/webhooks/twilio", **more: Any) -> TestResponse:
        headers = {"X-Twilio-Signature": signature(PUBLIC + path, form)}
        return client.post(path, data=form, headers=headers, **more)

    return post
