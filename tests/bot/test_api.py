import io
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import jsonschema
import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from actions import queues
from actions.services import Services
from knowledge.notices import Notice, stored
from knowledge.tables import sources
from tests.bot.conftest import RememberingWakeUp, on_one_database, opened
from tests.bot.routes import ROUTES

FIVE = {
    "name": "Sofía",
    "brand": "Kavak",
    "description": "Vende autos seminuevos.",
    "tone": "Cercano y breve.",
    "instructions": "Ofrece siempre una visita.",
}


@pytest.fixture
def agent_id(client: FlaskClient) -> str:
    return str(client.post("/agents", json=FIVE).json["id"])  # type: ignore[index]


def fields_of(answer: object) -> dict[str, str]:
    """Return the sentence for each field of a 4xx."""
    return {one["field"]: one["message"] for one in answer.json["error"]["fields"]}  # type: ignore[attr-defined]


def test_an_agent_is_made_from_five_fields_and_answers_on_the_api(
    client: FlaskClient, services: Services
) -> None:
    answer = client.post("/agents", json=FIVE)
    assert answer.status_code == 201
    made = answer.json
    assert answer.headers["Location"] == f"/agents/{made['id']}"
    assert {name: made["draft"][name] for name in FIVE} == FIVE
    assert made["released"] == [{"channel": "api", "address": made["id"], "version": 1}]
    version = services.store.agents.answering("api", made["id"])
    assert version is not None
    assert version.spec.tone == "Cercano y breve."


@on_one_database
def test_an_agent_may_speak_any_language(client: FlaskClient) -> None:
    answer = client.post("/agents", json={"name": "Ana", "languages": ["fr", "pt-BR"]})
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["draft"]["languages"] == ["fr", "pt-BR"]


@on_one_database
@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({}, "name", "This field is required."),
        ({"name": ""}, "name", "Write at least 1 character(s)."),
        ({"name": "x" * 81}, "name", "Write at most 80 characters."),
        ({"name": 5}, "name", "Write a text."),
        ({"name": "a", "nme": "b"}, "nme", "There is no field of this name."),
        (
            {"name": "a", "model": {"temperature": 3}},
            "model.temperature",
            "Use a number of at most 2.0.",
        ),
        (
            {"name": "a", "languages": ["French"]},
            "languages.0",
            "'French' is no language. Write a tag (BCP 47), like fr, pt-BR or zh-Hant.",
        ),
        ({"name": "a", "tools": "handoff"}, "tools", "Send a list."),
        ({"name": "a", "budget": 3}, "budget", "Send a JSON object."),
    ],
)
def test_each_wrong_field_has_its_sentence(
    client: FlaskClient, body: object, field: str, sentence: str
) -> None:
    answer = client.post("/agents", json=body)
    assert answer.status_code == 422
    assert fields_of(answer)[field] == sentence


@on_one_database
@pytest.mark.parametrize("data", ["", "nonsense", "[1]", "null", '"a text"'])
def test_what_is_no_object_is_told_so(client: FlaskClient, data: str) -> None:
    answer = client.post("/agents", data=data, content_type="application/json")
    assert (answer.status_code, answer.json["error"]["message"]) == (422, "Send a JSON object.")


