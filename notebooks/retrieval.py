"""How well questions find the passage that answers them, as dataframes.

The measuring is `knowledge.quality.measure`'s, the same that the studio shows; here it becomes
tables.
"""

import pandas as pd

from knowledge.ingest.sources import Sources
from knowledge.quality.measure import Measurement
from knowledge.quality.pairs import Pair
from knowledge.quality.sizes import recommend_with_sizes
from knowledge.search.retriever import Retriever


def ranks(found: Measurement) -> pd.DataFrame:
    """Return one row an answerable question: where each way put its answer (empty: nowhere)."""
    rows = [
        {"question": pair.question, "source": pair.source} | by_way
        for pair, by_way in found.ranks
        if pair.is_answerable
    ]
    return pd.DataFrame(rows)


def measures(found: Measurement) -> pd.DataFrame:
    """Return the measures of each way of searching."""
    rows = {
        one.way: {
            "hit@1": one.hit1,
            "hit@5": one.hit5,
            "MRR": one.mrr,
            "nDCG@10": one.ndcg,
            "refused": one.refused,
            "missed": one.missed,
            "p50 ms": one.p50_ms,
            "p95 ms": one.p95_ms,
        }
        for one in found.measures
    }
    return pd.DataFrame.from_dict(rows, orient="index").round(3)


def sweep(retriever: Retriever, sources: Sources, base_id: str, pairs: list[Pair]) -> pd.DataFrame:
    """Return one row a setting that was tried, and which one is recommended."""
    found = recommend_with_sizes(retriever, sources, base_id, pairs)
    rows = [
        {
            "settings": trial.tuning.as_json() or "as they are",
            "hit@1": trial.measures.hit1,
            "hit@5": trial.measures.hit5,
            "MRR": trial.measures.mrr,
            "refused": trial.measures.refused,
            "recommended": trial is found.best,
        }
        for trial in found.trials
    ]
    return pd.DataFrame(rows).round(3)
