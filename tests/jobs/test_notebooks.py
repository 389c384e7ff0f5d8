"""Notebooks run by a worker: a real kernel, really sealed, and the real API that it may ask."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from actions import notebooks as acts
from actions import people
from actions.queues import SilentWakeUp
from actions.services import Services, open_services
from agent.actor import Actor
from agent.errors import Forbidden, Invalid, MayNotRun
from agent.notebooks import code, notebook
from agent.settings import Settings
from agent.spec import Spec
from bot.app import create_app
from jobs import notebooks as jobs
from jobs.executing import Limits
from knowledge.parsing import landlock
from store.evaluation.notebook_runs import Run
from store.states import RunError, RunState
from tests.bot.conftest import on_one_database
from tests.waiting import free_ports, until

ADMIN = Actor("root@example.com", "admin")
ANA = Actor("ana@example.com", "editor")
SHORT = Limits(seconds=60.0)

pytestmark = [
    on_one_database,
    pytest.mark.timeout(200),
    pytest.mark.skipif(
        not acts.can_run(), reason="NO LANDLOCK WITH PORTS HERE: RUNNING NOTEBOOKS WAS NOT TESTED"
    ),
]


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    """An installation with an agent, and Ana, who may run notebooks."""
    [port] = free_ports(1)
    told = settings.model_copy(update={"bot_port": port, "redis_url": "redis://127.0.0.1:1/0"})
    opened = open_services(told, SilentWakeUp())
    store = opened.store.people
    for one in (ADMIN, ANA):
        store.change_password(one.name, store.add(one.name, one.role), "una frase bastante larga 7")
    people.let_run(opened, ADMIN, ANA.name, True)
    opened.store.agents.create(Spec(name="Sofía"), ANA.name)
    yield opened
    opened.database.close()


@pytest.fixture
def api(services: Services) -> Iterator[None]:
    """The API, on the port that a run may reach."""
    app = create_app(services)
    server = make_server("127.0.0.1", services.settings.bot_port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def ask(services: Services, *cells: Mapping[str, Any] | str, **parameters: Any) -> str:
    """Save a notebook of these cells and ask for a run."""
    body = notebook([code(one) if isinstance(one, str) else one for one in cells])
    made = acts.save(services, ANA, "Informe", body)
    return acts.run(services, ANA, made, parameters)


def ran(services: Services, *cells: Mapping[str, Any] | str, **more: Any) -> Run:
    """The same, run by a worker."""
    limits = more.pop("limits", SHORT)
    run_id = ask(services, *cells, **more)
    jobs.take(services, run_id, limits)
    return services.store.notebook_runs.get(run_id)


def said(services: Services, run: Run) -> str:
    """What the executed copy printed."""
    copy = services.store.notebook_runs.executed(run.id) or {"cells": []}
    outputs = [one for cell in copy["cells"] for one in cell.get("outputs", [])]
    return "".join(str(one.get("text", "")) for one in outputs)


def told(services: Services) -> list[str]:
    """What Ana was told."""
    return [one.subject for one in services.store.alerts.of(ANA.name)]


@pytest.mark.usefixtures("api")
def test_a_run_reads_its_parameters_and_asks_the_api_in_its_persons_name(
    services: Services,
) -> None:
    run = ran(
        services,
        code("agent_name = 'nobody'", "parameters"),
        "from lab import open_lab\nlab = open_lab()",
        "print(agent_name, lab.agent(agent_name).id, lab.api.get('/me'))",
        agent_name="Sofía",
    )
    assert (run.state, run.error) == (RunState.DONE, None), run.detail
    agent_id = services.store.agents.list()[0].id
    assert said(services, run) == (
        f"Sofía {agent_id} {{'name': 'ana@example.com', 'role': 'editor'}}\n"
    )
    assert run.seconds > 0
    assert run.memory > 20e6
    assert run.evidence == {"notebook_run": run.id, "verified": True}
    assert told(services) == []


@pytest.mark.usefixtures("api")
def test_its_token_is_dead_afterwards_and_never_kept(services: Services) -> None:
    show = "import os, base64\nt = os.environ['LAB_TOKEN']\nprint(t)\nprint(t[::-1])"
    run = ran(services, show)
    first, backwards = said(services, run).split()
    assert first == "***"
    assert services.store.tokens.find(backwards[::-1]) is None
    assert services.store.tokens.list() == []


TRIED = """
import os, socket, subprocess

def tried(name, act):
    try:
        act()
    except OSError as error:
        print(name, "refused")
    except BaseException as error:
        print(name, type(error).__name__)
    else:
        print(name, "DONE")

