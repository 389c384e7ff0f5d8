"""Chores on knowledge: read or remove a source, embed a base anew.

Each runs in a forked, limited child, and opens its connections there: they must not be shared with
the parent.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from actions.effects import tell_held
from actions.services import open_embedders, open_services
from agent.settings import Settings
from knowledge.base import Source
from knowledge.ingest.indexing import Alignment
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.reembed import Reembedding
from knowledge.ingest.sources import Sources
from knowledge.parsing.loaders import read_document
from knowledge.vectors.chroma import ChromaServer, Vectors
from knowledge.web.fetch import Fetched
from knowledge.web.reader import read_page
from store.db.database import Database

READY_SECONDS, PAUSE_SECONDS = 60.0, 0.2


@contextmanager
def _ingestion() -> Iterator[Ingestion]:
    settings = Settings()
    database = Database(settings.sql_url)
    vectors = _vectors(settings)
    try:
        yield Ingestion(
            Sources(database, settings.files_dir),
            database,
            vectors,
            open_embedders(settings),
            read_document,
            read_page=_reader(settings),
            chroma_folder=None if settings.chroma_url else settings.data_dir / "chroma",
        )
    finally:
        database.close()


def _vectors(settings: Settings) -> Vectors:
    """The vectors, once their server is up: at first start there is reading to do before it is."""
    server = ChromaServer(settings.chroma_in_force)
    wait_until(server.is_up)
    return Vectors(collections=server)


def wait_until(
    is_up: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Wait for *is_up*, at most `READY_SECONDS`: then what is tried says itself what is missing."""
    end = clock() + READY_SECONDS
    while not is_up() and clock() < end:
        pause(PAUSE_SECONDS)


def _reader(settings: Settings) -> Callable[[str], Fetched] | None:
    """Jina Reader, when there is a key for it."""
    if settings.jina_api_key is None:
        return None
    return partial(read_page, settings.jina_reader_url, settings.jina_api_key.get_secret_value())


def read(source_id: str) -> None:
    """Read a source into its base, or say on the source why not."""
    with _ingestion() as ingestion:
        ingestion.read(source_id)
        found = ingestion.sources.held(source_id)
    if found is not None:
        _tell_held(found)


def _tell_held(source: Source) -> None:
    services = open_services(Settings())
    try:
        tell_held(services, source)
    finally:
        services.database.close()


def remove(source_id: str) -> None:
    """Remove a source from every store."""
    with _ingestion() as ingestion:
        ingestion.remove(source_id)


def tidy(source_id: str) -> None:
    """Clear away what no version of an agent knows any more of a source."""
    with _ingestion() as ingestion:
        ingestion.tidy(source_id)


def reembed(base_id: str) -> None:
    """Bring a base to the embedding model it was asked to have."""
    settings = Settings()
    services = open_services(settings)
    vectors = _vectors(settings)
    try:
        Reembedding(services.rebuilds, services.database, vectors, services.embedders).run(base_id)
    finally:
        services.database.close()


def align(chunk: str) -> None:
    """Bring a chunk's vector to what staff made of it; *chunk* is `source id:position`."""
    source_id, _, position = chunk.partition(":")
    settings = Settings()
    database = Database(settings.sql_url)
    vectors = Vectors(settings.chroma_in_force)
    try:
        Alignment(database, open_embedders(settings), vectors).align(source_id, int(position))
    finally:
        database.close()
