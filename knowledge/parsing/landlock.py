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
_NET_PORT = 2
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_WRITE_FILE = 1 << 1 | _READ_FILE | 1 << 14  # and cut it short
# List, remove, make folders, files, sockets, pipes and links, and move them.
_WRITE_FOLDER = _WRITE_FILE | _READ_FOLDER | sum(1 << bit for bit in (4, 5, 7, 8, 9, 10, 12, 13))
_CONNECT = 0b10
_NET = 0b01 | _CONNECT  # TCP: bind and connect
KNOWS_PORTS = 4  # the first version that does
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


def restrict(
    readable: Iterable[Path],
    call: Call = kernel,
    writable: Iterable[Path] = (),
    ports: Iterable[int] = (),
) -> bool:
    """Keep this process from all but reading what lies at or beneath *readable*, for ever.

    And but for reading and changing what lies at or beneath *writable*, and connecting to the TCP
    *ports* of any machine (refused and allowed from version `KNOWS_PORTS` on).
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
            _allow(rules, path, call, _READ_FILE, _READ_FILE | _READ_FOLDER)
        known = _rights(version)
        for path in writable:
            _allow(rules, path, call, _WRITE_FILE & known, _WRITE_FOLDER & known)
        for port in ports if version >= KNOWS_PORTS else ():
            call(ADD, rules, _NET_PORT, struct.pack("QQ", _CONNECT, port), 0)
        call(RESTRICT, rules, 0)
    finally:
        os.close(rules)
    return True


def _rights(version: int) -> int:
    """Every right on files that this version knows."""
    return (1 << 13 + (version >= 2) + (version >= 3) + (version >= 5)) - 1


def _refused(version: int) -> bytes:
    """struct landlock_ruleset_attr, as long as this version of it."""
    words = [_rights(version)]
    words += [_NET] * (version >= KNOWS_PORTS) + [_SCOPE] * (version >= 6)
    return struct.pack(f"{len(words)}Q", *words)


def _allow(rules: int, path: Path, call: Call, of_file: int, of_folder: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        is_folder = stat.S_ISDIR(os.fstat(place).st_mode)
        rights = of_folder if is_folder else of_file
        # struct landlock_path_beneath_attr, which is packed
        call(ADD, rules, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)
