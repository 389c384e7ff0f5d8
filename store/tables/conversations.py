"""Conversations: what came in, what was decided, what goes out."""

from sqlalchemy import (
    JSON,
    BigInteger,
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

from agent.answer import Author, Outcome
from knowledge.tables import one_of
from store.states import OutboxState, Owner, PartKind
from store.tables.base import Rising, metadata, reference

# What waits for a decision of staff. Queries must spell it like this to find the partial index.
UNDELIVERED = "(state = 'dead' OR status IN ('failed', 'undelivered')) AND dismissed_at = 0"

contacts = Table(
    "contacts",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("address", String(200), nullable=False),  # they wrote from it last; opaque
    Column("identity", String(200), nullable=False),  # who that is, however it is spelled
    Column("customer", String(200), nullable=False),  # what consent and erasure go by
    Column("name", String(200), nullable=False, default=""),
    Column("alias", String(200), nullable=False, default=""),  # another address of the same person
    Column("opted_out_at", Double),  # asked to hear nothing more
    Column("created_at", Double, nullable=False),
    UniqueConstraint("channel", "identity"),
    Index("ix_contacts_address", "channel", "address"),
    Index("ix_contacts_customer", "channel", "customer"),
    Index("ix_contacts_alias", "channel", "alias"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("our_address", String(200), nullable=False),
    reference("contact_id", "contacts.id"),
    Column("owner", one_of(Owner, 10), nullable=False, default=Owner.BOT),
    Column("owner_reason", String(200), nullable=False, default=""),
    Column("owner_until", Double, nullable=False, default=0),  # then the bot's again; 0: no end
    Column("assigned_to", String(200), nullable=False, default=""),  # a person's e-mail
    Column("facts", JSON, nullable=False, default=dict),  # what the provider says of it
    Column("language", String(5), nullable=False, default=""),
    Column("fence", BigInteger, nullable=False, default=0),  # rises with each lease
    Column("lease_until", Double, nullable=False, default=0),
    Column("lease_holder", String(32), nullable=False, default=""),  # a worker's name
    Column("last_inbound_at", Double, nullable=False, default=0),
    Column("last_message_at", Double, nullable=False, default=0),
    Column("turn_attempts", Integer, nullable=False, default=0),  # of the turn now due
    Column("created_at", Double, nullable=False),
    UniqueConstraint("channel", "our_address", "contact_id"),
    Index("ix_conversations_last_message_at", "last_message_at"),
    Index(
        "ix_conversations_owner_until",
        "owner_until",
        sqlite_where=text("owner_until > 0"),
        postgresql_where=text("owner_until > 0"),
    ),
)

inbox = Table(  # what a provider handed over, as it was; turn_id NULL means unanswered
    "inbox",
    metadata,
    Column("id", Rising, primary_key=True),
    Column("provider", String(20), nullable=False),
    Column("provider_message_id", String(200), nullable=False),
    reference("conversation_id", "conversations.id"),
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
    reference("conversation_id", "conversations.id"),
    Column("fence", BigInteger, nullable=False),
    reference("version_id", "versions.id", nullable=True),
    Column("inbox_from", BigInteger, nullable=False),
    Column("inbox_to", BigInteger, nullable=False),
    Column("outcome", one_of(Outcome, 20), nullable=False),
    Column("model", String(120), nullable=False, default=""),
    Column("input_tokens", Integer, nullable=False, default=0),
    Column("output_tokens", Integer, nullable=False, default=0),
    Column("cost", Double, nullable=False, default=0),  # US dollars
    Column("citations", JSON, nullable=False, default=list),
    Column("trace", JSON, nullable=False, default=list),
    Column("error", Text, nullable=False, default=""),  # why the fallback was sent, for staff
    Column("missed", Text, nullable=False, default=""),  # the question nothing was found for
    # why a person was wanted, if one was
    Column("handoff_reason", String(200), nullable=False, default="", server_default=""),
    Column("started_at", Double, nullable=False),
    Column("finished_at", Double, nullable=False),
    Index("ix_turns_conversation_id", "conversation_id"),
    # All that Insights sums up: a turn's own row lies behind its trace, pages away.
    Index(
        "ix_turns_figures",
        "finished_at",
        "conversation_id",
        "outcome",
        "version_id",
        "cost",
        "inbox_from",
    ),
    Index(
        "ix_turns_missed",
        "finished_at",
        sqlite_where=text("missed <> ''"),
        postgresql_where=text("missed <> ''"),
    ),
    Index(
        "ix_turns_handoff_reason",
        "finished_at",
        "version_id",
        "handoff_reason",
        sqlite_where=text("handoff_reason <> ''"),
        postgresql_where=text("handoff_reason <> ''"),
    ),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Rising, primary_key=True),
    reference("conversation_id", "conversations.id"),
    Column("author", one_of(Author, 10), nullable=False),
    Column("author_name", String(200), nullable=False, default=""),
    Column("text", Text, nullable=False),
    Column("media", JSON, nullable=False, default=list),  # [{url, media_type}]
    # what it points to: [{kind, text, author, file, url, id}], see store.conversations.pointed
    Column("about", JSON, nullable=False, default=list, server_default="[]"),
    # of what a person wrote outside the studio; a customer's is the inbox row's, ours the part's
    Column("provider_message_id", String(200), nullable=False, default="", server_default=""),
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
    reference("conversation_id", "conversations.id"),
    reference("message_id", "messages.id"),
    Column("turn_id", String(32), nullable=False),  # or one made for a human's reply
    Column("part", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("kind", one_of(PartKind, 10), nullable=False, default=PartKind.TEXT),
    Column("extra", JSON, nullable=False, default=dict),  # of a template or buttons
    Column("state", one_of(OutboxState, 10), nullable=False),
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
    # when staff said that it need not be sent any more; 0: they did not
    Column("dismissed_at", Double, nullable=False, server_default="0"),
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
    Index(
        "ix_outbox_undelivered",
        "conversation_id",
        "id",
        sqlite_where=text(UNDELIVERED),
        postgresql_where=text(UNDELIVERED),
    ),
)

delivery_states = Table(  # every status a provider reported of our messages, once each
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
