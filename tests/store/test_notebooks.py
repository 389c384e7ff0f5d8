"""Notebooks and their runs on both databases: kept, due, leased once, ended once."""

from pathlib import Path

import pytest

from agent.actor import Actor
from agent.errors import EditConflict, Invalid, NotFound
from agent.notebooks import code, notebook
from agent.schedules import Schedule
from store.db.database import Database
from store.erasure import Erasure
from store.evaluation import notebook_runs, notebooks
from store.evaluation.notebook_runs import LEASE_SECONDS, NotebookRuns, Outcome
from store.evaluation.notebooks import Notebooks
from store.states import NotebookOrigin, RunError, RunState
from tests.fakes import Clock

ANA = Actor("ana@example.com", "editor")
BODY = notebook([code("1")])
DAILY = Schedule(hour=8, zone="UTC")


@pytest.fixture
def kept(database: Database, clock: Clock) -> Notebooks:
    return Notebooks(database, clock)


@pytest.fixture
def runs(database: Database, clock: Clock) -> NotebookRuns:
    return NotebookRuns(database, clock)


@pytest.fixture
def made(kept: Notebooks) -> str:
    return kept.add("Informe", BODY, ANA.name, NotebookOrigin.SAVED)


def asked(kept: Notebooks, runs: NotebookRuns, made: str) -> str:
    return runs.ask(kept.get(made), ANA, {"a": 1}, scheduled=False)


def test_a_notebook_is_kept_changed_and_put_away(kept: Notebooks, made: str) -> None:
    other = notebook([code("2")])
    kept.replace(made, other, "eva@example.com", 1)
    with pytest.raises(EditConflict):
        kept.replace(made, BODY, ANA.name, 1)
    found = kept.get(made)
    assert (found.body, found.revision, found.updated_by) == (other, 2, "eva@example.com")
    kept.archive(made)
    assert kept.list() == []
    for act in (kept.get, kept.archive, lambda one: kept.replace(one, BODY, ANA.name, 2)):
        with pytest.raises(NotFound):
            act(made)


def test_a_shipped_notebook_is_renewed_only_where_it_changed(kept: Notebooks, made: str) -> None:
    for _ in range(2):
        kept.ship("Informe", BODY, "installation")
    [ours] = [one for one in kept.list() if one.origin is NotebookOrigin.SHIPPED]
    assert (ours.revision, kept.get(made).revision) == (1, 1)
    kept.ship("Informe", notebook([]), "installation")
    assert kept.get(ours.id).revision == 2
    assert kept.get(made).body == BODY


@pytest.mark.parametrize("name", ["", " \n", "x" * 121])
def test_a_notebook_has_a_name(kept: Notebooks, name: str) -> None:
    with pytest.raises(Invalid, match="1 to 120"):
        kept.add(name, BODY, ANA.name, NotebookOrigin.SAVED)


def test_there_are_only_so_many(kept: Notebooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebooks, "MOST", 1)
    kept.add("uno", BODY, ANA.name, NotebookOrigin.SAVED)
    with pytest.raises(Invalid, match="Archive"):
        kept.add("dos", BODY, ANA.name, NotebookOrigin.SAVED)


def test_lists_go_on_where_they_stopped(kept: Notebooks, clock: Clock) -> None:
    for name in "abc":
        kept.add(name, BODY, ANA.name, NotebookOrigin.SAVED)
        clock.now += 1
    first = kept.list(limit=2)
    rest = kept.list((first[-1].created_at, first[-1].id))
    assert "".join(one.name for one in (*first, *rest)) == "cba"


def test_a_planned_notebook_is_due_once_each_time(kept: Notebooks, made: str, clock: Clock) -> None:
    kept.plan(made, DAILY, {"a": 2}, ANA)
    assert not kept.is_due()
    clock.now = kept.get(made).due_at
    assert kept.is_due()
    [due] = kept.take_due()
    assert (due.id, due.parameters, due.scheduler) == (made, {"a": 2}, ANA)
    assert kept.take_due() == []
    assert kept.get(made).due_at == clock.now + 86_400
    clock.now += 10 * 86_400  # nobody swept for ten days: it comes once, not ten times
    assert len(kept.take_due()) == 1
    assert kept.take_due() == []
    kept.plan(made, None, {}, ANA)
    clock.now += 10 * 86_400
    assert (kept.is_due(), kept.get(made).scheduled_by) == (False, "")


