"""A real Chroma server for the whole run, and a desk of sources beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.store.db import Database
from knowledge.chroma import ChromaServer, Vectors
from knowledge.embedders import Embedders
from knowledge.ingestion import Ingestion
from knowledge.library import Library
from knowledge.loaders import read_document
from knowledge.sources import Sources
from tests.fakes import Clock
from tests.standins.chroma import chroma_server


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Chroma server."""
    with chroma_server(tmp_path_factory.mktemp("chroma")) as running:
        yield running.url


@pytest.fixture
def vectors(chroma_url: str) -> Iterator[Vectors]:
    server = ChromaServer(chroma_url)
    yield Vectors(collections=server)
    server.close()


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000.0)


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
