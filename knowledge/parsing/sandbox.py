"""A process that opens other people's files gives up what it will not need, for good.

Four layers, each of which must hold without the others:

* limits of the kernel (setrlimit) on memory, CPU seconds, open files and bytes written;
* Landlock (Linux 5.13 and newer): of all files it can read its own and the libraries, nothing else;
* a filter of the kernel (seccomp, Linux on x86-64 and ARM64, needs no privilege) under which
  opening a socket, starting a program, making or meddling with a process and changing a file fail,
  also for the C code of a parser;
* an audit hook of Python (PEP 578), which refuses the same and every file opened for writing.

What is left to a parser that is taken over: to lie about the text, and to see which names there are
on the disk. The environment it starts with holds no secret (see `knowledge.parsing.loaders`). Where
the kernel has no Landlock it can read what this user may read, and the studio says so
(`knowledge.parsing.landlock.abi`); where it knows no such filter either (macOS), the audit hook is
all there is against the network.
"""

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

from knowledge.errors import Unreadable
from knowledge.parsing import landlock
from knowledge.parsing.system_calls import CLONE, CLONE3, PRLIMIT, REFUSED

MEMORY = 576 * 1024**2  # bytes of address space
CPU_SECONDS = 20
_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "pty.",
    "shutil.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.spawn",
    "os.posix_spawn",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
    "os.kill",
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_ROOT = Path(__file__).resolve().parents[2]  # where .env lies, and the data by default
# Beside what Python imports: shared libraries and what is looked up while they are loaded.
_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/os-release",
    "/etc/ssl/openssl.cnf",
)

# What differs by machine: AUDIT_ARCH (linux/audit.h), clone, prlimit64, what is refused.
_CALLS = {
    name: (
        arch,
        CLONE[at],
        PRLIMIT[at],
        {called: call for called, calls in REFUSED.items() if (call := calls[at])},
    )
    for at, (name, arch) in enumerate({"x86_64": 0xC000003E, "aarch64": 0xC00000B7}.items())
}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_PR_SET_NO_NEW_PRIVS = 38
_SET_FILTER, _ALL_THREADS = 1, 1
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _FIRST = 0, 4, 16  # places in struct seccomp_data
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050001, 0x00050026  # EPERM, ENOSYS
_CLONE_THREAD = 0x00010000
_AND = 0x54
_AF_INET, _AF_INET6, _SOCK_STREAM, _SOCK_TYPE, _IPPROTO_TCP = 2, 10, 1, 0xF, 6
_OTHER_ABI = 0x40000000  # x32's numbers begin here

Step = tuple[int, int, int, int]


def seal(path: Path) -> None:
    """Give up memory, time, files, programs and the network before any of *path* is read.

    Raises Unreadable when the kernel has Landlock and does not grant it: nothing is then read.
    """
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    keep_files(path)
    filter_calls()
    sys.addaudithook(_refuse)


def keep_files(path: Path) -> bool:
    """Read *path* and the libraries from now on, no other file. False without Landlock."""
    give_up_new_privileges()
    try:
        return landlock.restrict([path, *libraries(path)])
    except OSError as error:
        raise Unreadable(
            "Files cannot be opened safely on this machine at the moment, so it was not read. "
            "Tell whoever runs it.",
            "file_unsealed",
        ) from error


def libraries(path: Path) -> list[Path]:
    """What imports read. Never a folder that our own files or *path* lie in."""
    prefixes = [Path(prefix, "lib") for prefix in (sys.prefix, sys.base_prefix)]
    found = [*map(Path, filter(None, sys.path)), *prefixes, *map(Path, _SYSTEM)]
    kept_from = (_ROOT, path.resolve())
    folders = dict.fromkeys(one.resolve() for one in found)
    return [one for one in folders if not any(ours.is_relative_to(one) for ours in kept_from)]


def give_up_new_privileges() -> bool:
    """Have no program that this process starts gain rights by its file. False elsewhere."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def filter_calls(spared: Container[str] = (), tcp_only: bool = False) -> bool:
    """Have the kernel refuse, to all threads of this process, the calls of `_CALLS`.

    Not those that are *spared*, by name. *tcp_only*: a socket is for TCP or refused.
    False where the kernel knows no such filter.
    """
    machine = _CALLS.get(platform.machine())
    if machine is None or not give_up_new_privileges():
        return False
    arch, clone, prlimit, calls = machine
    refused = [number for name, number in calls.items() if name not in spared]
    more = _tcp_alone(calls["socket"]) if tcp_only else []
    program = _program(arch, clone, prlimit, refused, more)
    held = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: a count, and a pointer at its own alignment
    argument = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
    number = ctypes.c_long(_SECCOMP[platform.machine()])
    return bool(ctypes.CDLL(None).syscall(number, _SET_FILTER, _ALL_THREADS, argument) == 0)


def can_hold_programs() -> bool:
    """Whether this machine can seal what is a program itself: its files, ports and calls."""
    return landlock.abi() >= landlock.KNOWS_PORTS and platform.machine() in _CALLS


def _program(
    machine: int, clone: int, prlimit: int, calls: Sequence[int], more: Sequence[Step] = ()
) -> bytes:
    """Classic BPF: another machine's calls, those named and new processes are refused."""
    steps: list[Step] = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER),
        *_when(_AT_LEAST, _OTHER_ABI, _REFUSE),
        *(step for call in calls for step in _when(_EQUAL, call, _REFUSE)),
        *_when(_EQUAL, CLONE3, _UNKNOWN),  # the C library then falls back on clone
        *_only_when(clone, _ANY_BIT, _CLONE_THREAD),
        *_only_when(prlimit, _EQUAL, 0),
        *more,
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _when(test: int, value: int, answer: int) -> list[Step]:
    """Answer at once when what was loaded passes the *test* against *value*."""
    return [(test, 0, 1, value), (_RETURN, 0, 0, answer)]


def _only_when(call: int, test: int, value: int) -> list[Step]:
    """Allow *call* when its first argument passes the *test*, refuse it otherwise."""
    allow, refuse = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)
    return [(_EQUAL, 0, 4, call), (_LOAD, 0, 0, _FIRST), (test, 0, 1, value), allow, refuse]


def _tcp_alone(socket: int) -> list[Step]:
    """Refuse each *socket* but those of TCP over IP: Landlock knows the ports of no other.

    Neither UDP nor MPTCP, nor sockets that are files of this machine, such as a database's.
    """
    steps: list[Step] = [
        (_LOAD, 0, 0, _FIRST),
        (_EQUAL, 1, 0, _AF_INET),
        (_EQUAL, 0, 6, _AF_INET6),
        (_LOAD, 0, 0, _FIRST + 8),
        (_AND, 0, 0, _SOCK_TYPE),
        (_EQUAL, 0, 3, _SOCK_STREAM),
        (_LOAD, 0, 0, _FIRST + 16),
        (_EQUAL, 2, 0, 0),
        (_EQUAL, 1, 0, _IPPROTO_TCP),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return [(_EQUAL, 0, len(steps), socket), *steps]


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    writes = event == "open" and len(arguments) > 2 and bool(int(arguments[2] or 0) & _WRITES)
    if writes or event.startswith(_FORBIDDEN):
        raise PermissionError(event)
