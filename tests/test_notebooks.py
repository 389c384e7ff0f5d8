"""Every notebook runs from top to bottom with no key and no stack, and is committed stripped."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from actions.queues import SilentWakeUp
from actions.services import open_services
from agent.answering import Answering
from agent.errors import AgentError, Invalid, NotFound
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import Spec
from knowledge.search.retriever import Retriever
from knowledge.vectors.in_process import vectors_in_process
from notebooks.lab import Lab

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST_CELL = 15
SECONDS = 400  # reading the samples takes half a minute, more where the machine is busy

pytestmark = pytest.mark.timeout(SECONDS)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def lab_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's own folder: the first notebook fills it, the others find it filled."""
    return tmp_path_factory.mktemp("lab")


@pytest.fixture
def quiet_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel sees nothing of the developer's own configuration."""
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")


def run(name: str, lab_folder: Path, probe: str) -> tuple[Any, str]:
    """Execute a notebook in *lab_folder*; return what *probe* says then, and its last output."""
    notebook = read(FOLDER / f"{name}.ipynb")
    place = next(n for n, cell in enumerate(notebook.cells) if "tags" in cell.metadata)
    given = nbformat.v4.new_code_cell(f"data_dir = {str(lab_folder)!r}")
    notebook.cells.insert(place + 1, given)
    notebook.cells.append(nbformat.v4.new_code_cell(f"import json\nprint(json.dumps({probe}))"))
    where = {"metadata": {"path": str(FOLDER)}}  # as `make notebook` starts it
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=where).execute()
    last, probed = notebook.cells[-2], notebook.cells[-1]
    return json.loads(probed.outputs[0].text), last.outputs[0].data["text/markdown"]


@pytest.fixture
def lab(settings: Settings) -> Iterator[Lab]:
    """A lab with one agent that knows nothing yet."""
    services = open_services(settings, SilentWakeUp())
    vectors = vectors_in_process(str(settings.data_dir / "chroma"))
    retriever = Retriever(services.database, vectors, services.embedders)
    runtime = Runtime(settings, retriever)
    services.store.agents.create(Spec(name="Vera", brand="Sol"), "ana@example.com")
    yield Lab(services, Answering(vectors, retriever, runtime), None)
    runtime.close()
    services.database.close()


def test_an_agents_name_stands_for_its_draft(lab: Lab) -> None:
    assert lab.ask("Vera", "Hola").text == lab.ask(lab.draft("Vera"), "Hola").text
    assert list(lab.trial("Vera", "Hola").question) == ["Hola"]
    assert lab.search("Vera", "pan").empty


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (lambda lab: lab.draft("Eva"), r"no agent called Eva\. lab\.agents\(\) lists"),
        (lambda lab: lab.draft("Vera", tono="x"), "no field tono. It has: name, brand"),
        (lambda lab: lab.ask("Vera"), "Write what the customer says"),
        (lambda lab: lab.ask("Vera", ["Hola"]), "Write what the customer says"),
        (lambda lab: lab.measure("Vera", "autos"), "Vera has no knowledge base"),
        (lambda lab: lab.sweep("Vera", "autos"), "Vera has no knowledge base"),
    ],
)
def test_a_slip_gets_a_sentence(lab: Lab, slip: Callable[[Lab], object], said: str) -> None:
    with pytest.raises((Invalid, NotFound), match=said):
        slip(lab)


def test_two_agents_of_one_name_are_told_apart_by_their_id(lab: Lab) -> None:
    other = lab.services.store.agents.create(Spec(name="Vera", brand="Luna"), "ana@example.com")
    with pytest.raises(AgentError, match=f"2 agents are called Vera.*{other}"):
        lab.draft("Vera")
    assert lab.draft(other).brand == "Luna"


def test_there_are_three_notebooks() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03"]


def test_notebooks_are_committed_without_outputs() -> None:
    command = [sys.executable, "-m", "nbstripout", "--verify", *map(str, NOTEBOOKS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_starts_with_its_question_and_ends_with_its_answer(path: Path) -> None:
    cells = read(path).cells
    assert "**Pregunta:**" in cells[0].source
    assert "**Respuesta:**" in cells[-1].source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_are_short(path: Path) -> None:
    assert [c.source for c in read(path).cells if c.source.count("\n") >= LONGEST_CELL] == []


@pytest.mark.usefixtures("quiet_home")
def test_the_first_turn(lab_folder: Path) -> None:
    probe = "[lab.alone, source, changed.text, list(trial.outcome), list(trial.answer)]"
    (alone, source, greeting, outcomes, answers), said = run("01_first_turn", lab_folder, probe)
    assert alone
    assert source == "garantia.pdf"
    assert "Lucía" in greeting
    assert outcomes == ["answered", "answered", "answered", "handoff"]
    assert "5,579.77" in answers[2]
    assert said.startswith("**Respuesta:** Sofía contesta con lo que dice *garantia.pdf*")


@pytest.mark.usefixtures("quiet_home")
def test_knowledge(lab_folder: Path) -> None:
    probe = "[list(sources.state), len(ranks), json.loads(result.to_json(orient='index'))]"
    (states, asked, by_way), said = run("02_knowledge", lab_folder, probe)
    assert set(states) == {"ready"}
    assert asked >= 40
    assert by_way["hybrid"]["hit@5"] > 0.6
    assert by_way["hybrid"]["MRR"] > max(by_way["vector"]["MRR"], by_way["lexical"]["MRR"])
    assert by_way["hybrid"]["refused"] > 0.3
    assert "de las respuestas queda entre los cinco primeros" in said


@pytest.mark.usefixtures("quiet_home")
def test_conversations(lab_folder: Path) -> None:
    probe = "[list(conversations.owner), list(replay.asked), [bool(x) for x in replay.same]]"
    (owners, asked, same), said = run("03_conversations", lab_folder, probe)
    assert owners == ["human", "bot", "bot"]
    assert dict(zip(asked, same, strict=True)) == {
        "Quiero hablar con una persona": True,
        "¿Cuánto pago al mes por uno de 280,000 con 60,000 de enganche a 48 meses?": True,
        "Hola": False,  # the other draft greets by another name
        "¿Qué garantía tienen los autos?": True,
    }
    assert "de 4 turnos, el otro borrador contesta distinto en 1" in said
