"""The installation's own token: made once, for its own user only (`test_keys.py` has the file)."""

import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import Invalid
from agent.log import redact
from agent.own_token import FILE, own_token
from agent.settings import Settings


def installation(folder: Path, **more: object) -> Settings:
    return Settings(_env_file=None, data_dir=folder, **more)  # type: ignore[arg-type]


def test_it_is_made_once_and_read_by_its_own_user_only(tmp_path: Path) -> None:
    settings = installation(tmp_path / "data")
    token = own_token(settings)
    assert own_token(settings) == token
    assert len(token) == 64
    kept = tmp_path / "data" / FILE
    assert kept.read_text().strip() == token
    assert kept.stat().st_mode & 0o777 == 0o600


def test_two_installations_have_two(tmp_path: Path) -> None:
    assert own_token(installation(tmp_path / "a")) != own_token(installation(tmp_path / "b"))


def test_where_keys_are_set_the_first_of_them_is_shown_and_no_file_made(tmp_path: Path) -> None:
    assert own_token(installation(tmp_path, api_keys=" one ,two")) == "one"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "\n", "  "])
def test_a_file_that_holds_none_opens_nothing_and_says_what_to_do(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(Invalid, match="remove it"):
        own_token(installation(tmp_path))


def run(folder: Path, *, module: str = "agent.own_token") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module],
        capture_output=True,
        text=True,
        timeout=60,
        env={"DATA_DIR": str(folder), "LANG": "en"},
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_the_command_prints_it_and_nothing_else(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.stdout == own_token(installation(tmp_path)) + "\n"
    assert done.stderr == ""


@pytest.mark.parametrize("module", ["agent.own_token", "bot", "bot.chat"])
def test_a_program_that_needs_it_ends_with_a_sentence(tmp_path: Path, module: str) -> None:
    (tmp_path / FILE).touch()
    done = run(tmp_path, module=module)
    assert done.returncode == 1
    assert "remove it" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_log_shows_it(tmp_path: Path) -> None:
    token = own_token(installation(tmp_path))
    assert token not in redact(f"somebody asked with {token} for it")
