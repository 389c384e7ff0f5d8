"""Datasets and experiments change by acts: who may, and a line for each."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from actions import agents, datasets, experiments, sources
from actions.evidence import evidence
from actions.experiments import Chosen, Given, Wish
from actions.queues import EXPERIMENTS
from actions.services import Services
from agent.actor import Actor
from agent.cases import plain
from agent.errors import Forbidden, Invalid, NotFound
from agent.scoring import Score
from agent.spec import KnowledgeChoice, Spec
from store.evaluation.experiments import Row
from store.evaluation.labels import NewLabel
from store.evaluation.rows import Finished
from store.states import CaseOrigin, ExperimentState, Subject, Verdict
from tests.actions.conftest import ANA, VIEWER, FullLog, RememberingWakeUp, lines

AGENT = Actor("luz@example.com", "agent")
SPEC = Spec(name="Sofía", instructions="Ofrece citas.")


@pytest.fixture
def sofia(services: Services) -> str:
    return agents.create(services, ANA, SPEC)


@pytest.fixture
def tests(services: Services, sofia: str) -> str:
    datasets.add_question(services, ANA, sofia, "¿Garantía?", "tres", "")
    return services.store.datasets.tests(sofia, "ana").id


def wish(tests: str, **more: Any) -> Wish:
    return replace(Wish(tests, [Chosen("draft")]), **more)


def first_case(services: Services, tests: str) -> str:
    return services.store.datasets.cases(tests)[0].id


def proposed(services: Services, tests: str) -> list[str]:
    new = [plain("¿Y los frenos?")]
    return list(datasets.propose(services, ANA, tests, new, CaseOrigin.HANDOFF, 7).ids)


EDITORS: dict[str, Callable[[Services, Actor, str], object]] = {
    "make": lambda services, actor, tests: datasets.make(
        services, actor, services.store.datasets.get(tests).agent_id, "Otro"
    ),
    "archive": datasets.archive,
    "add": lambda services, actor, tests: datasets.add(services, actor, tests, [plain("a")]),
    "add_question": lambda services, actor, tests: datasets.add_question(
        services, actor, services.store.datasets.get(tests).agent_id, "¿Precio?", "", ""
    ),
    "approve": lambda services, actor, tests: datasets.approve(
        services, actor, proposed(services, tests)
    ),
    "replace": lambda services, actor, tests: datasets.replace(
        services, actor, first_case(services, tests), plain("¿Garantía?", "dos")
    ),
    "remove": lambda services, actor, tests: datasets.remove(
        services, actor, [first_case(services, tests)]
    ),
}
AGENTS: dict[str, Callable[[Services, Actor, str], object]] = {
    "propose": lambda services, actor, tests: datasets.propose(
        services, actor, tests, [plain("b")], CaseOrigin.MISS
    ),
    "start": lambda services, actor, tests: experiments.start(services, actor, wish(tests)),
}


@pytest.mark.parametrize("act", EDITORS)
def test_only_editors_change_datasets(services: Services, tests: str, act: str) -> None:
    with pytest.raises(Forbidden):
        EDITORS[act](services, AGENT, tests)


@pytest.mark.parametrize("act", AGENTS)
def test_a_viewer_proposes_and_starts_nothing(services: Services, tests: str, act: str) -> None:
    before = lines(services)
    with pytest.raises(Forbidden):
        AGENTS[act](services, VIEWER, tests)
    assert lines(services) == before
    AGENTS[act](services, AGENT, tests)


@pytest.mark.parametrize("act", [*EDITORS, *AGENTS])
def test_nothing_is_changed_without_its_line(
    services: Services, tests: str, act: str, full_log: FullLog
) -> None:
    acts = {**EDITORS, **AGENTS}
    before = services.store.datasets.get(tests)
    with full_log, pytest.raises(OSError, match="no room"):
        acts[act](services, ANA, tests)
    assert services.store.datasets.get(tests) == before
    assert len(services.store.datasets.of(before.agent_id)) == 1
    assert services.store.experiments.of(before.agent_id) == []
    count = len(lines(services))
    acts[act](services, ANA, tests)
    assert len(lines(services)) > count


def test_a_case_that_is_changed_has_another_in_its_place(services: Services, tests: str) -> None:
    old = first_case(services, tests)
    new = datasets.replace(services, ANA, old, plain("¿Qué garantía?", "dos"))
    assert [one.id for one in services.store.datasets.cases(tests)] == [new]
    assert datasets.replace(services, ANA, new, plain("¿Qué garantía?", "dos")) == new


def test_a_question_that_is_none_is_refused(services: Services, sofia: str) -> None:
    for question in ("", "  ", "x" * 4_001):
        with pytest.raises(Invalid):
            datasets.add_question(services, ANA, sofia, question, "", "")


# --- experiments


def test_an_experiment_is_of_the_draft_a_version_or_a_spec_of_ones_own(
    services: Services, sofia: str, tests: str, wake_up: RememberingWakeUp
) -> None:
    version = services.store.agents.release_draft(sofia, "api", sofia, "ana")
    own = Spec(name="Clara")
    chosen = [
        Chosen("draft"),
        Chosen(version.id),
        Chosen(spec=own, label="mine"),
        Chosen("draft", label="small", model="openai:gpt-4.1-mini"),
    ]
    made = experiments.start(services, ANA, wish(tests, candidates=chosen, repeats=2))
    found = services.store.experiments.get(made)
    assert [one.label for one in found.candidates] == ["draft", "v1", "mine", "small"]
    assert [one.spec for one in found.candidates] == [SPEC, version.spec, own, SPEC]
    assert services.store.experiments.progress(made).total == 8
    assert wake_up.notified[-1] == (EXPERIMENTS, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"candidates": [Chosen("draft", model="gpt-5")]},
        {"candidates": [Chosen("draft", model="openai:")]},
        {"candidates": [Chosen("draft"), Chosen("draft")]},
        {"cost_limit": float("nan")},
        {"cost_limit": float("inf")},
        {"repeats": 0},
        {"version": 1},
    ],
)
def test_what_cannot_be_asked_is_refused(
    services: Services, tests: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        experiments.start(services, ANA, wish(tests, **wrong))


def test_another_agents_version_or_case_is_not_found(services: Services, tests: str) -> None:
    clara = agents.create(services, ANA, Spec(name="Clara"))
    theirs = services.store.agents.release_draft(clara, "api", clara, "ana")
    for wrong in ({"candidates": [Chosen(theirs.id)]}, {"case_ids": ["none"]}, {"version": 99}):
        with pytest.raises(NotFound):
            experiments.start(services, ANA, wish(tests, **wrong))


def test_who_stops_may_go_on_with_more_money(services: Services, tests: str) -> None:
    made = experiments.start(services, AGENT, wish(tests, cost_limit=1.0))
    lease = services.store.rows.lease()
    assert lease is not None
    assert experiments.stop(services, AGENT, made).state == ExperimentState.STOPPED
    assert services.store.rows.finish(lease, Finished(passed=True, cost=2.0))
    with pytest.raises(Invalid):
        experiments.resume(services, AGENT, made, 2.0)
    for act in (experiments.stop, experiments.resume):
        with pytest.raises(Forbidden):
            act(services, VIEWER, made)
        with pytest.raises(NotFound):
            act(services, ANA, "none")


def asked(services: Services, tests: str, **more: Any) -> str:
    """An experiment whose every row passed."""
    made = experiments.start(services, ANA, wish(tests, **more))
    while (lease := services.store.rows.lease()) is not None:
        services.store.rows.finish(lease, Finished([{"outcome": "answered"}], {}, True))
    return made


def test_a_score_of_a_program_is_marked_as_the_clients(services: Services, tests: str) -> None:
    made = asked(services, tests)
    [row] = services.store.experiments.rows(made)
    given = Given(row.id, "style", 0.5, False, "dry")
    assert experiments.score(services, AGENT, made, [given]) == 1
    score = services.store.experiments.row(row.id).scores["style"]
    assert (score.by, score.person, score.value) == ("client", AGENT.name, 0.5)
    with pytest.raises(Forbidden):
        experiments.score(services, VIEWER, made, [given])


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "contains"},
        {"name": "judge"},
        {"name": " "},
        {"value": 1.5},
        {"value": float("nan")},
    ],
)
def test_a_score_that_pretends_or_is_none_is_refused(
    services: Services, tests: str, wrong: dict[str, Any]
) -> None:
    made = asked(services, tests)
    [row] = services.store.experiments.rows(made)
    with pytest.raises(Invalid):
        experiments.score(
            services, ANA, made, [replace(Given(row.id, "style", 0.5, True), **wrong)]
        )


def test_evidence_is_of_the_very_spec_and_all_of_its_cases(
    services: Services, sofia: str, tests: str
) -> None:
    assert evidence(services, sofia, SPEC) == {}
    made = asked(services, tests)
    found = evidence(services, sofia, SPEC)
    assert (found["experiment"], found["passed"], found["total"]) == (made, 1, 1)
    assert evidence(services, sofia, Spec(name="Otra")) == {}
    datasets.add_question(services, ANA, sofia, "¿Precio?", "", "")
    assert evidence(services, sofia, SPEC) == {}
    asked(services, tests, case_ids=[first_case(services, tests)])
    assert evidence(services, sofia, SPEC) == {}
    asked(services, tests)
    assert evidence(services, sofia, SPEC)["total"] == 2


def test_evidence_is_stale_once_the_knowledge_has_changed(
    services: Services, sofia: str, tests: str
) -> None:
    base = sources.new_base(services, ANA, "Autos")
    looks = SPEC.model_copy(update={"knowledge": KnowledgeChoice(bases=(base,))})
    asked(services, tests, candidates=[Chosen(spec=looks, label="looks")])
    assert evidence(services, sofia, looks)["passed"] == 1
    with services.database.write() as tx:
        services.sources.raise_revision(tx, base)
    assert evidence(services, sofia, looks) == {}


@pytest.mark.parametrize(
    "scorers",
    [
        [{"name": "judge"}],  # there is no model
        [{"name": "mine", "model": "openai:gpt-4.1"}],
        [{"name": "judge", "model": "gpt"}],
        [{"name": "judge", "model": "openai:gpt-4.1", "criteria": "x" * 8_001}],
        [{"name": "judge", "model": "openai:gpt-4.1", "prompt": "x"}],
        [{"name": "judge", "model": 7}],
        [{"name": "judge", "model": "openai:gpt-4.1"}] * 2,
    ],
)
def test_a_judge_that_cannot_be_asked_is_refused(
    services: Services, tests: str, scorers: list[dict[str, Any]]
) -> None:
    with pytest.raises(Invalid):
        experiments.start(services, ANA, wish(tests, scorers=scorers))


def test_a_judge_has_a_name_a_model_and_criteria(services: Services, tests: str) -> None:
    given = [{"name": "judge:tone", "model": "openai:gpt-4.1", "criteria": "Polite?"}]
    made = experiments.start(services, ANA, wish(tests, scorers=given))
    assert services.store.experiments.get(made).scorers == given


def test_a_judge_is_believed_by_its_agreement_with_people(services: Services, tests: str) -> None:
    judge = [{"name": "judge", "model": "openai:gpt-4.1"}]
    made = asked(services, tests, repeats=11, scorers=judge)
    rows = services.store.experiments.rows(made)
    verdicts = {row.id: [Score("judge", 1.0, row.repeat < 6, "", "judge")] for row in rows}
    services.store.rows.score(made, verdicts)
    found = services.store.experiments.get(made)

    def label(row: Row, verdict: Verdict) -> None:
        said = NewLabel(Subject.ROW, str(row.id), verdict)
        services.store.labels.keep("ana", [said])

    for row in rows[:9]:
        label(row, Verdict.RIGHT if row.repeat < 5 else Verdict.WRONG)
    label(rows[9], Verdict.UNSURE)
    few = experiments.agreements(services, found)["judge"]
    assert (few.pairs, few.agreed, few.is_enough) == (9, 8, False)
    label(rows[10], Verdict.WRONG)
    enough = experiments.agreements(services, found)["judge"]
    assert (enough.pairs, enough.is_enough) == (10, True)
    assert enough.kappa == pytest.approx(0.8)
