"""Starting and stopping: one Ctrl-C ends all of it, and one sentence says why it cannot start."""

import contextlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from tests.stack.conftest import World, worlds
from tests.stack.running import ROOT, Running, descendants
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    yield from worlds(tmp_path / "data")


def _start_and_fail(stack: Running) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "jobs.stack"],
        cwd=ROOT,
        env=stack.environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    return done.stderr.decode()


def test_ctrl_c_leaves_no_process_and_the_next_start_finds_yesterdays_data(world: World) -> None:
    customer = "whatsapp:+5215550000001"
    world.ask("SM" + "1" * 32, customer, "hola")
    until(lambda: "Password" in world.stack.log, what="the first password")
    assert world.stack.process
    before = descendants(world.stack.process.pid)
    assert world.stack.stop() == 0
    # A chore that was being done dies with its worker: the kernel sees to it a moment later.
    until(lambda: not any(_alive(pid) for pid in before), seconds=30, what="the end of all parts")
    world.stack.start()
    assert world.stack.write("SM" + "1" * 32, customer, "hola") == 200
    world.ask("SM" + "2" * 32, customer, "gracias")
    assert len(world.replies(customer)) == 2
    until(lambda: world.stack.log.count("is ready") == 2, what="the second welcome")
    assert world.stack.log.count("Password") == 1


def test_a_killed_supervisor_takes_everything_along(world: World) -> None:
    assert world.stack.process
    below = descendants(world.stack.process.pid)
    world.stack.process.kill()
    world.stack.process.wait()
    until(lambda: not any(_alive(pid) for pid in below), seconds=30, what="the end of all parts")


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    stack = Running(tmp_path / "data", "http://127.0.0.1:9")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", stack.ports[1]))
        taken.listen()
        sentence = _start_and_fail(stack)
    assert f"port {stack.ports[1]} is in use" in sentence
    assert "STUDIO_PORT=" in sentence


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    sentence = _start_and_fail(Running(tmp_path / "data", "http://127.0.0.1:9"))
    assert "cannot be written" in sentence
    assert "DATA_DIR" in sentence
    assert "Traceback" not in sentence


def test_a_setting_that_makes_no_sense_is_named(tmp_path: Path) -> None:
    stack = Running(tmp_path / "data", "http://127.0.0.1:9", more={"TURN_SLOTS": "many"})
    done = subprocess.run(
        [sys.executable, "-m", "jobs.stack"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env={**os.environ, **stack.environment()},
    )
    assert done.returncode == 1
    assert b"TURN_SLOTS" in done.stderr
    assert b"Traceback" not in done.stderr


def test_nobody_else_on_the_machine_reads_what_it_keeps(world: World) -> None:
    stack = world.stack
    until(lambda: set(stack.pids()) >= {"valkey", "chroma", "chores"}, what="all parts")
    open_ones = [
        f"{path.relative_to(stack.data_dir)} {path.lstat().st_mode & 0o777:o}"
        for path in stack.data_dir.rglob("*")
        if not path.is_symlink() and path.exists() and path.lstat().st_mode & 0o077
    ]
    assert open_ones == []
    assert stack.process
    password = (stack.data_dir / "valkey-password").read_text().strip()
    for pid in [stack.process.pid, *descendants(stack.process.pid)]:
        with contextlib.suppress(OSError):  # it has ended
            assert password.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert password not in stack.log


def test_a_chroma_that_cannot_live_is_named_while_customers_are_answered(tmp_path: Path) -> None:
    broken = tmp_path / "data" / "chroma" / "chroma.sqlite3"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"this is no database" * 1000)
    with contextlib.contextmanager(worlds)(tmp_path / "data") as world:
        world.ask("SM" + "3" * 32, "whatsapp:+5215550000003", "hola")
        until(lambda: "chroma died 3 times in a row" in world.stack.log, 60, "the obituary")
        assert re.search(r"chroma died 3 times .* Its last words: (?!none)\S+", world.stack.log)
        told = urllib3.request("GET", f"{world.stack.bot}/readyz")
        assert (told.status, told.json()["status"]) == (200, "degraded")
        assert told.json()["parts"]["chroma"] == "down"
