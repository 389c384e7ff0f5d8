"""Experiments and their rows: a queue of record under fences, with an end in money."""

import threading

import pytest

from agent.cases import plain
from agent.errors import Invalid, NotFound
from agent.scoring import Score
from agent.spec import ModelChoice, Spec
from channels.registry import known
from store.agents.agents import Agents
from store.db.database import Database
from store.evaluation import experiments as module
from store.evaluation.datasets import Datasets, Source
from store.evaluation.experiments import Candidate, Experiments, Plan, Progress
from store.evaluation.rows import MOST_ATTEMPTS, Finished, RowLease, Rows
from store.states import ExperimentState, RowState
from tests.fakes import Clock

SPEC = Spec(name="Sofía")
OLD, NEW = Candidate("v1", SPEC), Candidate("draft", SPEC, model="openai:gpt-5")
YES = Score("contains", 1.0, True)
NO = Score("contains", 0.0, False, "tres")


@pytest.fixture
def experiments(database: Database, clock: Clock) -> Experiments:
    return Experiments(database, clock)


@pytest.fixture
def rows(database: Database, clock: Clock) -> Rows:
    return Rows(database, clock, "worker")


@pytest.fixture
def plan(database: Database) -> Plan:
    """Two candidates, two cases."""
    agent_id = Agents(database, known()).create(SPEC, "ana")
    datasets = Datasets(database)
    tests = datasets.tests(agent_id, "ana")
    added = datasets.add(tests.id, [plain("uno"), plain("dos")], Source("ana"))
    return Plan(agent_id, tests.id, added.version, [OLD, NEW], list(added.ids))


@pytest.fixture
def made(experiments: Experiments, plan: Plan) -> str:
    return experiments.make(plan, "ana")


def changed(plan: Plan, **more: object) -> Plan:
    return Plan(**{**vars(plan), **more})  # type: ignore[arg-type]


def leased(rows: Rows) -> RowLease:
    found = rows.lease()
    assert found is not None
    return found


