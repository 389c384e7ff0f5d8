"""Replays of recorded conversations, and their rows"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

RISING = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "replays",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("candidate", sa.JSON(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("cost_limit", sa.Double(), nullable=False),
        sa.Column("cost", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_replays_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replays")),
    )
    op.create_index("ix_replays_agent_id", "replays", ["agent_id", "created_at"])
    op.create_index("ix_replays_state", "replays", ["state"])
    op.create_table(
        "replay_rows",
        sa.Column("id", RISING, nullable=False),
        sa.Column("replay_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("stretches", sa.JSON(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Double(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["replay_id"], ["replays.id"], name=op.f("fk_replay_rows_replay_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay_rows")),
        sa.UniqueConstraint(
            "replay_id", "conversation_id", name=op.f("uq_replay_rows_replay_id_conversation_id")
        ),
    )
    op.create_index("ix_replay_rows_state", "replay_rows", ["state", "lease_until"])
    op.create_index("ix_replay_rows_conversation_id", "replay_rows", ["conversation_id"])
