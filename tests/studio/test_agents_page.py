"""The Agents page as plain functions."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from actions.checks import World, check
from agent.cases import plain
from agent.difference import difference
from agent.errors import EditConflict, Invalid
from agent.spec import HandoffRules, KnowledgeChoice, OfficeHours, Spec, Wording
from store.evaluation.datasets import Source
from store.people.people import Person
from studio import carry
from studio.agent_form import FIELDS, OFFERED, AgentForm, with_form
from studio.difference_view import difference_view
from studio.errors import BadFields, BadFile, NotAllowed
from studio.findings import sentence_of
from studio.pages import agents, agents_view, fields
from studio.state import Studio
from studio.texts import has
from studio.wiring import sentence
from tests.fakes import named_tools
from tests.studio.conftest import NUMBER, Caller, House

FORM = AgentForm(name="Sofía", brand="Rueda Clara", tone="Cercano")
HOURS: dict[str, Any] = {"has_hours": True, "days": ("sat", "mon"), "opens": "9", "closes": "18.30"}


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


def test_the_form_keeps_the_tools_that_staff_made_or_takes_them_away() -> None:
    spec = Spec(name="Ana", tools=named_tools("financing", "handoff"))
    form = AgentForm.of(spec)
    assert form.onto(spec) == spec
    fewer = replace(form, tools=("knowledge",)).onto(spec)
    assert fewer.tool_names == ("knowledge",)
    assert replace(form, tools=("unheard_of",)).onto(spec).tools == ()


def test_every_rule_about_people_comes_back_from_the_form_as_it_was() -> None:
    hours = OfficeHours(
        timezone="Europe/Madrid",
        days=("sun", "mon"),
        opens="22:00",
        closes="06:00",
        away=Wording(es="Abrimos {when}.", en="", pt="Até {when}."),
    )
    rules = HandoffRules(topics=("demanda",), after_fallbacks=0, office_hours=hours)
    for handoff in (rules, rules.model_copy(update={"office_hours": None})):
        spec = Spec(name="Ana", handoff=handoff)
        assert AgentForm(*AgentForm.of(spec).values()).onto(spec) == spec


def test_closing_words_and_portuguese_ones_are_in_the_form() -> None:
    form = replace(FORM, closing_es="Le paso con Ana.", closing_pt="Vou passar.", greeting_pt="Oi")
    spec = form.onto()
    assert (spec.handoff.message.es, spec.handoff.message.pt) == ("Le paso con Ana.", "Vou passar.")
    assert spec.handoff.message.en == FORM.closing_en
    assert AgentForm.of(spec) == form
    with pytest.raises(BadFields):
        replace(FORM, greeting_pt=5).onto()  # type: ignore[arg-type]


def test_rules_about_people_are_saved(studio: Studio, editor: Caller, sofia: str) -> None:
    form = replace(FORM, **HOURS, handoff_topics="demanda\n\n PROFECO ", hand_back_after_hours=12)
    agents.save(studio, editor, sofia, 1, *form.values())
    saved = studio.services.store.agents.get(sofia).draft.handoff
    assert (saved.topics, saved.hand_back_after_hours) == (("demanda", "PROFECO"), 12)
    assert saved.office_hours is not None
    assert saved.office_hours.days == ("mon", "sat")  # in the order of the week
    assert (saved.office_hours.opens, saved.office_hours.closes) == ("09:00", "18:30")
    agents.save(studio, editor, sofia, 2, *replace(form, has_hours=False).values())
    assert studio.services.store.agents.get(sofia).draft.handoff.office_hours is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"timezone": "Polanco"}, "Zona horaria del equipo: no es una zona horaria."),
        ({"timezone": None}, "Zona horaria del equipo: no es una zona horaria."),
        ({"opens": "25:00"}, "Atiende desde: escriba una hora"),
        ({"closes": "las seis"}, "Atiende hasta: escriba una hora"),
        ({"days": ()}, "Días que atiende el equipo: elija al menos uno."),
        ({"days": ("lunes",)}, "Días que atiende el equipo: elija entre los siete días"),
        ({"after_fallbacks": 2.5}, "Fallos seguidos: escriba un número entero."),
        ({"after_fallbacks": 21}, "Fallos seguidos: es demasiado alto (máximo 20)."),
        ({"hand_back_after_hours": -1}, "Horas hasta volver al agente: es demasiado bajo"),
        ({"hand_back_after_hours": None}, "Horas hasta volver al agente: hace falta."),
    ],
)
def test_a_rule_about_people_that_cannot_be_used_is_told_by_its_field(
    studio: Studio, editor: Caller, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadFields) as error:
        agents.save(studio, editor, "", 0, *replace(FORM, **HOURS | changes).values())
    assert sentence(studio, error.value).startswith(told)


def test_hours_that_are_not_in_force_are_not_judged() -> None:
    form = replace(FORM, opens="tarde", timezone="Polanco")
    assert form.onto().handoff.office_hours is None


def test_new_hours_are_shown_as_a_difference_in_words(studio: Studio) -> None:
    changes = difference(FORM.onto(), replace(FORM, **HOURS).onto())
    page = difference_view(studio, "", changes, {})
    assert all(word in page for word in ("Atiende desde", "Zona horaria del equipo", "Sáb"))
    assert "sat" not in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"closes": "9"}, "desde las 09:00 hasta las 09:00"),
        ({"away_en": ""}, "Habla inglés, pero fuera de horario"),
        ({"away_es": "Volvemos pronto."}, "en español no dice cuándo escribirán. Ponga {when}"),
        ({"handoff_topics": "Precio", "forbidden_topics": "precio"}, "«Precio» es un tema"),
    ],
)
def test_rules_about_people_that_contradict_themselves_are_named_before_a_release(
    studio: Studio, changes: dict[str, Any], told: str
) -> None:
    world = World(studio.services.settings, studio.services.channels)
    usual = [sentence_of(studio, one) for one in check(replace(FORM, **HOURS).onto(), world)]
    found = check(replace(FORM, **HOURS | changes).onto(), world)
    [new] = [said for one in found if (said := sentence_of(studio, one)) not in usual]
    assert told in new


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
    assert studio.services.store.agents.get(sofia).draft.tone == "A"
    assert "Otra persona guardó" in sentence(studio, told.value)


def test_a_name_is_needed(studio: Studio, editor: Caller) -> None:
    with pytest.raises(BadFields) as told:
        agents.save(studio, editor, "", 0, *replace(FORM, name=" ").values())
    assert sentence(studio, told.value) == "Nombre: hace falta."


def test_duplicate_and_archive(studio: Studio, editor: Caller, sofia: str) -> None:
    page = agents.manage(studio, editor, "duplicate", sofia)
    assert page.form.name == "Sofía (copia)"
    agents.manage(studio, editor, "archive", page.agent_id)
    assert [agent.id for agent in studio.services.store.agents.list()] == [sofia]


def test_an_agent_that_is_put_away_is_taken_back(
    studio: Studio, editor: Caller, sofia: str
) -> None:
    page = agents.manage(studio, editor, "archive", sofia)
    assert "Archivados (1)" in str(agents_view.beside(studio, page)[0])
    page = agents.manage(studio, editor, "unarchive", sofia)
    assert (page.agent_id, page.archived) == (sofia, [])


def test_an_agent_that_answers_is_not_archived(studio: Studio, editor: Caller, sofia: str) -> None:
    studio.services.store.agents.release_draft(sofia, "twilio", NUMBER, "test")
    with pytest.raises(Invalid) as told:
        agents.manage(studio, editor, "archive", sofia)
    assert sentence(studio, told.value).startswith("Este agente responde en un canal")


def test_an_agent_leaves_as_a_file_and_comes_back(
    studio: Studio, editor: Caller, sofia: str, tmp_path: Path
) -> None:
    base_id = studio.services.sources.create_base("Garantías", "test", "local", "hashed", 512)
    draft = studio.services.store.agents.get(sofia).draft
    with_base = draft.model_copy(update={"knowledge": KnowledgeChoice(bases=(base_id,))})
    studio.services.store.agents.save_draft(sofia, with_base, 1, "test")
    carry.curated_of(studio).add(base_id, "¿Abren?", "De 9 a 6.", "test")
    case = plain("¿Garantía?", "tres meses")
    tests = studio.services.store.datasets.tests(sofia, "test").id
    studio.services.store.datasets.add(tests, [case], Source("test"))
    name, text = agents.export(studio, editor, "see", sofia)
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    page = agents.bring(studio, editor, str(path))
    assert name == "sofía.yaml"
    assert page.agent_id != sofia
    assert page.agent is not None
    assert page.agent.draft == with_base
    theirs = studio.services.store.datasets.own(page.agent_id)
    assert theirs is not None
    assert [one.case for one in studio.services.store.datasets.cases(theirs.id)] == [case]
    assert len(carry.curated_of(studio).of(base_id)) == 1  # it was there already
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"a: [", "no se puede leer"),
        (b"\xff\xfe", "no se puede leer"),
        (b"hello: you", "no es un agente de este estudio"),
        (b"format: agent-studio/1\nagent: {name: ''}", "El campo «agent.name»"),
    ],
)
def test_a_file_that_is_no_agent_is_told_in_words(
    studio: Studio, editor: Caller, tmp_path: Path, text: bytes, told: str
) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(text)
    with pytest.raises(BadFile) as error:
        agents.bring(studio, editor, str(path))
    assert told in sentence(studio, error.value)


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
    assert len(agents_view.shown(studio, page)) == 4 + len(FORM.values())


def test_the_page_in_english_speaks_english(house: House, editor: Caller, sofia: str) -> None:
    english = house.studio("en")
    page = agents.choose(english, editor, "open", sofia)
    assert "Not released" in "".join(map(str, agents_view.beside(english, page)))


def test_the_values_of_a_page_become_one_form_by_name() -> None:
    @with_form
    def told(studio: Studio, person: Person, agent_id: str, form: AgentForm) -> object:
        return agent_id, form

    form = replace(FORM, away_pt="Voltamos às nove", buttons=True)
    caller = cast(Studio, None), cast(Person, None)
    assert told(*caller, "sofia", *vars(form).values()) == ("sofia", form)
    with pytest.raises(ValueError, match="shorter"):
        told(*caller, *form.values()[1:])


def test_fields_are_handed_over_in_the_order_of_the_form_wherever_they_stand() -> None:
    placed = [SimpleNamespace(elem_id=f"agent-{name}") for name in reversed(FIELDS)]
    assert fields.by_name(placed, FIELDS) == dict(zip(FIELDS, reversed(placed), strict=True))
    with pytest.raises(KeyError):
        fields.by_name(placed[1:], FIELDS)


def test_languages_that_the_form_does_not_offer_are_kept() -> None:
    spec = Spec(name="Ana", languages=("pl", "es", "fr"))
    form = AgentForm.of(spec)
    assert form.languages == ("es", "fr")
    assert replace(form, languages=("fr",)).onto(spec).languages == ("pl", "fr")
    usual_first = Spec(name="Ana", languages=("es", "pl"))
    assert replace(form, languages=("es", "en")).onto(usual_first).languages == ("es", "en", "pl")


def test_every_offered_language_has_its_name(studio: Studio) -> None:
    assert all(has(language, f"language.{one}") for language in ("es", "en") for one in OFFERED)
