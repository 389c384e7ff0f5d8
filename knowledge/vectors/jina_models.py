"""What Jina's embedding models have in common and where they differ.

After https://api.jina.ai/openapi.json and the models' pages: from v3 on a model tells queries from
passages (`task`) and its vectors may be cut short (Matryoshka); v2 does neither.
"""

from dataclasses import dataclass
from typing import Any

JINA_API = "https://api.jina.ai"
PASSAGE, QUERY = "retrieval.passage", "retrieval.query"


@dataclass(frozen=True)
class JinaModel:
    """One model, as far as a request is concerned."""

    dimension: int  # of its vectors, unless fewer are asked for
    least_dimension: int  # how short they may be cut; as `dimension`: not at all
    tasks: bool = True

    def fields(self, task: str, dimension: int) -> dict[str, Any]:
        """The fields of a request that differ by model."""
        found: dict[str, Any] = {"task": task} if self.tasks else {}
        if self.least_dimension < self.dimension:
            found["dimensions"] = dimension
        return found


MODELS = {
    "jina-embeddings-v2-base-es": JinaModel(768, 768, tasks=False),
    "jina-embeddings-v2-base-en": JinaModel(768, 768, tasks=False),
    "jina-embeddings-v3": JinaModel(1024, 32),
    "jina-embeddings-v4": JinaModel(2048, 128),
    "jina-embeddings-v5-text-small": JinaModel(1024, 32),
    "jina-embeddings-v5-text-nano": JinaModel(768, 32),
}
HOSTED = "jina-embeddings-v3"
OWN = "jina-embeddings-v2-base-es"  # what `jina_service` serves


def is_own(base_url: str) -> bool:
    """True when *base_url* is a service of the operator's and not Jina's."""
    return base_url.rstrip("/").removesuffix("/v1") != JINA_API


def in_force(base_url: str, model: str = "", dimension: int = 0) -> tuple[str, int]:
    """(model, dimension) for new bases; what is not given is the default of the service."""
    model = model or (OWN if is_own(base_url) else HOSTED)
    return model, dimension or model_called(model).dimension


def model_called(name: str) -> JinaModel:
    """The model by that name; one that is not known here is asked as v3 is."""
    return MODELS.get(name, MODELS[HOSTED])
