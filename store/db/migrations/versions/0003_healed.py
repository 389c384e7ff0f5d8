"""What databases lack that were made while 0001 and 0002 were still being edited

Both were changed after they had landed, so a database says 0002 and has the tables of its day.
Everything that was added later is looked for here and made where it is missing.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Kind: TypeAlias = sa.types.TypeEngine[Any]
Default: TypeAlias = str | sa.ColumnElement[Any]

RISING = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS, NUMBER = sa.Text(), sa.Integer()
MOMENT: Kind = sa.Double()
ID, HASH, SHORT = sa.String(length=32), sa.String(length=64), sa.String(length=200)


def upgrade() -> None:
    """Apply."""
    tables()
    columns()
    indexes()
    lexical_index()


def tables() -> None:
    """Make what is missing as a whole."""
    table(
        "evaluations",
        column("id", RISING),
        column("agent_id", ID),
        column("fingerprint", HASH),
        column("result", sa.JSON()),
        column("created_by", SHORT),
        column("created_at", MOMENT),
        parent="agents",
    )
    table(
        "differences",
        column("id", RISING),
        column("source_id", ID),
        column("version", NUMBER),
        column("found_at", MOMENT),
        column("added", sa.JSON()),
        column("removed", sa.JSON()),
        column("more", NUMBER),
        parent="sources",
    )
    table(
        "pairs",
        column("id", RISING),
        column("base_id", ID),
        column("question", WORDS),
        column("source", sa.String(length=300)),
        sa.Column("page", NUMBER),
        sa.Column("row", NUMBER),
        column("expect", WORDS),
        column("created_by", SHORT),
        column("created_at", MOMENT),
        parent="bases",
    )
    table(
        "curated",
        column("id", RISING),
        column("base_id", ID),
        column("question", WORDS),
        column("answer", WORDS),
        column("created_by", SHORT),
        column("created_at", MOMENT),
        column("changed_by", SHORT),
        column("changed_at", MOMENT),
        parent="bases",
    )
    table(
        "corrections",
        column("source_id", ID),
        column("fingerprint", HASH),
        column("original", WORDS),
        column("text", WORDS),
        column("silenced", sa.Boolean()),
        column("changed_by", SHORT),
        column("changed_at", MOMENT),
        parent="sources",
        key=("source_id", "fingerprint"),
    )
    table(
        "rebuilds",
        column("base_id", ID),
        column("provider", sa.String(length=20)),
        column("model", sa.String(length=120)),
        column("dimension", NUMBER),
        column("state", sa.String(length=12)),
        column("fence", NUMBER),
        column("lease_until", MOMENT),
        column("attempts", NUMBER),
        column("done", NUMBER),
        column("total", NUMBER),
        column("error", WORDS),
        column("error_code", sa.String(length=40)),
        column("asked_by", SHORT),
        column("updated_at", MOMENT),
        parent="bases",
        key=("base_id",),
    )


def columns() -> None:
    """Add what is missing of a table, and take away what 0001 once had."""
    add("conversations", "lease_holder", ID, "")
    add("outbox", "dismissed_at", MOMENT, "0")
    add("turns", "handoff_reason", SHORT, "")
    add("people", "tour", sa.JSON(), "{}")
    add("bases", "tuning", sa.JSON(), "{}")
    add("chunks", "fingerprint", HASH, "")
    add("chunks", "silenced", sa.Boolean(), sa.false())
    add("sources", "parent_id", ID, "")
    add("sources", "options", sa.JSON(), "{}")
    add("sources", "text_hash", HASH, "")
    add("sources", "refresh_hours", NUMBER, "0")
    add("sources", "checked_at", MOMENT, "0")
    add("sources", "gone_at", MOMENT, "0")
    add("sources", "tokens", sa.BigInteger(), "0")
    add_without_default("outbox", "sending_at", MOMENT, "0")
    add_without_default("sources", "error_code", sa.String(length=40), "")
    add_without_default("sources", "fence", NUMBER, "0")
    add_without_default("corrections", "original", WORDS, "")
    if "turn_due_at" in names("columns", "conversations"):
        with op.batch_alter_table("conversations") as batch:
            batch.drop_column("turn_due_at")


def indexes() -> None:
    """Make the indexes that are missing."""
    figures = ["finished_at", "conversation_id", "outcome", "version_id", "cost", "inbox_from"]
    undelivered = "(state = 'dead' OR status IN ('failed', 'undelivered')) AND dismissed_at = 0"
    reasons = ["finished_at", "version_id", "handoff_reason"]
    index("messages", "ix_messages_inbox_id", ["inbox_id"])
    index("messages", "ix_messages_turn_id", ["turn_id"])
    index("evaluations", "ix_evaluations_agent_id_fingerprint", ["agent_id", "fingerprint"])
    index("allowances", "ix_allowances_day", ["day", "cost"])
    index("conversations", "ix_conversations_owner_until", ["owner_until"], "owner_until > 0")
    index("outbox", "ix_outbox_undelivered", ["conversation_id", "id"], undelivered)
    index("turns", "ix_turns_figures", figures)
    index("turns", "ix_turns_missed", ["finished_at"], "missed <> ''")
    index("turns", "ix_turns_handoff_reason", reasons, "handoff_reason <> ''")
    index("differences", "ix_differences_source_id", ["source_id"])
    index("pairs", "ix_pairs_base_id", ["base_id"])
    index("curated", "ix_curated_base_id", ["base_id"])


def lexical_index() -> None:
    """Words found by their n-grams too, counted, and followed when a chunk's words change."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "CREATE OR REPLACE FUNCTION chunk_grams(stems text) RETURNS text[] LANGUAGE sql "
            "IMMUTABLE PARALLEL SAFE COST 10000 AS $$ SELECT array_agg(DISTINCT substr(' ' || "
            "stems || ' ', n, 3)) FROM generate_series(1, length(stems)) AS n $$"
        )
        op.execute(
            "CREATE INDEX IF NOT EXISTS chunk_index_grams ON chunks USING gin (chunk_grams(stems))"
        )
        return
    if "chunk_index_grams" not in sqlite_objects():
        op.execute(
            "CREATE VIRTUAL TABLE chunk_index_grams USING "
            "fts5(stems, content='chunks', content_rowid='id', tokenize='trigram', detail=none)"
        )
        op.execute("INSERT INTO chunk_index_grams(chunk_index_grams) VALUES ('rebuild')")
        op.execute("CREATE VIRTUAL TABLE chunk_index_words USING fts5vocab(chunk_index, 'row')")
    added = "INSERT INTO {0}(rowid, stems) VALUES (new.id, new.stems);"
    removed = "INSERT INTO {0}({0}, rowid, stems) VALUES ('delete', old.id, old.stems);"
    grams = "chunk_index_grams"
    both = (removed + added).format("chunk_index") + (removed + added).format(grams)
    trigger("chunk_added_grams", "INSERT", added.format(grams))
    trigger("chunk_removed_grams", "DELETE", removed.format(grams))
    trigger("chunk_changed", "UPDATE OF stems", both)


