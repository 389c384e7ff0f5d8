"""The whole way through Chatwoot: a customer is answered, a person takes over and hands back."""

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from actions.services import Services
from agent.answer import Answer, Citation, Handoff
from simulator.faults import Fault
from store.tables import outbox, turns
from tests.fakes import Clock
from tests.jobs.chatwoot_house import House, configured
from tests.jobs.fakes import EchoRuntime
from tests.standins.chatwoot import BOT_TOKEN, Wishes, serve_chatwoot
from tests.standins.chatwoot_account import Account, Conversation


@pytest.fixture
def account(clock: Clock) -> Account:
    return Account(lambda raw, headers: 0, "secret-of-the-bot", clock=clock)


@pytest.fixture
def here(account: Account) -> Conversation:
    return account.open_conversation()


def states(house: House) -> list[tuple[str, str, str]]:
    rows = select(outbox.c.kind, outbox.c.state, outbox.c.error_code).order_by(outbox.c.id)
    with house.services.database.read() as tx:
        return [tuple(row) for row in tx.execute(rows)]


def test_a_customer_is_answered_once_and_the_echo_changes_nothing(
    house: House, here: Conversation, account: Account
) -> None:
    house.write(here, "¿A qué hora abren?")
    house.work()
    assert here.said == ["¿A qué hora abren?"]
    assert house.owner() == "bot"
    assert account.failed == 0
    assert states(house) == [("text", "sent", "")]
    assert here.typing[0] == "on"


def test_markdown_goes_out_as_the_inbox_wants_it(
    house: House, here: Conversation, runtime: EchoRuntime
) -> None:
    runtime.answer_with = Answer("Cuesta **10**.", "answered")
    house.write(here, "¿Cuánto?")
    house.work()
    here.channel = "Channel::Api"
    house.write(here, "¿Cuánto?")
    house.work()
    assert here.said == ["Cuesta **10**.", "Cuesta *10*."]


def test_a_handoff_says_its_sentence_and_briefs_the_people(
    house: House, here: Conversation, runtime: EchoRuntime
) -> None:
    cited = Citation(1, "garantia.pdf", "s", 1, 1, 2, None, "q", 0.9, "")
    runtime.answer_with = Answer(
        "Le paso con Ana.", "handoff", citations=(cited,), handoff=Handoff("lo pidió")
    )
    here.labels = ["vip"]
    house.write(here, "quiero un humano {{contact.email}}")
    house.work()
    assert here.said == ["Le paso con Ana."]
    assert (here.status, here.labels) == ("open", ["vip", "handoff"])
    [note] = here.notes
    for words in ("lo pidió", "quiero un humano", "Le paso con Ana.", "garantia.pdf"):
        assert words in note
    assert "LEAKED" not in note
    assert house.owner() == "human"


def test_the_people_of_a_desk_read_the_reason_in_the_agents_language(
    house: House, here: Conversation, runtime: EchoRuntime
) -> None:
    why = Handoff("The customer wrote: attendant.")
    runtime.answer_with = Answer("One moment.", "handoff", handoff=why, language="en")
    house.write(here, "I want an attendant")
    house.work()
    assert "Motivo: El cliente escribió: attendant." in here.notes[0]


def test_after_a_handoff_nothing_is_said_until_it_is_resolved(
    house: House, here: Conversation, runtime: EchoRuntime, account: Account
) -> None:
    runtime.answer_with = Answer("Le paso con Ana.", "handoff", handoff=Handoff("lo pidió"))
    house.write(here, "quiero un humano")
    house.work()
    house.write(here, "¿hola?")
    account.person_writes(here, "Soy Bia.")
    house.work()
    assert here.said == ["Le paso con Ana.", "Soy Bia."]
    runtime.answer_with = None
    account.change(here, "resolved")
    house.write(here, "otra pregunta")
    house.work()
    assert here.said[2:] == ["otra pregunta"]
    assert [said.text for said in runtime.histories[-1]][-2:] == ["¿hola?", "Soy Bia."]


def test_a_handoff_survives_every_step_that_fails(
    house: House, here: Conversation, runtime: EchoRuntime, wishes: Wishes
) -> None:
    runtime.answer_with = Answer("Le paso con Ana.", "handoff", handoff=Handoff("lo pidió"))
    wishes.posts.extend([None, Fault(500, taken=True), Fault(500)])
    wishes.status_posts.extend([Fault(502), Fault(reset=True), Fault(500, taken=True)])
    house.write(here, "quiero un humano")
    house.work(600)
    assert (here.said, len(here.notes)) == (["Le paso con Ana."], 1)
    assert here.status == "open"
    assert {state for _, state, _ in states(house)} == {"sent"}


