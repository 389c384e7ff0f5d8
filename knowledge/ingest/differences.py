"""What changed between two readings of a source, as staff want to see it: whole sentences.

Chunks overlap and their borders move, so texts are compared as sets of sentences, not as chunks.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from knowledge.base import Source
from knowledge.tables import chunks, differences

MOST_LINES = 200  # kept a difference
MOST_KEPT = 20  # differences a source
_LONGEST = 500
_BORDER = re.compile(r"\n+|(?<=[.!?])\s+")


def keep(tx: Connection, source: Source, version: int, now: float, texts: Iterable[str]) -> None:
    """Note inside *tx* how the reading *version* with *texts* differs from the one searched."""
    if not source.version:
        return
    query = select(chunks.c.text).where(
        chunks.c.source_id == source.id, chunks.c.source_version == source.version
    )
    before = _lines(tx.scalars(query.order_by(chunks.c.position)))
    after = _lines(texts)
    added, removed = _only(after, before), _only(before, after)
    if added or removed:
        kept = {"added": added[:MOST_LINES], "removed": removed[:MOST_LINES]}
        more = len(added) + len(removed) - sum(map(len, kept.values()))
        own: dict[str, Any] = {"source_id": source.id, "version": version, "found_at": now}
        tx.execute(insert(differences).values(**own, **kept, more=more))
        _forget_old(tx, source.id)


def forget(tx: Connection, source_id: str) -> None:
    """Delete inside *tx* what was noted of a source that goes."""
    tx.execute(delete(differences).where(differences.c.source_id == source_id))


def _forget_old(tx: Connection, source_id: str) -> None:
    own = differences.c.source_id == source_id
    newest = select(differences.c.id).where(own).order_by(differences.c.id.desc())
    ids = tx.scalars(newest.limit(MOST_KEPT)).all()
    tx.execute(delete(differences).where(own, differences.c.id < ids[-1]))


def _lines(texts: Iterable[str]) -> list[str]:
    lines = (" ".join(line.split()) for text in texts for line in _BORDER.split(text))
    return list(dict.fromkeys(line[:_LONGEST] for line in lines if line))


def _only(these: Sequence[str], those: Sequence[str]) -> list[str]:
    known = set(those)
    return [line for line in these if line not in known]
