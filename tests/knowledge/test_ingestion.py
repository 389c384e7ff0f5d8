"""A source is read once, shown whole, and leaves nothing when it goes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from knowledge.base import Document
from knowledge.ingest import embedding
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.parsing.loaders import read_document
from knowledge.search.retriever import Retriever
from knowledge.tables import chunks
from knowledge.vectors.chroma import Vectors
from knowledge.web.fetch import Fetched
from tests.fakes import Clock
from tests.standins.hashed import HashedEmbedder, HashedEmbedders

GARANTIA = b"""# Garantia

## Cobertura

La garantia cubre motor y transmision durante noventa dias o tres mil kilometros.

## Devoluciones

Puede devolver el auto en siete dias si no le convence.
"""


def test_a_file_is_read_and_found(
    sources: Sources, ingestion: Ingestion, retriever: Retriever, base_id: str
) -> None:
    source_id = sources.add_file(base_id, "garantia.md", GARANTIA, "ana")
    ingestion.read(source_id)
    source = sources.get(source_id)
    assert (source.state, source.error, source.done, source.total) == ("ready", "", 2, 2)
    best = retriever.search("¿puedo hacer una devolución?", [base_id])[0]
    assert best.source == "garantia.md"
    assert best.heading == "Garantia > Devoluciones"
    assert "siete dias" in best.text


def _left(sources: Sources, vectors: Vectors, base_id: str) -> tuple[int, int]:
    """How many chunk rows and vectors there are, seen or not."""
    with sources.database.read() as tx:
        rows = tx.scalar(select(func.count()).select_from(chunks)) or 0
    return rows, len(vectors.ids(sources.base(base_id)))


def test_reading_twice_changes_nothing(
    sources: Sources, ingestion: Ingestion, vectors: Vectors, base_id: str
) -> None:
    source_id = sources.add_file(base_id, "garantia.md", GARANTIA, "ana")
    ingestion.read(source_id)
    revision = sources.base(base_id).revision
    ingestion.read(source_id)
    assert _left(sources, vectors, base_id) == (2, 2)
    assert sources.base(base_id).revision == revision


def test_a_new_version_replaces_the_old_one(
    sources: Sources, ingestion: Ingestion, vectors: Vectors, retriever: Retriever, base_id: str
) -> None:
    source_id = sources.add_file(base_id, "garantia.md", GARANTIA, "ana")
    ingestion.read(source_id)
    assert retriever.search("kilometros", [base_id])
    sources.update_file(source_id, "horario.txt", b"Abrimos a las nueve.", "ana")
    assert retriever.search("kilometros", [base_id])[0].source_version == 1
    ingestion.read(source_id)
    assert retriever.search("kilometros", [base_id]) == []
    assert retriever.search("nueve", [base_id])[0].source == "horario.txt"
    assert _left(sources, vectors, base_id) == (1, 1)
    assert len(list(sources.files_dir.iterdir())) == 1


def test_removal_leaves_nothing(
    sources: Sources, ingestion: Ingestion, vectors: Vectors, retriever: Retriever, base_id: str
) -> None:
    source_id = sources.add_file(base_id, "garantia.md", GARANTIA, "ana")
    ingestion.read(source_id)
    assert retriever.search("garantía", [base_id])
    sources.mark_removing(source_id)
    assert retriever.search("garantía", [base_id]) == []
    ingestion.remove(source_id)
    ingestion.remove(source_id)
    assert _left(sources, vectors, base_id) == (0, 0)
    assert list(sources.files_dir.iterdir()) == []
    assert sources.list(base_id) == []
    sources.remove_base(base_id)
    assert sources.bases() == []


def test_a_bad_file_says_why_and_harms_nothing_else(
    sources: Sources, ingestion: Ingestion, retriever: Retriever, base_id: str
) -> None:
    good = sources.add_file(base_id, "garantia.md", GARANTIA, "ana")
    bad = sources.add_file(base_id, "roto.pdf", b"no soy un pdf", "ana")
    ingestion.read(good)
    ingestion.read(bad)
    assert (sources.get(bad).state, sources.get(bad).error_code) == ("failed", "file_kind")
    assert sources.get(bad).error.startswith("This is not a PDF")
    assert retriever.search("garantía", [base_id])


@pytest.fixture
def slow_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is embedded at once takes so long that it is written at once."""
    monkeypatch.setattr(embedding, "WRITTEN_SECONDS", 0.0)


