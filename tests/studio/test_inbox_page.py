"""The Inbox as plain functions."""

import time
from typing import Any

import pytest

from actions import queues
from agent.answer import Said
from agent.errors import AlreadyTaken, NotFound
from agent.notebooks import parameters
from agent.spec import Spec
from store.conversations.conversation_list import Filters
from store.conversations.work import Outcome
from studio import in_notebook
from studio.carry import curated_of
from studio.errors import NotAllowed, NothingChosen
from studio.pages import correcting, inbox, inbox_view
from studio.state import Studio
from studio.wiring import sentence
from tests.studio.conftest import NUMBER, Caller, House, RememberingWakeUp

ALL: tuple[Any, ...] = (
    [],
    50,
    "",
    "",
    "",
    "",
    "",
)  # what the page asks with when nothing is chosen


@pytest.fixture
def clerk() -> Caller:
    return Caller("agent@example.com")


@pytest.fixture
def carla(house: House) -> int:
    return house.customer_writes("Hola, ¿tienen un Versa?", "Carla")


def answer(house: House, conversation_id: int) -> str:
    """Answer as the worker does; return the turn's id."""
    agents, turns = house.services.store.agents, house.services.store.turns
    agent_id = agents.create(Spec(name="Sofía"), "test")
    version = agents.release_draft(agent_id, "twilio", NUMBER, "test")
    lease = turns.lease(conversation_id)
    assert lease is not None
    work = turns.read(lease, 20)
    said = house.answering.runtime.answer(
        version.spec, [Said("customer", "x")], [line.text for line in work.unanswered]
    )
    trace = [step.as_json() for step in said.trace]
    assert turns.commit(
        work,
        Outcome(
            said.outcome,
            version.id,
            1.0,
            said.text,
            [said.text],
            trace=trace,
            model="offline",
            cost=0.00123,
        ),
    )
    message = house.services.store.conversations.thread(conversation_id)[-1]
    return message.turn_id or ""


def names(studio: Studio, caller: Caller, **chosen: str) -> list[str]:
    """The names on the list when these filters are chosen."""
    kinds = ("search", "state", "agent", "channel", "waiting")
    page = inbox.look(studio, caller, 0, [], 50, *(chosen.get(kind, "") for kind in kinds))
    return [one.customer_name for one in page.listed or ()]


def test_the_list_shows_who_waits(studio: Studio, viewer: Caller, carla: int) -> None:
    page = inbox.first(studio, viewer, "")
    shown = "".join(map(str, inbox_view.shown(studio, page)))
    assert "Carla" in shown
    assert "1 sin responder" in shown


def test_search_and_filters_narrow_the_list(
    studio: Studio, viewer: Caller, house: House, carla: int
) -> None:
    house.customer_writes("Hi", "Bob", "2")
    assert names(studio, viewer, search="carl") == ["Carla"]
    assert names(studio, viewer, search="versá") == ["Carla"]  # in what was written
    assert names(studio, viewer, state="human") == []
    assert names(studio, viewer, state="bot", waiting="unanswered") == ["Bob", "Carla"]
    assert names(studio, viewer, waiting="undelivered") == []
    assert names(studio, viewer, channel="meta") == []


def test_the_list_is_paged(studio: Studio, viewer: Caller, house: House) -> None:
    for number in range(inbox.ON_A_PAGE + 5):
        house.customer_writes("Hola", f"C{number}", str(number))
    page = inbox.look(studio, viewer, 0, *ALL)
    assert page.listed is not None
    assert (len(page.listed), page.more) == (inbox.ON_A_PAGE, True)
    page = inbox.choose(studio, viewer, "older", page.listed[-1].key, 0, *ALL)
    assert page.listed is not None
    assert (len(page.listed), page.more) == (5, False)
    page = inbox.choose(studio, viewer, "newer", "", 0, list(page.view.trail), *ALL[1:])
    assert page.more


def test_a_reply_goes_out_by_the_outbox_and_silences_the_agent(
    studio: Studio, clerk: Caller, carla: int, wake_up: RememberingWakeUp
) -> None:
    page = inbox.write(studio, clerk, "reply", " Hola Carla ", carla, *ALL)
    assert page.messages[-1].text == "Hola Carla"
    assert page.messages[-1].delivery == "pending"
    assert page.summary is not None
    assert (page.summary.owner, page.summary.unanswered) == ("human", 0)
    assert wake_up.notified == [(queues.DELIVERY, carla)]


