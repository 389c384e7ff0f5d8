"""The team's answers, corrections, files of agents and look-ups by API."""

import json
import threading

import pytest
from flask.testing import FlaskClient
from redis import Redis

from actions import lookups, queues
from actions.services import Services
from bot.app import create_app
from jobs.lookups import answered
from knowledge import tables
from tests.bot.conftest import RememberingWakeUp, on_one_database, opened
from tests.parts import changed
from tests.standins.shelf import Shelf

QUESTION, ANSWER = "¿Aceptan efectivo?", "Solo hasta mil pesos."
BOTH = {"question": QUESTION, "answer": ANSWER}


class Worker(RememberingWakeUp):
    """Answers each look-up as soon as it is rung for."""

    services: Services
    is_busy = False

    def notify(self, job: str, subject: str | int) -> bool:
        super().notify(job, subject)
        if job in (queues.LOOKUP, queues.SEARCH) and not self.is_busy:
            threading.Thread(target=answered, args=(self.services, int(subject))).start()
        return True


@pytest.fixture
def wake_up() -> RememberingWakeUp:
    return Worker()


@pytest.fixture
def services(services: Services, wake_up: Worker) -> Services:
    wake_up.services = changed(services, redis=Shelf())
    return wake_up.services


@pytest.fixture
def base(client: FlaskClient) -> str:
    return str(client.post("/bases", json={"name": "Pagos"}).json["id"])


@pytest.fixture
def answer(client: FlaskClient, base: str) -> int:
    return int(client.post(f"/bases/{base}/answers", json=BOTH).json["id"])


def found(client: FlaskClient, base: str, question: str = QUESTION) -> list[str]:
    told = client.post(f"/bases/{base}/search", json={"question": question})
    assert told.status_code == 200, told.json
    return [one["text"] for one in told.json["passages"]]


# --- answers of the team


def test_an_answer_is_kept_changed_and_forgotten(
    client: FlaskClient, wake_up: Worker, base: str, answer: int
) -> None:
    [kept] = client.get(f"/bases/{base}/answers").json["answers"]
    assert (kept["id"], kept["question"], kept["answer"]) == (answer, QUESTION, ANSWER)
    assert found(client, base) == [ANSWER]
    client.put(f"/answers/{answer}", json={**BOTH, "answer": "Nunca."})
    assert found(client, base) == ["Nunca."]
    assert client.delete(f"/answers/{answer}").status_code == 204
    assert client.delete(f"/answers/{answer}").status_code == 404
    assert found(client, base) == []


def test_its_vector_is_left_to_a_worker(
    client: FlaskClient, services: Services, wake_up: Worker, base: str, answer: int
) -> None:
    with services.database.read() as tx:
        [chunk] = tx.execute(tables.chunks.select()).all()
    assert (queues.ALIGNMENT, f"{chunk.source_id}:{answer}") in wake_up.notified


@on_one_database
@pytest.mark.parametrize("one", ["0", "x", "-1", "9" * 30, "%00"])
def test_what_is_none_is_a_404(client: FlaskClient, one: str) -> None:
    for method, path, body in (
        ("PUT", f"/answers/{one}", BOTH),
        ("DELETE", f"/answers/{one}", None),
        ("GET", f"/passages/{one}", None),
        ("PUT", f"/passages/{one}", {"text": "x"}),
        ("POST", f"/passages/{one}/silence", None),
        ("POST", f"/passages/{one}/restore", None),
        ("GET", f"/bases/{one}/answers", None),
        ("POST", f"/bases/{one}/answers", BOTH),
        ("POST", f"/bases/{one}/search", {"question": "x"}),
        ("POST", f"/bases/{one}/measure", None),
        ("POST", f"/bases/{one}/advice", None),
    ):
        assert client.open(path, method=method, json=body).status_code == 404, (method, path)


def test_the_source_of_the_teams_answers_is_no_source_to_change(
    client: FlaskClient, services: Services, base: str, answer: int
) -> None:
    with services.database.read() as tx:
        [chunk] = tx.execute(tables.chunks.select()).all()
    assert client.get(f"/sources/{chunk.source_id}").status_code == 404
    assert client.delete(f"/sources/{chunk.source_id}").status_code == 404


# --- passages


@pytest.fixture
def passage(client: FlaskClient, services: Services, base: str) -> int:
    sent = client.post(f"/bases/{base}/sources", json={"text": "Hay pan."})
    [source] = sent.json["sources"]
    row = {"base_id": base, "source_id": source["id"], "source_version": 0, "position": 0}
    with services.database.write() as tx:
        chunk = tables.chunks.insert().values(**row, text="Hay pan.", heading="", stems="pan")
        return int(tx.execute(chunk.returning(tables.chunks.c.id)).scalar_one())


