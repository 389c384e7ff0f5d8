"""People, tokens, the audit log and the switches by API: who may see and end whose."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from actions.services import Services
from tests.bot.conftest import on_one_database

GOOD = "una frase segura 7"
Headers = dict[str, str]
Make = Callable[[str, str], Headers]


@pytest.fixture
def person(services: Services) -> Make:
    """The headers of a new person with a token of that role."""

    def made(email: str, role: str) -> Headers:
        people = services.store.people
        people.change_password(email, people.add(email, role), GOOD)
        return {"Authorization": f"Bearer {services.store.tokens.make(email, 'test', role, 7)}"}

    return made


# --- people


def test_a_person_is_invited_changed_and_shut_out(client: FlaskClient) -> None:
    made = client.post("/people", json={"email": " Eva@Example.com ", "role": "viewer"})
    assert made.status_code == 201
    assert (made.json["email"], made.json["must_change_password"]) == ("eva@example.com", True)
    assert len(made.json["password"]) > 10
    here = "/people/eva@example.com"
    assert client.patch(here, json={"role": "editor"}).json["role"] == "editor"
    assert client.patch(here, json={"disabled": True}).json["disabled"] is True
    assert client.patch(here, json={"disabled": False}).json["disabled"] is False
    assert client.post(f"{here}/password").json["password"] != made.json["password"]
    assert [one["email"] for one in client.get("/people").json["people"]] == ["eva@example.com"]


@on_one_database
@pytest.mark.parametrize(
    ("email", "body"),
    [
        ("nobody@example.com", {"role": "viewer"}),
        ("%00", {"role": "viewer"}),
        ("x" * 400, {"disabled": True}),
    ],
)
def test_nobody_is_a_404(client: FlaskClient, email: str, body: object) -> None:
    assert client.patch(f"/people/{email}", json=body).status_code == 404
    assert client.post(f"/people/{email}/password").status_code == 404


@on_one_database
@pytest.mark.parametrize(
    "body",
    [
        {"email": "eva", "role": "viewer"},
        {"email": "eva@x y", "role": "viewer"},
        {"email": "eva@x\n", "role": "king"},
        {"email": "a@" + "x" * 300, "role": "viewer"},
        {"role": "viewer"},
    ],
)
def test_who_is_nobody_is_not_invited(client: FlaskClient, body: object) -> None:
    assert client.post("/people", json=body).status_code == 422


@on_one_database
@pytest.mark.parametrize("body", [{}, {"role": "admin", "disabled": True}, {"role": None}])
def test_one_thing_of_a_person_changes_at_a_time(client: FlaskClient, body: object) -> None:
    client.post("/people", json={"email": "eva@example.com", "role": "viewer"})
    assert client.patch("/people/eva@example.com", json=body).status_code == 422


@pytest.mark.parametrize("spelled", ["ana@example.com", "ANA@example.com", "%20ana@Example.com"])
def test_nobody_takes_their_own_role_away_however_they_spell_themselves(
    client: FlaskClient, person: Make, spelled: str
) -> None:
    ana = person("ana@example.com", "admin")
    person("eva@example.com", "admin")
    for change in ({"role": "viewer"}, {"disabled": True}):
        answer = client.patch(f"/people/{spelled}", json=change, headers=ana)
        assert answer.status_code == 422
        assert "your own role" in answer.json["error"]["message"]


# --- tokens and logins


def test_everybody_sees_and_ends_their_own_tokens_only(
    client: FlaskClient, services: Services, person: Make
) -> None:
    ana, eva = person("ana@example.com", "viewer"), person("eva@example.com", "editor")
    [mine] = client.get("/tokens", headers=ana).json["tokens"]
    assert (mine["email"], mine["role"]) == ("ana@example.com", "viewer")
    assert not [key for key in mine if "secret" in key or "hash" in key]
    assert client.delete(f"/tokens/{mine['id']}", headers=eva).status_code == 204
    assert client.get("/tokens", headers=ana).status_code == 200
    assert len(client.get("/tokens").json["tokens"]) == 2
    assert client.delete(f"/tokens/{mine['id']}", headers=ana).status_code == 204
    assert client.get("/tokens", headers=ana).status_code == 401


def test_no_token_makes_another_one(client: FlaskClient, person: Make) -> None:
    admin = person("ana@example.com", "admin")
    body = {"name": "x", "role": "admin", "days": 365}
    assert client.post("/tokens", json=body, headers=admin).status_code == 405


def test_everybody_sees_and_ends_their_own_logins_only(
    client: FlaskClient, services: Services, person: Make
) -> None:
    ana, eva = person("ana@example.com", "viewer"), person("eva@example.com", "viewer")
    services.store.people.sign_in("ana@example.com", GOOD, "203.0.113.1", "Firefox")
    [login] = client.get("/logins", headers=ana).json["logins"]
    assert client.get("/logins", headers=eva).json["logins"] == []
    client.delete(f"/logins/{login['id']}", headers=eva)
    assert len(client.get("/logins").json["logins"]) == 1
    client.delete(f"/logins/{login['id']}", headers=ana)
    assert client.get("/logins").json["logins"] == []


def test_a_token_says_who_it_stands_for(client: FlaskClient, person: Make) -> None:
    mine = client.get("/me", headers=person("ana@example.com", "agent")).json
    assert mine == {"name": "ana@example.com", "role": "agent"}
    assert client.get("/me").json == {"name": "installation token", "role": "admin"}


def test_those_who_may_answer_customers_are_known_to_everybody(
    client: FlaskClient, person: Make
) -> None:
    viewer = person("vic@example.com", "viewer")
    person("ana@example.com", "agent")
    told = client.get("/staff", headers=viewer).json
    assert told == {"staff": [{"email": "ana@example.com", "name": ""}], "next": ""}
    assert client.get("/people", headers=viewer).status_code == 403


def test_an_installation_says_what_it_answers_with(client: FlaskClient) -> None:
    told = client.get("/installation").json
    assert (told["model"], told["environment"]) == ("offline", "development")
    assert told["embeddings"] == {"provider": "words", "model": "", "dimension": 0}


def test_the_audit_log_is_read_by_admins_page_by_page(client: FlaskClient, person: Make) -> None:
    for name in ("A", "B", "C"):
        client.post("/agents", json={"name": name})
    first = client.get("/audit?limit=4").json
    rest = client.get("/audit", query_string={"cursor": first["next"]}).json
    ids = [one["id"] for one in first["audit"] + rest["audit"]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 6
    assert client.get("/audit?person=nobody%00").json["audit"] == []
    editor = person("ed@example.com", "editor")
    assert client.get("/audit", headers=editor).status_code == 403


# --- figures and switches


def test_the_figures_of_a_span_are_told(client: FlaskClient, services: Services) -> None:
    figures = client.get("/insights?first=2026-03-01&last=2026-03-02").json
    assert figures["totals"]["conversations"] == 0
    assert [day["day"] for day in figures["days"]] == ["2026-03-01", "2026-03-02"]
    assert services.store.audit.page()[0].action == "figures exported"


@on_one_database
@pytest.mark.parametrize(
    "query",
    [
        "",
        "first=x&last=2026-01-01",
        "first=2026-01-02&last=2026-01-01",
        "first=0001-01-01&last=9999-12-31",
        "first=9999-12-31&last=9999-12-31",
        "first=0001-01-01&last=0001-01-01",
        "first=2026-01-01&last=2026-01-01&agent=%00",
    ],
)
def test_a_span_that_is_none_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/insights?{query}").status_code in (404, 422)


def test_the_agents_are_stopped_and_speak_again(client: FlaskClient, person: Make) -> None:
    assert client.get("/pause").json == {"paused": False, "set_by": "", "set_at": 0.0}
    assert client.put("/pause", json={"paused": True}).json["set_by"] == "installation token"
    assert client.put("/pause", json={"paused": False}).json["paused"] is False
    agent = person("ana@example.com", "agent")
    assert client.put("/pause", json={"paused": True}, headers=agent).status_code == 403


def test_what_is_not_sent_is_kept_as_long_as_before(client: FlaskClient) -> None:
    before = client.get("/retention").json
    after = client.put("/retention", json={"media": 7}).json
    assert after == {**before, "media": 7}
    for days in (-1, 99_999, "x"):
        assert client.put("/retention", json={"media": days}).status_code == 422


def test_channels_say_what_they_can_do_and_who_answers(client: FlaskClient) -> None:
    made = client.post("/agents", json={"name": "Sofía"}).json["id"]
    client.post(f"/agents/{made}/release", json={"channel": "twilio"})
    known: dict[str, Any] = {one["name"]: one for one in client.get("/channels").json["channels"]}
    assert known["twilio"]["released"][0]["version"] == 1
    assert known["twilio"]["webhooks"][0]["url"].startswith("http")
    assert known["web"]["released"] == []
    assert client.get("/limits").json["requests_a_minute"] > 0


def test_a_test_message_begins_a_conversation(client: FlaskClient) -> None:
    body = {"address": "whatsapp:+14155238886", "number": "+52 55 1234 5678", "text": "Hola"}
    number = client.post("/channels/twilio/test", json=body).json["conversation_id"]
    assert client.get(f"/conversations/{number}").json["last_text"] == "Hola"
    assert client.post("/channels/web/test", json=body).status_code == 422
    assert client.post("/channels/fax/test", json=body).status_code == 404
    assert client.post("/channels/fax/check").status_code == 404


def test_a_channel_that_is_not_set_up_says_so(client: FlaskClient) -> None:
    [found] = client.post("/channels/meta/check").json["findings"]
    assert (found["question"], found["answer"]) == ("credentials", "not_set")
