"""What belongs to a conversation beside its messages."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from knowledge.tables import one_of
from store.states import MediaState
from store.tables.base import Rising, metadata, reference

media = Table(  # files that customers sent
    "media",
    metadata,
    Column("id", String(32), primary_key=True),
    reference("conversation_id", "conversations.id"),
    Column("inbox_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("url", Text, nullable=False, default=""),  # the provider's, or its media id
    Column("media_type", String(120), nullable=False, default=""),
    Column("name", String(200), nullable=False, default=""),
    Column("bytes", BigInteger, nullable=False, default=0),
    Column("state", one_of(MediaState, 10), nullable=False),
    Column("stored_name", String(60), nullable=False, default=""),  # random, in the media folder
    Column("words", Text, nullable=False, default=""),  # transcript, description or text in it
    Column("error", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Double, nullable=False, default=0),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("inbox_id", "position"),
    Index("ix_media_conversation_id", "conversation_id"),
    Index(
        "ix_media_waiting",
        "next_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)

notes = Table(  # what staff tell each other about a conversation; customers never see it
    "notes",
    metadata,
    Column("id", Rising, primary_key=True),
    reference("conversation_id", "conversations.id"),
    Column("author", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_notes_conversation_id", "conversation_id"),
)

allowances = Table(  # how much one conversation may still use (a token bucket, and a day's sums)
    "allowances",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("tokens", Double, nullable=False),
    Column("filled_at", Double, nullable=False),
    Column("day", Integer, nullable=False, default=0),  # days since 1970 (UTC)
    Column("turns", Integer, nullable=False, default=0),
    Column("cost", Double, nullable=False, default=0),  # US dollars
    Column("told_at", Double, nullable=False, default=0),  # when the customer was last told so
    Index("ix_allowances_day", "day", "cost"),
)

tombstones = Table(  # erased customers: a repeated webhook must not bring them back
    "tombstones",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),  # salted, of a provider's message id
    Column("erased_at", Double, nullable=False),
)
