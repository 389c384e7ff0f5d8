"""The customers of a worker that is gone wait for no lease to run out."""

import dataclasses
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from actions.queues import TURN
from jobs.context import WorkerContext
from jobs.sweep import Sweeper
from jobs.worker_liveness import departed, forget, present
from store.conversations.inbox import Accepted
from store.conversations.turns import LEASE_SECONDS, Turns
from store.conversations.work import Lease
from tests.fakes import Clock
from tests.jobs.fakes import HeardWakeUp


@dataclasses.dataclass
class Crash:
    """A worker that leases what waits, and the sweeper that hears nothing of it but its lock."""

    context: WorkerContext
    clock: Clock
    folder: Path
    life: ExitStack

    def __post_init__(self) -> None:
        self.turns = Turns(
            self.context.services.database,
            self.clock,
            holder=self.life.enter_context(present(self.folder)),
        )
        self.wake_up = HeardWakeUp()
        self.sweeper = Sweeper(
            dataclasses.replace(self.context.services, wake_up=self.wake_up), self.clock
        )

    def leases(self, conversation_id: int) -> Lease:
        """The worker begins a turn."""
        lease = self.turns.lease(conversation_id)
        assert lease
        return lease

    def is_rung(self) -> bool:
        """Sweep, a second later; True when it rang for the turn."""
        self.clock.pass_seconds(1.1)
        self.sweeper.sweep()
        return any(job == TURN for job, _ in self.wake_up.heard)


@pytest.fixture
def crash(context: WorkerContext, clock: Clock, tmp_path: Path) -> Crash:
    with ExitStack() as life:
        yield Crash(context, clock, tmp_path, life)


@pytest.fixture
def here(write: Callable[..., Accepted], clock: Clock) -> int:
    """A conversation whose customer waits."""
    found = write("hola").conversation_id
    clock.pass_seconds(2)
    return found


def test_when_a_worker_is_gone_its_conversations_are_rung_at_once(crash: Crash, here: int) -> None:
    crash.leases(here)
    crash.life.close()
    assert crash.is_rung()
    assert crash.turns.lease(here)


def test_what_a_living_worker_holds_is_left_to_it(crash: Crash, here: int) -> None:
    lease = crash.leases(here)
    for _ in range(5):
        crash.turns.prolong([lease])
        assert not crash.is_rung()


def test_a_worker_that_never_said_its_name_is_waited_for(crash: Crash, here: int) -> None:
    crash.turns = crash.context.services.store.turns
    crash.leases(here)
    crash.life.close()
    assert not crash.is_rung()
    crash.clock.pass_seconds(LEASE_SECONDS)
    assert crash.is_rung()


def test_one_that_was_only_thought_gone_cannot_hold_on(crash: Crash, here: int) -> None:
    old = crash.leases(here)
    crash.life.close()
    assert crash.is_rung()
    crash.turns.prolong([old])
    new = crash.context.services.store.turns.lease(here)
    assert new
    assert new.fence > old.fence


def test_who_is_gone_is_told_until_it_is_forgotten(tmp_path: Path) -> None:
    with present(tmp_path) as name:
        assert departed(tmp_path) == []
    assert departed(tmp_path) == departed(tmp_path) == [name]
    forget(tmp_path, [name])
    assert departed(tmp_path) == []
    assert list((tmp_path / "workers").iterdir()) == []


def test_a_worker_works_though_its_disk_takes_no_file(tmp_path: Path) -> None:
    (tmp_path / "workers").touch()
    with present(tmp_path) as name:
        assert name == ""
    assert departed(tmp_path) == []
