"""What staff change in a chunk: other words, or silence. It outlives the reading that made it.

A correction belongs to the text as it was read (by its fingerprint), not to a chunk's number:
when the source is read again and says the same there, the correction is applied again.
"""

import time
from collections.abc import Callable

from knowledge.base import EmbedderFor, Transactions
from knowledge.chroma import Vectors


class Corrections:
    """Changes chunks. What is changed is searched so from the next search on."""

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

    def correct(self, chunk_id: int, text: str, person: str) -> None:
        """Have the chunk say *text*. Raises NotAccepted or UnknownSource."""
        raise NotImplementedError

    def silence(self, chunk_id: int, person: str) -> None:
        """Have the chunk found no more. Raises UnknownSource."""
        raise NotImplementedError

    def restore(self, chunk_id: int, person: str) -> None:
        """Have it as it was read. Raises UnknownSource."""
        raise NotImplementedError
