"""A turn answers everything that waits, once, in order, and never against a lost fence."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from agent.answer import Answer, Handoff
from agent.store.inbox import Accepted
from agent.store.tables import inbox, outbox, turns
from jobs import gates, turn
from jobs.desk import Desk
from tests.fakes import Clock
from tests.jobs.fakes import EchoRuntime

Write = Callable[..., Accepted]


def _count(desk: Desk, table: object) -> int:
    with desk.services.database.read() as tx:
        return int(tx.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


def _texts(desk: Desk, conversation_id: int) -> list[tuple[str, str]]:
    thread = desk.services.conversations.thread(conversation_id)
    return [(message.author, message.text) for message in thread]


def test_a_message_is_answered_by_the_released_version(
    desk: Desk, write: Write, clock: Clock
) -> None:
    here = write("hola").conversation_id
    clock.pass_seconds(2)
    turn.take(desk, here)
    reply = desk.services.conversations.thread(here)[-1]
    assert (reply.author, reply.text, reply.version) == ("agent", "hola", "Sofía v1")


def test_a_burst_is_one_turn(desk: Desk, write: Write, clock: Clock, runtime: EchoRuntime) -> None:
    for text in ("hola", "busco un auto", "rojo", "barato", "gracias"):
        here = write(text).conversation_id
        clock.pass_seconds(0.4)
        turn.take(desk, here)
    clock.pass_seconds(2)
    turn.take(desk, here)
    assert runtime.asked == [["hola", "busco un auto", "rojo", "barato", "gracias"]]
    assert turn.take(desk, here) is None


def test_a_burst_that_never_ends_is_answered_all_the_same(
    desk: Desk, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    for number in range(12):
        here = write(f"{number}").conversation_id
        turn.take(desk, here)
        clock.pass_seconds(1)
    assert runtime.asked


def test_a_redelivery_changes_nothing(desk: Desk, write: Write, clock: Clock) -> None:
    here = write("hola", "SM1").conversation_id
    clock.pass_seconds(2)
    turn.take(desk, here)
    assert not write("hola", "SM1").is_new
    assert turn.take(desk, here) is None
    assert _count(desk, inbox) == 1


def test_what_comes_while_the_model_thinks_is_the_next_turn(
    desk: Desk, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    here = write("uno").conversation_id
    clock.pass_seconds(2)
    runtime.meanwhile = lambda: len(runtime.asked) == 1 and write("dos")
    turn.take(desk, here)
    clock.pass_seconds(2)
    turn.take(desk, here)
    assert runtime.asked == [["uno"], ["dos"]]
    assert [said.text for said in runtime.histories[1]] == ["uno", "uno"]


def test_a_worker_whose_fence_was_passed_stores_nothing(
    desk: Desk, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    here = write("hola").conversation_id
    clock.pass_seconds(2)

    def another_worker() -> None:
        clock.pass_seconds(60)
        assert desk.services.turns.lease(here)

    runtime.meanwhile = another_worker
    turn.take(desk, here)
    assert _count(desk, turns) == _count(desk, outbox) == 0


def test_only_one_of_two_workers_gets_the_lease(desk: Desk, write: Write) -> None:
    here = write("hola").conversation_id
    assert desk.services.turns.lease(here)
    assert desk.services.turns.lease(here) is None


def test_a_person_who_takes_over_is_not_talked_over(
    desk: Desk, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    here = write("hola").conversation_id
    clock.pass_seconds(2)
    runtime.meanwhile = lambda: desk.services.owners.take_over(here, "ana")
    turn.take(desk, here)
    clock.pass_seconds(60)
    turn.take(desk, here)
    assert _texts(desk, here) == [("customer", "hola")]
    assert turn.take(desk, here) is None


def test_a_handoff_gives_the_conversation_to_a_person(
    desk: Desk, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    runtime.answer_with = Answer("Le paso con Ana.", "handoff", handoff=Handoff("lo pidió"))
    here = write("quiero un humano").conversation_id
    clock.pass_seconds(2)
    turn.take(desk, here)
    conversation = desk.services.conversations.get(here)
    assert (conversation.owner, conversation.owner_reason) == ("human", "lo pidió")
    assert _texts(desk, here)[-1] == ("agent", "Le paso con Ana.")


def test_a_message_that_ends_every_worker_goes_to_a_person_with_an_apology(
    desk: Desk, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    def die() -> None:
        raise MemoryError

    runtime.meanwhile = die
    here = write("hola").conversation_id
    for _ in range(gates.MAX_ATTEMPTS):
        clock.pass_seconds(60)
        with pytest.raises(MemoryError):
            turn.take(desk, here)
    clock.pass_seconds(60)
    turn.take(desk, here)
    assert desk.services.conversations.get(here).owner == "human"
    assert "no puedo responderle" in _texts(desk, here)[-1][1]


def test_a_number_nobody_serves_stays_visible_and_silent(
    desk: Desk, write: Write, clock: Clock
) -> None:
    from agent.store.inbox import Inbound

    lost = Inbound("twilio", "SM9", "whatsapp:+10000000000", "whatsapp:+5215550001111", "hola")
    here = desk.services.inbox.accept([lost])[0].conversation_id
    clock.pass_seconds(2)
    turn.take(desk, here)
    assert _texts(desk, here) == [("customer", "hola")]
    assert _count(desk, outbox) == 0
