"""Where the studio is: given, found on this machine, or told what to give."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from notebooks.lab import LabError, keeper, open_lab, opening
from notebooks.lab.opening import checkout
from tests.waiting import until

NAMES = ("LAB_URL", "LAB_TOKEN", "BOT_PORT", "DATA_DIR", "API_KEYS")
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is set."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "https://x.test"}, "Give a token for https://x.test: the studio makes one"),
        ({"token": "abc"}, "Give the address, too"),
        ({"url": "x", "token": "abc"}, "'x' is no address"),
        ({"url": NOBODY, "token": "abc"}, f"Nobody answers at {NOBODY}"),
    ],
)
def test_what_is_missing_is_said(given: dict[str, str], said: str) -> None:
    with pytest.raises(LabError, match=said):
        open_lab(**given)


def test_what_a_notebook_in_the_studio_is_given_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_URL", NOBODY)
    monkeypatch.setenv("LAB_TOKEN", "abc")
    with pytest.raises(LabError, match=f"Nobody answers at {NOBODY}"):
        open_lab()


def test_far_from_a_checkout_it_says_what_to_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "checkout", lambda: None)
    with pytest.raises(LabError, match="Give its address and a token of yours"):
        open_lab()


def test_the_checkout_is_found_from_the_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[2]
    monkeypatch.chdir(root / "notebooks")
    assert checkout() == root


@pytest.mark.parametrize(
    ("dotenv", "environment", "url", "token"),
    [
        ("", {}, "http://127.0.0.1:3000", "own"),
        ('BOT_PORT="4000"\n# API_KEYS=no\n', {}, "http://127.0.0.1:4000", "own"),
        ("BOT_PORT=4000\n", {"BOT_PORT": "5000"}, "http://127.0.0.1:5000", "own"),
        ("API_KEYS= first , second\n", {}, "http://127.0.0.1:3000", "first"),
        ("DATA_DIR=other\n", {}, "http://127.0.0.1:3000", "others"),
    ],
)
def test_the_running_stack_is_where_its_settings_say(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dotenv: str,
    environment: dict[str, str],
    url: str,
    token: str,
) -> None:
    for folder, kept in {"data": "own\n", "other": "others\n"}.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "api-token").write_text(kept)
    (tmp_path / ".env").write_text(dotenv)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(opening, "_is_up", lambda url: True)
    monkeypatch.setattr(opening, "Api", lambda url, token: asked.append((url, token)))
    monkeypatch.setattr(opening, "Lab", lambda api: api)
    opening.running(tmp_path)
    assert asked == [(url, token)]


def test_a_stack_that_does_not_run_is_none(tmp_path: Path) -> None:
    assert opening.running(tmp_path) is None
    (tmp_path / ".env").write_text("API_KEYS=x\nBOT_PORT=9\n")
    assert opening.running(tmp_path) is None


def test_whatever_ends_the_notebook_ends_its_stack_and_leaves_nothing(tmp_path: Path) -> None:
    folder, port = tmp_path / "private", tmp_path / "pid"
    folder.mkdir()
    stack = f"import os,signal; open({str(port)!r}, 'w').write(str(os.getpid())); signal.pause()"
    notebook = (
        "import subprocess, signal, sys\n"
        f"subprocess.Popen([sys.executable, {keeper.__file__!r}, {str(folder)!r}, sys.executable,"
        f" '-c', {stack!r}], stdin=subprocess.PIPE, start_new_session=True)\nsignal.pause()\n"
    )
    kernel = subprocess.Popen([sys.executable, "-c", notebook], stderr=subprocess.DEVNULL)
    until(lambda: port.exists() and port.read_text(), what="the stack's start")
    kernel.send_signal(signal.SIGKILL)
    kernel.wait(10)
    until(lambda: not folder.exists(), what="the end of the stack")
    with pytest.raises(ProcessLookupError):
        os.kill(int(port.read_text()), 0)


def test_a_private_stack_knows_nothing_of_its_users_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://x")
    found = opening._environment(tmp_path, tmp_path, {"BOT_PORT": 1})
    assert not {"OPENAI_API_KEY", "DATABASE_URL"} & found.keys()
    assert found["DATA_DIR"] == str(tmp_path / "data")


def test_a_private_stack_that_cannot_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "__init__.py").touch()
    (tmp_path / "jobs" / "stack.py").write_text("raise SystemExit('no room here')")
    with pytest.raises(LabError, match="The private studio did not start"):
        opening.private(tmp_path)