def test_a_person_who_took_over_before_the_model_was_asked_is_noticed(
    house: House, here: Conversation, runtime: EchoRuntime, account: Account
) -> None:
    house.write(here, "hola")
    account.is_dropped = lambda: True  # Chatwoot tells nobody
    account.change(here, "open")
    house.work()
    assert (here.said, runtime.asked, house.owner()) == ([], [], "human")
    with house.services.database.read() as tx:
        assert tx.execute(select(turns.c.outcome, turns.c.error)).one() == (
            "silent",
            "Chatwoot: the conversation is open.",
        )


@pytest.mark.parametrize("way", ["open", "assign", "write"])
def test_a_person_who_takes_over_while_the_model_thinks_is_not_talked_over(
    house: House, here: Conversation, runtime: EchoRuntime, account: Account, way: str
) -> None:
    takes_over = {
        "open": lambda: account.change(here, "open"),
        "assign": lambda: account.assign(here),
        "write": lambda: account.person_writes(here, "Ya te atiendo"),
    }[way]
    account.is_dropped = lambda: way != "write"
    house.post(*_webhook(account, here))
    runtime.meanwhile = lambda: (takes_over(), account.deliver())
    house.work()
    assert runtime.asked
    assert [text for text in here.said if text != "Ya te atiendo"] == []
    assert house.owner() == "human"


def _webhook(account: Account, here: Conversation) -> tuple[bytes, dict[str, str]]:
    message = account.customer_writes(here, "hola")
    raw = json.dumps(account.webhook_of(here, message)).encode()
    return raw, account.headers(raw)


def test_a_persons_reply_in_the_studio_goes_out_whoever_speaks(
    house: House, here: Conversation, account: Account
) -> None:
    house.write(here, "hola")
    account.change(here, "open")
    account.deliver()
    house.services.store.conversations.reply(1, "Soy Ana", ["Soy Ana"], "ana@example.com")
    house.work()
    assert here.said == ["Soy Ana"]


def test_while_chatwoot_cannot_be_asked_nothing_is_sent_and_later_it_is(
    house: House, here: Conversation, wishes: Wishes
) -> None:
    house.write(here, "hola")
    wishes.get_status = 500
    house.work(30)
    assert here.said == []
    wishes.get_status = 200
    house.work(30)
    assert here.said == ["hola"]


@pytest.mark.parametrize("taken", [True, False])
def test_an_unknown_send_with_a_bots_token_is_settled_by_the_webhook(
    services: Services,
    account: Account,
    standin: Flask,
    clock: Clock,
    runtime: EchoRuntime,
    taken: bool,
) -> None:
    with serve_chatwoot(standin) as address:
        house = House(configured(services, address, BOT_TOKEN), account, runtime, clock)
        here, wishes = account.open_conversation(), standin.extensions["chatwoot"]
        wishes.bots_may -= {"show"}
        wishes.posts.append(Fault(reset=True, taken=taken))
        house.write(here, "hola")
        house.work(120)
    assert here.said == ["hola"]
    services.database.close()


@pytest.mark.parametrize("taken", [True, False])
def test_an_unknown_send_whose_webhook_is_lost_is_looked_up(
    house: House, here: Conversation, account: Account, wishes: Wishes, taken: bool
) -> None:
    wishes.posts.append(Fault(reset=True, taken=taken))
    house.write(here, "hola")
    account.is_dropped = lambda: True
    house.work(120)
    assert here.said == ["hola"]
    assert states(house) == [("text", "sent", "")]


def test_a_chatwoot_that_answers_too_slowly_loses_and_doubles_nothing(
    services: Services, account: Account, standin: Flask, clock: Clock, runtime: EchoRuntime
) -> None:
    wishes = standin.extensions["chatwoot"]
    with serve_chatwoot(standin) as address:
        house = House(configured(services, address), account, runtime, clock, patience=0.3)
        here = account.open_conversation()
        wishes.posts.extend([Fault(hang=True, taken=True), Fault(hang=True)])
        for text in ("uno", "dos", "tres"):
            house.write(here, text)
            house.work(60)
        wishes.released.set()
    assert here.said == ["uno", "dos", "tres"]
    services.database.close()


