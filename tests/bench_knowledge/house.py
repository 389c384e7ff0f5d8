"""The product's own stores for the benchmark: SQLite, a real Chroma server, and the retriever."""

import time
from dataclasses import dataclass
from pathlib import Path

from knowledge.base import Document, Embedder, Section
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.search.retriever import Retriever
from knowledge.vectors.chroma import ChromaServer, Vectors
from store.db.database import Database
from tests.bench_knowledge.corpus import Corpus, TopicEmbedder

CHUNKS_A_SOURCE = 1_000


@dataclass
class House:
    """Everything one process needs."""

    database: Database
    server: ChromaServer
    retriever: Retriever
    sources: Sources
    ingestion: Ingestion
    embedder: TopicEmbedder

    def base(self) -> str:
        """The base's id; made the first time."""
        found = self.sources.bases()
        if found:
            return found[0].id
        made = self.embedder
        return self.sources.create_base("b", "b", made.provider, made.model, made.dimension)

    def read(self, base_id: str, texts: list[str], name: str) -> None:
        """Read one source of these chunks into the base."""
        body = f"{name} {time.time_ns()}".encode()
        self.ingestion.read_document = lambda path, _: Document([Section(t) for t in texts])
        self.ingestion.read(self.sources.add_file(base_id, f"{name}.txt", body, "b"))


def open_house(folder: Path, url: str, words: tuple[str, ...]) -> House:
    """The stores in *folder* and the Chroma at *url*."""
    database = Database(f"sqlite:///{folder / 'studio.db'}")
    server = ChromaServer(url)
    vectors = Vectors(collections=server)
    embedder = TopicEmbedder(Corpus(1, words))

    def embedder_for(provider: str, model: str, dimension: int) -> Embedder:
        return embedder

    sources = Sources(database, folder / "files")
    ingestion = Ingestion(
        sources, database, vectors, embedder_for, lambda path, name: Document([Section("")])
    )
    retriever = Retriever(database, vectors, embedder_for)
    return House(database, server, retriever, sources, ingestion, embedder)
