"""Every notebook runs from top to bottom with no key: on a private stack, and unchanged from an
environment that has nothing but the lab's package. They are committed stripped."""

import ast
import importlib.metadata as metadata
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from actions.people import Visit, change_password, invite, make_token
from actions.services import open_services
from agent.actor import Actor
from agent.settings import Settings
from notebooks.lab.opening import Private, private

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST_CELL, MOST_CELLS = 15, 15
SECONDS = (
    400  # starting a stack and reading the samples takes half a minute, more on a busy machine
)
ROOMS = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"notebooks"}

pytestmark = pytest.mark.timeout(SECONDS)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code(path: Path) -> list[str]:
    """The cells that run."""
    return [cell.source for cell in read(path).cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def stack() -> Iterator[Private]:
    """What `open_lab()` starts in a checkout where nothing runs."""
    found = private(ROOT)
    yield found
    found.close()
    assert not found.folder.exists()


@pytest.fixture
def quiet_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel sees nothing of the developer's own configuration."""
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")


def run(path: Path, probe: str) -> Any:
    """Execute a notebook where `make notebook` does; return what *probe* says then."""
    notebook = read(path)
    notebook.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({probe}))"))
    where = {"metadata": {"path": str(FOLDER)}}
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=where).execute()
    return json.loads(notebook.cells[-1].outputs[-1].text)


# --- how they are committed


def test_the_notebooks_are_here() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05"]


def test_notebooks_are_committed_without_outputs() -> None:
    command = [sys.executable, "-m", "nbstripout", "--verify", *map(str, NOTEBOOKS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_starts_with_its_question_and_ends_with_its_answer(path: Path) -> None:
    cells = read(path).cells
    assert "**Pregunta:**" in cells[0].source
    assert "*Question:" in cells[0].source
    assert "Respuesta:" in cells[-1].source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_short_enough_to_read(path: Path) -> None:
    assert [source for source in code(path) if source.count("\n") >= LONGEST_CELL] == []
    assert len(code(path)) < MOST_CELLS


def imported(source: str) -> set[str]:
    """The packages that code imports, its own modules and Python's aside."""
    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [str(one.module) for one in nodes if isinstance(one, ast.ImportFrom) and not one.level]
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names


def test_the_lab_imports_httpx_and_pandas_alone() -> None:
    sources = [path.read_text("utf-8") for path in (FOLDER / "lab").glob("*.py")]
    assert set().union(*map(imported, sources)) == {"httpx", "pandas"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_imports_the_lab_and_pandas_alone(path: Path) -> None:
    assert imported("\n".join(code(path))) <= {"lab", "pandas"}


# --- on the stack that `open_lab()` starts


@pytest.fixture
def at_home(stack: Private, quiet_home: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """`open_lab()` finds the stack as it finds that of `make run`."""
    monkeypatch.setenv("BOT_PORT", str(stack.ports["BOT_PORT"]))
    monkeypatch.setenv("DATA_DIR", str(stack.folder / "data"))


def named(number: str) -> Path:
    [found] = (path for path in NOTEBOOKS if path.stem.startswith(number))
    return found


@pytest.mark.usefixtures("at_home")
def test_a_first_agent() -> None:
    greeting, hours = run(named("01"), "list(changed.answer)")
    assert greeting.startswith("¡Hola! Soy Vera, de Panadería Sol.")
    assert "14:00" in hours
    assert run(named("01"), "len(lab.agents().query('name == @agent_name'))") == 1  # once more


@pytest.mark.usefixtures("at_home")
def test_knowledge() -> None:
    states, hits = run(named("02"), "[list(sources.state), dict(ways.hit5)]")
    assert set(states) == {"ready"}
    assert hits["hybrid"] > 0.6


@pytest.mark.usefixtures("at_home")
def test_conversations_and_labels() -> None:
    answered, verdicts = run(named("03"), "[list(turns.question), list(labels.verdict)]")
    assert "¿Qué garantía tienen?" in answered
    assert "right" in verdicts
    assert len(verdicts) == len(answered)


@pytest.mark.usefixtures("at_home")
def test_an_experiment_and_a_release() -> None:
    verdict, number = run(named("04"), "[comparison.verdict, version.number]")
    assert verdict in ("same", "accident")
    assert number == 2


@pytest.mark.usefixtures("at_home")
def test_a_weekly_report() -> None:
    turns, told = run(named("05"), "[len(turns), told]")
    assert turns >= 0
    assert told >= 0


# --- from an environment that has the lab's package alone, with a person's token

CELLS = """import json, sys
names = {"__name__": "__main__"}
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), names)
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel and what it asks for: nothing is downloaded."""
    folder = tmp_path_factory.mktemp("elsewhere")
    wheel = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(wheel, cwd=FOLDER, check=True, capture_output=True, timeout=100)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python: Path = folder / "venv" / "bin" / "python"
    [place] = (folder / "venv").glob("lib/*/site-packages")
    [built] = folder.glob("*.whl")
    shutil.unpack_archive(built, place, "zip")
    [own] = metadata.distributions(path=[str(place)])
    for name in needed(own):
        link(name, place)
    return python


def needed(own: metadata.Distribution, seen: tuple[str, ...] = ()) -> set[str]:
    """The names of the packages that a package asks for, and that those ask for."""
    asked = [one for one in own.requires or () if "extra ==" not in one and "win32" not in one]
    names = {re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in asked} - set(seen)
    names = {name for name in names if is_here(name)}
    found = set(names)
    for name in names:
        found |= needed(metadata.distribution(name), (*seen, *names))
    return found


def is_here(name: str) -> bool:
    """Whether the package is in this environment; some are for another Python or system."""
    try:
        return bool(metadata.distribution(name))
    except metadata.PackageNotFoundError:
        return False


def link(name: str, place: Path) -> None:
    """Let the files of an installed package be in another environment, too."""
    here = Path(sysconfig.get_path("purelib"))
    for top in {file.parts[0] for file in metadata.files(name) or () if file.parts[0] != ".."}:
        if not (place / top).exists() and top != "__pycache__":
            os.symlink(here / top, place / top)


@pytest.fixture(scope="module")
def token(stack: Private) -> str:
    """A token of an editor, made as the studio makes them."""
    data = stack.folder / "data"
    services = open_services(Settings(_env_file=None, data_dir=data))
    root, ana = Actor("admin@localhost", "admin"), Actor("ana@example.com", "editor")
    password = invite(services, root, ana.name, "editor", "Ana")
    change_password(services, ana, password, "una frase segura 7", Visit("127.0.0.1"))
    made = make_token(services, ana, "cuaderno", "editor", 30)
    services.database.close()
    return made


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_same_notebook_runs_elsewhere(
    path: Path, elsewhere: Path, stack: Private, token: str, tmp_path: Path
) -> None:
    given = {"LAB_URL": stack.url, "LAB_TOKEN": token, "PATH": os.environ["PATH"]}
    command = [elsewhere, "-c", CELLS, str(path)]
    done = subprocess.run(
        command, cwd=tmp_path, env=given, capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 0, done.stderr
    assert "Respuesta:" in done.stdout


def test_there_is_nothing_but_the_lab_there(elsewhere: Path, tmp_path: Path) -> None:
    names = sorted(ROOMS | {"gradio", "sqlalchemy", "IPython"})
    look = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
    done = subprocess.run(
        [elsewhere, "-c", look], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_elsewhere_without_an_address_it_says_what_to_give(elsewhere: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [elsewhere, "-c", "from lab import open_lab; open_lab()"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert "Give its address and a token of yours" in done.stderr