def test_a_failure_on_whatsapp_is_shown_with_its_reason(
    house: House, here: Conversation, account: Account
) -> None:
    house.write(here, "hola")
    house.work()
    account.fail(here.messages[-1], "131026: Message undeliverable")
    account.deliver()
    message = house.services.store.conversations.thread(1)[-1]
    assert (message.delivery, message.error) == ("failed", "131026: Message undeliverable")


def test_a_database_that_is_away_loses_nothing_and_hands_nobody_to_people(
    house: House, here: Conversation, account: Account
) -> None:
    with house.services.database.write() as tx:
        tx.exec_driver_sql("ALTER TABLE messages RENAME TO gone")
    house.write(here, "hola")
    assert (account.failed, here.status) == (0, "pending")
    with house.services.database.write() as tx:
        tx.exec_driver_sql("ALTER TABLE gone RENAME TO messages")
    assert house.spool.drain() == 1
    house.work()
    assert here.said == ["hola"]


@pytest.mark.parametrize("assigned", [True, False])
def test_what_is_handed_back_in_the_studio_is_the_bots_in_chatwoot_too(
    house: House, here: Conversation, account: Account, assigned: bool
) -> None:
    house.write(here, "hola")
    house.work()
    account.change(here, "open")
    if assigned:
        account.assign(here)
    house.write(here, "¿siguen ahí?")
    house.work()
    assert house.owner() == "human"
    house.services.store.owners.hand_back(1, "ana@example.com")
    house.work()
    assert (here.status, here.assignee, house.owner()) == ("pending", None, "bot")
    assert here.said == ["hola", "¿siguen ahí?"]


def test_a_hand_back_that_chatwoot_does_not_take_at_once_holds_the_answer(
    house: House, here: Conversation, account: Account, wishes: Wishes
) -> None:
    house.write(here, "hola")
    account.change(here, "open")
    house.work()
    house.services.store.owners.hand_back(1, "ana@example.com")
    wishes.status_posts.extend([Fault(500), Fault(429)])
    house.work(4)
    assert here.said == []
    house.work(60)
    assert (here.said, house.owner()) == (["hola"], "bot")


def test_a_second_take_over_undoes_a_hand_back_that_was_not_told_yet(
    house: House, here: Conversation, account: Account
) -> None:
    house.write(here, "hola")
    account.change(here, "open")
    account.deliver()
    house.services.store.owners.hand_back(1, "ana@example.com")
    house.services.store.owners.take_over(1, "luis@example.com")
    house.work()
    assert (here.status, here.said, house.owner()) == ("open", [], "human")


def test_of_a_conversation_the_bot_never_saw_nothing_is_kept(
    house: House, here: Conversation, account: Account
) -> None:
    here.status = "open"
    house.write(here, "para una persona")
    account.person_writes(here, "Dígame")
    house.work()
    assert house.services.store.conversations.page() == []


# --- WhatsApp's window


@pytest.fixture
def with_template(
    services: Services, account: Account, address: str, runtime: EchoRuntime, clock: Clock
) -> Iterator[House]:
    known = configured(services, address, chatwoot_late_template="respuesta:es_MX")
    yield House(known, account, runtime, clock)
    services.database.close()


RESPUESTA = {
    "name": "respuesta",
    "category": "UTILITY",
    "language": "es_MX",
    "processed_params": {"body": {"1": "¿ya está?"}},
}


def test_a_reply_after_a_day_goes_out_as_the_template_that_is_named(
    with_template: House, here: Conversation, wishes: Wishes
) -> None:
    wishes.get_status = 500  # so nothing can be sent yet
    with_template.write(here, "¿ya\nestá?")
    with_template.work(30)
    with_template.clock.pass_seconds(24 * 3600)
    wishes.get_status = 200
    with_template.work(30)
    assert [one.template for one in here.messages if one.template] == [RESPUESTA]
    assert states(with_template) == [("template", "sent", "")]


def test_a_reply_that_whatsapp_refuses_later_becomes_the_template(
    with_template: House, here: Conversation, account: Account
) -> None:
    with_template.write(here, "¿ya\nestá?")
    with_template.work()
    account.fail(here.messages[-1], "131047: Re-engagement message")
    with_template.work()
    assert here.messages[-1].template == RESPUESTA
    assert states(with_template) == [("template", "sent", "")]


def test_without_a_template_staff_read_what_to_do(
    house: House, here: Conversation, account: Account
) -> None:
    house.write(here, "hola")
    house.work()
    account.fail(here.messages[-1], "131047: Re-engagement message")
    account.deliver()
    assert house.services.store.conversations.thread(1)[-1].delivery == "failed"
    assert states(house) == [("text", "sent", "window")]
