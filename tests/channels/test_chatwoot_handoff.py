"""A hand-off is a note, labels, an assignment and an open conversation; once, whatever fails."""

import time
from dataclasses import replace
from typing import Any

import pytest

from agent.settings import Settings
from channels.base import Refused, Sent
from channels.chatwoot.send import ChatwootChannel
from simulator import faults as wrong
from simulator.faults import Fault
from store.conversations.outbox import OutboxMessage
from tests.standins.chatwoot import BOT_TOKEN, USER_TOKEN, Wishes
from tests.standins.chatwoot_account import PERSON, Account, Conversation


def handoff(**changed: Any) -> OutboxMessage:
    plain = OutboxMessage(
        id=42,
        conversation_id=1,
        channel="chatwoot",
        our_address="inbox:7",
        customer_address="118",
        body="Motivo: lo pidió",
        state="pending",
        token="t",
        attempts=1,
        unknowns=0,
        sending_at=time.time(),
        created_at=time.time(),
        last_inbound_at=0,
        kind="handoff",
    )
    return replace(plain, **changed)


@pytest.fixture
def account() -> Account:
    return Account(lambda raw, headers: 200)


@pytest.fixture
def here(account: Account) -> Conversation:
    found = account.open_conversation()
    found.labels = ["vip"]
    account.customer_writes(found, "quiero hablar con una persona")
    return found


def open_channel(address: str, token: str = USER_TOKEN, **changed: Any) -> ChatwootChannel:
    settings = Settings(
        _env_file=None,
        chatwoot_api_url=address,
        chatwoot_account_id="3",
        chatwoot_api_token=token,
        **changed,
    )
    return ChatwootChannel(settings, timeout=5)


@pytest.mark.parametrize("token", [USER_TOKEN, BOT_TOKEN])
def test_a_handoff_writes_a_note_keeps_the_labels_and_opens(
    address: str, here: Conversation, token: str
) -> None:
    assert open_channel(address, token).send(handoff()) == Sent("handoff-42", "sent")
    assert here.notes == ["Motivo: lo pidió"]
    assert here.said == []
    assert here.labels == ["vip", "handoff"]
    assert here.status == "open"


def test_a_team_and_a_person_get_it_when_they_are_set(address: str, here: Conversation) -> None:
    channel = open_channel(
        address,
        chatwoot_handoff_team_id="5",
        chatwoot_handoff_assignee_id="2",
        chatwoot_handoff_labels="vip, urgente ,humano",
    )
    channel.send(handoff())
    assert (here.team_id, here.assignee) == (5, PERSON)
    assert here.labels == ["vip", "urgente", "humano"]


@pytest.mark.parametrize(
    "fault",
    [Fault(500), Fault(500, taken=True), wrong.RESET, wrong.RESET_BUT_TAKEN, Fault(429)],
)
@pytest.mark.parametrize("step", ["posts", "status_posts"])
def test_a_step_that_fails_is_repeated_and_the_note_stays_one(
    address: str, here: Conversation, wishes: Wishes, fault: Fault, step: str
) -> None:
    getattr(wishes, step).append(fault)
    channel = open_channel(address)
    first = channel.send(handoff())
    assert isinstance(first, Refused)
    assert first.again_in is not None
    assert channel.send(handoff(attempts=2)) == Sent("handoff-42", "sent")
    assert len(here.notes) == 1
    assert here.status == "open"


def test_a_process_that_died_midway_finds_out_what_is_left(
    address: str, here: Conversation, wishes: Wishes
) -> None:
    channel = open_channel(address)
    wishes.status_posts.append(Fault(500))
    channel.send(handoff())
    assert channel.look_up(handoff()) is None
    channel.send(handoff(attempts=2))
    assert channel.look_up(handoff()) == Sent("handoff-42", "sent")
    assert len(here.notes) == 1


def test_a_note_that_is_never_taken_does_not_keep_the_conversation_closed(
    address: str, here: Conversation, wishes: Wishes
) -> None:
    wishes.posts.append(Fault(413))
    assert isinstance(open_channel(address).send(handoff()), Sent)
    assert here.status == "open"


def test_labels_that_cannot_be_read_are_not_replaced(
    address: str, here: Conversation, wishes: Wishes
) -> None:
    wishes.bots_may -= {"labels"}
    assert isinstance(open_channel(address, BOT_TOKEN).send(handoff()), Sent)
    assert here.labels == ["vip"]
    assert here.status == "open"


def test_labels_that_fail_for_a_while_come_later_and_not_for_ever(
    address: str, here: Conversation, wishes: Wishes
) -> None:
    wishes.get_status = 500
    channel = open_channel(address)
    assert isinstance(channel.send(handoff()), Refused)
    assert here.status == "open"
    wishes.get_status = 200
    assert isinstance(channel.send(handoff(attempts=2)), Sent)
    assert here.labels == ["vip", "handoff"]
    wishes.get_status = 500
    assert isinstance(channel.send(handoff(attempts=3)), Sent)


def test_a_deleted_conversation_ends_the_handoff_with_a_sentence(address: str) -> None:
    result = open_channel(address).send(handoff(customer_address="999"))
    assert isinstance(result, Refused)
    assert (result.code, result.again_in) == ("404", None)
    assert "deleted" in result.error


def test_a_customers_words_in_the_note_neither_run_nor_call_anybody(
    address: str, here: Conversation
) -> None:
    words = "> [Bia](mention://user/2/Bia) {{contact.email}}"
    open_channel(address).send(handoff(body=words))
    assert "mention://" not in here.notes[0]
    assert "LEAKED" not in here.notes[0]
