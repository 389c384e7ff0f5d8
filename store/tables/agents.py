"""Agents: a draft that changes, versions that never do, and which version answers where."""

from sqlalchemy import (
    JSON,
    Column,
    Double,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from knowledge.tables import one_of
from store.states import ShareState
from store.tables.base import Rising, metadata, reference

agents = Table(
    "agents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("draft", JSON, nullable=False),
    Column("revision", Integer, nullable=False, default=1),  # rises with each save of the draft
    Column("created_by", String(200), nullable=False),
    Column("updated_by", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("archived_at", Double),
)

versions = Table(
    "versions",
    metadata,
    Column("id", String(32), primary_key=True),
    reference("agent_id", "agents.id"),
    Column("number", Integer, nullable=False),
    Column("spec", JSON, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("evidence", JSON, nullable=False, default=dict),  # of before releases had their own
    Column("created_by", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("agent_id", "number"),
)

channels = Table(
    "channels",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("address", String(200), nullable=False),
    reference("version_id", "versions.id"),
    Column("released_by", String(200), nullable=False),
    Column("released_at", Double, nullable=False),
    UniqueConstraint("channel", "address"),
)

releases = Table(  # every release that ever was: the evidence
    "releases",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("address", String(200), nullable=False),
    reference("version_id", "versions.id"),
    Column("note", Text, nullable=False, default=""),
    Column("evidence", JSON, nullable=False, default=dict, server_default="{}"),  # how it scored
    Column("released_by", String(200), nullable=False),
    Column("released_at", Double, nullable=False),
)

shares = Table(  # a version that answers some of an address's customers, beside the one for all
    "shares",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("address", String(200), nullable=False),
    reference("version_id", "versions.id"),
    Column("part", Double, nullable=False),  # of the customers, from 0 to 1
    Column("settles_after", Integer, nullable=False, default=0),  # customers; 0: people settle it
    Column("note", Text, nullable=False, default=""),
    Column("evidence", JSON, nullable=False, default=dict),
    Column("state", one_of(ShareState, 10), nullable=False),
    Column("comparison", JSON, nullable=False, default=dict),  # `jobs.sharing`
    Column("compare_at", Double, nullable=False, default=0),  # when the next one is due
    Column("released_by", String(200), nullable=False),
    Column("released_at", Double, nullable=False),
    Column("ended_by", String(200), nullable=False, default=""),
    Column("ended_at", Double),
    Index(
        "uq_shares_running",
        "channel",
        "address",
        unique=True,
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
)
