"""Test cases, how an agent does on them, and the tour a person is on."""

import pytest

from agent.answer import Answer, Citation, Handoff
from agent.errors import Invalid, NotFound
from agent.evaluation import evaluate, fingerprint, judged
from agent.spec import Spec
from channels.registry import known
from store.agents.agents import Agents
from store.agents.cases import Case, Cases
from store.agents.evaluations import Evaluations
from store.db.database import Database
from store.people.people import People
from store.people.tours import Tour, Tours

SPEC = Spec(name="Sofía")
CITED = Citation(1, "garantia.pdf", "s", 1, 1, 2, None, "…", 0.9, "")
ANSWER = Answer("La garantía dura TRES  meses.", "answered", (CITED,))


class Parrot:
    """Answers everything alike."""

    def answer(self, spec: Spec, history: object, inbound: object, live: bool = False) -> Answer:
        return ANSWER


def case(expected: str = "", source: str = "") -> Case:
    return Case("c", "a", "¿Garantía?", expected, source, "test", 0.0)


@pytest.mark.parametrize(
    ("expected", "source", "reasons"),
    [
        ("", "", ()),
        ("tres meses", "garantia.pdf", ()),
        ("garantia dura\ntres meses", "", ()),
        ("tres meses\n3,000 km", "", (("missing", "3,000 km"),)),
        ("", "precios.xlsx", (("source", "precios.xlsx"),)),
        ("handoff", "", (("handoff_missing", ""),)),
    ],
)
def test_an_answer_is_judged_by_what_it_holds_and_cites(
    expected: str, source: str, reasons: tuple[tuple[str, str], ...]
) -> None:
    assert judged(case(expected, source), ANSWER).reasons == reasons


def test_a_fallback_never_passes_and_a_hand_off_only_where_it_is_expected() -> None:
    fallback = Answer("Perdone.", "fallback", error="timeout: late")
    assert judged(case(), fallback).reasons == (("fallback", "timeout: late"),)
    passed_on = Answer("Le paso.", "handoff", handoff=Handoff("angry"))
    assert judged(case(), passed_on).reasons == (("handoff", "angry"),)
    assert judged(case("handoff"), passed_on).passed


def test_cases_are_kept_asked_and_removed(database: Database) -> None:
    cases, agent_id = Cases(database), Agents(database, known()).create(SPEC, "test")
    first = cases.add(agent_id, " ¿Garantía? ", "ana", "tres meses")
    cases.add(agent_id, "¿Y los frenos?", "ana", "no cubre")
    result = evaluate(Parrot(), SPEC, cases.of(agent_id))
    assert (result.passed, len(result.results)) == (1, 2)
    cases.remove(first)
    with pytest.raises(NotFound):
        cases.get(first)
    assert [one.question for one in cases.of(agent_id)] == ["¿Y los frenos?"]


def test_the_same_question_again_replaces_what_was_expected(database: Database) -> None:
    cases, agent_id = Cases(database), Agents(database, known()).create(SPEC, "test")
    for expected in ("uno", "dos"):
        cases.add(agent_id, "¿Cuánto?", "ana", expected)
    assert [one.expected for one in cases.of(agent_id)] == ["dos"]
    with pytest.raises(Invalid):
        cases.add(agent_id, "  ", "ana")


def test_an_evaluation_belongs_to_one_spec_and_what_it_was_asked(database: Database) -> None:
    agent_id, kept = (
        Agents(database, known()).create(SPEC, "test"),
        Evaluations(database, lambda: 7.0),
    )
    cases = Cases(database)
    cases.add(agent_id, "¿Cuánto dura?", "ana", "tres")
    asked = cases.of(agent_id)
    kept.keep(agent_id, SPEC, asked, evaluate(Parrot(), SPEC, asked), "ana")
    found = kept.latest(agent_id, SPEC.model_copy())
    assert (found["passed"], found["total"], found["by"], found["at"]) == (1, 1, "ana", 7.0)
    other = SPEC.model_copy(update={"tone": "otro"})
    assert fingerprint(other, asked) != fingerprint(SPEC, asked)
    assert kept.latest(agent_id, other) == {}
    cases.add(agent_id, "¿Y los frenos?", "ana")
    assert kept.latest(agent_id, SPEC) == {}


def test_a_tour_is_remembered_for_each_person(database: Database) -> None:
    people, tours = People(database), Tours(database)
    for name in ("ana", "eva"):
        people.add(f"{name}@example.com", "editor", name)
    tours.keep("ana@example.com", Tour("agent").after("teach").after("describe"))
    again = tours.of("ana@example.com")
    assert (again.agent_id, again.done, again.next) == ("agent", ("describe", "teach"), "try")
    assert tours.of("eva@example.com") == Tour()
