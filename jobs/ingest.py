"""Chores on knowledge: read a source, remove a source. Each runs in a forked, limited child."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from agent.services import open_services
from agent.settings import Settings
from knowledge.chroma import Vectors
from knowledge.fetch import Fetched
from knowledge.ingestion import Ingestion
from knowledge.loaders import read_document
from knowledge.reader import read_page


@contextmanager
def _ingestion() -> Iterator[Ingestion]:
    """Connections are opened here, after the fork: they must not be shared with the parent."""
    settings = Settings()
    services = open_services(settings)
    vectors = Vectors(settings.chroma_in_force)
    try:
        yield Ingestion(
            services.sources,
            services.database,
            vectors,
            services.embedders,
            read_document,
            read_page=_reader(settings),
            chroma_folder=None if settings.chroma_url else settings.data_dir / "chroma",
        )
    finally:
        services.database.close()


def _reader(settings: Settings) -> Callable[[str], Fetched] | None:
    """Jina Reader, when there is a key for it."""
    if settings.jina_api_key is None:
        return None
    return partial(read_page, settings.jina_reader_url, settings.jina_api_key.get_secret_value())


def read(source_id: str) -> None:
    """Read a source into its base, or say on the source why not."""
    with _ingestion() as ingestion:
        ingestion.read(source_id)


def remove(source_id: str) -> None:
    """Remove a source from every store."""
    with _ingestion() as ingestion:
        ingestion.remove(source_id)
