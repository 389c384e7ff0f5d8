"""Alerts to people, and how each wants to be told"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

WAYS = sa.Enum("studio", "email", "webhook", native_enum=False, length=10, name="alertway")
STATES = sa.Enum(
    "waiting", "sending", "sent", "dead", native_enum=False, length=10, name="alertstate"
)
OPEN = sa.text("state IN ('waiting', 'sending')")


def upgrade() -> None:
    """Apply."""
    wishes = sa.Column("alerts", sa.JSON(), server_default="{}", nullable=False)
    op.add_column("people", wishes)
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("way", WAYS, nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("state", STATES, nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("read_at", sa.Double(), nullable=False),
        sa.UniqueConstraint("key", "recipient", "way", name=op.f("uq_alerts_key_recipient_way")),
    )
    op.create_index("ix_alerts_recipient_id", "alerts", ["recipient", "id"])
    op.create_index(
        "ix_alerts_open", "alerts", ["next_at"], sqlite_where=OPEN, postgresql_where=OPEN
    )
