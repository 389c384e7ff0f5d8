"""A trial is answered by a worker, or not at all: nothing of it stays."""

import pytest

from actions import trials
from actions.lookups import NotLookedUp, take
from actions.queues import TRIAL
from actions.services import Services
from agent.actor import Actor
from agent.errors import Forbidden
from agent.spec import Spec
from jobs import trials as answering
from jobs.context import Heartbeat, WorkerContext
from tests.bot.conftest import RememberingWakeUp
from tests.jobs.fakes import EchoRuntime
from tests.parts import changed
from tests.standins.shelf import Shelf

EVA, LEO = Actor("eva@example.com", "agent"), Actor("leo@example.com", "viewer")
SPEC = Spec(name="Vera")


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def wake_up() -> RememberingWakeUp:
    return RememberingWakeUp()


@pytest.fixture
def house(services: Services, shelf: Shelf, wake_up: RememberingWakeUp) -> Services:
    return changed(services, redis=shelf, wake_up=wake_up)


def worker(house: Services, runtime: EchoRuntime) -> WorkerContext:
    store = house.store
    return WorkerContext(house, runtime, {}, Heartbeat(store.turns, store.outbox, store.rows))


def test_who_may_not_try_an_agent_rings_nobody(house: Services, wake_up: RememberingWakeUp) -> None:
    with pytest.raises(Forbidden):
        trials.ask(house, LEO, SPEC, ["Hola"])
    assert wake_up.notified == []


def test_without_a_worker_it_is_said_in_time(house: Services, wake_up: RememberingWakeUp) -> None:
    with pytest.raises(NotLookedUp, match="Try again"):
        trials.ask(house, EVA, SPEC, ["Hola"], seconds=0)
    [(job, subject)] = wake_up.notified
    assert (job, type(subject)) == (TRIAL, int)  # as conversation workers hear it


def test_a_trial_that_is_rung_for_twice_is_answered_once(
    house: Services, wake_up: RememberingWakeUp
) -> None:
    runtime = EchoRuntime()
    with pytest.raises(NotLookedUp):
        trials.ask(house, EVA, SPEC, ["Hola"], seconds=0)
    [(_, subject)] = wake_up.notified
    for _ in range(2):
        answering.answer(worker(house, runtime), int(subject))
    assert runtime.asked == [["Hola"]]
    assert take(house, subject) is None
