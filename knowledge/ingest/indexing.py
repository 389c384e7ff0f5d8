"""A single chunk's way into the two indexes.

Readings write chunks by the hundred (`knowledge.ingest.runs`); here is what staff change one by
one: a curated answer, a corrected passage.
"""

import logging
import time
from collections.abc import Callable

from knowledge.base import Base, Chunk, EmbedderFor, Transactions, embedded
from knowledge.errors import EmbeddingRefused, EmbeddingUnavailable, IndexUnavailable
from knowledge.ingest.bases import Bases
from knowledge.ingest.rebuilds import building
from knowledge.vectors.chroma import Vectors

log = logging.getLogger(__name__)


def collections_of(database: Transactions, base_id: str) -> list[Base]:
    """The base as it is embedded, and as it is going to be when it is being embedded anew."""
    base = Bases(database).base(base_id)
    with database.read() as tx:
        return building(tx, base)


class ChunkWriter:
    """The parts of whatever changes single chunks, and their way into the vector index."""

    def __init__(
        self,
        database: Transactions,
        embedder_for: EmbedderFor,
        vectors: Vectors,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.database = database
        self.embedder_for = embedder_for
        self.vectors = vectors
        self.clock = clock

    def keep_vector(self, base_id: str, place: tuple[str, int], piece: Chunk) -> bool:
        """Keep the vector of one chunk at *place* (source id, version), if that can be done now.

        When it cannot, the passage is found by its words, and by its vector from the next
        re-embedding on.
        """
        source_id, version = place
        try:
            for base in collections_of(self.database, base_id):
                embedder = self.embedder_for(base.provider, base.model, base.dimension)
                vector = embedder.embed_passages([embedded(piece.heading, piece.text)])
                self.vectors.add(base, source_id, version, [piece], vector)
        except (EmbeddingRefused, EmbeddingUnavailable, IndexUnavailable) as fault:
            log.warning("found by words only source=%s code=%s", source_id, fault.code)
            return False
        return True
