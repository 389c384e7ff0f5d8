"""The Playground as plain functions, with the built-in model."""

import pytest

from agent.answer import Said
from agent.cases import plain
from agent.spec import KnowledgeChoice, Spec
from studio.errors import NotAllowed, NothingChosen
from studio.pages import playground, playground_view
from studio.pages.playground_view import Pair
from studio.state import Studio
from studio.talk import DRAFT, LONGEST, Talk
from tests.studio.conftest import NUMBER, Caller, House

TEXT = "# Envíos\n\nLos envíos a Oaxaca tardan cuatro días.\n"


@pytest.fixture
def clerk() -> Caller:
    return Caller("agent@example.com")


@pytest.fixture
def sofia(studio: Studio) -> str:
    spec = Spec(name="Sofía", brand="Rueda Clara", instructions="Nunca inventes.")
    return studio.services.store.agents.create(spec, "test")


@pytest.fixture
def knowing(house: House, studio: Studio) -> str:
    """An agent that knows about deliveries."""
    services = studio.services
    base_id = services.sources.create_base("Envíos", "test", *services.embedders.default())
    services.sources.add_file(base_id, "envíos.md", TEXT.encode(), "test")
    house.read_sources()
    spec = Spec(name="Sofía", knowledge=KnowledgeChoice(bases=(base_id,)))
    return services.store.agents.create(spec, "test")


def said(
    studio: Studio, who: Caller, agent_id: str, text: str, version: str = DRAFT, beside: str = ""
) -> Pair:
    (*_, pair) = playground.ask(studio, who, None, None, agent_id, version, beside, text)
    return pair


def test_an_answer_streams_and_shows_prompt_version_and_tokens(
    studio: Studio, clerk: Caller, sofia: str
) -> None:
    pairs = list(playground.ask(studio, clerk, None, None, sofia, DRAFT, "", "hola"))
    assert pairs[0].talk.said == (Said("customer", "hola"),)
    last = pairs[-1].talk
    assert (last.said[-1].author, last.partial) == ("agent", None)
    why = playground_view.reasons(studio, last)
    assert all(word in why for word in ("Nunca inventes.", "Sofía · Borrador", "Tokens"))


def test_the_box_is_emptied_at_once_and_then_left_to_the_next_question(
    studio: Studio, clerk: Caller, sofia: str
) -> None:
    pairs = playground.ask(studio, clerk, None, None, sofia, DRAFT, "", "hola")
    first, *later = [playground_view.shown(studio, pair)[-1] for pair in pairs]
    assert first == ""
    assert later
    assert "" not in later


def test_a_version_answers_as_it_was_released_beside_the_draft(
    studio: Studio, clerk: Caller, sofia: str
) -> None:
    agents = studio.services.store.agents
    version = agents.release_draft(sofia, "twilio", NUMBER, "test", "primera")
    agents.save_draft(sofia, Spec(name="Sofía", brand="Otra Marca"), 1, "test")
    pair = said(studio, clerk, sofia, "hola", DRAFT, beside=version.id)
    assert pair.other is not None
    assert "Otra Marca" in pair.talk.said[-1].text
    assert "Rueda Clara" in pair.other.said[-1].text


def test_the_choice_lists_draft_and_versions(studio: Studio, clerk: Caller, sofia: str) -> None:
    studio.services.store.agents.release_draft(sofia, "twilio", NUMBER, "test", "primera")
    choice = playground.first(studio, clerk, sofia)
    assert [label for label, _ in choice.versions] == ["Borrador", "v1 · publicada · primera"]
    assert choice.agent_id == sofia


@pytest.mark.parametrize("kind", playground_view.KINDS)
def test_each_kind_of_customer_is_answered(
    studio: Studio, clerk: Caller, sofia: str, kind: str
) -> None:
    (*_, pair) = playground.simulate(studio, clerk, kind, None, None, sofia, DRAFT, "", "")
    authors = [line.author for line in pair.talk.said]
    assert authors.count("agent") == 1
    assert authors.count("customer") == (3 if kind == "burst" else 1)


