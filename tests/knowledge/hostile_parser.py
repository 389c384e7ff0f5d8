"""A parser that was taken over, at large in a sealed child: `python -c "..." PATH TARGETS`.

It speaks to the kernel through the C library, past Python's own hook, as code that a damaged file
had executed would. What each of its tries came to goes back as the text of the file.
"""

import ctypes
import json
import os
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from knowledge.base import Section
from knowledge.parsing import child

WENT_WELL = 0
LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100


def _said(answer: int) -> int:
    """The error number, or WENT_WELL."""
    return ctypes.get_errno() if answer == -1 else WENT_WELL


def reads(path: str) -> int:
    """Try to open *path* for reading."""
    return _said(LIBC.open(path.encode(), os.O_RDONLY))


def lists(path: str) -> int:
    """Try to open a folder."""
    return _said(LIBC.open(path.encode(), os.O_RDONLY | os.O_DIRECTORY))


def changes(folder: str) -> dict[str, int]:
    """Try to change what lies in *folder*, in every way there is."""
    kept, made = f"{folder}/kept".encode(), f"{folder}/made".encode()
    return {
        "write": _said(LIBC.open(kept, os.O_WRONLY)),
        "append": _said(LIBC.open(kept, os.O_WRONLY | os.O_APPEND)),
        "cut": _said(LIBC.open(kept, os.O_RDWR | os.O_TRUNC)),
        "truncate": _said(LIBC.truncate(kept, 0)),
        "create": _said(LIBC.open(made, os.O_WRONLY | os.O_CREAT, 0o600)),
        "nameless": _said(LIBC.open(folder.encode(), os.O_RDWR | 0o20200000, 0o600)),
        "mkdir": _said(LIBC.mkdir(made, 0o700)),
        "fifo": _said(LIBC.mkfifo(made, 0o600)),
        "link": _said(LIBC.link(kept, made)),
        "symlink": _said(LIBC.symlink(b"/etc/passwd", made)),
        "rename": _said(LIBC.rename(kept, made)),
        "unlink": _said(LIBC.unlink(kept)),
    }


def marks(folder: str) -> dict[str, int]:
    """Try to change what a file is said to be: what Landlock does not know."""
    kept = f"{folder}/kept".encode()
    return {
        "chmod": _said(LIBC.chmod(kept, 0o777)),
        "chown": _said(LIBC.chown(kept, -1, -1)),
        "times": _said(LIBC.utimes(kept, None)),
        "attribute": _said(LIBC.setxattr(kept, b"user.a", b"b", 1, 0)),
    }


def connects(port: int) -> int:
    """Try to reach a server on this machine."""
    server = LIBC.socket(2, 1, 0)
    if server == -1:
        return _said(server)
    address = struct.pack(
        "=HH4s8x", 2, int.from_bytes(port.to_bytes(2, "big"), sys.byteorder), b"\x7f\x00\x00\x01"
    )
    return _said(LIBC.connect(server, address, len(address)))


def meddles(parent: int) -> dict[str, int]:
    """Try to reach the process that started this one."""
    memory = ctypes.create_string_buffer(8)
    place = struct.pack("PN", ctypes.addressof(memory), 8)
    return {
        "signal": _said(LIBC.kill(parent, 0)),
        "memory": _said(LIBC.process_vm_readv(parent, place, 1, place, 1, 0)),
        "trace": _said(LIBC.ptrace(0x4206, parent, None, None)),
    }


def limits(parent: int) -> int:
    """Try to change how much its parent may do."""
    return _said(LIBC.prlimit(parent, 7, None, None))


def attack(targets: dict[str, Any]) -> dict[str, Any]:
    """Try everything."""
    return {
        "reads": {path: reads(path) for path in targets["files"]},
        "lists": {path: lists(path) for path in targets["folders"]},
        "own file": reads(targets["own"]),
        "changes": changes(targets["folder"]),
        "marks": marks(targets["folder"]),
        "connects": connects(targets["port"]),
        "meddles": meddles(targets["parent"]),
        "limits": limits(targets["parent"]),
        "own limits": limits(0),
    }


def reader(targets: dict[str, Any]) -> Callable[[Path], Iterator[Section]]:
    """The attack in a parser's clothes."""

    def read(path: Path) -> Iterator[Section]:
        yield Section(json.dumps(attack(targets)))

    return read


def main(path: str, targets: str) -> int:
    """Be the child that reads *path*."""
    child.READERS = {".txt": reader(json.loads(targets))}  # type: ignore[misc]
    return child.main(path, ".txt")
