"""One customer however their phone is spelled, and after their number changed."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from channels.registry import known
from channels.twilio.receive import message
from store.conversations.conversations import Conversations
from store.conversations.customers import Customers, NumberChange
from store.conversations.inbox import Inbound, Inbox
from store.conversations.notes import Notes
from store.conversations.outbox import Outbox, OutboxMessage
from store.conversations.owners import Echo, Owners
from store.conversations.turns import Turns
from store.db.database import Database
from store.db.migrate import migrate
from store.erasure import Erasure
from store.states import Owner
from store.tables import contacts, conversations, notes
from tests.agent.test_phones import forms, spellings

CASE = Path(__file__).parents[1] / "cases" / "same-phone-two-spellings" / "forms.json"
MOBILE, HOME = "5215512345678", "525512345678"
NEW = "5215587654321"


class Town:
    """Customers who write to one number of ours."""

    def __init__(self, database: Database) -> None:
        self.database, self.count = database, 0
        self.inbox, self.outbox = Inbox(database, known()), Outbox(database)
        self.customers, self.turns = Customers(database, known()), Turns(database)

    def write(self, address: str, text: str = "hola", channel: str = "meta", **more: str) -> int:
        """Somebody writes from *address*; the conversation."""
        self.count += 1
        said = Inbound(channel, f"id{self.count}", "111", address, text, **more)  # type: ignore[arg-type]
        return self.inbox.accept([said])[0].conversation_id

    def move(self, before: str, after: str, told: str = "m1", **more: str) -> list[int]:
        """Meta tells that the number *before* is *after* now."""
        change = NumberChange("meta", told, before, more.pop("person", ""), after, **more)
        return self.customers.follow(change)

    def is_out(self) -> set[bool]:
        """Whether contacts want silence."""
        with self.database.read() as tx:
            return {at is not None for at in tx.scalars(select(contacts.c.opted_out_at))}

    def answered_at(self, here: int) -> str:
        """Where a reply goes."""
        Conversations(self.database).reply(here, "Buenas", ["Buenas"], "ana")
        outgoing = self.outbox.claim(here)
        assert isinstance(outgoing, OutboxMessage)
        return outgoing.customer_address


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)


def test_two_spellings_of_one_phone_are_one_conversation(town: Town) -> None:
    written = json.loads(CASE.read_text(encoding="utf-8"))
    common = {"To": "whatsapp:+1", "NumMedia": "0"}
    said = [
        message(MultiDict({**common, **form, "MessageSid": f"SM{n}"}))
        for n, form in enumerate(written)
    ]
    accepted = [town.inbox.accept([one])[0].conversation_id for one in said if one]
    assert len(accepted) == 2
    assert len(set(accepted)) == 1
    lines = Conversations(town.database).thread(accepted[0])
    assert [line.text for line in lines] == ["primero", "segundo"]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spellings, forms, st.booleans())
def test_any_spelling_of_any_of_them_finds_the_conversation(
    town: Town, numbers: tuple[str, ...], form: str, is_backwards: bool
) -> None:
    order = tuple(reversed(numbers)) if is_backwards else numbers
    assert len({town.write(form.format(number)) for number in order}) == 1


def test_the_providers_own_id_comes_before_the_spelling(town: Town) -> None:
    here = town.write("whatsapp:+15550001111", channel="twilio", own_id="15550009999")
    again = town.write("whatsapp:+15550002222", channel="twilio", own_id="15550009999")
    assert here == again


def test_a_web_visitor_whose_name_is_digits_is_nobodys_phone(town: Town) -> None:
    assert town.write(MOBILE, channel="web") != town.write(HOME, channel="web")


def test_a_reply_goes_to_the_spelling_that_was_written_from_last(town: Town) -> None:
    town.write(MOBILE)
    here = town.write(HOME)
    assert town.answered_at(here) == HOME


def test_silence_holds_for_both_spellings(town: Town) -> None:
    town.write(MOBILE, "STOP")
    assert town.turns.waiting(town.write(HOME, "¿siguen ahí?")) is None
    assert town.is_out() == {True}


def test_silence_holds_in_each_conversation_of_a_desk(town: Town) -> None:
    town.write("7", "STOP", channel="chatwoot", own_id=f"+{MOBILE}")
    here = town.write("8", "hola", channel="chatwoot", own_id=f"+{HOME}")
    assert town.turns.waiting(here) is None
    town.write("8", "START", channel="chatwoot", own_id=f"+{HOME}")
    assert town.is_out() == {False}


def test_an_echo_by_another_spelling_takes_over_the_same_conversation(town: Town) -> None:
    here = town.write(MOBILE)
    echo = Echo("meta", "e1", "111", HOME, "Yo le atiendo")
    assert Owners(town.database, known()).echo(echo) == here
    assert Conversations(town.database).get(here).owner == Owner.HUMAN


def test_who_is_written_to_first_by_another_spelling_is_who_they_are(town: Town) -> None:
    here = town.write(MOBILE)
    record = known()["meta"]
    made = Conversations(town.database).write_first(
        "meta", "111", HOME, "Hola", "ana", record.identity(HOME)
    )
    assert made == here
    assert town.write(HOME) == here


def test_both_spellings_at_once_make_one_conversation(town: Town) -> None:
    for turn in range(8):
        together = threading.Barrier(2)
        number = f"55{turn}2345678"

        def say(prefix: str, number: str = number, together: threading.Barrier = together) -> int:
            said = Inbound("meta", f"{prefix}{number}", "111", f"{prefix}{number}", "hola")
            together.wait()
            return town.inbox.accept([said])[0].conversation_id

        with ThreadPoolExecutor(2) as pool:
            assert len(set(pool.map(say, ("521", "52")))) == 1
    with town.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(contacts)) == 8


def test_erasing_finds_every_contact_of_a_customer(town: Town, tmp_path: Path) -> None:
    town.write("7", channel="chatwoot", own_id=f"+{MOBILE}")
    here = town.write("8", channel="chatwoot", own_id=f"+{HOME}")
    town.write("9", channel="chatwoot", own_id="+15550001111")
    erased = Erasure(town.database, tmp_path, "key").customer(here)
    assert erased.conversations == 2
    with town.database.read() as tx:
        assert tx.scalars(select(contacts.c.address)).all() == ["9"]


# --- another number


def test_a_new_number_carries_the_conversation_over(town: Town) -> None:
    here = town.write(MOBILE, alias="MX.1")
    assert town.move(MOBILE, NEW, alias_after="MX.2") == [here]
    assert town.answered_at(here) == NEW
    assert town.write(NEW, "soy yo") == here
    assert town.write("MX.2", "sin número") == here


def test_staff_read_that_the_number_changed(town: Town) -> None:
    here = town.write(MOBILE)
    town.move(HOME, NEW)
    [note] = Notes(town.database).of(here)
    assert (note.author, note.text) == ("", f"{MOBILE} → {NEW}")


def test_who_has_the_old_number_next_is_somebody_else(town: Town) -> None:
    here = town.write(MOBILE, alias="MX.1")
    town.move(MOBILE, NEW)
    stranger = town.write(MOBILE)
    assert stranger != here
    assert town.move(MOBILE, NEW) == []  # told again, days later
    assert town.write(MOBILE) == stranger


def test_silence_moves_along(town: Town) -> None:
    town.write(MOBILE, "STOP")
    town.move(MOBILE, NEW)
    assert town.turns.waiting(town.write(NEW)) is None


def test_who_wrote_from_the_new_number_already_goes_on_there(town: Town, tmp_path: Path) -> None:
    town.write(MOBILE, "STOP")
    there = town.write(NEW)
    town.move(MOBILE, NEW)
    assert town.write(NEW) == there
    assert town.is_out() == {True}
    assert Erasure(town.database, tmp_path, "key").customer(there).conversations == 2


def test_nobody_moves_who_is_not_known(town: Town) -> None:
    assert town.move(MOBILE, NEW) == []
    with town.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(notes)) == 0


def test_a_new_id_alone_is_noted_in_silence(town: Town) -> None:
    here = town.write(MOBILE, alias="MX.1")
    assert town.move(MOBILE, "", alias_after="MX.2") == []
    assert town.write("MX.2") == here
    assert Notes(town.database).of(here) == []


def test_a_hidden_number_stays_known_by_its_id(town: Town) -> None:
    here = town.write(MOBILE, alias="MX.1")
    assert town.write("MX.1") == here
    assert town.answered_at(here) == "MX.1"
    assert town.write(HOME) == here
    assert town.write("MX.1") == here


def test_the_schema_holds_one_contact_of_an_identity(town: Town) -> None:
    town.write(MOBILE)
    migrate(town.database)  # nothing is left to do
    with town.database.read() as tx:
        rows = tx.execute(select(contacts.c.identity, contacts.c.customer)).all()
    assert rows == [(HOME, HOME)]
    with town.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(conversations)) == 1
