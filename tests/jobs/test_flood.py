"""A customer who floods is answered now and then, loses nothing, and harms nobody else."""

import dataclasses
import time
from collections.abc import Callable

import pytest
from sqlalchemy import func, insert, select

from agent.answer import Answer, Usage
from agent.limits import DAY, DAY_IS_OVER, TOO_FAST, Limits
from jobs import deliver, turn
from jobs.context import WorkerContext
from jobs.escalation import ROUND, SAME
from store.conversations.inbox import Accepted
from store.conversations.turns import Turns
from store.tables import inbox, messages
from tests.fakes import Clock
from tests.jobs.fakes import EchoRuntime, MemoryChannel

Write = Callable[..., Accepted]
USUAL = Limits(messages_a_minute=10, burst=20, turns_a_day=200)
OTHER = "whatsapp:+5215550002222"


def limited(context: WorkerContext, clock: Clock, limits: Limits = USUAL) -> WorkerContext:
    """The same desk in an installation with *limits*."""
    turns = Turns(context.services.database, clock, limits)
    store = dataclasses.replace(context.services.store, turns=turns)
    return dataclasses.replace(context, services=dataclasses.replace(context.services, store=store))


def pour(context: WorkerContext, clock: Clock, here: int, count: int, first: int) -> None:
    """Store *count* messages as a provider's batch would."""
    now = clock()
    with context.services.database.write() as tx:
        rows = tx.scalars(
            insert(inbox).returning(inbox.c.id),
            [
                {
                    "provider": "twilio",
                    "provider_message_id": f"F{first + n}",
                    "conversation_id": here,
                    "payload": {},
                    "received_at": now,
                }
                for n in range(count)
            ],
        ).all()
        tx.execute(
            insert(messages),
            [
                {
                    "conversation_id": here,
                    "author": "customer",
                    "text": f"mensaje {first + n}",
                    "media": [],
                    "inbox_id": row,
                    "created_at": now,
                }
                for n, row in enumerate(sorted(rows))
            ],
        )


def said(context: WorkerContext, here: int) -> list[str]:
    query = select(messages.c.text).where(
        messages.c.conversation_id == here, messages.c.author == "agent"
    )
    with context.services.database.read() as tx:
        return list(tx.scalars(query.order_by(messages.c.id)))


def unanswered(context: WorkerContext) -> int:
    with context.services.database.read() as tx:
        query = select(func.count()).select_from(inbox).where(inbox.c.turn_id.is_(None))
        return int(tx.scalar(query) or 0)


