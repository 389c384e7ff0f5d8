"""Notebooks, their runs, and who may run them"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def one_of(name: str, length: int, *words: str) -> sa.Enum:
    """A column of these words."""
    return sa.Enum(*words, native_enum=False, length=length, name=name)


ORIGINS = one_of("notebookorigin", 10, "shipped", "saved", "opened")
STATES = one_of("runstate", 10, "waiting", "running", "done", "failed", "stopped")
ERRORS = one_of(
    "runerror",
    12,
    *("cell", "too_long", "died", "stopped", "interrupted", "no_right", "unsealed", "unreached"),
)


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "people",
        sa.Column("runs_notebooks", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "notebooks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("origin", ORIGINS, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("schedule", sa.JSON()),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("scheduled_by", sa.String(length=200), nullable=False),
        sa.Column("scheduled_role", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_by", sa.String(length=200), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("archived_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notebooks")),
    )
    op.create_index("ix_notebooks_due_at", "notebooks", ["due_at"])
    op.create_table(
        "notebook_runs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("notebook_id", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("scheduled", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("state", STATES, nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("token_id", sa.String(length=12), nullable=False),
        sa.Column("executed", sa.JSON()),
        sa.Column("error", ERRORS),
        sa.Column("cell", sa.Integer()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("memory", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("started_at", sa.Double()),
        sa.Column("finished_at", sa.Double()),
        sa.ForeignKeyConstraint(
            ["notebook_id"],
            ["notebooks.id"],
            name=op.f("fk_notebook_runs_notebook_id_notebooks"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notebook_runs")),
    )
    op.create_index("ix_notebook_runs_notebook_id", "notebook_runs", ["notebook_id", "created_at"])
    op.create_index("ix_notebook_runs_state", "notebook_runs", ["state", "lease_until"])
