"""What is removed is gone from the bytes of every store, not only from what is found."""

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from knowledge import snapshots
from knowledge.base import Base, Chunk
from knowledge.ingest.erasure import scrub
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.parsing.loaders import read_document
from knowledge.search.retriever import Retriever
from knowledge.vectors.chroma import ChromaServer, Vectors
from store.db.database import Database
from tests.fakes import Clock
from tests.standins.chroma import RunningChroma, chroma_server
from tests.standins.hashed import HashedEmbedders

SECRET = "Xilofonista"  # a word that stands in the removed source only
KEPT = "La garantía cubre el motor durante tres meses."
BODY = "\n\n".join(
    f"# Parte {n}\n\nEl {SECRET.lower()} número {n} vive en {SECRET}{n}." for n in range(120)
)


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[RunningChroma]:
    with chroma_server(tmp_path / "chroma") as running:
        yield running


@pytest.fixture
def server(chroma: RunningChroma) -> Iterator[ChromaServer]:
    server = ChromaServer(chroma.url)
    yield server
    server.close()


def _files_with(folder: Path, *words: bytes) -> list[str]:
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            body = path.read_bytes().lower()
            if any(word.lower() in body for word in words):
                found.append(path.name)
    return found


def test_a_removed_source_is_in_the_bytes_of_no_store(
    tmp_path: Path, sqlite_template: Path, chroma: RunningChroma, server: ChromaServer
) -> None:
    shutil.copy(sqlite_template, tmp_path / "studio.db")
    database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    sources, vectors = Sources(database, tmp_path / "files"), Vectors(collections=server)
    reader = Ingestion(
        sources, database, vectors, HashedEmbedders(), read_document, chroma_folder=chroma.folder
    )
    base_id = sources.create_base("Autos", "ana", *HashedEmbedders().default())
    kept = sources.add_file(base_id, "garantia.md", KEPT.encode(), "ana")
    gone = sources.add_file(base_id, "secreto.md", BODY.encode(), "ana")
    for source_id in (kept, gone):
        reader.read(source_id)
    with database.write() as tx:
        snapshots.take(tx, "v1", [base_id], 1.0)  # a version of an agent pins the first reading
    sources.update_file(gone, "secreto.md", (BODY + f"\n\nOtro {SECRET}.").encode(), "ana")
    reader.read(gone)
    assert _files_with(tmp_path, SECRET.encode()) != []
    sources.mark_removing(gone)
    reader.remove(gone)
    stem = b"xilofonist"
    assert _files_with(tmp_path, SECRET.encode(), stem, gone.encode()) == []
    assert Retriever(database, vectors, HashedEmbedders()).search("¿garantía del motor?", [base_id])
    database.close()


def test_the_last_source_of_a_base_takes_its_collection_along(
    sources: Sources, ingestion: Ingestion, base_id: str, vectors: Vectors
) -> None:
    source_id = sources.add_file(base_id, "a.md", KEPT.encode(), "ana")
    ingestion.read(source_id)
    assert vectors.ids(sources.base(base_id))
    sources.mark_removing(source_id)
    ingestion.remove(source_id)
    collections = vectors._collections
    assert isinstance(collections, ChromaServer)
    names = [one["name"] for one in collections._send("GET", "?limit=1000")]
    assert [name for name in names if name.startswith(base_id)] == []
    sources.remove_base(base_id)


def test_a_removal_waits_for_a_vector_store_that_is_away(
    sources: Sources, ingestion: Ingestion, base_id: str, clock: Clock, database: Database
) -> None:
    source_id = sources.add_file(base_id, "a.md", KEPT.encode(), "ana")
    ingestion.read(source_id)
    sources.mark_removing(source_id)
    nowhere = Vectors("http://127.0.0.1:9")
    Ingestion(sources, database, nowhere, HashedEmbedders(), read_document).remove(source_id)
    assert sources.get(source_id).state == "removing"
    assert sources.due(clock.now) == [("remove", source_id)]
    ingestion.remove(source_id)
    assert sources.list(base_id) == []


def _vector(number: int) -> list[float]:
    """A vector of length one that no cosine changes a bit of."""
    bits = [1 if (number * 2_654_435_761 >> shift) & 1 else -1 for shift in range(16)]
    return [0.25 * bit for bit in bits] + [0.0] * 48


def test_vectors_are_gone_from_the_files_of_the_index_too(
    tmp_path: Path, sqlite_template: Path, chroma: RunningChroma, server: ChromaServer
) -> None:
    vectors = Vectors(collections=server)
    shutil.copy(sqlite_template, tmp_path / "studio.db")
    database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    base = Base("vectores", "Vectores", "hashed", "test", 64, 1)
    for source, first in (("gone", 1_500), ("kept", 0)):
        for start in range(first, first + 600, 300):
            numbers = range(start, start + 300)
            pieces = [Chunk("", number) for number in numbers]
            vectors.add(base, source, 1, pieces, [_vector(number) for number in numbers])
    wanted = [struct.pack("<64f", *_vector(number)) for number in range(1_500, 2_100, 50)]
    folder = chroma.folder
    assert any(
        packed in (folder.rglob("data_level0.bin").__next__()).read_bytes() for packed in wanted
    )
    vectors.erase_source(base, "gone")
    scrub(database, folder)
    database.close()
    bodies = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert not any(packed in body for packed in wanted for body in bodies)
    assert len(vectors.ids(base)) == 600
    assert vectors.search(base, _vector(3), 1)[0].similarity > 0.99


def test_postgresql_keeps_nothing_in_its_tables_once_vacuumed(
    postgres_server: str, sources: Sources, ingestion: Ingestion, base_id: str, database: Database
) -> None:
    if database.is_sqlite:  # the test above looks into its files
        assert "sqlite" in database.url
        return
    source_id = sources.add_file(base_id, "secreto.md", BODY.encode(), "ana")
    ingestion.read(source_id)
    sources.mark_removing(source_id)
    ingestion.remove(source_id)
    engine = create_engine(database.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for table in ("chunks", "sources"):
            connection.execute(text(f"VACUUM FULL {table}"))
        connection.execute(text("CHECKPOINT"))
        folder = Path(str(connection.scalar(text("SHOW data_directory"))))
    engine.dispose()
    assert _files_with(folder / "base", SECRET.encode(), source_id.encode()) == []
