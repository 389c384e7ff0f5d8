"""The tables of the knowledge room. Times are seconds since 1970 (UTC) as doubles."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    Text,
)

from knowledge.states import Effect, RebuildState, SourceKind, SourceState

# What indexes and constraints are called, so that migrations can name them.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
Rising = BigInteger().with_variant(Integer(), "sqlite")
AnyRow = Row[*tuple[Any, ...]]  # of a statement that names its columns one by one
AnySelect = Select[*tuple[Any, ...]]


def one_of(kind: type[StrEnum], length: int) -> Enum:
    """A text that is one of the values of *kind*; what is read is a member of it."""
    values = [one.value for one in kind]
    return Enum(kind, native_enum=False, length=length, values_callable=lambda _: values)


bases = Table(
    "bases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("provider", String(20), nullable=False),  # of the embeddings: `knowledge.base.Base`
    Column("model", String(120), nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("revision", Integer, nullable=False, default=0),  # rises when its passages change
    # rises when what a release would pin changes
    Column("edition", Integer, nullable=False, default=0, server_default="0"),
    Column(
        "tuning", JSON, nullable=False, default=dict
    ),  # of its searches: `knowledge.search.tuning`
    Column("created_by", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("base_id", ForeignKey("bases.id"), nullable=False, index=True),
    Column("kind", one_of(SourceKind, 10), nullable=False),
    Column("name", String(300), nullable=False),
    Column("url", Text, nullable=False, default=""),
    Column("stored_name", String(60), nullable=False, default=""),  # random, in the files folder
    Column("bytes", BigInteger, nullable=False, default=0),
    Column("fingerprint", String(64), nullable=False, default=""),  # SHA-256 of the bytes
    Column("state", one_of(SourceState, 12), nullable=False),
    Column("done", Integer, nullable=False, default=0),  # progress: chunks embedded
    Column("total", Integer, nullable=False, default=0),  # progress: chunks there are
    Column("error", Text, nullable=False, default=""),  # a sentence for staff
    Column("error_code", String(40), nullable=False, default=""),  # what a translation goes by
    Column("version", Integer, nullable=False, default=0),  # the reading that is searched; 0: none
    Column("fence", Integer, nullable=False, default=0),  # rises with each reading that begins
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_until", Double, nullable=False, default=0),
    Column("created_by", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    # the site or archive it is a part of
    Column("parent_id", String(32), nullable=False, default="", server_default=""),
    Column("options", JSON, nullable=False, default=dict, server_default="{}"),  # depth, pages...
    Column("text_hash", String(64), nullable=False, default="", server_default=""),  # of its text
    Column("refresh_hours", Integer, nullable=False, default=0, server_default="0"),  # 0: never
    Column("checked_at", Double, nullable=False, default=0, server_default="0"),
    Column("gone_at", Double, nullable=False, default=0, server_default="0"),  # 0: it is there
    # billed by the embedding service for every reading of it
    Column("tokens", BigInteger, nullable=False, default=0, server_default="0"),
    # when the reading is expected to end, by its pace so far; 0: not known
    Column("ends_at", Double, nullable=False, default=0, server_default="0"),
    # what was not kept of the reading that is searched: `knowledge.notices`
    Column("notices", JSON, nullable=False, default=list, server_default="[]"),
    # when customers are told what it says by now
    Column("effect", one_of(Effect, 10), nullable=False, default="release"),
    # of a reading that waits for a person, what changes with it; empty: none does
    Column("held", JSON, nullable=False, default=dict, server_default="{}"),
    # not 0: readings that nobody pins any more are to be cleared away
    Column("untidy", Integer, nullable=False, default=0, server_default="0"),
)

IS_THERE = sources.c.state != SourceState.REMOVING  # every search and list asks for it

snapshots = Table(  # what versions of agents know: `knowledge.snapshots`
    "snapshots",
    metadata,
    Column("id", String(32), primary_key=True),  # the id of the version
    Column("editions", JSON, nullable=False),  # of each base, when it was taken
    Column("taken_at", Double, nullable=False),
)

pins = Table(  # the reading of a source that a snapshot holds on to
    "pins",
    metadata,
    Column("snapshot_id", ForeignKey("snapshots.id"), primary_key=True),
    Column("source_id", ForeignKey("sources.id"), primary_key=True, index=True),
    Column("source_version", Integer, nullable=False),
)

differences = Table(  # what a re-read found changed
    "differences",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("source_id", ForeignKey("sources.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("found_at", Double, nullable=False),
    Column("added", JSON, nullable=False),  # lines
    Column("removed", JSON, nullable=False),
    Column("more", Integer, nullable=False),  # lines that were not kept
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("base_id", String(32), nullable=False),
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    Column("source_version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("stems", Text, nullable=False),  # what the lexical index holds
    Column("page", Integer),
    Column("row", Integer),
    Column("heading", Text, nullable=False, default=""),
    Column("fields", JSON),  # a table row as {column: value}
    # Of the text as it was read, before staff corrected it; empty: it is as it was read.
    Column("fingerprint", String(64), nullable=False, default=""),
    Column("silenced", Boolean, nullable=False, default=False),  # staff wish it not to be found
    Index("ix_chunks_source_id_position", "source_id", "position"),
    Index("ix_chunks_base_id", "base_id"),
)

pairs = Table(  # questions whose answers are known, to measure searches with
    "pairs",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("base_id", ForeignKey("bases.id"), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("source", String(300), nullable=False),  # by name; empty: nothing answers it
    Column("page", Integer),
    Column("row", Integer),
    Column("expect", Text, nullable=False, default=""),  # words the passage must hold
    Column("created_by", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
)

curated = Table(  # answers that staff wrote; each is a chunk of the base's own `curated` source
    "curated",
    metadata,
    Column("id", Rising, primary_key=True),  # also the position of its chunk
    Column("base_id", ForeignKey("bases.id"), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("changed_by", String(200), nullable=False),
    Column("changed_at", Double, nullable=False),
)

corrections = Table(  # what staff changed in a chunk; outlives the reading that made the chunk
    "corrections",
    metadata,
    Column("source_id", ForeignKey("sources.id"), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),  # SHA-256 of the text as it was read
    Column("original", Text, nullable=False),  # the text as it was read
    Column("text", Text, nullable=False, default=""),  # empty: as it was read
    Column("silenced", Boolean, nullable=False, default=False),
    Column("changed_by", String(200), nullable=False),
    Column("changed_at", Double, nullable=False),
)

rebuilds = Table(  # a base on its way to another embedding model
    "rebuilds",
    metadata,
    Column("base_id", ForeignKey("bases.id"), primary_key=True),
    Column("provider", String(20), nullable=False),
    Column("model", String(120), nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("state", one_of(RebuildState, 12), nullable=False),
    Column("fence", Integer, nullable=False, default=0),  # rises with each start
    Column("lease_until", Double, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("done", Integer, nullable=False, default=0),  # progress: chunks embedded
    Column("total", Integer, nullable=False, default=0),
    Column("error", Text, nullable=False, default=""),
    Column("error_code", String(40), nullable=False, default=""),
    Column("asked_by", String(200), nullable=False),
    Column("updated_at", Double, nullable=False),
)
