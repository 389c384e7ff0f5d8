"""People of the studio, and what they set for the whole installation."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from knowledge.tables import one_of
from store.states import AlertState, AlertWay
from store.tables.base import Rising, metadata, reference

people = Table(
    "people",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("email", String(200), nullable=False, unique=True),
    Column("name", String(200), nullable=False, default=""),
    Column("password_hash", Text, nullable=False),
    Column("role", String(10), nullable=False),  # viewer | agent | editor | admin
    Column("language", String(5), nullable=False, default="es"),
    Column("must_change_password", Boolean, nullable=False, default=False),
    Column("password_expires_at", Double),  # of a one-time password; of one's own: never
    Column("created_at", Double, nullable=False),
    Column("disabled_at", Double),
    Column("tour", JSON, nullable=False, default=dict),  # how far the first tour has come
    # how they want to be told of what (`store.people.alert_wishes`)
    Column("alerts", JSON, nullable=False, default=dict, server_default="{}"),
    # whether they may have code run on the server: an administrator's to give
    Column("runs_notebooks", Boolean, nullable=False, default=False, server_default=false()),
)

logins = Table(  # a signed-in browser
    "logins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    reference("person_id", "people.id"),
    Column("created_at", Double, nullable=False),
    Column("last_seen_at", Double, nullable=False),
    Column("address", String(60), nullable=False, default=""),
    Column("browser", String(300), nullable=False, default=""),
)

api_tokens = Table(  # what a person's programs show to the HTTP API
    "api_tokens",
    metadata,
    Column("id", String(12), primary_key=True),  # names it; it opens nothing
    reference("person_id", "people.id"),
    Column("name", String(80), nullable=False),
    Column("role", String(10), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("last_used_at", Double, nullable=False, default=0),
    Index("ix_api_tokens_person_id", "person_id"),
)

login_attempts = Table(  # wrong guesses, for throttling
    "login_attempts",
    metadata,
    Column("subject", String(64), primary_key=True),  # SHA-256 of what they are counted under
    Column("wrong", Integer, nullable=False),
    Column("at", Double, nullable=False),  # the last one
    Index("ix_login_attempts_at", "at"),
)

alerts = Table(  # what people are told; see `store.people.alerts`
    "alerts",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("key", String(120), nullable=False),  # of what is told
    Column("kind", String(20), nullable=False),
    Column("recipient", String(200), nullable=False),  # an e-mail address, or `webhook`
    Column("way", one_of(AlertWay, 10), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("link", String(300), nullable=False, default=""),  # a path of the studio
    Column("state", one_of(AlertState, 10), nullable=False),
    Column("next_at", Double, nullable=False, default=0),  # not before; while sending: the lease
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text, nullable=False, default=""),
    Column("created_at", Double, nullable=False),
    Column("read_at", Double, nullable=False, default=0),  # 0: not yet
    UniqueConstraint("key", "recipient", "way"),
    Index("ix_alerts_recipient_id", "recipient", "id"),
    Index(
        "ix_alerts_open",
        "next_at",
        sqlite_where=text("state IN ('waiting', 'sending')"),
        postgresql_where=text("state IN ('waiting', 'sending')"),
    ),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("at", Double, nullable=False),
    Column("person", String(200), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(200), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Index("ix_audit_at", "at"),
)


switches = Table(  # what staff set for the whole installation: panic, retention
    "switches",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", JSON, nullable=False),
    Column("set_by", String(200), nullable=False),
    Column("set_at", Double, nullable=False),
)
