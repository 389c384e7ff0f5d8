"""The README's lines about the HTTP API, run as they are written, against a stack that runs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.programs import needed
from tests.stack.conftest import World
from tests.stack.running import ROOT
from tests.test_docs import API, README, blocks

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]


def checkout(folder: Path) -> Path:
    """This checkout, with the environment that the tests run in as its own."""
    for path in ROOT.iterdir():
        if path.name not in (".venv", "data"):
            (folder / path.name).symlink_to(path)
    (folder / ".venv").mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.name not in (".main", ".uv"):
            (folder / ".venv" / path.name).symlink_to(path)
    for made in (".uv", ".main"):
        (folder / ".venv" / made).touch()
    return folder


def answers(text: str) -> Iterator[dict[str, Any]]:
    """The JSON documents that stand one after the other in *text*."""
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        found, end = decoder.raw_decode(rest)
        yield found
        rest = rest[end:].strip()


def run(world: World, folder: Path, paper: str) -> str:
    """Run the curl lines of *paper* as they are written; return what they print."""
    needed("curl")
    [written] = [block for block in blocks(paper) if "curl" in block]
    here = written.replace("127.0.0.1:3000", world.stack.bot.removeprefix("http://"))
    environment = world.stack.environment() | {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["sh", "-eu", "-c", here],
        cwd=checkout(folder),
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_api_by_curl_works_as_written(world: World, tmp_path: Path) -> None:
    made, taken, read, released, said = answers(run(world, tmp_path, README))
    assert made["draft"]["name"] == "Vera"
    assert taken["sources"][0]["name"] == "propuesta-de-valor.md"
    assert read["sources"][0]["id"] == taken["sources"][0]["id"]
    assert released["number"] == 2
    assert said["reply"]
    assert said["version"] == "Vera v2"
    assert said["conversation_id"] == "ana"


def test_the_lines_about_the_whole_api_work_as_written(world: World, tmp_path: Path) -> None:
    told = list(answers(run(world, tmp_path, API)))
    assert [one for one in told if isinstance(one.get("error"), dict)] == []
    me, changed, differs, looked, _shares, kept, searched, at_once, *_rest = told
    assert me["role"] == "admin"
    assert changed["draft"]["tone"] == "Formal y breve"
    assert "tone" in [one["field"] for one in differs["changes"]]
    assert looked["replaced"] is None
    assert kept["id"]
    assert searched["passages"][0]["text"] == "Sí, de cualquier sucursal."
    assert at_once["effect"] == "at_once"
    turns = [one for one in told if "outcome" in one and "version" in one]
    assert {one["outcome"] for one in turns} == {"answered"}, turns
