"""A reply that comes after 24 hours is a template or a task for staff, and never just gone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from agent import consent
from channels.base import Refused, Sent, Unknown
from channels.templates import LONGEST_WORDS
from jobs import deliver, turn
from jobs.context import WorkerContext
from store.conversations.inbox import Accepted
from store.conversations.outbox import OutboxMessage
from store.tables import contacts, outbox
from tests.fakes import Clock
from tests.jobs.fakes import MemoryChannel

Write = Callable[..., Accepted]
DAY = 24 * 3600.0
TEMPLATE = "HX" + "0" * 32


class RememberingChannel(MemoryChannel):
    """Also remembers the kinds and extras of what it took."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: list[tuple[str, Mapping[str, Any]]] = []

    def send(self, outgoing: OutboxMessage) -> Sent | Refused | Unknown:
        """Take one part."""
        self.kinds.append((outgoing.kind, outgoing.extra))
        return super().send(outgoing)


@pytest.fixture
def channel() -> RememberingChannel:
    return RememberingChannel()


def answered(context: WorkerContext, write: Write, clock: Clock, text: str = "hola") -> int:
    """A conversation with one reply to deliver."""
    here = write(text, sid=f"SM-{text[:9]}").conversation_id
    clock.pass_seconds(2)
    turn.take(context, here)
    return here


def with_template(context: WorkerContext) -> WorkerContext:
    settings = context.services.settings.model_copy(update={"twilio_late_template": TEMPLATE})
    return replace(context, services=replace(context.services, settings=settings))


def row(context: WorkerContext, here: int) -> Any:
    with context.services.database.read() as tx:
        return tx.execute(select(outbox).where(outbox.c.conversation_id == here)).first()


def test_a_late_reply_without_a_template_is_a_task_that_says_what_to_do(
    context: WorkerContext, write: Write, clock: Clock, channel: RememberingChannel
) -> None:
    here = answered(context, write, clock)
    clock.pass_seconds(DAY)
    deliver.send(context, here)
    found = row(context, here)
    assert (found.state, found.error_code, channel.taken) == ("dead", "window", [])
    assert "TWILIO_LATE_TEMPLATE" in found.error


def test_a_late_reply_goes_out_as_the_template_that_is_named(
    context: WorkerContext, write: Write, clock: Clock, channel: RememberingChannel
) -> None:
    here = answered(context, write, clock, "uno\n\ndos")
    clock.pass_seconds(DAY)
    deliver.send(with_template(context), here)
    extra = {"template": TEMPLATE, "language": "es", "variables": ["uno dos"]}
    assert channel.kinds == [("template", extra)]
    assert row(context, here).state == "sent"


def test_a_reply_within_the_window_is_free_text(
    context: WorkerContext, write: Write, clock: Clock, channel: RememberingChannel
) -> None:
    here = answered(context, write, clock)
    clock.pass_seconds(DAY - 60)
    deliver.send(with_template(context), here)
    assert channel.kinds == [("text", {})]


def test_a_provider_that_closes_the_window_earlier_gets_the_template(
    context: WorkerContext, write: Write, clock: Clock, channel: RememberingChannel
) -> None:
    here = answered(context, write, clock)
    channel.results = [Refused("closed", "window")]
    deliver.send(with_template(context), here)
    assert [kind for kind, _ in channel.kinds] == ["text", "template"]
    assert row(context, here).state == "sent"


def test_a_template_that_is_refused_too_is_a_task(
    context: WorkerContext, write: Write, clock: Clock, channel: RememberingChannel
) -> None:
    here = answered(context, write, clock)
    clock.pass_seconds(DAY)
    channel.results = [Refused("The template is paused.", "63040")]
    deliver.send(with_template(context), here)
    assert (row(context, here).state, row(context, here).error_code) == ("dead", "63040")


def test_a_reply_that_no_template_can_take_whole_is_a_task(
    context: WorkerContext, write: Write, clock: Clock, channel: RememberingChannel
) -> None:
    long = answered(context, write, clock, "palabra " * (LONGEST_WORDS // 8 + 1))
    parts = write("hola", customer="whatsapp:+529").conversation_id
    context.services.store.conversations.reply(parts, "uno dos", ["uno", "dos"], "ana")
    clock.pass_seconds(DAY + 1)
    for here in (long, parts):
        deliver.send(with_template(context), here)
        assert row(context, here).error_code == "window"
    assert channel.taken == []


# --- opting out


def test_a_customer_who_says_stop_is_told_so_and_hears_nothing_more(
    context: WorkerContext, write: Write, clock: Clock, channel: RememberingChannel
) -> None:
    here = answered(context, write, clock)
    write("STOP")
    turn.take(context, here)
    deliver.send(context, here)
    assert channel.taken == [consent.confirmation("out", "STOP", "es")]  # what they spoke
    assert row(context, here).error_code == "opted_out"


def test_the_model_is_not_asked_what_to_say_to_stop(
    context: WorkerContext, write: Write, clock: Clock, runtime: Any
) -> None:
    answered(context, write, clock, "BAJA")
    assert runtime.asked == []


def test_a_persons_reply_to_somebody_who_left_says_why_it_is_not_sent(
    context: WorkerContext, write: Write, channel: RememberingChannel
) -> None:
    here = write("STOP").conversation_id
    deliver.send(context, here)
    context.services.store.conversations.reply(here, "Una oferta", ["Una oferta"], "ana")
    deliver.send(context, here)
    assert channel.taken == [consent.confirmation("out", "STOP", "")]
    line = context.services.store.conversations.thread(here)[-1]
    assert (line.delivery, line.error) == ("dead", consent.REFUSED)


def test_a_provider_that_says_that_the_customer_left_is_believed(
    context: WorkerContext, write: Write, clock: Clock, channel: RememberingChannel
) -> None:
    here = answered(context, write, clock)
    channel.results = [Refused("They left.", "opted_out")]
    deliver.send(context, here)
    with context.services.database.read() as tx:
        assert tx.scalar(select(contacts.c.opted_out_at)) == clock.now
    assert turn.take(context, write("¿hola?").conversation_id) is None
