"""Bases on their way to another embedding model: asked for, watched, called off.

Light to import: the sweeper and the studio use it. The work is `knowledge.ingest.reembed`'s.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from knowledge.base import Base, Transactions
from knowledge.errors import NotAccepted, UnknownSource
from knowledge.states import UNBUILT, RebuildState
from knowledge.tables import bases, rebuilds

_MADE_WITH = (bases.c.provider, bases.c.model, bases.c.dimension)


@dataclass(frozen=True)
class Rebuild:
    """How far a base has come to its next model; or, `clearing`, from its last one."""

    base_id: str
    provider: str
    model: str
    dimension: int
    state: RebuildState
    fence: int
    attempts: int
    done: int
    total: int
    error: str
    error_code: str

    @property
    def wanted(self) -> tuple[str, str, int]:
        """Provider, model and dimension."""
        return self.provider, self.model, self.dimension


class Rebuilds:
    """What staff ask for. Searches go on with the old vectors until the new ones are complete."""

    def __init__(self, database: Transactions, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    def ask(self, base_id: str, provider: str, model: str, dimension: int, person: str) -> None:
        """Have the base embedded by another model. Raises NotAccepted or UnknownSource.

        Asking again after it failed starts anew; for another model, call it off first.
        """
        wanted = (provider, model, dimension)
        row = {"provider": provider, "model": model, "dimension": dimension, "asked_by": person}
        with self.database.write() as tx:
            now = tx.execute(select(*_MADE_WITH).where(bases.c.id == base_id)).one_or_none()
            if now is None:
                raise UnknownSource("There is no such knowledge base.", "unknown_base")
            known = _of(tx, base_id)
            if known is None and tuple(now) == wanted:
                raise NotAccepted("The base is embedded by that model already.", "same_model")
            started = {"state": RebuildState.WAITING, "updated_at": self.clock()}
            if known is None:
                tx.execute(insert(rebuilds).values(base_id=base_id, **row, **started))
            elif known.state == RebuildState.FAILED and known.wanted == wanted:
                again = {**started, "attempts": 0, "done": 0, "error": "", "error_code": ""}
                tx.execute(update(rebuilds).where(rebuilds.c.base_id == base_id).values(**again))
            else:
                raise NotAccepted("The base is being embedded anew already.", "rebuild_runs")

    def all_anew(self, person: str) -> int:
        """Have every base embedded from its passages, by the model it has: its vectors are lost.

        A base on its way to another model begins that anew. Returns how many bases there are.
        """
        under_way = rebuilds.c.state.in_(UNBUILT)
        row = {"state": RebuildState.WAITING, "asked_by": person, "updated_at": self.clock()}
        anew = {**row, "lease_until": 0, "attempts": 0, "done": 0}
        with self.database.write() as tx:
            tx.execute(delete(rebuilds).where(~under_way))
            tx.execute(update(rebuilds).values(anew))
            known = set(tx.scalars(select(rebuilds.c.base_id)))
            every = tx.execute(select(bases.c.id, *_MADE_WITH)).all()
            lost = [one._mapping for one in every if one.id not in known]
            for base in lost:
                made_with = {name: base[name] for name in ("provider", "model", "dimension")}
                tx.execute(insert(rebuilds).values(base_id=base["id"], **made_with, **row))
        return len(every)

    def call_off(self, base_id: str) -> None:
        """Stay with the model that is there; what was built of the other is cleared away."""
        with self.database.write() as tx:
            tx.execute(
                update(rebuilds)
                .where(rebuilds.c.base_id == base_id)
                .values(state=RebuildState.CLEARING, fence=rebuilds.c.fence + 1)
                .values(lease_until=0, attempts=0)
            )

    def progress(self, base_id: str) -> Rebuild | None:
        """How far it is; None when the base is as it should be."""
        with self.database.read() as tx:
            return _of(tx, base_id)

    def due(self, now: float) -> list[str]:
        """The bases with work to do that nobody does."""
        open_ = rebuilds.c.state != RebuildState.FAILED
        query = select(rebuilds.c.base_id).where(open_, rebuilds.c.lease_until <= now)
        with self.database.read() as tx:
            return list(tx.scalars(query))

    def forget(self, tx: Connection, base_id: str, fence: int) -> None:
        """End it, inside *tx*, if it still has that fence."""
        own = (rebuilds.c.base_id == base_id) & (rebuilds.c.fence == fence)
        tx.execute(delete(rebuilds).where(own))


def building(tx: Connection, base: Base) -> list[Base]:
    """The base as it is, and as it is going to be: what both collections are named by."""
    row = _of(tx, base.id)
    if row is None or row.state not in UNBUILT or is_same(base, row):
        return [base]
    return [base, as_wanted(base, row)]


def is_same(base: Base, rebuild: Rebuild) -> bool:
    """True when the rebuild's vectors stand where the base's own do: those were lost."""
    return rebuild.wanted == (base.provider, base.model, base.dimension)


def as_wanted(base: Base, rebuild: Rebuild) -> Base:
    """The base as embedded by the rebuild's model."""
    return Base(
        base.id, base.name, rebuild.provider, rebuild.model, rebuild.dimension, base.revision
    )


def _of(tx: Connection, base_id: str) -> Rebuild | None:
    columns = [rebuilds.c[name] for name in Rebuild.__dataclass_fields__]
    row = tx.execute(select(*columns).where(rebuilds.c.base_id == base_id)).one_or_none()
    return None if row is None else Rebuild(**row._mapping)
