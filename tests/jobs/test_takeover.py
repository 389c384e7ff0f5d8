"""After a take-over the bot says nothing more until it is handed back, whatever happens when."""

import dataclasses
import os
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from actions.queues import TURN
from agent.answer import Answer, Handoff
from agent.errors import AlreadyTaken
from agent.spec import HandoffRules, Spec
from channels.base import Refused, Unknown
from jobs import deliver, turn
from jobs.context import WorkerContext
from jobs.sweep import Sweeper
from store.conversations.inbox import Accepted
from store.conversations.owners import Echo, OwnerChange
from store.conversations.work import Outcome
from store.switches import PAUSED
from tests.fakes import Clock
from tests.jobs.fakes import EchoRuntime, HeardWakeUp, MemoryChannel
from tests.jobs.interleaving import OURS, Story

Write = Callable[..., Accepted]
CUSTOMER = "whatsapp:+5215550001111"
# Four times as many on each database, of different seeds: 200 in all.
STORIES = int(os.environ.get("STORIES", "25"))
STEPS = 10


@pytest.fixture
def here(context: WorkerContext, write: Write, clock: Clock) -> int:
    """A conversation whose customer has written "hola", and whose burst is over."""
    found = write("hola").conversation_id
    clock.pass_seconds(2)
    return found


def _fates(context: WorkerContext, here: int) -> list[tuple[str, str]]:
    thread = context.services.store.conversations.thread(here)
    return [(line.text, line.delivery) for line in thread if line.author != "customer"]


def _forget_the_disk(connection: Any, record: object) -> None:
    if hasattr(connection, "execute") and "sqlite3" in type(connection).__module__:
        connection.execute("PRAGMA synchronous=OFF")  # nobody pulls the plug on this test


@pytest.mark.parametrize("quarter", range(4))
def test_nobody_is_talked_over_and_nothing_is_lost_in_200_interleavings(
    context: WorkerContext, channel: MemoryChannel, clock: Clock, quarter: int
) -> None:
    engine = context.services.database.engine
    event.listen(engine, "connect", _forget_the_disk)
    engine.dispose()
    clashes = 0
    first = STORIES * (quarter if context.services.database.is_sqlite else 4 + quarter)
    for seed in range(first, first + STORIES):
        story = Story(context, channel, clock, seed)
        story.play(STEPS)
        story.check()
        clashes += story.clashes
    assert len(channel.taken) == len(set(channel.taken)) > STORIES
    assert clashes  # two people did want the same conversation


def test_what_the_bot_has_not_sent_is_dropped_and_answered_anew_after_a_hand_back(
    context: WorkerContext, here: int, channel: MemoryChannel, clock: Clock
) -> None:
    turn.take(context, here)
    context.services.store.owners.take_over(here, "ana")
    deliver.send(context, here)
    assert channel.taken == []
    assert _fates(context, here) == [("hola", "dead")]
    assert (
        context.services.store.conversations.get(here).dead == 0
    )  # nothing that staff have to mend
    context.services.store.owners.hand_back(here, "ana")
    turn.take(context, here)
    deliver.send(context, here)
    assert channel.taken == ["hola"]


@pytest.mark.parametrize("result", [Refused("busy", "20429", again_in=1), Unknown("reset")])
def test_a_send_that_failed_as_a_person_took_over_is_not_tried_again(
    context: WorkerContext,
    here: int,
    channel: MemoryChannel,
    clock: Clock,
    result: Refused | Unknown,
) -> None:
    turn.take(context, here)
    channel.results = [result]
    real = channel.send

    def send(outgoing: Any) -> Any:
        context.services.store.owners.take_over(here, "ana")
        return real(outgoing)

    channel.send = send  # type: ignore[method-assign]
    deliver.send(context, here)
    clock.pass_seconds(60)
    deliver.send(context, here)
    assert (channel.taken, channel.attempts) == ([], 1)
    assert _fates(context, here) == [("hola", "dead")]


@pytest.mark.parametrize(("word", "sent"), [("", ["hola"]), ("Soy Ana", ["Soy Ana"])])
def test_an_unknown_send_is_finished_after_a_hand_back_only_if_no_person_spoke(
    context: WorkerContext,
    here: int,
    channel: MemoryChannel,
    clock: Clock,
    word: str,
    sent: list[str],
) -> None:
    turn.take(context, here)
    channel.results = [Unknown("reset")]
    deliver.send(context, here)
    context.services.store.owners.take_over(here, "ana")
    if word:
        context.services.store.conversations.reply(here, word, [word], "ana")
    context.services.store.owners.hand_back(here, "ana")
    clock.pass_seconds(60)
    deliver.send(context, here)
    assert channel.taken == sent


