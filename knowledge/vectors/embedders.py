"""Which embedder there is: Jina when there is a key, the built-in one otherwise."""

import threading

from knowledge.base import Embedder
from knowledge.errors import EmbeddingRefused
from knowledge.vectors import jina_models
from knowledge.vectors.jina import JinaEmbedder
from knowledge.vectors.local import LocalEmbedder

LOCAL_DIMENSION = 512


class Embedders:
    """Finds the embedder a base was made with; each is built once a process."""

    def __init__(
        self,
        jina_api_key: str = "",
        jina_base_url: str = jina_models.JINA_API,
        jina_model: str = "",
        jina_dimension: int = 0,
    ) -> None:
        self._key = jina_api_key
        self._url = jina_base_url
        self._has_jina = bool(jina_api_key) or jina_models.is_own(jina_base_url)
        self._jina = jina_models.in_force(jina_base_url, jina_model, jina_dimension)
        self._built: dict[tuple[str, str, int], Embedder] = {}
        self._lock = threading.Lock()

    def default(self) -> tuple[str, str, int]:
        """(provider, model, dimension) of new bases."""
        if self._has_jina:
            return ("jina", *self._jina)
        return (LocalEmbedder.provider, LocalEmbedder.model, LOCAL_DIMENSION)

    def __call__(self, provider: str, model: str, dimension: int) -> Embedder:
        """The embedder by that name. Raises EmbeddingRefused when it cannot be had."""
        wanted = (provider, model, dimension)
        with self._lock:
            if wanted not in self._built:
                self._built[wanted] = self._build(*wanted)
            return self._built[wanted]

    def _build(self, provider: str, model: str, dimension: int) -> Embedder:
        if (provider, model) == (LocalEmbedder.provider, LocalEmbedder.model):
            return LocalEmbedder(dimension)
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
