"""What changed between two readings of a source, as staff want to see it: whole sentences.

Chunks overlap and their borders move, so texts are compared as sets of sentences, not as chunks.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from knowledge.base import Source
from knowledge.tables import chunks, differences

MOST_LINES = 200  # kept a difference
MOST_KEPT = 20  # differences a source
MUCH = 0.2  # of the words of a source: who takes away more asks a person
A_SENTENCE = 5  # words
_LONGEST = 500
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d[\d.,:]*")
_BORDER = re.compile(r"\n+|(?<=[.!?])\s+")


def keep(tx: Connection, source: Source, version: int, now: float, texts: Iterable[str]) -> None:
    """Note inside *tx* how the reading *version* with *texts* differs from the one searched."""
    if not source.version:
        return
    before = _lines(texts_of(tx, source.id, source.version))
    after = _lines(texts)
    added, removed = _only(after, before), _only(before, after)
    if added or removed:
        kept = {"added": added[:MOST_LINES], "removed": removed[:MOST_LINES]}
        more = len(added) + len(removed) - sum(map(len, kept.values()))
        own: dict[str, Any] = {"source_id": source.id, "version": version, "found_at": now}
        tx.execute(insert(differences).values(**own, **kept, more=more))
        _forget_old(tx, source.id)


def texts_of(tx: Connection, source_id: str, version: int) -> Sequence[str]:
    """The passages of one reading, in order."""
    own = (chunks.c.source_id == source_id, chunks.c.source_version == version)
    return tx.scalars(select(chunks.c.text).where(*own).order_by(chunks.c.position)).all()


def forget(tx: Connection, source_id: str, version: int = 0) -> None:
    """Delete inside *tx* what was noted of a source that goes, or of one reading of it."""
    own = delete(differences).where(differences.c.source_id == source_id)
    tx.execute(own.where(differences.c.version == version) if version else own)


def takes_away_much(before: Iterable[str], after: Iterable[str]) -> bool:
    """Whether more than a fifth of the words *before* are gone *after*.

    All numbers count as one word: a price list with other prices has lost nothing; and fewer
    words than a sentence has are not much of any page.
    """
    were, are = (Counter(_words(texts)) for texts in (before, after))
    gone = (were - are).total()
    return gone >= A_SENTENCE and gone > MUCH * were.total()


def _words(texts: Iterable[str]) -> Iterator[str]:
    for line in _lines(texts):
        yield from _WORD.findall(_NUMBER.sub("0", line.casefold()))


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