def test_a_run_is_leased_by_one_and_ended_once(
    kept: Notebooks, runs: NotebookRuns, made: str
) -> None:
    run_id = asked(kept, runs, made)
    assert runs.due() == [run_id]
    leased = runs.lease(run_id)
    assert leased is not None
    assert (runs.lease(run_id), runs.due()) == (None, [])
    assert runs.goes_on(leased)
    assert runs.finish(leased, Outcome(executed=BODY, seconds=2.0, memory=3e9))
    assert not runs.finish(leased, Outcome(error=RunError.CELL))
    run = runs.get(run_id)
    assert (run.state, run.seconds, run.memory, run.is_over) == (RunState.DONE, 2.0, 3e9, True)
    assert runs.executed(run_id) == runs.body(run_id) == BODY
    assert runs.name(run_id) == "Informe"


def test_a_run_has_the_notebook_as_it_was_when_it_was_asked_for(
    kept: Notebooks, runs: NotebookRuns, made: str
) -> None:
    run_id = asked(kept, runs, made)
    kept.replace(made, notebook([]), ANA.name, 1)
    assert (runs.body(run_id), runs.get(run_id).revision) == (BODY, 1)


def test_a_run_that_was_left_behind_has_failed_and_is_not_begun_again(
    kept: Notebooks, runs: NotebookRuns, made: str, clock: Clock
) -> None:
    run_id = asked(kept, runs, made)
    leased = runs.lease(run_id)
    assert leased is not None
    assert runs.left_behind(run_id) is None
    clock.now += LEASE_SECONDS + 1
    assert runs.due() == [run_id]
    assert runs.left_behind(run_id) is not None
    assert (runs.left_behind(run_id), runs.due(), runs.lease(run_id)) == (None, [], None)
    assert not runs.goes_on(leased)  # a worker that was only paused
    assert not runs.finish(leased, Outcome(executed=BODY))
    assert runs.get(run_id).error is RunError.INTERRUPTED


@pytest.mark.parametrize("begun", [False, True])
def test_a_run_is_stopped_once(kept: Notebooks, runs: NotebookRuns, made: str, begun: bool) -> None:
    run_id = asked(kept, runs, made)
    leased = runs.lease(run_id) if begun else None
    assert runs.stop(run_id)
    assert not runs.stop(run_id)
    assert leased is None or not runs.goes_on(leased)
    assert runs.lease(run_id) is None
    assert runs.get(run_id).state is RunState.STOPPED


def test_a_copy_that_was_handed_in_is_not_verified(
    kept: Notebooks, runs: NotebookRuns, made: str
) -> None:
    run_id = runs.hand_in(kept.get(made), ANA, BODY)
    run = runs.get(run_id)
    assert (run.state, run.verified) == (RunState.DONE, False)
    assert run.evidence == {"notebook_run": run_id, "verified": False}
    assert (runs.due(), runs.executed(run_id)) == ([], BODY)


def test_what_old_runs_printed_is_forgotten(
    kept: Notebooks, runs: NotebookRuns, made: str, database: Database, clock: Clock, tmp_path: Path
) -> None:
    old = runs.hand_in(kept.get(made), ANA, BODY)
    clock.now += 10 * 86_400
    new = runs.hand_in(kept.get(made), ANA, BODY)
    erasure = Erasure(database, tmp_path, "salt", clock)
    assert erasure.forget({"messages": 5}) == 1
    assert erasure.forget({"messages": 5}) == 0
    assert [runs.get(one).has_copy for one in (old, new)] == [False, True]
    assert runs.executed(old) is None


def test_one_person_has_only_so_many_runs_open(
    kept: Notebooks, runs: NotebookRuns, made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook_runs, "MOST_OPEN", 1)
    first = asked(kept, runs, made)
    with pytest.raises(Invalid, match="not over yet"):
        asked(kept, runs, made)
    runs.ask(kept.get(made), ANA, {}, scheduled=True)
    runs.ask(kept.get(made), Actor("eva@example.com", "editor"), {}, scheduled=False)
    assert len(runs.of(made)) == 3
    with pytest.raises(NotFound):
        runs.get("none")
    assert first in [one.id for one in runs.of(made)]
