"""The Evaluate page as plain functions, with the built-in model."""

import pytest

from agent.spec import Spec
from studio.errors import NotAllowed, NothingChosen
from studio.pages import evaluate, evaluate_view
from studio.state import Studio
from studio.talk import DRAFT
from tests.studio.conftest import NUMBER, Caller


@pytest.fixture
def sofia(studio: Studio) -> str:
    return studio.services.store.agents.create(Spec(name="Sofía", brand="Rueda Clara"), "test")


def test_cases_are_added_run_and_their_result_kept(
    studio: Studio, editor: Caller, sofia: str
) -> None:
    evaluate.add(studio, editor, sofia, "hola", "Rueda Clara", "")
    page = evaluate.add(studio, editor, sofia, "quiero hablar con una persona", "handoff", "")
    assert "pasa con una persona" in evaluate_view.cases_table(studio, page.cases)
    evaluate.add(studio, editor, sofia, "buenas", "algo que no dirá", "precios.pdf")
    *_, last = evaluate.run(studio, editor, sofia, DRAFT)
    assert (last.evaluation.passed, last.total, last.is_over) == (2, 3, True)
    shown = evaluate_view.running(studio, last)
    assert "Falta: «algo que no dirá»" in shown
    assert "No cita precios.pdf" in shown
    draft = studio.services.store.agents.get(sofia).draft
    assert studio.services.store.evaluations.latest(sofia, draft)["passed"] == 2


def test_a_version_is_asked_as_it_was_released(studio: Studio, editor: Caller, sofia: str) -> None:
    agents = studio.services.store.agents
    version = agents.release_draft(sofia, "twilio", NUMBER, "test", "primera")
    agents.save_draft(sofia, Spec(name="Sofía", brand="Otra"), 1, "test")
    evaluate.add(studio, editor, sofia, "hola", "Rueda Clara", "")
    for chosen, passed in ((version.id, 1), (DRAFT, 0)):
        *_, last = evaluate.run(studio, editor, sofia, chosen)
        assert last.evaluation.passed == passed
    page = evaluate.first(studio, editor, sofia)
    assert [label for label, _ in page.versions] == ["Borrador", "v1 · primera"]


def test_a_case_is_removed(studio: Studio, editor: Caller, sofia: str) -> None:
    [case] = evaluate.add(studio, editor, sofia, "hola", "", "").cases
    page = evaluate.remove(studio, editor, "remove", case.id)
    assert "Todavía no hay pruebas" in evaluate_view.cases_table(studio, page.cases)


def test_customers_words_are_escaped(studio: Studio, editor: Caller, sofia: str) -> None:
    page = evaluate.add(studio, editor, sofia, "<img src=x onerror=alert(1)>", "<b>", "")
    *_, last = evaluate.run(studio, editor, sofia, DRAFT)
    for shown in (
        evaluate_view.cases_table(studio, page.cases),
        evaluate_view.running(studio, last),
    ):
        assert "<img" not in shown
        assert "«<b>" not in shown


def test_what_is_missing_is_said(studio: Studio, editor: Caller, sofia: str) -> None:
    with pytest.raises(NothingChosen):
        evaluate.add(studio, editor, sofia, " ", "", "")
    with pytest.raises(NothingChosen):
        list(evaluate.run(studio, editor, sofia, DRAFT))


def test_viewers_neither_write_nor_spend(studio: Studio, viewer: Caller, sofia: str) -> None:
    with pytest.raises(NotAllowed):
        evaluate.add(studio, viewer, sofia, "hola", "", "")
    with pytest.raises(NotAllowed):
        list(evaluate.run(studio, viewer, sofia, DRAFT))
