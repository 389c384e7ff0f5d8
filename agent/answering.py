"""The other half of the composition root: what it takes to answer, over what `actions.services`
opens.

Loaded by the workers, the studio and the notebooks; never by the webhook process.
"""

import contextlib
from dataclasses import dataclass
from functools import partial

import httpx2
from openai import OpenAI
from pydantic import SecretStr

from agent.grounding.nearness import Nearness, by
from agent.llm import ChatModels, PooledTransport
from agent.media_to_text import (
    SECONDS,
    ManyWays,
    MediaToText,
    NullMediaToText,
    Way,
    listening,
    looking,
    router_transcriptions,
    transcriptions,
)
from agent.runtime import Runtime
from agent.searching import open_retriever
from agent.settings import Settings
from agent.spec import ModelChoice
from agent.turnstile import Waiting
from knowledge.base import EmbedderFor, Transactions
from knowledge.errors import EmbeddingRefused
from knowledge.search.retriever import Retriever
from knowledge.vectors.chroma import Vectors
from knowledge.vectors.embedders import E5

LONGEST_ANSWER = 1_500  # tokens of a transcript or a description


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
    retriever = open_retriever(settings, database, embedders, vectors, waiting)
    models = ChatModels(settings, waiting)
    runtime = Runtime(settings, retriever, models=models, nearness=nearness_by(embedders))
    return Answering(vectors, retriever, runtime)


def nearness_by(embedders: EmbedderFor) -> Nearness | None:
    """What holds sentences against passages by meaning; None where its model is not there.

    It is the model of this process whatever the bases were made with: no answer waits for
    another server, and its figures are measured.
    """
    try:
        return by(embedders(*E5))
    except EmbeddingRefused:
        return None


def open_media_to_text(settings: Settings) -> MediaToText:
    """Build what finds words for voice notes and photos; without a key it finds none.

    The models of the settings come first, then the installation's own chat model.
    """
    if settings.openai_base_url or settings.openai_api_key or settings.openrouter_api_key:
        models = ChatModels(settings)
        return ManyWays(_listens(settings, models), _looks(settings, models))
    return NullMediaToText()


def _listens(settings: Settings, models: ChatModels) -> dict[str, Way]:
    ways: dict[str, Way] = {}
    model = settings.transcription_model
    if settings.openai_base_url or settings.openai_api_key:
        client = _client(settings.openai_base_url, settings.openai_api_key)
        ways["openai transcriptions"] = transcriptions(client, model)
    if settings.openrouter_api_key:
        client = _client(settings.openrouter_base_url, settings.openrouter_api_key)
        ways["openrouter transcriptions"] = router_transcriptions(client, _routed(model))
    if settings.model_in_force != "offline":
        ways[settings.model_in_force] = listening(
            partial(models.get, _choice(settings.model_in_force))
        )
    return ways


def _looks(settings: Settings, models: ChatModels) -> dict[str, Way]:
    names = []
    if settings.openai_base_url or settings.openai_api_key:
        names.append(f"openai:{settings.vision_model}")
    if settings.openrouter_api_key:
        names.append(f"openrouter:{_routed(settings.vision_model)}")
    if settings.model_in_force != "offline":
        names.append(settings.model_in_force)
    return {name: looking(partial(models.get, _choice(name))) for name in dict.fromkeys(names)}


def _client(url: str, key: SecretStr | None) -> OpenAI:
    return OpenAI(
        api_key=key.get_secret_value() if key else "none",
        base_url=url or None,
        http_client=httpx2.Client(transport=PooledTransport(), trust_env=False),
        max_retries=1,
        timeout=SECONDS,
    )


def _routed(model: str) -> str:
    """A model of OpenAI's as OpenRouter names it; another's name has its maker in it already."""
    return model if "/" in model else f"openai/{model}"


def _choice(name: str) -> ModelChoice:
    return ModelChoice(name=name, temperature=0, max_tokens=LONGEST_ANSWER, timeout_seconds=SECONDS)
