"""Who speaks in a conversation, and what follows from it, on both databases."""

import pytest

from agent.errors import AlreadyTaken, Invalid, NotFound
from agent.spec import HandoffRules, Spec
from channels.registry import known
from store.agents.agents import Agents
from store.conversations.conversations import Conversations
from store.conversations.inbox import Inbound, Inbox
from store.conversations.outbox import Outbox, OutboxMessage
from store.conversations.owners import Echo, OwnerChange, Owners
from store.conversations.turns import Turns
from store.db.database import Database
from store.switches import Switches
from tests.fakes import Clock

OURS, CUSTOMER = "whatsapp:+14155238886", "whatsapp:+5215550001111"


@pytest.fixture
def owners(database: Database, clock: Clock) -> Owners:
    return Owners(database, known(), clock)


@pytest.fixture
def conversations(database: Database, clock: Clock) -> Conversations:
    return Conversations(database, clock)


@pytest.fixture
def here(database: Database, clock: Clock) -> int:
    """A conversation with one unanswered message."""
    message = Inbound("twilio", "SM1", OURS, CUSTOMER, "hola")
    return Inbox(database, known(), clock).accept([message])[0].conversation_id


def test_a_take_over_leaves_nothing_to_the_bot_and_a_hand_back_all_of_it(
    database: Database, owners: Owners, conversations: Conversations, here: int
) -> None:
    turns = Turns(database)
    owners.take_over(here, "ana@example.com", "la conoce")
    row = conversations.get(here)
    assert (row.owner, row.owner_reason, row.unanswered) == ("human", "la conoce", 0)
    assert turns.waiting(here) is None
    assert owners.hand_back(here, "ana@example.com")
    assert turns.waiting(here) is not None
    assert not owners.hand_back(here, "ana@example.com")


def test_a_running_turn_loses_its_fence_by_a_take_over_and_by_a_hand_back(
    database: Database, owners: Owners, here: int
) -> None:
    turns = Turns(database)
    for change in (
        lambda: owners.take_over(here, "ana"),
        lambda: owners.hand_back(here, "ana"),
    ):
        lease = turns.lease(here)
        assert lease is not None
        change()
        newer = turns.lease(here)
        assert newer is not None
        assert newer.fence > lease.fence + 1
        owners.assign(here, "")
        with database.write() as tx:
            tx.exec_driver_sql("UPDATE conversations SET lease_until = 0")


def test_assigning_passes_a_conversation_from_one_person_to_another(
    owners: Owners, here: int
) -> None:
    owners.take_over(here, "ana")
    with pytest.raises(AlreadyTaken, match="ana has this conversation"):
        owners.take_over(here, "luis")
    owners.assign(here, "luis")
    owners.take_over(here, "luis")
    owners.assign(here, "")
    owners.take_over(here, "ana")


def test_a_pause_is_for_a_time_to_come(
    owners: Owners, conversations: Conversations, here: int, clock: Clock
) -> None:
    with pytest.raises(Invalid):
        owners.pause(here, clock.now, "ana")
    owners.pause(here, clock.now + 60, "ana")
    assert conversations.get(here).owner == "paused"
    assert (owners.expired(clock.now), owners.expired(clock.now + 60)) == ([], [here])


def test_a_time_that_is_over_ends_nothing_that_was_taken_anew(
    owners: Owners, conversations: Conversations, here: int, clock: Clock
) -> None:
    owners.take_over(here, "ana", until=clock.now + 60)
    clock.now += 61
    assert owners.expired(clock.now) == [here]
    owners.take_over(here, "ana")  # without an end, between the sweeper's look and its hand
    assert not owners.end(here, clock.now)
    assert conversations.get(here).owner == "human"


def test_the_agents_own_rule_ends_a_take_over_and_each_reply_puts_it_off(
    database: Database, owners: Owners, conversations: Conversations, here: int, clock: Clock
) -> None:
    agents = Agents(database, known(), clock)
    spec = Spec(name="Sofía", handoff=HandoffRules(hand_back_after_hours=2))
    agents.release_draft(agents.create(spec, "ana"), "twilio", OURS, "ana")
    owners.take_over(here, "ana")
    clock.now += 3600
    conversations.reply(here, "Sigo aquí", ["Sigo aquí"], "ana")
    assert owners.expired(clock.now + 1.5 * 3600) == []
    assert owners.expired(clock.now + 2 * 3600) == [here]


def test_a_repeated_echo_is_one_message(
    owners: Owners, conversations: Conversations, here: int
) -> None:
    echo = Echo("twilio", "wamid.9", OURS, CUSTOMER, "Soy Ana", "Ana")
    assert [owners.echo(echo), owners.echo(echo)] == [here, here]
    assert [line.text for line in conversations.thread(here)] == ["hola", "Soy Ana"]


def test_an_echo_of_what_we_sent_ourselves_is_no_take_over(
    database: Database, owners: Owners, conversations: Conversations, here: int, clock: Clock
) -> None:
    outbox = Outbox(database, clock)
    conversations.reply(here, "Buenas", ["Buenas"], "ana")
    outgoing = outbox.claim(here)
    assert isinstance(outgoing, OutboxMessage)
    outbox.sent(outgoing, "wamid.1")
    owners.hand_back(here, "ana")
    owners.echo(Echo("twilio", "wamid.1", OURS, CUSTOMER, "Buenas"))
    assert conversations.get(here).owner == "bot"
    assert len(conversations.thread(here)) == 2


def test_what_is_said_of_an_unknown_conversation_changes_nothing(owners: Owners) -> None:
    assert owners.echo(Echo("twilio", "wamid.1", OURS, CUSTOMER, "Buenas")) is None
    assert owners.change(OwnerChange("twilio", OURS, CUSTOMER, "human", "opened")) is None
    for call in (
        lambda: owners.take_over(404, "ana"),
        lambda: owners.hand_back(404, "ana"),
        lambda: owners.assign(404, "ana"),
        lambda: owners.pause(404, 9e12, "ana"),
    ):
        with pytest.raises(NotFound):
            call()


def test_the_providers_desk_gives_it_to_a_person_and_back(
    owners: Owners, conversations: Conversations, here: int
) -> None:
    for owner in ("human", "human", "bot", "bot"):
        assert owners.change(OwnerChange("twilio", OURS, CUSTOMER, owner, "desk")) == here
        assert conversations.get(here).owner == owner
    with pytest.raises(Invalid):
        owners.change(OwnerChange("twilio", OURS, CUSTOMER, "nobody", "desk"))


def test_a_switch_is_seen_by_others_within_a_second(database: Database, clock: Clock) -> None:
    here, there = Switches(database, clock), Switches(database, clock)
    assert (here.paused, there.paused) == (False, False)
    here.set("paused", True, "ana@example.com")
    assert here.paused
    clock.now += 1
    assert there.paused
    found = there.switch("paused")
    assert found is not None
    assert (found.set_by, found.set_at) == ("ana@example.com", clock.now - 1)


def test_a_switch_holds_anything_and_has_a_default(database: Database, clock: Clock) -> None:
    switches = Switches(database, clock)
    assert switches.get("retention", 90) == 90
    switches.set("retention", {"days": 30}, "ana")
    assert switches.get("retention") == {"days": 30}
    assert switches.switch("never set") is None
    clock.now -= 3600  # a clock that was set back reads anew
    switches.set("retention", {"days": 7}, "ana")
    assert switches.get("retention") == {"days": 7}
