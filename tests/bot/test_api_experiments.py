"""Datasets and experiments by the API: what a notebook does with them."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from actions.services import Services
from store.evaluation.rows import Finished
from tests.bot.conftest import on_one_database

CASE = {"turns": [{"say": ["¿Garantía?"], "expect": {"contains": ["tres meses"]}}]}
OTHER = {"turns": [{"say": ["¿Frenos?"]}, {"say": ["Gracias"], "gap": 20}], "tags": ["taller"]}


@pytest.fixture
def agent_id(client: FlaskClient) -> str:
    return str(client.post("/agents", json={"name": "Sofía"}).json["id"])  # type: ignore[index]


@pytest.fixture
def dataset_id(client: FlaskClient, agent_id: str) -> str:
    made = client.post(f"/agents/{agent_id}/datasets", json={"name": "garantías"})
    assert made.status_code == 201
    added = client.post(
        f"/datasets/{made.json['id']}/cases",
        json={"cases": [CASE, OTHER]},  # type: ignore[index]
    )
    assert (added.status_code, added.json["version"]) == (201, 2)  # type: ignore[index]
    return str(made.json["id"])  # type: ignore[index]


def read(client: FlaskClient, address: str, **query: Any) -> Any:
    answer = client.get(address, query_string=query)
    assert answer.status_code == 200, answer.json
    return answer.json


def test_cases_come_back_as_they_were_sent(
    client: FlaskClient, agent_id: str, dataset_id: str
) -> None:
    [dataset] = read(client, f"/agents/{agent_id}/datasets")["datasets"]
    assert (dataset["id"], dataset["name"], dataset["version"]) == (dataset_id, "garantías", 2)
    cases = read(client, f"/datasets/{dataset_id}/cases")["cases"]
    assert [one["case"]["turns"][0]["say"] for one in cases] == [["¿Garantía?"], ["¿Frenos?"]]
    assert [one["origin"] for one in cases] == ["frame", "frame"]
    page = read(client, f"/datasets/{dataset_id}/cases", limit=1)
    rest = read(client, f"/datasets/{dataset_id}/cases", cursor=page["next"])
    assert [*page["cases"], *rest["cases"]] == cases


def test_a_case_is_replaced_removed_and_read_in_the_old_version(
    client: FlaskClient, dataset_id: str
) -> None:
    first, second = read(client, f"/datasets/{dataset_id}/cases")["cases"]
    address = f"/datasets/{dataset_id}/cases/{first['id']}"
    changed = {"turns": [{"say": ["¿Qué garantía tienen?"]}]}
    assert client.put(address, json=changed).status_code == 200
    assert client.delete(f"/datasets/{dataset_id}/cases/{second['id']}").status_code == 204
    now = read(client, f"/datasets/{dataset_id}/cases")["cases"]
    assert [one["case"]["turns"][0]["say"] for one in now] == [["¿Qué garantía tienen?"]]
    then = read(client, f"/datasets/{dataset_id}/cases", version=2)["cases"]
    assert [one["id"] for one in then] == [first["id"], second["id"]]


def test_a_proposal_waits_for_approval(client: FlaskClient, dataset_id: str) -> None:
    proposal = {"cases": [{"turns": [{"say": ["¿Nuevo?"]}]}], "origin": "handoff"}
    made = client.post(f"/datasets/{dataset_id}/proposals", json=proposal).json
    assert made["version"] == 2  # type: ignore[index]
    waiting = read(client, f"/datasets/{dataset_id}/cases", state="proposed")["cases"]
    assert [one["id"] for one in waiting] == made["ids"]  # type: ignore[index]
    approved = client.post(
        f"/datasets/{dataset_id}/approvals",
        json={"case_ids": made["ids"]},  # type: ignore[index]
    )
    assert approved.json == {"version": 3}
    assert len(read(client, f"/datasets/{dataset_id}/cases")["cases"]) == 3


@on_one_database
@pytest.mark.parametrize(
    ("case", "field"),
    [
        ({}, "cases.0"),
        ({"turns": [{"say": []}]}, "cases.0.turns.0"),
        ({"turns": [{"say": ["a"], "expect": {"outcome": "happy"}}]}, None),
        ({"turns": [{"says": ["a"]}]}, "cases.0.turns.0.says"),
    ],
)
def test_what_is_no_case_is_told_by_its_place(
    client: FlaskClient, dataset_id: str, case: dict[str, Any], field: str | None
) -> None:
    answer = client.post(f"/datasets/{dataset_id}/cases", json={"cases": [case]})
    assert answer.status_code == 422
    fields = answer.json["error"]["fields"]  # type: ignore[index]
    assert field is None or fields[0]["field"] == field
    assert all("Value error" not in one["message"] for one in fields)


def started(client: FlaskClient, dataset_id: str, **more: Any) -> Any:
    candidates = [{"version": "draft"}, {"version": "1", "label": "now"}]
    body = {"dataset_id": dataset_id, "candidates": candidates, **more}
    answer = client.post("/experiments", json=body)
    assert answer.status_code == 201, answer.json
    return answer.json


def test_an_experiment_is_started_watched_and_read(
    client: FlaskClient, services: Services, agent_id: str, dataset_id: str
) -> None:
    made = started(client, dataset_id, repeats=2, name="hoy", cost_limit=1)
    assert [one["label"] for one in made["candidates"]] == ["draft", "now"]
    assert (made["state"], made["progress"]["total"]) == ("waiting", 8)
    while (lease := services.store.rows.lease()) is not None:
        services.store.rows.finish(lease, Finished([{"text": "sí"}], {}, True, 0.5, 0.01))
    address = f"/experiments/{made['id']}"
    done = read(client, address)
    assert (done["state"], done["progress"]["passed"]) == ("done", 8)
    rows = read(client, f"{address}/rows")["rows"]
    assert len(rows) == 8
    score = {"row": rows[0]["id"], "name": "style", "value": 0.5, "passed": False}
    assert client.post(f"{address}/scores", json={"scores": [score]}).json == {"rows": 1}
    again = read(client, f"{address}/rows", limit=1)["rows"][0]
    assert (again["scores"]["style"]["by"], again["passed"]) == ("client", False)
    listed = read(client, f"/agents/{agent_id}/experiments")["experiments"]
    assert [one["id"] for one in listed] == [made["id"]]


def test_an_experiment_is_stopped_and_goes_on(client: FlaskClient, dataset_id: str) -> None:
    made = started(client, dataset_id)
    address = f"/experiments/{made['id']}"
    assert client.post(f"{address}/stop").json["state"] == "stopped"  # type: ignore[index]
    resumed = client.post(f"{address}/resume", json={"cost_limit": 2})
    assert resumed.json["state"] == "waiting"  # type: ignore[index]
    assert client.post(f"{address}/resume", json={}).status_code == 422


@on_one_database
@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"candidates": [{"version": "9"}]}, 404),
        ({"candidates": [{"model": "gpt"}]}, 422),
        ({"candidates": []}, 422),
        ({"judges": [{}]}, 422),
        ({"case_ids": ["abc"]}, 404),
        ({"dataset_version": 7}, 404),
        ({"repeats": 21}, 422),
        ({"cost_limit": -1}, 422),
        ({"candidates": [{"spec": {"name": ""}}]}, 422),
    ],
)
def test_what_cannot_be_asked_is_refused(
    client: FlaskClient, dataset_id: str, more: dict[str, Any], status: int
) -> None:
    body = {"dataset_id": dataset_id, "candidates": [{}], **more}
    assert client.post("/experiments", json=body).status_code == status


@on_one_database
def test_a_case_of_another_dataset_is_not_found_here(
    client: FlaskClient, agent_id: str, dataset_id: str
) -> None:
    other = client.post(f"/agents/{agent_id}/datasets", json={"name": "otro"}).json["id"]  # type: ignore[index]
    case = read(client, f"/datasets/{dataset_id}/cases")["cases"][0]["id"]
    assert client.delete(f"/datasets/{other}/cases/{case}").status_code == 404
    approval = client.post(f"/datasets/{other}/approvals", json={"case_ids": [case]})
    assert approval.status_code == 404


@on_one_database
def test_conversations_are_looked_through_for_cases(client: FlaskClient, agent_id: str) -> None:
    found = client.post(f"/agents/{agent_id}/proposals", json={"days": 30})
    assert (found.status_code, found.json) == (200, {"waiting": 0})
    assert client.post("/conversations/7/case").status_code == 404
    assert client.post(f"/agents/{agent_id}/proposals", json={"days": 0}).status_code == 422
