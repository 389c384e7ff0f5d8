"""A studio for tests: handlers on both databases, and one served for HTTP and browsers."""

import functools
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import insert

from actions.queues import SilentWakeUp
from actions.services import Services, open_services
from agent.actor import ROLES
from agent.answering import Answering
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import Spec
from jobs import experiments
from jobs.context import Heartbeat, WorkerContext
from jobs.experiments import Customers
from knowledge.ingest.ingestion import Ingestion
from knowledge.parsing.loaders import read_document
from knowledge.search.retriever import Retriever
from knowledge.vectors.in_process import vectors_in_process
from store.conversations.inbox import Inbound
from store.db.database import new_id
from store.people.passwords import hashed
from store.tables import people
from studio import environment
from studio.state import Studio
from tests.waiting import free_port
from tests.writes import watch

PASSWORD = "una frase segura 7"
NUMBER = "whatsapp:+14155238886"


class RememberingWakeUp:
    """Tells nobody, and remembers what it was told."""

    def __init__(self) -> None:
        self.notified: list[tuple[str, str | int]] = []

    def notify(self, job: str, subject: str | int) -> bool:
        """Remember."""
        self.notified.append((job, subject))
        return True


@dataclass(frozen=True)
class Caller:
    """Whoever calls a handler."""

    username: str | None


@dataclass(frozen=True)
class House:
    """One installation with a person of each role, and what the tests do in it."""

    services: Services
    answering: Answering

    def studio(self, language: str = "es") -> Studio:
        return Studio(self.services, self.answering, language)

    def read_sources(self) -> None:
        """Do what the chore worker does."""
        ingestion = Ingestion(
            self.services.sources,
            self.services.database,
            self.answering.vectors,
            self.services.embedders,
            read_document,
        )
        for kind, source_id in self.services.sources.due(9e9):
            getattr(ingestion, kind)(source_id)

    def ask_experiments(self) -> None:
        """Do what the conversation workers do beside the customers, who are kept waiting."""
        store = self.services.store
        heartbeat = Heartbeat(store.turns, store.outbox, store.rows)
        context = WorkerContext(self.services, self.answering.runtime, {}, heartbeat)
        store.switches.set("paused", True, "ana")  # else those who wait come first, for ever
        while experiments.ask(context, 0, Customers()) is not None:
            pass
        store.switches.set("paused", False, "ana")

    def customer_writes(self, text: str, name: str = "Carla", number: str = "1") -> int:
        """Store a customer's message; return its conversation."""
        message = Inbound(
            "twilio", f"SM{number}-{text}"[:190], NUMBER, f"whatsapp:+52{number}", text, name
        )
        return self.services.store.inbox.accept([message])[0].conversation_id


def open_house(settings: Settings, wake_up: SilentWakeUp | RememberingWakeUp) -> House:
    services = open_services(settings, wake_up)
    vectors = vectors_in_process(str(settings.data_dir / "chroma"))
    retriever = Retriever(services.database, vectors, services.embedders)
    with services.database.write() as tx:
        tx.execute(insert(people), [_somebody(role) for role in ROLES])
    return House(services, Answering(vectors, retriever, Runtime(settings, retriever)))


def _somebody(role: str) -> dict[str, object]:
    """A person of that role who has chosen PASSWORD. Hashing takes long: once is enough."""
    return {
        "id": new_id(),
        "email": f"{role}@example.com",
        "name": role.title(),
        "role": role,
        "password_hash": _hash(),
        "must_change_password": False,
        "created_at": 1.0,
    }


@functools.cache
def _hash() -> str:
    return hashed(PASSWORD)


@pytest.fixture(autouse=True)
def every_write_is_an_act(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test does, no page and no route writes to a store itself."""
    found = watch(monkeypatch)
    yield
    assert found == []


@pytest.fixture
def wake_up() -> RememberingWakeUp:
    return RememberingWakeUp()


@pytest.fixture
def house(settings: Settings, wake_up: RememberingWakeUp) -> Iterator[House]:
    """A house on each kind of database."""
    house = open_house(settings, wake_up)
    yield house
    house.answering.runtime.close()
    house.services.database.close()


@pytest.fixture
def studio(house: House) -> Studio:
    return house.studio()


@pytest.fixture
def editor() -> Caller:
    return Caller("editor@example.com")


@pytest.fixture
def viewer() -> Caller:
    return Caller("viewer@example.com")


@dataclass(frozen=True)
class Site:
    """A studio that is being served."""

    url: str
    house: House
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, who: str = "") -> httpx.Client:
        """A browser of *who* (a role), signed in; of nobody without a name."""
        client = httpx.Client(base_url=self.url, timeout=30)
        self.clients.append(client)
        if who:
            form = {"email": f"{who}@example.com", "password": PASSWORD}
            answer = client.post("/login", data=form)
            assert answer.status_code == 303, answer.text
        return client


@pytest.fixture
def site(served: Site) -> Iterator[Site]:
    """The served studio; what a test opens is closed after it."""
    yield served
    while served.clients:
        served.clients.pop().close()


@pytest.fixture(scope="session")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole studio on a free port, one agent in it."""
    folder = tmp_path_factory.mktemp("site")
    environment.prepare(folder)
    shutil.copy(sqlite_template, folder / "studio.db")
    settings = Settings(_env_file=None, data_dir=folder, simulator_port=free_port())
    house = open_house(settings, SilentWakeUp())
    house.services.store.agents.create(
        Spec(name="Sofía", brand="Rueda Clara"), "editor@example.com"
    )
    from studio.app import SERVER, create_app  # after `prepare`: Gradio reads the environment

    config = uvicorn.Config(
        lambda: create_app(house.services, house.answering),
        factory=True,
        port=0,
        **SERVER,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Site(_address(server, thread), house)
    server.should_exit = True
    thread.join(10)
    house.answering.runtime.close()
    house.services.database.close()


def _address(server: uvicorn.Server, thread: threading.Thread) -> str:
    tick = threading.Event()
    while not server.started:
        assert thread.is_alive(), "the studio did not start"
        tick.wait(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    return f"http://127.0.0.1:{port}"
