"""A parser that was taken over reads its own file and the libraries, and reaches nothing else."""

import ctypes
import errno
import io
import json
import os
import platform
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter

from knowledge.parsing import landlock, loaders, sandbox
from knowledge.parsing.loaders import read_document
from knowledge.parsing.system_calls import CLONE, PRLIMIT, REFUSED
from studio.texts import has
from tests.knowledge import documents

FILTERED = sys.platform == "linux" and platform.machine() in sandbox._CALLS


def _landlock_of_this_kernel() -> int:
    """Asked here once more, by itself: what is under test may be what is broken."""
    if sys.platform != "linux":
        return 0
    return max(0, int(ctypes.CDLL(None).syscall(ctypes.c_long(444), None, 0, 1)))


KERNEL = _landlock_of_this_kernel()
needs_landlock = pytest.mark.skipif(
    not KERNEL, reason="LANDLOCK IS NOT HERE: WHAT A PARSER CAN READ WAS NOT TESTED"
)
needs_filter = pytest.mark.skipif(not FILTERED, reason="SECCOMP IS NOT HERE: IT WAS NOT TESTED")


class Prey:
    """A worker's surroundings: its data, its secrets, its neighbours."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        for name in ("studio.db", ".env", "kept", "files/another-upload", "files/upload"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("secret")
        (folder / "files/alias").symlink_to(folder / ".env")
        self.upload = folder / "files/upload"
        self.secrets = [str(folder / name) for name in ("studio.db", ".env", "kept", "files/alias")]
        self.secrets += [
            str(folder / "files/another-upload"),
            str(loaders._ROOT / "pyproject.toml"),
        ]
        self.secrets += [f"/proc/{os.getpid()}/environ", f"/proc/{os.getpid()}/maps"]
        self.secrets += ["/etc/passwd", "/etc/hostname", "/proc/self/environ", "/proc/self/mem"]
        self.folders = [str(folder), str(folder / "files"), str(loaders._ROOT), "/", "/etc", "/tmp"]
        self.folders += [os.path.expanduser("~"), f"/proc/{os.getpid()}/fd", "/dev/shm"]
        self._port = port

    @property
    def targets(self) -> str:
        """What the parser goes for."""
        return json.dumps(
            {
                "files": self.secrets,
                "folders": self.folders,
                "own": str(self.upload),
                "folder": str(self.folder),
                "port": self._port,
                "parent": os.getpid(),
            }
        )

    def said(self, code: str) -> dict[str, Any]:
        """The first line of a child that executes *code*."""
        command = [*loaders.COMMAND[:-2], "-c", code, str(self.upload), self.targets]
        done = subprocess.run(command, env=loaders._ENVIRONMENT, capture_output=True, check=True)
        return dict(json.loads(done.stdout.splitlines()[0]))

    def after(self, code: str) -> dict[str, Any]:
        """What came of the attack in a child that executes *code*."""
        return dict(json.loads(self.said(code)["text"]))

    def is_whole(self) -> bool:
        """True when nobody changed anything."""
        names = sorted(path.name for path in self.folder.iterdir())
        return names == [".env", "files", "kept", "studio.db"] and all(
            (self.folder / name).read_text() == "secret" for name in (".env", "kept", "studio.db")
        )


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.fixture
def prey(tmp_path: Path, listener: socket.socket) -> Prey:
    return Prey(tmp_path, listener.getsockname()[1])


SEALED = (
    "import sys; from tests.knowledge.hostile_parser import main; sys.exit(main(*sys.argv[1:]))"
)
ONE_LAYER = """
import json, sys
from pathlib import Path
from knowledge.parsing import sandbox
from tests.knowledge.hostile_parser import attack
assert {layer}
print(json.dumps({{"text": json.dumps(attack(json.loads(sys.argv[2])))}}))
"""
LANDLOCK_ALONE = ONE_LAYER.format(layer="sandbox.keep_files(Path(sys.argv[1]))")
FILTER_ALONE = ONE_LAYER.format(layer="sandbox.filter_calls()")
NO_LAYER = ONE_LAYER.format(layer="True")
SINCE = {"changes truncate": 3, "connects": 4, "meddles signal": 6}  # the version that knows it
DENIED = {errno.EACCES, errno.EPERM}


def _flat(came: dict[str, Any]) -> dict[str, int]:
    """One level, the file's own and the process's own left out."""
    found = {}
    for what, result in came.items():
        if what not in ("own file", "own limits"):
            found |= {
                f"{what} {name}".strip(): number
                for name, number in (result if isinstance(result, dict) else {"": result}).items()
            }
    return found


@needs_landlock
@needs_filter
def test_a_parser_that_was_taken_over_reads_its_own_file_and_reaches_nothing_else(
    prey: Prey, listener: socket.socket
) -> None:
    came = prey.after(SEALED)
    assert {what: number for what, number in _flat(came).items() if number not in DENIED} == {}
    assert came["own file"] == came["own limits"] == 0
    assert prey.is_whole()
    with pytest.raises(BlockingIOError):
        listener.accept()


@needs_landlock
def test_landlock_alone_keeps_files_the_network_and_other_processes(prey: Prey) -> None:
    came = prey.after(LANDLOCK_ALONE)
    unknown_to_it = {what for what in _flat(came) if what.startswith("marks")} | {"limits"}
    unknown_to_it |= {what for what, version in SINCE.items() if version > KERNEL}
    got = {what for what, number in _flat(came).items() if number not in DENIED}
    assert got - unknown_to_it == set()
    assert came["own file"] == 0
    assert prey.is_whole() or "changes truncate" in got


@needs_filter
def test_the_filter_alone_keeps_the_network_other_processes_and_what_files_are_said_to_be(
    prey: Prey, listener: socket.socket
) -> None:
    came = prey.after(FILTER_ALONE)
    kept = [came["connects"], came["limits"], *came["meddles"].values(), *came["marks"].values()]
    assert set(kept) == {errno.EPERM}
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_without_a_seal_the_attack_would_succeed(prey: Prey, listener: socket.socket) -> None:
    """Else the tests above could not fail."""
    came = prey.after(NO_LAYER)
    assert came["reads"][prey.secrets[0]] == came["lists"][prey.folders[0]] == 0
    assert came["changes"]["write"] == came["connects"] == came["meddles"]["signal"] == 0
    assert not prey.is_whole()
    listener.accept()[0].close()


EVERY_CALL = """
import ctypes, json
from knowledge.parsing import sandbox
from knowledge.parsing.system_calls import REFUSED
assert sandbox.filter_calls()
libc = ctypes.CDLL(None, use_errno=True)
at = list(sandbox._CALLS).index(sandbox.platform.machine())
told = {}
for name, numbers in REFUSED.items():
    if numbers[at] is not None:
        wrong = [ctypes.c_long(-1)] * 6
        answer = libc.syscall(ctypes.c_long(numbers[at]), *wrong)
        told[name] = ctypes.get_errno() if answer == -1 else answer
