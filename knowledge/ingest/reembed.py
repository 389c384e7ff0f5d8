"""Embedding a base anew: built beside what is searched, then swapped in one transaction.

Safe to be killed anywhere and to run twice: vectors that are there already are not made again,
the swap happens only when every passage has its vector and nothing is being read, and the old
collection is dropped afterwards, however often that takes.
"""

import logging
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from knowledge.base import Base, EmbedderFor, Transactions
from knowledge.errors import (
    EmbeddingUnavailable,
    IndexUnavailable,
    KnowledgeError,
    UnknownSource,
)
from knowledge.ingest.bases import Bases
from knowledge.ingest.embedding import Embedding
from knowledge.ingest.rebuilds import Rebuild, Rebuilds, as_wanted, is_same
from knowledge.snapshots import is_pinned
from knowledge.states import AT_WORK, RebuildState, SourceState
from knowledge.tables import IS_THERE, bases, chunks, rebuilds, sources
from knowledge.vectors.chroma import Vectors

log = logging.getLogger(__name__)

LEASE_SECONDS = 120
AGAIN_SECONDS = 15  # doubled with each attempt; also the wait for readings to end
MAX_ATTEMPTS = 8


class Overtaken(Exception):
    """Somebody called it off, or another worker has it."""


class Reembedding:
    """Does what `Rebuilds` was asked for; one call a base, from a chore worker."""

    def __init__(
        self,
        rebuilds: Rebuilds,
        database: Transactions,
        vectors: Vectors,
        embedder_for: EmbedderFor,
    ) -> None:
        self.rebuilds = rebuilds
        self.database = database
        self.vectors = vectors
        self.embedder_for = embedder_for

    def run(self, base_id: str) -> None:
        """Bring the base to its next model, or record why not. Does nothing when nothing is due."""
        rebuild = self._claim(base_id)
        if rebuild is None:
            return
        try:
            self._run(rebuild, Bases(self.database).base(base_id))
        except Overtaken:
            log.info("re-embedding overtaken base=%s", base_id)
        except UnknownSource:
            log.info("the base is gone base=%s", base_id)
        except KnowledgeError as error:
            self._record(rebuild, error)

    def _run(self, rebuild: Rebuild, base: Base) -> None:
        if rebuild.state != RebuildState.CLEARING:
            self._build(rebuild, as_wanted(base, rebuild))
            if not self._swap(rebuild, base):
                return  # something is being read; the sweeper comes back
            rebuild = self._old(rebuild, base)
            base = Bases(self.database).base(base.id)
        if not is_same(base, rebuild):
            self.vectors.drop(as_wanted(base, rebuild))
        with self.database.write() as tx:
            self.rebuilds.forget(tx, base.id, rebuild.fence)
        log.info("re-embedded base=%s", base.id)

    def _build(self, rebuild: Rebuild, wanted: Base) -> None:
        if rebuild.attempts == 1 and not rebuild.done:
            self.vectors.drop(wanted)  # what an attempt that failed for good left
        embedding = self._embedding(wanted)
        missing, total = embedding.missing(*_shown(wanted.id))
        for made in embedding.make(missing):
            self._hold(rebuild, done=total - len(missing) + made, total=total)

    def _embedding(self, wanted: Base) -> Embedding:
        return Embedding(self.database, self.vectors, self.embedder_for, wanted)

    def _swap(self, rebuild: Rebuild, base: Base) -> bool:
        """Search the new vectors from now on, if nothing is missing and nothing is being read."""
        wanted = as_wanted(base, rebuild)
        revision = Bases(self.database).base(base.id).revision
        if self._embedding(wanted).missing(*_shown(base.id))[0]:
            return self._later(rebuild, 0)
        made_with = {"provider": wanted.provider, "model": wanted.model}
        same = (bases.c.id == base.id) & (bases.c.revision == revision)
        with self.database.write() as tx:
            if _is_busy(tx, base.id):
                swapped = 0
            else:
                values = {**made_with, "dimension": wanted.dimension, "revision": revision + 1}
                swapped = tx.execute(update(bases).where(same).values(**values)).rowcount
            if swapped:
                was = {"provider": base.provider, "model": base.model, "dimension": base.dimension}
                self._update(tx, rebuild, state=RebuildState.CLEARING, **was)
        return bool(swapped) or self._later(rebuild, AGAIN_SECONDS)

    def _old(self, rebuild: Rebuild, base: Base) -> Rebuild:
        was = (base.provider, base.model, base.dimension)
        return Rebuild(base.id, *was, RebuildState.CLEARING, rebuild.fence, 0, 0, 0, "", "")

    def _claim(self, base_id: str) -> Rebuild | None:
        now = self.rebuilds.clock()
        due = rebuilds.c.state != RebuildState.FAILED
        with self.database.write() as tx:
            taken = tx.execute(
                update(rebuilds)
                .where(rebuilds.c.base_id == base_id, due, rebuilds.c.lease_until <= now)
                .values(
                    fence=rebuilds.c.fence + 1,
                    attempts=rebuilds.c.attempts + 1,
                    lease_until=now + LEASE_SECONDS,
                    updated_at=now,
                )
            )
        return self.rebuilds.progress(base_id) if taken.rowcount else None

    def _hold(self, rebuild: Rebuild, **progress: int) -> None:
        lease = self.rebuilds.clock() + LEASE_SECONDS
        with self.database.write() as tx:
            self._update(tx, rebuild, state=RebuildState.BUILDING, lease_until=lease, **progress)

    def _later(self, rebuild: Rebuild, seconds: float) -> bool:
        due = self.rebuilds.clock() + seconds
        with self.database.write() as tx:
            self._update(tx, rebuild, lease_until=due, attempts=1)
        return False

    def _record(self, rebuild: Rebuild, error: KnowledgeError) -> None:
        log.warning("not re-embedded base=%s code=%s", rebuild.base_id, error.code)
        later = isinstance(error, EmbeddingUnavailable | IndexUnavailable)
        told = {"error": str(error), "error_code": error.code}
        if later and rebuild.attempts < MAX_ATTEMPTS:
            due = self.rebuilds.clock() + AGAIN_SECONDS * 2 ** (rebuild.attempts - 1)
            values: dict[str, Any] = {"lease_until": due, **told}
        else:
            values = {"lease_until": 0, "state": RebuildState.FAILED, **told}
        try:
            with self.database.write() as tx:
                self._update(tx, rebuild, **values)
        except Overtaken:
            log.info("re-embedding overtaken base=%s", rebuild.base_id)

    def _update(self, tx: Connection, rebuild: Rebuild, **values: Any) -> None:
        own = (rebuilds.c.base_id == rebuild.base_id) & (rebuilds.c.fence == rebuild.fence)
        now = self.rebuilds.clock()
        changed = tx.execute(update(rebuilds).where(own).values(**values, updated_at=now))
        if not changed.rowcount:
            raise Overtaken


def _shown(base_id: str) -> tuple[ColumnElement[bool], ...]:
    """The chunks that searches may show, those that staff silenced or that are pinned too."""
    current = select(sources.c.id).where(
        sources.c.id == chunks.c.source_id,
        (sources.c.version == chunks.c.source_version) | is_pinned(),
        IS_THERE,
    )
    return chunks.c.base_id == base_id, current.exists()


def _is_busy(tx: Connection, base_id: str) -> bool:
    """Whether a source is being read or removed: that goes to the collection that is there now."""
    working = sources.c.state.in_((*AT_WORK, SourceState.REMOVING))
    busy = (sources.c.base_id == base_id) & working
    return bool(tx.scalar(select(func.count()).where(busy)))
