"""The Agents page as plain functions."""

from dataclasses import replace

import pytest

from agent.errors import EditConflict, Invalid
from agent.spec import Spec
from studio.agent_form import AgentForm
from studio.errors import BadFields, NotAllowed, NothingChosen
from studio.pages import agents, agents_view
from studio.state import Studio
from studio.wiring import sentence
from tests.studio.conftest import NUMBER, Caller, House

FORM = AgentForm(name="Sofía", brand="Rueda Clara", tone="Cercano")


@pytest.fixture
def sofia(studio: Studio, editor: Caller) -> str:
    made, _ = agents.save(studio, editor, "", 0, *FORM.values())
    return made


def test_what_is_saved_is_what_the_form_said(studio: Studio, editor: Caller, sofia: str) -> None:
    page = agents.choose(studio, editor, "open", sofia)
    assert page.form == FORM
    assert page.agent is not None
    assert page.agent.created_by == "editor@example.com"


def test_what_the_form_does_not_show_is_kept(studio: Studio) -> None:
    spec = Spec.from_yaml("name: Ana\nfallback: {pt: Desculpe}\nbudget: {model_calls: 3}\n")
    again = replace(AgentForm.of(spec), brand="X").onto(spec)
    assert (again.fallback.pt, again.budget.model_calls, again.brand) == ("Desculpe", 3, "X")


def test_the_preview_shows_each_of_the_five_fields(studio: Studio, viewer: Caller) -> None:
    form = AgentForm("Nom", "Marca1", "Descr2", "Tono3", "Instr4")
    prompt = agents.preview(studio, viewer, "", *form.values())
    assert all(word in prompt for word in ("Nom", "Marca1", "Descr2", "Tono3", "Instr4"))


def test_the_preview_says_what_is_wrong(studio: Studio, viewer: Caller) -> None:
    form = replace(FORM, languages=(), temperature=9)
    text = agents.preview(studio, viewer, "", *form.values())
    assert "Idiomas: elija al menos uno." in text
    assert "Variedad: es demasiado alto (máximo 2" in text


def test_two_people_editing_one_draft_the_second_is_told(
    studio: Studio, editor: Caller, sofia: str
) -> None:
    agents.save(studio, Caller("admin@example.com"), sofia, 1, *replace(FORM, tone="A").values())
    with pytest.raises(EditConflict) as told:
        agents.save(studio, editor, sofia, 1, *replace(FORM, tone="B").values())
    assert studio.services.agents.get(sofia).draft.tone == "A"
    assert "Otra persona guardó" in sentence(studio, told.value)


def test_a_name_is_needed(studio: Studio, editor: Caller) -> None:
    with pytest.raises(BadFields) as told:
        agents.save(studio, editor, "", 0, *replace(FORM, name=" ").values())
    assert sentence(studio, told.value) == "Nombre: hace falta."


def test_release_then_roll_back(studio: Studio, editor: Caller, sofia: str) -> None:
    agents.release(studio, editor, sofia, 1, "twilio", NUMBER, "primera", *FORM.values())
    second = replace(FORM, tone="Formal")
    _, revision = agents.save(studio, editor, sofia, 1, *second.values())
    page = agents.release(
        studio, editor, sofia, revision, "twilio", NUMBER, "segunda", *second.values()
    )
    assert [version.number for version in page.versions] == [2, 1]
    assert page.live[0].number == 2
    first = page.versions[1].id
    page = agents.roll_back(studio, editor, "release", first, "twilio", NUMBER, "")
    assert page.live[0].number == 1
    done = [entry.action for entry in studio.services.audit.page()]
    assert done[:2] == ["agent rolled back", "agent released"]


def test_unsaved_words_are_not_released(studio: Studio, editor: Caller, sofia: str) -> None:
    changed = replace(FORM, tone="otro").values()
    with pytest.raises(NothingChosen):
        agents.release(studio, editor, sofia, 1, "twilio", NUMBER, "", *changed)
    assert studio.services.agents.versions(sofia) == []


def test_duplicate_and_archive(studio: Studio, editor: Caller, sofia: str) -> None:
    page = agents.manage(studio, editor, "duplicate", sofia)
    assert page.form.name == "Sofía (copia)"
    agents.manage(studio, editor, "archive", page.agent_id)
    assert [agent.id for agent in studio.services.agents.list()] == [sofia]


def test_an_agent_that_answers_is_not_archived(studio: Studio, editor: Caller, sofia: str) -> None:
    agents.release(studio, editor, sofia, 1, "twilio", NUMBER, "", *FORM.values())
    with pytest.raises(Invalid) as told:
        agents.manage(studio, editor, "archive", sofia)
    assert sentence(studio, told.value).startswith("Este agente responde en un canal")


def test_a_viewer_changes_nothing(studio: Studio, viewer: Caller, sofia: str) -> None:
    with pytest.raises(NotAllowed):
        agents.save(studio, viewer, sofia, 1, *FORM.values())
    with pytest.raises(NotAllowed):
        agents.manage(studio, viewer, "archive", sofia)


def test_nobody_and_strangers_see_nothing(studio: Studio) -> None:
    for name in (None, "", "stranger@example.com"):
        with pytest.raises(NotAllowed):
            agents.blank(studio, Caller(name))


def test_the_page_fills_as_many_places_as_it_has(
    studio: Studio, editor: Caller, sofia: str
) -> None:
    page = agents.choose(studio, editor, "open", sofia)
    assert len(agents_view.shown(studio, page)) == 4 + len(FORM.values()) + 1


def test_the_page_in_english_speaks_english(house: House, editor: Caller, sofia: str) -> None:
    english = house.studio("en")
    page = agents.choose(english, editor, "open", sofia)
    assert "Not released" in "".join(map(str, agents_view.beside(english, page)))
