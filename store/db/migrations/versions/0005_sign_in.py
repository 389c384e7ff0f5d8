"""One-time passwords that expire; wrong guesses counted by name

Counts of the last hour are forgotten: they stood by address and e-mail as typed.
"""

import time

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

GRACE = 72 * 3600.0  # seconds that one-time passwords of before still have


def upgrade() -> None:
    """Apply."""
    op.add_column("people", sa.Column("password_expires_at", sa.Double(), nullable=True))
    people = sa.table(
        "people",
        sa.column("must_change_password", sa.Boolean()),
        sa.column("password_expires_at", sa.Double()),
    )
    invited = sa.update(people).where(people.c.must_change_password)
    op.execute(invited.values(password_expires_at=time.time() + GRACE))

    op.drop_table("login_attempts")
    op.create_table(
        "login_attempts",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_login_attempts")),
    )
    op.create_index("ix_login_attempts_at", "login_attempts", ["at"])