paths = {paths}
for path in paths:
    tried(path, lambda: open(path).read())
    tried("write " + path, lambda: open(path, "a").close())
    tried("chmod " + path, lambda: os.chmod(path, 0))
for folder in {folders}:
    tried("list " + folder, lambda: os.listdir(folder))
    tried("make in " + folder, lambda: open(folder + "/made", "w"))
for port in {ports}:
    tried(f"port {{port}}", lambda: socket.create_connection(("127.0.0.1", port), 5))
for kind in (
    (socket.AF_UNIX, socket.SOCK_STREAM, 0),
    (socket.AF_INET, socket.SOCK_DGRAM, 0),
    (socket.AF_INET6, socket.SOCK_DGRAM, 0),
    (socket.AF_INET, socket.SOCK_STREAM, 262),
    (socket.AF_NETLINK, socket.SOCK_RAW, 0),
):
    tried(f"socket {{kind}}", lambda: socket.socket(*kind))
tried("serve", lambda: socket.create_server(("127.0.0.1", 0)))
tried("program", lambda: subprocess.run(["true"]))
tried("fork", lambda: os.fork() or os._exit(0))
tried("signal", lambda: os.kill({parent}, 0))
tried("shell", lambda: os.posix_spawn("/bin/true", ["true"], {{}}))
"""


@pytest.mark.usefixtures("api")
def test_a_run_that_wants_more_than_its_folder_and_the_api_is_stopped(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_WORKER", "secret")
    data = services.settings.data_dir
    (data / "secret.txt").write_text("secret")
    (data / "link").symlink_to("/etc/passwd")
    root = Path(landlock.__file__).resolve().parents[2]
    parent = os.getpid()
    with socket.create_server(("127.0.0.1", 0)) as other:
        code_of = TRIED.format(
            paths=[
                *(str(data / name) for name in ("secret.txt", "studio.db", "link")),
                *(f"/proc/{parent}/{name}" for name in ("environ", "mem", "maps", "cmdline")),
                *("/proc/self/environ", "/etc/passwd", "/etc/hosts", "/proc/1/environ"),
                *(str(root / name) for name in ("pyproject.toml", "agent/settings.py")),
            ],
            folders=[str(data), str(root), "/", "/tmp", "/proc", "/dev/shm", str(root / "jobs")],
            ports=[other.getsockname()[1], 22, 80, 443, 5432],
            parent=parent,
        )
        run = ran(services, code_of, "import os\nprint('A_SECRET_OF_THE_WORKER' in os.environ)")
    assert run.state is RunState.DONE, run.detail
    *lines, inherits = said(services, run).splitlines()
    assert len(lines) > 60
    assert [line for line in lines if not line.endswith("refused")] == []
    assert inherits == "False"
    assert (data / "secret.txt").read_text() == "secret"


@pytest.mark.usefixtures("api")
def test_the_same_without_the_seal_would_succeed(tmp_path: Path) -> None:
    """So that the test above can fail."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        code_of = TRIED.format(
            paths=[f"/proc/{os.getpid()}/cmdline"],
            folders=[str(tmp_path)],
            ports=[other.getsockname()[1]],
            parent=os.getpid(),
        )
        done = subprocess.run([sys.executable, "-c", code_of], capture_output=True, text=True)
    made = [line for line in done.stdout.splitlines() if line.endswith("DONE")]
    assert len(made) >= 9


def test_texts_may_be_lists_of_lines_as_files_have_them(services: Services) -> None:
    cell = {**code(""), "source": ["days = 7\n", "print(days)"]}
    run = ran(services, cell, {"cell_type": "markdown", "metadata": {}, "source": ["# a\n", "b"]})
    assert (run.state, said(services, run)) == (RunState.DONE, "7\n")


def test_a_thread_is_sealed_as_well(services: Services) -> None:
    run = ran(
        services,
        "import socket, threading\n"
        "def f():\n"
        "    try:\n        socket.socket(socket.AF_UNIX)\n"
        "    except OSError:\n        print('refused')\n"
        "t = threading.Thread(target=f); t.start(); t.join()",
    )
    assert said(services, run) == "refused\n"


# --- limits


def test_a_run_that_takes_too_long_is_ended(services: Services) -> None:
    run = ran(
        services,
        "print('begun', flush=True)",
        "import time\ntime.sleep(600)",
        "1",
        limits=Limits(seconds=6.0),
    )
    assert (run.state, run.error, run.cell) == (RunState.FAILED, RunError.TOO_LONG, 1)
    assert run.seconds < 60
    assert said(services, run) == "begun\n"
    assert told(services) == ["Un cuaderno falló: Informe"]


