"""Files become text here: checked from outside, then parsed by a throw-away child process.

Other people's files are opened by large parsers. The child has little memory, little time, no
secrets in its environment, no network, no file to read but this one and no way to write any
(`knowledge.parsing.sandbox`); when it dies, nobody else does.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from knowledge.base import MAX_BYTES, READABLE, Document, Section
from knowledge.errors import Unreadable
from knowledge.notices import from_stored
from knowledge.parsing import archive
from knowledge.parsing.wide import is_text
from knowledge.text import storable

SECONDS = 100  # on a busy machine: the work itself has `sandbox.CPU_SECONDS`
PAIRS = ".pairs"  # questions with answers, as `knowledge.ingest.written` keeps them
# What is added to the name of a source of each kind, for reading it.
READ_AS = {"file": "", "url": "", "text": ".md", "pairs": PAIRS}
# -P: modules are never taken from the folder that the worker happens to stand in.
COMMAND = (sys.executable, "-B", "-P", "-m", "knowledge.parsing.child")
_ROOT = Path(__file__).resolve().parents[2]
_ZIPPED = (".docx", ".pptx", ".xlsx")
_SLOW = (-signal.SIGXCPU, -signal.SIGKILL)  # how a child ends that ran out of time
_ENVIRONMENT = {
    "PATH": os.defpath,
    "PYTHONPATH": str(_ROOT),
    "PYTHONIOENCODING": "utf-8:replace",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",  # else each thread takes 64 MB of address space
    "LANG": "C.UTF-8",
}


def read_document(path: Path, name: str) -> Document:
    """The text of the file at *path*, called *name*. Raises Unreadable with a sentence."""
    ending = Path(name).suffix.lower()
    if ending not in (*READABLE, PAIRS):
        raise Unreadable("Files of this type cannot be read.", "file_type")
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable("The file is too large.", "file_size")
    _check_kind(path, ending)
    return _parse(path, ending)


def _check_kind(path: Path, ending: str) -> None:
    """Refuse a file that is not what its name says, and archives that swell."""
    with path.open("rb") as file:
        start = file.read(1024)
    if ending == ".pdf" and b"%PDF-" not in start:
        raise Unreadable("This is not a PDF, whatever its name says.", "file_kind")
    if ending in _ZIPPED:
        if not start.startswith(b"PK"):
            raise Unreadable(
                "This is not a document of that type, or it has a password.", "file_kind"
            )
        archive.check(path)
    if ending not in (".pdf", *_ZIPPED) and not is_text(start):
        raise Unreadable("This is not a text file, whatever its name says.", "file_kind")


def _parse(path: Path, ending: str) -> Document:
    command = [*COMMAND, str(path.resolve()), ending]
    child = subprocess.Popen(  # noqa: S603 (our own module; the path is an argument, not a shell's)
        command,
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    alarm = threading.Timer(SECONDS, child.kill)
    alarm.start()
    try:
        found = _sections(child)
    finally:
        alarm.cancel()
        child.kill()
        child.communicate()
    return found


def _sections(child: "subprocess.Popen[bytes]") -> Document:
    """What the child says, a line at a time, so that nothing is held twice."""
    found = Document()
    for line in child.stdout or ():
        try:
            said: dict[str, Any] = storable(json.loads(line))
        except ValueError:  # it died in the middle of a line
            break
        if "error" in said:
            raise Unreadable(said["error"], said["code"])
        if "end" in said:
            return found
        if "notices" in said:
            found.notices = from_stored(said["notices"])
            continue
        found.append(_section(said))
    if child.wait() in _SLOW:
        raise Unreadable(
            "Reading it took too long. Divide it and add the parts.",
            "file_slow",
        )
    raise Unreadable("The file is damaged, or too much for us.", "file_damaged")


def _section(said: dict[str, Any]) -> Section:
    if said["fields"]:  # the names of a table's columns are kept once
        said["fields"] = {sys.intern(name): cell for name, cell in said["fields"].items()}
    return Section(**said)
