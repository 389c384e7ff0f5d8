"""Chores on knowledge: read a source, remove a source. Each runs in a forked, limited child."""

from collections.abc import Iterator
from contextlib import contextmanager

from agent.services import open_services
from agent.settings import Settings
from knowledge.chroma import Vectors
from knowledge.ingestion import Ingestion
from knowledge.loaders import read_document


@contextmanager
def _ingestion() -> Iterator[Ingestion]:
    """Connections are opened here, after the fork: they must not be shared with the parent."""
    settings = Settings()
    services = open_services(settings)
    vectors = Vectors(settings.chroma_in_force)
    try:
        yield Ingestion(
            services.sources, services.database, vectors, services.embedders, read_document
        )
    finally:
        services.database.close()


def read(source_id: str) -> None:
    """Read a source into its base, or say on the source why not."""
    with _ingestion() as ingestion:
        ingestion.read(source_id)


def remove(source_id: str) -> None:
    """Remove a source from every store."""
    with _ingestion() as ingestion:
        ingestion.remove(source_id)
