"""The Playground as plain functions, with the built-in model."""

import pytest

from agent.answer import Said
from agent.spec import Spec
from studio.errors import NotAllowed, NothingChosen
from studio.pages import playground
from studio.state import Studio
from tests.studio.conftest import NUMBER, Caller


@pytest.fixture
def clerk() -> Caller:
    return Caller("agent@example.com")


@pytest.fixture
def sofia(studio: Studio) -> str:
    spec = Spec(name="Sofía", brand="Rueda Clara", instructions="Nunca inventes.")
    return studio.services.agents.create(spec, "test")


def test_an_answer_streams_and_shows_prompt_version_and_tokens(
    studio: Studio, clerk: Caller, sofia: str
) -> None:
    talks = list(playground.ask(studio, clerk, (), sofia, playground.DRAFT, "hola"))
    assert talks[0].said == (Said("customer", "hola"),)
    assert talks[-1].said[-1].author == "agent"
    assert talks[-1].partial is None
    why = str(talks[-1].why)
    assert "Nunca inventes." in why
    assert "Sofía · Borrador" in why
    assert "Tokens" in why


def test_a_version_answers_as_it_was_released(studio: Studio, clerk: Caller, sofia: str) -> None:
    agents = studio.services.agents
    version = agents.release_draft(sofia, "twilio", NUMBER, "test", "primera")
    agents.save_draft(sofia, Spec(name="Sofía", brand="Otra Marca"), 1, "test")
    (*_, talk) = playground.ask(studio, clerk, (), sofia, version.id, "hola")
    assert "Rueda Clara" in talk.said[-1].text
    assert "Sofía v1" in str(talk.why)
    (*_, draft) = playground.ask(studio, clerk, (), sofia, playground.DRAFT, "hola")
    assert "Otra Marca" in draft.said[-1].text


def test_the_choice_lists_draft_and_versions(studio: Studio, clerk: Caller, sofia: str) -> None:
    studio.services.agents.release_draft(sofia, "twilio", NUMBER, "test", "primera")
    choice = playground.first(studio, clerk, sofia)
    assert [label for label, _ in choice.versions] == ["Borrador", "v1 · primera"]
    assert choice.agent_id == sofia


def test_viewers_do_not_spend_money(studio: Studio, viewer: Caller, sofia: str) -> None:
    with pytest.raises(NotAllowed):
        list(playground.ask(studio, viewer, (), sofia, playground.DRAFT, "hola"))


def test_nothing_is_asked_without_words_or_agent(studio: Studio, clerk: Caller, sofia: str) -> None:
    for agent_id, text in ((sofia, " "), ("", "hola")):
        with pytest.raises(NothingChosen):
            list(playground.ask(studio, clerk, (), agent_id, playground.DRAFT, text))
