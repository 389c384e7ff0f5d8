"""Knowledge bases: made, listed, removed. A base is sources that agents search together."""

import time
import uuid
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Column, Connection, Label, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from knowledge.base import Base, Transactions
from knowledge.errors import NotAccepted, UnknownSource
from knowledge.search.tuning import Tuning
from knowledge.states import Effect, SourceKind
from knowledge.tables import IS_THERE, bases, chunks, pairs, rebuilds, sources


class Bases:
    """What staff do with knowledge bases."""

    def __init__(self, database: Transactions, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    def create_base(self, name: str, person: str, provider: str, model: str, dimension: int) -> str:
        """Make an empty base whose vectors will be of that model. Returns its id."""
        name = _named(name)
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

    def bases(self) -> list[Base]:
        """Every base, by name."""
        return self._bases()

    def revisions(self, base_ids: Collection[str]) -> dict[str, int]:
        """Return the revision of each of *base_ids* that is there."""
        return self._counted(bases.c.revision, base_ids)

    def editions(self, base_ids: Collection[str]) -> dict[str, int]:
        """Return the edition of each of *base_ids* that is there: what a release would pin.

        What takes effect at once does not change it.
        """
        return self._counted(bases.c.edition, base_ids)

    def _counted(self, column: Column[int], base_ids: Collection[str]) -> dict[str, int]:
        query = select(bases.c.id, column).where(bases.c.id.in_(base_ids))
        with self.database.read() as tx:
            return {row[0]: row[1] for row in tx.execute(query)}

    def base(self, base_id: str, counted: bool = False) -> Base:
        """The base by that id. Raises UnknownSource.

        Only *counted* with how much it holds, which looks at each of its chunks.
        """
        found = self._bases(base_id, counted)
        if not found:
            raise UnknownSource("There is no such knowledge base.", "unknown_base")
        return found[0]

    def remove_base(self, base_id: str) -> None:
        """Remove a base that has no sources left."""
        self.base(base_id)
        with self.database.write() as tx:
            if tx.scalar(select(func.count()).where(sources.c.base_id == base_id)):
                raise NotAccepted(
                    "The base still has sources or curated answers. Remove them first.",
                    "base_not_empty",
                )
            for own in (pairs, rebuilds):
                tx.execute(delete(own).where(own.c.base_id == base_id))
            tx.execute(delete(bases).where(bases.c.id == base_id))

    def rename_base(self, base_id: str, name: str) -> None:
        """Have a base called *name*. Raises NotAccepted for a name that is taken or none."""
        self.base(base_id)
        name = _named(name)
        try:
            with self.database.write() as tx:
                tx.execute(update(bases).where(bases.c.id == base_id).values(name=name))
        except IntegrityError:
            raise NotAccepted(f"There is already a base named {name}.", "base_exists") from None

    def tune(self, base_id: str, tuning: Tuning) -> None:
        """Have the base searched with *tuning* from now on. Raises UnknownSource.

        `chunk_tokens` counts from the next reading of each source on.
        """
        self.base(base_id)
        with self.database.write() as tx:
            own = bases.c.id == base_id
            tx.execute(update(bases).where(own).values(tuning=tuning.as_json()))
            self.raise_revision(tx, base_id)

    @staticmethod
    def raise_revision(tx: Connection, base_id: str, effect: Effect = Effect.RELEASE) -> None:
        """Say, inside *tx*, that what can be found in the base has changed, and for whom."""
        new: dict[str, Any] = {"revision": bases.c.revision + 1}
        if effect == Effect.RELEASE:
            new["edition"] = bases.c.edition + 1
        tx.execute(update(bases).where(bases.c.id == base_id).values(**new))

    def _bases(self, base_id: str | None = None, counted: bool = True) -> list[Base]:
        own: list[Any] = [bases.c[n] for n in Base.__dataclass_fields__ if n in bases.c]
        held = [_sources_of(), _passages_of()] if counted else []
        query = select(*own, *held).order_by(bases.c.name)
        if base_id is not None:
            query = query.where(bases.c.id == base_id)
        with self.database.read() as tx:
            return [Base(**row._mapping) for row in tx.execute(query)]


def _named(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 120:
        raise NotAccepted("Give the base a name of at most 120 characters.", "base_name")
    return name


def _sources_of() -> Label[int]:
    own = (sources.c.base_id == bases.c.id, sources.c.kind != SourceKind.CURATED)
    counted = select(func.count()).where(*own)
    return counted.scalar_subquery().label("sources")


def _passages_of() -> Label[int]:
    found = (
        select(func.count())
        .select_from(chunks.join(sources, sources.c.id == chunks.c.source_id))
        .where(
            chunks.c.base_id == bases.c.id,
            chunks.c.source_version == sources.c.version,
            IS_THERE,
        )
    )
    return found.scalar_subquery().label("passages")
