"""Opting out is immediate, confirmed once, and kept until the customer comes back."""

import pytest
from sqlalchemy import select

from agent.consent import confirmation, wish
from channels.registry import known
from store.conversations.conversations import Conversations, ThreadMessage
from store.conversations.inbox import Inbound, Inbox
from store.conversations.outbox import Outbox, OutboxMessage
from store.conversations.turns import Turns
from store.conversations.work import Outcome
from store.db.database import Database
from store.tables import contacts

OUT = [
    "STOP",
    "stop",
    "Stop!",
    " BAJA ",
    "baja.",
    "Dar de baja",
    "darme de baja",
    "PARAR",
    "parar",
    "SALIR",
    "Cancelar suscripción",
    "CANCELAR SUSCRIPCION",
    "no quiero más mensajes",
    "SAIR",
    "Cancelar inscrição",
    "unsubscribe",
    "Opt-out",
    "🛑 STOP 🛑",
    "¡BAJA!",
]
IN = ["START", "start", "ALTA", "alta!", "Volver", "VOLTAR", "unstop", "Suscribir", "reanudar"]
ORDINARY = [
    "quiero parar de fumar",
    "¿cuándo baja el precio?",
    "stop and go",
    "cancelar",
    "no",
    "salir de viaje",
    "la planta baja",
    "don't stop",
    "sí",
    "",
    "   ",
    "👍",
    "STOP " * 20,
    "¿me puedo dar de baja del plan si vendo el coche?",
]


@pytest.mark.parametrize("text", OUT)
def test_a_word_for_stopping_alone_is_an_opt_out(text: str) -> None:
    assert wish(text) == "out"


@pytest.mark.parametrize("text", IN)
def test_a_word_for_coming_back_alone_is_an_opt_in(text: str) -> None:
    assert wish(text) == "in"


@pytest.mark.parametrize("text", ORDINARY)
def test_the_same_words_inside_a_sentence_are_not(text: str) -> None:
    assert wish(text) == ""


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("BAJA", "en", "ALTA"),
        ("sair", "es", "VOLTAR"),
        ("STOP", "es", "ALTA"),
        ("stop", "pt", "VOLTAR"),
        ("Unsubscribe", "", "START"),
        ("parar", "pt", "VOLTAR"),
        ("parar", "", "ALTA"),
    ],
)
def test_the_confirmation_is_in_the_customers_language(
    text: str, language: str, expected: str
) -> None:
    assert expected in confirmation("out", text, language)


class Customer:
    """One customer, written to through real stores."""

    def __init__(self, database: Database, channel: str = "meta") -> None:
        self.database, self.channel, self.count = database, channel, 0
        self.inbox, self.turns, self.outbox = (
            Inbox(database, known()),
            Turns(database),
            Outbox(database),
        )

    def write(self, text: str, address: str = "5215550001111", **more: object) -> int:
        """Send *text*; return the conversation."""
        self.count += 1
        message = Inbound(
            self.channel,
            f"id{self.count}",
            "111",
            address,
            text,
            **more,  # type: ignore[arg-type]
        )
        return self.inbox.accept([message])[0].conversation_id

    def thread(self, here: int) -> list[ThreadMessage]:
        """The conversation as staff see it."""
        return list(Conversations(self.database).thread(here))

    def is_out(self) -> list[bool]:
        """Whether each contact has opted out."""
        with self.database.read() as tx:
            return [at is not None for at in tx.scalars(select(contacts.c.opted_out_at))]


@pytest.fixture
def customer(database: Database) -> Customer:
    return Customer(database)


def test_an_opt_out_is_confirmed_once_and_leaves_nothing_to_answer(customer: Customer) -> None:
    here = customer.write("hola")
    customer.write("BAJA")
    customer.write("BAJA")
    customer.write("¿siguen ahí?")
    assert customer.turns.waiting(here) is None
    said = [line.text for line in customer.thread(here) if line.author != "customer"]
    assert said == [confirmation("out", "BAJA", "")]
    assert customer.is_out() == [True]


def test_the_confirmation_goes_out_though_the_customer_has_opted_out(customer: Customer) -> None:
    outgoing = customer.outbox.claim(customer.write("STOP"))
    assert isinstance(outgoing, OutboxMessage)
    assert outgoing.opted_out
    assert outgoing.extra == {"consent": "out"}


def test_an_opt_in_brings_a_customer_back(customer: Customer) -> None:
    here = customer.write("BAJA")
    customer.write("alta")
    assert customer.is_out() == [False]
    assert customer.turns.waiting(here) is None
    customer.write("¿tienen Jettas?")
    assert customer.turns.waiting(here) is not None


def test_an_opt_in_word_of_somebody_who_never_left_is_an_ordinary_message(
    customer: Customer,
) -> None:
    assert customer.turns.waiting(customer.write("start")) is not None


def test_an_answer_that_is_being_written_is_thrown_away(customer: Customer) -> None:
    here = customer.write("hola")
    lease = customer.turns.lease(here)
    assert lease
    work = customer.turns.read(lease, 5)
    customer.write("STOP")
    assert not customer.turns.commit(work, Outcome("answered", None, 0.0, "Buenas", ["Buenas"]))


def test_a_word_that_the_provider_answered_is_not_answered_again(customer: Customer) -> None:
    here = customer.write("CANCEL", wish="out")
    assert customer.is_out() == [True]
    assert [line.author for line in customer.thread(here)] == ["customer"]


def test_a_redelivered_opt_out_changes_nothing_after_an_opt_in(customer: Customer) -> None:
    customer.write("STOP")
    customer.write("START")
    customer.inbox.accept([Inbound("meta", "id1", "111", "5215550001111", "STOP")])
    assert customer.is_out() == [False]


def test_whoever_waits_for_each_answer_may_say_stop(database: Database) -> None:
    customer = Customer(database, channel="api")
    assert customer.turns.waiting(customer.write("stop")) is not None


# --- one person, two addresses


def test_a_customer_who_hides_the_number_is_the_same_customer(customer: Customer) -> None:
    here = customer.write("hola", alias="MX.77")
    assert customer.write("soy yo", address="MX.77") == here
    assert customer.write("con número", alias="MX.77") == here
    assert len(customer.is_out()) == 1


def test_an_opt_out_by_one_address_counts_for_the_other(customer: Customer) -> None:
    customer.write("hola", address="MX.77")
    customer.write("STOP", alias="MX.77")
    here = customer.write("hola", address="MX.77")
    assert customer.turns.waiting(here) is None


def test_a_reply_goes_to_the_address_that_wrote_last(customer: Customer) -> None:
    customer.write("hola", alias="MX.77")
    customer.write("BAJA", address="MX.77")
    outgoing = customer.outbox.claim(1)
    assert isinstance(outgoing, OutboxMessage)
    assert outgoing.customer_address == "MX.77"


def test_what_a_provider_says_of_a_conversation_travels_with_its_parcels(
    customer: Customer,
) -> None:
    customer.write("hola", facts={"kind": "whatsapp"})
    customer.write("STOP")
    outgoing = customer.outbox.claim(1)
    assert isinstance(outgoing, OutboxMessage)
    assert outgoing.facts == {"kind": "whatsapp"}