def test_a_burst_of_ones_own_words_is_cut_into_sentences(
    studio: Studio, clerk: Caller, sofia: str
) -> None:
    text = "Hola. ¿Envían? ¿Cuánto cuesta?"
    (*_, pair) = playground.simulate(studio, clerk, "burst", None, None, sofia, DRAFT, "", text)
    asked = [line.text for line in pair.talk.said if line.author == "customer"]
    assert asked == ["Hola.", "¿Envían?", "¿Cuánto cuesta?"]


def test_an_answer_becomes_a_test_case_with_one_click(
    studio: Studio, clerk: Caller, editor: Caller, knowing: str
) -> None:
    talk = said(studio, clerk, knowing, "¿Cuánto tardan los envíos a Oaxaca?").talk
    step = playground.keep(studio, editor, "case", "1", talk, knowing)
    assert step.talk.marks == (1,)
    own = studio.services.store.datasets.own(knowing)
    assert own is not None
    [kept] = studio.services.store.datasets.cases(own.id)
    assert kept.case == plain("¿Cuánto tardan los envíos a Oaxaca?", "", "envíos.md")
    with pytest.raises(NotAllowed):
        playground.keep(studio, clerk, "case", "1", talk, knowing)


def test_a_corrected_answer_is_given_the_next_time(
    studio: Studio, clerk: Caller, editor: Caller, knowing: str
) -> None:
    question = "¿Abren los domingos en Oaxaca?"
    talk = said(studio, clerk, knowing, question).talk
    step = playground.keep(studio, editor, "correct", "1", talk, knowing)
    assert step.question == question
    playground.correct(studio, editor, talk, knowing, 1, question, "Sí, de 10 a 14 horas.")
    assert "de 10 a 14" in said(studio, clerk, knowing, question).talk.said[-1].text


def test_a_correction_needs_a_base_and_words(studio: Studio, editor: Caller, sofia: str) -> None:
    for question, answer in (("¿Abren?", " "), ("¿Abren?", "Sí.")):
        with pytest.raises(NothingChosen):
            playground.correct(studio, editor, None, sofia, 1, question, answer)


def test_passages_lead_to_their_place_in_the_knowledge(
    studio: Studio, clerk: Caller, knowing: str
) -> None:
    talk = said(studio, clerk, knowing, "¿Cuánto tardan los envíos a Oaxaca?").talk
    assert 'href="/studio/es/knowledge?base=chunk-' in playground_view.reasons(studio, talk)


def test_reasons_of_an_earlier_answer_come_back(studio: Studio, clerk: Caller, sofia: str) -> None:
    pair = said(studio, clerk, sofia, "hola")
    (*_, second) = playground.ask(studio, clerk, pair.talk, None, sofia, DRAFT, "", "gracias")
    shown = playground.explain(studio, clerk, "see", "1", second.talk)
    assert playground_view.reasons(studio, shown) == pair.talk.reasons[0].why


def test_the_reasons_of_the_talk_beside_are_shown_too(
    studio: Studio, clerk: Caller, sofia: str
) -> None:
    version = studio.services.store.agents.release_draft(sofia, "twilio", NUMBER, "test")
    pair = said(studio, clerk, sofia, "hola", DRAFT, beside=version.id)
    other = str(playground_view.shown(studio, pair)[3])
    assert 'data-pick="see"' in other
    assert 'data-pick="correct"' not in other  # only the first talk is kept and corrected
    shown = playground.explain(studio, clerk, "see", "1", pair.other)
    assert version.label in playground_view.reasons(studio, shown)


def test_a_long_talk_forgets_its_beginning_but_not_its_reasons(
    studio: Studio, clerk: Caller, sofia: str
) -> None:
    long = Talk(tuple(Said("customer", str(number)) for number in range(LONGEST)))
    (*_, pair) = playground.ask(studio, clerk, long, None, sofia, DRAFT, "", "hola")
    assert len(pair.talk.said) == LONGEST
    assert pair.talk.of(LONGEST - 1) is not None


def test_viewers_do_not_spend_money(studio: Studio, viewer: Caller, sofia: str) -> None:
    with pytest.raises(NotAllowed):
        said(studio, viewer, sofia, "hola")


def test_nothing_is_asked_without_words_or_agent(studio: Studio, clerk: Caller, sofia: str) -> None:
    for agent_id, text in ((sofia, " "), ("", "hola")):
        with pytest.raises(NothingChosen):
            said(studio, clerk, agent_id, text)
