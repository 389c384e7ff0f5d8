"""A real Chroma server of a test's own, on a free loopback port, for the length of a `with`."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import urllib3

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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(folder)]
    server = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, server)
        yield RunningChroma(url, folder, server.pid)
    finally:
        server.terminate()
        server.wait(20)


def _wait(url: str, server: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and server.poll() is None:
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            if urllib3.request("GET", url + "/api/v2/heartbeat", retries=False).status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError("Chroma did not start")