def test_a_run_that_burns_the_processor_is_ended(services: Services) -> None:
    run = ran(services, "while True: pass", limits=Limits(seconds=6.0))
    assert run.error in (RunError.TOO_LONG, RunError.DIED)


def test_a_run_has_no_more_memory_than_it_may(services: Services) -> None:
    run = ran(services, "held = bytearray(3 * 1024**3)")
    assert (run.state, run.error, run.cell) == (RunState.FAILED, RunError.CELL, 0)
    assert run.detail.startswith("MemoryError")


def test_what_is_printed_without_end_is_cut(services: Services) -> None:
    run = ran(services, "for _ in range(40): print('x' * 1_000_000)")
    assert run.state is RunState.DONE
    assert len(said(services, run)) < 9_000_000
    assert said(services, run).endswith("[...]\n")


def test_a_file_is_no_larger_than_it_may_be(services: Services) -> None:
    run = ran(
        services, "f = open('big', 'wb')\nfor _ in range(80): f.write(bytes(1024**2))\nf.flush()"
    )
    assert run.state is RunState.FAILED


def test_nothing_is_left_of_a_run(services: Services) -> None:
    run = ran(
        services, "import os\nopen('own.txt', 'w').write('x')\nprint(os.getcwd(), os.getpid())"
    )
    folder, number = said(services, run).split()
    assert not Path(folder).exists()
    assert not Path(f"/proc/{number}").exists()


# --- what fails


def test_a_cell_that_fails_is_told_once_with_its_place(services: Services) -> None:
    run_id = ask(services, "1", "1 / 0", "print('never')")
    for _ in range(2):
        jobs.take(services, run_id, SHORT)
    run = services.store.notebook_runs.get(run_id)
    assert (run.state, run.error, run.cell) == (RunState.FAILED, RunError.CELL, 1)
    assert run.detail == "ZeroDivisionError: division by zero"
    assert run.evidence["verified"] is False
    assert told(services) == ["Un cuaderno falló: Informe"]
    assert services.store.tokens.list() == []


@pytest.mark.usefixtures("api")
def test_a_notebook_raises_an_alert_with_the_runs_token(services: Services) -> None:
    run = ran(
        services,
        "from lab import open_lab\nprint(open_lab().alert({'es': 'Bajó'}, 'texto', key='w1'))",
    )
    assert said(services, run) == "2\n", run.detail  # every editor and administrator
    assert "Bajó" in told(services)[0]


def test_a_run_that_is_stopped_ends_and_tells_nobody(services: Services) -> None:
    run_id = ask(services, "import time\ntime.sleep(600)")
    worker = threading.Thread(target=jobs.take, args=(services, run_id, Limits(seconds=100.0)))
    worker.start()
    runs = services.store.notebook_runs
    until(lambda: bool(runs.get(run_id).token_id), 60)
    acts.stop(services, ANA, run_id)
    assert services.store.tokens.list() == []
    worker.join(60)
    assert not worker.is_alive()
    run = runs.get(run_id)
    assert (run.state, run.error) == (RunState.STOPPED, RunError.STOPPED)
    assert told(services) == []


WORKER = """
import sys
from actions.queues import SilentWakeUp
from actions.services import open_services
from agent.settings import Settings
from jobs import notebooks
from jobs.executing import Limits
settings = Settings(_env_file=None, **__import__("json").loads(sys.argv[1]))
notebooks.take(open_services(settings, SilentWakeUp()), sys.argv[2], Limits(100.0))
"""


