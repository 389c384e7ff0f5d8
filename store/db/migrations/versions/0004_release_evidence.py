"""Each release keeps its own evidence"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply."""
    evidence = sa.Column("evidence", sa.JSON(), server_default="{}", nullable=False)
    op.add_column("releases", evidence)
