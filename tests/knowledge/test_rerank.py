"""The reranker's order counts when it answers; when it does not, the fused order stands."""

from collections.abc import Iterator

import pytest

from actions.services import open_services
from agent.answering import open_answering
from agent.settings import Settings
from knowledge.errors import EmbeddingRefused, EmbeddingUnavailable
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.search.rerank import JinaReranker
from knowledge.search.retriever import Retriever
from tests.standins.jina import KEY, JinaState, jina_standin
from tests.standins.server import serve

MODEL = "jina-reranker-v2-base-multilingual"
TEXT = """# Garantía

La garantía cubre el motor durante noventa días.

# Más sobre la garantía

El texto favorito de la garantía.
"""


@pytest.fixture
def state() -> JinaState:
    return JinaState()


@pytest.fixture
def reranker(state: JinaState) -> Iterator[JinaReranker]:
    with serve(jina_standin(state)) as url:
        made = JinaReranker(KEY, url, MODEL)
        yield made
        made.close()


def test_passages_are_ordered_by_relevance(reranker: JinaReranker) -> None:
    assert reranker.order("garantía", ["uno", "el favorito", "tres"]) == [
        (1, 0.9),
        (0, 0.89),
        (2, 0.88),
    ]


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        ("broken", EmbeddingUnavailable),
        ("half", EmbeddingUnavailable),
        ("rubbish", EmbeddingUnavailable),
        ("slow_down", EmbeddingUnavailable),
        ("no_credit", EmbeddingRefused),
    ],
)
def test_what_goes_wrong_is_said(
    reranker: JinaReranker, state: JinaState, mood: str, error: type[Exception]
) -> None:
    state.moods = [mood]
    with pytest.raises(error):
        reranker.order("garantía", ["uno", "dos"])


def test_it_is_left_alone_for_as_long_as_it_asks(state: JinaState) -> None:
    now = [100.0]
    state.moods, state.retry_after = ["slow_down"], "7"
    with serve(jina_standin(state)) as url:
        reranker = JinaReranker(KEY, url, MODEL, clock=lambda: now[0])
        for now[0] in (100.0, 106.0):
            with pytest.raises(EmbeddingUnavailable):
                reranker.order("garantía", ["uno", "dos"])
        assert state.statuses == [429]
        now[0] = 107.5
        assert len(reranker.order("garantía", ["uno", "dos"])) == 2
        reranker.close()


def test_the_library_shows_the_order_of_the_reranker_or_its_own(
    sources: Sources,
    ingestion: Ingestion,
    retriever: Retriever,
    base_id: str,
    reranker: JinaReranker,
    state: JinaState,
) -> None:
    ingestion.read(sources.add_file(base_id, "g.md", TEXT.encode(), "ana"))
    usual = retriever.search("¿cubre la garantía el motor?", [base_id])
    assert "noventa" in usual[0].text
    retriever.reranker = reranker
    state.moods = ["ok", "broken"]
    retriever.forget()
    best = retriever.search("¿cubre la garantía el motor?", [base_id])[0]
    assert ("favorito" in best.text, best.found_by[-1]) == (True, "reranker")
    retriever.forget()
    assert retriever.search("¿cubre la garantía el motor?", [base_id]) == usual


def test_the_reranker_is_there_when_it_is_named_and_there_is_a_key(settings: Settings) -> None:
    named = {"jina_api_key": "k", "jina_reranker": MODEL}
    for change, expected in ((named, True), ({"jina_reranker": MODEL}, False), ({}, False)):
        values = settings.model_dump(exclude={"jina_api_key"}) | change
        services = open_services(Settings(_env_file=None, **values))
        answering = open_answering(services.settings, services.database, services.embedders)
        assert (answering.retriever.reranker is not None) == expected
        services.database.close()