@on_one_database
@pytest.mark.parametrize("data", ['"{}"', "[" * 60])
def test_a_body_that_is_no_object_is_a_422(client: FlaskClient, data: str) -> None:
    answer = client.post("/agents", data=data, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json["error"]["message"]


@pytest.mark.parametrize(("name", "kept"), [("a\\u0000", "a"), ("\\ud800!", "\ufffd!")])
def test_a_text_no_database_keeps_is_mended(client: FlaskClient, name: str, kept: str) -> None:
    data = f'{{"name": "{name}"}}'
    answer = client.post("/agents", data=data, content_type="application/json")
    assert (answer.status_code, answer.json["draft"]["name"]) == (201, kept)


def test_a_number_no_database_keeps_is_a_422(client: FlaskClient) -> None:
    data = '{"name": "a", "budget": {"x": 1e999}}'
    answer = client.post("/agents", data=data, content_type="application/json")
    assert answer.status_code == 422
    assert "cannot be stored" in answer.json["error"]["message"]


def test_an_agent_cannot_look_into_a_base_that_is_not_there(client: FlaskClient) -> None:
    answer = client.post("/agents", json={"name": "a", "knowledge": {"bases": ["nope"]}})
    assert answer.status_code == 422
    assert "knowledge.bases" in answer.json["error"]["message"]


UNKNOWN = ("0" * 32, "nope", "%00", "a%27b", "x" * 500, "%F0%9F%9A%97")
OF_AN_AGENT = (
    ("GET", ""),
    ("PATCH", ""),
    ("DELETE", ""),
    ("GET", "/versions"),
    ("GET", "/knowledge"),
    ("POST", "/release"),
    ("POST", "/knowledge"),
)


def test_an_unknown_agent_is_a_404(client: FlaskClient) -> None:
    for agent_id, (method, path) in itertools.product(UNKNOWN, OF_AN_AGENT):
        body = {"channel": "api"} if path == "/release" else {}
        answer = client.open(f"/agents/{agent_id}{path}", method=method, json=body)
        assert answer.status_code == 404, (agent_id, method, path)
        assert answer.json["error"]["message"] == "There is no agent by that id."


def test_a_change_touches_only_what_is_sent(client: FlaskClient, agent_id: str) -> None:
    change = {"tone": "Formal", "model": {"temperature": 0.9}, "revision": 1}
    changed = client.patch(f"/agents/{agent_id}", json=change).json
    assert changed["revision"] == 2
    assert changed["draft"]["tone"] == "Formal"
    assert changed["draft"]["instructions"] == FIVE["instructions"]
    assert (changed["draft"]["model"]["temperature"], changed["draft"]["model"]["max_tokens"]) == (
        0.9,
        700,
    )


def test_a_change_of_an_older_revision_is_a_conflict(client: FlaskClient, agent_id: str) -> None:
    client.patch(f"/agents/{agent_id}", json={"tone": "Formal"})
    answer = client.patch(f"/agents/{agent_id}", json={"tone": "Otro", "revision": 1})
    assert answer.status_code == 409
    assert client.get(f"/agents/{agent_id}").json["draft"]["tone"] == "Formal"


@on_one_database
@pytest.mark.parametrize("body", [{"nme": "x"}, {"name": None}, {"name": ""}, {"revision": "x"}])
def test_a_wrong_change_is_a_422(client: FlaskClient, agent_id: str, body: object) -> None:
    answer = client.patch(f"/agents/{agent_id}", json=body)
    assert answer.status_code == 422
    assert fields_of(answer)


def test_the_list_holds_agents_in_use(client: FlaskClient, agent_id: str) -> None:
    assert [one["id"] for one in client.get("/agents").json["agents"]] == [agent_id]
    assert client.delete(f"/agents/{agent_id}").status_code == 204
    assert client.get("/agents").json["agents"] == []
    assert client.get(f"/agents/{agent_id}").json["archived"] is True


def test_an_agent_on_a_number_cannot_be_put_away(client: FlaskClient, agent_id: str) -> None:
    client.post(f"/agents/{agent_id}/release", json={"channel": "twilio"})
    answer = client.delete(f"/agents/{agent_id}")
    assert answer.status_code == 422
    assert "answers on a channel" in answer.json["error"]["message"]


def test_a_release_makes_a_version_and_an_older_one_comes_back(
    client: FlaskClient, services: Services, agent_id: str
) -> None:
    client.patch(f"/agents/{agent_id}", json={"tone": "Formal"})
    release = f"/agents/{agent_id}/release"
    body = {"channel": "twilio", "address": "+14155238886", "note": "probada"}
    second = client.post(release, json=body).json
    assert (second["number"], second["spec"]["tone"]) == (2, "Formal")
    back = client.post(release, json={**body, "version": 1}).json
    assert back["spec"]["tone"] == FIVE["tone"]
    live = services.store.agents.answering("twilio", "whatsapp:+14155238886")
    assert live is not None
    assert live.number == 1
    numbers = [one["number"] for one in client.get(f"/agents/{agent_id}/versions").json["versions"]]
    assert numbers == [2, 1]


def test_an_agent_that_was_put_away_is_not_released(client: FlaskClient, agent_id: str) -> None:
    client.delete(f"/agents/{agent_id}")
    for body in ({"channel": "twilio"}, {"channel": "twilio", "version": 1}):
        answer = client.post(f"/agents/{agent_id}/release", json=body)
        assert answer.status_code == 422
        assert "put away" in answer.json["error"]["message"]


def test_a_release_that_cannot_answer_is_refused_with_sentences(
    client: FlaskClient, services: Services, agent_id: str
) -> None:
    empty = services.sources.create_base("Vacía", "test", *services.embedders.default())
    change = {"model": {"name": "openai:gpt-x"}, "knowledge": {"bases": [empty]}}
    client.patch(f"/agents/{agent_id}", json=change)
    answer = client.post(f"/agents/{agent_id}/release", json={"channel": "twilio"})
    assert answer.status_code == 422
    assert "OPENAI_API_KEY is not set" in answer.json["error"]["message"]
    assert "Vacía is empty" in answer.json["error"]["message"]
    assert len(services.store.agents.versions(agent_id)) == 1


def test_a_release_that_silences_another_agent_has_to_name_it(
    client: FlaskClient, agent_id: str
) -> None:
    clara = client.post("/agents", json={**FIVE, "name": "Clara"}).json["id"]
    client.post(f"/agents/{clara}/release", json={"channel": "twilio"})
    answer = client.post(f"/agents/{agent_id}/release", json={"channel": "twilio"})
    assert answer.status_code == 409
    assert f'Send "replaces": "{clara}"' in answer.json["error"]["message"]
    body = {"channel": "twilio", "replaces": clara}
    assert client.post(f"/agents/{agent_id}/release", json=body).status_code == 200


def test_a_draft_that_changed_since_it_was_looked_at_is_not_released(
    client: FlaskClient, agent_id: str
) -> None:
    client.patch(f"/agents/{agent_id}", json={"tone": "Formal"})
    body = {"channel": "twilio", "revision": 1}
    assert client.post(f"/agents/{agent_id}/release", json=body).status_code == 409
    assert (
        client.post(f"/agents/{agent_id}/release", json={**body, "revision": 2}).status_code == 200
    )


def test_whatever_the_api_changes_stands_in_the_audit_log(
    client: FlaskClient, services: Services, agent_id: str
) -> None:
    client.patch(f"/agents/{agent_id}", json={"tone": "Formal"})
    client.post(f"/agents/{agent_id}/release", json={"channel": "api"})
    client.delete(f"/agents/{agent_id}")
    done = [one.action for one in reversed(services.store.audit.page())]
    assert done == [
        "agent created",
        "agent released",
        "agent saved",
        "agent released",
        "agent archived",
    ]


@on_one_database
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"channel": "fax"}, 422),
        ({"channel": "api", "address": "another"}, 422),
        ({"channel": "meta"}, 422),
        ({"channel": "twilio", "version": 9}, 404),
        ({"channel": "twilio", "version": 10**30}, 422),
        ({}, 422),
    ],
)
def test_a_wrong_release_is_refused(
    client: FlaskClient, agent_id: str, body: object, status: int
) -> None:
    answer = client.post(f"/agents/{agent_id}/release", json=body)
    assert answer.status_code == status
    assert answer.json["error"]["message"]


