"""A delivery is sent once, in order; what nobody can tell is looked up before it is sent again."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from channels.base import Refused, Unknown
from jobs import deliver, turn
from jobs.context import Heartbeat, WorkerContext
from store.conversations.inbox import Accepted
from store.conversations.outbox import LEASE_SECONDS, OutboxMessage
from tests.fakes import Clock
from tests.jobs.fakes import MemoryChannel

Write = Callable[..., Accepted]


@pytest.fixture
def answered(context: WorkerContext, write: Write, clock: Clock) -> int:
    """A conversation with one reply to deliver."""
    here = write("hola").conversation_id
    clock.pass_seconds(2)
    turn.take(context, here)
    return here


def _delivery(context: WorkerContext, here: int) -> str:
    return context.services.store.conversations.thread(here)[-1].delivery


def test_a_reply_is_sent_once(
    context: WorkerContext, answered: int, channel: MemoryChannel
) -> None:
    assert deliver.send(context, answered) is None
    deliver.send(context, answered)
    assert channel.taken == ["hola"]
    assert _delivery(context, answered) == "queued"


def test_parts_go_in_order_and_wait_for_each_other(
    context: WorkerContext, answered: int, channel: MemoryChannel, clock: Clock
) -> None:
    context.services.store.conversations.reply(answered, "uno dos", ["uno", "dos"], "ana")
    channel.results = [Refused("busy", "20429", again_in=7)]
    again_at = deliver.send(context, answered)
    assert channel.taken == []
    assert again_at == clock.now + 7
    clock.pass_seconds(8)
    deliver.send(context, answered)
    assert channel.taken == ["uno", "dos"]


def test_a_send_that_can_never_work_is_dead_and_lets_the_next_pass(
    context: WorkerContext, answered: int, channel: MemoryChannel
) -> None:
    for text in ("uno", "dos"):
        context.services.store.conversations.reply(answered, text, [text], "ana")
    channel.results = [Refused("not a WhatsApp number", "63003")]
    deliver.send(context, answered)
    assert channel.taken == ["dos"]
    assert context.services.store.conversations.get(answered).dead == 1


def test_an_unknown_send_that_was_taken_is_not_sent_again(
    context: WorkerContext, answered: int, channel: MemoryChannel, clock: Clock
) -> None:
    channel.results, channel.accepts_unknown = [Unknown("reset")], True
    look_at = deliver.send(context, answered)
    assert look_at == clock.now + channel.grace_seconds
    clock.pass_seconds(11)
    deliver.send(context, answered)
    assert channel.taken == ["hola"]
    assert _delivery(context, answered) == "sent"


def test_an_unknown_send_that_was_not_taken_is_sent_after_the_grace_time(
    context: WorkerContext, answered: int, channel: MemoryChannel, clock: Clock
) -> None:
    channel.results = [Unknown("timeout")]
    deliver.send(context, answered)
    clock.pass_seconds(11)
    deliver.send(context, answered)
    assert channel.taken == ["hola"]
    assert channel.attempts == 2


def test_while_the_provider_cannot_be_asked_nothing_is_sent_again(
    context: WorkerContext, answered: int, channel: MemoryChannel, clock: Clock
) -> None:
    channel.results, channel.reachable = [Unknown("timeout")], False
    for _ in range(5):
        deliver.send(context, answered)
        clock.pass_seconds(11)
    assert channel.attempts == 1


def test_a_process_that_died_while_sending_is_looked_up_and_not_before_the_grace_time(
    context: WorkerContext, answered: int, channel: MemoryChannel, clock: Clock
) -> None:
    died_with = context.services.store.outbox.claim(answered)
    assert isinstance(died_with, OutboxMessage)
    clock.pass_seconds(LEASE_SECONDS + 1)
    again_at = deliver.send(context, answered)
    assert again_at == died_with.sending_at + channel.grace_seconds
    assert channel.attempts == 0
    clock.pass_seconds(60)
    deliver.send(context, answered)
    assert channel.taken == ["hola"]


def test_a_status_callback_proves_an_unknown_send(
    context: WorkerContext, answered: int, channel: MemoryChannel, clock: Clock
) -> None:
    channel.results = [Unknown("reset")]
    deliver.send(context, answered)
    row = context.services.store.outbox
    outbox_id = _outbox_id(context, answered)
    assert row.report("twilio", "SM77", "delivered", outbox_id=outbox_id)
    clock.pass_seconds(60)
    deliver.send(context, answered)
    assert channel.attempts == 1
    assert _delivery(context, answered) == "delivered"


@pytest.fixture
def spooled(context: WorkerContext) -> Path:
    """A webhook that waits until the database is back."""
    folder = context.services.settings.data_dir / "spool"
    folder.mkdir(parents=True)
    (folder / "1.json").touch()
    return folder / "1.json"


def test_while_a_callback_may_wait_in_the_spool_nothing_is_sent_again(
    context: WorkerContext, answered: int, channel: MemoryChannel, clock: Clock, spooled: Path
) -> None:
    channel.results = [Unknown("reset")]
    deliver.send(context, answered)
    clock.pass_seconds(11)
    assert deliver.send(context, answered) == clock.now + deliver.SPOOL_SECONDS
    spooled.unlink()
    clock.pass_seconds(2)
    deliver.send(context, answered)
    assert channel.attempts == 2


def test_a_spool_that_nobody_empties_does_not_silence_anyone_for_ever(
    context: WorkerContext, answered: int, channel: MemoryChannel, clock: Clock, spooled: Path
) -> None:
    channel.results = [Unknown("reset")]
    deliver.send(context, answered)
    clock.pass_seconds(11 * channel.grace_seconds)
    deliver.send(context, answered)
    assert channel.attempts == 2


def test_a_status_never_steps_back(context: WorkerContext, answered: int) -> None:
    deliver.send(context, answered)
    outbox_id = _outbox_id(context, answered)
    for status in ("read", "delivered", "sent", "queued"):
        context.services.store.outbox.report(
            "twilio", f"SM{outbox_id}", status, outbox_id=outbox_id
        )
    assert _delivery(context, answered) == "read"


def test_a_reply_to_a_customer_who_left_a_day_ago_is_kept_for_staff(
    context: WorkerContext, answered: int, channel: MemoryChannel, clock: Clock
) -> None:
    clock.pass_seconds(25 * 3600)
    deliver.send(context, answered)
    assert channel.taken == []
    assert context.services.store.conversations.get(answered).dead == 1


class Frozen(Heartbeat):
    """Its process stands still right after the claim, while something else goes on."""

    meanwhile: Callable[[], object]

    @contextlib.contextmanager
    def token(self, token: str) -> Iterator[None]:
        """Hold the row, too late."""
        self.meanwhile()
        yield


def test_a_process_that_stood_still_after_its_claim_does_not_send(
    context: WorkerContext, answered: int, channel: MemoryChannel, clock: Clock
) -> None:
    frozen = Frozen(context.services.store.turns, context.services.store.outbox)

    def another_worker() -> None:
        frozen.meanwhile = lambda: None
        clock.pass_seconds(LEASE_SECONDS + 60)
        deliver.send(context, answered)

    frozen.meanwhile = another_worker
    deliver.send(dataclasses.replace(context, heartbeat=frozen), answered)
    assert channel.taken == ["hola"]
    assert channel.attempts == 1


def test_two_workers_never_send_the_same_row(context: WorkerContext, answered: int) -> None:
    assert isinstance(context.services.store.outbox.claim(answered), OutboxMessage)
    assert not isinstance(context.services.store.outbox.claim(answered), OutboxMessage)


def _outbox_id(context: WorkerContext, here: int) -> int:
    from sqlalchemy import select

    from store.tables import outbox

    with context.services.database.read() as tx:
        return int(tx.scalars(select(outbox.c.id).where(outbox.c.conversation_id == here)).one())
