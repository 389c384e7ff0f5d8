"""Measures are those of the books, pairs are kept, and a sweep recommends only what is better."""

import dataclasses
import math

import pytest

from actions.installation import sample_pairs
from agent.invented import SAMPLES
from knowledge.base import Passage
from knowledge.errors import NotAccepted, UnknownSource
from knowledge.ingest.bases import Bases
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.quality.grid_search import Trial, calibrated, recommend
from knowledge.quality.measure import Asked, measure, measures, table
from knowledge.quality.pairs import Pair, Pairs
from knowledge.search.retriever import Retriever
from knowledge.search.tuning import Tuning
from store.db.database import Database

PASSAGE = Passage("c", "b", "s", "garantia.pdf", 1, "una de 3 meses o\n3,000 km.", 1.0, page=1)  # type: ignore[arg-type]
TOPICS = ("garantía", "devolución", "enganche", "factura", "llaves", "seguro", "traslado")
TEXT = "\n\n".join(f"# {topic}\n\nAquí se explica todo de {topic}." for topic in TOPICS)


@pytest.fixture
def stocked(sources: Sources, ingestion: Ingestion, base_id: str) -> str:
    ingestion.read(sources.add_file(base_id, "temas.md", TEXT.encode(), "ana"))
    return base_id


ASKED = [Pair(f"¿Qué hay de {topic}?", "temas.md", topic) for topic in TOPICS]
VAIN = [Pair("¿Venden helados?"), Pair("receta de mole"), Pair("busco plomero")]


def test_a_passage_answers_when_file_page_and_words_fit() -> None:
    pair = Pair("¿Garantía?", "garantia.pdf", "3 meses o 3,000 km", page=1)
    assert pair.is_answered_by(PASSAGE)
    for wrong in ({"page": 2}, {"text": "una de 6 meses"}, {"source": "otro.pdf"}):
        assert not pair.is_answered_by(dataclasses.replace(PASSAGE, **wrong))


def test_measures_count_what_was_not_found_and_what_was_rightly_refused() -> None:
    ranks = [1, 2, None, 6]
    asked = [Asked(ASKED[0], rank, 10 if rank else 0, 5.0) for rank in ranks]
    asked += [Asked(VAIN[0], None, 0, 5.0), Asked(VAIN[1], None, 3, 50.0)]
    found = measures("hybrid", asked)
    assert (found.hit1, found.hit5, found.missed, found.refused) == (0.25, 0.5, 0.25, 0.5)
    assert found.mrr == pytest.approx((1 + 1 / 2 + 1 / 6) / 4, abs=1e-4)
    gains = 1 + 1 / math.log2(3) + 1 / math.log2(7)
    assert found.ndcg == pytest.approx(gains / 4, abs=1e-4)
    assert (found.p50_ms, found.p95_ms) == (5.0, 50.0)


def test_every_way_is_measured_side_by_side(retriever: Retriever, stocked: str) -> None:
    steps: list[tuple[int, int]] = []
    found = measure(retriever, [stocked], [*ASKED, *VAIN], advance=lambda *step: steps.append(step))
    assert [one.way for one in found.measures] == ["lexical", "ngrams", "vector", "hybrid"]
    by_way = {one.way: one for one in found.measures}
    assert (by_way["hybrid"].hit1, by_way["hybrid"].refused) == (1.0, 1.0)
    assert steps[-1] == (40, 40)
    assert [ranks["hybrid"] for pair, ranks in found.ranks if pair.is_answerable] == [1] * 7
    assert table(found).count("\n") == 5


def test_measuring_without_questions_says_what_to_do(retriever: Retriever, stocked: str) -> None:
    with pytest.raises(NotAccepted):
        measure(retriever, [stocked], [])
    with pytest.raises(NotAccepted):
        recommend(retriever, stocked, ASKED)


def test_pairs_are_kept_as_they_were_given(database: Database, base_id: str) -> None:
    pairs = Pairs(database)
    kept = pairs.add(base_id, Pair(" ¿Garantía? ", "garantia.pdf", "3 meses", 1), "ana")
    pairs.add(base_id, VAIN[0], "ana")
    first, second = pairs.list(base_id)
    assert (first.question, first.page, first.is_answerable) == ("¿Garantía?", 1, True)
    assert not second.is_answerable
    pairs.remove(kept)
    assert [pair.question for pair in pairs.list(base_id)] == [VAIN[0].question]
    with pytest.raises(NotAccepted):
        pairs.add(base_id, Pair("  "), "ana")
    with pytest.raises(UnknownSource):
        pairs.add("nobody", VAIN[0], "ana")


def test_a_sweep_leaves_well_enough_alone(retriever: Retriever, stocked: str) -> None:
    found = recommend(retriever, stocked, [*ASKED, *ASKED, *VAIN, *VAIN])
    assert found.best.measures.mrr == 1.0
    assert found.best.tuning.words == Tuning().words
    assert len(found.trials) > 10


def test_a_threshold_is_calibrated_to_refuse_most_and_lose_hardly_anything() -> None:
    def trial(threshold: float, hit5: float, refused: float) -> Trial:
        found = measures("hybrid", [Asked(ASKED[0], 1, 1, 1.0)])
        changed = dataclasses.replace(found, hit5=hit5, refused=refused)
        return Trial(Tuning(threshold=threshold), changed)

    tried = [trial(0.0, 0.90, 0.0), trial(0.2, 0.89, 0.5), trial(0.4, 0.70, 0.9)]
    assert calibrated(tried).tuning.threshold == 0.2


def test_a_base_is_searched_as_it_was_tuned(
    database: Database, retriever: Retriever, stocked: str
) -> None:
    question = "garantía helados vainilla chocolate"
    assert retriever.search(question, [stocked])
    Bases(database).tune(stocked, Tuning(vector=0.0, threshold=0.9))
    assert retriever.search(question, [stocked]) == []
    assert retriever.tuning([stocked]).threshold == 0.9
    Bases(database).tune(stocked, Tuning())
    assert retriever.search(question, [stocked])


def test_tuning_that_makes_no_sense_is_refused() -> None:
    for wrong in ({"words": 1.5}, {"vector_low": 0.9, "vector_high": 0.2}, {"chunk_tokens": 5}):
        with pytest.raises(NotAccepted):
            Tuning(**wrong)  # type: ignore[arg-type]


def test_the_samples_have_pairs_enough_to_measure_with() -> None:
    pairs = [pair for name in ("autos", "homologa") for pair in sample_pairs(SAMPLES / name)]
    assert len([pair for pair in pairs if pair.is_answerable]) >= 150
    assert len([pair for pair in pairs if not pair.is_answerable]) >= 50
