"""Versions of agents pin what they know; sources take effect with a release or at once

Versions from before pin what is there today. What is read again by a schedule goes on reaching
customers at once, as it did.
"""

import time
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

EFFECT = sa.String(length=10)
WHOLES = ("site", "archive")


def upgrade() -> None:
    """Apply."""
    op.add_column("bases", sa.Column("edition", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE bases SET edition = revision")
    op.add_column("sources", sa.Column("effect", EFFECT, nullable=False, server_default="release"))
    op.add_column("sources", sa.Column("held", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("sources", sa.Column("untidy", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "snapshots",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("editions", sa.JSON(), nullable=False),
        sa.Column("taken_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "pins",
        sa.Column("snapshot_id", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=32), nullable=False),
        sa.Column("source_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_pins_snapshot_id_snapshots")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_pins_source_id_sources")
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "source_id", name=op.f("pk_pins")),
    )
    op.create_index("ix_pins_source_id", "pins", ["source_id"])
    _at_once()
    _pin()


def _at_once() -> None:
    op.execute(
        "UPDATE sources SET effect = 'at_once' WHERE kind = 'curated' OR refresh_hours > 0 "
        "OR parent_id IN (SELECT id FROM sources WHERE refresh_hours > 0)"
    )


def _pin() -> None:
    """Have every version pin what its bases say now."""
    metadata = sa.MetaData()
    bind = op.get_bind()
    metadata.reflect(bind, only=("versions", "bases", "sources", "snapshots", "pins"))
    tables = metadata.tables
    editions = {row.id: row.edition for row in bind.execute(sa.select(tables["bases"]))}
    readings = defaultdict(list)
    sources = tables["sources"]
    waiting = (sources.c.effect == "release") & sources.c.kind.not_in(WHOLES)
    shown = (sources.c.version > 0) & (sources.c.state != "removing")
    for row in bind.execute(sa.select(sources).where(waiting, shown)):
        readings[row.base_id].append((row.id, row.version))
    versions = tables["versions"]
    for version_id, spec in bind.execute(sa.select(versions.c.id, versions.c.spec)).all():
        chosen = set((spec.get("knowledge") or {}).get("bases") or ()) & editions.keys()
        held = {base: editions[base] for base in sorted(chosen)}
        taken = {"id": version_id, "editions": held, "taken_at": time.time()}
        bind.execute(sa.insert(tables["snapshots"]).values(taken))
        for source_id, version in (one for base in held for one in readings[base]):
            pin = {"snapshot_id": version_id, "source_id": source_id, "source_version": version}
            bind.execute(sa.insert(tables["pins"]).values(pin))
