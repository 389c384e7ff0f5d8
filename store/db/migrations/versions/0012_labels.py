"""Labels of answers, and blind choices between two"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

RISING = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "labels",
        sa.Column("id", RISING, nullable=False),
        sa.Column("subject", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("better", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sa.UniqueConstraint(
            "subject",
            "subject_id",
            "person",
            "name",
            name=op.f("uq_labels_subject_subject_id_person_name"),
        ),
    )
    op.create_table(
        "preferences",
        sa.Column("id", RISING, nullable=False),
        sa.Column("row_a", RISING, nullable=False),
        sa.Column("row_b", RISING, nullable=False),
        sa.Column("shown_first", sa.BigInteger(), nullable=False),
        sa.Column("better", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["row_a"], ["experiment_rows.id"], name=op.f("fk_preferences_row_a")
        ),
        sa.ForeignKeyConstraint(
            ["row_b"], ["experiment_rows.id"], name=op.f("fk_preferences_row_b")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preferences")),
        sa.UniqueConstraint(
            "row_a", "row_b", "person", name=op.f("uq_preferences_row_a_row_b_person")
        ),
    )
