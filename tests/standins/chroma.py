"""A real Chroma server of a test's own, on a free loopback port, for the length of a `with`."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import urllib3

from tests.waiting import free_port, until

START_SECONDS = 60


@dataclass(frozen=True)
class RunningChroma:
    """Where it answers, where its files are, and its process."""

    url: str
    folder: Path
    pid: int


@contextlib.contextmanager
def chroma_server(folder: Path) -> Iterator[RunningChroma]:
    """Run Chroma over *folder* and yield it once it answers."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(folder)]
    server = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _answers(url, server), START_SECONDS, "Chroma's start")
        yield RunningChroma(url, folder, server.pid)
    finally:
        server.terminate()
        server.wait(20)


def _answers(url: str, server: "subprocess.Popen[bytes]") -> bool:
    if server.poll() is not None:
        raise RuntimeError("Chroma ended before it answered")
    try:
        return urllib3.request("GET", url + "/api/v2/heartbeat", retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False