def test_a_person_who_came_and_went_while_the_model_thought_is_not_answered_after(
    context: WorkerContext, here: int, runtime: EchoRuntime, channel: MemoryChannel
) -> None:
    def came_and_went() -> None:
        context.services.store.conversations.reply(here, "Soy Ana", ["Soy Ana"], "ana")
        context.services.store.owners.hand_back(here, "ana")

    runtime.meanwhile = came_and_went
    turn.take(context, here)
    deliver.send(context, here)
    assert channel.taken == ["Soy Ana"]
    assert turn.take(context, here) is None


def test_what_came_before_a_persons_word_is_not_answered_after_the_hand_back(
    context: WorkerContext, here: int, write: Write, runtime: EchoRuntime, clock: Clock
) -> None:
    context.services.store.owners.take_over(here, "ana")
    write("¿sigue ahí?")
    clock.pass_seconds(5)
    turn.take(context, here)  # silent
    context.services.store.conversations.reply(here, "Aquí estoy", ["Aquí estoy"], "ana")
    write("¿y el precio?")
    clock.pass_seconds(5)
    turn.take(context, here)  # silent
    context.services.store.owners.hand_back(here, "ana")
    turn.take(context, here)
    assert runtime.asked == [["¿y el precio?"]]


def test_a_hand_back_while_a_silent_turn_ends_loses_nothing(
    context: WorkerContext, here: int, runtime: EchoRuntime
) -> None:
    context.services.store.owners.pause(here, context.clock() + 60, "ana")
    context.services.store.owners.hand_back(here, "ana")
    context.services.store.owners.take_over(here, "ana")
    turns = context.services.store.turns
    context.services.store.owners.hand_back(here, "ana")
    context.services.store.owners.pause(here, context.clock() + 60, "ana")
    lease = turns.lease(here)
    assert lease is not None
    assert lease.owner == "paused"
    context.services.store.owners.hand_back(here, "ana")
    work = turns.read(lease, 10)
    assert not turns.commit(work, Outcome("silent", None, 0.0))
    turn.take(context, here)
    assert runtime.asked == [["hola"]]


def test_the_closing_sentence_goes_out_and_nothing_after_it(
    context: WorkerContext,
    here: int,
    write: Write,
    runtime: EchoRuntime,
    channel: MemoryChannel,
    clock: Clock,
) -> None:
    runtime.answer_with = Answer("Le paso con Ana.", "handoff", handoff=Handoff("lo pidió"))
    turn.take(context, here)
    context.services.store.owners.change(OwnerChange("twilio", OURS, CUSTOMER, "human", "opened"))
    write("¿hola?")
    clock.pass_seconds(5)
    turn.take(context, here)
    deliver.send(context, here)
    assert channel.taken == ["Le paso con Ana."]


def test_a_person_who_writes_elsewhere_silences_the_bot(
    context: WorkerContext, here: int, channel: MemoryChannel, runtime: EchoRuntime
) -> None:
    turn.take(context, here)
    echo = Echo("twilio", "wamid.1", OURS, CUSTOMER, "Soy Ana, dígame", "Ana")
    assert context.services.store.owners.echo(echo) == here
    deliver.send(context, here)
    assert channel.taken == []
    conversation = context.services.store.conversations.get(here)
    assert (conversation.owner, conversation.last_text) == ("human", "Soy Ana, dígame")


def test_two_people_who_take_over_at_once_are_told_who_has_it(
    context: WorkerContext, here: int
) -> None:
    context.services.store.owners.take_over(here, "ana@example.com")
    with pytest.raises(AlreadyTaken, match=r"ana@example\.com has this conversation"):
        context.services.store.owners.take_over(here, "luis@example.com")
    context.services.store.owners.take_over(here, "ana@example.com")  # once more is no harm


