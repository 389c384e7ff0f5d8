"""When the reading of a source is expected to end"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply."""
    op.add_column("sources", sa.Column("ends_at", sa.Double(), server_default="0", nullable=False))
