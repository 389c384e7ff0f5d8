"""A real Chroma server for the whole run, and a desk of sources beside it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from agent.store.db import Database
from knowledge.chroma import ChromaServer, Vectors
from knowledge.embedders import Embedders
from knowledge.ingestion import Ingestion
from knowledge.library import Library
from knowledge.loaders import read_document
from knowledge.sources import Sources


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Chroma server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma")
    chroma = str(Path(sys.executable).parent / "chroma")
    with (folder / "log").open("wb") as log:
        command = [chroma, "run", "--host", "127.0.0.1", "--port", str(port)]
        server = subprocess.Popen(
            [*command, "--path", str(folder / "data")], stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(10)


def _wait(url: str, server: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + 30
    while time.monotonic() < ends and server.poll() is None:
        try:
            httpx.get(url + "/api/v2/heartbeat", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("Chroma did not start")


@pytest.fixture
def vectors(chroma_url: str) -> Iterator[Vectors]:
    server = ChromaServer(chroma_url)
    yield Vectors(collections=server)
    server.close()


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(database: Database, tmp_path: Path, clock: Clock) -> Sources:
    return Sources(database, tmp_path / "files", clock)


@pytest.fixture
def ingestion(desk: Sources, database: Database, vectors: Vectors) -> Ingestion:
    return Ingestion(desk, database, vectors, Embedders(), read_document)


@pytest.fixture
def library(database: Database, vectors: Vectors) -> Library:
    return Library(database, vectors, Embedders())


@pytest.fixture
def base_id(desk: Sources) -> str:
    return desk.create_base("Autos", "ana", *Embedders().default())
