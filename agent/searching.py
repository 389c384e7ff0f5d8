"""The part of the composition root that searches: no model's library is loaded for it."""

import contextlib

from agent.settings import Settings
from agent.turnstile import Waiting
from knowledge.base import EmbedderFor, Transactions
from knowledge.search.rerank import JinaReranker
from knowledge.search.retriever import Retriever
from knowledge.vectors.chroma import Vectors


def open_retriever(
    settings: Settings,
    database: Transactions,
    embedders: EmbedderFor,
    vectors: Vectors,
    waiting: Waiting = contextlib.nullcontext,
) -> Retriever:
    """Build what searches. Connects to nothing yet; *waiting* as in `agent.answering`."""
    return Retriever(database, vectors, embedders, waiting, _reranker(settings))


def _reranker(settings: Settings) -> JinaReranker | None:
    if not settings.jina_api_key or not settings.jina_reranker:
        return None
    key = settings.jina_api_key.get_secret_value()
    return JinaReranker(key, settings.jina_base_url, settings.jina_reranker)