class Killed(BaseException):
    """The process ended here."""


class Mortal:
    """A part that ends the process at its n-th call."""

    def __init__(self, part: Any, verb: str, calls: int) -> None:
        self._part, self._verb, self._left = part, verb, calls

    def __getattr__(self, name: str) -> Any:
        if name == self._verb:
            self._left -= 1
            if self._left < 0:
                raise Killed
        return getattr(self._part, name)


LONG = b"\n\n".join(b"# Parte %d\n\nPalabra %d del texto." % (n, n) for n in range(150))


@pytest.mark.parametrize(
    ("verb", "calls"),
    [("add", 0), ("add", 1), ("add", 2), ("remove_ids", 0)],
)
def test_a_reading_killed_anywhere_is_finished_by_the_next(
    sources: Sources,
    clock: Clock,
    vectors: Vectors,
    base_id: str,
    verb: str,
    calls: int,
    slow_embedder: None,
) -> None:
    source_id = sources.add_file(base_id, "largo.md", LONG, "ana")
    parts = (HashedEmbedders(), read_document)
    doomed = Ingestion(sources, sources.database, Mortal(vectors, verb, calls), *parts)  # type: ignore[arg-type]
    with pytest.raises(Killed):
        doomed.read(source_id)
    survivor = Ingestion(sources, sources.database, vectors, *parts)
    survivor.read(source_id)
    assert sources.get(source_id).state == "embedding"  # the dead reader's lease still stands
    clock.now += 1_000
    assert sources.due(clock.now) == [("read", source_id)]
    survivor.read(source_id)
    assert sources.get(source_id).state == "ready"
    assert _left(sources, vectors, base_id) == (150, 150)


def test_a_reader_that_was_overtaken_writes_nothing_more(
    sources: Sources, vectors: Vectors, base_id: str
) -> None:
    source_id = sources.add_file(base_id, "largo.md", LONG, "ana")

    def changing(path: Path, name: str) -> Document:
        """Staff replace the file while it is being read."""
        sources.update_file(source_id, "corto.txt", b"Abrimos a las nueve.", "ana")
        return read_document(path, name)

    Ingestion(sources, sources.database, vectors, HashedEmbedders(), changing).read(source_id)
    assert (sources.get(source_id).state, sources.get(source_id).version) == ("waiting", 0)
    assert _left(sources, vectors, base_id) == (0, 0)
    Ingestion(sources, sources.database, vectors, HashedEmbedders(), read_document).read(source_id)
    assert sources.chunks(source_id)[0].text == "Abrimos a las nueve."


def test_a_vector_store_that_is_down_is_tried_five_times(
    sources: Sources, clock: Clock, base_id: str
) -> None:
    source_id = sources.add_file(base_id, "garantia.md", GARANTIA, "ana")
    nowhere = Vectors("http://127.0.0.1:9")
    ingestion = Ingestion(sources, sources.database, nowhere, HashedEmbedders(), read_document)
    states = []
    for _ in range(5):
        ingestion.read(source_id)
        states.append(sources.get(source_id).state)
        clock.now += 1_000
        sources.due(clock.now)
    assert states == ["waiting"] * 4 + ["failed"]
    assert sources.get(source_id).error_code == "index_unavailable"
    assert sources.due(clock.now + 10_000) == []


