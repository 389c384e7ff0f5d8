"""The composition root: builds the real parts from settings, once in each process.

What needs LangChain or Chroma is built in `agent.answering`, so that the webhook process, which
answers nobody, never loads them.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from actions.queues import RedisWakeUp, WakeUp
from actions.replies import Replies
from agent.keys import secret_keys
from agent.settings import Settings
from agent.turnstile import Waiting
from channels.record import ChannelRecord
from channels.registry import known
from knowledge.ingest.rebuilds import Rebuilds
from knowledge.ingest.sources import Sources
from knowledge.quality.pairs import Pairs
from knowledge.vectors.embedders import Embedders
from store.db.database import BUSY_SECONDS, Database
from store.stores import Stores, open_stores


@dataclass(frozen=True)
class Services:
    """Everything an entry point needs that is cheap to load."""

    settings: Settings
    database: Database
    store: Stores
    sources: Sources
    embedders: Embedders
    rebuilds: Rebuilds
    pairs: Pairs
    redis: Redis
    channels: Mapping[str, ChannelRecord]  # every channel, by name
    wake_up: WakeUp
    replies: Replies

    @property
    def usual_channel(self) -> ChannelRecord:
        """The channel that works without an account: the simulator stands in for its provider."""
        return next(one for one in self.channels.values() if one.simulated)


def open_services(
    settings: Settings,
    wake_up: WakeUp | None = None,
    patience: float = BUSY_SECONDS,
    waiting: Waiting = contextlib.nullcontext,
    holder: str = "",
) -> Services:
    """Build the parts. Connects to nothing yet; each part connects when it is first used.

    *patience*: seconds to wait for a database that others keep busy, and *waiting* surrounds that.
    *holder*: the name that leases are taken under (`jobs.worker_liveness`).
    """
    database = Database(settings.sql_url, patience=patience, waiting=waiting)
    redis = Redis.from_url(
        settings.redis_in_force,
        socket_connect_timeout=2,
        socket_timeout=5,
        retry=Retry(NoBackoff(), 0),  # the sweeper retries; a webhook must not wait
    )
    keys, channels = secret_keys(settings), known()
    return Services(
        settings=settings,
        database=database,
        store=open_stores(database, channels, settings.limits, keys, settings.media_dir, holder),
        sources=Sources(database, settings.files_dir),
        embedders=open_embedders(settings),
        rebuilds=Rebuilds(database),
        pairs=Pairs(database),
        redis=redis,
        channels=channels,
        wake_up=wake_up or RedisWakeUp(redis),
        replies=Replies(redis),
    )


def open_embedders(settings: Settings) -> Embedders:
    """Build what turns texts into vectors. Connects to nothing yet."""
    key = settings.jina_api_key.get_secret_value() if settings.jina_api_key else ""
    return Embedders(
        key,
        settings.jina_base_url,
        settings.jina_model,
        settings.jina_dimensions,
        settings.embeddings == "words",
    )