# --- each makes one thing, where it is missing


def column(name: str, kind: Kind) -> sa.Column[Any]:
    """Return a column that must have a value."""
    return sa.Column(name, kind, nullable=False)


def table(
    name: str, *parts: sa.Column[Any], parent: str = "", key: Sequence[str] = ("id",)
) -> None:
    """Make a table whose rows may belong to one of *parent*, by the column of its name."""
    if sa.inspect(op.get_bind()).has_table(name):
        return
    constraints: list[sa.Constraint] = [sa.PrimaryKeyConstraint(*key, name=f"pk_{name}")]
    if parent:
        owner = f"{parent.removesuffix('s')}_id"
        constraints.append(
            sa.ForeignKeyConstraint([owner], [f"{parent}.id"], name=f"fk_{name}_{owner}")
        )
    op.create_table(name, *parts, *constraints)


def add(place: str, name: str, kind: Kind, default: Default) -> bool:
    """Add a column and fill it with *default*; False when it was there."""
    if name in names("columns", place):
        return False
    op.add_column(place, sa.Column(name, kind, nullable=False, server_default=default))
    return True


def add_without_default(place: str, name: str, kind: Kind, filled: Default) -> None:
    """Add a column whose old rows get *filled*, and whose new ones must bring a value."""
    if add(place, name, kind, filled):
        with op.batch_alter_table(place) as batch:
            batch.alter_column(name, server_default=None)


def index(place: str, name: str, of: list[str], where: str = "") -> None:
    """Make an index, a partial one when there is a *where*."""
    if name in names("indexes", place):
        return
    condition = sa.text(where) if where else None
    op.create_index(name, place, of, sqlite_where=condition, postgresql_where=condition)


def trigger(name: str, on: str, then: str) -> None:
    """Make a trigger of chunks, on SQLite."""
    op.execute(f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {on} ON chunks BEGIN {then} END")


def names(kind: str, place: str) -> set[str]:
    """Return the names of the columns or indexes of a table, as it is now."""
    inspector = sa.inspect(op.get_bind())
    found = inspector.get_columns(place) if kind == "columns" else inspector.get_indexes(place)
    return {str(one["name"]) for one in found}


def sqlite_objects() -> set[str]:
    """Return the names of everything in a SQLite file."""
    return set(op.get_bind().scalars(sa.text("SELECT name FROM sqlite_master")))
