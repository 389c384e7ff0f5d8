"""The built-in embedder: words and pieces of words hashed into a short vector.

It needs no key, no download and no network, and it forgives spelling mistakes. It knows no
meanings: `coche` and `auto` are strangers to it. The hashing trick with signs is that of
Weinberger et al., "Feature Hashing for Large Scale Multitask Learning" (2009).
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from knowledge.lexical import fold, stems, words
from knowledge.stopwords import STOP_WORDS

_GRAMS = (3, 4)
_GRAM_WEIGHT = 0.35  # of all the pieces of a word together, beside 1.0 for its stem


class LocalEmbedder:
    """Deterministic vectors without a model."""

    provider = "local"
    model = "hashed-ngrams-1"

    def __init__(self, dimension: int = 512) -> None:
        self.dimension = dimension

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """The vector of *text*; of length zero only when it has no words."""
        vector = np.zeros(self.dimension)
        for word, times in Counter(words(text)).items():
            places, weights = _features(word, self.dimension)
            np.add.at(vector, places, weights * (1 + np.log(times)))
        length = float(np.linalg.norm(vector))
        return [float(value) for value in (vector / length if length else vector)]


@lru_cache(maxsize=20_000)
def _features(word: str, dimension: int) -> tuple[np.ndarray, np.ndarray]:
    found = list(_weighted(word))
    places = np.array([_hash(name) % dimension for name, _ in found], dtype=np.intp)
    signs = np.array([1 if _hash(name) >> 63 else -1 for name, _ in found])
    return places, signs * np.array([weight for _, weight in found])


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
