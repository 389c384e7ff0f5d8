import threading
import time
from dataclasses import dataclass, field, replace

import pytest
from flask.testing import FlaskClient

from actions.services import Services
from bot import api_chat
from bot.app import create_app
from store.conversations.work import Outcome
from store.tables import inbox
from tests.bot.conftest import RememberingWakeUp, count, on_one_database, opened


@dataclass
class AnsweringWakeUp(RememberingWakeUp):
    """A worker that answers as soon as it is rung."""

    services: Services | None = None
    notified: list[tuple[str, str | int]] = field(default_factory=list)

    def notify(self, job: str, subject: str | int) -> bool:
        assert self.services is not None
        waiting = self.services.store.turns.waiting(int(subject))
        if waiting is None:
            return super().notify(job, subject)
        lease = self.services.store.turns.lease(int(subject))
        assert lease is not None
        work = self.services.store.turns.read(lease, 20)
        version = self.services.store.agents.answering(waiting.channel, waiting.our_address)
        assert version is not None
        text = f"{len(work.history)}: {work.unanswered[0].text}"
        outcome = Outcome(
            "answered",
            version.id,
            time.time(),
            text=text,
            parts=[text],
            model="offline",
            input_tokens=12,
            output_tokens=3,
            cost=0.5,
            citations=[{"source": "garantia.pdf"}],
        )
        assert self.services.store.turns.commit(work, outcome)
        return super().notify(job, subject)


@pytest.fixture
def wake_up() -> AnsweringWakeUp:
    return AnsweringWakeUp()


@pytest.fixture
def answered(services: Services, wake_up: AnsweringWakeUp) -> FlaskClient:
    wake_up.services = services
    return opened(create_app(services, chat_seconds=5), services)


@pytest.fixture
def agent_id(answered: FlaskClient) -> str:
    return str(answered.post("/agents", json={"name": "Sofía"}).json["id"])  # type: ignore[index]


def test_the_reply_comes_with_citations_version_and_usage(
    answered: FlaskClient, agent_id: str
) -> None:
    reply = answered.post("/chat", json={"agent_id": agent_id, "message": "hola"}).json
    assert reply["reply"] == "0: hola"
    assert reply["citations"] == [{"source": "garantia.pdf"}]
    assert reply["version"] == "Sofía v1"
    assert reply["usage"] == {
        "model": "offline",
        "input_tokens": 12,
        "output_tokens": 3,
        "cost": 0.5,
    }
    assert reply["conversation_id"]


def test_a_conversation_goes_on_under_its_id(answered: FlaskClient, agent_id: str) -> None:
    first = answered.post("/chat", json={"agent_id": agent_id, "message": "uno"}).json
    body = {"agent_id": agent_id, "message": "dos", "conversation_id": first["conversation_id"]}
    assert answered.post("/chat", json=body).json["reply"] == "2: dos"
    other = answered.post("/chat", json={"agent_id": agent_id, "message": "tres"}).json
    assert other["reply"] == "0: tres"


@pytest.mark.parametrize("conversation", [{}, {"conversation_id": "ana"}])
def test_the_same_key_says_it_once(
    answered: FlaskClient, services: Services, agent_id: str, conversation: dict[str, str]
) -> None:
    body = {"agent_id": agent_id, "message": "hola", **conversation}
    headers = {"Idempotency-Key": "k1"}
    first, second = (answered.post("/chat", json=body, headers=headers).json for _ in range(2))
    assert first == second
    assert count(services, inbox) == 1


def test_the_same_key_in_another_conversation_is_another_message(
    answered: FlaskClient, services: Services, agent_id: str
) -> None:
    for customer in ("ana", "luis"):
        body = {"agent_id": agent_id, "message": "hola", "conversation_id": customer}
        answered.post("/chat", json=body, headers={"Idempotency-Key": "k1"})
    assert count(services, inbox) == 2


@on_one_database
@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"message": ""}, "message", "Write at least 1 character(s)."),
        ({"message": "  "}, "message", "Write at least 1 character(s)."),
        ({"message": "x" * 8_001}, "message", "Write at most 8000 characters."),
        ({"message": None}, "message", "Write a text."),
        (
            {"channel": "fax"},
            "channel",
            "Choose 'api', 'web', 'whatsapp', 'twilio', 'chatwoot' or 'meta'.",
        ),
        ({"conversation_id": "x" * 201}, "conversation_id", "Write at most 200 characters."),
        ({"mesage": "x"}, "mesage", "There is no field of this name."),
    ],
)
def test_each_wrong_field_has_its_sentence(
    answered: FlaskClient, agent_id: str, change: dict[str, object], field: str, sentence: str
) -> None:
    answer = answered.post("/chat", json={"agent_id": agent_id, "message": "hola", **change})
    assert answer.status_code == 422
    assert {"field": field, "message": sentence} in answer.json["error"]["fields"]


