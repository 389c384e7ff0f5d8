"""Curated answers come first when they fit; corrections outlive a re-read; both leave nothing."""

import pytest
from sqlalchemy import func, select

from knowledge.errors import NotAccepted, UnknownSource
from knowledge.ingest.corrections import Corrections
from knowledge.ingest.curated import NAME, Curated
from knowledge.ingest.indexing import Alignment
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.search.retriever import Retriever
from knowledge.tables import chunks, corrections
from knowledge.vectors.chroma import Vectors
from store.db.database import Database
from tests.standins.hashed import HashedEmbedders

POLICY = """# Garantía

La garantía cubre motor y transmisión durante noventa días.

# Pagos

Se paga por transferencia o con tarjeta de débito.
"""
QUESTION = "¿Aceptan efectivo en la sucursal?"
ANSWER = "Solo hasta mil pesos."


@pytest.fixture
def curated(database: Database, vectors: Vectors) -> Curated:
    return Curated(database, Alignment(database, HashedEmbedders(), vectors).align)


@pytest.fixture
def changes(database: Database, vectors: Vectors) -> Corrections:
    return Corrections(database, Alignment(database, HashedEmbedders(), vectors).align)


@pytest.fixture
def source_id(sources: Sources, ingestion: Ingestion, base_id: str) -> str:
    source_id = sources.add_file(base_id, "politicas.md", POLICY.encode(), "ana")
    ingestion.read(source_id)
    return source_id


def chunk_id(sources: Sources, source_id: str, words: str) -> int:
    return next(chunk.id for chunk in sources.chunks(source_id) if words in chunk.text)


def texts(retriever: Retriever, question: str, base_id: str) -> list[str]:
    return [passage.text for passage in retriever.search(question, [base_id])]


@pytest.mark.usefixtures("source_id")
def test_a_curated_answer_comes_first_and_says_so(
    retriever: Retriever, curated: Curated, base_id: str
) -> None:
    curated.add(base_id, QUESTION, ANSWER, "ana")
    best = retriever.search("¿puedo pagar en efectivo en la sucursal?", [base_id])[0]
    assert (best.text, best.kind, best.source, best.heading) == (ANSWER, "curated", NAME, QUESTION)
    assert texts(retriever, "¿qué cubre la garantía?", base_id)[0].startswith("La garantía")


def test_a_changed_answer_is_found_as_it_is_now(
    retriever: Retriever, curated: Curated, base_id: str
) -> None:
    added = curated.add(base_id, QUESTION, ANSWER, "ana")
    curated.change(added, "¿Aceptan bitcoin?", "No.", "luis")
    assert texts(retriever, "efectivo en la sucursal", base_id) == []
    assert texts(retriever, "¿aceptan bitcoin?", base_id) == ["No."]
    [kept] = curated.of(base_id)
    assert (kept.created_by, kept.changed_by, kept.answer) == ("ana", "luis", "No.")


def test_a_removed_answer_leaves_nothing(
    sources: Sources, curated: Curated, retriever: Retriever, vectors: Vectors, base_id: str
) -> None:
    added = curated.add(base_id, QUESTION, ANSWER, "ana")
    assert vectors.ids(sources.base(base_id))
    curated.remove(added)
    assert (vectors.ids(sources.base(base_id)), curated.of(base_id)) == ([], [])
    assert texts(retriever, QUESTION, base_id) == []
    sources.remove_base(base_id)


def test_curated_answers_are_no_source_that_staff_could_remove_by_mistake(
    sources: Sources, curated: Curated, base_id: str
) -> None:
    curated.add(base_id, QUESTION, ANSWER, "ana")
    assert (sources.list(base_id), sources.base(base_id, counted=True).sources) == ([], 0)
    with pytest.raises(NotAccepted):
        sources.remove_base(base_id)


def test_an_answer_is_found_by_its_words_when_the_vectors_are_out_of_reach(
    database: Database, retriever: Retriever, base_id: str
) -> None:
    nowhere = Alignment(database, HashedEmbedders(), Vectors("http://127.0.0.1:9"))
    Curated(database, nowhere.align).add(base_id, QUESTION, ANSWER, "ana")
    assert texts(retriever, QUESTION, base_id) == [ANSWER]


