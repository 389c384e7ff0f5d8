"""The vector side is exact: what it finds are the nearest vectors, in their order."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.base import Document, Section
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.search.retriever import Retriever
from knowledge.search.tuning import Tuning
from knowledge.vectors.chroma import Vectors
from knowledge.vectors.embedders import Embedders
from tests.standins.jina import KEY, JinaState, jina_standin
from tests.standins.server import serve

MODEL, SIZE = "jina-embeddings-v3", 64
TOLD = 10  # passages a question
PASSAGES = [f"pasaje número {n}" for n in range(400)]
QUESTIONS = [f"pregunta {n}" for n in range(25)]
# The whole range of cosines counts, so that the order is that of the vectors alone.
AS_THEY_ARE = Tuning(vector_low=0.0, vector_high=1.0)


def drawn(count: int, seed: int) -> NDArray[np.float64]:
    """Vectors of length one, every way."""
    made = np.random.default_rng(seed).normal(size=(count, SIZE))
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.fixture
def embedders() -> Iterator[Embedders]:
    """Jina's stand-in, which answers with vectors whose neighbours are known."""
    texts, vectors = [*PASSAGES, *QUESTIONS], [*drawn(400, 1), *drawn(25, 2)]
    known = {text: vector.tolist() for text, vector in zip(texts, vectors, strict=True)}
    with serve(jina_standin(JinaState(known=known))) as url:
        yield Embedders(KEY, url, MODEL, SIZE)


def test_the_nearest_vectors_are_found_in_their_order(
    sources: Sources, vectors: Vectors, embedders: Embedders
) -> None:
    base_id = sources.create_base("Vecinos", "ana", "jina", MODEL, SIZE)
    source_id = sources.add_text(base_id, "Pasajes", "uno", "ana")
    document = Document(Section(text) for text in PASSAGES)
    Ingestion(sources, sources.database, vectors, embedders, lambda *_: document).read(source_id)
    retriever = Retriever(sources.database, vectors, embedders)
    found = [
        [one.text for one in retriever.search(asked, [base_id], TOLD, False, tuning=AS_THEY_ARE)]
        for asked in QUESTIONS
    ]
    nearest = np.argsort(-drawn(25, 2) @ drawn(400, 1).T, axis=1)[:, :TOLD]
    assert found == [[PASSAGES[n] for n in row] for row in nearest]
