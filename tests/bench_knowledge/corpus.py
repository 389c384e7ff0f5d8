"""Text that behaves like Spanish for an index: letters, words and their frequencies are alike.

Words are made by a Markov chain of letters learnt from the sample agents' files, and drawn by
Zipf's law, so that n-grams and words are as common or rare as in real documents.
"""

import itertools
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

SAMPLES = Path(__file__).parents[2] / "agent" / "samples"
VOCABULARY = 30_000
ENDINGS = ("", "s", "do", "mente", "ción")
WORDS = 110  # a chunk: about 750 letters
DIMENSION = 512
TOPICS = 500
_WORD = re.compile(r"[a-záéíóúñü]{3,}")


class Corpus:
    """Chunks and questions, the same for the same seed."""

    def __init__(self, seed: int = 1, words: tuple[str, ...] = ()) -> None:
        self._random = random.Random(seed)
        self.words = words or vocabulary()
        self._weights = list(
            itertools.accumulate(1 / (rank + 3) for rank in range(len(self.words)))
        )
        self._topics = np.random.default_rng(1).normal(size=(TOPICS, DIMENSION))

    def chunk(self) -> str:
        """One passage."""
        drawn = self._random.choices(self.words, cum_weights=self._weights, k=WORDS)
        return " ".join(drawn).capitalize() + "."

    def questions(self) -> Iterator[str]:
        """Questions without end, none twice: some common words, some rare, one misspelled."""
        for number in itertools.count():
            common = self._random.choices(self.words, cum_weights=self._weights, k=5)
            rare = self._random.choice(self.words)
            yield " ".join([*common, rare[:-2] + rare[-1:], str(number)])

    def vector(self, text: str) -> list[float]:
        """A vector of length one near some topic, the same for the same text."""
        draw = np.random.default_rng(zlib.crc32(text.encode()))
        made = self._topics[draw.integers(TOPICS)] + 0.8 * draw.normal(size=DIMENSION)
        return [float(value) for value in made / np.linalg.norm(made)]


class TopicEmbedder:
    """An embedder that costs nearly nothing: what is measured is everything else."""

    provider = "bench"
    model = "topics"
    dimension = DIMENSION

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self.seconds = 0.0  # its own time, which is not counted

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text."""
        return [self._corpus.vector(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """The vector to search with."""
        return self._corpus.vector(text)


def vocabulary() -> tuple[str, ...]:
    """The words, commonest first. Takes a second: made once a run and handed on."""
    draw = random.Random(1)
    known = _known_words()
    follows: defaultdict[str, list[str]] = defaultdict(list)
    for word in known:
        edged = f"^^{word}$"
        for start in range(len(edged) - 2):
            follows[edged[start : start + 2]].append(edged[start + 2])
    made = dict.fromkeys(known)
    while len(made) < VOCABULARY // len(ENDINGS):
        letters = "^^"
        while letters[-1] != "$" and len(letters) < 18:
            letters += draw.choice(follows[letters[-2:]])
        word = letters[2:].rstrip("$")
        if 3 <= len(word) <= 14:
            made[word] = None
    return tuple(dict.fromkeys(word + ending for ending in ENDINGS for word in made))


def _known_words() -> list[str]:
    files = [*SAMPLES.glob("*/*.md"), *SAMPLES.glob("*/*.txt"), *SAMPLES.glob("*/*.html")]
    text = " ".join(path.read_text(encoding="utf-8").lower() for path in sorted(files))
    return list(dict.fromkeys(_WORD.findall(text)))
