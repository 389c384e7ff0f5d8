"""A real Chroma server for the whole run, and a desk of sources beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.parsing.loaders import read_document
from knowledge.search.retriever import Retriever
from knowledge.vectors.chroma import ChromaServer, Vectors
from store.db.database import Database
from tests.fakes import Clock
from tests.standins.chroma import chroma_server
from tests.standins.hashed import HashedEmbedders


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
def sources(database: Database, tmp_path: Path, clock: Clock) -> Sources:
    return Sources(database, tmp_path / "files", clock)


@pytest.fixture
def ingestion(sources: Sources, database: Database, vectors: Vectors) -> Ingestion:
    return Ingestion(sources, database, vectors, HashedEmbedders(), read_document)


@pytest.fixture
def retriever(database: Database, vectors: Vectors) -> Retriever:
    return Retriever(database, vectors, HashedEmbedders())


@pytest.fixture
def base_id(sources: Sources) -> str:
    return sources.create_base("Autos", "ana", *HashedEmbedders().default())
