"""A base gets another model while it is searched: no gap, no mixture, no leftovers."""

from collections.abc import Callable, Sequence

import pytest

from knowledge.base import Embedder
from knowledge.errors import EmbeddingRefused, EmbeddingUnavailable, NotAccepted
from knowledge.ingest import embedding
from knowledge.ingest.corrections import Corrections
from knowledge.ingest.curated import Curated
from knowledge.ingest.embedding import MOST
from knowledge.ingest.indexing import Alignment
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.rebuilds import Rebuilds
from knowledge.ingest.reembed import Reembedding
from knowledge.ingest.sources import Sources
from knowledge.search.retriever import Retriever
from knowledge.vectors.chroma import Vectors
from store.db.database import Database
from tests.fakes import Clock
from tests.standins.hashed import HashedEmbedder, HashedEmbedders

WANTED = ("hashed", HashedEmbedder.model, 64)
LINES = "\n".join(f"# Tema {n}\n\nEl asunto número {n} trata de cosas." for n in range(MOST + 20))


class Dies(BaseException):
    """A kill, where one is wished."""


class Moody:
    """An embedder of the new model that does what the next of `moods` says, then works."""

    def __init__(self) -> None:
        self.moods: list[BaseException | Callable[[], object]] = []
        self.texts = 0

    def __call__(self, provider: str, model: str, dimension: int) -> Embedder:
        self.inner = HashedEmbedders()(provider, model, dimension)
        self.provider, self.model, self.dimension = provider, model, dimension
        return self

    def embed_query(self, text: str) -> list[float]:
        return self.inner.embed_query(text)

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        mood = self.moods.pop(0) if self.moods else None
        if isinstance(mood, BaseException):
            raise mood
        if mood is not None:
            mood()
        self.texts += len(texts)
        return self.inner.embed_passages(texts)


@pytest.fixture
def rebuilds(database: Database, clock: Clock) -> Rebuilds:
    return Rebuilds(database, clock)


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
def reembedding(
    rebuilds: Rebuilds, database: Database, vectors: Vectors, moody: Moody
) -> Reembedding:
    return Reembedding(rebuilds, database, vectors, moody)


@pytest.fixture(autouse=True)
def each_batch_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "WRITTEN_SECONDS", 0)


@pytest.fixture
def stocked(sources: Sources, ingestion: Ingestion, base_id: str) -> str:
    ingestion.read(sources.add_file(base_id, "temas.md", LINES.encode(), "ana"))
    return base_id


def finish(reembedding: Reembedding, clock: Clock, base_id: str) -> None:
    """Run it as the sweeper would, until nothing is due."""
    for _ in range(10):
        if not reembedding.rebuilds.due(clock.now):
            return
        reembedding.run(base_id)
        clock.now += 1


def made_with(sources: Sources, base_id: str) -> tuple[str, str, int]:
    base = sources.base(base_id)
    return base.provider, base.model, base.dimension


def test_the_new_vectors_are_searched_and_the_old_are_gone(
    sources: Sources,
    rebuilds: Rebuilds,
    reembedding: Reembedding,
    retriever: Retriever,
    vectors: Vectors,
    clock: Clock,
    stocked: str,
) -> None:
    old = sources.base(stocked)
    before = sorted(vectors.ids(old))
    rebuilds.ask(stocked, *WANTED, "ana")
    finish(reembedding, clock, stocked)
    assert (made_with(sources, stocked), rebuilds.progress(stocked)) == (WANTED, None)
    assert (vectors.ids(old), sorted(vectors.ids(sources.base(stocked)))) == ([], before)
    assert "número 7 " in retriever.search("asunto número 7", [stocked], hybrid=False)[0].text


def test_killed_half_way_it_goes_on_where_it_stopped_and_is_searched_meanwhile(
    sources: Sources,
    rebuilds: Rebuilds,
    reembedding: Reembedding,
    retriever: Retriever,
    moody: Moody,
    clock: Clock,
    stocked: str,
) -> None:
    usual = made_with(sources, stocked)
    rebuilds.ask(stocked, *WANTED, "ana")
    moody.moods = [lambda: None, Dies()]
    with pytest.raises(Dies):
        reembedding.run(stocked)
    assert made_with(sources, stocked) == usual
    assert retriever.search("asunto número 7", [stocked], hybrid=False)
    assert rebuilds.due(clock.now) == []
    clock.now += 200
    finish(reembedding, clock, stocked)
    assert made_with(sources, stocked) == WANTED
    assert moody.texts == MOST + 20


