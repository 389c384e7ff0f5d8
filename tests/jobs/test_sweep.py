"""What was rung into a Redis that then forgot it is rung again at once."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from redis.exceptions import ConnectionError as Gone

from actions.queues import TURN
from jobs.context import WorkerContext
from jobs.sweep import Sweeper
from store.conversations.inbox import Accepted
from tests.fakes import Clock
from tests.jobs.fakes import HeardWakeUp


@dataclass
class MortalRedis:
    """Says which life it is in; "" while it is away."""

    lives: list[str] = field(default_factory=lambda: ["first"])

    def info(self, section: str) -> dict[str, str]:
        """Answer as INFO does."""
        if not self.lives[0]:
            raise Gone
        return {"run_id": self.lives[0]}


@pytest.fixture
def here(write: Callable[..., Accepted], clock: Clock) -> int:
    """A conversation whose customer waits."""
    found = write("hola").conversation_id
    clock.pass_seconds(2)
    return found


def swept(sweeper: Sweeper, clock: Clock, seconds: int) -> int:
    """How often it rang in so many seconds."""
    notified = 0
    for _ in range(seconds):
        clock.pass_seconds(1)
        notified += sweeper.sweep()
    return notified


def test_what_nobody_attends_is_rung_ever_less_often(
    context: WorkerContext, here: int, clock: Clock
) -> None:
    wake_up, redis = HeardWakeUp(), MortalRedis()
    sweeper = Sweeper(dataclasses.replace(context.services, wake_up=wake_up, redis=redis), clock)
    swept(sweeper, clock, 20)
    assert swept(sweeper, clock, 8) == 0
    assert wake_up.heard[0] == (TURN, here)


def test_after_redis_forgot_everything_is_rung_at_once(
    context: WorkerContext, here: int, clock: Clock
) -> None:
    redis = MortalRedis()
    sweeper = Sweeper(
        dataclasses.replace(context.services, wake_up=HeardWakeUp(), redis=redis), clock
    )
    swept(sweeper, clock, 20)
    redis.lives[0] = ""
    assert swept(sweeper, clock, 1) == 0
    redis.lives[0] = "second"
    assert swept(sweeper, clock, 1) == 1
