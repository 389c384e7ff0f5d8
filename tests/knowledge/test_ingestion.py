"""A source is read once, shown whole, and leaves nothing when it goes."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from knowledge import ingestion as ingesting
from knowledge.base import Embedder
from knowledge.chroma import Vectors
from knowledge.embedders import Embedders
from knowledge.fetch import Fetched
from knowledge.ingestion import Ingestion
from knowledge.library import Library
from knowledge.loaders import read_document
from knowledge.local import LocalEmbedder
from knowledge.sources import Sources
from knowledge.tables import chunks
from tests.fakes import Clock

GARANTIA = b"""# Garantia

## Cobertura

La garantia cubre motor y transmision durante noventa dias o tres mil kilometros.

## Devoluciones

Puede devolver el auto en siete dias si no le convence.
"""


def test_a_file_is_read_and_found(
    desk: Sources, ingestion: Ingestion, library: Library, base_id: str
) -> None:
    source_id = desk.add_file(base_id, "garantia.md", GARANTIA, "ana")
    ingestion.read(source_id)
    source = desk.get(source_id)
    assert (source.state, source.error, source.done, source.total) == ("ready", "", 2, 2)
    best = library.search("¿puedo hacer una devolución?", [base_id])[0]
    assert best.source == "garantia.md"
    assert best.heading == "Garantia > Devoluciones"
    assert "siete dias" in best.text


def _left(desk: Sources, vectors: Vectors, base_id: str) -> tuple[int, int]:
    """How many chunk rows and vectors there are, seen or not."""
    with desk.database.read() as tx:
        rows = tx.scalar(select(func.count()).select_from(chunks)) or 0
    return rows, len(vectors.ids(desk.base(base_id)))


def test_reading_twice_changes_nothing(
    desk: Sources, ingestion: Ingestion, vectors: Vectors, base_id: str
) -> None:
    source_id = desk.add_file(base_id, "garantia.md", GARANTIA, "ana")
    ingestion.read(source_id)
    revision = desk.base(base_id).revision
    ingestion.read(source_id)
    assert _left(desk, vectors, base_id) == (2, 2)
    assert desk.base(base_id).revision == revision


def test_a_new_version_replaces_the_old_one(
    desk: Sources, ingestion: Ingestion, vectors: Vectors, library: Library, base_id: str
) -> None:
    source_id = desk.add_file(base_id, "garantia.md", GARANTIA, "ana")
    ingestion.read(source_id)
    assert library.search("kilometros", [base_id])
    desk.update_file(source_id, "horario.txt", b"Abrimos a las nueve.", "ana")
    assert library.search("kilometros", [base_id])[0].source_version == 1
    ingestion.read(source_id)
    assert library.search("kilometros", [base_id]) == []
    assert library.search("nueve", [base_id])[0].source == "horario.txt"
    assert _left(desk, vectors, base_id) == (1, 1)
    assert len(list(desk.files_dir.iterdir())) == 1


def test_removal_leaves_nothing(
    desk: Sources, ingestion: Ingestion, vectors: Vectors, library: Library, base_id: str
) -> None:
    source_id = desk.add_file(base_id, "garantia.md", GARANTIA, "ana")
    ingestion.read(source_id)
    assert library.search("garantía", [base_id])
    desk.mark_removing(source_id)
    assert library.search("garantía", [base_id]) == []
    ingestion.remove(source_id)
    ingestion.remove(source_id)
    assert _left(desk, vectors, base_id) == (0, 0)
    assert list(desk.files_dir.iterdir()) == []
    assert desk.list(base_id) == []
    desk.remove_base(base_id)
    assert desk.bases() == []


def test_a_bad_file_says_why_and_harms_nothing_else(
    desk: Sources, ingestion: Ingestion, library: Library, base_id: str
) -> None:
    good = desk.add_file(base_id, "garantia.md", GARANTIA, "ana")
    bad = desk.add_file(base_id, "roto.pdf", b"no soy un pdf", "ana")
    ingestion.read(good)
    ingestion.read(bad)
    assert (desk.get(bad).state, desk.get(bad).error_code) == ("failed", "file_kind")
    assert desk.get(bad).error.startswith("This is not a PDF")
    assert library.search("garantía", [base_id])


@pytest.fixture
def slow_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is embedded at once takes so long that it is written at once."""
    monkeypatch.setattr(ingesting, "WRITTEN_SECONDS", 0.0)


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
    [("add", 0), ("add", 1), ("add", 2), ("remove_other_versions", 0)],
)
def test_a_reading_killed_anywhere_is_finished_by_the_next(
    desk: Sources, clock: Clock, vectors: Vectors, base_id: str, verb: str, calls: int,
    slow_embedder: None,
) -> None:  # fmt: skip
    source_id = desk.add_file(base_id, "largo.md", LONG, "ana")
    parts = (Embedders(), read_document)
    doomed = Ingestion(desk, desk.database, Mortal(vectors, verb, calls), *parts)  # type: ignore[arg-type]
    with pytest.raises(Killed):
        doomed.read(source_id)
    survivor = Ingestion(desk, desk.database, vectors, *parts)
    survivor.read(source_id)
    assert desk.get(source_id).state == "embedding"  # the dead reader's lease still stands
    clock.now += 1_000
    assert desk.due(clock.now) == [("read", source_id)]
    survivor.read(source_id)
    assert desk.get(source_id).state == "ready"
    assert _left(desk, vectors, base_id) == (150, 150)


