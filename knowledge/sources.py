"""Knowledge bases and their sources as staff see them: added, listed, updated, removed.

Light to import: the webhook process loads it. Reading a source is another process's work
(`knowledge.ingestion`); what is said here is only that there is something to read. `fence`
rises whenever what a reader is doing has lost its point, so that it notices.
"""

import io
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from knowledge import files
from knowledge.base import Base, Source, StoredChunk, Transactions
from knowledge.errors import NotAccepted, UnknownSource
from knowledge.tables import bases, chunks, sources

MAX_ATTEMPTS = 5
RING_AGAIN_SECONDS = 60
MAX_URL = 2_000
Bases = list[Base]  # `Sources.list` hides the builtin inside the class
SourceList = list[Source]
StoredChunks = list[StoredChunk]
Due = list[tuple[str, str]]
_TO_DO = ("waiting", "reading", "embedding", "removing")
GAVE_UP = (
    "Reading it was tried several times and broke off each time. Try again, or use another file."
)


class Sources:
    """What staff do with knowledge bases and sources."""

    def __init__(
        self,
        database: Transactions,
        files_dir: Path,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.database = database
        self.files_dir = files_dir
        self.clock = clock

    def create_base(self, name: str, person: str, provider: str, model: str, dimension: int) -> str:
        """Make an empty base whose vectors will be of that model. Returns its id."""
        name = name.strip()
        if not 1 <= len(name) <= 120:
            raise NotAccepted("Give the base a name of at most 120 characters.", "base_name")
        row = {
            "id": uuid.uuid4().hex,
            "name": name,
            "provider": provider,
            "model": model,
            "dimension": dimension,
            "created_by": person,
            "created_at": self.clock(),
        }
        try:
            with self.database.write() as tx:
                tx.execute(insert(bases).values(row))
        except IntegrityError:
            raise NotAccepted(f"There is already a base named {name}.", "base_exists") from None
        return str(row["id"])

    def bases(self) -> Bases:
        """Every base, by name."""
        return self._bases()

    def base(self, base_id: str) -> Base:
        """The base by that id. Raises UnknownSource."""
        found = self._bases(base_id)
        if not found:
            raise UnknownSource("There is no such knowledge base.", "unknown_base")
        return found[0]

    def remove_base(self, base_id: str) -> None:
        """Remove a base that has no sources left."""
        self.base(base_id)
        with self.database.write() as tx:
            if tx.scalar(select(func.count()).where(sources.c.base_id == base_id)):
                raise NotAccepted(
                    "The base still has sources. Remove them first.", "base_not_empty"
                )
            tx.execute(delete(bases).where(bases.c.id == base_id))

    def add_file(self, base_id: str, name: str, data: BinaryIO | bytes, person: str) -> str:
        """Store a file to be read. The same bytes in the same base are the same source."""
        self.base(base_id)
        name = files.clean_name(name)
        stored = files.store(self.files_dir, _stream(data))
        try:
            with self.database.write() as tx:
                same = sources.c.fingerprint == stored.fingerprint
                known = _known(tx, base_id, sources.c.kind == "file", same)
                if not known:
                    return self._insert(tx, base_id, person, name, vars(stored))
        except BaseException:
            files.remove(self.files_dir, stored.stored_name)
            raise
        files.remove(self.files_dir, stored.stored_name)
        return known

    def add_url(self, base_id: str, url: str, person: str) -> str:
        """Note a page to be fetched and read. The same address in a base is the same source."""
        self.base(base_id)
        url = url.strip()
        if not url.lower().startswith(("http://", "https://")) or len(url) > MAX_URL:
            raise NotAccepted("Write the page's whole address, beginning with https://", "url_form")
        with self.database.write() as tx:
            known = _known(tx, base_id, sources.c.url == url)
            return known or self._insert(tx, base_id, person, url[:300], {"url": url})

    def list(self, base_id: str) -> SourceList:
        """The sources of a base, newest last."""
        with self.database.read() as tx:
            query = select(sources).where(sources.c.base_id == base_id)
            rows = tx.execute(query.order_by(sources.c.created_at, sources.c.id))
            return [_source(row) for row in rows]

    def get(self, source_id: str) -> Source:
        """The source by that id. Raises UnknownSource."""
        with self.database.read() as tx:
            row = tx.execute(select(sources).where(sources.c.id == source_id)).one_or_none()
        if row is None:
            raise UnknownSource
        return _source(row)

    def retry(self, source_id: str) -> None:
        """Have a source read again, whatever became of it."""
        self._renew(source_id, {})

    def update_file(self, source_id: str, name: str, data: BinaryIO | bytes, person: str) -> None:
        """Replace a file. What was read before stays findable until the new one is read."""
        source = self.get(source_id)
        if source.kind != "file":
            raise NotAccepted("A page is read again, not replaced by a file.", "not_a_file")
        name = files.clean_name(name)
        stored = files.store(self.files_dir, _stream(data))
        try:
            self._renew(source_id, {"name": name, "created_by": person, **vars(stored)})
        except BaseException:
            files.remove(self.files_dir, stored.stored_name)
            raise
        files.remove(self.files_dir, source.stored_name)

    def mark_removing(self, source_id: str) -> None:
        """Take a source out of every search at once; its traces are removed afterwards."""
        source = self.get(source_id)
        with self.database.write() as tx:
            tx.execute(
                update(sources)
                .where(sources.c.id == source_id)
                .values(state="removing", fence=sources.c.fence + 1, lease_until=0)
            )
            self.raise_revision(tx, source.base_id)

    def chunks(self, source_id: str, offset: int = 0, limit: int = 50) -> StoredChunks:
        """The passages a source was divided into, in order."""
        columns = [chunks.c[name] for name in StoredChunk.__dataclass_fields__]
        query = (
            select(*columns)
            .join(sources, sources.c.id == chunks.c.source_id)
            .where(sources.c.id == source_id, chunks.c.source_version == sources.c.version)
            .order_by(chunks.c.position)
        )
        with self.database.read() as tx:
            rows = tx.execute(query.offset(offset).limit(limit))
            return [StoredChunk(**row._mapping) for row in rows]

    def due(self, now: float) -> Due:
        """What a crash or a lost doorbell left to do: ("read" | "remove", source id).

        Each is named again only after a while, so that a long queue is not filled with it.
        """
        query = (
            select(sources.c.id, sources.c.state)
            .where(sources.c.lease_until <= now, sources.c.state.in_(_TO_DO))
            .order_by(sources.c.created_at)
            .limit(100)
        )
        with self.database.read() as tx:
            if tx.execute(query.limit(1)).first() is None:
                return []
        with self.database.write() as tx:
            self._give_up(tx, now)
            found = tx.execute(query).all()
            for source_id, state in found:
                tx.execute(
                    update(sources)
                    .where(sources.c.id == source_id)
                    .values(
                        state="removing" if state == "removing" else "waiting",
                        lease_until=now + RING_AGAIN_SECONDS,
                    )
                )
        return [("remove" if state == "removing" else "read", name) for name, state in found]

    @staticmethod
    def raise_revision(tx: Connection, base_id: str) -> None:
        """Say, inside *tx*, that what can be found in the base has changed."""
        tx.execute(update(bases).where(bases.c.id == base_id).values(revision=bases.c.revision + 1))

    def _give_up(self, tx: Connection, now: float) -> None:
        tx.execute(
            update(sources)
            .where(
                sources.c.lease_until <= now,
                sources.c.attempts >= MAX_ATTEMPTS,
                sources.c.state.in_(("waiting", "reading", "embedding")),
            )
            .values(
                state="failed",
                error=func.coalesce(func.nullif(sources.c.error, ""), GAVE_UP),
                error_code=func.coalesce(func.nullif(sources.c.error_code, ""), "gave_up"),
                fence=sources.c.fence + 1,
                updated_at=now,
            )
        )

    def _insert(
        self, tx: Connection, base_id: str, person: str, name: str, more: dict[str, Any]
    ) -> str:
        source_id, now = uuid.uuid4().hex, self.clock()
        tx.execute(
            insert(sources).values(
                id=source_id,
                base_id=base_id,
                kind="url" if "url" in more else "file",
                name=name,
                state="waiting",
                created_by=person,
                created_at=now,
                updated_at=now,
                **more,
            )
        )
        return source_id

    def _renew(self, source_id: str, more: dict[str, Any]) -> None:
        fresh = {"state": "waiting", "attempts": 0, "lease_until": 0, "error": "", "error_code": ""}
        with self.database.write() as tx:
            changed = tx.execute(
                update(sources)
                .where(sources.c.id == source_id, sources.c.state != "removing")
                .values(**fresh, fence=sources.c.fence + 1, updated_at=self.clock(), **more)
            )
            if not changed.rowcount:
                raise UnknownSource

    def _bases(self, base_id: str | None = None) -> Bases:
        counted = (
            select(func.count())
            .where(sources.c.base_id == bases.c.id)
            .scalar_subquery()
            .label("sources")
        )
        found = (
            select(func.count())
            .select_from(chunks.join(sources, sources.c.id == chunks.c.source_id))
            .where(
                chunks.c.base_id == bases.c.id,
                chunks.c.source_version == sources.c.version,
                sources.c.state != "removing",
            )
            .scalar_subquery()
            .label("passages")
        )
        own = [bases.c[n] for n in ("id", "name", "provider", "model", "dimension", "revision")]
        query = select(*own, counted, found).order_by(bases.c.name)
        if base_id is not None:
            query = query.where(bases.c.id == base_id)
        with self.database.read() as tx:
            return [Base(**row._mapping) for row in tx.execute(query)]


def _stream(data: BinaryIO | bytes) -> BinaryIO:
    return io.BytesIO(data) if isinstance(data, bytes) else data


def _known(tx: Connection, base_id: str, *same: Any) -> str:
    query = select(sources.c.id).where(
        sources.c.base_id == base_id, sources.c.state != "removing", *same
    )
    return tx.scalar(query.limit(1)) or ""


def _source(row: Row[Any]) -> Source:
    return Source(**row._mapping)