# --- knowledge


AT_ONCE = 6


def test_files_that_are_given_at_once_all_come_into_the_same_base(
    client: FlaskClient, services: Services, agent_id: str
) -> None:
    names, barrier = [f"{number}.txt" for number in range(AT_ONCE)], threading.Barrier(AT_ONCE)

    def give(name: str) -> int:
        caller = opened(client.application, services)
        barrier.wait(30)
        return caller.post(f"/agents/{agent_id}/knowledge", data=upload(name)).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(give, names)) == {202}
    [base] = services.store.agents.get(agent_id).draft.knowledge.bases
    assert sorted(one.name for one in services.sources.list(base)) == names


def upload(*names: str) -> dict[str, object]:
    return {"files": [(io.BytesIO(f"Texto de {name}".encode()), name) for name in names]}


def test_files_become_sources_of_the_agents_own_base(
    client: FlaskClient, services: Services, wake_up: RememberingWakeUp, agent_id: str
) -> None:
    answer = client.post(f"/agents/{agent_id}/knowledge", data=upload("garantia.txt", "sedes.md"))
    assert answer.status_code == 202
    ids = [one["id"] for one in answer.json["sources"]]
    assert wake_up.notified == [(queues.INGESTION, source_id) for source_id in ids]
    listed = client.get(f"/agents/{agent_id}/knowledge").json["sources"]
    assert [(one["id"], one["state"]) for one in listed] == [(one, "waiting") for one in ids]
    [base] = services.store.agents.get(agent_id).draft.knowledge.bases
    assert services.sources.base(base).name == "Kavak"


def test_a_second_upload_and_a_page_go_to_the_same_base(
    client: FlaskClient, services: Services, agent_id: str
) -> None:
    client.post(f"/agents/{agent_id}/knowledge", data=upload("a.txt"))
    client.patch(f"/agents/{agent_id}", json={"name": "Otra"})
    page = client.post(f"/agents/{agent_id}/knowledge", json={"url": "https://example.com/x"})
    assert page.status_code == 202
    assert len(services.store.agents.get(agent_id).draft.knowledge.bases) == 1
    assert len(client.get(f"/agents/{agent_id}/knowledge").json["sources"]) == 2


