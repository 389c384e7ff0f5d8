"""The tables of the agent room. Times are seconds since 1970 (UTC) as doubles; ids of people's
things are random strings, ids that order things are rising integers.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite makes only INTEGER keys rise by themselves.
Rising = BigInteger().with_variant(Integer(), "sqlite")


def _reference(name: str, target: str, nullable: bool = False) -> Column:
    return Column(name, ForeignKey(target), nullable=nullable)


# --- agents: a draft that changes, versions that never do, and which version answers where

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
    _reference("agent_id", "agents.id"),
    Column("number", Integer, nullable=False),
    Column("spec", JSON, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("evidence", JSON, nullable=False, default=dict),  # what was tested and how it scored
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
    _reference("version_id", "versions.id"),
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
    _reference("version_id", "versions.id"),
    Column("note", Text, nullable=False, default=""),
    Column("released_by", String(200), nullable=False),
    Column("released_at", Double, nullable=False),
)

# --- conversations

contacts = Table(
    "contacts",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("address", String(200), nullable=False),  # opaque: never assume a phone number
    Column("name", String(200), nullable=False, default=""),
    Column("alias", String(200), nullable=False, default=""),  # another address of the same person
    Column("opted_out_at", Double),  # asked to hear nothing more
    Column("created_at", Double, nullable=False),
    UniqueConstraint("channel", "address"),
    Index("ix_contacts_alias", "channel", "alias"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("our_address", String(200), nullable=False),
    _reference("contact_id", "contacts.id"),
    Column("owner", String(10), nullable=False, default="bot"),  # bot | human | paused
    Column("owner_reason", String(200), nullable=False, default=""),
    Column("owner_until", Double, nullable=False, default=0),  # then the bot's again; 0: no end
    Column("assigned_to", String(200), nullable=False, default=""),  # a person's e-mail
    Column("facts", JSON, nullable=False, default=dict),  # what the provider says of it
    Column("language", String(5), nullable=False, default=""),
    Column("fence", BigInteger, nullable=False, default=0),  # rises with each lease
    Column("lease_until", Double, nullable=False, default=0),
    Column("last_inbound_at", Double, nullable=False, default=0),
    Column("last_message_at", Double, nullable=False, default=0),
    Column("turn_attempts", Integer, nullable=False, default=0),  # of the turn now due
    Column("created_at", Double, nullable=False),
    UniqueConstraint("channel", "our_address", "contact_id"),
    Index("ix_conversations_last_message_at", "last_message_at"),
)

inbox = Table(  # what a provider handed over, as it was; turn_id NULL means unanswered
    "inbox",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("provider", String(20), nullable=False),
    Column("provider_message_id", String(200), nullable=False),
    _reference("conversation_id", "conversations.id"),
    Column("payload", JSON, nullable=False),
    Column("received_at", Double, nullable=False),
    Column("turn_id", String(32)),
    UniqueConstraint("provider", "provider_message_id"),
    Index(
        "ix_inbox_unanswered",
        "conversation_id",
        "id",
        sqlite_where=text("turn_id IS NULL"),
        postgresql_where=text("turn_id IS NULL"),
    ),
    Index("ix_inbox_conversation_id_id", "conversation_id", "id"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", String(32), primary_key=True),
    _reference("conversation_id", "conversations.id"),
    Column("fence", BigInteger, nullable=False),
    _reference("version_id", "versions.id", nullable=True),
    Column("inbox_from", BigInteger, nullable=False),
    Column("inbox_to", BigInteger, nullable=False),
    Column("outcome", String(20), nullable=False),  # answered | fallback | handoff | silent
    Column("model", String(120), nullable=False, default=""),
    Column("input_tokens", Integer, nullable=False, default=0),
    Column("output_tokens", Integer, nullable=False, default=0),
    Column("cost", Double, nullable=False, default=0),  # US dollars
    Column("citations", JSON, nullable=False, default=list),
    Column("trace", JSON, nullable=False, default=list),
    Column("error", Text, nullable=False, default=""),  # why the fallback was sent, for staff
    Column("missed", Text, nullable=False, default=""),  # the question nothing was found for
    Column("started_at", Double, nullable=False),
    Column("finished_at", Double, nullable=False),
    Index("ix_turns_conversation_id", "conversation_id"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Rising, primary_key=True),
    _reference("conversation_id", "conversations.id"),
    Column("author", String(10), nullable=False),  # customer | agent | human | system
    Column("author_name", String(200), nullable=False, default=""),
    Column("text", Text, nullable=False),
    Column("media", JSON, nullable=False, default=list),  # [{url, media_type}]
    Column("inbox_id", BigInteger),
    Column("turn_id", String(32)),
    Column("created_at", Double, nullable=False),
    Index("ix_messages_conversation_id_id", "conversation_id", "id"),
    Index("ix_messages_inbox_id", "inbox_id"),
    Index("ix_messages_turn_id", "turn_id"),
)

outbox = Table(  # one row a part; the lowest unfinished row of a conversation goes first
    "outbox",
    metadata,
    Column("id", Rising, primary_key=True),
    _reference("conversation_id", "conversations.id"),
    _reference("message_id", "messages.id"),
    Column("turn_id", String(32), nullable=False),  # or one made for a human's reply
    Column("part", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("kind", String(10), nullable=False, default="text"),  # text | template | buttons
    Column("extra", JSON, nullable=False, default=dict),  # of a template or buttons
    Column("state", String(10), nullable=False),  # pending | sending | unknown | sent | dead
    Column("token", String(32), nullable=False, default=""),  # of the process now sending
    Column("lease_until", Double, nullable=False, default=0),
    Column("next_at", Double, nullable=False, default=0),
    Column("sending_at", Double, nullable=False, default=0),  # when the last request left
    Column("attempts", Integer, nullable=False, default=0),
    Column("unknowns", Integer, nullable=False, default=0),
    Column("provider_message_id", String(200)),
    Column("status", String(20), nullable=False, default=""),  # the provider's, ranked
    Column("error_code", String(20), nullable=False, default=""),
    Column("error", Text, nullable=False, default=""),
    Column("created_at", Double, nullable=False),
    Column("sent_at", Double),
    UniqueConstraint("turn_id", "part"),
    Index("ix_outbox_provider_message_id", "provider_message_id"),
    Index("ix_outbox_message_id", "message_id"),
    Index(
        "ix_outbox_unfinished",
        "conversation_id",
        "id",
        sqlite_where=text("state NOT IN ('sent', 'dead')"),
        postgresql_where=text("state NOT IN ('sent', 'dead')"),
    ),
)

delivery_states = Table(  # every status a provider reported, once each
    "delivery_states",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("provider", String(20), nullable=False),
    Column("provider_message_id", String(200), nullable=False),
    Column("status", String(20), nullable=False),
    Column("error_code", String(20), nullable=False, default=""),
    Column("outbox_id", BigInteger),
    Column("reported_at", Double, nullable=False),
    UniqueConstraint("provider", "provider_message_id", "status"),
)

media = Table(  # files that customers sent
    "media",
    metadata,
    Column("id", String(32), primary_key=True),
    _reference("conversation_id", "conversations.id"),
    Column("inbox_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("url", Text, nullable=False, default=""),  # the provider's, or its media id
    Column("media_type", String(120), nullable=False, default=""),
    Column("name", String(200), nullable=False, default=""),
    Column("bytes", BigInteger, nullable=False, default=0),
    Column("state", String(10), nullable=False),  # waiting | kept | refused | gone
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
    _reference("conversation_id", "conversations.id"),
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
)

tombstones = Table(  # erased customers: a repeated webhook must not bring them back
    "tombstones",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),  # salted, of a provider's message id
    Column("erased_at", Double, nullable=False),
)

cases = Table(  # test cases of an agent: a question and what a good answer holds
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    _reference("agent_id", "agents.id"),
    Column("question", Text, nullable=False),
    Column("expected", Text, nullable=False, default=""),  # words the answer must hold
    Column("source", String(300), nullable=False, default=""),  # the source it must cite
    Column("created_by", String(200), nullable=False),
    Column("created_at", Double, nullable=False),
    Index("ix_cases_agent_id", "agent_id"),
)

switches = Table(  # what staff set for the whole installation: panic, retention
    "switches",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", JSON, nullable=False),
    Column("set_by", String(200), nullable=False),
    Column("set_at", Double, nullable=False),
)

# --- people of the studio

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
    Column("created_at", Double, nullable=False),
    Column("disabled_at", Double),
)

logins = Table(  # a signed-in browser
    "logins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _reference("person_id", "people.id"),
    Column("created_at", Double, nullable=False),
    Column("last_seen_at", Double, nullable=False),
    Column("address", String(60), nullable=False, default=""),
    Column("browser", String(300), nullable=False, default=""),
)

login_attempts = Table(  # wrong passwords, for throttling
    "login_attempts",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("subject", String(260), nullable=False),  # an e-mail or an address
    Column("at", Double, nullable=False),
    Index("ix_login_attempts_subject_at", "subject", "at"),
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
