"""The guide's example is a whole channel: put into place, it answers customers and nothing else
has changed.
"""

import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from werkzeug.datastructures import Headers, MultiDict

import channels
from actions.checkup import Checkup
from actions.services import Services
from agent.settings import Settings
from agent.spec import ConversationRules, Spec
from bot.app import create_app
from bot.schemas import ReleaseIn
from channels import registry
from channels.base import Call, Channel, Refused, Report, Sent, Unknown, WebhookReceiver
from channels.errors import BadSignature, ChannelUnavailable, Unparseable
from jobs import deliver, turn
from jobs.context import Heartbeat, WorkerContext
from store.conversations.outbox import OutboxMessage
from studio.agent_form import AgentForm
from studio.pages import channels as channels_page
from studio.pages import channels_view, releases
from tests.bot.conftest import RememberingWakeUp, opened
from tests.jobs.fakes import EchoRuntime
from tests.standins.server import serve
from tests.studio.conftest import Caller, House, open_house

GUIDE = (Path(__file__).parents[2] / "docs" / "adding-a-channel.md").read_text(encoding="utf-8")
SECRET, TOKEN = "coo", "seed"
LOFT = "loft-7"
PROMPT = Spec(name="Vera", conversation=ConversationRules(quiet_seconds=0))
EDITOR = Caller("editor@example.com")


def recorded() -> bytes:
    """The guide's recorded webhook."""
    [found] = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    return str(found).encode()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The guide's files, put where channels are found."""
    files = re.findall(r"`channels/NAME/(\w+\.py)`[^\n]*\n\n```python\n(.*?)```", GUIDE, re.DOTALL)
    place = tmp_path / "channels" / "pigeon"
    place.mkdir(parents=True)
    for name, text in files:
        (place / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(place.parent)])
    yield place
    for name in [name for name in sys.modules if name.startswith("channels.pigeon")]:
        del sys.modules[name]
    vars(channels).pop("pigeon", None)


@pytest.fixture
def pigeon(folder: Path) -> ModuleType:
    """Its module of capabilities, found as every channel is."""
    assert "pigeon" in registry.known()
    return sys.modules["channels.pigeon.capabilities"]


@dataclass
class Loft:
    """A stand-in for Pigeon."""

    status: int = 201
    taken: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = Flask("pigeon")
        self.app.add_url_rule("/messages", view_func=self.post, methods=["POST"])
        self.app.add_url_rule("/messages", view_func=self.find, methods=["GET"], endpoint="find")

    def post(self) -> Response:
        if self.status in (201, 500):
            self.taken.append({**request.get_json(), "id": f"out-{len(self.taken)}"})
        answer = jsonify(self.taken[-1] if self.taken else {})
        answer.status_code = self.status
        return answer

    def find(self) -> Response:
        answer = jsonify([one for one in self.taken if str(one["tag"]) == request.args["tag"]])
        answer.status_code = 200 if request.authorization and request.authorization.token else 401
        return answer


@pytest.fixture
def loft() -> Loft:
    return Loft()


