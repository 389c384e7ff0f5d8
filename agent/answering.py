"""The other half of the composition root: what it takes to answer, on top of `agent.services`.

Loaded by the workers, the studio and the notebooks; never by the webhook process.
"""

from dataclasses import dataclass

from agent.runtime import Runtime
from agent.services import Services
from agent.settings import Settings
from knowledge.chroma import Vectors
from knowledge.embedders import Embedders
from knowledge.library import Library


@dataclass(frozen=True)
class Answering:
    """Knowledge that can be searched, and the runtime that turns a spec into answers."""

    embedders: Embedders
    vectors: Vectors
    library: Library
    runtime: Runtime


def open_answering(services: Services) -> Answering:
    """Build the parts that answer. Connects to nothing yet."""
    settings = services.settings
    embedders = open_embedders(settings)
    vectors = Vectors(settings.chroma_in_force)
    library = Library(services.database, vectors, embedders)
    return Answering(embedders, vectors, library, Runtime(settings, library))


def open_embedders(settings: Settings) -> Embedders:
    """Build the source of embedders that the settings describe."""
    key = settings.jina_api_key.get_secret_value() if settings.jina_api_key else ""
    return Embedders(
        jina_api_key=key,
        jina_base_url=settings.jina_base_url,
        jina_model=settings.jina_model,
        jina_dimension=settings.jina_dimensions,
    )