NAMES = ("api", "web", "whatsapp", "twilio", "chatwoot", "meta")


@on_one_database
@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_program_calls_its_channel_it_is_answered_here(
    answered: FlaskClient, services: Services, agent_id: str, name: str
) -> None:
    body = {"agent_id": agent_id, "message": "hola", "channel": name, "conversation_id": "ana"}
    reply = answered.post("/chat", json=body).json
    assert (reply["reply"], reply["conversation_id"]) == ("0: hola", "ana")
    [summary] = services.store.conversations.page()
    assert summary.channel == ("web" if name == "web" else "api")  # nothing goes to a phone


@on_one_database
def test_every_name_of_a_channel_is_in_the_description(answered: FlaskClient) -> None:
    described = answered.get("/openapi.json").json["components"]["schemas"]["ChatIn"]
    assert described["properties"]["channel"]["enum"] == list(NAMES)


@on_one_database
@pytest.mark.parametrize("name", ["", "WhatsApp ", "fax", "sms", "x" * 300])
def test_no_channel_of_any_other_name(answered: FlaskClient, agent_id: str, name: str) -> None:
    body = {"agent_id": agent_id, "message": "hola", "channel": name}
    assert answered.post("/chat", json=body).status_code == 422


def test_an_unknown_agent_is_a_404(answered: FlaskClient) -> None:
    for unknown in ("0" * 32, "nope", "a'b", "ñ"):
        answer = answered.post("/chat", json={"agent_id": unknown, "message": "x"})
        assert answer.status_code == 404


def test_an_agent_that_was_put_away_is_a_404(answered: FlaskClient, agent_id: str) -> None:
    answered.delete(f"/agents/{agent_id}")
    assert answered.post("/chat", json={"agent_id": agent_id, "message": "x"}).status_code == 404


def test_an_agent_without_a_release_is_a_409(answered: FlaskClient, services: Services) -> None:
    draft = services.store.agents.get(
        answered.post("/agents", json={"name": "Ana"}).json["id"]
    ).draft
    agent_id = services.store.agents.create(draft, "ana")
    answer = answered.post("/chat", json={"agent_id": agent_id, "message": "hola"})
    assert answer.status_code == 409
    assert "no released version" in answer.json["error"]["message"]
    assert count(services, inbox) == 0


def test_an_answer_that_does_not_come_is_a_504_and_the_message_is_kept(services: Services) -> None:
    deaf = RememberingWakeUp()
    client = opened(create_app(_with(services, deaf), chat_seconds=0.01), services)
    agent_id = client.post("/agents", json={"name": "Sofía"}).json["id"]
    answer = client.post("/chat", json={"agent_id": agent_id, "message": "hola"})
    assert answer.status_code == 504
    assert "Idempotency-Key" in answer.json["error"]["message"]
    assert count(services, inbox) == 1


class GatedWakeUp(RememberingWakeUp):
    """A worker that is busy until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = threading.Semaphore(0)
        self.go = threading.Event()

    def notify(self, job: str, subject: str | int) -> bool:
        self.inside.release()
        self.go.wait(30)
        return super().notify(job, subject)


@on_one_database
def test_only_so_many_wait_at_once_and_webhooks_stay_free(services: Services) -> None:
    gate = GatedWakeUp()
    app = create_app(_with(services, gate), chat_seconds=0)
    agent_id = opened(app, services).post("/agents", json={"name": "Sofía"}).json["id"]
    body = {"agent_id": agent_id, "message": "hola"}
    waiting = [
        threading.Thread(target=lambda: opened(app, services).post("/chat", json=body))
        for _ in range(api_chat.MOST_WAITING)
    ]
    for one in waiting:
        one.start()
    for _ in waiting:
        assert gate.inside.acquire(timeout=30)
    answer = opened(app, services).post("/chat", json=body)
    gate.go.set()
    for one in waiting:
        one.join(30)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert opened(app, services).post("/chat", json=body).status_code == 504


def _with(services: Services, wake_up: RememberingWakeUp) -> Services:
    return replace(services, wake_up=wake_up)