def test_a_killed_worker_takes_its_run_along_and_it_is_told_once(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = ask(
        services,
        "import os\nopen('pid', 'w').write(str(os.getpid()))",
        "import time\ntime.sleep(600)",
    )
    settings = services.settings
    told_ = {
        "data_dir": str(settings.data_dir),
        "database_url": settings.database_url,
        "bot_port": settings.bot_port,
    }
    command = [sys.executable, "-c", WORKER, json.dumps(told_), run_id]
    worker = subprocess.Popen(command, cwd=Path(landlock.__file__).parents[2])
    runs = services.store.notebook_runs
    until(lambda: bool(children(worker.pid)), 60)
    [kernel] = children(worker.pid)
    until(lambda: bool(runs.get(run_id).token_id), 60)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    until(lambda: not Path(f"/proc/{kernel}").exists() or is_zombie(kernel), 30)
    assert runs.due() == []  # its lease still holds
    assert len(services.store.tokens.list()) == 1
    later = time.time() + 3_600
    monkeypatch.setattr(runs, "_clock", lambda: later)
    assert runs.due() == [run_id]
    for _ in range(2):
        jobs.take(services, run_id, SHORT)
    run = runs.get(run_id)
    assert (run.state, run.error) == (RunState.FAILED, RunError.INTERRUPTED)
    assert told(services) == ["Un cuaderno falló: Informe"]
    assert services.store.tokens.list() == []
    assert runs.due() == []


def children(pid: int) -> list[int]:
    """The processes that *pid* started."""
    paths = Path(f"/proc/{pid}/task").glob("*/children")  # of each of its threads
    return [int(one) for path in paths for one in path.read_text().split()]


def is_zombie(pid: int) -> bool:
    """Whether a process has ended and nobody has asked how."""
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()


# --- who may


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_who_may_not_edit_neither_saves_nor_runs(services: Services, role: str) -> None:
    made = acts.save(services, ANA, "Informe", notebook([code("1")]))
    people.let_run(services, ADMIN, ANA.name, True)
    lesser = Actor(ANA.name, role)
    for act in _acts(services, lesser, made):
        with pytest.raises(Forbidden):
            act()


def _acts(services: Services, actor: Actor, made: str) -> list[Callable[[], object]]:
    body = notebook([])
    return [
        lambda: acts.save(services, actor, "x", body),
        lambda: acts.replace(services, actor, made, body, 1),
        lambda: acts.run(services, actor, made, {}),
        lambda: acts.plan(services, actor, made, None, {}),
        lambda: acts.hand_in(services, actor, made, body),
        lambda: acts.archive(services, actor, made),
        lambda: acts.open_about(services, actor, "turn", "1", "x"),
    ]


def test_nobody_runs_before_an_administrator_lets_them(services: Services) -> None:
    made = acts.save(services, ANA, "Informe", notebook([code("1")]))
    with pytest.raises(MayNotRun):
        acts.run(services, ADMIN, made, {})
    with pytest.raises(MayNotRun):
        acts.run(services, Actor("api key", "admin"), made, {})
    with pytest.raises(Forbidden):
        people.let_run(services, ANA, ANA.name, True)


@pytest.mark.parametrize("how", ["taken", "lowered", "shut out"])
def test_a_right_that_was_taken_meanwhile_holds_no_more(services: Services, how: str) -> None:
    run_id = ask(services, "1")
    if how == "taken":
        people.let_run(services, ADMIN, ANA.name, False)
    elif how == "lowered":
        people.change_role(services, ADMIN, ANA.name, "viewer")
    else:
        people.disable(services, ADMIN, ANA.name)
    jobs.take(services, run_id, SHORT)
    run = services.store.notebook_runs.get(run_id)
    assert (run.state, run.error) == (RunState.FAILED, RunError.NO_RIGHT)
    assert services.store.notebook_runs.executed(run_id) is None


def test_an_administrators_run_has_an_editors_rights(services: Services) -> None:
    people.let_run(services, ADMIN, ADMIN.name, True)
    made = acts.save(services, ADMIN, "Informe", notebook([code("1")]))
    run_id = acts.run(services, ADMIN, made, {})
    leased = services.store.notebook_runs.lease(run_id)
    assert leased is not None
    token = acts.lend_token(services, leased, 60)
    found = services.store.tokens.find(token)
    assert found is not None
    assert found.actor == Actor(ADMIN.name, "editor")


def test_where_nothing_can_be_sealed_nothing_runs(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = ask(services, "1")
    monkeypatch.setattr(landlock, "abi", lambda *_: 3)
    with pytest.raises(Invalid, match="not run here"):
        ask(services, "1")
    jobs.take(services, run_id, SHORT)
    assert services.store.notebook_runs.get(run_id).error is RunError.UNSEALED


UNSEALED = """
import os, sys
sys.argv = ["x"]
from knowledge.parsing import landlock
landlock.abi = lambda *_: {abi}
from jobs import notebook_kernel
os.environ["JPY_PARENT_PID"] = str(os.getppid())
notebook_kernel.main("/nowhere", "1", str(2**31), "5", "-f", "none.json")
"""


@pytest.mark.usefixtures("database_url")
@pytest.mark.parametrize("abi", [0, 3])
def test_a_kernel_that_cannot_be_sealed_starts_nothing(abi: int) -> None:
    root = Path(landlock.__file__).parents[2]
    command = [sys.executable, "-c", UNSEALED.format(abi=abi)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    assert done.returncode == 3, done.stderr
