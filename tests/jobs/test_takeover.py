"""After a take-over the bot says nothing more until it is handed back, whatever happens when."""

import dataclasses
import os
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from agent.answer import Answer, Handoff
from agent.errors import AlreadyTaken
from agent.queues import TURN
from agent.spec import HandoffRules, Spec
from agent.store.inbox import Accepted
from agent.store.owners import Echo, OwnerChange
from agent.store.switches import PAUSED
from agent.store.turns import Outcome
from bot.channels.base import Refused, Unclear
from jobs import deliver, turn
from jobs.desk import Desk
from jobs.sweep import Sweeper
from tests.fakes import Clock
from tests.jobs.fakes import EchoRuntime, HeardDoorbell, MemoryChannel
from tests.jobs.interleaving import OURS, Story

Write = Callable[..., Accepted]
CUSTOMER = "whatsapp:+5215550001111"
# Four times as many on each database, of different seeds: 200 in all.
STORIES = int(os.environ.get("STORIES", "25"))
STEPS = 10


@pytest.fixture
def here(desk: Desk, write: Write, clock: Clock) -> int:
    """A conversation whose customer has written "hola", and whose burst is over."""
    found = write("hola").conversation_id
    clock.pass_seconds(2)
    return found


def _fates(desk: Desk, here: int) -> list[tuple[str, str]]:
    thread = desk.services.conversations.thread(here)
    return [(line.text, line.delivery) for line in thread if line.author != "customer"]


def _forget_the_disk(connection: Any, record: object) -> None:
    if hasattr(connection, "execute") and "sqlite3" in type(connection).__module__:
        connection.execute("PRAGMA synchronous=OFF")  # nobody pulls the plug on this test


@pytest.mark.parametrize("quarter", range(4))
def test_nobody_is_talked_over_and_nothing_is_lost_in_200_interleavings(
    desk: Desk, channel: MemoryChannel, clock: Clock, quarter: int
) -> None:
    engine = desk.services.database.engine
    event.listen(engine, "connect", _forget_the_disk)
    engine.dispose()
    clashes = 0
    first = STORIES * (quarter if desk.services.database.is_sqlite else 4 + quarter)
    for seed in range(first, first + STORIES):
        story = Story(desk, channel, clock, seed)
        story.play(STEPS)
        story.check()
        clashes += story.clashes
    assert len(channel.taken) == len(set(channel.taken)) > STORIES
    assert clashes  # two people did want the same conversation


def test_what_the_bot_has_not_sent_is_dropped_and_answered_anew_after_a_hand_back(
    desk: Desk, here: int, channel: MemoryChannel, clock: Clock
) -> None:
    turn.take(desk, here)
    desk.services.owners.take_over(here, "ana")
    deliver.send(desk, here)
    assert channel.taken == []
    assert _fates(desk, here) == [("hola", "dead")]
    assert desk.services.conversations.get(here).dead == 0  # nothing that staff have to mend
    desk.services.owners.hand_back(here, "ana")
    turn.take(desk, here)
    deliver.send(desk, here)
    assert channel.taken == ["hola"]


@pytest.mark.parametrize("result", [Refused("busy", "20429", again_in=1), Unclear("reset")])
def test_a_send_that_failed_as_a_person_took_over_is_not_tried_again(
    desk: Desk, here: int, channel: MemoryChannel, clock: Clock, result: Refused | Unclear
) -> None:
    turn.take(desk, here)
    channel.results = [result]
    real = channel.send

    def send(parcel: Any) -> Any:
        desk.services.owners.take_over(here, "ana")
        return real(parcel)

    channel.send = send  # type: ignore[method-assign]
    deliver.send(desk, here)
    clock.pass_seconds(60)
    deliver.send(desk, here)
    assert (channel.taken, channel.attempts) == ([], 1)
    assert _fates(desk, here) == [("hola", "dead")]


@pytest.mark.parametrize(("word", "sent"), [("", ["hola"]), ("Soy Ana", ["Soy Ana"])])
def test_an_unclear_send_is_finished_after_a_hand_back_only_if_no_person_spoke(
    desk: Desk, here: int, channel: MemoryChannel, clock: Clock, word: str, sent: list[str]
) -> None:
    turn.take(desk, here)
    channel.results = [Unclear("reset")]
    deliver.send(desk, here)
    desk.services.owners.take_over(here, "ana")
    if word:
        desk.services.conversations.reply(here, word, [word], "ana")
    desk.services.owners.hand_back(here, "ana")
    clock.pass_seconds(60)
    deliver.send(desk, here)
    assert channel.taken == sent


