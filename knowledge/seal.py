"""A process that opens other people's files gives up what it will not need, for good.

Three layers, each of which must hold without the others:

* limits of the kernel (setrlimit) on memory, CPU seconds, open files and bytes written;
* a filter of the kernel (seccomp, Linux on x86-64 and ARM64, needs no privilege) under which
  opening a socket, starting a program, making a process and renaming or removing a file fail,
  also for the C code of a parser;
* an audit hook of Python (PEP 578), which refuses the same and every file opened for writing.

What is left to a parser that is taken over: to read files that this user may read, and to lie
about the text. The environment it starts with holds no secret (see `knowledge.loaders`). Where the
kernel knows no such filter (macOS), the audit hook is all there is against the network.
"""

import ctypes
import os
import platform
import resource
import struct
import sys
from typing import Any

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

# Numbers of system calls, by machine: (AUDIT_ARCH, clone, calls); linux/audit.h and asm/unistd.h.
_CALLS = {
    "x86_64": (
        0xC000003E,
        56,
        # socket connect bind listen socketpair, fork vfork execve execveat, kill ptrace,
        # rename mkdir rmdir creat link unlink symlink chmod, mkdirat unlinkat renameat linkat
        # symlinkat fchmodat renameat2, truncate, io_uring_setup
        (41, 42, 49, 50, 53, 57, 58, 59, 322, 62, 101, 82, 83, 84, 85, 86, 87, 88, 90,
         258, 263, 264, 265, 266, 268, 316, 76, 425),
    ),
    "aarch64": (
        0xC00000B7,
        220,
        # the same, as far as ARM64 has them
        (198, 203, 200, 201, 199, 221, 281, 129, 117, 34, 35, 38, 37, 36, 53, 276, 45, 425),
    ),
}  # fmt: skip
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050001, 0x00050026  # EPERM, ENOSYS
_CLONE3, _CLONE_THREAD = 435, 0x00010000  # a thread of this process may be made, a process not
_OTHER_ABI = 0x40000000  # x32's numbers begin here


def seal() -> None:
    """Give up memory, time, files, programs and the network before any of the file is read."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    filter_calls()
    sys.addaudithook(_refuse)


def filter_calls() -> bool:
    """Have the kernel refuse the calls of `_CALLS`. False where it knows no such filter."""
    machine = _CALLS.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return False
    program = _program(*machine)
    held = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: a count, and a pointer at its own alignment
    argument = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.c_char_p(argument), 0, 0) == 0


def _program(machine: int, clone: int, calls: tuple[int, ...]) -> bytes:
    """Classic BPF: another machine's calls, those named and new processes are refused."""
    allow = len(calls) + 8
    refuse, unknown = allow + 1, allow + 2  # where each answer stands; jumps are relative
    after = len(calls) + 4
    steps = [
        (_LOAD, 0, 0, 4),  # seccomp_data.arch
        (_EQUAL, 0, refuse - 2, machine),
        (_LOAD, 0, 0, 0),  # seccomp_data.nr
        (_AT_LEAST, refuse - 4, 0, _OTHER_ABI),
        *((_EQUAL, refuse - 1 - at, 0, call) for at, call in enumerate(calls, start=4)),
        (_EQUAL, unknown - after - 1, 0, _CLONE3),  # the C library then falls back on clone
        (_EQUAL, 0, allow - after - 2, clone),
        (_LOAD, 0, 0, 16),  # seccomp_data.args[0]: clone's flags
        (_ANY_BIT, 0, refuse - after - 4, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _UNKNOWN),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    writes = event == "open" and len(arguments) > 2 and bool(int(arguments[2] or 0) & _WRITES)
    if writes or event.startswith(_FORBIDDEN):
        raise PermissionError(event)
