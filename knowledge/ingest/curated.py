"""Answers that staff wrote themselves: found like any passage, and first when they fit well.

Each is a chunk of a source of its own in the base (kind `curated`), so that searches, citations
and vectors need not know of anything new. The chunk's position is the answer's id.
"""

import logging
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from knowledge.base import Base
from knowledge.errors import NotAccepted, UnknownSource
from knowledge.ingest.bases import Bases
from knowledge.ingest.indexing import ChunkWriter
from knowledge.lexical import indexed
from knowledge.states import Effect, SourceKind, SourceState
from knowledge.tables import IS_THERE, bases, chunks, curated, sources

log = logging.getLogger(__name__)

NAME = "Respuestas del equipo"  # what a citation calls the source
MAX_QUESTION = 300  # characters
MAX_ANSWER = 4_000
VERSION = 1  # of the source: it is never read


@dataclass(frozen=True)
class CuratedAnswer:
    """A question customers ask, and what they are to be told."""

    id: int
    base_id: str
    question: str
    answer: str
    created_by: str
    created_at: float
    changed_by: str
    changed_at: float


class Curated(ChunkWriter):
    """The curated answers of every base. What is added is found from the next search on."""

    def add(self, base_id: str, question: str, answer: str, person: str) -> int:
        """Keep an answer; return its id. Raises NotAccepted or UnknownSource."""
        said = _said(question, answer)
        Bases(self.database).base(base_id)
        now = self.clock()
        by = {"created_by": person, "created_at": now, "changed_by": person, "changed_at": now}
        with self.database.write() as tx:
            _lock(tx, base_id)
            source_id = _source(tx, base_id) or _make_source(tx, base_id, person, now)
            row = insert(curated).values(base_id=base_id, **said, **by).returning(curated.c.id)
            curated_id = int(tx.execute(row).scalar_one())
            tx.execute(insert(chunks).values(**_chunk(base_id, source_id, curated_id, said)))
            _touch(tx, base_id)
            self.align_later(source_id, curated_id)
        return curated_id

    def change(self, curated_id: int, question: str, answer: str, person: str) -> None:
        """Replace both. Raises NotAccepted or UnknownSource."""
        said = _said(question, answer)
        base, source_id = self._place(curated_id)
        with self.database.write() as tx:
            by = {"changed_by": person, "changed_at": self.clock()}
            changed = update(curated).where(curated.c.id == curated_id).values(**said, **by)
            if not tx.execute(changed).rowcount:
                raise _unknown()
            new = _chunk(base.id, source_id, curated_id, said)
            tx.execute(update(chunks).where(*_at(source_id, curated_id)).values(**new))
            _touch(tx, base.id)
            self.align_later(source_id, curated_id)

    def remove(self, curated_id: int) -> None:
        """Forget it. Raises UnknownSource.

        Its vector goes afterwards. Where that fails it finds nothing, and goes with the next answer
        that is removed; the source of the last answer is then removed as any other is.
        """
        base, source_id = self._place(curated_id)
        with self.database.write() as tx:
            _lock(tx, base.id)
            tx.execute(delete(chunks).where(*_at(source_id, curated_id)))
            tx.execute(delete(curated).where(curated.c.id == curated_id))
            if not tx.scalar(select(func.count()).where(curated.c.base_id == base.id)):
                gone = {"state": SourceState.REMOVING, "fence": sources.c.fence + 1}
                own = update(sources).where(sources.c.id == source_id)
                tx.execute(own.values(**gone, lease_until=0))
            _touch(tx, base.id)
            self.align_later(source_id, curated_id)

    def of(self, base_id: str) -> list[CuratedAnswer]:
        """The answers of a base, newest first."""
        query = select(curated).where(curated.c.base_id == base_id).order_by(curated.c.id.desc())
        with self.database.read() as tx:
            return [CuratedAnswer(**row._mapping) for row in tx.execute(query)]

    def _place(self, curated_id: int) -> tuple[Base, str]:
        with self.database.read() as tx:
            query = select(curated.c.base_id).where(curated.c.id == curated_id)
            base_id = tx.scalar(query)
            source_id = _source(tx, base_id) if base_id else ""
        if not base_id:
            raise _unknown()
        return Bases(self.database).base(base_id), source_id


def _said(question: str, answer: str) -> dict[str, str]:
    question, answer = " ".join(question.split()), answer.strip()
    if not 1 <= len(question) <= MAX_QUESTION:
        raise NotAccepted("Write the question, in at most 300 characters.", "curated_question")
    if not 1 <= len(answer) <= MAX_ANSWER:
        raise NotAccepted("Write the answer, in at most 4,000 characters.", "curated_answer")
    return {"question": question, "answer": answer}


def _chunk(base_id: str, source_id: str, number: int, said: dict[str, str]) -> dict[str, Any]:
    return {
        "base_id": base_id,
        "source_id": source_id,
        "source_version": VERSION,
        "position": number,
        "text": said["answer"],
        "heading": said["question"],
        "stems": indexed(said["question"], said["answer"]),
    }


def _at(source_id: str, number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return chunks.c.source_id == source_id, chunks.c.position == number


def _source(tx: Connection, base_id: str) -> str:
    own = (sources.c.base_id == base_id, sources.c.kind == SourceKind.CURATED, IS_THERE)
    return tx.scalar(select(sources.c.id).where(*own)) or ""


def _make_source(tx: Connection, base_id: str, person: str, now: float) -> str:
    source_id = uuid.uuid4().hex
    about = {"state": SourceState.READY, "version": VERSION, "fence": VERSION, "created_by": person}
    about |= {"kind": SourceKind.CURATED, "effect": Effect.AT_ONCE}
    row = {"id": source_id, "base_id": base_id, "name": NAME, **about}
    tx.execute(insert(sources).values(**row, created_at=now, updated_at=now))
    return source_id


def _lock(tx: Connection, base_id: str) -> None:
    """Two people adding at once make one source (SQLite has one writer anyway)."""
    tx.execute(select(bases.c.id).where(bases.c.id == base_id).with_for_update())


def _touch(tx: Connection, base_id: str) -> None:
    Bases.raise_revision(tx, base_id, Effect.AT_ONCE)


def _unknown() -> UnknownSource:
    return UnknownSource("There is no such answer.", "unknown_answer")
