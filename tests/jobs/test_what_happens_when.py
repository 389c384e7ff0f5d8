"""What happens when a part is away for a while: nothing is lost, doubled or out of order after it.

The stores are real, the clock is moved by hand, and `Day` does what workers and sweeper do: it
attends every conversation with something due, second by second.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy.exc import SQLAlchemyError

from agent.answer import Answer
from channels.base import Refused, Sent, Unknown
from jobs import deliver, turn
from jobs.context import WorkerContext
from jobs.deliver import BACK_OFF
from store.conversations.inbox import Accepted
from tests.fakes import Clock
from tests.jobs.fakes import EchoRuntime, MemoryChannel

Write = Callable[..., Accepted]
CUSTOMERS = [f"whatsapp:+52155500010{number:02d}" for number in range(6)]


@dataclass
class Day:
    """Workers and a sweeper on a clock that is moved."""

    context: WorkerContext
    clock: Clock

    def pass_seconds(self, seconds: int, step: int = 1) -> None:
        """Let time pass, *step* at a time, and everything that is due happen."""
        for _ in range(0, seconds, step):
            self.clock.pass_seconds(step)
            for waiting in self.context.services.store.turns.all_waiting():
                turn.take(self.context, waiting.conversation_id)
            for conversation in self.context.services.store.outbox.due():
                deliver.send(self.context, conversation)


@pytest.fixture
def day(context: WorkerContext, clock: Clock) -> Day:
    return Day(context, clock)


def _down(results: list[Sent | Refused | Unknown], seconds: int) -> None:
    """Answer everything with a refusal that may be repeated, for as many tries as could come."""
    results += [Refused("Twilio is not available.", "20503", again_in=0.0)] * seconds


def test_a_provider_that_is_down_for_ten_minutes_gets_everything_in_order_afterwards(
    day: Day, write: Write, channel: MemoryChannel
) -> None:
    _down(channel.results, 10_000)
    for number, customer in enumerate(CUSTOMERS):
        write(f"uno {number}", customer=customer)
    day.pass_seconds(60)
    for number, customer in enumerate(CUSTOMERS):
        write(f"dos {number}", customer=customer)
    day.pass_seconds(540, step=5)
    tried = channel.attempts
    channel.results.clear()
    day.pass_seconds(max(BACK_OFF), step=60)
    for number in range(len(CUSTOMERS)):
        mine = [body for body in channel.taken if body.endswith(str(number))]
        assert mine == [f"uno {number}", f"dos {number}"]
    assert tried <= len(CUSTOMERS) * len([s for s in BACK_OFF if s <= 600])  # no storm


def test_too_many_requests_are_not_answered_with_more_of_them(
    day: Day, write: Write, channel: MemoryChannel
) -> None:
    write("hola")
    channel.results += [Refused("Too many requests.", "20429", again_in=120.0)]
    day.pass_seconds(119)
    assert channel.attempts == 1
    day.pass_seconds(5)
    assert channel.taken == ["hola"]


def test_while_nobody_can_tell_nothing_is_sent_twice(
    day: Day, write: Write, channel: MemoryChannel
) -> None:
    channel.results += [Unknown("The connection broke.")]
    channel.accepts_unknown, channel.reachable = True, False
    write("hola")
    day.pass_seconds(300, step=10)
    assert (channel.attempts, channel.taken) == (1, ["hola"])
    channel.reachable = True
    day.pass_seconds(60, step=10)
    assert (channel.attempts, channel.taken) == (1, ["hola"])
    assert day.context.services.store.outbox.due() == []


def test_a_model_that_is_down_costs_a_fallback_and_a_reason_not_a_message(
    day: Day, write: Write, channel: MemoryChannel, runtime: EchoRuntime
) -> None:
    runtime.answer_with = Answer("Ahora no puedo.", "fallback", error="model_down: It is away.")
    here = write("hola").conversation_id
    day.pass_seconds(3)
    assert channel.taken == ["Ahora no puedo."]
    reply = day.context.services.store.conversations.thread(here)[-1]
    assert "model_down" in day.context.services.store.conversations.turn(str(reply.turn_id)).error


def test_a_worker_that_always_dies_ends_with_a_person_and_an_apology(
    day: Day, write: Write, channel: MemoryChannel, runtime: EchoRuntime
) -> None:
    def die() -> None:
        raise KeyboardInterrupt  # as a kill: nothing after it runs

    runtime.meanwhile = die
    here = write("esto mata").conversation_id
    deaths = 0
    while not channel.taken and deaths < 20:
        try:
            day.pass_seconds(1)
        except KeyboardInterrupt:
            deaths += 1
    assert deaths == 5
    assert "no puedo responderle" in channel.taken[0]
    assert day.context.services.store.conversations.get(here).owner == "human"


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_an_hour_loses_and_doubles_nothing(
    day: Day, write: Write, channel: MemoryChannel, hours: int
) -> None:
    channel.results += [Refused("busy", "20429", again_in=5.0)]
    write("antes")
    day.pass_seconds(3)
    day.clock.pass_seconds(hours * 3600)
    write("después")
    day.pass_seconds(3720, step=60)
    assert channel.taken == ["antes", "después"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_loses_nothing_that_was_acknowledged(
    day: Day, write: Write, channel: MemoryChannel
) -> None:
    write("antes")
    _limit_pages(day.context, reached=True)
    with pytest.raises(SQLAlchemyError):
        write("x" * 2_000_000, sid="SM-big")
    _limit_pages(day.context, reached=False)
    write("después")
    day.pass_seconds(10)
    assert "antes" in channel.taken[0]
    assert "después" in channel.taken[-1]


def _limit_pages(context: WorkerContext, reached: bool) -> None:
    """SQLite says "database or disk is full" at its own limit as it does at the disk's."""
    pages = 1 if reached else 1_073_741_823
    context.services.database.engine.dispose()
    with context.services.database.read() as tx:
        tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
