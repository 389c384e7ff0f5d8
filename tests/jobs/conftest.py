"""A desk with fakes around a real database, and a customer who writes."""

from collections.abc import Callable, Iterator

import pytest

from actions.queues import SilentWakeUp
from actions.services import Services, open_services
from agent.settings import Settings
from agent.spec import Spec
from channels.registry import known
from jobs.context import Heartbeat, WorkerContext
from store.agents.agents import Agents
from store.conversations.abandoned import Abandoned
from store.conversations.allowances import Allowances
from store.conversations.attachments import Attachments
from store.conversations.conversations import Conversations
from store.conversations.inbox import Accepted, Inbound, Inbox
from store.conversations.outbox import Outbox
from store.conversations.owners import Owners
from store.conversations.turns import Turns
from store.erasure import Erasure
from store.evaluation.datasets import Datasets
from store.evaluation.experiments import Experiments
from store.evaluation.rows import Rows
from store.switches import Switches
from tests.fakes import Clock
from tests.jobs.backup_house import opened, stuff, stuff_files, without_schemas
from tests.jobs.chatwoot_house import House, configured
from tests.jobs.fakes import EchoRuntime, MemoryChannel
from tests.parts import changed
from tests.standins.chatwoot_account import Account
from tests.standins.chatwoot_fixtures import address as address
from tests.standins.chatwoot_fixtures import standin as standin
from tests.standins.chatwoot_fixtures import wishes as wishes

OURS = "whatsapp:+14155238886"


@pytest.fixture
def services(settings: Settings, clock: Clock) -> Iterator[Services]:
    opened = open_services(
        settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}), SilentWakeUp()
    )
    database = opened.database
    yield changed(
        opened,
        agents=Agents(database, known(), clock),
        inbox=Inbox(database, known(), clock),
        turns=Turns(database, clock),
        abandoned=Abandoned(database, clock),
        outbox=Outbox(database, clock),
        conversations=Conversations(database, clock),
        owners=Owners(database, known(), clock),
        switches=Switches(database, clock),
        allowances=Allowances(database, clock),
        attachments=Attachments(database, clock),
        datasets=Datasets(database, clock),
        experiments=Experiments(database, clock),
        rows=Rows(database, clock),
        erasure=Erasure(database, settings.media_dir, "salt", clock),
    )
    database.close()


@pytest.fixture
def runtime() -> EchoRuntime:
    return EchoRuntime()


@pytest.fixture
def channel() -> MemoryChannel:
    return MemoryChannel()


@pytest.fixture
def context(
    services: Services, runtime: EchoRuntime, channel: MemoryChannel, clock: Clock
) -> WorkerContext:
    """A desk whose agent Sofía is released on our number."""
    agent_id = services.store.agents.create(Spec(name="Sofía"), "ana")
    services.store.agents.release_draft(agent_id, "twilio", OURS, "ana")
    heartbeat = Heartbeat(services.store.turns, services.store.outbox)
    context = WorkerContext(services, runtime, {"twilio": channel}, heartbeat, clock)  # type: ignore[arg-type]
    yield context
    services.database.close()


@pytest.fixture
def write(context: WorkerContext) -> Callable[..., Accepted]:
    """A customer writes; the message id is made from the text unless it is given."""

    def write(text: str, sid: str = "", customer: str = "whatsapp:+5215550001111") -> Accepted:
        message = Inbound(
            channel="twilio",
            provider_message_id=sid or f"SM-{text}",
            our_address=OURS,
            customer_address=customer,
            text=text,
            customer_name="Ana",
            payload={"Body": text},
        )
        return context.services.store.inbox.accept([message])[0]

    return write


@pytest.fixture
def house(
    services: Services, account: Account, address: str, runtime: EchoRuntime, clock: Clock
) -> Iterator[House]:
    """A bot and a worker beside Chatwoot; the test says which `account` it is."""
    yield House(configured(services, address), account, runtime, clock)
    services.database.close()


@pytest.fixture
def full(settings: Settings) -> Iterator[Settings]:
    """An installation with something in every table and every folder, that nobody has open."""
    with opened(settings) as database:
        stuff(database)
    stuff_files(settings)
    yield settings
    without_schemas(settings)
