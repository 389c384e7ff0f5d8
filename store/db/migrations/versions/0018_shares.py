"""Versions that answer a share of the customers"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

STATES = ("running", "promoted", "withdrawn", "replaced")
RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "shares",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column(
            "version_id",
            sa.String(length=32),
            sa.ForeignKey("versions.id", name="fk_shares_version_id_versions"),
            nullable=False,
        ),
        sa.Column("part", sa.Double(), nullable=False),
        sa.Column("settles_after", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, native_enum=False, length=10, name="sharestate"),
            nullable=False,
        ),
        sa.Column("comparison", sa.JSON(), nullable=False),
        sa.Column("compare_at", sa.Double(), nullable=False),
        sa.Column("released_by", sa.String(length=200), nullable=False),
        sa.Column("released_at", sa.Double(), nullable=False),
        sa.Column("ended_by", sa.String(length=200), nullable=False),
        sa.Column("ended_at", sa.Double()),
    )
    op.create_index(
        "uq_shares_running",
        "shares",
        ["channel", "address"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
