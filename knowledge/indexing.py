"""What the two indexes hold of a chunk, and a single chunk's way into them.

Readings write chunks by the hundred (`knowledge.readings`); here is what staff change one by one:
a curated answer, a corrected passage.
"""

import logging

from knowledge.base import Base, Chunk, EmbedderFor
from knowledge.chroma import Vectors
from knowledge.errors import EmbeddingRefused, EmbeddingUnavailable, IndexUnavailable
from knowledge.lexical import stem

log = logging.getLogger(__name__)


def indexed(heading: str, text: str) -> str:
    """What the lexical index holds: the heading it stands under counts twice."""
    nearest = heading.rpartition(" > ")[2]
    return stem(f"{heading} {nearest} {text}")


def embedded(heading: str, text: str) -> str:
    """What the vector is made of."""
    return f"{heading}\n{text}" if heading else text


def keep_vector(
    vectors: Vectors, embedder_for: EmbedderFor, base: Base, place: tuple[str, int], piece: Chunk
) -> bool:
    """Keep the vector of one chunk at *place* (source id, version), if that can be done now.

    When it cannot, the passage is found by its words, and by its vector from the next
    re-embedding on.
    """
    source_id, version = place
    try:
        embedder = embedder_for(base.provider, base.model, base.dimension)
        vector = embedder.embed_passages([embedded(piece.heading, piece.text)])
        vectors.add(base, source_id, version, [piece], vector)
    except (EmbeddingRefused, EmbeddingUnavailable, IndexUnavailable) as fault:
        log.warning("found by words only source=%s code=%s", source_id, fault.code)
        return False
    return True
