"""Which size of passage a base is searched best with: its sources divided anew, in memory.

Each stored source is read once and divided at each size; every passage of a size is scored for
every saved question, by the same scores as searches. Nothing is written: a size counts from the
next reading of each source on. Pages are not fetched again, so they stay divided as they are, and
curated answers are left out. Where vectors count, every size is embedded: with Jina that is billed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from knowledge import lexical
from knowledge.base import Base, Chunk, Document, Embedder, EmbedderFor, Passage, Source, embedded
from knowledge.errors import Unreadable
from knowledge.ingest.sources import Sources
from knowledge.lexical import indexed
from knowledge.parsing.loaders import READ_AS, read_document
from knowledge.parsing.splitter import split
from knowledge.quality import measure
from knowledge.quality.grid_search import BETTER_BY, Recommendation, Trial, recommend
from knowledge.quality.measure import Asked
from knowledge.quality.pairs import Pair
from knowledge.search import bm25, hybrid, passages
from knowledge.search.bm25 import Question
from knowledge.search.frequencies import Frequencies
from knowledge.search.hybrid import Scale, Side
from knowledge.search.retriever import Retriever
from knowledge.search.tuning import Tuning
from knowledge.states import SourceKind

SIZES = (120, 240, 400)  # tokens
MOST_PASSAGES = 5_000  # of a base; a larger one takes too long, and too much of Jina
Read = Callable[[Path, str], Document]


class Row(NamedTuple):
    """A passage that stands in no database."""

    id: int
    base_id: str
    source_id: str
    source: str
    source_version: int
    text: str
    stems: str
    page: int | None
    row: int | None
    heading: str
    url: str
    kind: str


@dataclass(frozen=True)
class Divided:
    """A base's passages at one size, and what is needed to score them."""

    rows: Sequence[Any]
    known: Frequencies
    side: Side
    vectors: Any  # one row a passage; None: vectors do not count
    embedder: Embedder | None

    def search(self, query: str) -> list[Passage]:
        """The passages that answer *query*, best first, every one of them having been scored."""
        if not self.rows:
            return []
        words = lexical.asked_words(query)
        asked = bm25.question(words, self.known.total, self.known.documents)
        ranked = hybrid.in_order(self._scale(asked), self._scored(asked, query))
        best = hybrid.varied(ranked, measure.DEPTH)
        return [passages.passage(one.row, one.score, one.found_by) for one in best]

    def _scored(self, asked: Question, query: str) -> list[hybrid.Scored]:
        near: Sequence[float | None] = [None] * len(self.rows)
        if self.embedder is not None:
            near = (self.vectors @ np.array(self.embedder.embed_query(query))).tolist()
        return hybrid.score(self._scale(asked), list(zip(self.rows, near, strict=True)))

    def _scale(self, asked: Question) -> Scale:
        sides: Mapping[str, Side] = {self.rows[0].base_id: self.side}
        return Scale(asked, self.known.total, self.known.mean_length, sides)


def recommend_with_sizes(
    retriever: Retriever,
    source_store: Sources,
    base_id: str,
    pairs: Sequence[Pair],
    read: Read = read_document,
) -> Recommendation:
    """What `sweep.recommend` says, and then whether other sizes of passages would be better.

    The sizes that are tried are compared with each other, the base's own first. Raises
    NotAccepted for too few pairs.
    """
    found = recommend(retriever, base_id, pairs)
    trials = tried(retriever.embedder_for, source_store, base_id, pairs, found.best.tuning, read)
    if not trials:
        return found
    best = max(trials, key=lambda trial: trial.measures.mrr)
    is_better = best.measures.mrr >= trials[0].measures.mrr + BETTER_BY
    return Recommendation((*found.trials, *trials), best if is_better else found.best)


def tried(
    embedder_for: EmbedderFor,
    source_store: Sources,
    base_id: str,
    pairs: Sequence[Pair],
    tuning: Tuning,
    read: Read = read_document,
) -> list[Trial]:
    """How the base would do at each size, its own first; none for a base that is too large."""
    base = source_store.base(base_id, counted=True)
    if not 0 < base.passages <= MOST_PASSAGES:
        return []
    sources = [source for source in source_store.list(base_id) if source.version]
    documents = {source.id: _document(source_store, source, read) for source in sources}
    trials = []
    for size in dict.fromkeys((tuning.chunk_tokens, *SIZES)):
        changed = tuning.but(chunk_tokens=size)
        shelf = _shelf(
            embedder_for, base, _divided(source_store, sources, documents, size), changed
        )
        asked = [_asked(shelf, pair) for pair in pairs]
        trials.append(Trial(changed, measure.measures("hybrid", asked)))
    return trials


def _document(source_store: Sources, source: Source, read: Read) -> Document | None:
    """What a stored source says; None for a page, and for a file that cannot be read any more."""
    if source.kind == SourceKind.URL or source.kind not in READ_AS:
        return None
    try:
        return read(source_store.files_dir / source.stored_name, source.name + READ_AS[source.kind])
    except (Unreadable, FileNotFoundError):
        return None


def _divided(
    source_store: Sources,
    sources: Iterable[Source],
    documents: Mapping[str, Document | None],
    size: int,
) -> list[Row]:
    rows: list[Row] = []
    for source in sources:
        document = documents[source.id]
        pieces = (
            split(document, size) if document is not None else _as_they_are(source_store, source)
        )
        for piece in pieces:
            stems = indexed(piece.heading, piece.text)
            rows.append(
                Row(
                    len(rows),
                    source.base_id,
                    source.id,
                    source.name,
                    source.version,
                    piece.text,
                    stems,
                    piece.page,
                    piece.row,
                    piece.heading,
                    source.url,
                    source.kind,
                )
            )
    return rows


def _as_they_are(source_store: Sources, source: Source) -> list[Chunk]:
    held = source_store.chunks(source.id, limit=MOST_PASSAGES)
    return [
        Chunk(one.text, one.position, one.page, one.row, one.heading)
        for one in held
        if not one.silenced
    ]


def _shelf(embedder_for: EmbedderFor, base: Base, rows: Sequence[Row], tuning: Tuning) -> Divided:
    weight = tuning.vector_weight(base.provider)
    side = Side(tuning, weight, tuning.span(base.provider))
    known = Frequencies(None, len(rows), [row.stems for row in rows])
    if not weight:
        return Divided(rows, known, side, None, None)
    embedder = embedder_for(base.provider, base.model, base.dimension)
    vectors = embedder.embed_passages([embedded(row.heading, row.text) for row in rows])
    return Divided(rows, known, side, np.array(vectors), embedder)


def _asked(shelf: Divided, pair: Pair) -> Asked:
    found = shelf.search(pair.question)
    return Asked(pair, measure.rank(pair, found), len(found), 0.0)
