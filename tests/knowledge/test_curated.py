"""Curated answers come first when they fit; corrections outlive a re-read; both leave nothing."""

import pytest
from sqlalchemy import func, select

from agent.store.db import Database
from knowledge.chroma import Vectors
from knowledge.corrections import Corrections
from knowledge.curated import NAME, Curated
from knowledge.embedders import Embedders
from knowledge.errors import NotAccepted, UnknownSource
from knowledge.ingestion import Ingestion
from knowledge.library import Library
from knowledge.sources import Sources
from knowledge.tables import chunks, corrections

POLICY = """# Garantía

La garantía cubre motor y transmisión durante noventa días.

# Pagos

Se paga por transferencia o con tarjeta de débito.
"""
QUESTION = "¿Aceptan efectivo en la sucursal?"
ANSWER = "Solo hasta mil pesos."


@pytest.fixture
def curated(database: Database, vectors: Vectors) -> Curated:
    return Curated(database, Embedders(), vectors)


@pytest.fixture
def changes(database: Database, vectors: Vectors) -> Corrections:
    return Corrections(database, Embedders(), vectors)


@pytest.fixture
def source_id(desk: Sources, ingestion: Ingestion, base_id: str) -> str:
    source_id = desk.add_file(base_id, "politicas.md", POLICY.encode(), "ana")
    ingestion.read(source_id)
    return source_id


def chunk_id(desk: Sources, source_id: str, words: str) -> int:
    return next(chunk.id for chunk in desk.chunks(source_id) if words in chunk.text)


def texts(library: Library, question: str, base_id: str) -> list[str]:
    return [passage.text for passage in library.search(question, [base_id])]


@pytest.mark.usefixtures("source_id")
def test_a_curated_answer_comes_first_and_says_so(
    library: Library, curated: Curated, base_id: str
) -> None:
    curated.add(base_id, QUESTION, ANSWER, "ana")
    best = library.search("¿puedo pagar en efectivo en la sucursal?", [base_id])[0]
    assert (best.text, best.kind, best.source, best.heading) == (ANSWER, "curated", NAME, QUESTION)
    assert texts(library, "¿qué cubre la garantía?", base_id)[0].startswith("La garantía")


def test_a_changed_answer_is_found_as_it_is_now(
    library: Library, curated: Curated, base_id: str
) -> None:
    added = curated.add(base_id, QUESTION, ANSWER, "ana")
    curated.change(added, "¿Aceptan bitcoin?", "No.", "luis")
    assert texts(library, "efectivo en la sucursal", base_id) == []
    assert texts(library, "¿aceptan bitcoin?", base_id) == ["No."]
    [kept] = curated.of(base_id)
    assert (kept.created_by, kept.changed_by, kept.answer) == ("ana", "luis", "No.")


def test_a_removed_answer_leaves_nothing(
    desk: Sources, curated: Curated, library: Library, vectors: Vectors, base_id: str
) -> None:
    added = curated.add(base_id, QUESTION, ANSWER, "ana")
    assert vectors.ids(desk.base(base_id))
    curated.remove(added)
    assert (vectors.ids(desk.base(base_id)), curated.of(base_id)) == ([], [])
    assert texts(library, QUESTION, base_id) == []
    desk.remove_base(base_id)


def test_curated_answers_are_no_source_that_staff_could_remove_by_mistake(
    desk: Sources, curated: Curated, base_id: str
) -> None:
    curated.add(base_id, QUESTION, ANSWER, "ana")
    assert (desk.list(base_id), desk.base(base_id, counted=True).sources) == ([], 0)
    with pytest.raises(NotAccepted):
        desk.remove_base(base_id)


def test_an_answer_is_found_by_its_words_when_the_vectors_are_out_of_reach(
    database: Database, library: Library, base_id: str
) -> None:
    Curated(database, Embedders(), Vectors("http://127.0.0.1:9")).add(
        base_id, QUESTION, ANSWER, "ana"
    )
    assert texts(library, QUESTION, base_id) == [ANSWER]


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
    desk: Sources, ingestion: Ingestion, library: Library, changes: Corrections, source_id: str
) -> None:
    base_id = desk.get(source_id).base_id
    changes.correct(chunk_id(desk, source_id, "noventa"), "La garantía dura un año.", "ana")
    assert texts(library, "garantía", base_id)[0] == "La garantía dura un año."
    assert texts(library, "transmisión", base_id) == []
    desk.retry(source_id)
    ingestion.read(source_id)
    assert texts(library, "garantía", base_id)[0] == "La garantía dura un año."
    changes.restore(chunk_id(desk, source_id, "un año"), "ana")
    assert "noventa" in texts(library, "garantía", base_id)[0]


def test_a_silenced_passage_is_not_found_but_seen_by_staff(
    desk: Sources, ingestion: Ingestion, library: Library, changes: Corrections, source_id: str
) -> None:
    base_id = desk.get(source_id).base_id
    changes.silence(chunk_id(desk, source_id, "tarjeta"), "ana")
    for _ in range(2):
        assert texts(library, "tarjeta de débito", base_id) == []
        by_vectors = library.search("tarjeta de débito", [base_id], hybrid=False)
        assert [p.text for p in by_vectors if "tarjeta" in p.text] == []
        assert [chunk.silenced for chunk in desk.chunks(source_id)].count(True) == 1
        desk.retry(source_id)
        ingestion.read(source_id)
    changes.restore(chunk_id(desk, source_id, "tarjeta"), "ana")
    assert texts(library, "tarjeta de débito", base_id)


def test_a_source_takes_its_corrections_along(
    desk: Sources, ingestion: Ingestion, database: Database, changes: Corrections, source_id: str
) -> None:
    changes.correct(chunk_id(desk, source_id, "noventa"), "Otra cosa.", "ana")
    desk.mark_removing(source_id)
    ingestion.remove(source_id)
    with database.read() as tx:
        counts = [tx.scalar(select(func.count()).select_from(t)) for t in (chunks, corrections)]
    assert counts == [0, 0]