def test_what_changes_meanwhile_is_embedded_as_it_is_in_the_end(
    sources: Sources,
    ingestion: Ingestion,
    rebuilds: Rebuilds,
    reembedding: Reembedding,
    database: Database,
    vectors: Vectors,
    moody: Moody,
    clock: Clock,
    stocked: str,
) -> None:
    [first] = sources.list(stocked)
    align = Alignment(database, HashedEmbedders(), vectors).align
    curated, changes = Curated(database, align), Corrections(database, align)

    def meanwhile() -> None:
        ingestion.read(sources.add_file(stocked, "mas.md", b"Algo nuevo.", "ana"))
        changes.correct(sources.chunks(first.id)[3].id, "Texto corregido.", "ana")
        curated.add(stocked, "¿Sí?", "Claro que sí.", "ana")

    rebuilds.ask(stocked, *WANTED, "ana")
    moody.moods = [meanwhile]
    finish(reembedding, clock, stocked)
    assert made_with(sources, stocked) == WANTED
    base = sources.base(stocked)
    assert len(vectors.ids(base)) == MOST + 20 + 2
    corrected = HashedEmbedders()(*WANTED).embed_query("Tema 3\nTexto corregido.")
    assert vectors.search(base, corrected, 1)[0].similarity == pytest.approx(1, abs=1e-4)


def test_a_source_removed_meanwhile_leaves_no_vector(
    sources: Sources,
    ingestion: Ingestion,
    rebuilds: Rebuilds,
    reembedding: Reembedding,
    vectors: Vectors,
    moody: Moody,
    clock: Clock,
    stocked: str,
) -> None:
    [source] = sources.list(stocked)

    def meanwhile() -> None:
        sources.mark_removing(source.id)
        ingestion.remove(source.id)

    rebuilds.ask(stocked, *WANTED, "ana")
    moody.moods = [lambda: None, meanwhile]
    finish(reembedding, clock, stocked)
    assert made_with(sources, stocked) == WANTED
    assert vectors.ids(sources.base(stocked)) == []


def test_it_waits_for_a_reading_that_goes_on(
    sources: Sources,
    database: Database,
    rebuilds: Rebuilds,
    reembedding: Reembedding,
    clock: Clock,
    stocked: str,
) -> None:
    usual = made_with(sources, stocked)
    [source] = sources.list(stocked)
    sources.retry(source.id)
    with database.write() as tx:
        tx.exec_driver_sql("UPDATE sources SET state = 'reading'")
    rebuilds.ask(stocked, *WANTED, "ana")
    reembedding.run(stocked)
    assert made_with(sources, stocked) == usual
    with database.write() as tx:
        tx.exec_driver_sql("UPDATE sources SET state = 'ready'")
    clock.now += 60
    finish(reembedding, clock, stocked)
    assert made_with(sources, stocked) == WANTED


def test_a_service_that_is_away_is_tried_later_and_one_that_refuses_is_told(
    sources: Sources,
    rebuilds: Rebuilds,
    reembedding: Reembedding,
    moody: Moody,
    clock: Clock,
    stocked: str,
) -> None:
    usual = made_with(sources, stocked)
    rebuilds.ask(stocked, *WANTED, "ana")
    moody.moods = [EmbeddingUnavailable(), EmbeddingRefused("No credit.", "jina_credit")]
    reembedding.run(stocked)
    assert rebuilds.due(clock.now) == []
    clock.now += 16
    reembedding.run(stocked)
    told = rebuilds.progress(stocked)
    assert told is not None
    assert (told.state, told.error, told.error_code) == ("failed", "No credit.", "jina_credit")
    assert made_with(sources, stocked) == usual
    rebuilds.ask(stocked, *WANTED, "ana")
    finish(reembedding, clock, stocked)
    assert made_with(sources, stocked) == WANTED


