"""Notebooks from a notebook: kept, run, planned."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from actions import notebooks as acts
from actions import people
from actions.services import Services
from agent.actor import Actor
from agent.notebooks import code, notebook
from notebooks.lab import Lab, LabError, NotAllowed, NotFound, Refused
from store.evaluation.notebook_runs import Outcome
from store.states import RunError
from tests.bot.conftest import on_one_database

pytestmark = on_one_database
ANA = "ana@example.com"
BODY = notebook([code("days = 7", "parameters"), code("days")])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Informe.ipynb"
    path.write_text(json.dumps(BODY))
    return path


@pytest.fixture
def anas(services: Services, opened: Callable[[str], Lab], monkeypatch: pytest.MonkeyPatch) -> Lab:
    """The lab of Ana, whom an administrator lets run notebooks."""
    monkeypatch.setattr(acts, "can_run", lambda: True)
    store = services.store.people
    store.change_password(ANA, store.add(ANA, "editor"), "una frase bastante larga 7")
    people.let_run(services, Actor("root", "admin"), ANA, True)
    return opened(services.store.tokens.make(ANA, "cuaderno", "editor"))


def ended(services: Services, run_id: str, outcome: Outcome) -> None:
    leased = services.store.notebook_runs.lease(run_id)
    assert leased is not None
    acts.end(services, leased, outcome)


def test_a_notebook_is_kept_and_kept_again_in_its_place(anas: Lab, file: Path) -> None:
    first = anas.keep_notebook(file)
    file.write_text(json.dumps(notebook([code("2")])))
    again = anas.keep_notebook(file)
    assert (again.id, again.now["revision"]) == (first.id, 2)
    assert list(anas.notebooks().name) == ["Informe"]
    assert "Informe" in again._repr_html_()


def test_a_run_is_waited_for_and_read(anas: Lab, file: Path, services: Services) -> None:
    run = anas.keep_notebook(file).run(wait=False, days=14)
    assert run.now["parameters"] == {"days": 14}
    ended(services, run.id, Outcome(executed=BODY, seconds=2.0))
    assert run.wait().executed() == BODY
    assert list(anas.notebook("Informe").runs().state) == ["done"]
    assert "done" in run._repr_html_()


def test_a_run_that_failed_says_why(anas: Lab, file: Path, services: Services) -> None:
    run = anas.keep_notebook(file).run(wait=False)
    ended(services, run.id, Outcome(error=RunError.CELL, cell=1, detail="ValueError: no"))
    with pytest.raises(LabError, match=r"cell\. ValueError: no"):
        run.wait()


def test_a_run_is_stopped(anas: Lab, file: Path) -> None:
    run = anas.keep_notebook(file).run(wait=False)
    run.stop()
    assert repr(run) == f"<Run {run.id}, stopped>"


def test_a_schedule_is_one_line(anas: Lab, file: Path) -> None:
    kept = anas.keep_notebook(file).schedule("week", weekday="friday", hour=9, days=7)
    assert kept.now["schedule"]["weekday"] == 4
    assert (kept.now["parameters"], kept.now["scheduled_by"]) == ({"days": 7}, ANA)
    assert kept.unschedule().now["schedule"] is None
    with pytest.raises(LabError, match="monday"):
        kept.schedule(weekday="lunes")


def test_whoever_may_not_run_is_told(lab: Lab, file: Path) -> None:
    with pytest.raises(NotAllowed, match="right of its own"):
        lab.keep_notebook(file).run()


def test_slips_get_a_sentence(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="none yet"):
        lab.notebook("Informe")
    with pytest.raises(LabError, match="no notebook at"):
        lab.keep_notebook(tmp_path / "none.ipynb")
    (tmp_path / "bad.ipynb").write_text("{")
    with pytest.raises(LabError, match="no notebook at"):
        lab.keep_notebook(tmp_path / "bad.ipynb")


def test_a_notebook_that_was_run_by_hand_is_kept_with_the_release_and_not_verified(
    lab: Lab, file: Path, services: Services
) -> None:
    vera = lab.create("Vera")
    version = vera.draft(tone="Breve").save().release("api", evidence=[lab.this_notebook(file)])
    [kept] = version.evidence["notebooks"]
    assert (kept["notebook"], kept["verified"]) == ("Informe", False)
    assert services.store.notebook_runs.executed(kept["run"]) == BODY
    again = vera.draft(tone="Otra").save().release("api", evidence=[lab.this_notebook(file)])
    assert again.number == version.number + 1
    assert list(lab.notebooks().name) == ["Informe"]


def test_a_run_of_a_worker_is_verified_evidence(anas: Lab, file: Path, services: Services) -> None:
    run = anas.keep_notebook(file).run(wait=False)
    ended(services, run.id, Outcome(executed=BODY))
    version = anas.create("Vera").draft(tone="Breve").save().release("api", evidence=[run])
    assert [one["verified"] for one in version.evidence["notebooks"]] == [True]


def test_a_missed_bar_is_told_in_the_notebook_and_an_admins_sentence_goes_past_it(
    lab: Lab, services: Services, opened: Callable[[str], Lab]
) -> None:
    draft = lab.create("Sol").draft(bar=["pass >= 0.95"]).save()
    with pytest.raises(Refused, match=r"pass >= 0\.95 was never looked at"):
        draft.release("api")
    kept = services.store.people
    kept.change_password(
        "root@example.com", kept.add("root@example.com", "admin"), "otra frase bastante larga 8"
    )
    root = opened(services.store.tokens.make("root@example.com", "cuaderno", "admin"))
    with pytest.raises(Refused, match="sentence"):
        root.agent("Sol").draft().release("api", override="ok")
    version = root.agent("Sol").draft().release("api", override="Se revisa mañana con ella.")
    assert version.evidence["override"]["person"] == "root@example.com"
