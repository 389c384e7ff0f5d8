"""An operator's drill: back up while customers write, lose everything, restore, go on."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.conftest import World, worlds
from tests.stack.running import ROOT, descendants
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
CUSTOMER = "whatsapp:+5215550000001"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    yield from worlds(tmp_path / "data")


def ours(world: World, module: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """What the operator types, in the environment of the stack."""
    return subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=ROOT,
        env=world.stack.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def count(world: World, table: str) -> int:
    with sqlite3.connect(world.stack.data_dir / "studio.db") as file:
        return int(file.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_backed_up_killed_and_restored_it_goes_on_where_it_was(
    world: World, tmp_path: Path
) -> None:
    world.ask("SM" + "1" * 32, CUSTOMER, "hola")
    made = ours(world, "jobs.backup", str(tmp_path / "safe"))
    assert made.returncode == 0, made.stderr
    file = made.stdout.strip()
    world.ask("SM" + "2" * 32, CUSTOMER, "gracias")
    assert world.stack.process
    below = descendants(world.stack.process.pid)
    refused = ours(world, "jobs.restore", file, "--yes")
    assert (refused.returncode, "Stop it first" in refused.stderr) == (1, True)
    world.stack.process.kill()
    world.stack.process.wait()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), 30, "the end of all")
    restored = ours(world, "jobs.restore", file, "--yes")
    assert restored.returncode == 0, restored.stderr
    assert count(world, "rebuilds") == count(world, "bases") > 0
    shutil.rmtree(next(world.stack.data_dir.glob("replaced-*")))
    world.stack.start()
    assert world.stack.write("SM" + "1" * 32, CUSTOMER, "hola") == 200
    world.ask("SM" + "3" * 32, CUSTOMER, "otra vez")
    assert len(world.replies(CUSTOMER)) == 3
    until(lambda: count(world, "rebuilds") == 0, 120, "the vectors")