def test_called_off_it_leaves_everything_as_it_was(
    sources: Sources,
    rebuilds: Rebuilds,
    reembedding: Reembedding,
    vectors: Vectors,
    moody: Moody,
    clock: Clock,
    stocked: str,
) -> None:
    usual = sources.base(stocked)
    rebuilds.ask(stocked, *WANTED, "ana")
    moody.moods = [lambda: None, lambda: rebuilds.call_off(stocked)]
    finish(reembedding, clock, stocked)
    finish(reembedding, clock, stocked)
    assert rebuilds.progress(stocked) is None
    assert (sources.base(stocked).dimension, len(vectors.ids(usual))) == (512, MOST + 20)


def test_nonsense_is_refused(rebuilds: Rebuilds, sources: Sources, base_id: str) -> None:
    with pytest.raises(NotAccepted):
        rebuilds.ask(base_id, *made_with(sources, base_id), "ana")
    rebuilds.ask(base_id, *WANTED, "ana")
    with pytest.raises(NotAccepted):
        rebuilds.ask(base_id, "hashed", HashedEmbedder.model, 128, "ana")


def test_lost_vectors_are_made_anew_by_the_same_model(
    sources: Sources,
    rebuilds: Rebuilds,
    reembedding: Reembedding,
    vectors: Vectors,
    clock: Clock,
    stocked: str,
) -> None:
    base = sources.base(stocked)
    before = sorted(vectors.ids(base))
    vectors.drop(base)
    assert rebuilds.all_anew("restore") == 1
    finish(reembedding, clock, stocked)
    assert (made_with(sources, stocked), rebuilds.progress(stocked)) == (
        made_with(sources, stocked),
        None,
    )
    assert sorted(vectors.ids(sources.base(stocked))) == before != []


def test_vectors_of_another_life_are_not_taken_for_those_that_were_lost(
    sources: Sources,
    rebuilds: Rebuilds,
    reembedding: Reembedding,
    vectors: Vectors,
    moody: Moody,
    clock: Clock,
    stocked: str,
) -> None:
    base = sources.base(stocked)
    stale = sorted(vectors.ids(base))
    rebuilds.all_anew("restore")
    finish(reembedding, clock, stocked)
    assert moody.texts == len(stale)


def test_a_base_on_its_way_to_another_model_begins_that_anew(
    sources: Sources,
    rebuilds: Rebuilds,
    reembedding: Reembedding,
    vectors: Vectors,
    clock: Clock,
    stocked: str,
) -> None:
    vectors.drop(sources.base(stocked))
    rebuilds.ask(stocked, *WANTED, "ana")
    rebuilds.all_anew("restore")
    finish(reembedding, clock, stocked)
    assert (made_with(sources, stocked), rebuilds.progress(stocked)) == (WANTED, None)
    assert vectors.ids(sources.base(stocked))


def test_calling_off_a_rebuild_of_lost_vectors_keeps_what_is_there(
    sources: Sources,
    rebuilds: Rebuilds,
    reembedding: Reembedding,
    vectors: Vectors,
    clock: Clock,
    stocked: str,
) -> None:
    before = sorted(vectors.ids(sources.base(stocked)))
    rebuilds.all_anew("restore")
    rebuilds.call_off(stocked)
    finish(reembedding, clock, stocked)
    assert (sorted(vectors.ids(sources.base(stocked))), rebuilds.progress(stocked)) == (
        before,
        None,
    )


def test_a_rebuild_of_lost_vectors_that_failed_can_be_asked_for_again(
    rebuilds: Rebuilds, reembedding: Reembedding, sources: Sources, moody: Moody, stocked: str
) -> None:
    rebuilds.all_anew("restore")
    moody.moods = [EmbeddingRefused("no")]
    reembedding.run(stocked)
    assert rebuilds.progress(stocked).state == "failed"
    rebuilds.ask(stocked, *made_with(sources, stocked), "ana")
    assert rebuilds.progress(stocked).state == "waiting"
