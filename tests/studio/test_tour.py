"""The first tour: five steps that end with the person's own agent answering."""

import pytest

from agent.spec import Spec
from store.people.tours import STEPS, Tour
from store.tables import turns
from studio.pages import guide, teaching, tour
from studio.state import Studio
from tests.studio.conftest import Caller, House

WORDS = ("Lucía", "Café Luna", "", "Cercano", "Ofrece citas.")


@pytest.fixture
def mine(house: House, studio: Studio, editor: Caller) -> str:
    """The editor's own agent, taken as far as the release."""
    page = guide.keep(studio, editor, 4, "", 0, *WORDS)
    assert page.agent is not None
    page = teaching.write(studio, editor, page.agent.id, "Los envíos tardan cuatro días.")
    house.read_sources()
    assert page.agent is not None
    page = guide.keep(studio, editor, 5, page.agent.id, page.agent.revision, *WORDS)
    assert page.agent is not None
    list(guide.ask(studio, editor, None, page.agent.id, "¿Cuánto tardan los envíos?"))
    guide.release(studio, editor, page.agent.id, page.agent.revision, "")
    return page.agent.id


def answered(house: House, agent_id: str) -> None:
    """A customer writes, and a turn of the agent's newest version answers."""
    conversation = house.customer_writes("¿Cuánto tardan los envíos?")
    version = house.services.store.agents.versions(agent_id)[0]
    row = {
        "id": "t1",
        "conversation_id": conversation,
        "fence": 1,
        "version_id": version.id,
        "inbox_from": 1,
        "inbox_to": 1,
        "outcome": "answered",
        "started_at": 4e9,
        "finished_at": 4e9,
    }
    with house.services.database.write() as tx:
        tx.execute(turns.insert().values(row))


def test_a_newcomer_is_led_to_the_first_step(studio: Studio, editor: Caller) -> None:
    shown = tour.drawn(studio, tour.look(studio, editor))
    assert "en cinco pasos" in shown
    assert 'href="/studio/es/new?agent="' in shown


def test_each_step_moves_the_tour_and_an_answer_ends_it(
    house: House, studio: Studio, editor: Caller, mine: str
) -> None:
    seen = tour.look(studio, editor)
    assert seen.done == STEPS[:4]
    assert 'href="/studio/es/simulator"' in tour.drawn(studio, seen)
    answered(house, mine)
    assert tour.look(studio, editor).next == ""
    assert "ya responde a clientes" in tour.drawn(studio, tour.look(studio, editor))


def test_hidden_stays_hidden_for_this_person_only(studio: Studio, editor: Caller) -> None:
    tour.turn(studio, editor, "hide", "0")
    assert 'as-tour"' not in tour.drawn(studio, tour.look(studio, editor))
    assert "en cinco pasos" in tour.drawn(studio, tour.look(studio, Caller("admin@example.com")))
    assert not tour.turn(studio, editor, "again", "0").hidden


def test_an_agent_that_is_put_away_begins_the_tour_again(studio: Studio, editor: Caller) -> None:
    page = guide.keep(studio, editor, 4, "", 0, *WORDS)
    assert page.agent is not None
    studio.services.store.agents.archive(page.agent.id)
    assert tour.look(studio, editor) == Tour()


def test_other_agents_do_not_move_the_tour(studio: Studio, editor: Caller, mine: str) -> None:
    other = studio.services.store.agents.create(Spec(name="Otra"), "test")
    list(guide.ask(studio, editor, None, other, "hola"))
    assert studio.services.store.tours.of("editor@example.com").agent_id == mine


def test_those_who_make_no_agents_see_no_tour(studio: Studio, viewer: Caller) -> None:
    assert 'as-tour"' not in tour.drawn(studio, tour.look(studio, viewer))
