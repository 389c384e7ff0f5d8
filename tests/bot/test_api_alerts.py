"""Alerts over HTTP: raised by programs, read by people, each their own."""

import pytest
from flask.testing import FlaskClient

from actions.services import Services
from tests.bot.conftest import on_one_database

pytestmark = on_one_database
NEWS = {"key": "week 49", "subject": "Menos citas", "text": "Baja a 81 %"}


def with_token(services: Services, client: FlaskClient, role: str) -> FlaskClient:
    """The client of a person of *role*."""
    email = f"{role}@example.com"
    people = services.store.people
    people.change_password(email, people.add(email, role), "una frase bastante larga 7")
    token = services.store.tokens.make(email, "cuaderno", role)
    theirs = client.application.test_client()
    theirs.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return theirs


@pytest.fixture
def editor(services: Services, client: FlaskClient) -> FlaskClient:
    return with_token(services, client, "editor")


def test_an_alert_is_raised_once_and_read(editor: FlaskClient) -> None:
    assert editor.post("/alerts", json=NEWS).json == {"alerts": 1}
    assert editor.post("/alerts", json=NEWS).json == {"alerts": 0}
    [told] = editor.get("/alerts").json["alerts"]
    assert (told["subject"], told["read_at"]) == ("Menos citas", 0)
    assert editor.post("/alerts/read", json={"up_to": told["id"]}).status_code == 204
    assert editor.get("/alerts").json["alerts"][0]["read_at"] > 0


def test_each_sees_their_own(editor: FlaskClient, services: Services, client: FlaskClient) -> None:
    viewer = with_token(services, client, "viewer")
    editor.post("/alerts", json=NEWS)
    assert viewer.get("/alerts").json["alerts"] == []


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_who_may_not_edit_raises_none(services: Services, client: FlaskClient, role: str) -> None:
    assert with_token(services, client, role).post("/alerts", json=NEWS).status_code == 403


def test_wishes_are_kept(editor: FlaskClient) -> None:
    wishes = {"ways": ["email"], "muted": ["bar"], "opens": 9, "closes": 18, "zone": "UTC"}
    assert editor.put("/alerts/wishes", json=wishes).status_code == 200
    assert editor.get("/alerts/wishes").json == wishes


@pytest.mark.parametrize(
    "wrong", [{"key": ""}, {"subject": ""}, {"link": "//evil.example.com"}, {"kind": "x"}]
)
def test_an_alert_that_cannot_be_told_is_a_422(editor: FlaskClient, wrong: dict[str, str]) -> None:
    answer = editor.post("/alerts", json=NEWS | wrong)
    assert answer.status_code == 422
    assert answer.json["error"]["message"]
