"""Which embedder there is: Jina when there is a key, else the built-in model, else none."""

import threading
from collections.abc import Sequence

from knowledge.base import WORDS, WORDS_ALONE, Embedder
from knowledge.errors import EmbeddingRefused
from knowledge.vectors import e5, jina_models
from knowledge.vectors.e5 import E5Embedder
from knowledge.vectors.jina import JinaEmbedder

E5 = (E5Embedder.provider, E5Embedder.model, E5Embedder.dimension)
NONE = (WORDS, "", 0)


class NoEmbedder:
    """Stands where there are no vectors: a base of its kind is searched by its words alone."""

    provider, model, dimension = NONE

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """One empty vector a text."""
        return [[] for _ in texts]

    def embed_query(self, text: str) -> list[float]:
        """An empty vector."""
        return []


class Embedders:
    """Finds the embedder a base was made with; each is built once a process."""

    def __init__(
        self,
        jina_api_key: str = "",
        jina_base_url: str = jina_models.JINA_API,
        jina_model: str = "",
        jina_dimension: int = 0,
        by_words: bool = False,
    ) -> None:
        """*by_words*: new bases have no vectors where there is no Jina."""
        self._key = jina_api_key
        self._url = jina_base_url
        self._has_jina = bool(jina_api_key) or jina_models.is_own(jina_base_url)
        self._jina = jina_models.in_force(jina_base_url, jina_model, jina_dimension)
        self._by_words = by_words
        self._built: dict[tuple[str, str, int], Embedder] = {}
        self._lock = threading.Lock()

    def default(self) -> tuple[str, str, int]:
        """(provider, model, dimension) of new bases."""
        if self._has_jina:
            return ("jina", *self._jina)
        return NONE if self._by_words or not e5.is_there() else E5

    def __call__(self, provider: str, model: str, dimension: int) -> Embedder:
        """The embedder by that name. Raises EmbeddingRefused when it cannot be had."""
        wanted = (provider, model, dimension)
        with self._lock:
            if wanted not in self._built:
                self._built[wanted] = self._build(*wanted)
            return self._built[wanted]

    def _build(self, provider: str, model: str, dimension: int) -> Embedder:
        if provider in WORDS_ALONE:
            return NoEmbedder()
        if (provider, model, dimension) == E5 and e5.is_there():
            return E5Embedder()
        if provider != "jina":
            raise EmbeddingRefused(
                f"This base was made with {provider} {model}, which is not there any more.",
                "embedder_unknown",
            )
        if not self._has_jina:
            raise EmbeddingRefused(
                "This base was made with Jina. Set JINA_API_KEY, or make a new base without it.",
                "jina_key_missing",
            )
        return JinaEmbedder(self._key, self._url, model, dimension)
