"""Other sizes of passages are tried in memory, and recommended only when they are better."""

from pathlib import Path

import pytest

from knowledge.base import Document, Section
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.quality import sizes
from knowledge.quality.pairs import Pair
from knowledge.quality.sizes import recommend_with_sizes, tried
from knowledge.search.retriever import Retriever
from knowledge.search.tuning import Tuning

# One passage at 240 tokens is a heap of everything; at 120 each subject has its own.
SUBJECTS = ("garantía", "devolución", "enganche", "factura", "llaves", "seguro", "traslado")
BODY = "\n\n".join(
    f"La {subject} del auto se explica así. " + f"Sobre {subject} hay {n} reglas más. " * 12
    for n, subject in enumerate(SUBJECTS)
)
ASKED = [Pair(f"¿Cómo es la {subject}?", "reglas.txt", f"La {subject} del") for subject in SUBJECTS]


def whole(path: Path, name: str) -> Document:
    return Document([Section(BODY)])


@pytest.fixture
def stocked(sources: Sources, ingestion: Ingestion, base_id: str) -> str:
    ingestion.read_document = whole
    ingestion.read(sources.add_file(base_id, "reglas.txt", BODY.encode(), "ana"))
    return base_id


def test_the_size_it_has_is_tried_first_and_as_it_would_be_searched(
    sources: Sources, retriever: Retriever, stocked: str
) -> None:
    usual = Tuning(chunk_tokens=150)
    trials = tried(retriever.embedder_for, sources, stocked, ASKED, usual, whole)
    assert [trial.tuning.chunk_tokens for trial in trials] == [150, *sizes.SIZES]
    assert all(trial.measures.hit5 > 0 for trial in trials)
    held = len(sources.chunks(sources.list(stocked)[0].id))
    assert held == sources.base(stocked, counted=True).passages  # nothing was written


def test_vectors_are_made_for_each_size_where_they_count(
    sources: Sources, retriever: Retriever, stocked: str
) -> None:
    only_vectors = Tuning(vector=1.0, vector_low=0.0)
    trials = tried(retriever.embedder_for, sources, stocked, ASKED, only_vectors, whole)
    assert trials[0].measures.hit5 > 0


def test_sizes_come_with_the_recommendation_and_need_to_be_better(
    sources: Sources, retriever: Retriever, stocked: str
) -> None:
    found = recommend_with_sizes(retriever, sources, stocked, ASKED * 3, whole)
    assert {trial.tuning.chunk_tokens for trial in found.trials} == {240, *sizes.SIZES}
    by_size = {t.tuning.chunk_tokens: t.measures.mrr for t in found.trials[-3:]}
    is_better = max(by_size.values()) >= by_size[240] + 0.005
    assert (found.best.tuning.chunk_tokens != 240) == is_better


def test_a_base_that_is_too_large_keeps_its_size(
    sources: Sources, retriever: Retriever, stocked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "MOST_PASSAGES", 1)
    assert tried(retriever.embedder_for, sources, stocked, ASKED, Tuning(), whole) == []