def test_5000_messages_in_a_minute_are_few_model_calls_and_none_is_lost(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime, channel: MemoryChannel
) -> None:
    context = limited(context, clock)
    here = write("hola").conversation_id
    looks, slowest = 0, 0.0
    for second in range(60):
        clock.pass_seconds(1)
        pour(context, clock, here, 5000 // 60 + 1, second * 100)
        write(f"y {second}")  # rings as every message does
        began = time.perf_counter()
        turn.take(context, here)
        slowest, looks = max(slowest, time.perf_counter() - began), looks + 1
    assert 1 <= len(runtime.asked) <= 3  # each at most five model calls: 15 a minute
    assert max(len(asked) for asked in runtime.asked) <= 60
    notices = [text for text in said(context, here) if TOO_FAST.es in text]
    assert len(notices) == 1
    before = len(runtime.asked)
    while unanswered(context):
        clock.pass_seconds(60)
        turn.take(context, here)
    assert len(runtime.asked) == before + 1  # all that waited is one turn
    assert runtime.asked[-1][-1] == "y 59"


def test_others_are_answered_at_once_while_one_floods(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    context = limited(context, clock)
    flooder = write("hola").conversation_id
    pour(context, clock, flooder, 5000, 0)
    other = write("¿qué precio?", customer=OTHER).conversation_id
    clock.pass_seconds(2)
    turn.take(context, flooder)
    turn.take(context, other)
    assert said(context, other) == ["¿qué precio?"]


def test_looking_at_5000_waiting_messages_costs_what_looking_at_one_does(
    context: WorkerContext, write: Write, clock: Clock
) -> None:
    here = write("hola").conversation_id
    turns = limited(context, clock).services.store.turns

    def fastest(look: Callable[[], object]) -> float:
        times = []
        for _ in range(15):
            began = time.perf_counter()
            look()
            times.append(time.perf_counter() - began)
        return min(times)

    one = fastest(lambda: turns.waiting(here)), fastest(turns.all_waiting)
    pour(context, clock, here, 5000, 0)
    many = fastest(lambda: turns.waiting(here)), fastest(turns.all_waiting)
    assert many[0] < 5 * one[0]
    assert many[1] < 20 * one[1]
    lease = turns.lease(here)
    assert lease is not None
    whole = select(messages).where(messages.c.conversation_id == here)

    def bare() -> object:
        with context.services.database.read() as tx:
            return tx.execute(whole).all()

    assert fastest(lambda: turns.read(lease, 20)) < 3 * fastest(bare)


def test_a_usual_customer_never_meets_the_limits(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    context = limited(context, clock)
    for burst in range(10):
        for part in range(3):
            here = write(f"{burst}.{part}").conversation_id
        clock.pass_seconds(2)
        turn.take(context, here)
        clock.pass_seconds(20)
    assert len(runtime.asked) == 10
    assert not any(TOO_FAST.es in text for text in said(context, here))


def test_the_customer_is_told_again_only_after_an_hour(
    context: WorkerContext, write: Write, clock: Clock
) -> None:
    context = limited(context, clock)
    here = write("hola").conversation_id
    for flood in range(4):
        pour(context, clock, here, 100, flood * 1000)
        clock.pass_seconds(1300)
        turn.take(context, here)
    told = [TOO_FAST.es in text for text in said(context, here)]
    assert told == [True, False, False, True]


def test_a_day_has_so_many_turns_then_a_person_comes(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime, channel: MemoryChannel
) -> None:
    context = limited(context, clock, Limits(turns_a_day=3))
    for number in range(6):
        here = write(f"pregunta {number}").conversation_id
        clock.pass_seconds(5)
        turn.take(context, here)
    deliver.send(context, here)
    assert len(runtime.asked) == 3
    assert said(context, here).count(DAY_IS_OVER.es) == 1
    conversation = context.services.store.conversations.get(here)
    reason = "Today's turns of this customer are used up: TURNS_A_DAY 3"
    assert (conversation.owner, conversation.owner_reason) == ("human", reason)


def test_a_new_day_has_new_turns(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    context = limited(context, clock, Limits(turns_a_day=1))
    for number in range(3):
        here = write(f"pregunta {number}").conversation_id
        clock.pass_seconds(DAY)
        turn.take(context, here)
    assert len(runtime.asked) == 3


@pytest.mark.parametrize(
    ("limits", "setting", "others_too"),
    [
        (Limits(cost_a_customer=0.05), "COST_CAP_CUSTOMER 0.05 US$", False),
        (Limits(cost_a_day=0.05), "COST_CAP_DAY 0.05 US$", True),
    ],
)
def test_a_spent_cap_ends_the_day_politely(
    context: WorkerContext,
    write: Write,
    clock: Clock,
    runtime: EchoRuntime,
    limits: Limits,
    setting: str,
    others_too: bool,
) -> None:
    context = limited(context, clock, limits)
    runtime.answer_with = Answer("Claro.", "answered", usage=Usage(100, 10, 0.03))
    for number in range(4):
        here = write(f"pregunta {number}").conversation_id
        clock.pass_seconds(5)
        turn.take(context, here)
    assert len(runtime.asked) == 2  # 0.06 US$, and not one call more
    assert said(context, here) == ["Claro.", "Claro.", DAY_IS_OVER.es]
    assert context.services.store.conversations.get(here).owner_reason.endswith(setting)
    other = write("hola", "SMother", OTHER).conversation_id
    clock.pass_seconds(5)
    turn.take(context, other)
    assert (said(context, other) == [DAY_IS_OVER.es]) is others_too


def test_a_model_without_a_price_is_not_free_under_a_cap(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    context = limited(context, clock, Limits(cost_a_customer=0.05, unpriced=10.0))
    runtime.answer_with = Answer("Claro.", "answered", usage=Usage(2_500, 500, 0.0, 3_000))
    for number in range(4):
        here = write(f"pregunta {number}").conversation_id
        clock.pass_seconds(5)
        turn.take(context, here)
    assert len(runtime.asked) == 2  # 3,000 tokens count as 0.03 US$


def test_the_same_text_back_and_forth_is_taken_for_a_machine(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    for number in range(SAME + 2):
        here = write("Gracias por su mensaje.", f"SM{number}").conversation_id
        clock.pass_seconds(30)
        turn.take(context, here)
    assert len(runtime.asked) == SAME - 1
    assert context.services.store.conversations.get(here).owner_reason.startswith(
        "It may be a machine"
    )


def test_a_menu_that_answers_in_turns_is_taken_for_a_machine(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    for number in range(ROUND + 3):
        text = ("Elija 1 o 2", "Opción no válida", "Menú principal")[number % 3]
        here = write(text, f"SM{number}").conversation_id
        clock.pass_seconds(10)
        turn.take(context, here)
    assert len(runtime.asked) == ROUND - 1


def test_a_person_who_says_yes_a_lot_is_no_machine(
    context: WorkerContext, write: Write, clock: Clock, runtime: EchoRuntime
) -> None:
    lines = ["sí", "sí", "ok", "sí", "sí", "el rojo", "sí", "sí", "ok", "mañana", "sí", "Puebla"]
    for number, text in enumerate(lines):
        here = write(text, f"SM{number}").conversation_id
        clock.pass_seconds(40)
        turn.take(context, here)
    assert len(runtime.asked) == len(lines)