def test_a_person_who_came_and_went_while_the_model_thought_is_not_answered_after(
    desk: Desk, here: int, runtime: EchoRuntime, channel: MemoryChannel
) -> None:
    def came_and_went() -> None:
        desk.services.conversations.reply(here, "Soy Ana", ["Soy Ana"], "ana")
        desk.services.owners.hand_back(here, "ana")

    runtime.meanwhile = came_and_went
    turn.take(desk, here)
    deliver.send(desk, here)
    assert channel.taken == ["Soy Ana"]
    assert turn.take(desk, here) is None


def test_what_came_before_a_persons_word_is_not_answered_after_the_hand_back(
    desk: Desk, here: int, write: Write, runtime: EchoRuntime, clock: Clock
) -> None:
    desk.services.owners.take_over(here, "ana")
    write("¿sigue ahí?")
    clock.pass_seconds(5)
    turn.take(desk, here)  # silent
    desk.services.conversations.reply(here, "Aquí estoy", ["Aquí estoy"], "ana")
    write("¿y el precio?")
    clock.pass_seconds(5)
    turn.take(desk, here)  # silent
    desk.services.owners.hand_back(here, "ana")
    turn.take(desk, here)
    assert runtime.asked == [["¿y el precio?"]]


def test_a_hand_back_while_a_silent_turn_ends_loses_nothing(
    desk: Desk, here: int, runtime: EchoRuntime
) -> None:
    desk.services.owners.pause(here, desk.clock() + 60, "ana")
    desk.services.owners.hand_back(here, "ana")
    desk.services.owners.take_over(here, "ana")
    turns = desk.services.turns
    desk.services.owners.hand_back(here, "ana")
    desk.services.owners.pause(here, desk.clock() + 60, "ana")
    lease = turns.lease(here)
    assert lease is not None
    assert lease.owner == "paused"
    desk.services.owners.hand_back(here, "ana")
    work = turns.read(lease, 10)
    assert not turns.commit(work, Outcome("silent", None, 0.0))
    turn.take(desk, here)
    assert runtime.asked == [["hola"]]


def test_the_closing_sentence_goes_out_and_nothing_after_it(
    desk: Desk, here: int, write: Write, runtime: EchoRuntime, channel: MemoryChannel, clock: Clock
) -> None:
    runtime.answer_with = Answer("Le paso con Ana.", "handoff", handoff=Handoff("lo pidió"))
    turn.take(desk, here)
    desk.services.owners.change(OwnerChange("twilio", OURS, CUSTOMER, "human", "opened"))
    write("¿hola?")
    clock.pass_seconds(5)
    turn.take(desk, here)
    deliver.send(desk, here)
    assert channel.taken == ["Le paso con Ana."]


def test_a_person_who_writes_elsewhere_silences_the_bot(
    desk: Desk, here: int, channel: MemoryChannel, runtime: EchoRuntime
) -> None:
    turn.take(desk, here)
    echo = Echo("twilio", "wamid.1", OURS, CUSTOMER, "Soy Ana, dígame", "Ana")
    assert desk.services.owners.echo(echo) == here
    deliver.send(desk, here)
    assert channel.taken == []
    conversation = desk.services.conversations.get(here)
    assert (conversation.owner, conversation.last_text) == ("human", "Soy Ana, dígame")


def test_two_people_who_take_over_at_once_are_told_who_has_it(desk: Desk, here: int) -> None:
    desk.services.owners.take_over(here, "ana@example.com")
    with pytest.raises(AlreadyTaken, match=r"ana@example\.com has this conversation"):
        desk.services.owners.take_over(here, "luis@example.com")
    desk.services.owners.take_over(here, "ana@example.com")  # once more is no harm


def test_the_sweeper_gives_back_what_was_taken_for_a_time(
    desk: Desk, here: int, runtime: EchoRuntime, clock: Clock
) -> None:
    desk.services.owners.take_over(here, "ana", until=clock.now + 60)
    sweeper = Sweeper(desk.services, clock)
    sweeper.sweep()
    assert desk.services.conversations.get(here).owner == "human"
    clock.pass_seconds(61)
    sweeper.sweep()
    assert desk.services.conversations.get(here).owner == "bot"
    turn.take(desk, here)
    assert runtime.asked == [["hola"]]


