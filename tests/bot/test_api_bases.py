"""Knowledge by API: bases, sources and the questions that a base is measured by."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from actions import queues
from actions.services import Services
from tests.bot.conftest import RememberingWakeUp, on_one_database

Json = Mapping[str, Any]


@pytest.fixture
def base(client: FlaskClient) -> str:
    return str(client.post("/bases", json={"name": "Taller"}).json["id"])


def given(client: FlaskClient, base: str, **body: Any) -> str:
    """Add a source; its id."""
    answer = client.post(f"/bases/{base}/sources", json=body)
    assert answer.status_code == 202, answer.json
    return str(answer.json["sources"][0]["id"])


def uploaded(client: FlaskClient, path: str, name: str, text: str, method: str = "POST") -> Any:
    data = {"files": (io.BytesIO(text.encode()), name)}
    return client.open(path, method=method, data=data)


# --- bases


def test_a_base_is_made_read_tuned_and_removed(client: FlaskClient, base: str) -> None:
    here = f"/bases/{base}"
    assert [one["name"] for one in client.get("/bases").json["bases"]] == ["Taller"]
    tuned = client.patch(here, json={"threshold": 0.3, "chunk_tokens": 100}).json["tuning"]
    assert (tuned["threshold"], tuned["chunk_tokens"], tuned["words"]) == (0.3, 100, 0.5)
    assert client.patch(here, json={"words": 1}).json["tuning"]["threshold"] == 0.3
    assert client.delete(here).status_code == 204
    assert client.get(here).status_code == 404


@on_one_database
@pytest.mark.parametrize(
    "body",
    [{"threshold": 2}, {"chunk_tokens": 5}, {"vector_low": 0.9, "vector_high": 0.1}, {"wurds": 1}],
)
def test_a_tuning_that_is_none_is_refused(client: FlaskClient, base: str, body: Json) -> None:
    answer = client.patch(f"/bases/{base}", json=body)
    assert answer.status_code == 422
    assert answer.json["error"]["message"]


def test_a_base_that_agents_look_into_goes_only_with_their_names(
    client: FlaskClient, base: str
) -> None:
    body = {"name": "Sofía", "knowledge": {"bases": [base]}}
    agent = client.post("/agents", json=body).json["id"]
    assert client.get(f"/bases/{base}").json["used_by"] == [agent]
    refused = client.delete(f"/bases/{base}")
    assert (refused.status_code, refused.json["error"]["fields"][0]["message"]) == (409, agent)
    assert client.delete(f"/bases/{base}?taken_from={agent}").status_code == 204


def test_a_name_that_is_taken_is_refused_with_a_sentence(client: FlaskClient, base: str) -> None:
    answer = client.post("/bases", json={"name": "Taller"})
    assert answer.status_code == 422


@on_one_database
@pytest.mark.parametrize("one", ["0" * 32, "nope", "%00", "a%27b", "x" * 500])
def test_a_base_or_source_that_is_none_is_a_404(client: FlaskClient, one: str) -> None:
    for method, path, body in (
        ("GET", "/bases/{}", None),
        ("PATCH", "/bases/{}", {}),
        ("DELETE", "/bases/{}", None),
        ("POST", "/bases/{}/rebuild", None),
        ("DELETE", "/bases/{}/rebuild", None),
        ("GET", "/bases/{}/sources", None),
        ("POST", "/bases/{}/sources", {"text": "x"}),
        ("GET", "/bases/{}/questions", None),
        ("POST", "/bases/{}/questions", {"question": "x"}),
        ("GET", "/sources/{}", None),
        ("GET", "/sources/{}/text", None),
        ("GET", "/sources/{}/passages", None),
        ("GET", "/sources/{}/differences", None),
        ("PUT", "/sources/{}", {"text": "x"}),
        ("PATCH", "/sources/{}", {"refresh_hours": 1}),
        ("POST", "/sources/{}/read", None),
        ("POST", "/sources/{}/held", {"accept": True}),
        ("DELETE", "/sources/{}", None),
    ):
        answer = client.open(path.format(one), method=method, json=body)
        assert answer.status_code == 404, (method, path)


# --- what a base is given


def test_every_kind_of_source_is_taken(
    client: FlaskClient, wake_up: RememberingWakeUp, base: str
) -> None:
    made = [
        given(client, base, text="Abrimos a las 9.", name="Horario"),
        given(client, base, pairs="Q: ¿Abren?\nA: Sí, a las 9."),
        given(client, base, url="https://example.com/p"),
        given(client, base, url="https://example.com/", pages=5),
        uploaded(client, f"/bases/{base}/sources", "a.txt", "Hola").json["sources"][0]["id"],
    ]
    listed = client.get(f"/bases/{base}/sources").json["sources"]
    assert {one["kind"] for one in listed} == {"text", "pairs", "url", "site", "file"}
    assert [subject for job, subject in wake_up.notified if job == queues.INGESTION] == made


@on_one_database
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "x", "url": "https://example.com"},
        {"text": "x", "pages": 4},
        {"url": "file:///etc/passwd"},
        {"url": "https://example.com", "pages": 100_000},
        {"pairs": "no pairs at all"},
        {"text": ""},
        [],
    ],
)
def test_what_is_no_source_is_refused(client: FlaskClient, base: str, body: Any) -> None:
    assert client.post(f"/bases/{base}/sources", json=body).status_code == 422
    assert client.get(f"/bases/{base}/sources").json["sources"] == []


def test_a_text_is_read_back_and_replaced_by_who_saw_it(client: FlaskClient, base: str) -> None:
    here = f"/sources/{given(client, base, text='Abrimos a las 9.', name='Horario')}"
    seen = client.get(here).headers["ETag"]
    assert client.get(f"{here}/text").json == {"text": "Abrimos a las 9."}
    put = client.put(here, json={"text": "Abrimos a las 10."}, headers={"If-Match": seen})
    assert (put.status_code, put.json["name"]) == (202, "Horario")
    again = client.put(here, json={"text": "Nunca."}, headers={"If-Match": seen})
    assert again.status_code == 412
    assert client.get(f"{here}/text").json == {"text": "Abrimos a las 10."}


def test_a_file_is_replaced_by_one_file(client: FlaskClient, base: str) -> None:
    made = uploaded(client, f"/bases/{base}/sources", "a.txt", "Uno").json["sources"][0]["id"]
    assert uploaded(client, f"/sources/{made}", "b.txt", "Dos", "PUT").json["name"] == "b.txt"
    both = {"files": [(io.BytesIO(b"x"), "c.txt"), (io.BytesIO(b"y"), "d.txt")]}
    assert client.put(f"/sources/{made}", data=both).status_code == 422
    assert client.put(f"/sources/{made}", json={"text": "x"}).status_code == 422


def test_a_page_is_read_again_by_itself_and_a_text_is_not(client: FlaskClient, base: str) -> None:
    page, text = given(client, base, url="https://example.com/p"), given(client, base, text="x")
    assert client.patch(f"/sources/{page}", json={"refresh_hours": 24}).json["refresh_hours"] == 24
    assert client.patch(f"/sources/{text}", json={"refresh_hours": 24}).status_code == 422
    assert client.patch(f"/sources/{page}", json={"refresh_hours": 10**8}).status_code == 422
    assert client.post(f"/sources/{page}/read").status_code == 202


def test_sources_and_bases_are_renamed(client: FlaskClient, base: str) -> None:
    here = f"/sources/{given(client, base, text='Abrimos a las 9.', name='Nota')}"
    assert client.patch(here, json={"name": "Horario"}).json["name"] == "Horario"
    assert client.patch(here, json={"name": ""}).status_code == 422
    assert client.patch(f"/bases/{base}", json={"name": "Clínica"}).json["name"] == "Clínica"


def test_the_same_name_again_asks(client: FlaskClient, base: str) -> None:
    here = f"/bases/{base}/sources"
    assert uploaded(client, here, "a.txt", "Uno").status_code == 202
    again = uploaded(client, here, "a.txt", "Dos")
    assert again.status_code == 422
    assert "Replace it, or keep both" in again.get_data(as_text=True)
    for on_same, names in (("replace", 1), ("both", 2)):
        form = {"files": [(io.BytesIO(on_same.encode()), "a.txt")], "on_same": on_same}
        assert client.post(here, data=form).status_code == 202
        assert len(client.get(here).json["sources"]) == names
    form = {"files": [(io.BytesIO(b"x"), "a.txt")], "on_same": "never"}
    assert client.post(here, data=form).status_code == 422


def test_customers_are_told_with_the_next_release_or_at_once(
    client: FlaskClient, base: str
) -> None:
    here = f"/sources/{given(client, base, text='Abrimos a las 9.')}"
    assert client.get(here).json["effect"] == "release"
    assert client.patch(here, json={"effect": "at_once"}).json["effect"] == "at_once"
    assert client.patch(here, json={"effect": "never"}).status_code == 422
    assert client.patch(here, json={"effect": "release", "refresh_hours": 1}).status_code == 422
    assert client.get(here).json["effect"] == "at_once"  # all of it or nothing
    assert client.post(f"{here}/held", json={"accept": True}).status_code == 422


def test_a_source_that_agents_look_up_goes_only_with_their_names(
    client: FlaskClient, base: str
) -> None:
    made = given(client, base, text="x")
    body = {"name": "Sofía", "knowledge": {"bases": [base]}}
    agent = client.post("/agents", json=body).json["id"]
    assert client.delete(f"/sources/{made}").status_code == 409
    assert client.delete(f"/sources/{made}?taken_from={agent}").status_code == 204


def test_a_source_says_what_was_not_kept_of_it(client: FlaskClient, base: str) -> None:
    source = client.get(f"/sources/{given(client, base, text='x')}").json
    assert (source["notices"], source["state"]) == ([], "waiting")


# --- questions


def test_questions_that_measure_a_base_are_kept_and_forgotten(
    client: FlaskClient, base: str
) -> None:
    body = {"question": "¿Abren?", "source": "a.txt", "expect": "9", "page": 1}
    made = client.post(f"/bases/{base}/questions", json=body)
    assert made.status_code == 201
    [kept] = client.get(f"/bases/{base}/questions").json["questions"]
    assert {**body, "row": None, "id": made.json["id"]} == kept
    assert client.delete(f"/questions/{kept['id']}").status_code == 204
    assert client.delete(f"/questions/{kept['id']}").status_code == 404
    assert client.get(f"/bases/{base}/questions").json["questions"] == []


def test_the_passages_of_a_source_come_in_order(
    client: FlaskClient, services: Services, base: str
) -> None:
    made = given(client, base, text="x")
    assert client.get(f"/sources/{made}/passages").json == {"passages": [], "next": ""}
    assert client.get(f"/sources/{made}/differences").json == {"differences": []}
