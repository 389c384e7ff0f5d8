"""Conversations and turns by API: what is filtered, who takes what from whom, who may see it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from actions import conversations as acts
from actions import queues
from actions.services import Services
from agent.actor import Actor
from store.conversations.inbox import Inbound, Inbox
from store.conversations.outbox import OutboxMessage
from store.conversations.turns import Turns
from store.conversations.work import Outcome
from store.tables import inbox, media
from tests.bot.conftest import RememberingWakeUp, on_one_database
from tests.fakes import Clock

NUMBER = "whatsapp:+14155238886"
ANA = Actor("ana@example.com", "agent")
NOON = 1_773_144_000.0
GOOD = "una frase segura 7"
Round = Callable[..., int]
Caller = Callable[[str, str], dict[str, str]]


@pytest.fixture
def agent(client: FlaskClient) -> str:
    made = client.post("/agents", json={"name": "Sofía"}).json["id"]
    client.post(f"/agents/{made}/release", json={"channel": "twilio", "address": NUMBER})
    return str(made)


@pytest.fixture
def a_round(services: Services, client: FlaskClient, agent: str) -> Round:
    """A customer asks at some minute and is answered two seconds later."""
    clock = Clock(NOON)
    came = Inbox(services.database, services.channels, clock)
    turns = Turns(services.database, clock)

    def take(minute: float, question: str = "¿Precio?", name: str = "Carla", **more: Any) -> int:
        clock.now = NOON + minute * 60
        message = Inbound("twilio", f"SM{name}{minute}", NUMBER, f"whatsapp:{name}", question, name)
        number = came.accept([message])[0].conversation_id
        clock.now += 2
        lease = turns.lease(number)
        assert lease is not None
        live = services.store.agents.answering("twilio", NUMBER)
        assert live is not None
        told: dict[str, Any] = {"outcome": "answered", "text": "Sí.", "parts": ["Sí."], **more}
        done = Outcome(version_id=live.id, started_at=NOON + minute * 60, **told)
        turns.commit(turns.read(lease, 5), done)
        return number

    return take


@pytest.fixture
def caller(services: Services) -> Caller:
    """The headers of somebody with a token of that role."""

    def made(email: str, role: str) -> dict[str, str]:
        people = services.store.people
        people.change_password(email, people.add(email, role), GOOD)
        return {"Authorization": f"Bearer {services.store.tokens.make(email, 'test', role, 7)}"}

    return made


def log(services: Services) -> list[str]:
    return [one.action for one in services.store.audit.page()]


# --- turns


def found(client: FlaskClient, **query: Any) -> list[str]:
    answer = client.get("/turns", query_string=query)
    assert answer.status_code == 200, answer.json
    return [one["question"] for one in answer.json["turns"]]


def test_turns_come_with_what_was_asked_and_said(
    client: FlaskClient, a_round: Round, agent: str
) -> None:
    number = a_round(0, cost=0.25, model="offline", input_tokens=5)
    [turn] = client.get("/turns").json["turns"]
    assert (turn["question"], turn["answer"], turn["outcome"]) == ("¿Precio?", "Sí.", "answered")
    assert (turn["conversation_id"], turn["channel"]) == (number, "twilio")
    assert (turn["agent_id"], turn["agent_name"], turn["version"]) == (agent, "Sofía", 1)
    assert (turn["cost"], turn["finished_at"]) == (0.25, NOON + 2)


FILTERS = [
    ({}, ["tres", "dos", "una garantía"]),
    ({"outcome": "fallback"}, ["dos"]),
    ({"channel": "twilio"}, ["tres", "dos", "una garantía"]),
    ({"channel": "web"}, []),
    ({"since": NOON + 60}, ["tres", "dos"]),
    ({"until": NOON + 62}, ["una garantía"]),
    ({"since": NOON + 60, "until": NOON + 63}, ["dos"]),
    ({"cost_from": 0.5}, ["dos"]),
    ({"cost_to": 0.4}, ["tres", "una garantía"]),
    ({"text": "GARANTIA"}, ["una garantía"]),
    ({"text": "responde"}, ["tres"]),
    ({"text": "%"}, []),
    ({"text": "\x00"}, ["tres", "dos", "una garantía"]),
    ({"handed_off": "true"}, ["tres"]),
    ({"handed_off": "false"}, ["dos", "una garantía"]),
    ({"missed": "true"}, ["dos"]),
    ({"owner": "bot"}, ["dos", "una garantía"]),
    ({"owner": "human"}, ["tres"]),
]


@pytest.fixture
def three(services: Services, a_round: Round) -> list[int]:
    return [
        a_round(0, "una garantía", "Ana"),
        a_round(1, "dos", "Bea", outcome="fallback", cost=0.5, missed="dos"),
        a_round(2, "tres", "Eva", outcome="handoff", text="Alguien responde.", handoff_reason="x"),
    ]


def test_turns_are_filtered(client: FlaskClient, services: Services, three: list[int]) -> None:
    acts.take_over(services, ANA, three[2], services.store.owners.holder(three[2]))
    for query, expected in FILTERS:
        assert found(client, **query) == expected, query
    assert found(client, conversation=three[1]) == ["dos"]


def test_turns_are_filtered_by_what_people_said_of_them(
    client: FlaskClient, three: list[int]
) -> None:
    last, second, _ = client.get("/turns").json["turns"]
    for turn, verdict in ((last, "wrong"), (second, "right")):
        label = {"subject": "turn", "subject_id": turn["id"], "verdict": verdict}
        client.post("/labels", json={"labels": [label]})
    assert found(client, label="wrong") == ["tres"]
    assert found(client, label="unsure") == []
    assert found(client, labelled="true") == ["tres", "dos"]
    assert found(client, labelled="false") == ["una garantía"]


def test_turns_of_one_version_are_found(client: FlaskClient, a_round: Round, agent: str) -> None:
    a_round(0, "antes")
    client.patch(f"/agents/{agent}", json={"tone": "Formal"})
    client.post(f"/agents/{agent}/release", json={"channel": "twilio", "address": NUMBER})
    a_round(1, "después")
    other = client.post("/agents", json={"name": "Clara"}).json["id"]
    assert found(client, agent=agent, version=1) == ["antes"]
    assert found(client, agent=agent, version=2) == ["después"]
    assert found(client, agent=agent) == ["después", "antes"]
    assert found(client, agent=other) == []
    assert client.get("/turns?version=1").status_code == 422


def test_turns_come_line_by_line_and_page_by_page(
    client: FlaskClient, three: list[int], a_round: Round
) -> None:
    pages, cursor = [], ""
    while True:
        page = client.get("/turns", query_string={"limit": 1, "cursor": cursor}).json
        pages += [one["question"] for one in page["turns"]]
        cursor = page["next"]
        if not cursor:
            break
        a_round(10 + len(pages))  # what comes meanwhile moves nothing
    assert pages == ["tres", "dos", "una garantía"]
    lines = client.get("/turns", headers={"Accept": "application/x-ndjson"}).text.splitlines()
    assert len(lines) == 5


@on_one_database
@pytest.mark.parametrize(
    "query",
    [
        "agent=%00",
        "version=0",
        "channel=fax",
        "conversation=-1",
        "conversation=1e30",
        "outcome=x",
        "since=nan",
        "since=1e300",
        "until=inf",
        "cost_from=-1",
        "text=" + "x" * 300,
        "label=x",
        "limit=0",
        "limit=99999999",
        "cursor=W10=",
        "nobody=1",
    ],
)
def test_what_is_no_filter_is_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"/turns?{query}").status_code in (404, 422)


def test_why_something_was_said_is_told_with_every_step(
    client: FlaskClient, services: Services, a_round: Round
) -> None:
    a_round(0, trace=({"kind": "model"},))
    [turn] = client.get("/turns").json["turns"]
    told = client.get(f"/turns/{turn['id']}").json
    assert (told["question"], told["answer"]) == ("¿Precio?", "Sí.")
    assert told["trace"] == [{"kind": "model"}]
    assert client.get(f"/turns/{'0' * 32}").status_code == 404


def test_that_turns_are_read_is_noted_without_the_words_that_were_looked_for(
    client: FlaskClient, services: Services, a_round: Round
) -> None:
    a_round(0)
    found(client, text="precio", outcome="answered")
    [line] = [one for one in services.store.audit.page() if one.action == "turns read"]
    assert (line.person, line.detail) == ("installation token", "outcome answered, text …")


# --- conversations


def test_conversations_are_listed_and_filtered(
    client: FlaskClient, services: Services, three: list[int], agent: str
) -> None:
    def listed(**query: Any) -> list[int]:
        answer = client.get("/conversations", query_string=query)
        return [one["id"] for one in answer.json["conversations"]]

    acts.take_over(services, ANA, three[0])
    assert listed() == list(reversed(three))
    assert listed(owner="human", assigned_to=ANA.name) == [three[0]]
    assert listed(agent=agent) == list(reversed(three))
    assert listed(channel="meta") == []
    assert listed(search="garantía") == [three[0]]
    assert listed(search="\x00Bea") == [three[1]]
    first = client.get("/conversations?limit=2").json
    assert listed(limit=2, cursor=first["next"]) == [three[0]]
    assert client.get("/conversations?owner=nobody").status_code == 422


def test_a_thread_is_read_newest_first_and_that_is_noted(
    client: FlaskClient, services: Services, a_round: Round
) -> None:
    number = a_round(0)
    found, cursor = [], ""
    for _ in range(2):
        page = client.get(
            f"/conversations/{number}/messages", query_string={"limit": 1, "cursor": cursor}
        ).json
        found += [(one["author"], one["text"]) for one in page["messages"]]
        cursor = page["next"]
    assert found == [("agent", "Sí."), ("customer", "¿Precio?")]
    assert log(services)[0] == "conversation read"


@on_one_database
@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "1.5", "%00", "²", "٣"])
def test_a_conversation_that_is_none_is_a_404(client: FlaskClient, number: str) -> None:
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/messages", None),
        ("GET", "/notes", None),
        ("POST", "/take-over", {}),
        ("POST", "/pause", {}),
        ("POST", "/hand-back", {}),
        ("POST", "/assign", {}),
        ("POST", "/reply", {"text": "x"}),
        ("POST", "/notes", {"text": "x"}),
        ("DELETE", "", None),
    ):
        answer = client.open(f"/conversations/{number}{path}", method=method, json=body)
        assert answer.status_code == 404, (method, path)


def test_a_conversation_is_taken_only_from_whom_one_names(
    client: FlaskClient, services: Services, a_round: Round, caller: Caller
) -> None:
    number = a_round(0)
    here, eva = f"/conversations/{number}", caller("eva@example.com", "agent")
    ana = caller("ana@example.com", "agent")
    assert client.post(f"{here}/take-over", json={}, headers=ana).json["owner"] == "human"
    for act in ("take-over", "pause", "hand-back", "assign"):
        refused = client.post(f"{here}/{act}", json={}, headers=eva)
        assert refused.status_code == 409
        assert "ana@example.com has this" in refused.json["error"]["message"]
    taken = client.post(f"{here}/take-over", json={"taken_from": ANA.name}, headers=eva)
    assert taken.json["assigned_to"] == "eva@example.com"
    assert client.post(f"{here}/hand-back", json={}, headers=eva).json["owner"] == "bot"


def test_a_pause_ends_by_itself(client: FlaskClient, a_round: Round) -> None:
    here = f"/conversations/{a_round(0)}"
    paused = client.post(f"{here}/pause", json={"seconds": 600}).json
    assert paused["owner"] == "paused"
    assert paused["owner_until"] > NOON
    for seconds in (0, -5, 10**9, "x"):
        assert client.post(f"{here}/pause", json={"seconds": seconds}).status_code == 422


def test_what_staff_write_goes_the_way_of_every_reply(
    client: FlaskClient, services: Services, wake_up: RememberingWakeUp, a_round: Round
) -> None:
    number = a_round(0)
    here = f"/conversations/{number}"
    assert client.post(f"{here}/reply", json={"text": "Le llamo."}).status_code == 202
    assert (queues.DELIVERY, number) in wake_up.notified
    assert client.post(f"{here}/reply", json={"text": "  "}).status_code == 422
    assert client.post(f"{here}/notes", json={"text": "Ojo"}).status_code == 204
    assert [one["text"] for one in client.get(f"{here}/notes").json["notes"]] == ["Ojo"]
    said = client.get(f"{here}/messages").json["messages"][0]
    assert (said["author"], said["text"]) == ("human", "Le llamo.")


def test_what_did_not_arrive_is_settled_once(
    client: FlaskClient, services: Services, a_round: Round
) -> None:
    number = a_round(0)
    claimed = services.store.outbox.claim(number)
    assert isinstance(claimed, OutboxMessage)
    services.store.outbox.dead(claimed, "refused", "63016")
    [dead] = client.get("/undelivered").json["undelivered"]
    assert (dead["error_code"], dead["body"]) == ("63016", "Sí.")
    assert client.post(f"/undelivered/{dead['id']}/retry").status_code == 204
    for act in ("retry", "dismiss"):
        assert client.post(f"/undelivered/{dead['id']}/{act}").status_code == 404


def test_a_file_of_a_customer_is_a_download_of_no_kind(
    client: FlaskClient, services: Services, a_round: Round
) -> None:
    number, folder = a_round(0), services.settings.media_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "f.html").write_bytes(b"<script>")
    with services.database.write() as tx:
        row = tx.execute(inbox.select()).first()
        assert row is not None
        file = {"id": "a" * 32, "conversation_id": number, "inbox_id": row.id, "position": 0}
        more = {"url": "x", "media_type": "text/html", "name": "f.html", "created_at": NOON}
        kept = {"state": "kept", "stored_name": "f.html", "next_at": 0}
        tx.execute(insert(media).values(**file, **more, **kept))
    with client.get(f"/files/{'a' * 32}") as answer:
        assert answer.data == b"<script>"
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "file seen" in log(services)
    assert client.get("/files/..%2f..%2fetc%2fpasswd").status_code == 404


def test_only_an_admin_erases_a_customer(
    client: FlaskClient, services: Services, a_round: Round, caller: Caller
) -> None:
    number = a_round(0)
    here = f"/conversations/{number}"
    editor = caller("ed@example.com", "editor")
    assert client.delete(here, headers=editor).status_code == 403
    assert client.delete(here).status_code == 204
    assert client.get(here).status_code == 404
    assert found(client) == []
