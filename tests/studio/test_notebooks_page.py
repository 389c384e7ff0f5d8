"""The Notebooks page as plain functions."""

import json
from pathlib import Path
from typing import Any

import pytest

from actions import notebooks as acts
from actions import people
from agent.actor import Actor
from agent.errors import Invalid, MayNotRun
from agent.notebooks import code, notebook
from store.evaluation.notebook_runs import Outcome
from store.states import RunError
from studio.errors import BadFields, BadFile, NothingChosen
from studio.pages import notebooks
from studio.pages.notebooks_view import Desk, shown
from studio.state import Studio
from tests.studio.conftest import Caller

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EDITOR, ADMIN = Actor("editor@example.com", "editor"), Actor("admin@example.com", "admin")
OUTPUTS = [{"output_type": "stream", "name": "stdout", "text": "<i>impreso</i>"}]
BODY = notebook([code("days = 7", "parameters"), code("days")])
EXECUTED = notebook([code("days = 7", "parameters"), {**code("days"), "outputs": OUTPUTS}])


def drawn(studio: Studio, desk: Desk) -> str:
    return "".join(map(str, shown(studio, desk)))


@pytest.fixture
def made(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(acts, "can_run", lambda: True)
    return acts.save(studio.services, EDITOR, "<b>Informe</b>", BODY)


@pytest.fixture
def runner(studio: Studio, made: str) -> Caller:
    people.let_run(studio.services, ADMIN, EDITOR.name, True)
    return Caller(EDITOR.name)


def test_a_viewer_sees_notebooks_and_that_they_may_not_run(
    studio: Studio, viewer: Caller, made: str
) -> None:
    said = drawn(studio, notebooks.open_(studio, viewer, "open", made))
    assert studio.say("notebooks.no_right") in said
    assert "&lt;b&gt;Informe&lt;/b&gt;" in said
    assert '"days": 7' in said


def test_where_nothing_can_be_shut_in_the_page_says_so(
    studio: Studio, runner: Caller, made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "can_run", lambda: False)
    said = drawn(studio, notebooks.open_(studio, runner, "open", made))
    assert studio.say("notebooks.not_here") in said
    with pytest.raises(Invalid):
        notebooks.run(studio, runner, made, "{}")


def test_who_was_let_runs_a_notebook_and_looks_on(
    studio: Studio, runner: Caller, made: str
) -> None:
    desk = notebooks.run(studio, runner, made, '{"days": 14}')
    assert desk.run is not None
    assert (desk.run.parameters, desk.is_going) == ({"days": 14}, True)
    assert studio.say("notebooks.waiting") in drawn(studio, desk)
    stopped = notebooks.stop(studio, runner, "stop", desk.run.id, made)
    assert (stopped.is_going, stopped.run and stopped.run.error) == (False, RunError.STOPPED)
    again = notebooks.watch(studio, runner, made, desk.run.id)
    assert studio.say("notebooks.error.stopped") in drawn(studio, again)
    assert "iframe" not in drawn(studio, again)


def test_an_editor_without_the_right_runs_nothing(
    studio: Studio, editor: Caller, made: str
) -> None:
    with pytest.raises(MayNotRun):
        notebooks.run(studio, editor, made, "{}")
    with pytest.raises(MayNotRun):
        notebooks.plan(studio, editor, made, "", "day", 0, 8, 0, "UTC")


def test_an_alert_leads_to_its_run(studio: Studio, runner: Caller, made: str) -> None:
    run_id = acts.run(studio.services, EDITOR, made, {})
    leased = studio.services.store.notebook_runs.lease(run_id)
    assert leased is not None
    failed = Outcome(EXECUTED, RunError.CELL, 1, "ValueError: <no>", 2.0, 5e7)
    acts.end(studio.services, leased, failed)
    [told] = studio.services.store.alerts.of(EDITOR.name)
    assert told.link == f"/studio/es/notebooks?open={run_id}"
    said = drawn(studio, notebooks.first(studio, runner, run_id))
    assert studio.say("notebooks.error.cell") in said
    assert "ValueError: &lt;no&gt;" in said
    assert f'src="/results/{run_id}" sandbox=""' in said
    assert drawn(studio, notebooks.first(studio, runner, "none"))


def test_a_notebook_is_planned_in_ones_own_name(studio: Studio, runner: Caller, made: str) -> None:
    desk = notebooks.plan(studio, runner, made, "", "week", 4, 9, 30, " Europe/Madrid ")
    assert desk.chosen is not None
    assert desk.chosen.schedule is not None
    assert (desk.chosen.schedule.weekday, desk.chosen.scheduled_by) == (4, EDITOR.name)
    off = notebooks.plan(studio, runner, made, "", "never", 4, 9, 30, "UTC")
    assert off.chosen is not None
    assert off.chosen.schedule is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (("[1]", "day", 0, 8, 0, "UTC"), "parameters"),
        (("{", "day", 0, 8, 0, "UTC"), "parameters"),
        (("", "hour", 0, 8, 0, "UTC"), "every"),
        (("", "day", None, 8, 0, "UTC"), "weekday"),
        (("", "day", 0, 24, 0, "UTC"), "hour"),
        (("", "day", 0, 8, None, "UTC"), "minute"),
        (("", "day", 0, 8, 0, "Mars"), "zone"),
    ],
)
def test_a_plan_that_cannot_be_names_the_field(
    studio: Studio, runner: Caller, made: str, values: tuple[Any, ...], field: str
) -> None:
    with pytest.raises(BadFields) as refused:
        notebooks.plan(studio, runner, made, *values)
    assert refused.value.fields[0][0] == f"notebooks.{field}"
    assert studio.say(f"notebooks.{field}_bad")


def test_a_file_becomes_a_notebook_and_is_deleted(
    studio: Studio, editor: Caller, tmp_path: Path
) -> None:
    file = tmp_path / "informe.ipynb"
    file.write_text(json.dumps(EXECUTED))
    desk = notebooks.upload(studio, editor, str(file))
    assert desk.chosen is not None
    assert (desk.chosen.name, desk.chosen.body["cells"][1]["outputs"]) == ("informe", [])
    assert not file.exists()


@pytest.mark.parametrize("text", ["", "[]", "{", "1", "[" * 100_000])
def test_a_file_that_is_no_notebook_is_refused(
    studio: Studio, editor: Caller, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "x.ipynb"
    file.write_text(text)
    with pytest.raises(BadFile):
        notebooks.upload(studio, editor, str(file))
    assert not file.exists()


def test_a_notebook_is_put_away(studio: Studio, editor: Caller, made: str) -> None:
    assert notebooks.archive(studio, editor, "archive", made).notebooks == []
    with pytest.raises(NothingChosen):
        notebooks.run(studio, editor, "", "")
