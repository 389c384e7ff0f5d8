"""What staff change in a chunk: other words, or silence. It outlives the reading that made it.

A correction belongs to the text as it was read (by its fingerprint), not to a chunk's number:
when the source is read again and says the same there, the correction is applied again. Where the
source says something else by then, the new text counts, and the correction waits.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from knowledge.base import Chunk, Transactions
from knowledge.errors import NotAccepted, UnknownSource
from knowledge.ingest.bases import Bases
from knowledge.ingest.indexing import ChunkWriter
from knowledge.lexical import indexed
from knowledge.states import Effect, SourceKind
from knowledge.tables import AnyRow, chunks, corrections, sources

MAX_TEXT = 8_000  # characters


class Corrections(ChunkWriter):
    """Changes chunks. What is changed is searched so from the next search on."""

    def correct(self, chunk_id: int, text: str, person: str) -> None:
        """Have the chunk say *text*. Raises NotAccepted or UnknownSource."""
        text = text.strip()
        if not 1 <= len(text) <= MAX_TEXT:
            raise NotAccepted("Write the passage, in at most 8,000 characters.", "passage_form")
        chunk = self._chunk(chunk_id)
        self._keep(chunk, person, text=text, silenced=False, original=chunk.original or chunk.text)

    def silence(self, chunk_id: int, person: str) -> None:
        """Have the chunk found no more. Raises UnknownSource."""
        chunk = self._chunk(chunk_id)
        text = chunk.text if chunk.original else ""
        self._keep(chunk, person, text=text, silenced=True, original=chunk.original or chunk.text)

    def restore(self, chunk_id: int, person: str) -> None:
        """Have it as it was read. Raises UnknownSource."""
        chunk = self._chunk(chunk_id)
        if chunk.fingerprint:
            self._keep(chunk, person, text="", silenced=False, original=chunk.original)

    def _keep(self, chunk: AnyRow, person: str, text: str, silenced: bool, original: str) -> None:
        fingerprint = chunk.fingerprint or fingerprint_of(chunk.heading, chunk.text)
        is_changed = bool(text) or silenced
        shown = text or original or chunk.text
        row = {"text": text, "silenced": silenced, "original": original}
        known = (corrections.c.source_id == chunk.source_id) & (
            corrections.c.fingerprint == fingerprint
        )
        with self.database.write() as tx:
            tx.execute(delete(corrections).where(known))
            if is_changed:
                own = {"source_id": chunk.source_id, "fingerprint": fingerprint}
                by = {"changed_by": person, "changed_at": self.clock()}
                tx.execute(insert(corrections).values(**own, **row, **by))
            new = {
                "text": shown,
                "stems": "" if silenced else indexed(chunk.heading, shown),
                "silenced": silenced,
                "fingerprint": fingerprint if is_changed else "",
            }
            same = _same_text(chunk, fingerprint, original)
            places = tx.scalars(select(chunks.c.position).where(same).distinct()).all()
            tx.execute(update(chunks).where(same).values(**new))
            Bases.raise_revision(tx, chunk.base_id, Effect.AT_ONCE)
            for position in places:
                self.align_later(chunk.source_id, position)

    def _chunk(self, chunk_id: int) -> AnyRow:
        known = (corrections.c.source_id == chunks.c.source_id) & (
            corrections.c.fingerprint == chunks.c.fingerprint
        )
        query = (
            select(chunks, corrections.c.original)
            .join(sources, sources.c.id == chunks.c.source_id)
            .outerjoin(corrections, known)
            .where(chunks.c.id == chunk_id, sources.c.kind != SourceKind.CURATED)
        )
        with self.database.read() as tx:
            row = tx.execute(query).one_or_none()
        if row is None:
            raise UnknownSource("There is no such passage any more.", "unknown_passage")
        return row


def _same_text(chunk: AnyRow, fingerprint: str, original: str) -> ColumnElement[bool]:
    """Wherever the source says that, in the readings that versions of agents pin as well."""
    as_read = and_(
        chunks.c.fingerprint == "", chunks.c.heading == chunk.heading, chunks.c.text == original
    )
    return and_(
        chunks.c.source_id == chunk.source_id, or_(chunks.c.fingerprint == fingerprint, as_read)
    )


def applied(database: Transactions, source_id: str, pieces: Sequence[Chunk]) -> list[Chunk]:
    """The chunks of a reading with what staff changed in the same texts before."""
    query = select(corrections).where(corrections.c.source_id == source_id)
    with database.read() as tx:
        known = {row.fingerprint: row for row in tx.execute(query)}
    return [_applied(piece, known) for piece in pieces] if known else list(pieces)


def forget(tx: Connection, source_id: str) -> None:
    """Erase, inside *tx*, every correction of a source."""
    tx.execute(delete(corrections).where(corrections.c.source_id == source_id))


def fingerprint_of(heading: str, text: str) -> str:
    """What a correction goes by: the text as it was read, under its heading."""
    return hashlib.sha256(f"{heading}\n{text}".encode()).hexdigest()


def _applied(piece: Chunk, known: dict[str, AnyRow]) -> Chunk:
    fingerprint = fingerprint_of(piece.heading, piece.text)
    row = known.get(fingerprint)
    if row is None:
        return piece
    text = row.text or piece.text
    return replace(piece, text=text, fingerprint=fingerprint, silenced=row.silenced)