def test_a_long_reply_is_split_for_whatsapp(studio: Studio, clerk: Caller, carla: int) -> None:
    inbox.write(studio, clerk, "reply", "palabra " * 500, carla, *ALL)
    with studio.services.database.read() as tx:
        parts = tx.exec_driver_sql("SELECT body FROM outbox ORDER BY id").scalars().all()
    assert len(parts) == 3
    assert max(map(len, parts)) <= studio.services.channels["twilio"].text_limit


def test_taking_over_and_handing_back(
    studio: Studio, clerk: Caller, carla: int, wake_up: RememberingWakeUp
) -> None:
    page = inbox.own(studio, clerk, "human", str(carla), carla, *ALL)
    assert "La atiende una persona: agent@example.com" in inbox_view.shown(studio, page)[5]
    page = inbox.own(studio, clerk, "bot", str(carla), carla, *ALL)
    assert page.summary is not None
    assert page.summary.owner == "bot"
    assert wake_up.notified == [(queues.TURN, carla)]  # what waited meanwhile is answered
    actions = [entry.action for entry in studio.services.store.audit.page()]
    assert actions[:2] == ["conversation handed back", "conversation taken over"]


def test_why_it_said_that_opens_the_trace(
    house: House, studio: Studio, viewer: Caller, carla: int
) -> None:
    turn_id = answer(house, carla)
    why = inbox_view.turn_view(studio, inbox.explain(studio, viewer, "see", turn_id))
    assert "Sofía v1" in why
    assert "US$ 0.00123" in why
    shown = inbox_view.shown(studio, inbox.look(studio, viewer, carla, *ALL))
    assert "Sofía v1" in shown[6]
    assert turn_id in shown[6]


def test_reading_a_conversation_is_noted_once(studio: Studio, viewer: Caller, carla: int) -> None:
    inbox.choose(studio, viewer, "open", str(carla), 0, *ALL)
    inbox.look(studio, viewer, carla, *ALL)
    notes = [
        entry for entry in studio.services.store.audit.page() if entry.action == "conversation read"
    ]
    assert [(note.person, note.subject) for note in notes] == [("viewer@example.com", str(carla))]


def test_viewers_do_not_answer_customers(studio: Studio, viewer: Caller, carla: int) -> None:
    with pytest.raises(NotAllowed):
        inbox.write(studio, viewer, "reply", "hola", carla, *ALL)
    with pytest.raises(NotAllowed):
        inbox.own(studio, viewer, "human", str(carla), carla, *ALL)


def test_nothing_is_sent_without_words_or_conversation(studio: Studio, clerk: Caller) -> None:
    for text, number in (("", 1), ("hola", 0)):
        with pytest.raises(NothingChosen):
            inbox.write(studio, clerk, "reply", text, number, *ALL)


@pytest.mark.parametrize("wanted", ["", "-1", "x", "99999999999999999999", "12345", "1;DROP"])
def test_addresses_that_name_no_conversation_open_the_list(
    studio: Studio, viewer: Caller, wanted: str
) -> None:
    page = inbox.first(studio, viewer, wanted)
    assert page.summary is None
    assert page.view.filters == Filters()


def test_a_note_stays_among_the_staff(
    studio: Studio, clerk: Caller, carla: int, wake_up: RememberingWakeUp
) -> None:
    page = inbox.write(studio, clerk, "note", "Llamar mañana", carla, *ALL)
    shown = inbox_view.shown(studio, page)[6]
    assert "Nota interna · agent@example.com" in shown
    assert page.summary is not None
    assert (page.summary.owner, wake_up.notified) == ("bot", [])
    assert studio.services.store.outbox.claim(carla) is None


def test_a_pause_keeps_everybody_silent_for_an_hour(
    studio: Studio, clerk: Caller, carla: int
) -> None:
    page = inbox.own(studio, clerk, "pause", str(carla), carla, *ALL)
    assert page.summary is not None
    assert page.summary.owner == "paused"
    assert page.summary.owner_until == pytest.approx(time.time() + 3600, abs=60)
    assert "En pausa hasta" in inbox_view.shown(studio, page)[5]


def test_somebody_is_put_in_charge(studio: Studio, clerk: Caller, carla: int) -> None:
    page = inbox.assign(studio, clerk, "editor@example.com", "", carla, *ALL)
    assert page.summary is not None
    assert page.summary.assigned_to == "editor@example.com"
    assert names(studio, Caller("editor@example.com"), state="mine") == ["Carla"]
    assert names(studio, clerk, state="mine") == []
    for nobody in ("viewer@example.com", "x@example.com"):
        with pytest.raises(NotFound):
            inbox.assign(studio, clerk, nobody, "editor@example.com", carla, *ALL)


