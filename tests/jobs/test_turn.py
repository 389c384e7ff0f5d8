"""A turn answers everything that waits, once, in order, and never against a lost fence."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from agent.answer import Answer, Handoff
from jobs import escalation, turn
from jobs.context import WorkerContext
from store.conversations.inbox import Accepted
from store.tables import conversations, inbox, outbox, turns
from tests.fakes import Clock
from tests.jobs.fakes import EchoRuntime

Write = Callable[..., Accepted]


def _count(context: WorkerContext, table: object) -> int:
    with context.services.database.read() as tx:
        return int(tx.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


def _texts(context: WorkerContext, conversation_id: int) -> list[tuple[str, str]]:
    thread = context.services.store.conversations.thread(conversation_id)
    return [(message.author, message.text) for message in thread]


def test_a_message_is_answered_by_the_released_version(
    context: WorkerContext, write: Write, clock: Clock
) -> None:
    here = write("hola").conversation_id
    clock.pass_seconds(2)
    turn.take(context, here)
    reply = context.services.store.conversations.thread(here)[-1]
    assert (reply.author, reply.text, reply.version) == ("agent", "hola", "Sofía v1")


def test_a_burst_is_one_turn(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    for text in ("hola", "busco un auto", "rojo", "barato", "gracias"):
        here = write(text).conversation_id
        clock.pass_seconds(0.4)
        turn.take(context, here)
    clock.pass_seconds(2)
    turn.take(context, here)
    assert runtime.asked == [["hola", "busco un auto", "rojo", "barato", "gracias"]]
    assert turn.take(context, here) is None


def test_a_burst_that_never_ends_is_answered_all_the_same(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    for number in range(12):
        here = write(f"{number}").conversation_id
        turn.take(context, here)
        clock.pass_seconds(1)
    assert runtime.asked


def test_a_redelivery_changes_nothing(context: WorkerContext, write: Write, clock: Clock) -> None:
    here = write("hola", "SM1").conversation_id
    clock.pass_seconds(2)
    turn.take(context, here)
    assert not write("hola", "SM1").is_new
    assert turn.take(context, here) is None
    assert _count(context, inbox) == 1


def test_what_comes_while_the_model_thinks_is_the_next_turn(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    here = write("uno").conversation_id
    clock.pass_seconds(2)
    runtime.meanwhile = lambda: len(runtime.asked) == 1 and write("dos")
    turn.take(context, here)
    clock.pass_seconds(2)
    turn.take(context, here)
    assert runtime.asked == [["uno"], ["dos"]]
    assert [said.text for said in runtime.histories[1]] == ["uno", "uno"]


def test_a_worker_whose_fence_was_passed_stores_nothing(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    here = write("hola").conversation_id
    clock.pass_seconds(2)

    def another_worker() -> None:
        clock.pass_seconds(60)
        assert context.services.store.turns.lease(here)

    runtime.meanwhile = another_worker
    turn.take(context, here)
    assert _count(context, turns) == _count(context, outbox) == 0


def test_only_one_of_two_workers_gets_the_lease(context: WorkerContext, write: Write) -> None:
    here = write("hola").conversation_id
    assert context.services.store.turns.lease(here)
    assert context.services.store.turns.lease(here) is None


def test_a_person_who_takes_over_is_not_talked_over(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    here = write("hola").conversation_id
    clock.pass_seconds(2)
    runtime.meanwhile = lambda: context.services.store.owners.take_over(here, "ana")
    turn.take(context, here)
    clock.pass_seconds(60)
    turn.take(context, here)
    assert _texts(context, here) == [("customer", "hola")]
    assert turn.take(context, here) is None


def test_a_handoff_gives_the_conversation_to_a_person(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    runtime.answer_with = Answer("Le paso con Ana.", "handoff", handoff=Handoff("lo pidió"))
    here = write("quiero un humano").conversation_id
    clock.pass_seconds(2)
    turn.take(context, here)
    conversation = context.services.store.conversations.get(here)
    assert (conversation.owner, conversation.owner_reason) == ("human", "lo pidió")
    assert _texts(context, here)[-1] == ("agent", "Le paso con Ana.")


def test_a_message_that_ends_every_worker_goes_to_a_person_with_an_apology(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    def die() -> None:
        raise MemoryError

    runtime.meanwhile = die
    here = write("hola").conversation_id
    for _ in range(escalation.MAX_ATTEMPTS):
        clock.pass_seconds(60)
        with pytest.raises(MemoryError):
            turn.take(context, here)
    clock.pass_seconds(60)
    turn.take(context, here)
    assert context.services.store.conversations.get(here).owner == "human"
    assert "no puedo responderle" in _texts(context, here)[-1][1]


def test_a_number_nobody_serves_stays_visible_and_silent(
    context: WorkerContext, write: Write, clock: Clock
) -> None:
    from store.conversations.inbox import Inbound

    lost = Inbound("twilio", "SM9", "whatsapp:+10000000000", "whatsapp:+5215550001111", "hola")
    here = context.services.store.inbox.accept([lost])[0].conversation_id
    clock.pass_seconds(2)
    turn.take(context, here)
    assert _texts(context, here) == [("customer", "hola")]
    assert _count(context, outbox) == 0


@pytest.mark.parametrize(("spoken", "kept"), [("zh-Hant", "zh"), ("pt-BR", "pt"), ("fr", "fr")])
def test_a_language_of_any_length_is_kept_without_its_region(
    context: WorkerContext,
    write: Write,
    clock: Clock,
    runtime: EchoRuntime,
    spoken: str,
    kept: str,
) -> None:
    runtime.answer_with = Answer("您好", "answered", language=spoken)
    here = write("你好").conversation_id
    clock.pass_seconds(2)
    turn.take(context, here)
    with context.services.database.read() as tx:
        found = select(conversations.c.language).where(conversations.c.id == here)
        assert tx.scalar(found) == kept
