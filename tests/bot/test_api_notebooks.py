"""Notebooks over HTTP: kept, run in one's own name, planned, and read."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from actions import notebooks as acts
from actions.queues import NOTEBOOK
from actions.services import Services
from agent.notebooks import code, notebook
from tests.bot.conftest import RememberingWakeUp, on_one_database
from tests.bot.test_api_alerts import with_token

pytestmark = on_one_database
OUTPUT = {"output_type": "stream", "name": "stdout", "text": "<script>1</script>"}
BODY = notebook([code("days = 7", "parameters"), {**code("days"), "outputs": [OUTPUT]}])
EMAIL = "editor@example.com"


@pytest.fixture
def editor(services: Services, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Whoever may save; not yet run. The machine can."""
    monkeypatch.setattr(acts, "can_run", lambda: True)
    return with_token(services, client, "editor")


@pytest.fixture
def made(editor: FlaskClient) -> str:
    answer = editor.post("/notebooks", json={"name": " Informe  semanal ", "body": BODY})
    assert answer.status_code == 201
    return str(answer.json["id"])


@pytest.fixture
def may_run(client: FlaskClient, editor: FlaskClient) -> None:
    answer = client.patch(f"/people/{EMAIL}", json={"runs_notebooks": True})
    assert answer.json["runs_notebooks"]


def test_a_notebook_is_kept_without_its_outputs(editor: FlaskClient, made: str) -> None:
    found = editor.get(f"/notebooks/{made}")
    assert (found.json["name"], found.json["defaults"]) == ("Informe semanal", {"days": 7})
    assert [cell["outputs"] for cell in found.json["body"]["cells"]] == [[], []]
    assert found.headers["ETag"] == '"1"'
    [listed] = editor.get("/notebooks").json["notebooks"]
    assert listed["id"] == made
    assert "body" not in listed


def test_nobodys_change_is_lost(editor: FlaskClient, made: str) -> None:
    other = {"body": notebook([])}
    mine = {"If-Match": '"1"'}
    assert editor.put(f"/notebooks/{made}", json=other, headers=mine).json["revision"] == 2
    assert editor.put(f"/notebooks/{made}", json=other, headers=mine).status_code == 412
    assert editor.delete(f"/notebooks/{made}").status_code == 204
    assert editor.get(f"/notebooks/{made}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cells": []},
        {**BODY, "nbformat": 3},
        {**BODY, "nbformat": "4"},
        {**BODY, "cells": {}},
        {**BODY, "cells": ["x"]},
        {**BODY, "cells": [{"cell_type": "code"}]},
        {**BODY, "cells": [{"cell_type": "virus", "metadata": {}, "source": ""}]},
        {**BODY, "cells": [{**code("x"), "outputs": [{"output_type": "x"}]}]},
        {**BODY, "cells": [{**code("x"), "metadata": {"tags": 5}}]},
        {**BODY, "metadata": []},
        {**BODY, "cells": [code("x" * 1_100_000)]},
        {**BODY, "cells": [code("x")] * 501},
    ],
    ids=range(13),
)
def test_what_is_no_notebook_is_refused(
    editor: FlaskClient, made: str, body: dict[str, Any]
) -> None:
    for method, path in (("post", "/notebooks"), ("put", f"/notebooks/{made}")):
        sent = {"name": "x", "body": body} if method == "post" else {"body": body}
        answer = getattr(editor, method)(path, json=sent)
        assert answer.status_code == 422, answer.json
        assert answer.json["error"]["message"]


def test_running_is_a_right_of_its_own(editor: FlaskClient, client: FlaskClient, made: str) -> None:
    for one in (editor, client):  # the installation's own token is nobody's
        for answer in (
            one.post(f"/notebooks/{made}/runs", json={}),
            one.put(f"/notebooks/{made}/schedule", json={"schedule": {"every": "day"}}),
        ):
            assert answer.status_code == 403
            assert "right of its own" in answer.json["error"]["message"]


@pytest.mark.usefixtures("may_run")
def test_a_run_waits_for_a_worker_and_can_be_stopped(
    editor: FlaskClient, made: str, wake_up: RememberingWakeUp
) -> None:
    answer = editor.post(f"/notebooks/{made}/runs", json={"parameters": {"days": 14}})
    run = answer.json
    assert (answer.status_code, run["state"], run["person"]) == (202, "waiting", EMAIL)
    assert (NOTEBOOK, run["id"]) in wake_up.notified
    assert editor.get(f"/notebooks/{made}/runs").json["runs"] == [run]
    assert editor.get(f"/notebook-runs/{run['id']}/executed").status_code == 404
    assert editor.post(f"/notebook-runs/{run['id']}/stop").json["state"] == "stopped"
    assert editor.get(f"/notebook-runs/{run['id']}").json["error"] == "stopped"


