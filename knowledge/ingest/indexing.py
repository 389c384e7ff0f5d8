"""A single chunk's way into the two indexes.

Readings write chunks by the hundred (`knowledge.ingest.runs`); here is what staff change one by
one: a curated answer, a corrected passage. Its row is written first, with the words it is found by.
Its vector follows once that is committed: somebody who can reach the vectors has it `align`ed with
what the row says by then, at once or in a worker, once or several times.
"""

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import delete, select

from knowledge.base import Base, Chunk, EmbedderFor, Transactions, embedded
from knowledge.errors import (
    EmbeddingRefused,
    EmbeddingUnavailable,
    IndexUnavailable,
    UnknownSource,
)
from knowledge.ingest.bases import Bases
from knowledge.ingest.rebuilds import building
from knowledge.snapshots import is_pinned
from knowledge.states import SourceKind, SourceState
from knowledge.tables import AnyRow, chunks, sources
from knowledge.vectors.chroma import Vectors

log = logging.getLogger(__name__)

Align = Callable[[str, int], object]  # a chunk by its source's id and its position


def collections_of(database: Transactions, base_id: str) -> list[Base]:
    """The base as it is embedded, and as it is going to be when it is being embedded anew."""
    base = Bases(database).base(base_id)
    with database.read() as tx:
        return building(tx, base)


class ChunkWriter:
    """What changes single chunks; *align* is called when that is committed."""

    def __init__(
        self, database: Transactions, align: Align, clock: Callable[[], float] = time.time
    ) -> None:
        self.database = database
        self.clock = clock
        self._align = align

    def align_later(self, source_id: str, position: int) -> None:
        """Have the vector of a chunk aligned once it is kept: it is asked for over a network."""
        self.database.on_commit(partial(self._align, source_id, position))


class Alignment:
    """Brings the vector of one chunk to what its row says."""

    def __init__(self, database: Transactions, embedder_for: EmbedderFor, vectors: Vectors) -> None:
        self._database = database
        self._embedder_for = embedder_for
        self._vectors = vectors

    def align(self, source_id: str, position: int) -> None:
        """Do so; nothing where there is no such source any more.

        Where it cannot be done now, the passage is found by its words, and by its vector from the
        next re-embedding on.
        """
        rows = self._rows(source_id, position)
        if not rows:
            self._sweep(source_id)
        for row in rows:
            if not row.silenced:  # what is silenced is never shown, whatever finds it
                self._keep(row)

    def _rows(self, source_id: str, position: int) -> Sequence[AnyRow]:
        """What stands there in the newest reading, and in those that are pinned."""
        here = (chunks.c.source_id == source_id, chunks.c.position == position)
        query = (
            select(chunks, sources.c.kind)
            .join(sources, sources.c.id == chunks.c.source_id)
            .where(*here, (chunks.c.source_version == sources.c.version) | is_pinned())
        )
        with self._database.read() as tx:
            return tx.execute(query).all()

    def _keep(self, row: AnyRow) -> None:
        piece = Chunk(row.text, row.position, heading=row.heading)
        place = (row.source_id, row.source_version)
        try:
            for base in collections_of(self._database, row.base_id):
                embedder = self._embedder_for(base.provider, base.model, base.dimension)
                vector = embedder.embed_passages([embedded(piece.heading, piece.text)])
                self._vectors.add(base, *place, [piece], vector)
        except (EmbeddingRefused, EmbeddingUnavailable, IndexUnavailable) as fault:
            log.warning("found by words only source=%s code=%s", row.source_id, fault.code)
            if row.kind == SourceKind.CURATED:
                self._drop_old(row)

    def _drop_old(self, row: AnyRow) -> None:
        """The vector of what an answer said before would find it for the wrong questions."""
        place = (row.source_id, row.source_version, row.position)
        try:
            for base in collections_of(self._database, row.base_id):
                self._vectors.remove_chunk(base, *place)
        except IndexUnavailable:
            return

    def _sweep(self, source_id: str) -> None:
        """Remove the vectors of answers that are gone, and their source if it held the last."""
        own = (sources.c.id == source_id, sources.c.kind == SourceKind.CURATED)
        with self._database.read() as tx:
            source = tx.execute(select(sources).where(*own)).one_or_none()
        if source is None:
            return
        try:
            for base in collections_of(self._database, source.base_id):
                there = self._vectors.ids(base, source_id)  # before the answers: one may be added
                kept = self._vector_ids(source)
                self._vectors.remove_ids(base, [one for one in there if one not in kept])
        except (IndexUnavailable, UnknownSource) as fault:
            log.warning(
                "vectors of removed answers stay base=%s code=%s", source.base_id, fault.code
            )
            return
        with self._database.write() as tx:
            gone = (sources.c.id == source_id) & (sources.c.state == SourceState.REMOVING)
            tx.execute(delete(sources).where(gone))

    def _vector_ids(self, source: AnyRow) -> set[str]:
        own = select(chunks.c.position).where(chunks.c.source_id == source.id)
        with self._database.read() as tx:
            return {f"{source.id}:{source.version}:{position}" for position in tx.scalars(own)}
