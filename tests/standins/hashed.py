"""An embedder for tests: words and pieces of words hashed into a short vector.

It costs nothing and finds what shares words, so that tests of the way of vectors need no model. The
hashing trick with signs is that of Weinberger et al., "Feature Hashing for Large Scale Multitask
Learning" (2009).
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from knowledge.base import Embedder
from knowledge.lexical import fold, stems, words
from knowledge.stopwords import STOP_WORDS
from knowledge.vectors.embedders import Embedders

_GRAMS = (3, 4)
_GRAM_WEIGHT = 0.35  # of all the pieces of a word together, beside 1.0 for its stem


class HashedEmbedder:
    """Deterministic vectors without a model."""

    provider = "hashed"
    model = "hashed-ngrams-1"

    def __init__(self, dimension: int = 512) -> None:
        self.dimension = dimension

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """The vector of *text*; of length zero only when it has no words."""
        vector = [0.0] * self.dimension
        for word, times in Counter(words(text)).items():
            often = 1 + math.log(times)
            for place, weight in _features(word, self.dimension):
                vector[place] += weight * often
        length = math.sqrt(sum(value * value for value in vector))
        return [value / length for value in vector] if length else vector


# Plain floats: a text has few features, and the webhook process must not load numpy for them.
@lru_cache(maxsize=20_000)
def _features(word: str, dimension: int) -> tuple[tuple[int, float], ...]:
    hashed = ((_hash(name), weight) for name, weight in _weighted(word))
    return tuple(
        (number % dimension, weight if number >> 63 else -weight) for number, weight in hashed
    )


def _weighted(word: str) -> Iterator[tuple[str, float]]:
    folded = fold(word)
    if folded in STOP_WORDS:
        return
    whole = stems(word)
    yield from ((f"stem {stem}", 1 / len(whole)) for stem in whole)
    edged = f"<{folded}>"
    grams = [edged[i : i + n] for n in _GRAMS for i in range(len(edged) - n + 1)]
    yield from ((gram, _GRAM_WEIGHT / len(grams) ** 0.5) for gram in grams)


def _hash(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")


class HashedEmbedders(Embedders):
    """Embedders whose new bases are hashed, or what the real ones know."""

    def default(self) -> tuple[str, str, int]:
        """(provider, model, dimension) of new bases."""
        return HashedEmbedder.provider, HashedEmbedder.model, 512

    def _build(self, provider: str, model: str, dimension: int) -> Embedder:
        if provider == HashedEmbedder.provider:
            return HashedEmbedder(dimension)
        return super()._build(provider, model, dimension)
