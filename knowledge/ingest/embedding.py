"""Making the vectors of chunks that stand in the database already: the slow part of reading.

Such chunks are found by their words before their vectors are there. A vector that is there is not
made again, so this may be broken off anywhere and begun anew.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby

from sqlalchemy import ColumnElement, select

from knowledge.base import Base, Chunk, EmbedderFor, Transactions, embedded
from knowledge.tables import AnyRow, chunks
from knowledge.vectors.chroma import Vectors
from knowledge.vectors.jina import JinaEmbedder

FEWEST, MOST = 8, 64  # texts that are embedded at once: more of them while that takes no second
WRITTEN_AT_ONCE = 512  # Chroma takes twice as long for as many in batches of 64
WRITTEN_SECONDS = 2.0  # so long at most, so that the progress bar moves with a slow embedder

Made = list[tuple[AnyRow, list[float]]]


class Embedding:
    """The vectors of one base, as it is or as it is going to be."""

    def __init__(
        self, database: Transactions, vectors: Vectors, embedder_for: EmbedderFor, base: Base
    ) -> None:
        self.database = database
        self.vectors = vectors
        self.base = base
        self._embedder = embedder_for(base.provider, base.model, base.dimension)

    def missing(self, *which: ColumnElement[bool], source_id: str = "") -> tuple[list[int], int]:
        """The chunks of *which* without a vector, and how many chunks those are.

        *source_id*: when they are of one source. Other vectors of it (without one, of the base)
        are removed.
        """
        there = set(self.vectors.ids(self.base, source_id)) if self.base.has_vectors else set()
        columns = (chunks.c.id, chunks.c.source_id, chunks.c.source_version, chunks.c.position)
        query = select(*columns).where(*which).order_by(chunks.c.id)
        with self.database.read() as tx:
            places = {":".join(map(str, row[1:])): row.id for row in tx.execute(query)}
        self.vectors.remove_ids(self.base, sorted(there - set(places)))
        if not self.base.has_vectors:
            return [], len(places)
        return [number for name, number in places.items() if name not in there], len(places)

    def make(self, ids: Sequence[int]) -> Iterator[int]:
        """Make the vectors of these chunks; says again and again how many are made, 0 first.

        Chroma may still be at one batch while the next is embedded, never at two.
        """
        done = 0
        yield done
        added: Future[None] | None = None
        with ThreadPoolExecutor(1, "vectors") as beside:
            for batch in self._embedded(ids):
                if added is not None:
                    added.result()
                added = beside.submit(self._add, batch)
                done += len(batch)
                yield done
            if added is not None:
                added.result()

    def billed(self) -> int:
        """Tokens that the embedding service billed since this was last asked."""
        return (
            sum(self._embedder.used().values()) if isinstance(self._embedder, JinaEmbedder) else 0
        )

    def _embedded(self, ids: Sequence[int]) -> Iterator[Made]:
        """Chunks with their vectors: as many as are written at once, or those of a few seconds."""
        batch: Made = []
        start, size, began = 0, FEWEST, time.monotonic()
        while start < len(ids):
            asked = time.monotonic()
            rows = self._rows(ids[start : start + size])
            texts = [embedded(row.heading, row.text) for row in rows]
            batch += zip(rows, self._embedder.embed_passages(texts), strict=True)
            start, now = start + size, time.monotonic()
            size = min(MOST, 2 * size) if now - asked < 1 else max(FEWEST, size // 2)
            if len(batch) >= WRITTEN_AT_ONCE or now - began > WRITTEN_SECONDS:
                yield batch
                batch, began = [], time.monotonic()
        if batch:
            yield batch

    def _add(self, made: Made) -> None:
        """Keep those whose text is still what was embedded: a correction has its own vector."""
        now = {row.id: row.text for row in self._rows([row.id for row, _ in made])}
        same = [one for one in made if now.get(one[0].id) == one[0].text]
        for (source_id, version), some in groupby(same, key=_reading):
            rows, vectors = zip(*some, strict=True)
            pieces = [Chunk(row.text, row.position, heading=row.heading) for row in rows]
            self.vectors.add(self.base, source_id, version, pieces, vectors)

    def _rows(self, ids: Sequence[int]) -> list[AnyRow]:
        names = ("id", "source_id", "source_version", "position", "heading", "text")
        query = select(*(chunks.c[name] for name in names)).where(chunks.c.id.in_(ids))
        with self.database.read() as tx:
            return list(tx.execute(query.order_by(chunks.c.id)))


def _reading(made: tuple[AnyRow, list[float]]) -> tuple[str, int]:
    return made[0].source_id, made[0].source_version