def test_a_reader_that_was_overtaken_writes_nothing_more(
    desk: Sources, vectors: Vectors, base_id: str
) -> None:
    source_id = desk.add_file(base_id, "largo.md", LONG, "ana")

    class Changing(Embedders):
        """Staff replace the file while it is being embedded."""

        def __call__(self, provider: str, model: str, dimension: int) -> Embedder:
            desk.update_file(source_id, "corto.txt", b"Abrimos a las nueve.", "ana")
            return super().__call__(provider, model, dimension)

    Ingestion(desk, desk.database, vectors, Changing(), read_document).read(source_id)
    assert (desk.get(source_id).state, desk.get(source_id).version) == ("waiting", 0)
    assert _left(desk, vectors, base_id) == (0, 0)
    Ingestion(desk, desk.database, vectors, Embedders(), read_document).read(source_id)
    assert desk.chunks(source_id)[0].text == "Abrimos a las nueve."


def test_a_vector_store_that_is_down_is_tried_five_times(
    desk: Sources, clock: Clock, base_id: str
) -> None:
    source_id = desk.add_file(base_id, "garantia.md", GARANTIA, "ana")
    nowhere = Vectors("http://127.0.0.1:9")
    ingestion = Ingestion(desk, desk.database, nowhere, Embedders(), read_document)
    states = []
    for _ in range(5):
        ingestion.read(source_id)
        states.append(desk.get(source_id).state)
        clock.now += 1_000
        desk.due(clock.now)
    assert states == ["waiting"] * 4 + ["failed"]
    assert desk.get(source_id).error_code == "index_unavailable"
    assert desk.due(clock.now + 10_000) == []


def test_a_page_is_fetched_and_read(
    desk: Sources, vectors: Vectors, library: Library, base_id: str
) -> None:
    source_id = desk.add_url(base_id, "https://example.com/horario", "ana")
    page = Fetched(b"Abrimos a las nueve.", "text/plain", "https://example.com/horario")
    Ingestion(
        desk, desk.database, vectors, Embedders(), read_document, fetch_page=lambda url: page
    ).read(source_id)
    assert desk.get(source_id).state == "ready"
    assert library.search("¿abren a las nueve?", [base_id])[0].url == "https://example.com/horario"
    assert list(desk.files_dir.iterdir()) == []


def test_progress_is_seen_while_it_runs(
    desk: Sources, vectors: Vectors, base_id: str, slow_embedder: None
) -> None:
    source_id = desk.add_file(base_id, "largo.md", LONG, "ana")
    seen: list[tuple[str, int, int]] = []

    class Watched(LocalEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
            source = desk.get(source_id)
            seen.append((source.state, source.done, source.total))
            return super().embed_passages(texts)

    ingestion = Ingestion(desk, desk.database, vectors, lambda *made_with: Watched(), read_document)
    ingestion.read(source_id)
    assert seen == [("embedding", 0, 150), ("embedding", 64, 150), ("embedding", 128, 150)]