print(json.dumps(told))
import threading
done = []
thread = threading.Thread(target=done.append, args=(1,))
thread.start(); thread.join()
assert done
"""


@needs_filter
def test_every_call_of_the_table_is_refused_and_a_thread_may_still_be_made() -> None:
    command = [sys.executable, "-c", EVERY_CALL]
    done = subprocess.run(command, env=loaders._ENVIRONMENT, capture_output=True, check=True)
    told = json.loads(done.stdout)
    assert len(told) > 40
    assert {name: number for name, number in told.items() if number != errno.EPERM} == {}


def test_no_number_stands_for_two_calls() -> None:
    for at in (0, 1):
        numbers = [call[at] for call in (*REFUSED.values(), CLONE, PRLIMIT) if call[at]]
        assert len(numbers) == len(set(numbers))


def _locked(body: bytes) -> bytes:
    """A PDF that anybody may read, and only its owner change: its text is encrypted."""
    writer = PdfWriter(clone_from=io.BytesIO(body))
    writer.encrypt("", "owner", algorithm="AES-256")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()


KINDS = {
    "a.pdf": lambda: documents.pdf("hola"),
    "locked.pdf": lambda: _locked(documents.pdf("hola")),
    "a.docx": lambda: documents.word("Precios", "hola", [["a", "b"], ["c", "d"]]),
    "a.pptx": lambda: documents.slides(("hola", "mundo")),
    "a.xlsx": lambda: documents.workbook(A=[["a", "b"], ["hola", 1]]),
    "a.csv": lambda: b"a,b\nhola,2\n",
    "a.html": lambda: b"<html><body><h1>Tienda</h1><p>hola, abrimos a las nueve.</p></body></html>",
    "a.htm": lambda: b"<p>hola</p>",
    "a.md": lambda: b"# hola\n\nAbrimos.",
    "a.txt": lambda: b"hola",
    "a.pairs": lambda: "P: ¿hola?\nR: Sí.".encode(),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_is_read_all_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / "stored"
    path.write_bytes(KINDS[name]())
    assert "hola" in " ".join(f"{one.heading} {one.text}" for one in read_document(path, name))


def test_the_libraries_never_hold_what_is_ours(tmp_path: Path, monkeypatch: Any) -> None:
    """Neither where the program lies, nor above it, nor a folder with the file in it."""
    upload = tmp_path / "data" / "files" / "upload"
    for entry in (str(sandbox._ROOT), "/", str(tmp_path), "", str(tmp_path / "data" / "files")):
        monkeypatch.syspath_prepend(entry)
    found = sandbox.libraries(upload)
    assert len(found) > 3
    assert not any(sandbox._ROOT.is_relative_to(one) or upload.is_relative_to(one) for one in found)


class Kernel:
    """One with Landlock of a version, or with none; notes what it is asked."""

    def __init__(self, version: int, fault: int = 0) -> None:
        self.version, self.fault = version, fault
        self.refused, self.rules, self.held = b"", list[tuple[int, str]](), False
        self.rule_set = -1

    def __call__(self, number: int, *arguments: Any) -> int:
        if not self.version:
            raise OSError(errno.ENOSYS, "not here")
        if number == landlock.CREATE:
            return self._create(*arguments)
        if number == landlock.ADD:
            return self._add(*arguments)
        if self.fault:
            raise OSError(self.fault, "refused")
        self.held = arguments == (self.rule_set, 0)
        return 0

    def _create(self, refused: bytes | None, size: int, flags: int) -> int:
        if refused is None:
            assert (size, flags) == (0, 1)
            return self.version
        assert (len(refused), flags) == (size, 0)
        self.refused = refused
        self.rule_set = os.open(os.devnull, os.O_RDONLY)
        return self.rule_set

    def _add(self, rule_set: int, kind: int, rule: bytes, flags: int) -> int:
        rights, place = struct.unpack("=Qi", rule)
        assert (rule_set, kind, flags) == (self.rule_set, 1, 0)
        self.rules.append((rights, os.readlink(f"/proc/self/fd/{place}")))
        return 0


needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")


@needs_linux
@pytest.mark.parametrize(
    ("version", "words"),
    [
        (1, (0x1FFF,)),
        (2, (0x3FFF,)),
        (3, (0x7FFF,)),
        (4, (0x7FFF, 3)),
        (5, (0xFFFF, 3)),
        (6, (0xFFFF, 3, 3)),
        (7, (0xFFFF, 3, 3)),
        (12, (0xFFFF, 3, 3)),
    ],
)
def test_each_version_of_landlock_is_asked_for_all_it_knows_and_no_more(
    tmp_path: Path, version: int, words: tuple[int, ...]
) -> None:
    (tmp_path / "file").touch()
    kernel = Kernel(version)
    assert landlock.abi(kernel) == version
    assert landlock.restrict([tmp_path, tmp_path / "file", tmp_path / "none"], kernel)
    assert kernel.held
    assert struct.unpack(f"{len(words)}Q", kernel.refused) == words
    assert kernel.rules == [(0b1100, str(tmp_path)), (0b100, str(tmp_path / "file"))]
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(kernel.rule_set)


@needs_linux
def test_a_kernel_without_landlock_is_told_from_one_that_refuses(tmp_path: Path) -> None:
    assert landlock.abi(Kernel(0)) == 0
    assert not landlock.restrict([tmp_path], Kernel(0))
    refusing = Kernel(6, fault=errno.E2BIG)
    with pytest.raises(OSError, match="refused"):
        landlock.restrict([tmp_path], refusing)
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(refusing.rule_set)


def test_what_this_kernel_has_is_told() -> None:
    assert landlock.abi() == KERNEL


CHANGED = """
import sys
from knowledge.parsing import child, landlock
def restrict(paths): {body}
landlock.restrict = restrict
sys.exit(child.main(sys.argv[1], ".txt"))
"""


def test_without_landlock_reading_goes_on(prey: Prey) -> None:
    assert prey.said(CHANGED.format(body="return False"))["text"] == "secret"


def test_where_landlock_refuses_nothing_is_read(prey: Prey) -> None:
    said = prey.said(CHANGED.format(body="raise OSError"))
    assert said["code"] == "file_unsealed"
    assert "text" not in said
    assert has("es", f"error.knowledge.{said['code']}")
