"""A desk with fakes around a real database, and a customer who writes."""

import dataclasses
from collections.abc import Callable, Iterator

import pytest

from agent.queues import SilentDoorbell
from agent.services import Services, open_services
from agent.settings import Settings
from agent.spec import Spec
from agent.store.abandoned import Abandoned
from agent.store.agents import Agents
from agent.store.allowances import Allowances
from agent.store.attachments import Attachments
from agent.store.conversations import Conversations
from agent.store.erasure import Erasure
from agent.store.inbox import Accepted, Inbound, Inbox
from agent.store.outbox import Outbox
from agent.store.owners import Owners
from agent.store.switches import Switches
from agent.store.turns import Turns
from jobs.desk import Desk, Heartbeat
from tests.fakes import Clock
from tests.jobs.backup_house import opened, stuff, stuff_files, without_schemas
from tests.jobs.chatwoot_house import House, configured
from tests.jobs.fakes import EchoRuntime, MemoryChannel
from tests.standins.chatwoot_account import Account
from tests.standins.chatwoot_fixtures import address as address
from tests.standins.chatwoot_fixtures import standin as standin
from tests.standins.chatwoot_fixtures import wishes as wishes

OURS = "whatsapp:+14155238886"


@pytest.fixture
def services(settings: Settings, clock: Clock) -> Iterator[Services]:
    opened = open_services(
        settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}), SilentDoorbell()
    )
    database = opened.database
    yield dataclasses.replace(
        opened,
        agents=Agents(database, clock),
        inbox=Inbox(database, clock),
        turns=Turns(database, clock),
        abandoned=Abandoned(database, clock),
        outbox=Outbox(database, clock),
        conversations=Conversations(database, clock),
        owners=Owners(database, clock),
        switches=Switches(database, clock),
        allowances=Allowances(database, clock),
        attachments=Attachments(database, clock),
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
def desk(services: Services, runtime: EchoRuntime, channel: MemoryChannel, clock: Clock) -> Desk:
    """A desk whose agent Sofía is released on our number."""
    agent_id = services.agents.create(Spec(name="Sofía"), "ana")
    services.agents.release_draft(agent_id, "twilio", OURS, "ana")
    heartbeat = Heartbeat(services.turns, services.outbox)
    desk = Desk(services, runtime, {"twilio": channel}, heartbeat, clock)  # type: ignore[arg-type]
    yield desk
    services.database.close()


@pytest.fixture
def write(desk: Desk) -> Callable[..., Accepted]:
    """A customer writes; the message id is made from the text unless it is given."""

    def write(text: str, sid: str = "", customer: str = "whatsapp:+5215550001111") -> Accepted:
        message = Inbound(
            channel="twilio", provider_message_id=sid or f"SM-{text}", our_address=OURS,
            customer_address=customer, text=text, customer_name="Ana", payload={"Body": text},
        )  # fmt: skip
        return desk.services.inbox.accept([message])[0]

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