def test_what_was_not_kept_of_a_source_is_listed_with_it(
    client: FlaskClient, services: Services, agent_id: str
) -> None:
    client.post(f"/agents/{agent_id}/knowledge", data=upload("a.txt"))
    loss = Notice("hidden_rows", 3, ("Precios",))
    with services.database.write() as tx:
        tx.execute(update(sources).values(notices=stored([loss])))
    [listed] = client.get(f"/agents/{agent_id}/knowledge").json["sources"]
    assert listed["notices"] == [
        {"code": "hidden_rows", "count": 3, "where": ["Precios"], "sentence": loss.sentence}
    ]


def test_a_source_goes_once_every_other_agent_that_looks_it_up_is_named(
    client: FlaskClient, services: Services, agent_id: str
) -> None:
    given = client.post(f"/agents/{agent_id}/knowledge", data=upload("a.txt")).json["sources"]
    source = f"/agents/{agent_id}/knowledge/{given[0]['id']}"
    [base] = services.store.agents.get(agent_id).draft.knowledge.bases
    looking = {**FIVE, "name": "Clara", "knowledge": {"bases": [base]}}
    clara = client.post("/agents", json=looking).json["id"]
    answer = client.delete(source)
    assert answer.status_code == 409
    assert "Clara" in answer.json["error"]["message"]
    assert fields_of(answer) == {"taken_from": clara}
    assert services.sources.get(given[0]["id"]).state == "waiting"
    assert client.delete(source, query_string={"taken_from": clara}).status_code == 204
    assert services.sources.get(given[0]["id"]).state == "removing"
    other = client.post("/agents", json=FIVE).json["id"]
    assert client.delete(source.replace(agent_id, other)).status_code == 404


@on_one_database
@pytest.mark.parametrize(
    "body", [{"url": "ftp://x"}, {"url": ""}, {}, {"url": "https://x", "y": 1}]
)
def test_a_wrong_page_is_a_422(client: FlaskClient, agent_id: str, body: object) -> None:
    answer = client.post(f"/agents/{agent_id}/knowledge", json=body)
    assert answer.status_code == 422
    assert answer.json["error"]["message"]


@on_one_database
def test_an_upload_without_files_is_a_422(client: FlaskClient, agent_id: str) -> None:
    answer = client.post(f"/agents/{agent_id}/knowledge", data={"file": "x"})
    assert answer.status_code == 422
    assert '"files"' in answer.json["error"]["message"]


@on_one_database
def test_an_upload_may_be_larger_than_other_requests_but_has_a_limit(
    client: FlaskClient, agent_id: str
) -> None:
    path = f"/agents/{agent_id}/knowledge"
    for megabytes, status in ((4, 202), (30, 413)):
        file = FileStorage(io.BytesIO(b"x" * (megabytes << 20)), filename="a.txt")
        boundary, body = encode_multipart({"files": file})
        kind = f"multipart/form-data; boundary={boundary}"
        assert client.post(path, data=body, content_type=kind).status_code == status
    big = client.post("/agents", data=b" " * (4 << 20), content_type="application/json")
    assert big.status_code in (413, 422)


# --- pages and manners


@on_one_database
def test_the_api_describes_itself(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").json["paths"]
    assert set(paths) == {path for _, path in ROUTES}
    page = client.get("/docs").text
    assert all(f"</b> {path}</h2>" in page for path in paths)
    assert "http://" not in page
    assert "https://" not in page
    with client.get("/static/docs.css") as style:
        assert style.status_code == 200


@on_one_database
def test_every_json_body_has_a_valid_example(client: FlaskClient) -> None:
    document = client.get("/openapi.json").json
    bodies = [
        content["schema"]["$ref"].rsplit("/", 1)[-1]
        for operations in document["paths"].values()
        for operation in operations.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        if "$ref" in content["schema"]
    ]
    schemas = document["components"]["schemas"]
    assert [name for name in bodies if "example" not in schemas[name]] == []
    for name in bodies:
        whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        jsonschema.validate(schemas[name]["example"], whole)


@on_one_database
def test_every_answer_is_guarded_against_sniffing_and_framing(client: FlaskClient) -> None:
    for path in ("/agents", "/docs", "/nothing", "/healthz"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@on_one_database
def test_what_is_not_there_says_so_in_json(client: FlaskClient) -> None:
    assert client.get("/nothing").json["error"]["message"] == "There is nothing at this address."
    assert client.put("/agents").status_code == 405
