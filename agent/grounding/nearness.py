"""Nearness in meaning, by vectors: whether a line says what a statement says.

Cosines of small models lie close together (0.75 to 0.95 for multilingual-e5-small), and higher
within a language than across. So what counts is how far the nearest line stands out from the usual
one; the figures are measured on the samples (`make measure-grounded`).
"""

import functools
import statistics
from collections.abc import Callable, Sequence

from knowledge.base import Embedder
from knowledge.errors import KnowledgeError

STANDS_OUT = 0.055  # above the line in the middle
LEAST = 0.84
LEAST_ANCHORED = 0.84  # of a statement whose figure or name stands there
LEAST_COURTESY = 0.86
MOST_LINES = 16  # of 20 ms each, once
# What people say around a fact, in one language: vectors know the others.
COURTESIES = (
    "Hello! How can I help you?",
    "Thank you for writing to us.",
    "I am happy to help you with that.",
    "I am sorry for the inconvenience.",
    "I find nothing about that in our documents.",
    "I can pass you to a person of our team.",
    "If you need anything else, let me know.",
    "Have a nice day!",
    "Here is what I found:",
)
CACHED = 8_192
Nearness = Callable[[str, Sequence[str]], Sequence[float]]  # the cosine of each line


def is_near(nearness: Nearness, text: str, lines: Sequence[str], anchored: bool) -> bool:
    """Whether one of *lines* means what *text* says; *anchored*: its figures stand there."""
    if not lines:
        return False
    cosines = nearness(text, lines[:MOST_LINES])
    best, usual = max(cosines, default=0.0), statistics.median(cosines or [0.0])
    if anchored and best >= LEAST_ANCHORED:
        return True
    return best >= LEAST and (len(cosines) < 3 or best - usual >= STANDS_OUT)


def is_courtesy(nearness: Nearness, text: str) -> bool:
    """Whether *text* is a courtesy, in any language."""
    return max(nearness(text, COURTESIES), default=0.0) >= LEAST_COURTESY


def by(embedder: Embedder) -> Nearness:
    """Return the nearness that *embedder* sees; each text is embedded once."""
    of_line = functools.lru_cache(CACHED)(lambda line: embedder.embed_passages([line])[0])
    of_statement = functools.lru_cache(CACHED)(embedder.embed_query)

    def cosines(text: str, lines: Sequence[str]) -> list[float]:
        try:
            asked = of_statement(text)
            return [_cosine(asked, of_line(line)) for line in lines]
        except KnowledgeError:  # the embedder cannot be asked: words alone decide
            return []

    return cosines


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
