"""Landlock: a process gives up, for good, every file but those it names (Linux 5.13 and newer).

By its three system calls; no privilege is needed. Each version of the kernel's interface (ABI) can
refuse more; all that this one knows, up to ABI 7, is refused:
files read, listed, written, made, removed, run (1), moved between folders (2), cut short (3), TCP
(4), calls on devices (5), signals and abstract sockets to processes outside (6).
After https://docs.kernel.org/userspace-api/landlock.html and linux/landlock.h.
What it does not know: to look up names, sizes and times of files, and UDP.
"""

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

CREATE, ADD, RESTRICT = 444, 445, 446  # on every machine
_VERSION, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_NET = 0b11  # TCP: bind and connect
_SCOPE = 0b11  # abstract unix sockets, signals

Call = Callable[..., int]


def kernel(number: int, *arguments: int | bytes | None) -> int:
    """Make the system call *number*. Raises OSError."""
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    answer = int(ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *given))
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def abi(call: Call = kernel) -> int:
    """The version of the kernel's Landlock. 0: it is too old, was started without it, has been
    told to keep it from this process (containers of old), or is another system's."""
    if sys.platform != "linux":
        return 0
    try:
        return call(CREATE, None, 0, _VERSION)
    except OSError:
        return 0


def restrict(readable: Iterable[Path], call: Call = kernel) -> bool:
    """Keep this process from all but reading what lies at or beneath *readable*, for ever.

    False where the kernel has no Landlock. A path that is not there is passed over. The process
    must have given up new privileges (PR_SET_NO_NEW_PRIVS). Raises OSError when the kernel has
    Landlock and refuses all the same: then nothing is restricted.
    """
    version = abi(call)
    if not version:
        return False
    refused = _refused(version)
    rules = call(CREATE, refused, len(refused), 0)
    try:
        for path in readable:
            _allow(rules, path, call)
        call(RESTRICT, rules, 0)
    finally:
        os.close(rules)
    return True


def _refused(version: int) -> bytes:
    """struct landlock_ruleset_attr, as long as this version of it."""
    rights = 13 + (version >= 2) + (version >= 3) + (version >= 5)
    words = [(1 << rights) - 1]
    words += [_NET] * (version >= 4) + [_SCOPE] * (version >= 6)
    return struct.pack(f"{len(words)}Q", *words)


def _allow(rules: int, path: Path, call: Call) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        is_folder = stat.S_ISDIR(os.fstat(place).st_mode)
        rights = _READ_FILE | (_READ_FOLDER if is_folder else 0)
        # struct landlock_path_beneath_attr, which is packed
        call(ADD, rules, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)
