"""Random interleavings of customers, people and the bot, judged at Chatwoot's side only.

A fifth of all webhooks is lost, one POST in four goes wrong. The bot must never write where the
conversation is open, assigned, or where a person wrote last; nothing is said twice; and what a
customer wrote is answered, or a person has it.
"""

import random

import pytest
from flask import Flask

from channels.chatwoot.receive import out_id
from simulator.faults import Fault
from tests.bot.conftest import on_one_database
from tests.fakes import Clock
from tests.jobs.chatwoot_house import House
from tests.jobs.fakes import EchoRuntime
from tests.standins.chatwoot_account import Account, Conversation, Message

FAULTS = [
    None,
    None,
    None,
    None,
    None,
    None,
    Fault(429),
    Fault(500),
    Fault(500, taken=True),
    Fault(reset=True, taken=True),
]


CONVERSATIONS = 40  # with 200 it takes five times as long and finds no more


class WatchedAccount(Account):
    """Notes every message of the bot's that talks over somebody."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(lambda raw, headers: 0, "secret-of-the-bot", False, clock)
        self.talked_over: list[str] = []

    def add(  # type: ignore[override]
        self, here: Conversation, kind: int, content: str | None, *rest: object, **more: object
    ) -> Message:
        ours = "bot_out_id" in (more.get("attributes") or {})  # type: ignore[operator]
        said = [m for m in here.messages if m.kind < 2 and not m.private]
        person = bool(said) and (said[-1].sender or {}).get("type") == "user"
        person = person and out_id({"content_attributes": said[-1].attributes}) is None
        if ours and (here.status != "pending" or here.assignee or person):
            self.talked_over.append(f"{here.id}: {content}")
        return super().add(here, kind, content, *rest, **more)  # type: ignore[arg-type]


@pytest.fixture
def account(clock: Clock) -> WatchedAccount:
    return WatchedAccount(clock)


def something_happens(chance: random.Random, account: Account, here: Conversation) -> None:
    """One thing that a person of the team may do at any moment."""
    chance.choice(
        [
            lambda: account.change(here, "open"),
            lambda: account.change(here, "resolved"),
            lambda: account.change(here, "pending"),
            lambda: account.assign(here),
            lambda: account.assign(here, None),
            lambda: account.person_writes(here, "Soy Bia"),
            lambda: account.person_writes(here, "nota", private=True),
        ]
    )()
    if chance.random() < 0.5:
        account.deliver()


@on_one_database
def test_in_many_interleavings_nobody_is_talked_over_and_nothing_is_lost_or_said_twice(
    house: House, account: WatchedAccount, standin: Flask, runtime: EchoRuntime
) -> None:
    chance, wishes = random.Random(2026), standin.extensions["chatwoot"]
    account.is_dropped = lambda: chance.random() < 0.2
    for number in range(CONVERSATIONS):
        here = account.open_conversation(phone=f"+52{number}")

        def meanwhile(here: Conversation = here) -> None:
            if chance.random() < 0.3:
                something_happens(chance, account, here)

        runtime.meanwhile = meanwhile
        for step in range(chance.randrange(2, 6)):
            wishes.posts.append(chance.choice(FAULTS))
            account.customer_writes(here, f"pregunta {number}.{step}")
            account.deliver()
            if chance.random() < 0.4:
                something_happens(chance, account, here)
            house.work(4)
        if number % 10 == 9:
            house.reconciler.look()
    runtime.meanwhile = lambda: None
    wishes.posts.clear()
    for _ in range(8):
        house.work(45)
        house.reconciler.look()
    assert account.talked_over == []
    for here in account.conversations.values():
        said = [text for text in here.said if text != "Soy Bia"]
        parts = [part for text in said for part in text.split(" + ")]
        assert len(parts) == len(set(parts)), here.id
        assert here.status != "pending" or here.assignee or is_answered(here), here.id


def is_answered(here: Conversation) -> bool:
    """The last word to the customer came after the customer's own."""
    said = [m for m in here.messages if m.kind < 2 and not m.private]
    return said[-1].kind == 1
