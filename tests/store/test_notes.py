"""Notes, what was not delivered, and the list of conversations: the stores staff work with."""

from collections.abc import Callable

import pytest

from agent.errors import Invalid
from channels.registry import known
from store.conversations.conversation_list import Filters
from store.conversations.conversations import Conversations
from store.conversations.inbox import Inbound, Inbox
from store.conversations.notes import LONGEST, Notes
from store.conversations.outbox import Outbox, OutboxMessage
from store.conversations.undelivered import DeadLetters
from store.db.database import Database

NUMBER = "whatsapp:+1"
Writes = Callable[..., int]


@pytest.fixture
def writes(database: Database) -> Writes:
    """A customer writes; the conversation."""

    def write(text: str = "Hola", name: str = "Carla") -> int:
        message = Inbound("twilio", f"SM{name}{text}", NUMBER, f"whatsapp:{name}", text, name)
        return Inbox(database, known()).accept([message])[0].conversation_id

    return write


def dead(database: Database, conversation: int, code: str = "63016") -> int:
    """A person's reply that could not be delivered; its outbox row."""
    Conversations(database).reply(conversation, "Buenas", ["Buenas"], "ana")
    outgoing = Outbox(database).claim(conversation)
    assert isinstance(outgoing, OutboxMessage)
    Outbox(database).dead(outgoing, "More than 24 hours.", code)
    return outgoing.id


def test_notes_stay_in_order_with_their_author(database: Database, writes: Writes) -> None:
    here, notes = writes(), Notes(database)
    notes.add(here, " Llamar mañana ", "ana")
    notes.add(here, "Ya llamé", "luis")
    found = notes.of(here)
    assert [(note.author, note.text) for note in found] == [
        ("ana", "Llamar mañana"),
        ("luis", "Ya llamé"),
    ]
    assert notes.of(here + 1) == []


@pytest.mark.parametrize("text", ["", "   ", "x" * (LONGEST + 1)])
def test_a_note_says_something_and_not_too_much(
    database: Database, writes: Writes, text: str
) -> None:
    with pytest.raises(Invalid):
        Notes(database).add(writes(), text, "ana")


def test_a_note_is_never_sent(database: Database, writes: Writes) -> None:
    here = writes()
    Notes(database).add(here, "Solo para nosotros", "ana")
    assert Outbox(database).claim(here) is None
    assert [one.text for one in Conversations(database).thread(here)] == ["Hola"]


def test_what_was_not_delivered_waits_for_a_decision(database: Database, writes: Writes) -> None:
    row = dead(database, writes())
    letters = DeadLetters(database)
    assert [(one.id, one.customer_name, one.error_code) for one in letters.page()] == [
        (row, "Carla", "63016")
    ]
    assert letters.count() == 1


def test_a_retried_one_is_sent_again(database: Database, writes: Writes) -> None:
    here = writes()
    row = dead(database, here)
    assert DeadLetters(database).retry(row) == here
    outgoing = Outbox(database).claim(here)
    assert isinstance(outgoing, OutboxMessage)
    assert (outgoing.id, outgoing.attempts) == (row, 1)
    assert DeadLetters(database).retry(row) is None


def test_a_dismissed_one_is_gone_for_good(database: Database, writes: Writes) -> None:
    here = writes()
    row = dead(database, here)
    assert DeadLetters(database).dismiss(row) == here
    assert DeadLetters(database).count() == 0
    assert DeadLetters(database).retry(row) is None
    assert Conversations(database).get(here).dead == 0


def test_what_the_provider_reports_as_failed_is_there_too(
    database: Database, writes: Writes
) -> None:
    here = writes()
    Conversations(database).reply(here, "Buenas", ["Buenas"], "ana")
    outbox = Outbox(database)
    outgoing = outbox.claim(here)
    assert isinstance(outgoing, OutboxMessage)
    outbox.sent(outgoing, "SM9")
    outbox.report("twilio", "SM9", "undelivered", error_code="63024")
    assert [one.error_code for one in DeadLetters(database).page()] == ["63024"]
    assert Conversations(database).thread(here)[-1].delivery == "failed"
    DeadLetters(database).retry(outgoing.id)
    assert isinstance(outbox.claim(here), OutboxMessage)


def test_what_a_take_over_dropped_needs_no_decision(database: Database, writes: Writes) -> None:
    dead(database, writes(), "taken_over")
    assert DeadLetters(database).count() == 0


def test_pages_follow_each_other_without_a_gap(database: Database, writes: Writes) -> None:
    for n in range(7):
        writes(name=f"C{n}")
    conversations, seen, after = Conversations(database), [], ""
    while page := conversations.page(after=after, limit=3):
        seen += [one.customer_name for one in page]
        after = page[-1].key
    assert seen == [f"C{n}" for n in reversed(range(7))]


@pytest.mark.parametrize(
    "words", ["garantia", "GARANTÍA", "la garantía", "CARLA", "whatsapp:Carla", "arl"]
)
def test_a_search_minds_neither_case_nor_accents(
    database: Database, writes: Writes, words: str
) -> None:
    here = writes("¿Cuánto dura la Garantía?")
    writes("Hola", "Bob")
    assert [one.id for one in Conversations(database).page(Filters(search=words))] == [here]


@pytest.mark.parametrize("words", ["100%", "a_b", "gorontia", "%", "_"])
def test_a_search_takes_every_letter_as_it_is(
    database: Database, writes: Writes, words: str
) -> None:
    writes("¿Cuánto dura la garantía?")
    assert Conversations(database).page(Filters(search=words)) == []


def test_filters_narrow_the_list(database: Database, writes: Writes) -> None:
    carla, bob = writes(), writes(name="Bob")
    conversations = Conversations(database)
    dead(database, carla)

    def found(**chosen: object) -> list[int]:
        return [one.id for one in conversations.page(Filters(**chosen))]  # type: ignore[arg-type]

    assert found(owner="human") == [carla]
    assert found(unanswered=True) == [bob]
    assert found(undelivered=True) == [carla]
    assert found(assigned_to="ana") == [carla]
    assert found(channel="meta") == found(agent_id="x") == []


def test_the_pulse_beats_only_when_something_happened(database: Database, writes: Writes) -> None:
    here, conversations = writes(), Conversations(database)
    before = conversations.pulse()
    assert conversations.pulse() == before
    Notes(database).add(here, "x", "ana")
    noted = conversations.pulse()
    assert noted != before
    dead(database, here)
    assert conversations.pulse() != noted


def test_words_sent_first_take_nobody_over(database: Database) -> None:
    conversations = Conversations(database)
    first = conversations.write_first("twilio", NUMBER, "whatsapp:+52", "Prueba", "ana")
    again = conversations.write_first("twilio", NUMBER, "whatsapp:+52", "Otra", "ana")
    assert first == again
    assert conversations.get(first).owner == "bot"
    assert [one.text for one in conversations.thread(first)] == ["Prueba", "Otra"]
    assert isinstance(Outbox(database).claim(first), OutboxMessage)