def test_a_passage_is_corrected_silenced_and_restored(client: FlaskClient, passage: int) -> None:
    here = f"/passages/{passage}"
    assert client.put(here, json={"text": "Hay pan dulce."}).json["text"] == "Hay pan dulce."
    assert client.post(f"{here}/silence").json["silenced"] is True
    back = client.post(f"{here}/restore").json
    assert (back["text"], back["silenced"], back["fingerprint"]) == ("Hay pan.", False, "")
    assert client.put(here, json={"text": " "}).status_code == 422


# --- what a worker looks up


def test_a_base_is_measured_by_its_questions(client: FlaskClient, base: str, answer: int) -> None:
    body = {"question": QUESTION, "source": "Respuestas del equipo"}
    client.post(f"/bases/{base}/questions", json=body)
    told = client.post(f"/bases/{base}/measure").json
    by_way = {one["way"]: one["hit1"] for one in told["ways"]}
    assert by_way["lexical"] == 1.0
    assert told["ranks"][0]["lexical"] == 1


def test_advice_on_too_few_questions_is_refused_in_the_workers_words(
    client: FlaskClient, base: str
) -> None:
    told = client.post(f"/bases/{base}/advice")
    assert told.status_code == 422
    assert "20 questions" in told.json["error"]["message"]


@on_one_database
def test_a_look_up_that_no_worker_answers_in_time_is_a_503(
    client: FlaskClient, wake_up: Worker, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wake_up.is_busy = True
    monkeypatch.setattr("bot.api_answers.SEARCH_SECONDS", 0.0)
    told = client.post(f"/bases/{base}/search", json={"question": QUESTION})
    assert told.status_code == 503
    assert "Try again" in told.json["error"]["message"]
    job, subject = wake_up.notified[-1]
    assert queues.QUEUE_OF[job] == queues.CONVERSATIONS  # not behind a file that is read
    assert type(subject) is int  # as conversation workers hear it


@on_one_database
def test_a_look_up_without_redis_is_a_503(services: Services, base: str) -> None:
    nobody = Redis.from_url("redis://127.0.0.1:1/0")
    lost = changed(services, redis=nobody, wake_up=RememberingWakeUp())
    client = opened(create_app(lost), lost)
    told = client.post(f"/bases/{base}/search", json={"question": QUESTION})
    assert told.status_code == 503


@on_one_database
def test_a_question_is_asked_of_no_worker_twice(services: Services) -> None:
    services.redis.set("lookup:7", json.dumps({"kind": "search"}), ex=1)
    assert lookups.take(services, 7) == {"kind": "search"}
    assert lookups.take(services, 7) is None


# --- an agent as a file


def test_an_agent_is_carried_in_a_file_with_its_answers(
    client: FlaskClient, base: str, answer: int
) -> None:
    body = {"name": "Sofía", "tone": "Breve", "knowledge": {"bases": [base]}}
    agent = client.post("/agents", json=body).json["id"]
    file = client.get(f"/agents/{agent}/bundle")
    assert file.mimetype == "application/yaml"
    assert ANSWER in file.text
    made = client.post("/agents/bundles", data=file.data)
    assert made.status_code == 201
    assert made.json["draft"]["knowledge"]["bases"] == [base]
    assert len(client.get(f"/bases/{base}/answers").json["answers"]) == 1


@on_one_database
@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"format: other",
        b"a: &a [1]\nb: *a",
        b"[" * 100_000,
        b"- " * 5_000 + b"x",
        b"{a: " * 3_000,
        b"format: agent-studio/1\nagent: {name: ''}",
        b"!!python/object/apply:os.system ['true']",
    ],
)
def test_a_file_that_holds_no_agent_is_refused_with_a_sentence(
    client: FlaskClient, file: bytes
) -> None:
    answer = client.post("/agents/bundles", data=file)
    assert answer.status_code == 422
    assert answer.json["error"]["message"]


def test_an_agent_is_copied_put_away_and_taken_back(client: FlaskClient) -> None:
    agent = client.post("/agents", json={"name": "Sofía", "tone": "Breve"}).json["id"]
    copy = client.post(f"/agents/{agent}/duplicate", json={"name": "Clara"}).json
    assert (copy["name"], copy["draft"]["tone"], copy["released"]) == ("Clara", "Breve", [])
    client.delete(f"/agents/{copy['id']}")
    assert client.post(f"/agents/{copy['id']}/unarchive").json["archived"] is False
