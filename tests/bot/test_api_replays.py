"""Replays by the API: started, watched, stopped, and what is tried without a model."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from actions.services import Services
from agent.replayed import Reply, Stretch
from agent.spec import Spec
from store.conversations.inbox import Inbound
from store.conversations.work import Outcome
from tests.bot.conftest import on_one_database

OURS = "whatsapp:+14155238886"


@pytest.fixture
def agent_id(client: FlaskClient, services: Services) -> str:
    made = services.store.agents.create(Spec(name="Sofía"), "ana")
    services.store.agents.release_draft(made, "twilio", OURS, "ana")
    return made


@pytest.fixture
def conversation(services: Services, agent_id: str) -> int:
    """One in which the agent answered."""
    message = Inbound("twilio", "SM1", OURS, "whatsapp:+5215550001111", "¿Tiene abogado?")
    [accepted] = services.store.inbox.accept([message])
    lease = services.store.turns.lease(accepted.conversation_id)
    assert lease is not None
    [version] = services.store.agents.versions(agent_id)
    said = Outcome(
        "answered",  # type: ignore[arg-type]
        version.id,
        lease.fence,
        text="Hay descuento.",
        parts=["Hay descuento."],
    )
    assert services.store.turns.commit(services.store.turns.read(lease, 5), said)
    return accepted.conversation_id


def read(client: FlaskClient, address: str, **query: Any) -> Any:
    answer = client.get(address, query_string=query)
    assert answer.status_code == 200, answer.json
    return answer.json


@on_one_database
def test_a_replay_is_started_read_stopped_and_goes_on(
    client: FlaskClient, services: Services, agent_id: str, conversation: int
) -> None:
    answer = client.post(f"/agents/{agent_id}/replays", json={"days": 7, "name": "semana"})
    assert answer.status_code == 201, answer.json
    made = answer.json
    assert (made["state"], made["progress"]["waiting"]) == ("waiting", 1)
    assert made["candidate"]["label"] == "draft"
    lease = services.store.replays.lease()
    assert lease is not None
    assert lease.conversation_id == conversation
    piece = Stretch(["hola"], [Reply([1], "a", "answered")], [Reply([1], "b", "answered")])
    assert services.store.replays.finish(lease, [piece.as_json()], 0.01)
    address = f"/replays/{made['id']}"
    found = read(client, address)
    assert (found["state"], found["sums"]["changes"]["text"]) == ("done", 1)
    [row] = read(client, f"{address}/rows", changed=True)["rows"]
    assert row["stretches"][0]["changes"] == ["text"]
    assert services.store.audit.page()[0].action == "replay read"
    [listed] = read(client, f"/agents/{agent_id}/replays")["replays"]
    assert listed["id"] == made["id"]
    assert client.post(f"{address}/resume", json={}).status_code == 422
    other = client.post(f"/agents/{agent_id}/replays", json={}).json
    stopped = client.post(f"/replays/{other['id']}/stop")
    assert stopped.json["state"] == "stopped"
    again = client.post(f"/replays/{other['id']}/resume", json={"cost_limit": 2})
    assert (again.json["state"], again.json["cost_limit"]) == ("waiting", 2)


@on_one_database
def test_without_a_recorded_conversation_there_is_nothing_to_play(
    client: FlaskClient, agent_id: str
) -> None:
    answer = client.post(f"/agents/{agent_id}/replays", json={"days": 7})
    assert answer.status_code == 422
    assert "No conversation fits" in str(answer.json)


@on_one_database
def test_windows_and_words_are_tried_without_a_model(
    client: FlaskClient, agent_id: str, conversation: int
) -> None:
    bursts = read(client, f"/agents/{agent_id}/bursts", days=7)
    assert [one["quiet_seconds"] for one in bursts["windows"]] == list(range(11))
    assert (bursts["windows"][0]["turns"], bursts["suggested"]) == (1, None)
    address = f"/agents/{agent_id}/tried-words"
    tried = client.post(address, json={"days": 7, "handoff_words": ["ABOGADO"]}).json
    assert tried["turns"] == 1
    assert tried["found"][0]["hit"] == {"effect": "handed_over", "word": "ABOGADO"}
    stopped = client.post(address, json={"forbidden_topics": ["descuento"]}).json
    assert stopped["found"][0]["hit"]["effect"] == "stopped"
    assert client.post(address, json={"handoff_words": ["taller"]}).json["found"] == []