def test_after_a_pause_the_sweeper_rings_at_once_for_all_that_waited(
    desk: Desk, here: int, write: Write, clock: Clock
) -> None:
    other = write("ayuda", customer="whatsapp:+5215550002222").conversation_id
    doorbell = HeardDoorbell()
    sweeper = Sweeper(dataclasses.replace(desk.services, doorbell=doorbell), clock)
    desk.services.switches.set(PAUSED, True, "ana")
    for _ in range(5):
        clock.pass_seconds(2)
        sweeper.sweep()
    assert doorbell.heard == []
    desk.services.switches.set(PAUSED, False, "ana")
    clock.pass_seconds(1)
    sweeper.sweep()
    assert sorted(doorbell.heard) == [(TURN, here), (TURN, other)]


def test_what_the_sweeper_gives_back_is_rung_for(desk: Desk, here: int, clock: Clock) -> None:
    doorbell = HeardDoorbell()
    sweeper = Sweeper(dataclasses.replace(desk.services, doorbell=doorbell), clock)
    desk.services.owners.pause(here, clock.now + 60, "ana")
    sweeper.sweep()
    assert doorbell.heard == []
    clock.pass_seconds(60)
    sweeper.sweep()
    assert doorbell.heard[0] == (TURN, here)


def test_the_panic_switch_holds_every_agent_and_lets_people_speak(
    desk: Desk, here: int, write: Write, runtime: EchoRuntime, channel: MemoryChannel, clock: Clock
) -> None:
    turn.take(desk, here)
    other = write("ayuda", customer="whatsapp:+5215550002222").conversation_id
    desk.services.switches.set(PAUSED, True, "ana")
    clock.pass_seconds(5)
    assert turn.take(desk, other) is None
    deliver.send(desk, here)
    assert channel.taken == []
    desk.services.conversations.reply(other, "Soy Ana", ["Soy Ana"], "ana")
    deliver.send(desk, other)
    assert channel.taken == ["Soy Ana"]
    desk.services.switches.set(PAUSED, False, "ana")
    deliver.send(desk, here)
    assert channel.taken == ["Soy Ana", "hola"]


def test_an_answer_that_was_being_written_when_panic_was_pressed_is_thrown_away(
    desk: Desk, here: int, runtime: EchoRuntime, clock: Clock
) -> None:
    runtime.meanwhile = lambda: desk.services.switches.set(PAUSED, True, "ana")
    turn.take(desk, here)
    assert _fates(desk, here) == []
    runtime.meanwhile = lambda: None
    desk.services.switches.set(PAUSED, False, "ana")
    clock.pass_seconds(10)
    turn.take(desk, here)
    assert _fates(desk, here) == [("hola", "pending")]


def test_what_the_bot_never_came_to_say_is_no_part_of_the_history(
    desk: Desk, here: int, runtime: EchoRuntime
) -> None:
    turn.take(desk, here)
    desk.services.owners.take_over(here, "ana")
    desk.services.owners.hand_back(here, "ana")
    turn.take(desk, here)
    assert runtime.asked == [["hola"], ["hola"]]
    assert runtime.histories[-1] == []


def test_a_hand_off_ends_by_itself_when_the_agent_says_so(
    desk: Desk, write: Write, runtime: EchoRuntime, clock: Clock
) -> None:
    rules = HandoffRules(hand_back_after_hours=2)
    agent_id = desk.services.agents.create(Spec(name="Sofía", handoff=rules), "ana")
    desk.services.agents.release_draft(agent_id, "twilio", OURS, "ana")
    runtime.answer_with = Answer("Le paso con Ana.", "handoff", handoff=Handoff("lo pidió"))
    here = write("una persona").conversation_id
    clock.pass_seconds(2)
    turn.take(desk, here)
    runtime.answer_with = None
    for hours, owner in ((1.9, "human"), (0.2, "bot")):
        clock.pass_seconds(hours * 3600)
        Sweeper(desk.services, clock).sweep()
        assert desk.services.conversations.get(here).owner == owner
