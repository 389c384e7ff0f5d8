"""The right passage comes first, nothing comes when nothing fits, and a broken side is survived."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.lexical import stems
from knowledge.search import frequencies
from knowledge.search import retriever as library_module
from knowledge.search.frequencies import Frequencies
from knowledge.search.retriever import Retriever
from knowledge.search.tuning import Tuning
from knowledge.vectors.chroma import Near, Vectors
from tests.standins.hashed import HashedEmbedders

POLICY = """# Garantía

La garantía cubre motor y transmisión durante noventa días.

# Devoluciones

Puede devolver el auto dentro de siete días naturales.

# Financiamiento

El enganche mínimo es del quince por ciento del precio.

# Sucursales

En Monterrey atendemos en Plaza Fiesta San Agustín, de lunes a sábado.
"""
CARS = "Marca;Modelo;Precio\nNissan;Versa;249,000\nMazda;CX-5;410,500\nKia;Rio;260,000\n"


@pytest.fixture
def stocked(sources: Sources, ingestion: Ingestion, base_id: str) -> str:
    for name, text in (("politicas.md", POLICY), ("autos.csv", CARS)):
        ingestion.read(sources.add_file(base_id, name, text.encode(), "ana"))
    return base_id


def test_questions_find_their_passages(retriever: Retriever, stocked: str) -> None:
    wanted = {
        "Hola, ¿qué cubre la garantia?": "noventa",
        "quiero devolver mi coche": "siete",
        "¿de cuánto es el enganche?": "quince",
        "¿Dónde están en Monterrey?": "Plaza",
        "precio del nissan versa": "249,000",
        "hay algun masda cx5?": "Mazda",
    }
    found = {question: retriever.search(question, [stocked]) for question in wanted}
    assert {q: wanted[q] in found[q][0].text for q in wanted} == dict.fromkeys(wanted, True)
    assert all(0 < passage.score <= 1 for passages in found.values() for passage in passages)


def test_words_are_looked_up_while_the_vectors_are_asked(
    retriever: Retriever, stocked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up, whole = threading.Event(), library_module.candidates
    vectors_search = retriever.vectors.search

    def candidates(*asked: Any) -> list[int]:
        looked_up.set()
        return whole(*asked)

    def search(*asked: Any) -> list[Near]:
        assert looked_up.wait(10)
        return vectors_search(*asked)

    monkeypatch.setattr(library_module, "candidates", candidates)
    monkeypatch.setattr(retriever.vectors, "search", search)
    found = retriever.search("¿qué cubre la garantía?", [stocked], tuning=Tuning(vector=0.5))
    assert set(found[0].found_by) == {"lexical", "vector"}


@pytest.mark.parametrize("question", ["¿venden helados de vainilla?", "hola", "¿¿??", "", '"*" OR'])
def test_nothing_is_found_when_nothing_fits(
    retriever: Retriever, stocked: str, question: str
) -> None:
    assert retriever.search(question, [stocked]) == []


@pytest.mark.parametrize(
    "question", ['motor" OR "x', "NEAR(motor, 1)", "stems:motor", "motor' | !"]
)
def test_what_looks_like_a_query_language_is_words(
    retriever: Retriever, stocked: str, question: str
) -> None:
    assert "motor" in retriever.search(question, [stocked])[0].text


def test_words_answer_when_the_vectors_cannot(retriever: Retriever, stocked: str) -> None:
    broken = Retriever(retriever.database, Vectors("http://127.0.0.1:9"), HashedEmbedders())
    best = broken.search("¿qué cubre la garantía?", [stocked], hybrid=False)[0]
    assert ("noventa" in best.text, best.found_by) == (True, ("lexical",))


def test_a_place_is_named_for_people(retriever: Retriever, stocked: str) -> None:
    assert retriever.search("kia rio", [stocked])[0].place == "autos.csv, fila 3"


def test_other_bases_are_not_searched(retriever: Retriever, sources: Sources, stocked: str) -> None:
    other = sources.create_base("Otra", "ana", *HashedEmbedders().default())
    assert retriever.search("garantía", [other]) == []
    assert retriever.search("garantía", ["no-such-base"]) == []
    assert retriever.search("garantía", [other, stocked])


def test_rows_are_the_catalogue(retriever: Retriever, stocked: str) -> None:
    assert [row.fields["Modelo"] for row in retriever.rows([stocked])] == ["Versa", "CX-5", "Rio"]


def test_a_search_is_remembered_until_the_base_changes(
    retriever: Retriever, sources: Sources, ingestion: Ingestion, stocked: str
) -> None:
    before = retriever.search("garantía", [stocked])
    assert retriever.search("garantía", [stocked])[0] is before[0]
    ingestion.read(
        sources.add_file(stocked, "mas.txt", b"La garantia extendida cuesta mil.", "ana")
    )
    assert len(retriever.search("garantía", [stocked])) == len(before) + 1


def test_stems_forgive_number_case_and_accents() -> None:
    assert stems("DEVOLUCIONES") == stems("devolución") == stems("devolucion")
    assert stems("warranties") == stems("Warranty") or set(stems("warranties")) & set(
        stems("Warranty")
    )
    assert stems("$249,000") == stems("249.000") == ["249000"]
    assert stems("Hola, ¿me puede decir algo?") == stems("decir")


def test_threads_that_search_at_once_count_a_base_once(
    retriever: Retriever, stocked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, take = [], frequencies.take

    def counting(*given: Any) -> Frequencies:
        counted.append(given)
        return take(*given)

    monkeypatch.setattr(frequencies, "take", counting)
    with ThreadPoolExecutor(4) as readers:
        found = list(readers.map(lambda n: retriever.search(f"garantía {n}", [stocked]), range(8)))
    assert (len(counted), all(found)) == (1, True)


def test_a_large_base_is_sampled_once_though_it_changes(
    retriever: Retriever,
    sources: Sources,
    ingestion: Ingestion,
    stocked: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frequencies, "SAMPLE", 2)
    monkeypatch.setattr(frequencies, "STALE_SECONDS", 0.0)
    monkeypatch.setattr(frequencies, "CHANGED", 0.9)
    retriever.search("garantía", [stocked])
    before = retriever._frequencies.get(("", stocked))
    ingestion.read(sources.add_file(stocked, "mas.txt", b"El zafiro cuesta mil pesos.", "ana"))
    assert retriever.search("zafiro", [stocked])
    after = retriever._frequencies.get(("", stocked))
    assert after._grams is before._grams
    assert (after.total, after.documents(" zafir ")) == (before.total + 1, 1)


def test_a_large_base_that_grew_much_is_sampled_anew(
    retriever: Retriever,
    sources: Sources,
    ingestion: Ingestion,
    stocked: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frequencies, "SAMPLE", 2)
    monkeypatch.setattr(frequencies, "STALE_SECONDS", 0.0)
    monkeypatch.setattr(frequencies, "CHANGED", 0.0)
    retriever.search("garantía", [stocked])
    before = retriever._frequencies.get(("", stocked))
    ingestion.read(sources.add_file(stocked, "mas.txt", b"El zafiro cuesta mil pesos.", "ana"))
    retriever.search("zafiro", [stocked])
    assert retriever._frequencies.get(("", stocked))._grams is not before._grams