def test_a_page_is_fetched_and_read(
    sources: Sources, vectors: Vectors, retriever: Retriever, base_id: str
) -> None:
    source_id = sources.add_url(base_id, "https://example.com/horario", "ana")
    page = Fetched(b"Abrimos a las nueve.", "text/plain", "https://example.com/horario")
    Ingestion(
        sources,
        sources.database,
        vectors,
        HashedEmbedders(),
        read_document,
        fetch_page=lambda url: page,
    ).read(source_id)
    assert sources.get(source_id).state == "ready"
    assert (
        retriever.search("¿abren a las nueve?", [base_id])[0].url == "https://example.com/horario"
    )
    assert list(sources.files_dir.iterdir()) == []


def test_progress_is_seen_while_it_runs(
    sources: Sources, vectors: Vectors, base_id: str, slow_embedder: None
) -> None:
    source_id = sources.add_file(base_id, "largo.md", LONG, "ana")
    seen: list[tuple[str, int, int]] = []

    class Watched(HashedEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
            source = sources.get(source_id)
            seen.append((source.state, source.done, source.total))
            return super().embed_passages(texts)

    ingestion = Ingestion(
        sources, sources.database, vectors, lambda *made_with: Watched(), read_document
    )
    ingestion.read(source_id)
    assert [done for _, done, _ in seen] == [0, 8, 24, 56, 120]  # more at once while it is quick
    assert {(state, total) for state, _, total in seen} == {("embedding", 150)}


def test_what_a_source_says_is_found_by_its_words_before_its_vectors_are_made(
    sources: Sources, vectors: Vectors, retriever: Retriever, base_id: str
) -> None:
    source_id = sources.add_file(base_id, "garantia.md", GARANTIA, "ana")
    found: list[tuple[str, tuple[str, ...]]] = []

    class Asked(HashedEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
            best = retriever.search("garantia motor", [base_id])[0]
            found.append((best.source, best.found_by))
            return super().embed_passages(texts)

    parts = (vectors, lambda *made_with: Asked(), read_document)
    Ingestion(sources, sources.database, *parts).read(source_id)
    assert found == [("garantia.md", ("lexical",))]
    assert "vector" in retriever.search("garantia motor", [base_id])[0].found_by


def test_the_words_of_every_source_come_before_the_vectors_of_any(
    sources: Sources, vectors: Vectors, clock: Clock, base_id: str
) -> None:
    ids = [sources.add_file(base_id, f"{n}.md", LONG + b"%d" % n, "ana") for n in range(3)]
    shown: list[int] = []

    class Watched(HashedEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
            shown.append(sum(sources.get(one).version > 0 for one in ids))
            return super().embed_passages(texts)

    parts = (vectors, lambda *made_with: Watched(), read_document)
    reader = Ingestion(sources, sources.database, *parts)
    while due := sources.due(clock.now):
        for _, source_id in due:
            reader.read(source_id)
    assert set(shown) == {3}
    assert {sources.get(one).state for one in ids} == {"ready"}
    assert _left(sources, vectors, base_id) == (450, 450)


def test_a_large_source_lets_a_small_one_be_read_meanwhile(
    sources: Sources, vectors: Vectors, base_id: str, clock: Clock, slow_embedder: None
) -> None:
    large = sources.add_file(base_id, "largo.md", LONG, "ana")
    small: list[str] = []

    class Slow(HashedEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
            if not small:
                small.append(sources.add_file(base_id, "horario.md", GARANTIA, "ana"))
            return super().embed_passages(texts)

    parts = (vectors, lambda *made_with: Slow(), read_document)
    reader = Ingestion(sources, sources.database, *parts)
    reader.read(large)
    assert 0 < sources.get(large).done < 150
    assert {name for _, name in sources.due(clock.now)} == {large, *small}
    reader.read(small[0])
    reader.read(large)
    assert (sources.get(large).state, sources.get(large).done) == ("ready", 150)
