"""The other half of the composition root: what it takes to answer, on top of `agent.services`.

Loaded by the workers, the studio and the notebooks; never by the webhook process.
"""

import contextlib
from dataclasses import dataclass

import httpx2

from agent.hearing import Deaf, Hearing, OpenAIHearing
from agent.llm import ChatModels, PooledTransport
from agent.runtime import Runtime
from agent.services import Services
from agent.settings import Settings
from agent.turnstile import Waiting
from knowledge.chroma import Vectors
from knowledge.library import Library
from knowledge.rerank import JinaReranker


@dataclass(frozen=True)
class Answering:
    """Knowledge that can be searched, and the runtime that turns a spec into answers."""

    vectors: Vectors
    library: Library
    runtime: Runtime


def open_answering(services: Services, waiting: Waiting = contextlib.nullcontext) -> Answering:
    """Build the parts that answer. Connects to nothing yet.

    *waiting* surrounds each wait for another server (`agent.turnstile`).
    """
    vectors = Vectors(services.settings.chroma_in_force)
    reranker = _reranker(services.settings)
    library = Library(services.database, vectors, services.embedders, waiting, reranker)
    models = ChatModels(services.settings, waiting)
    return Answering(vectors, library, Runtime(services.settings, library, models=models))


def _reranker(settings: Settings) -> JinaReranker | None:
    if not settings.jina_api_key or not settings.jina_reranker:
        return None
    key = settings.jina_api_key.get_secret_value()
    return JinaReranker(key, settings.jina_base_url, settings.jina_reranker)


def open_hearing(settings: Settings) -> Hearing:
    """Build what finds words for voice notes and photos; without a key it finds none."""
    if not settings.openai_api_key and not settings.openai_base_url:
        return Deaf()
    return OpenAIHearing(settings, httpx2.Client(transport=PooledTransport(), trust_env=False))
