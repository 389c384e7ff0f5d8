"""What messages point to, and the ids of those that people wrote elsewhere"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply."""
    about = sa.Column("about", sa.JSON(), server_default="[]", nullable=False)
    op.add_column("messages", about)
    elsewhere = sa.Column(
        "provider_message_id", sa.String(length=200), server_default="", nullable=False
    )
    op.add_column("messages", elsewhere)
