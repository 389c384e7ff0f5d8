"""The other half of the composition root: what it takes to answer, over what `actions.services`
opens.

Loaded by the workers, the studio and the notebooks; never by the webhook process.
"""

import contextlib
from dataclasses import dataclass

import httpx2

from agent.llm import ChatModels, PooledTransport
from agent.media_to_text import MediaToText, NullMediaToText, OpenAIMediaToText
from agent.runtime import Runtime
from agent.settings import Settings
from agent.turnstile import Waiting
from knowledge.base import EmbedderFor, Transactions
from knowledge.search.rerank import JinaReranker
from knowledge.search.retriever import Retriever
from knowledge.vectors.chroma import Vectors


@dataclass(frozen=True)
class Answering:
    """Knowledge that can be searched, and the runtime that turns a spec into answers."""

    vectors: Vectors
    retriever: Retriever
    runtime: Runtime


def open_answering(
    settings: Settings,
    database: Transactions,
    embedders: EmbedderFor,
    waiting: Waiting = contextlib.nullcontext,
) -> Answering:
    """Build the parts that answer. Connects to nothing yet.

    *waiting* surrounds each wait for another server (`agent.turnstile`).
    """
    vectors = Vectors(settings.chroma_in_force)
    reranker = _reranker(settings)
    retriever = Retriever(database, vectors, embedders, waiting, reranker)
    models = ChatModels(settings, waiting)
    return Answering(vectors, retriever, Runtime(settings, retriever, models=models))


def _reranker(settings: Settings) -> JinaReranker | None:
    if not settings.jina_api_key or not settings.jina_reranker:
        return None
    key = settings.jina_api_key.get_secret_value()
    return JinaReranker(key, settings.jina_base_url, settings.jina_reranker)


def open_media_to_text(settings: Settings) -> MediaToText:
    """Build what finds words for voice notes and photos; without a key it finds none."""
    if not settings.openai_api_key and not settings.openai_base_url:
        return NullMediaToText()
    return OpenAIMediaToText(settings, httpx2.Client(transport=PooledTransport(), trust_env=False))
