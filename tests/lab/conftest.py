"""A lab over the real API and real stores, without a server, with a worker that answers at once."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from actions.queues import EXPERIMENTS, TRIAL, TURN, SilentWakeUp
from actions.services import Services, open_services
from agent.actor import Actor
from agent.own_token import own_token
from agent.settings import Settings
from agent.spec import Spec
from bot.app import create_app
from channels.web import StoredChannel
from jobs import deliver, experiments, trials, turn
from jobs.context import Heartbeat, WorkerContext
from notebooks.lab import Lab
from notebooks.lab.api import Api
from tests.bot.conftest import schemas_made_once as schemas_made_once
from tests.jobs.fakes import EchoRuntime
from tests.parts import changed
from tests.standins.shelf import Shelf

ANA = Actor("ana@example.com", "editor")
STUDIO = "https://studio.example.com"


@dataclass
class Worker(SilentWakeUp):
    """Does what it is rung for: trials at once, experiments when nobody holds it back."""

    runtime: EchoRuntime = field(default_factory=EchoRuntime)
    is_busy: bool = False
    services: Services | None = None

    @property
    def context(self) -> WorkerContext:
        assert self.services
        store = self.services.store
        heartbeat = Heartbeat(store.turns, store.outbox, store.rows)
        return WorkerContext(self.services, self.runtime, {"api": StoredChannel("api")}, heartbeat)

    def notify(self, job: str, subject: str | int) -> bool:
        if job == TRIAL and not self.is_busy:
            threading.Thread(target=trials.answer, args=(self.context, subject)).start()
        if job == EXPERIMENTS and not self.is_busy:
            self.work()
        if job == TURN:
            turn.take(self.context, int(subject))
            deliver.send(self.context, int(subject))
        return True

    def work(self) -> None:
        """Ask every row, and compare."""
        while experiments.ask(self.context, 0, experiments.Customers()) is not None:
            pass


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def services(settings: Settings, worker: Worker) -> Iterator[Services]:
    opened = open_services(
        settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}), worker
    )
    worker.services = changed(opened, redis=Shelf())
    yield worker.services
    opened.database.close()


@pytest.fixture
def opened(services: Services) -> Callable[[str], Lab]:
    """Open a lab with a token."""
    transport = httpx.WSGITransport(create_app(services, chat_seconds=0.1))

    def open_with(token: str) -> Lab:
        return Lab(Api(STUDIO, token, transport))

    return open_with


@pytest.fixture
def lab(opened: Callable[[str], Lab], services: Services) -> Lab:
    """The lab of whoever is at home, with one agent that is released."""
    found = opened(own_token(services.settings))
    services.store.agents.create(Spec(name="Vera", brand="Sol"), ANA.name)
    return found
