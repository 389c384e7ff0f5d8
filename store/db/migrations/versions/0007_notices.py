"""What was not kept of a source: as many notices as there are"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

SOURCES = sa.table(
    "sources",
    sa.column("id", sa.String()),
    sa.column("error", sa.Text()),
    sa.column("error_code", sa.String()),
    sa.column("notices", sa.JSON()),
)
PAGES = "pdf_pages:"  # the one notice there was, in the place of an error


def upgrade() -> None:
    """Apply."""
    notices = sa.Column("notices", sa.JSON(), server_default="[]", nullable=False)
    op.add_column("sources", notices)
    told = SOURCES.c.error_code.startswith(PAGES)
    query = sa.select(SOURCES.c.id, SOURCES.c.error_code).where(told)
    for name, code in op.get_bind().execute(query).all():
        pages = re.findall(r"\d+", code.removeprefix(PAGES))
        notice = {"code": "pdf_pages", "count": len(pages), "where": [f"p. {n}" for n in pages]}
        values = {"error": "", "error_code": "", "notices": [notice]}
        op.execute(sa.update(SOURCES).where(SOURCES.c.id == name).values(**values))
