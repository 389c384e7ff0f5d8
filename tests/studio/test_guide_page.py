"""The guided path to a new agent, as plain functions."""

from pathlib import Path

import pytest

from actions import queues
from agent.errors import EditConflict
from agent.spec import ModelChoice, Spec
from studio.errors import BadFields, NotAllowed, NothingChosen, NotReady
from studio.pages import guide, guide_view, teaching
from studio.state import Studio
from studio.talk import Talk
from tests.studio.conftest import Caller, House, RememberingWakeUp

WORDS = ("Lucía", "Café Luna", "Vende café.", "Cercano", "Ofrece el siguiente paso.")


@pytest.fixture
def lucia(studio: Studio, editor: Caller) -> guide_view.Guided:
    return guide.keep(studio, editor, 4, "", 0, *WORDS)


def id_of(page: guide_view.Guided) -> tuple[str, int]:
    assert page.agent is not None
    return page.agent.id, page.agent.revision


def test_the_first_step_makes_an_agent_that_says_hello_in_both_languages(
    studio: Studio, editor: Caller
) -> None:
    page = guide.keep(studio, editor, 2, "", 0, "Lucía", "Café Luna", "", "", "")
    assert page.agent is not None
    greeting = page.agent.draft.greeting
    assert greeting.es == "¡Hola! Soy Lucía, de Café Luna. ¿En qué le ayudo?"
    assert greeting.en == "Hello! I am Lucía, from Café Luna. How can I help you?"
    again = guide.keep(studio, editor, 2, *id_of(page), "Ana", "Café Luna", "", "", "")
    assert again.agent is not None
    assert again.agent.draft.greeting.es.startswith("¡Hola! Soy Ana")


def test_without_a_name_it_says_what_is_missing(studio: Studio, editor: Caller) -> None:
    with pytest.raises(BadFields):
        guide.keep(studio, editor, 2, "", 0, " ", "Café Luna", "", "", "")
    assert studio.services.store.agents.list() == []


def test_somebody_elses_change_is_not_overwritten(
    studio: Studio, editor: Caller, lucia: guide_view.Guided
) -> None:
    agent_id, revision = id_of(lucia)
    studio.services.store.agents.save_draft(
        agent_id, Spec(name="Otra"), revision, "ana@example.com"
    )
    with pytest.raises(EditConflict):
        guide.keep(studio, editor, 5, agent_id, revision, *WORDS)
    assert studio.services.store.agents.get(agent_id).name == "Otra"


def test_tones_and_rules_are_taken_with_a_click(studio: Studio, viewer: Caller) -> None:
    assert guide.choose_tone(studio, viewer, "tone", "warm") == "warm"
    assert "Claro que sí" in guide_view.sound(studio, "warm")
    once = guide.add_rule(studio, viewer, "rule", "next_step", "- Saluda.")
    assert once.splitlines() == ["- Saluda.", "- Termina proponiendo el siguiente paso."]
    assert guide.add_rule(studio, viewer, "rule", "next_step", once) == once


def test_what_is_given_is_read_found_and_answered(
    house: House,
    studio: Studio,
    editor: Caller,
    lucia: guide_view.Guided,
    wake_up: RememberingWakeUp,
    tmp_path: Path,
) -> None:
    agent_id, _ = id_of(lucia)
    path = tmp_path / "precios.md"
    path.write_text("# Precios\n\nEl café de altura cuesta 180 pesos.\n", encoding="utf-8")
    teaching.upload(studio, editor, agent_id, [str(path)])
    page = teaching.write(studio, editor, agent_id, "Los envíos a Oaxaca tardan cuatro días.")
    assert [source.name for source in page.sources] == ["precios.md", "Nota 2"]
    assert {job for job, _ in wake_up.notified} == {queues.INGESTION}
    assert [base.name for base in studio.services.sources.bases()] == ["Café Luna"]
    house.read_sources()
    page = guide.keep(studio, editor, 5, *id_of(page), *WORDS)
    assert page.topics[0] == "Precios"
    (*_, talk) = guide.ask(studio, editor, None, agent_id, "¿Cuánto tardan los envíos a Oaxaca?")
    assert "cuatro días" in talk.said[-1].text


def test_a_bad_file_is_named_beside_the_others(
    studio: Studio, editor: Caller, lucia: guide_view.Guided, tmp_path: Path
) -> None:
    path = tmp_path / "virus.exe"
    path.write_bytes(b"MZ")
    page = teaching.upload(studio, editor, id_of(lucia)[0], [str(path)])
    assert page.complaint.startswith("virus.exe: ")
    assert "PDF" in page.complaint


def test_the_release_names_whom_it_replaces_and_then_answers(
    studio: Studio, editor: Caller, lucia: guide_view.Guided
) -> None:
    services = studio.services
    sofia = services.store.agents.create(Spec(name="Sofía"), "test")
    services.store.agents.release_draft(sofia, "twilio", services.settings.twilio_address, "test")
    page = guide.go(studio, editor, 6, id_of(lucia)[0])
    assert "Ahora responde ahí Sofía" in guide_view.release_view(studio, page)
    page = guide.release(studio, editor, *id_of(page), "")
    assert not page.is_out  # nobody had been told of Sofía
    page = guide.release(studio, editor, *id_of(page), page.replaces)
    assert page.is_out
    assert "Lucía v1 ya responde en +1415" in guide_view.release_view(studio, page)


def test_what_the_check_calls_an_error_keeps_the_release_back(
    studio: Studio, editor: Caller, lucia: guide_view.Guided
) -> None:
    agent_id, revision = id_of(lucia)
    draft = studio.services.store.agents.get(agent_id).draft
    broken = draft.model_copy(update={"model": ModelChoice(name="openai:gpt-9")})
    studio.services.store.agents.save_draft(agent_id, broken, revision, "test")
    page = guide.go(studio, editor, 6, agent_id)
    assert "Falta la clave OPENAI_API_KEY" in guide_view.release_view(studio, page)
    with pytest.raises(NotReady):
        guide.release(studio, editor, *id_of(page), "")
    assert studio.services.store.agents.versions(agent_id) == []


def test_the_path_goes_on_where_the_address_says(
    studio: Studio, viewer: Caller, lucia: guide_view.Guided
) -> None:
    agent_id, _ = id_of(lucia)
    assert guide.first(studio, viewer, f"{agent_id}@4").step == 4
    assert guide.first(studio, viewer, agent_id).step == 1
    assert guide.first(studio, viewer, "no-such@3").agent is None
    assert guide_view.words(guide.first(studio, viewer, agent_id)) == list(WORDS)


def test_viewers_make_nothing(studio: Studio, viewer: Caller, lucia: guide_view.Guided) -> None:
    agent_id, revision = id_of(lucia)
    for attempt in (
        lambda: guide.keep(studio, viewer, 2, "", 0, *WORDS),
        lambda: teaching.write(studio, viewer, agent_id, "x"),
        lambda: guide.release(studio, viewer, agent_id, revision, ""),
        lambda: list(guide.ask(studio, viewer, Talk(), agent_id, "hola")),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_steps_that_need_an_agent_say_so(studio: Studio, editor: Caller) -> None:
    with pytest.raises(NothingChosen):
        teaching.write(studio, editor, "", "texto")
    with pytest.raises(NothingChosen):
        guide.release(studio, editor, "", 0, "")
