"""The Tests page as plain functions, with the built-in model and a worker of its own."""

from pathlib import Path

import pytest

from actions.datasets import propose
from actions.evidence import evidence
from agent.actor import Actor
from agent.cases import Case, plain
from agent.spec import Spec
from store.states import CaseOrigin
from studio.errors import BadFile, NotAllowed, NothingChosen
from studio.frontier_plot import Dot, frontier
from studio.pages import evaluate, evaluate_view, experiment_view
from studio.pages.experiment_view import Run
from studio.state import Studio
from studio.talk import DRAFT
from tests.studio.conftest import NUMBER, Caller, House

LUZ = Actor("luz@example.com", "agent")


@pytest.fixture
def sofia(studio: Studio) -> str:
    return studio.services.store.agents.create(Spec(name="Sofía", brand="Rueda Clara"), "test")


def worked(studio: Studio) -> None:
    House(studio.services, studio.answering).ask_experiments()


def started(studio: Studio, who: Caller, agent_id: str, *chosen: str) -> str:
    return evaluate.run(studio, who, agent_id, list(chosen), "", 1, 0)


def seen(studio: Studio, who: Caller, experiment_id: str, agent_id: str) -> Run:
    run, _ = evaluate.watch(studio, who, experiment_id, agent_id)
    assert isinstance(run, Run)
    return run


def test_cases_are_added_run_and_are_the_evidence_of_a_release(
    studio: Studio, editor: Caller, sofia: str
) -> None:
    evaluate.add(studio, editor, sofia, "hola", "Rueda Clara", "")
    page = evaluate.add(studio, editor, sofia, "quiero hablar con una persona", "handoff", "")
    assert "pasa con una persona" in evaluate_view.cases_table(studio, page.cases)
    evaluate.add(studio, editor, sofia, "buenas", "algo que no dirá", "precios.pdf")
    made = started(studio, editor, sofia, DRAFT)
    assert "En espera" in experiment_view.run_view(studio, seen(studio, editor, made, sofia))
    worked(studio)
    run = seen(studio, editor, made, sofia)
    assert (run.progress.passed, run.progress.total) == (2, 3)
    shown = experiment_view.run_view(studio, run)
    assert "Terminado" in shown
    failed = next(row for row in run.rows if not row.passed)
    aside = evaluate.look(studio, editor, "look", f"{made} {failed.case_id}")
    beside = experiment_view.aside_view(studio, aside)
    assert "Falta: «algo que no dirá»" in beside
    assert "No cita precios.pdf" in beside
    version = studio.services.store.agents.get(sofia)
    assert evidence(studio.services, sofia, version.draft)["passed"] == 2


def test_a_draft_is_compared_with_what_is_released(
    studio: Studio, editor: Caller, sofia: str
) -> None:
    agents = studio.services.store.agents
    version = agents.release_draft(sofia, "twilio", NUMBER, "test", "primera")
    agents.save_draft(sofia, Spec(name="Sofía", brand="Otra"), 1, "test")
    for number in range(7):
        evaluate.add(studio, editor, sofia, "hola" + "!" * number, "Rueda Clara", "")
    page = evaluate.first(studio, editor, sofia)
    assert [label for label, _ in page.versions] == ["Borrador", "v1 · primera"]
    assert list(page.chosen) == [version.id, DRAFT]
    made = started(studio, editor, sofia, *page.chosen)
    worked(studio)
    shown = experiment_view.run_view(studio, seen(studio, editor, made, sofia))
    assert "Borrador frente a v1" in shown
    assert "Mejor en 0, peor en 7, igual en 0; no es casualidad: ha empeorado." in shown
    _, past = evaluate.watch(studio, editor, made, sofia)
    assert "v1 · Borrador" in experiment_view.past_view(studio, past, "")
    assert evaluate.latest(studio, editor, sofia) == made


def test_an_experiment_is_stopped_and_goes_on(studio: Studio, editor: Caller, sofia: str) -> None:
    evaluate.add(studio, editor, sofia, "hola", "", "")
    made = started(studio, editor, sofia, DRAFT)
    assert evaluate.turn(studio, editor, "stop", made) == made
    worked(studio)
    assert seen(studio, editor, made, sofia).progress.waiting == 1
    evaluate.turn(studio, editor, "resume", made)
    worked(studio)
    assert seen(studio, editor, made, sofia).progress.passed == 1


def test_a_case_is_removed(studio: Studio, editor: Caller, sofia: str) -> None:
    [case] = evaluate.add(studio, editor, sofia, "hola", "", "").cases
    page = evaluate.change(studio, editor, "remove", case.id, sofia)
    assert "Todavía no hay pruebas" in evaluate_view.cases_table(studio, page.cases)