@pytest.mark.parametrize(("question", "answer"), [("", "Sí."), ("¿Sí?", " "), ("x" * 301, "Sí.")])
def test_empty_and_endless_answers_are_refused(
    curated: Curated, base_id: str, question: str, answer: str
) -> None:
    with pytest.raises(NotAccepted):
        curated.add(base_id, question, answer, "ana")


def test_what_is_not_there_cannot_be_changed(curated: Curated, changes: Corrections) -> None:
    with pytest.raises(UnknownSource):
        curated.remove(7)
    with pytest.raises(UnknownSource):
        changes.silence(7, "ana")


def test_a_correction_is_searched_at_once_and_survives_a_re_read(
    sources: Sources,
    ingestion: Ingestion,
    retriever: Retriever,
    changes: Corrections,
    source_id: str,
) -> None:
    base_id = sources.get(source_id).base_id
    changes.correct(chunk_id(sources, source_id, "noventa"), "La garantía dura un año.", "ana")
    assert texts(retriever, "garantía", base_id)[0] == "La garantía dura un año."
    assert texts(retriever, "transmisión", base_id) == []
    sources.retry(source_id)
    ingestion.read(source_id)
    assert texts(retriever, "garantía", base_id)[0] == "La garantía dura un año."
    changes.restore(chunk_id(sources, source_id, "un año"), "ana")
    assert "noventa" in texts(retriever, "garantía", base_id)[0]


def test_a_silenced_passage_is_not_found_but_seen_by_staff(
    sources: Sources,
    ingestion: Ingestion,
    retriever: Retriever,
    changes: Corrections,
    source_id: str,
) -> None:
    base_id = sources.get(source_id).base_id
    changes.silence(chunk_id(sources, source_id, "tarjeta"), "ana")
    for _ in range(2):
        assert texts(retriever, "tarjeta de débito", base_id) == []
        by_vectors = retriever.search("tarjeta de débito", [base_id], hybrid=False)
        assert [p.text for p in by_vectors if "tarjeta" in p.text] == []
        assert [chunk.silenced for chunk in sources.chunks(source_id)].count(True) == 1
        sources.retry(source_id)
        ingestion.read(source_id)
    changes.restore(chunk_id(sources, source_id, "tarjeta"), "ana")
    assert texts(retriever, "tarjeta de débito", base_id)


def test_a_source_takes_its_corrections_along(
    sources: Sources, ingestion: Ingestion, database: Database, changes: Corrections, source_id: str
) -> None:
    changes.correct(chunk_id(sources, source_id, "noventa"), "Otra cosa.", "ana")
    sources.mark_removing(source_id)
    ingestion.remove(source_id)
    with database.read() as tx:
        counts = [tx.scalar(select(func.count()).select_from(t)) for t in (chunks, corrections)]
    assert counts == [0, 0]


def test_a_worker_aligns_the_vector_of_what_staff_changed(
    database: Database, vectors: Vectors, sources: Sources, base_id: str, source_id: str
) -> None:
    """It may be told late, several times, and in another order than things were done."""
    told: list[tuple[str, int]] = []
    later = Curated(database, lambda *chunk: told.append(chunk))
    changes = Corrections(database, lambda *chunk: told.append(chunk))
    base, align = sources.base(base_id), Alignment(database, HashedEmbedders(), vectors).align
    before = set(vectors.ids(base))
    kept, gone = (later.add(base_id, f"{QUESTION} {n}", ANSWER, "ana") for n in range(2))
    changes.correct(chunk_id(sources, source_id, "garantía"), "Otra garantía.", "ana")
    later.remove(gone)
    assert set(vectors.ids(base)) == before
    for chunk in [*reversed(told), *told, ("0" * 32, 1)]:
        align(*chunk)
    own = told[0][0]
    assert set(vectors.ids(base)) == before | {f"{own}:1:{kept}"}
    later.remove(kept)
    align(own, kept)
    assert set(vectors.ids(base)) == before
    assert {one.kind for one in sources.list(base_id)} == {"file"}