def test_an_experiment_has_a_row_for_each_conversation(
    experiments: Experiments, plan: Plan
) -> None:
    made = experiments.make(changed(plan, repeats=2, name="hoy"), "ana")
    found = experiments.get(made)
    assert (found.name, found.state, found.candidates) == ("hoy", "waiting", [OLD, NEW])
    asked = [(row.case_id, row.repeat, row.candidate) for row in experiments.rows(made)]
    first, second = plan.case_ids
    assert asked == [
        (case, repeat, candidate)
        for case in (first, second)
        for repeat in (0, 1)
        for candidate in (0, 1)
    ]
    assert experiments.progress(made) == Progress(waiting=8)
    assert [one.id for one in experiments.of(plan.agent_id)] == [made]
    assert len(experiments.of_case(made, first)) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"candidates": []},
        {"candidates": [OLD, OLD]},
        {"candidates": [Candidate("", SPEC)]},
        {"candidates": [Candidate(str(number), SPEC) for number in range(9)]},
        {"repeats": 0},
        {"repeats": 21},
        {"case_ids": []},
        {"cost_limit": -1},
        {"case_ids": ["x"] * 1_000, "repeats": 20},
    ],
)
def test_what_cannot_be_asked_is_refused(
    experiments: Experiments, plan: Plan, wrong: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        experiments.make(changed(plan, **wrong), "ana")
    assert experiments.of(plan.agent_id) == []


def test_too_many_at_once_are_refused(
    experiments: Experiments, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_OPEN", 1)
    first = experiments.make(plan, "ana")
    with pytest.raises(Invalid):
        experiments.make(plan, "ana")
    experiments.stop(first)
    experiments.make(plan, "ana")


def test_rows_are_asked_one_by_one_and_end_the_experiment(
    experiments: Experiments, rows: Rows, made: str
) -> None:
    for place in range(4):
        lease = leased(rows)
        assert experiments.get(made).state == ExperimentState.RUNNING
        score = YES if place % 2 else NO
        how = Finished([{"text": "sí"}], {"contains": score}, score.passed, 0.5, 0.25)
        assert rows.finish(lease, how)
    assert rows.lease() is None
    found = experiments.get(made)
    assert (found.state, found.cost) == (ExperimentState.DONE, 1.0)
    assert found.finished_at is not None
    assert experiments.progress(made) == Progress(done=4, passed=2)
    assert [row.scores["contains"] for row in experiments.rows(made)] == [NO, YES, NO, YES]


def test_a_leased_row_is_nobody_elses_until_the_lease_runs_out(
    rows: Rows, made: str, clock: Clock
) -> None:
    mine = [leased(rows) for _ in range(4)]
    assert rows.lease() is None
    clock.pass_seconds(3)
    rows.prolong(mine[1:])
    clock.pass_seconds(3)
    again = leased(rows)
    assert (again.id, again.fence) == (mine[0].id, 2)
    assert rows.lease() is None


def test_who_was_overtaken_stores_nothing(
    experiments: Experiments, rows: Rows, made: str, clock: Clock
) -> None:
    slow = leased(rows)
    clock.pass_seconds(5)
    fast = leased(rows)
    assert fast.id == slow.id
    assert not rows.keep(slow, Finished([{"text": "tarde"}], cost=3))
    assert not rows.finish(slow, Finished([{"text": "tarde"}], cost=3))
    assert rows.finish(fast, Finished([{"text": "pronto"}], passed=True, cost=1))
    assert not rows.finish(slow, Finished([{"text": "tarde"}], cost=3))
    rows.give_back(slow, 0)
    row = experiments.row(fast.id)
    assert (row.state, row.answers, experiments.get(made).cost) == (
        RowState.DONE,
        [{"text": "pronto"}],
        1,
    )


def test_what_was_answered_before_a_kill_is_there_for_who_goes_on(
    experiments: Experiments, rows: Rows, made: str
) -> None:
    lease = leased(rows)
    assert rows.keep(lease, Finished([{"text": "uno"}], seconds=2, cost=0.5))
    assert rows.take_back(["worker"]) == 1
    again = leased(rows)
    assert (again.answers, again.cost, again.seconds) == ([{"text": "uno"}], 0.5, 2)
    assert rows.finish(again, Finished([{"text": "uno"}, {"text": "dos"}], cost=0.75))
    assert experiments.get(made).cost == 0.75


def test_a_row_that_never_ends_is_told_apart(rows: Rows, made: str) -> None:
    for _ in range(MOST_ATTEMPTS):
        lease = leased(rows)
        assert lease.is_last == (lease.fence == MOST_ATTEMPTS)
        rows.take_back(["worker"])


def test_a_row_that_is_given_back_waits(rows: Rows, made: str, clock: Clock) -> None:
    lease = leased(rows)
    rows.give_back(lease, clock() + 10)
    assert lease.id not in {leased(rows).id for _ in range(3)}
    clock.pass_seconds(11)
    assert lease.id in {leased(rows).id for _ in range(4)}


def test_money_ends_an_experiment_and_more_of_it_takes_it_up_again(
    experiments: Experiments, rows: Rows, plan: Plan
) -> None:
    made = experiments.make(changed(plan, cost_limit=1.0), "ana")
    assert rows.finish(leased(rows), Finished(passed=True, cost=0.75))
    late = leased(rows)
    assert not rows.keep(late, Finished([{"text": "uno"}], cost=0.5))
    assert experiments.get(made).state == ExperimentState.OVER_BUDGET
    rows.give_back(late, 0)
    assert rows.lease() is None
    assert experiments.resume(made, 5.0)
    again = leased(rows)
    assert (again.id, again.answers) == (late.id, [{"text": "uno"}])


def test_nothing_is_asked_once_it_is_stopped(
    experiments: Experiments, rows: Rows, made: str
) -> None:
    lease = leased(rows)
    assert experiments.stop(made)
    assert not experiments.stop(made)
    assert rows.lease() is None
    assert not rows.is_due() or rows.to_compare()
    assert rows.finish(lease, Finished(passed=True))
    assert experiments.progress(made) == Progress(done=1, waiting=3, passed=1)
    assert experiments.resume(made, 0)
    assert not experiments.resume(made, 0)
    assert rows.is_due()


def test_a_failed_row_counts_for_nothing_and_is_not_used_again(
    experiments: Experiments, rows: Rows, made: str
) -> None:
    lease = leased(rows)
    rows.finish(lease, Finished(passed=False, error="model_timeout: late", key="k"))
    row = experiments.row(lease.id)
    assert (row.state, row.passed, row.error) == ("failed", None, "model_timeout: late")
    assert rows.reusable("k") is None
    rows.finish(leased(rows), Finished([{"text": "sí"}], passed=True, key="k"))
    assert rows.reusable("k") == Finished([{"text": "sí"}])


def test_scores_of_a_program_are_added_and_compared_anew(
    experiments: Experiments, rows: Rows, made: str
) -> None:
    done = []
    for _ in range(4):
        lease = leased(rows)
        rows.finish(lease, Finished([{}], {"contains": YES}, True))
        done.append(lease.id)
    found, until = rows.to_compare() or ("", 0.0)
    assert found == made
    assert rows.to_compare() is None
    style = Score("style", 0.1, False, "", "client", "ana")
    assert rows.score(made, {done[0]: [style], 10**6: [style]}) == 1
    rows.compared(made, until, {"old": True})  # too late: a score has come since
    assert experiments.get(made).comparisons == {}
    found, until = rows.to_compare() or ("", 0.0)
    rows.compared(made, until, {"new": True})
    assert experiments.get(made).comparisons == {"new": True}
    [mark, *_] = experiments.marks(made, scores=True)
    assert (mark.answers, mark.scores["style"]) == ([], style)
    assert experiments.marks(made)[0].scores == {}
    row = experiments.row(done[0])
    assert (row.passed, row.scores["style"], row.scores["contains"]) == (False, style, YES)
    assert not rows.is_due()


def test_many_workers_ask_every_row_once_and_the_experiment_ends(
    experiments: Experiments, rows: Rows, plan: Plan
) -> None:
    made = experiments.make(changed(plan, repeats=10), "ana")
    asked: list[int] = []

    def work() -> None:
        while (lease := rows.lease()) is not None:
            asked.append(lease.id)
            assert rows.finish(lease, Finished([{}], {}, True, 0, 0.5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(asked) == [row.id for row in experiments.rows(made)]
    found = experiments.get(made)
    assert (found.state, found.cost) == (ExperimentState.DONE, 20.0)


def test_experiments_are_listed_page_by_page(
    experiments: Experiments, plan: Plan, clock: Clock
) -> None:
    made = []
    for _ in range(3):
        clock.pass_seconds(1)
        made.append(experiments.make(plan, "ana"))
    first = experiments.of(plan.agent_id, limit=2)
    last = first[-1]
    rest = experiments.of(plan.agent_id, before=(last.created_at, last.id))
    assert [one.id for one in (*first, *rest)] == made[::-1]


def test_a_model_in_the_place_of_the_specs_own_makes_another_candidate() -> None:
    assert NEW.asked.model == ModelChoice(name="openai:gpt-5")
    assert OLD.fingerprint != NEW.fingerprint


def test_what_is_none_is_not_found(experiments: Experiments) -> None:
    with pytest.raises(NotFound):
        experiments.get("none")
    with pytest.raises(NotFound):
        experiments.row(1)
