"""The composition root: builds the real parts from settings, once in each process.

What needs LangChain or Chroma is built in `agent.answering`, so that the webhook process, which
answers nobody, never loads them.
"""

import contextlib
from dataclasses import dataclass

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from agent.keys import secret_keys
from agent.queues import Doorbell, RedisDoorbell
from agent.replies import Replies
from agent.settings import Settings
from agent.store.abandoned import Abandoned
from agent.store.agents import Agents
from agent.store.allowances import Allowances
from agent.store.attachments import Attachments
from agent.store.audit import Audit
from agent.store.cases import Cases
from agent.store.conversations import Conversations
from agent.store.db import BUSY_SECONDS, Database
from agent.store.erasure import Erasure
from agent.store.evaluations import Evaluations
from agent.store.inbox import Inbox
from agent.store.insights import Insights
from agent.store.notes import Notes
from agent.store.outbox import Outbox
from agent.store.owners import Owners
from agent.store.people import People
from agent.store.switches import Switches
from agent.store.tokens import Tokens
from agent.store.tours import Tours
from agent.store.turns import Turns
from agent.store.undelivered import DeadLetters
from agent.turnstile import Waiting
from knowledge.embedders import Embedders
from knowledge.pairs import Pairs
from knowledge.rebuilds import Rebuilds
from knowledge.sources import Sources


@dataclass(frozen=True)
class Services:
    """Everything an entry point needs that is cheap to load."""

    settings: Settings
    database: Database
    redis: Redis
    doorbell: Doorbell
    replies: Replies
    agents: Agents
    cases: Cases
    evaluations: Evaluations
    inbox: Inbox
    turns: Turns
    abandoned: Abandoned
    allowances: Allowances
    outbox: Outbox
    conversations: Conversations
    notes: Notes
    insights: Insights
    dead_letters: DeadLetters
    owners: Owners
    people: People
    tokens: Tokens
    tours: Tours
    switches: Switches
    audit: Audit
    erasure: Erasure
    attachments: Attachments
    sources: Sources
    embedders: Embedders
    rebuilds: Rebuilds
    pairs: Pairs


def open_services(
    settings: Settings,
    doorbell: Doorbell | None = None,
    patience: float = BUSY_SECONDS,
    waiting: Waiting = contextlib.nullcontext,
    holder: str = "",
) -> Services:
    """Build the parts. Connects to nothing yet; each part connects when it is first used.

    *patience*: seconds to wait for a database that others keep busy, and *waiting* surrounds that.
    *holder*: the name that leases are taken under (`jobs.presence`).
    """
    database = Database(settings.sql_url, patience=patience, waiting=waiting)
    redis = Redis.from_url(
        settings.redis_in_force,
        socket_connect_timeout=2,
        socket_timeout=5,
        retry=Retry(NoBackoff(), 0),  # the sweeper retries; a door must not wait
    )
    keys = secret_keys(settings)
    return Services(
        settings=settings,
        database=database,
        redis=redis,
        doorbell=doorbell or RedisDoorbell(redis),
        replies=Replies(redis),
        agents=Agents(database),
        cases=Cases(database),
        evaluations=Evaluations(database),
        inbox=Inbox(database, keys=keys),
        turns=Turns(database, limits=settings.limits, holder=holder),
        abandoned=Abandoned(database),
        allowances=Allowances(database),
        outbox=Outbox(database),
        conversations=Conversations(database),
        notes=Notes(database),
        insights=Insights(database),
        dead_letters=DeadLetters(database),
        owners=Owners(database),
        people=People(database, key=keys[0]),
        tokens=Tokens(database),
        tours=Tours(database),
        switches=Switches(database),
        audit=Audit(database),
        attachments=Attachments(database),
        erasure=Erasure(database, settings.media_dir, keys[0]),
        sources=Sources(database, settings.files_dir),
        embedders=_embedders(settings),
        rebuilds=Rebuilds(database),
        pairs=Pairs(database),
    )


def _embedders(settings: Settings) -> Embedders:
    key = settings.jina_api_key.get_secret_value() if settings.jina_api_key else ""
    return Embedders(key, settings.jina_base_url, settings.jina_model, settings.jina_dimensions)