def test_a_proposal_is_approved_or_refused(studio: Studio, editor: Caller, sofia: str) -> None:
    tests = studio.services.store.datasets.tests(sofia, "test").id
    new = [plain("¿Cubre los frenos?", "no cubre"), plain("¿Y el motor?")]
    propose(studio.services, LUZ, tests, new, CaseOrigin.HANDOFF)
    page = evaluate.first(studio, editor, sofia)
    assert "Propuestas por aprobar (2)" in evaluate_view.cases_view(studio, page)
    one, other = page.proposed
    evaluate.change(studio, editor, "approve", one.id, sofia)
    page = evaluate.change(studio, editor, "remove", other.id, sofia)
    assert [kept.id for kept in page.cases] == [one.id]
    assert not page.proposed
    assert "lo que contestó una persona" in evaluate_view.cases_view(studio, page)


def test_a_spreadsheet_is_cases(studio: Studio, editor: Caller, sofia: str, tmp_path: Path) -> None:
    file = tmp_path / "pruebas.csv"
    file.write_text("pregunta;contiene\n¿Garantía?;tres meses\n", encoding="utf-8")
    page = evaluate.upload(studio, editor, str(file), sofia)
    assert [one.case.question for one in page.cases] == ["¿Garantía?"]
    assert not file.exists()
    file.write_text("nada\n", encoding="utf-8")
    with pytest.raises(BadFile):
        evaluate.upload(studio, editor, str(file), sofia)
    assert not file.exists()


def test_every_expectation_is_told(studio: Studio) -> None:
    expect = {
        "contains": ["uno"],
        "not_contains": ["dos"],
        "number": [350000],
        "cites": ["a.pdf"],
        "nothing": True,
        "tools": [{"name": "financing"}],
        "outcome": "fallback",
        "language": "en",
        "most_words": 20,
        "like": "tres",
    }
    case = Case.model_validate({"turns": [{"say": ["hola"], "expect": expect}]})
    shown = evaluate_view.expects(studio, case)
    for word in ("«uno»", "sin «dos»", "350,000", "cita a.pdf", "usa financing", "20 palabras"):
        assert word in shown


def test_customers_words_are_escaped(studio: Studio, editor: Caller, sofia: str) -> None:
    page = evaluate.add(studio, editor, sofia, "<img src=x onerror=alert(1)>", "<b>", "<i>")
    made = started(studio, editor, sofia, DRAFT)
    worked(studio)
    run = seen(studio, editor, made, sofia)
    aside = evaluate.look(studio, editor, "look", f"{made} {run.rows[0].case_id}")
    for shown in (
        evaluate_view.cases_table(studio, page.cases),
        experiment_view.run_view(studio, run),
        experiment_view.aside_view(studio, aside),
    ):
        assert "<img" not in shown
        assert "<b>»" not in shown


def test_what_is_missing_is_said(studio: Studio, editor: Caller, sofia: str) -> None:
    with pytest.raises(NothingChosen):
        evaluate.add(studio, editor, sofia, " ", "", "")
    for chosen in ([DRAFT], []):
        with pytest.raises(NothingChosen):
            started(studio, editor, sofia, *chosen)


def test_viewers_neither_write_nor_spend(studio: Studio, viewer: Caller, sofia: str) -> None:
    with pytest.raises(NotAllowed):
        evaluate.add(studio, viewer, sofia, "hola", "", "")
    with pytest.raises(NotAllowed):
        started(studio, viewer, sofia, DRAFT)
    with pytest.raises(NotAllowed):
        evaluate.change(studio, viewer, "approve", "x", sofia)


def test_quality_is_drawn_against_cost_and_time() -> None:
    """The large dots are those that none beats; names are escaped."""
    dots = [Dot("<b>barata", 0.01, 0.7), Dot("buena", 0.03, 0.9), Dot("peor", 0.03, 0.6)]
    drawn = frontier("Calidad", "US$ ", dots)
    assert (drawn.count('r="7"'), drawn.count('r="4"')) == (2, 1)
    assert "&lt;b&gt;barata: 70%" in drawn
    assert "<b>barata" not in drawn
    assert "US$ 0.03" in drawn
    assert frontier("Calidad", "", [Dot("nada", 0.0, 0.0)])


def test_several_candidates_have_a_frontier_and_one_has_none(
    studio: Studio, editor: Caller, sofia: str
) -> None:
    services = studio.services
    evaluate.add(studio, editor, sofia, "hola", "Rueda Clara", "")
    version = services.store.agents.release_draft(sofia, "twilio", NUMBER, "test")
    draft = services.store.agents.get(sofia)
    other = draft.draft.model_copy(update={"tone": "Breve"})
    services.store.agents.save_draft(sofia, other, draft.revision, "test")
    said = studio.say("evaluate.frontier.seconds")
    for chosen, plotted in (([DRAFT], False), ([DRAFT, version.id], True)):
        made = started(studio, editor, sofia, *chosen)
        worked(studio)
        drawn = experiment_view.run_view(studio, seen(studio, editor, made, sofia))
        assert (said in drawn) == plotted
