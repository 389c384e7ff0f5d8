"""Notebooks on the whole stack: those that ship run in its worker; a killed one is told once."""

import json
from collections.abc import Iterator

import httpx
import pytest

from actions import notebooks as acts
from actions.queues import SilentWakeUp
from actions.services import Services, open_services
from agent.notebooks import code, notebook
from agent.settings import Settings
from notebooks.lab import Lab
from notebooks.lab.api import Api
from tests.stack.conftest import World
from tests.waiting import until

pytestmark = [
    pytest.mark.stack,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not acts.can_run(), reason="NO LANDLOCK WITH PORTS HERE: RUNNING NOTEBOOKS WAS NOT TESTED"
    ),
]
ANA, PASSWORD = "ana@example.com", "una frase bastante larga 7"
SHIPPED = (
    "01_first_agent",
    "02_knowledge",
    "03_conversations_and_labels",
    "04_experiment_and_release",
    "05_weekly_report",
)


@pytest.fixture(scope="module")
def services(world: World) -> Iterator[Services]:
    """What the stack keeps."""
    kept = Settings(_env_file=None, data_dir=world.stack.data_dir)
    opened = open_services(kept, SilentWakeUp())
    yield opened
    opened.database.close()


@pytest.fixture(scope="module")
def lab(world: World, services: Services) -> Iterator[Lab]:
    """The lab of Ana, an editor whom the operator lets run notebooks."""
    bot = world.stack.bot
    with httpx.Client(base_url=bot, headers=world.stack.key, timeout=30) as operator:
        made = operator.post("/people", json={"email": ANA, "role": "editor"}).json()
        operator.patch(f"/people/{ANA}", json={"runs_notebooks": True}).raise_for_status()
    services.store.people.change_password(ANA, made["password"], PASSWORD)
    opened = Lab(Api(bot, services.store.tokens.make(ANA, "cuaderno", "editor")))
    yield opened
    opened.api.close()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_notebook_that_ships_runs_in_the_studio(lab: Lab, name: str) -> None:
    run = lab.notebook(name).run()
    assert (run.now["state"], run.now["verified"]) == ("done", True)
    assert run.now["evidence"] == {"notebook_run": run.id, "verified": True}
    printed = json.dumps(run.executed()["cells"][-1].get("outputs", []), ensure_ascii=False)
    assert "Respuesta" in printed


def told_of(services: Services) -> list[str]:
    """Which runs Ana was told of."""
    return [one.subject for one in services.store.alerts.of(ANA) if one.kind == "notebook"]


def test_a_worker_killed_in_a_run_is_told_once_and_the_next_run_is_taken(
    lab: Lab, world: World, services: Services, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("kept") / "largo.ipynb"
    file.write_text(json.dumps(notebook([code("import time"), code("time.sleep(600)")])))
    left = lab.keep_notebook(file).run(wait=False)
    runs = services.store.notebook_runs
    until(lambda: bool(runs.get(left.id).token_id), 120, "the run's token")
    world.stack.kill("notebooks")
    until(lambda: runs.get(left.id).is_over, 180, "the end of the run")
    assert runs.get(left.id).error == "interrupted"
    assert told_of(services) == ["Un cuaderno falló: largo"]
    assert [one for one in services.store.tokens.list() if one.name.startswith("notebook")] == []
    file.write_text(json.dumps(notebook([code("1 + 1")])))
    assert lab.keep_notebook(file).run().now["state"] == "done"
    assert len(told_of(services)) == 1