@pytest.mark.usefixtures("may_run")
@pytest.mark.parametrize("parameters", [{"a b": 1}, {"class": 1}, {"x": "y" * 20_000}])
def test_parameters_that_cannot_be_are_refused(
    editor: FlaskClient, made: str, parameters: dict[str, Any]
) -> None:
    answer = editor.post(f"/notebooks/{made}/runs", json={"parameters": parameters})
    assert answer.status_code == 422


@pytest.mark.usefixtures("may_run")
def test_who_was_given_the_right_plans_and_loses_it_again(
    editor: FlaskClient, client: FlaskClient, made: str
) -> None:
    weekly = {"every": "week", "weekday": 0, "hour": 8, "minute": 0, "zone": "Europe/Madrid"}
    plan = {"schedule": weekly, "parameters": {"days": 7}}
    found = editor.put(f"/notebooks/{made}/schedule", json=plan).json
    assert (found["schedule"], found["scheduled_by"]) == (weekly, EMAIL)
    assert found["due_at"] > 0
    off = editor.put(f"/notebooks/{made}/schedule", json={"schedule": None}).json
    assert (off["schedule"], off["due_at"]) == (None, 0)
    wrong = {"schedule": {"every": "day", "zone": "Mars"}}
    assert editor.put(f"/notebooks/{made}/schedule", json=wrong).status_code == 422
    client.patch(f"/people/{EMAIL}", json={"runs_notebooks": False})
    assert editor.put(f"/notebooks/{made}/schedule", json=plan).status_code == 403


@pytest.mark.usefixtures("may_run")
def test_a_schedule_ends_when_somebody_else_changes_the_code(
    editor: FlaskClient, client: FlaskClient, made: str
) -> None:
    editor.put(f"/notebooks/{made}/schedule", json={"schedule": {"every": "day"}})
    assert editor.put(f"/notebooks/{made}", json={"body": BODY}).json["schedule"]
    assert client.put(f"/notebooks/{made}", json={"body": BODY}).json["schedule"] is None


def test_a_copy_that_was_handed_in_says_so(
    editor: FlaskClient, made: str, services: Services
) -> None:
    run = editor.post(f"/notebooks/{made}/executed", json={"body": BODY}).json
    assert (run["state"], run["verified"]) == ("done", False)
    assert run["evidence"] == {"notebook_run": run["id"], "verified": False}
    executed = editor.get(f"/notebook-runs/{run['id']}/executed").json["executed"]
    assert executed["cells"][1]["outputs"] == [OUTPUT]
    assert services.store.audit.page()[0].action == "notebook seen"


@pytest.mark.parametrize("kind", ["conversation", "turn", "experiment", "version"])
def test_a_notebook_opens_on_what_the_studio_has(editor: FlaskClient, kind: str) -> None:
    answer = editor.post("/notebooks/about", json={"kind": kind, "subject": "7"})
    assert answer.json["origin"] == "opened"
    assert answer.json["name"] == f"{kind} 7"
    assert answer.json["defaults"] == {f"{kind}_id": "7"}


def test_a_viewer_reads_and_changes_nothing(
    services: Services, client: FlaskClient, made: str
) -> None:
    viewer = with_token(services, client, "viewer")
    assert viewer.get(f"/notebooks/{made}").status_code == 200
    for method, path in (
        ("post", "/notebooks"),
        ("put", f"/notebooks/{made}"),
        ("delete", f"/notebooks/{made}"),
        ("post", f"/notebooks/{made}/runs"),
        ("put", f"/notebooks/{made}/schedule"),
        ("post", f"/notebooks/{made}/executed"),
    ):
        assert getattr(viewer, method)(path, json={}).status_code in (403, 422), path
    assert viewer.post(f"/notebooks/{made}/runs", json={}).status_code == 403


@pytest.mark.parametrize("sent", [{}, {"role": "viewer", "runs_notebooks": True}])
def test_one_thing_of_a_person_is_changed_at_a_time(
    editor: FlaskClient, client: FlaskClient, sent: dict[str, Any]
) -> None:
    assert client.patch(f"/people/{EMAIL}", json=sent).status_code == 422
