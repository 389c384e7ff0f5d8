"""Executes a notebook in a sealed kernel (`jobs.notebook_kernel`), within limits.

The cells are papermill's, so that a notebook runs there as here: values are put in behind the cell
with the tag `parameters` (https://papermill.readthedocs.io/en/latest/usage-parameterize.html).
"""

import asyncio
import atexit
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from agent.notebooks import with_parameters
from store.states import RunError

MEMORY = 2 * 1024**3  # bytes of address space
SECONDS = 1800.0
STARTING = 90  # seconds: on a busy machine
BEAT_SECONDS = 5.0
MOST_OUTPUT = 8 * 1024**2  # characters of all outputs together
CUT = "[...]\n"
_ROOT = Path(__file__).resolve().parents[1]
_OUTPUTS = ("stream", "display_data", "execute_result", "update_display_data", "error")
_ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "PYTHONIOENCODING": "utf-8:replace",
    "PYTHONPATH": str(_ROOT),
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",  # else each thread takes 64 MB of address space
    "JUPYTER_PLATFORM_DIRS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}


@dataclass(frozen=True)
class Limits:
    """What one run may take."""

    seconds: float = SECONDS
    memory: int = MEMORY


@dataclass(frozen=True)
class Api:
    """The one address that a run can reach, and what opens it."""

    host: str  # a numeric address: names are not looked up in there
    port: int
    token: str
    run: str = ""  # the run's id: how a notebook names itself as evidence

    @property
    def environment(self) -> dict[str, str]:
        """What tells `lab.open_lab` where it is."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return {
            "LAB_URL": f"http://{host}:{self.port}",
            "LAB_TOKEN": self.token,
            "LAB_RUN": self.run,
        }


@dataclass(frozen=True)
class Ran:
    """What came of it: the executed copy, and why it ended before its end, if it did."""

    notebook: Mapping[str, Any]
    error: RunError | None
    cell: int | None  # the place of the cell that failed, among all cells
    detail: str
    seconds: float
    memory: int  # bytes, at the most


class _Client(NotebookClient):
    """Executes cells; what they print beyond `MOST_OUTPUT` is left out."""

    left = MOST_OUTPUT

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Keep an output while there is room for it."""
        if msg["msg_type"] in _OUTPUTS:
            before, self.left = self.left, self.left - len(str(msg["content"]))
            if self.left < 0:
                msg = {**msg, "msg_type": "stream", "content": {"name": "stderr", "text": CUT}}
                return super().process_message(msg, cell, cell_index) if before >= 0 else None
        return super().process_message(msg, cell, cell_index)


class _Manager(AsyncKernelManager):
    """Starts our kernel, whatever kernels this machine has been taught."""

    command: list[str]

    @property
    def kernel_spec(self) -> KernelSpec:
        """How it is started."""
        return KernelSpec(argv=[*self.command, "-f", "{connection_file}"], language="python")


def execute(
    body: Mapping[str, Any],
    parameters: Mapping[str, Any],
    api: Api,
    limits: Limits,
    goes_on: Callable[[], bool],
) -> Ran:
    """Execute a copy of *body* and return it. *goes_on* is asked every `BEAT_SECONDS`: when it
    says no, the run ends there."""
    notebook = nbformat.from_dict(with_parameters(body, parameters))
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        client = _client(notebook, Path(folder), api.port, limits)
        environment = {**_ENVIRONMENT, **api.environment, "HOME": folder, "TMPDIR": folder}
        work = _within(client, environment, limits, goes_on)
        try:
            with ThreadPoolExecutor(1) as alone:  # a loop of its own, wherever this is called
                error, detail = alone.submit(asyncio.run, work).result()
        finally:
            atexit.unregister(client._cleanup_kernel)  # it is gone
    cell = _failed(notebook) if error else None
    seconds = time.monotonic() - started
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return Ran(dict(notebook), error, cell, detail, seconds, memory)


def _client(notebook: Any, folder: Path, port: int, limits: Limits) -> _Client:
    manager = _Manager(transport="ipc", ip=str(folder / "k"))
    manager.connection_file = str(folder / "kernel.json")
    limit = [str(folder), str(port), str(limits.memory), str(int(limits.seconds) + 1)]
    manager.command = [sys.executable, "-B", "-P", "-m", "jobs.notebook_kernel", *limit]
    client = _Client(
        notebook,
        km=manager,
        timeout=None,
        startup_timeout=STARTING,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
        record_timing=False,
    )
    client.owns_km = True  # it ends the kernel that it starts
    return client


async def _within(
    client: _Client, environment: Mapping[str, str], limits: Limits, goes_on: Callable[[], bool]
) -> tuple[RunError | None, str]:
    work = asyncio.ensure_future(
        client.async_execute(
            env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    )
    end = time.monotonic() + limits.seconds
    while not work.done() and time.monotonic() < end:
        await asyncio.wait({work}, timeout=min(BEAT_SECONDS, max(end - time.monotonic(), 0)))
        if not work.done() and not goes_on():
            return await _ended(work, RunError.STOPPED)
    return await _ended(work, RunError.TOO_LONG)


async def _ended(work: "asyncio.Future[Any]", unless_done: RunError) -> tuple[RunError | None, str]:
    if not work.done():
        work.cancel()
        await asyncio.wait({work})
        return unless_done, ""
    try:
        work.result()
    except CellExecutionError as error:
        return RunError.CELL, f"{error.ename}: {error.evalue}"
    except (DeadKernelError, RuntimeError):  # RuntimeError: it died before it was ready
        return RunError.DIED, ""
    return None, ""


def _failed(notebook: Any) -> int | None:
    """Where the cell stands that was executed last."""
    asked = [place for place, cell in enumerate(notebook.cells) if _was_asked(cell)]
    return asked[-1] if asked else None


def _was_asked(cell: Any) -> bool:
    return cell.cell_type == "code" and bool(cell.execution_count or cell.outputs)
