"""The kernel of a notebook that a worker runs: it gives up what it will not need, then executes.

Layers, each of which must hold without the others:

* limits of the kernel (setrlimit) on memory, CPU seconds, open files and the size of a file;
* Landlock (`knowledge.parsing.landlock`): its own folder is read and written, Python and the
  client of the API are read, and of all TCP ports one can be connected to: the API's;
* a filter of calls (seccomp): no other program or process, no UDP, and no socket that is a file,
  by which a database or a container's engine can be reached. The kernel's own sockets (ZeroMQ over
  such files) are open before it holds.

Landlock knows ports, not machines: whoever runs a notebook can reach that port of another machine.
Where one of them is missing, nothing is run.
"""

import os
import resource
import sys
from pathlib import Path

from ipykernel.kernelapp import IPKernelApp

from knowledge.orphans import die_with_parent
from knowledge.parsing import landlock, sandbox

LAB = Path(__file__).resolve().parents[1] / "notebooks"  # where the client of the API lies
FILES, LARGEST_FILE = 256, 64 * 1024**2  # open at once; bytes
DEVICES = ("/dev/urandom", "/dev/random", "/dev/zero")
UNSEALED = 3  # the status with which a kernel ends that could not be sealed
# What a notebook needs of what a parser does not: the API, and the files of its folder.
SPARED = frozenset(
    {
        *("socket", "socketpair", "connect"),
        *("rename", "renameat", "renameat2", "mkdir", "mkdirat", "rmdir", "creat"),
        *("link", "linkat", "unlink", "unlinkat", "symlink", "symlinkat", "truncate"),
    }
)


def main(folder: str, port: str, memory: str, seconds: str, *arguments: str) -> None:
    """Execute what is asked, sealed. *memory* in bytes, *seconds* of CPU; *arguments* are IPython's
    own: where it is asked."""
    die_with_parent()
    if os.getppid() != int(os.environ["JPY_PARENT_PID"]):  # it died before the line above
        return
    _limit(int(memory), int(seconds))
    _keep_to(Path(folder), int(port))
    sys.path[:] = [str(LAB), *(one for one in sys.path if Path(one or ".") != LAB.parent)]
    app = IPKernelApp.instance()
    app.initialize([*arguments, "--HistoryManager.enabled=False"])
    if not sandbox.filter_calls(SPARED, tcp_only=True):
        sys.exit(UNSEALED)
    app.start()


def _limit(memory: int, seconds: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _keep_to(folder: Path, port: int) -> None:
    """Read the libraries and *folder*, write *folder*, connect to *port*, and nothing else."""
    sandbox.give_up_new_privileges()
    readable = [*sandbox.libraries(folder), LAB, *map(Path, DEVICES)]
    if landlock.abi() < landlock.KNOWS_PORTS:
        sys.exit(UNSEALED)
    landlock.restrict(readable, writable=[folder, Path("/dev/null")], ports=[port])


if __name__ == "__main__":
    main(*sys.argv[1:])
