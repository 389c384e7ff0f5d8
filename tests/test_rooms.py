"""The shape of the house: which room may know which, and that importing a module does nothing."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = (
    "actions", "agent", "bot", "channels", "jobs", "knowledge", "notebooks", "serving", "simulator",
    "store", "studio",
)  # fmt: skip
ALLOWED = {
    "knowledge": set(),
    "agent": {"knowledge"},
    "store": {"agent", "knowledge"},
    "channels": {"agent", "store"},
    "serving": {"agent"},
    "actions": {"agent", "channels", "knowledge", "store"},
    "bot": {"actions", "agent", "channels", "serving", "store"},
    "jobs": {"actions", "agent", "channels", "knowledge", "store"},
    "studio": {"actions", "agent", "channels", "knowledge", "store"},
    "simulator": {"agent", "channels", "serving"},
    "notebooks": {"actions", "agent", "channels", "jobs", "knowledge", "store"},
}
LONGEST_MODULE = 500
MIGRATIONS = "store.db.migrations"
# What a process has no use for costs its start time and memory, and its customers the wait.
MODELS = {"langchain", "langgraph", "langsmith", "openai"}
PARSERS = {"trafilatura", "markitdown", "openpyxl", "pypdf", "pandas"}
WEB = {"flask", "werkzeug", "uvicorn", "gradio"}
ALWAYS_LEFT_OUT = {"alembic", "mako", "chromadb", "asyncpg"} | PARSERS
LEFT_OUT = {
    "bot.app": MODELS | {"gradio", "numpy", "httpcore"},
    "jobs.conversations": WEB,
    "jobs.sweep": MODELS | WEB | {"numpy", "httpcore"},
    "jobs.chores": MODELS | WEB,
    "jobs.alive": MODELS | WEB | {"numpy", "httpcore", "Stemmer"},
}
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


def imported(name: str, tree: ast.AST) -> Iterator[str]:
    """The dotted names that the imports of *tree* (in module *name*) bring in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else str(node.module)


def roots(names: Iterator[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def in_house(names: Iterator[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] in ROOMS}


ARROWS = {name: in_house(imported(name, tree)) - {name} for name, tree in TREES.items()}


def test_every_room_is_here() -> None:
    assert {name.split(".")[0] for name in MODULES} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_knows_only_the_rooms_it_may(room: str) -> None:
    strangers = [
        f"{name} -> {target}"
        for name, targets in ARROWS.items()
        for target in targets
        if name.split(".")[0] == room and target.split(".")[0] not in ALLOWED[room] | {room}
    ]
    assert strangers == []


def test_nothing_imports_the_tests() -> None:
    guests = [name for name, tree in TREES.items() if "tests" in roots(imported(name, tree))]
    assert guests == []


def test_imports_go_round_in_no_circle() -> None:
    assert circle({name: targets & MODULES.keys() for name, targets in ARROWS.items()}) == []


def test_a_circle_would_be_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def circle(arrows: dict[str, set[str]]) -> list[str]:
    """One circle in *arrows*, or nothing."""
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for target in sorted(arrows.get(name, ())):
            found = walk(target, [*path, name])
            if found:
                return found
        done.add(name)
        return []

    for name in arrows:
        found = walk(name, [])
        if found:
            return found
    return []


def test_no_function_imports_one_of_our_modules() -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    hidden = [
        f"{name}: {target}"
        for name, tree in TREES.items()
        for function in ast.walk(tree)
        if isinstance(function, functions)
        for target in in_house(imported(name, function))
    ]
    assert hidden == []


def test_every_module_says_what_it_is() -> None:
    assert [name for name, tree in TREES.items() if not ast.get_docstring(tree)] == []


def test_every_module_is_short_enough_to_read() -> None:
    lines = {name: len(MODULES[name].read_text("utf-8").splitlines()) for name in READABLE}
    assert {name: count for name, count in lines.items() if count > LONGEST_MODULE} == {}


@pytest.mark.parametrize("file", ["requirements.txt", *(
    f"requirements/{name}" for name in ("main.in", "dev.in", "notebooks.in", "dev.txt",
                                        "notebooks.txt"))])  # fmt: skip
def test_packages_that_are_kept_out_stay_out(file: str) -> None:
    lines = (ROOT / file).read_text().splitlines()
    names = {re.split(r"[\s=<>;\[]", line, maxsplit=1)[0].lower() for line in lines}
    assert names & set(UNWANTED) == set()


def test_no_module_leans_on_rq_for_time_or_order() -> None:
    used = [
        f"{name}: {word}"
        for name, path in MODULES.items()
        for word in ("rq.scheduler", "rq_scheduler", "with_scheduler", "enqueue_in", "enqueue_at",
                     "RateLimit(", "Retry(max")
        if word in path.read_text(encoding="utf-8")
    ]  # fmt: skip
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
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, *arguments],
        capture_output=True, text=True, cwd=ROOT, timeout=100, check=False,
    )  # fmt: skip
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
    names = in_a_fresh_process(f"import sys, {process}; print(*sys.modules)").split()
    loaded = {name.split(".")[0].split("_")[0] for name in names} | {"twilio.rest"} & set(names)
    assert loaded & (LEFT_OUT[process] | ALWAYS_LEFT_OUT | {"twilio.rest"}) == set()
