"""How well questions find the passage that answers them: by words, by vectors and by both.

A question of `questions.yaml` names the file, page or row that answers it and words that the
passage must hold. Its rank is the place of the first passage that fits, counted from 1. The
measures are the usual ones: hit@k is the share of questions with a rank of k or better, MRR the
mean of 1/rank (0 when nothing fits).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from knowledge.base import Passage
from knowledge.chroma import Vectors
from knowledge.library import Library

DEPTH = 10


@dataclass(frozen=True)
class Question:
    """What a customer asks, and where the answer stands."""

    question: str
    source: str
    expect: str = ""
    page: int | None = None
    row: int | None = None
    language: str = "es"

    def is_answered_by(self, passage: Passage) -> bool:
        """True when *passage* stands in the right place and holds the expected words."""
        return (
            passage.source == self.source
            and self.page in (None, passage.page)
            and self.row in (None, passage.row)
            and _plain(self.expect) in _plain(passage.text)
        )


class _NoVectors:
    """Collections that hold nothing, so that a library answers by words alone."""

    def upsert(self, name: str, ids: list[str], vectors: Any, metadatas: Any) -> None:
        raise NotImplementedError

    def query(self, name: str, vector: Any, limit: int, where: Any = None) -> list[Any]:
        return []

    def ids(self, name: str, where: dict[str, Any] | None, limit: int) -> list[str]:
        return []

    def delete(self, name: str, ids: list[str]) -> None:
        raise NotImplementedError


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a `questions.yaml`."""
    return [Question(**entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]


def ranks(library: Library, base_ids: Sequence[str], asked: Sequence[Question]) -> pd.DataFrame:
    """Return one row a question: where each way of searching placed its answer (empty: nowhere)."""
    words_only = Library(library.database, Vectors(collections=_NoVectors()), library.embedder_for)
    ways = {"lexical": (words_only, True), "vector": (library, False), "hybrid": (library, True)}
    return pd.DataFrame(
        {"question": question.question, "source": question.source}
        | {
            name: _rank(question, way.search(question.question, base_ids, DEPTH, hybrid))
            for name, (way, hybrid) in ways.items()
        }
        for question in asked
    )


def measures(found: pd.DataFrame) -> pd.DataFrame:
    """Return hit@1, hit@5 and MRR of each way, out of what `ranks` found."""
    by_way = found[["lexical", "vector", "hybrid"]].astype(float)
    return pd.DataFrame(
        {
            "hit@1": (by_way <= 1).mean(),
            "hit@5": (by_way <= 5).mean(),
            "MRR": (1 / by_way).fillna(0).mean(),
        }
    ).round(3)


def _rank(question: Question, passages: Sequence[Passage]) -> int | None:
    places = (n for n, passage in enumerate(passages, 1) if question.is_answered_by(passage))
    return next(places, None)


def _plain(text: str) -> str:
    return " ".join(text.split())
