"""Datasets: versions of an agent's cases, none of which ever changes."""

import pytest

from agent.cases import Case, plain
from agent.errors import Invalid, NotFound
from agent.spec import Spec
from channels.registry import known
from store.agents.agents import Agents
from store.db.database import Database
from store.evaluation import datasets as module
from store.evaluation.datasets import TESTS, Datasets, Source
from store.states import CaseOrigin, CaseState
from tests.fakes import Clock

ANA = Source("ana")
PROPOSED = Source("worker", CaseOrigin.HANDOFF, CaseState.PROPOSED, conversation_id=7)


@pytest.fixture
def kept(database: Database, clock: Clock) -> Datasets:
    return Datasets(database, clock)


@pytest.fixture
def sofia(database: Database) -> str:
    return Agents(database, known()).create(Spec(name="Sofía"), "ana")


@pytest.fixture
def tests(kept: Datasets, sofia: str) -> str:
    return kept.tests(sofia, "ana").id


def questions(kept: Datasets, dataset_id: str, version: int | None = None) -> list[str]:
    return [one.case.question for one in kept.cases(dataset_id, version)]


def test_every_agent_has_its_own_dataset_once(kept: Datasets, sofia: str, clock: Clock) -> None:
    first, again = kept.tests(sofia, "ana"), kept.tests(sofia, "eva")
    assert first == again
    assert (first.name, first.version, first.created_by) == (TESTS, 1, "ana")
    clock.pass_seconds(1)
    other = kept.make(sofia, "  Garantías   y plazos ", "ana")
    assert [one.name for one in kept.of(sofia)] == [TESTS, "Garantías y plazos"]
    kept.archive(other)
    assert [one.id for one in kept.of(sofia, archived=True)] == [other]
    assert kept.get(other).archived


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, TESTS])
def test_a_name_that_is_none_or_taken_is_refused(
    kept: Datasets, sofia: str, tests: str, name: str
) -> None:
    with pytest.raises(Invalid):
        kept.make(sofia, name, "ana")


def test_each_version_keeps_the_cases_that_it_had(kept: Datasets, tests: str, clock: Clock) -> None:
    first = kept.add(tests, [plain("uno"), plain("dos")], ANA)
    clock.pass_seconds(1)
    kept.add(tests, [plain("tres")], ANA)
    kept.remove([first.ids[0]])
    assert kept.get(tests).version == 4
    assert questions(kept, tests) == ["dos", "tres"]
    assert [questions(kept, tests, version) for version in (1, 2, 3, 4)] == [
        [],
        ["uno", "dos"],
        ["uno", "dos", "tres"],
        ["dos", "tres"],
    ]


def test_the_same_question_again_takes_the_place_of_the_old_one(kept: Datasets, tests: str) -> None:
    [old] = kept.add(tests, [plain("¿Cuánto?", "uno")], ANA).ids
    added = kept.add(tests, [plain("¿Cuánto?", "dos")], ANA)
    assert dict(added.replaced) == {old: added.ids[0]}
    [only] = kept.cases(tests)
    assert only.case.turns[0].expect.contains == ("dos",)
    assert kept.case(old).case.turns[0].expect.contains == ("uno",)


def test_what_is_there_already_changes_nothing(kept: Datasets, tests: str) -> None:
    first = kept.add(tests, [plain("a", "b"), plain("a", "b"), plain("c")], ANA)
    again = kept.add(tests, [plain("a", "b")], ANA)
    assert len(first.ids) == 2
    assert again.ids == [first.ids[0]]
    assert (first.version, again.version) == (2, 2)


def test_a_proposed_case_counts_once_it_is_approved(kept: Datasets, tests: str) -> None:
    kept.add(tests, [plain("¿Cuánto?", "uno")], ANA)
    [waiting] = kept.add(tests, [plain("¿Cuánto?", "dos")], PROPOSED).ids
    assert kept.get(tests).version == 2
    assert [one.id for one in kept.proposed(tests)] == [waiting]
    assert kept.case(waiting).conversation_id == 7
    assert kept.approve([waiting]) == 3
    [only] = kept.cases(tests)
    assert (only.id, only.origin) == (waiting, CaseOrigin.HANDOFF)
    assert kept.proposed(tests) == []
    assert kept.approve([waiting]) == 3


def test_a_refused_proposal_is_not_proposed_again(kept: Datasets, tests: str) -> None:
    [waiting] = kept.add(tests, [plain("¿Cuánto?", "uno")], PROPOSED).ids
    assert kept.remove([waiting]) == 1
    kept.add(tests, [plain("¿Cuánto?", "uno")], PROPOSED)
    assert kept.proposed(tests) == []
    kept.add(tests, [plain("¿Cuánto?", "dos")], PROPOSED)
    assert len(kept.proposed(tests)) == 1
    kept.add(tests, [plain("¿Cuánto?", "uno")], ANA)
    assert len(kept.cases(tests)) == 1


def test_a_dataset_has_an_end(kept: Datasets, tests: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CASES", 3)
    kept.add(tests, [plain(str(number)) for number in range(3)], ANA)
    kept.add(tests, [plain("0", "otro")], ANA)
    with pytest.raises(Invalid):
        kept.add(tests, [plain("cuatro")], ANA)
    assert len(kept.cases(tests)) == 3
    assert kept.get(tests).version == 3


def test_what_is_none_is_not_found(kept: Datasets, tests: str) -> None:
    for call in (
        lambda: kept.get("none"),
        lambda: kept.case("none"),
        lambda: kept.add("none", [plain("a")], ANA),
        lambda: kept.remove(["none"]),
        lambda: kept.approve([]),
    ):
        with pytest.raises(NotFound):
            call()


def test_every_kind_of_case_is_read_back_as_it_was(kept: Datasets, tests: str) -> None:
    turn = {
        "say": ["Hola", "¿Precio?"],
        "media": [{"media_type": "audio/ogg", "words": "cuánto cuesta"}],
        "gap": 2.5,
        "expect": {
            "number": [350000],
            "tools": [{"name": "financing", "args": {"months": 48}}],
            "outcome": "answered",
            "most_words": 30,
        },
    }
    case = Case.model_validate({"turns": [turn, {"choice": "Sí"}], "notes": "n", "tags": ["x"]})
    kept.add(tests, [case], ANA)
    assert [one.case for one in kept.cases(tests)] == [case]
