"""Drafts that are not lost, versions compared and taken back, releases looked at."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from actions import checks
from actions.services import Services
from agent.bar import REASONS
from bot.release_check import SENTENCES
from tests.bot.conftest import on_one_database

HERE = {"channel": "twilio"}


@pytest.fixture
def agent(client: FlaskClient) -> str:
    made = client.post("/agents", json={"name": "Sofía", "tone": "Cercano y breve."})
    return f"/agents/{made.json['id']}"


def tone(client: FlaskClient, agent: str, tone: str) -> None:
    assert client.patch(agent, json={"tone": tone}).status_code == 200


# --- ETag and If-Match


def test_the_tag_of_a_draft_is_its_revision(client: FlaskClient, agent: str) -> None:
    assert client.get(agent).headers["ETag"] == '"1"'
    assert client.patch(agent, json={"tone": "Formal"}).headers["ETag"] == '"2"'
    assert client.get(f"{agent}/draft").headers["ETag"] == '"2"'


@pytest.mark.parametrize("sent", ['"1"', '"9", "1"', "*"])
def test_a_change_of_what_was_read_is_made(client: FlaskClient, agent: str, sent: str) -> None:
    answer = client.patch(agent, json={"tone": "Formal"}, headers={"If-Match": sent})
    assert answer.status_code == 200


@pytest.mark.parametrize("sent", ['"2"', 'W/"1"', '""', "", '"1', "1,"])
def test_a_change_of_something_else_is_a_412(client: FlaskClient, agent: str, sent: str) -> None:
    tone(client, agent, "Formal")
    for method, path in (("PATCH", agent), ("PUT", f"{agent}/draft")):
        headers = {"If-Match": sent.replace("2", "3")}
        answer = client.open(path, method=method, json={"name": "Otra"}, headers=headers)
        assert answer.status_code == 412
        assert "Reload it" in answer.json["error"]["message"]
    assert client.get(agent).json["draft"]["name"] == "Sofía"


def test_a_release_of_another_draft_is_a_412(client: FlaskClient, agent: str) -> None:
    tone(client, agent, "Formal")
    answer = client.post(f"{agent}/release", json=HERE, headers={"If-Match": '"1"'})
    assert answer.status_code == 412
    answer = client.post(f"{agent}/release", json=HERE, headers={"If-Match": '"2"'})
    assert answer.status_code == 200


def test_a_draft_that_is_known_is_not_sent_again(client: FlaskClient, agent: str) -> None:
    known = {"If-None-Match": '"1"'}
    assert client.get(f"{agent}/draft", headers=known).status_code == 304
    tone(client, agent, "Formal")
    assert client.get(f"{agent}/draft", headers=known).json["tone"] == "Formal"


def test_a_draft_is_replaced_as_a_whole(client: FlaskClient, agent: str) -> None:
    answer = client.put(f"{agent}/draft", json={"name": "Clara"})
    assert (answer.json["name"], answer.json["tone"]) == ("Clara", "")
    assert client.put(f"{agent}/draft", json=answer.json).status_code == 200


# --- versions


def test_a_version_is_taken_back_into_the_draft(client: FlaskClient, agent: str) -> None:
    tone(client, agent, "Formal")
    answer = client.post(f"{agent}/versions/1/restore", json={}, headers={"If-Match": '"2"'})
    assert (answer.json["tone"], answer.headers["ETag"]) == ("Cercano y breve.", '"3"')
    again = client.post(f"{agent}/versions/1/restore", json={"revision": 2})
    assert again.status_code == 409


def test_two_versions_and_the_draft_are_compared(client: FlaskClient, agent: str) -> None:
    tone(client, agent, "Cercano y formal.")
    client.post(f"{agent}/release", json=HERE)
    [change] = client.get(f"{agent}/difference?before=1&after=2").json["changes"]
    assert (change["field"], change["pieces"][1]) == ("tone", {"kind": "gone", "text": "breve."})
    assert client.get(f"{agent}/difference?before=2").json["changes"] == []
    assert client.get(f"{agent}/difference?before=1").json["changes"] == [change]


@on_one_database
@pytest.mark.parametrize("which", ["", "0", "-1", "x", "1" * 40, "draft2", "²"])
def test_what_is_no_version_is_not_compared(client: FlaskClient, agent: str, which: str) -> None:
    answer = client.get(f"{agent}/difference", query_string={"before": which})
    assert answer.status_code == 422


@on_one_database
@pytest.mark.parametrize("number", ["2", "0", "x", "-1", "1.0", "9" * 30, "%00", "²"])
def test_a_version_that_is_none_is_a_404(client: FlaskClient, agent: str, number: str) -> None:
    assert client.get(f"{agent}/versions/{number}").status_code == 404
    assert client.post(f"{agent}/versions/{number}/restore", json={}).status_code == 404


def test_nobody_reaches_a_version_through_another_agent(client: FlaskClient, agent: str) -> None:
    other = client.post("/agents", json={"name": "Clara", "tone": "Secreto"}).json["id"]
    tone(client, f"/agents/{other}", "Otro")
    client.post(f"/agents/{other}/release", json=HERE)
    assert client.get(f"{agent}/versions/2").status_code == 404
    assert client.post(f"{agent}/versions/2/restore", json={}).status_code == 404
    assert client.get(f"{agent}/difference?before=2").status_code == 404


def test_every_release_is_in_the_history(client: FlaskClient, agent: str) -> None:
    tone(client, agent, "Formal")
    client.post(f"{agent}/release", json={**HERE, "note": "probada"})
    client.post(f"{agent}/release", json={**HERE, "version": 1})
    found, cursor = [], ""
    for _ in range(3):
        page = client.get(f"{agent}/releases", query_string={"limit": 1, "cursor": cursor}).json
        found += [(one["channel"], one["number"], one["note"]) for one in page["releases"]]
        cursor = page["next"]
    assert found == [("twilio", 1, ""), ("twilio", 2, "probada"), ("api", 1, "")]
    assert cursor == ""


# --- what a release would meet


def test_a_release_can_be_looked_at_before_it_is_made(
    client: FlaskClient, services: Services, agent: str
) -> None:
    clara = client.post("/agents", json={"name": "Clara"}).json["id"]
    client.post(f"/agents/{clara}/release", json=HERE)
    empty = services.sources.create_base("Vacía", "test", *services.embedders.default())
    client.patch(agent, json={"knowledge": {"bases": [empty]}})
    found = client.get(f"{agent}/check?channel=twilio").json
    assert found["replaced"]["agent_id"] == clara
    assert ("error", "base_empty") in [(one["level"], one["code"]) for one in found["findings"]]
    assert any("Vacía is empty" in one["sentence"] for one in found["findings"])
    assert client.get(f"{agent}/check?channel=twilio&version=9").status_code == 404


def test_every_finding_has_its_sentence() -> None:
    bars = {f"bar_{why}" for why in REASONS}
    code = Path(checks.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'Finding\("\w+", "(\w+)"', code)) | bars == SENTENCES.keys()


# --- the bar


def test_a_missed_bar_is_a_422_until_an_admin_says_why(client: FlaskClient, agent: str) -> None:
    client.patch(agent, json={"bar": ["pass >= 0.95", "nothing that passed fails"]})
    assert client.get(agent).json["draft"]["bar"][0]["measure"] == "pass"
    answer = client.post(f"{agent}/release", json=HERE)
    assert answer.status_code == 422
    assert "pass >= 0.95 was never looked at" in answer.json["error"]["message"]
    [first, _] = client.get(f"{agent}/check?channel=twilio").json["bar"]
    assert first == {"criterion": "pass >= 0.95", "met": False, "why": "never", "value": None}
    shown = [{"notebook": "informe.ipynb"}]
    why = {"override": "Lo pide el cliente y se mira mañana.", "evidence": shown}
    answer = client.post(f"{agent}/release", json={**HERE, **why})
    assert answer.status_code == 200
    newest = client.get(f"{agent}/versions").json["versions"][0]
    assert newest["evidence"]["override"]["sentence"] == why["override"]
    assert newest["evidence"]["notebooks"][0]["verified"] is False


def test_an_agent_that_is_made_with_a_bar_waits_for_its_evidence(client: FlaskClient) -> None:
    made = client.post("/agents", json={"name": "Vera", "bar": ["pass = 1"]})
    assert made.json["released"] == []
    chat = {"agent_id": made.json["id"], "message": "hola", "conversation_id": "ana"}
    assert client.post("/chat", json=chat).status_code == 409


def test_what_is_no_criterion_is_a_422_that_says_how(client: FlaskClient, agent: str) -> None:
    answer = client.patch(agent, json={"bar": ["be good"]})
    assert answer.status_code == 422
    assert "is no criterion" in answer.get_data(as_text=True)


def test_scores_of_programs_count_where_an_admin_says_so(client: FlaskClient) -> None:
    assert client.get("/client-scores").json == {"counted": False}
    assert client.put("/client-scores", json={"counted": True}).json == {"counted": True}


# --- to a share of the customers


def test_a_share_begins_is_listed_and_ends(client: FlaskClient, agent: str) -> None:
    client.post(f"{agent}/release", json={"channel": "api"})
    client.patch(agent, json={"tone": "Muy breve"})
    made = client.post(f"{agent}/release", json={"channel": "api", "share": 0.1})
    assert (made.status_code, made.json["number"]) == (200, 2)
    [share] = client.get(f"{agent}/shares").json["shares"]
    assert (share["part"], share["state"], share["number"]) == (0.1, "running", 2)
    assert client.get(agent).json["released"][0]["version"] == 1
    assert client.post(f"{agent}/shares/{share['id']}/withdraw").status_code == 204
    again = client.post(f"{agent}/shares/{share['id']}/promote", json={})
    assert again.status_code == 422
    client.post(f"{agent}/release", json={"channel": "api", "share": 0.5, "settles_after": 30})
    newest = client.get(f"{agent}/shares").json["shares"][0]
    done = client.post(f"{agent}/shares/{newest['id']}/promote", json={"note": "mejor"})
    assert (done.status_code, done.json["number"]) == (200, 2)
    assert client.get(agent).json["released"][0]["version"] == 2


@pytest.mark.parametrize(
    "sizes",
    [
        {"share": 0},
        {"share": -1},
        {"share": 1.1},
        {"share": "a"},
        {"share": 0.1, "settles_after": -1},
    ],
)
def test_what_is_no_share_is_a_422(client: FlaskClient, agent: str, sizes: dict[str, Any]) -> None:
    client.post(f"{agent}/release", json={"channel": "api"})
    client.patch(agent, json={"tone": "Muy breve"})
    assert client.post(f"{agent}/release", json={"channel": "api", **sizes}).status_code == 422
    assert client.get(f"{agent}/shares").json["shares"] == []


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "-1"])
@pytest.mark.parametrize("act", ["promote", "withdraw"])
def test_a_share_that_is_none_is_a_404(
    client: FlaskClient, agent: str, number: str, act: str
) -> None:
    assert client.post(f"{agent}/shares/{number}/{act}", json={}).status_code == 404


def test_a_share_of_nothing_says_what_to_do(client: FlaskClient) -> None:
    made = client.post("/agents", json={"name": "Sola", "bar": ["pass = 1"]}).json["id"]
    client.patch(f"/agents/{made}", json={"bar": []})
    answer = client.post(f"/agents/{made}/release", json={"channel": "twilio", "share": 0.1})
    assert (answer.status_code, "to all customers first" in answer.text) == (422, True)
