"""The tables of the agent room, one file a subject."""

from store.tables.agents import agents, channels, releases, shares, versions
from store.tables.around import allowances, media, notes, tombstones
from store.tables.base import Rising, metadata
from store.tables.conversations import (
    contacts,
    conversations,
    delivery_states,
    inbox,
    messages,
    outbox,
    turns,
)
from store.tables.evaluation import (
    dataset_cases,
    datasets,
    experiment_rows,
    experiments,
    labels,
    preferences,
    replay_rows,
    replays,
)
from store.tables.notebooks import notebook_runs, notebooks
from store.tables.people import alerts, api_tokens, audit, login_attempts, logins, people, switches

__all__ = [
    "Rising",
    "agents",
    "alerts",
    "allowances",
    "api_tokens",
    "audit",
    "channels",
    "contacts",
    "conversations",
    "dataset_cases",
    "datasets",
    "delivery_states",
    "experiment_rows",
    "experiments",
    "inbox",
    "labels",
    "login_attempts",
    "logins",
    "media",
    "messages",
    "metadata",
    "notebook_runs",
    "notebooks",
    "notes",
    "outbox",
    "people",
    "preferences",
    "releases",
    "replay_rows",
    "replays",
    "shares",
    "switches",
    "tombstones",
    "turns",
    "versions",
]