@pytest.fixture
def at_loft(loft: Loft, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Pigeon as `.env` would name it."""
    with serve(loft.app) as url:
        monkeypatch.setenv("PIGEON_URL", url)
        monkeypatch.setenv("PIGEON_SECRET", SECRET)
        monkeypatch.setenv("PIGEON_TOKEN", TOKEN)
        yield url


@pytest.fixture
def channel(pigeon: ModuleType, at_loft: str) -> Channel:
    return registry.channels(Settings(_env_file=None))["pigeon"]


@pytest.fixture
def receiver(pigeon: ModuleType, at_loft: str) -> WebhookReceiver:
    return registry.receivers(Settings(_env_file=None))["/webhooks/pigeon"]


def call(pigeon: ModuleType, raw: bytes, secret: str = SECRET) -> Call:
    headers = Headers({pigeon.SIGNATURE: pigeon.sign(secret, raw)})
    return Call("POST", "https://bot.example.com/x", raw, MultiDict(), MultiDict(), headers)


def outgoing() -> OutboxMessage:
    now = time.time()
    return OutboxMessage(
        id=42,
        conversation_id=1,
        channel="pigeon",
        our_address=LOFT,
        customer_address="dove-3",
        body="Sí, hasta las 6.",
        state="pending",
        token="t",
        attempts=1,
        unknowns=0,
        sending_at=now,
        created_at=now,
        last_inbound_at=now,
    )


REPORTED = Report("out-1", "delivered", outbox_id=42)


@pytest.mark.parametrize(
    ("body", "events"),
    [
        ({"event": "message", "id": "1", "loft": "l", "from": "d", "text": " "}, []),
        ({"event": "moult"}, []),
        ({"event": "status", "id": "out-1", "status": "delivered", "tag": 42}, [REPORTED]),
    ],
)
def test_its_other_webhooks_are_what_they_are(
    receiver: WebhookReceiver, pigeon: ModuleType, body: dict[str, Any], events: list[Report]
) -> None:
    assert list(receiver.read(call(pigeon, json.dumps(body).encode()))) == events


def test_it_refuses_what_is_forged_and_what_cannot_be_read(
    receiver: WebhookReceiver, pigeon: ModuleType
) -> None:
    with pytest.raises(BadSignature):
        receiver.read(call(pigeon, b"{}", secret="hawk"))
    with pytest.raises(BadSignature):
        pigeon.PigeonReceiver("").read(call(pigeon, b"{}", secret=""))
    for raw in (b"", b"[]", b"{}"):
        with pytest.raises(Unparseable):
            receiver.read(call(pigeon, raw))


def test_it_sends_once_and_says_what_became_of_it(channel: Channel, loft: Loft) -> None:
    kinds = []
    for status in (201, 429, 403, 500):
        loft.status = status
        kinds.append(type(channel.send(outgoing())))
    assert kinds == [Sent, Refused, Refused, Unknown]
    assert loft.taken[0]["text"] == "Sí, hasta las 6."


def test_it_finds_what_was_taken_though_nobody_could_tell(channel: Channel, loft: Loft) -> None:
    assert channel.look_up(outgoing()) is None
    loft.status = 500
    assert isinstance(channel.send(outgoing()), Unknown)
    assert channel.look_up(outgoing()) == Sent("out-0")


def test_it_says_when_it_cannot_look(pigeon: ModuleType) -> None:
    with pytest.raises(ChannelUnavailable):
        pigeon.PigeonChannel("http://127.0.0.1:1", "token").look_up(outgoing())


# --- in place, and nothing else has changed


@pytest.fixture
def house(pigeon: ModuleType, at_loft: str, settings: Settings) -> Iterator[House]:
    house = open_house(settings, RememberingWakeUp())
    yield house
    house.answering.runtime.close()
    house.services.database.close()


def by_the_studio(house: House, agent_id: str, address: str) -> None:
    values = AgentForm.of(house.services.store.agents.get(agent_id).draft).values()
    told = (agent_id, 1, "pigeon", address, "al palomar")
    page = releases.release(house.studio(), EDITOR, *told, *values)
    if page.done is None:
        page = releases.release_anyway(house.studio(), EDITOR, *told, page.asked, *values)
    assert page.done is not None


def by_the_api(house: House, agent_id: str, address: str) -> None:
    client = opened(create_app(house.services), house.services)
    body = {"channel": "pigeon", "address": address}
    answer = client.post(f"/agents/{agent_id}/release", json=body)
    assert answer.status_code == 200, answer.json


@pytest.mark.parametrize("release", [by_the_studio, by_the_api])
def test_a_customer_is_answered_over_it(
    house: House, pigeon: ModuleType, loft: Loft, release: Any
) -> None:
    services = house.services
    release(house, services.store.agents.create(PROMPT, "ana"), LOFT)
    client = create_app(services).test_client()

    def post(body: bytes) -> int:
        headers = {pigeon.SIGNATURE: pigeon.sign(SECRET, body)}
        return client.post("/webhooks/pigeon", data=body, headers=headers).status_code

    worker = worker_of(services)
    assert [post(recorded()), post(recorded())] == [200, 200]
    turn.take(worker, 1)
    deliver.send(worker, 1)
    [sent] = loft.taken
    assert (sent["to"], sent["text"]) == ("dove-3", "¿Abren hoy?")
    said = {"event": "status", "id": "out-0", "status": "delivered", "tag": sent["tag"]}
    assert post(json.dumps(said).encode()) == 200
    assert services.store.conversations.thread(1)[-1].delivery == "delivered"
    assert client.post("/webhooks/pigeon", data=recorded()).status_code == 403


def worker_of(services: Services) -> WorkerContext:
    """A conversation worker."""
    store = services.store
    ways, heartbeat = registry.channels(services.settings), Heartbeat(store.turns, store.outbox)
    return WorkerContext(services, EchoRuntime(), ways, heartbeat)  # type: ignore[arg-type]


def test_the_api_names_it_and_refuses_what_is_none(house: House) -> None:
    listed = ReleaseIn.model_json_schema()["properties"]["channel"]["enum"]
    assert listed == ["twilio", "chatwoot", "meta", "pigeon", "api", "web"]
    client = opened(create_app(house.services), house.services)
    agent_id = house.services.store.agents.create(Spec(name="Vera"), "ana")
    answer = client.post(f"/agents/{agent_id}/release", json={"channel": "owl", "address": "o"})
    assert answer.status_code == 422
    assert answer.json is not None
    [told] = answer.json["error"]["fields"]
    assert told["field"] == "channel"
    assert "'pigeon'" in told["message"]


def test_the_channels_page_shows_it_and_staff_write_first(house: House) -> None:
    by_the_studio(house, house.services.store.agents.create(Spec(name="Vera"), "ana"), LOFT)
    public = house.services.settings.model_copy(update={"public_base_url": "https://x.example"})
    seen = replace(house, services=replace(house.services, settings=public))
    for language, words in (("es", "Palomas mensajeras"), ("en", "Carrier pigeons")):
        studio = seen.studio(language)
        shown = channels_view.shown(studio, channels_page.first(studio, EDITOR))
        assert words in shown
        assert "https://x.example/webhooks/pigeon" in shown
        assert "0.002" in shown
    made = channels_page.test(house.studio(), EDITOR, f"pigeon {LOFT}", "+52 55 1234 5678", "Hola")
    claimed = house.services.store.outbox.claim(made.conversation_id)
    assert isinstance(claimed, OutboxMessage)
    assert claimed.customer_address == "dove-525512345678"


def test_its_check_up_passes(house: House) -> None:
    with serve(create_app(house.services)) as bot:
        port = int(bot.rpartition(":")[2])
        here = house.services.settings.model_copy(update={"bot_port": port})
        found = Checkup(here).examine(house.services.channels["pigeon"])
    assert [one for one in found if not one.good] == []
    assert {one.question for one in found} == {"reach", "signature", "forgery", "credentials"}


def test_a_folder_whose_channel_has_another_name_is_refused(folder: Path) -> None:
    record = folder / "capabilities.py"
    record.write_text(record.read_text("utf-8").replace('name="pigeon"', 'name="dove"'), "utf-8")
    with pytest.raises(ValueError, match="channels/pigeon is named dove"):
        registry.known()
