"""The child that parses one file: `python -m knowledge.child PATH ENDING`, JSON on its output."""

import dataclasses
import json
import resource
import sys
from pathlib import Path
from typing import Any

from knowledge.base import Section
from knowledge.errors import Unreadable
from knowledge.formats import READERS
from knowledge.orphans import die_with_parent

MEMORY = 1 << 30
CPU_SECONDS = 30
MAX_CHARACTERS = 10_000_000
_FORBIDDEN = (
    "socket.connect",
    "socket.bind",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.fork",
)


def main(path: str, ending: str) -> int:
    """Parse and print; every fault becomes a sentence."""
    die_with_parent()
    _limit()
    try:
        answer: dict[str, Any] = {"sections": _sections(Path(path), ending)}
    except Unreadable as error:
        answer = {"error": str(error), "code": error.code}
    except MemoryError:
        answer = {"error": "The file is too much for us. Divide it.", "code": "file_memory"}
    except Exception as error:  # the door of this process: parsers raise anything
        answer = {"error": "The file is damaged and cannot be read.", "code": "file_damaged"}
        print(type(error).__name__, file=sys.stderr)
    sys.stdout.write(json.dumps(answer))
    return 0


def _sections(path: Path, ending: str) -> list[dict[str, Any]]:
    found, length = [], 0
    for section in READERS[ending](path):
        if section.text.strip():
            length += len(section.text)
            found.append(dataclasses.asdict(_clean(section)))
        if length > MAX_CHARACTERS:
            raise Unreadable("There is too much text in it. Divide it.", "too_long")
    if not found:
        raise Unreadable("There is no text in it.", "no_text")
    return found


def _clean(section: Section) -> Section:
    """Without the characters that people cannot see and models can."""
    return dataclasses.replace(
        section,
        text=_visible(section.text),
        heading=_visible(section.heading)[:300],
        fields={_visible(k): _visible(v) for k, v in section.fields.items()}
        if section.fields is not None
        else None,
    )


def _visible(text: str) -> str:
    spaced = text.replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in spaced if c == "\n" or c.isprintable() or c == "\t").strip()


def _limit() -> None:
    """Give up memory, time, files and the network before any of the file is looked at."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(event)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