def test_the_second_who_takes_over_is_told_who_has_it(
    studio: Studio, clerk: Caller, editor: Caller, carla: int
) -> None:
    inbox.own(studio, clerk, "human", str(carla), carla, *ALL)
    with pytest.raises(AlreadyTaken) as told:
        inbox.own(studio, editor, "human", str(carla), carla, *ALL)
    assert "agent@example.com" in sentence(studio, told.value)


def test_a_poor_answer_becomes_a_curated_one(
    house: House, studio: Studio, editor: Caller, clerk: Caller, carla: int
) -> None:
    base = studio.services.sources.create_base("Autos", "x", *studio.services.embedders.default())
    turn_id = answer(house, carla)
    draft = correcting.fix(studio, editor, "fix", turn_id)
    assert (draft.question, draft.bases) == ("Hola, ¿tienen un Versa?", [("Autos", base)])
    assert draft.answer
    correcting.keep(studio, editor, base, draft.question, "Sí, uno gris en Puebla.")
    kept = curated_of(studio)
    assert [one.answer for one in kept.of(base)] == ["Sí, uno gris en Puebla."]
    with pytest.raises(NothingChosen):
        correcting.keep(studio, editor, base, " ", "x")
    with pytest.raises(NotAllowed):
        correcting.keep(studio, clerk, base, "x", "x")


def test_a_poll_draws_only_what_changed(
    studio: Studio, house: House, viewer: Caller, carla: int
) -> None:
    seen = inbox_view.shown(studio, inbox.look(studio, viewer, carla, *ALL))[3]
    assert inbox.watch(studio, viewer, seen, carla, *ALL) is None  # one small query was enough
    house.customer_writes("Hi", "Bob", "2")
    page = inbox.watch(studio, viewer, seen, carla, *ALL)
    drawn = inbox_view.shown(studio, page)
    assert "Bob" in drawn[4]
    assert [isinstance(part, dict) for part in drawn[5:8]] == [True, True, True]  # left as it is


def test_a_long_thread_is_opened_from_its_end(studio: Studio, house: House, viewer: Caller) -> None:
    for n in range(60):
        here = house.customer_writes(f"mensaje {n}")
    page = inbox.look(studio, viewer, here, *ALL)
    assert (len(page.messages), page.earlier) == (50, True)
    deeper = inbox.deepen(studio, viewer, "earlier", str(here), here, *ALL)
    assert (len(deeper.messages), deeper.earlier) == (60, False)
    assert deeper.listed is None


@pytest.mark.parametrize("key", ["", "x", "1:2:3", "nan:x", "1;DROP", "9" * 400])
def test_a_page_key_that_is_none_opens_the_first_page(
    studio: Studio, viewer: Caller, carla: int, key: str
) -> None:
    page = inbox.choose(studio, viewer, "older", key, 0, *ALL)
    assert page.listed is not None
    assert [one.id for one in page.listed] == [carla]


def test_an_administrator_erases_a_customer_for_good(
    studio: Studio, clerk: Caller, carla: int
) -> None:
    studio.services.store.notes.add(carla, "x", "ana")
    with pytest.raises(NotAllowed):
        inbox.erase(studio, clerk, "erase", "0", carla, *ALL)
    admin = Caller("admin@example.com")
    page = inbox.erase(studio, admin, "erase", "0", carla, *ALL)
    assert (page.listed, page.summary) == ([], None)
    with pytest.raises(NotFound):
        studio.services.store.conversations.get(carla)
    assert studio.services.store.audit.page()[0].action == "customer erased"


def test_a_conversation_and_a_turn_open_in_a_notebook(
    studio: Studio, editor: Caller, viewer: Caller, house: House, carla: int
) -> None:
    turn_id = answer(house, carla)
    made = inbox.open_conversation(studio, editor, "notebook", "0", carla, *ALL)
    of_turn = inbox.open_turn(studio, editor, "notebook", turn_id)
    kept = studio.services.store.notebooks
    assert parameters(kept.get(made).body) == {"conversation_id": str(carla)}
    assert parameters(kept.get(of_turn).body) == {"turn_id": turn_id}
    assert f"/studio/es/notebooks?open={made}" in in_notebook.way(studio, made)
    shown = inbox_view.turn_view(studio, inbox.explain(studio, viewer, "see", turn_id))
    assert "Abrir en un cuaderno" in shown
    with pytest.raises(NotAllowed):
        inbox.open_turn(studio, viewer, "notebook", turn_id)
    with pytest.raises(NothingChosen):
        inbox.open_conversation(studio, editor, "notebook", "0", 0, *ALL)
