"""The papers say what is so: commands, settings, links, routes and log lines that they name."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from werkzeug.exceptions import HTTPException

from actions.queues import SilentWakeUp
from actions.services import open_services
from agent.settings import Settings
from agent.spec import Spec
from bot.app import create_app
from bot.schemas import ChatIn, ReleaseIn
from tests.test_rooms import ROOMS, arrows_meant

ROOT = Path(__file__).parent.parent
TOP = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
PAPERS = [*TOP, *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BODIES = {"/agents": Spec, "/agents/AGENT/release": ReleaseIn, "/chat": ChatIn}

each_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)


def blocks(text: str) -> list[str]:
    """The shell blocks of *text*."""
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


def inline(text: str) -> list[str]:
    """What stands between single backticks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def commands(text: str) -> list[str]:
    lines = [line.split("#")[0].strip() for block in blocks(text) for line in block.splitlines()]
    return lines + inline(text)


def modules_run(text: str) -> set[str]:
    return {found for line in commands(text) for found in re.findall(r"python3? -m ([\w.]+)", line)}


@each_paper
def test_every_make_target_exists(paper: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    lines = commands(paper.read_text(encoding="utf-8"))
    named = {found for line in lines for found in re.findall(r"^make ([a-z]+)", line)}
    assert named <= targets


def test_the_readme_starts_in_two_commands() -> None:
    assert [line.split("#")[0].strip() for line in blocks(README)[0].splitlines()] == [
        "make run",
        "make test",
    ]


@each_paper
def test_every_variable_is_a_setting(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    words = [word for line in inline(text) for word in re.findall(r"\b[A-Z]+_[A-Z_]+\b", line)]
    words += [name for block in blocks(text) for name in re.findall(r"\b([A-Z_]+_[A-Z_]+)=", block)]
    services = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    compose = set(re.findall(r"(?:\$\{|^ +)([A-Z]+_[A-Z_]+)\b", services, re.MULTILINE))
    lab = set(re.findall(r"\bLAB_[A-Z]+\b", (ROOT / "notebooks/lab/opening.py").read_text("utf-8")))
    assert set(words) <= {name.upper() for name in Settings.model_fields} | compose | lab


@each_paper
def test_every_link_leads_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", paper.read_text(encoding="utf-8"))
    assert [link for link in links if not (paper.parent / link).exists()] == []


@each_paper
def test_every_module_that_is_run_exists(paper: Path) -> None:
    for module in modules_run(paper.read_text(encoding="utf-8")):
        path = ROOT / module.replace(".", "/")
        path = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
        assert 'if __name__ == "__main__":' in path.read_text(encoding="utf-8"), module


@each_paper
def test_every_file_that_is_named_exists(paper: Path) -> None:
    rooms = "|".join((*ROOMS, "tests", "docs"))
    named = [
        word
        for word in inline(paper.read_text(encoding="utf-8"))
        if re.fullmatch(rf"({rooms})/[\w./-]+", word) and "NAME" not in word
    ]
    assert [word for word in named if not (ROOT / word).exists()] == []


@each_paper
def test_papers_are_free_of_places_and_numbers_of_ours(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    assert re.findall(r"/(?:root|home|work|tmp)/\S*|\bissue \d+", text) == []


def test_the_rooms_table_draws_the_arrows_that_are_kept() -> None:
    rows = re.findall(r"^\| \[(\w+)/\]\(\w+/\) \|[^|]*\| ([^|]*) \|", README, re.MULTILINE)
    told = {room: set(re.findall(r"\w+", may)) & set(ROOMS) for room, may in rows}
    assert told == arrows_meant()


def test_what_a_newcomer_looks_for_is_where_contributing_says() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    places = re.findall(r"^\| ([^|]+) \| `(\w+)` in \[([\w/.]+)\]", text, re.MULTILINE)
    assert [what for what, _, _ in places] == [
        "a password is checked",
        "Twilio's signature is verified",
        "a passage is ranked",
        "a release is refused",
    ]
    for _, function, path in places:
        code = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^def {function}\(", code, re.MULTILINE), path


def test_what_runs_before_a_commit_is_what_lint_runs() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    tools = {hook["entry"].split()[0] for hook in config["repos"][0]["hooks"]}
    recipe = (ROOT / "Makefile").read_text().split("\nlint:")[1].split("\n\n")[0]
    assert tools == {f".venv/bin/{tool}" for tool in re.findall(r"\$\(BIN\)/(\S+)", recipe)}


def test_the_changelog_files_the_version_under_its_heads() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased, newest = re.split(r"^## ", text, flags=re.MULTILINE)[1:3]
    heads = ["Added", "Changed", "Fixed"]
    assert unreleased.startswith("[Unreleased]")
    assert re.match(rf"\[{re.escape(project['version'])}\] - \d{{4}}-\d\d-\d\d\n", newest)
    assert re.findall(r"^### (\w+)", newest, re.MULTILINE) == heads
    assert set(re.findall(r"^### (\w+)", unreleased, re.MULTILINE)) <= set(heads)


def test_decisions_are_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text())
    assert listed == sorted(path.name for path in folder.glob("0*.md"))


def test_log_lines_that_are_explained_are_logged() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")
    )
    rows = re.findall(r"^\| (`.+?) \|", OPERATIONS.split("## What the log says")[1], re.MULTILINE)
    lines = [line for row in rows for line in re.findall(r"`([^`]+)`", row)]
    phrases = [re.sub(r"NAME | \w+=.*|: .*", "", line) for line in lines]
    assert len(phrases) > 15
    assert [phrase for phrase in phrases if phrase not in code] == []


# --- the API by curl


def curls() -> list[tuple[str, str, str]]:
    """(method, path, body) of every curl in the README."""
    [block] = [block for block in blocks(README) if "curl" in block]
    found = []
    for command in re.split(r"\bcurl -s ", block.replace("\\\n", " "))[1:]:
        path = re.match(r"http://127\.0\.0\.1:3000(\S*?)(?=[\s|)]|$)", command)
        assert path, command
        body = re.search(r"-d (?:'(.*?)'|\"(.*?[^\\])\")(?=\s*$|\s*\n)", command, re.DOTALL)
        given = (body.group(1) or body.group(2).replace('\\"', '"')) if body else ""
        method = "POST" if body or "-F " in command else "GET"
        found.append((method, path.group(1).replace("$ID", "AGENT"), given.replace("$ID", "AGENT")))
    return found


def test_the_readme_calls_routes_that_exist(settings: Settings) -> None:
    services = open_services(settings, SilentWakeUp())
    routes = create_app(services).url_map.bind("127.0.0.1")
    for method, path, _ in curls():
        try:
            routes.match(path, method=method)
        except HTTPException as error:
            pytest.fail(f"{method} {path}: {error}")
    services.database.close()
    assert len(curls()) == 6


def test_the_readme_sends_bodies_that_are_accepted() -> None:
    sent = {path: json.loads(body) for _, path, body in curls() if body}
    assert sent.keys() == BODIES.keys()
    for path, body in sent.items():
        assert BODIES[path].model_validate(body)


def test_the_paper_on_the_api_calls_routes_that_exist(settings: Settings) -> None:
    services = open_services(settings, SilentWakeUp())
    routes = create_app(services).url_map.bind("127.0.0.1")
    called = re.findall(r"127\.0\.0\.1:3000([^\s\"?]+)", API)
    assert len(called) >= 10
    assert [path for path in called if not list(routes.allowed_methods(path))] == []
    services.database.close()