def test_the_sweeper_gives_back_what_was_taken_for_a_time(
    context: WorkerContext, here: int, runtime: EchoRuntime, clock: Clock
) -> None:
    context.services.store.owners.take_over(here, "ana", until=clock.now + 60)
    sweeper = Sweeper(context.services, clock)
    sweeper.sweep()
    assert context.services.store.conversations.get(here).owner == "human"
    clock.pass_seconds(61)
    sweeper.sweep()
    assert context.services.store.conversations.get(here).owner == "bot"
    turn.take(context, here)
    assert runtime.asked == [["hola"]]


def test_after_a_pause_the_sweeper_rings_at_once_for_all_that_waited(
    context: WorkerContext, here: int, write: Write, clock: Clock
) -> None:
    other = write("ayuda", customer="whatsapp:+5215550002222").conversation_id
    wake_up = HeardWakeUp()
    sweeper = Sweeper(dataclasses.replace(context.services, wake_up=wake_up), clock)
    context.services.store.switches.set(PAUSED, True, "ana")
    for _ in range(5):
        clock.pass_seconds(2)
        sweeper.sweep()
    assert wake_up.heard == []
    context.services.store.switches.set(PAUSED, False, "ana")
    clock.pass_seconds(1)
    sweeper.sweep()
    assert sorted(wake_up.heard) == [(TURN, here), (TURN, other)]


def test_what_the_sweeper_gives_back_is_rung_for(
    context: WorkerContext, here: int, clock: Clock
) -> None:
    wake_up = HeardWakeUp()
    sweeper = Sweeper(dataclasses.replace(context.services, wake_up=wake_up), clock)
    context.services.store.owners.pause(here, clock.now + 60, "ana")
    sweeper.sweep()
    assert wake_up.heard == []
    clock.pass_seconds(60)
    sweeper.sweep()
    assert wake_up.heard[0] == (TURN, here)


def test_the_panic_switch_holds_every_agent_and_lets_people_speak(
    context: WorkerContext,
    here: int,
    write: Write,
    runtime: EchoRuntime,
    channel: MemoryChannel,
    clock: Clock,
) -> None:
    turn.take(context, here)
    other = write("ayuda", customer="whatsapp:+5215550002222").conversation_id
    context.services.store.switches.set(PAUSED, True, "ana")
    clock.pass_seconds(5)
    assert turn.take(context, other) is None
    deliver.send(context, here)
    assert channel.taken == []
    context.services.store.conversations.reply(other, "Soy Ana", ["Soy Ana"], "ana")
    deliver.send(context, other)
    assert channel.taken == ["Soy Ana"]
    context.services.store.switches.set(PAUSED, False, "ana")
    deliver.send(context, here)
    assert channel.taken == ["Soy Ana", "hola"]


def test_an_answer_that_was_being_written_when_panic_was_pressed_is_thrown_away(
    context: WorkerContext, here: int, runtime: EchoRuntime, clock: Clock
) -> None:
    runtime.meanwhile = lambda: context.services.store.switches.set(PAUSED, True, "ana")
    turn.take(context, here)
    assert _fates(context, here) == []
    runtime.meanwhile = lambda: None
    context.services.store.switches.set(PAUSED, False, "ana")
    clock.pass_seconds(10)
    turn.take(context, here)
    assert _fates(context, here) == [("hola", "pending")]


def test_what_the_bot_never_came_to_say_is_no_part_of_the_history(
    context: WorkerContext, here: int, runtime: EchoRuntime
) -> None:
    turn.take(context, here)
    context.services.store.owners.take_over(here, "ana")
    context.services.store.owners.hand_back(here, "ana")
    turn.take(context, here)
    assert runtime.asked == [["hola"], ["hola"]]
    assert runtime.histories[-1] == []


def test_a_hand_off_ends_by_itself_when_the_agent_says_so(
    context: WorkerContext, write: Write, runtime: EchoRuntime, clock: Clock
) -> None:
    rules = HandoffRules(hand_back_after_hours=2)
    agent_id = context.services.store.agents.create(Spec(name="Sofía", handoff=rules), "ana")
    context.services.store.agents.release_draft(agent_id, "twilio", OURS, "ana")
    runtime.answer_with = Answer("Le paso con Ana.", "handoff", handoff=Handoff("lo pidió"))
    here = write("una persona").conversation_id
    clock.pass_seconds(2)
    turn.take(context, here)
    runtime.answer_with = None
    for hours, owner in ((1.9, "human"), (0.2, "bot")):
        clock.pass_seconds(hours * 3600)
        Sweeper(context.services, clock).sweep()
        assert context.services.store.conversations.get(here).owner == owner
