"""Agents: a draft that changes, versions that never do, and which version answers on which address.

A release makes a version of the draft (or takes one that exists) and points an address at it.
Rolling back is releasing an older version. Versions are immutable, so they are cached for good.
"""

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, insert, select, update

from agent.capabilities import Known
from agent.errors import EditConflict, Invalid, NotFound
from agent.spec import Spec
from knowledge import snapshots
from knowledge.tables import AnyRow, AnySelect
from store.agents.shares import end_there
from store.db.database import Database, new_id
from store.db.dialect import upsert
from store.states import ShareState
from store.tables import agents, channels, releases, shares, versions

KEPT_SNAPSHOTS = 10  # versions of an agent that can be rolled back to with what they knew


@dataclass(frozen=True)
class Agent:
    """An agent as staff edit it. `revision` guards a save against somebody else's."""

    id: str
    name: str
    draft: Spec
    revision: int
    created_by: str
    updated_by: str
    created_at: float
    updated_at: float
    archived: bool


@dataclass(frozen=True)
class Version:
    """A spec that will never change again."""

    id: str
    agent_id: str
    number: int
    spec: Spec
    note: str
    created_by: str
    created_at: float
    evidence: Mapping[str, Any] = field(default_factory=dict)  # how it did when last released

    @property
    def label(self) -> str:
        """What people call it: `Sofía v3`."""
        return f"{self.spec.name} v{self.number}"


@dataclass(frozen=True)
class Release:
    """A version answering on an address, now or once."""

    channel: str
    address: str
    version_id: str
    agent_id: str
    agent_name: str
    number: int
    note: str
    released_by: str
    released_at: float
    id: int = 0  # of a past release; they rise


class Agents:
    """Reads and writes agents, versions and releases."""

    def __init__(
        self, database: Database, channels: Known, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self.version = functools.lru_cache(maxsize=512)(self._version)

    # --- drafts

    def create(self, spec: Spec, person: str) -> str:
        """Store a new agent with *spec* as its draft; return its id."""
        agent_id, now = new_id(), self._clock()
        row = {
            "id": agent_id,
            "name": spec.name,
            "draft": spec.model_dump(mode="json"),
            "revision": 1,
            "created_by": person,
            "updated_by": person,
            "created_at": now,
            "updated_at": now,
        }
        with self._database.write() as tx:
            tx.execute(insert(agents).values(row))
        return agent_id

    def get(self, agent_id: str) -> Agent:
        """Return one agent. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(agents).where(agents.c.id == agent_id)).one_or_none()
        if row is None:
            raise NotFound("There is no agent by that id.")
        return _agent(row)

    def locked(self, agent_id: str) -> Agent:
        """Return one agent, which nobody else changes before the open transaction ends.

        Raises NotFound. To be called inside a `Database.write`.
        """
        with self._database.write() as tx:
            tx.execute(select(agents.c.id).where(agents.c.id == agent_id).with_for_update())
            return self.get(agent_id)

    def list(self, archived: bool = False) -> list[Agent]:
        """Return the agents in use (or the archived ones), newest change first."""
        kept = agents.c.archived_at.is_not(None) if archived else agents.c.archived_at.is_(None)
        query = select(agents).where(kept).order_by(agents.c.updated_at.desc(), agents.c.id)
        with self._database.read() as tx:
            return [_agent(row) for row in tx.execute(query)]

    def save_draft(self, agent_id: str, spec: Spec, revision: int, person: str) -> int:
        """Replace the draft that was read at *revision*; return the new revision.

        Raises EditConflict when somebody saved in between, NotFound for an unknown id.
        """
        change = (
            update(agents)
            .where(agents.c.id == agent_id, agents.c.revision == revision)
            .values(
                name=spec.name,
                draft=spec.model_dump(mode="json"),
                revision=revision + 1,
                updated_by=person,
                updated_at=self._clock(),
            )
        )
        with self._database.write() as tx:
            if tx.execute(change).rowcount == 1:
                return revision + 1
        self.get(agent_id)
        raise EditConflict

    def archive(self, agent_id: str, archived: bool = True) -> None:
        """Put an agent away, or take it back. Raises Invalid while it answers somewhere.

        Its own address on `api` and `web` is its id, which nobody else can be released on.
        """
        live = [one for one in self.channels() if one.agent_id == agent_id]
        if archived and any(one.address != agent_id for one in live):
            raise Invalid("This agent answers on a channel. Release another one there first.")
        with self._database.write() as tx:
            tx.execute(
                update(agents)
                .where(agents.c.id == agent_id)
                .values(archived_at=self._clock() if archived else None)
            )

    # --- versions and releases

    def versions(self, agent_id: str) -> Sequence[Version]:
        """Return the versions of one agent, newest first."""
        theirs = versions.c.agent_id == agent_id
        every = select(versions).where(theirs).order_by(versions.c.number.desc())
        shown = select(releases.c.version_id, releases.c.evidence).join(versions).where(theirs)
        with self._database.read() as tx:
            kept = {
                one.version_id: one.evidence
                for one in tx.execute(shown.order_by(releases.c.id))
                if one.evidence
            }
            rows = tx.execute(every).all()
        return [_version_of(row, kept.get(row.id)) for row in rows]

    def _version(self, version_id: str) -> Version:
        """Return one version. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(versions).where(versions.c.id == version_id)).one_or_none()
        if row is None:
            raise NotFound("There is no version by that id.")
        return _version_of(row)

    def release_draft(
        self,
        agent_id: str,
        channel: str,
        address: str,
        person: str,
        note: str = "",
        evidence: Mapping[str, Any] | None = None,
    ) -> Version:
        """Freeze the draft into a version and let it answer on *address*, with *evidence*."""
        with self._database.write() as tx:
            version_id = self._freeze(tx, agent_id, person, note)
            self._point(tx, version_id, channel, address, person, note, evidence or {})
            version = self._version(version_id)
        return replace(version, evidence=evidence or version.evidence)

    def release(
        self,
        version_id: str,
        channel: str,
        address: str,
        person: str,
        note: str = "",
        evidence: Mapping[str, Any] | None = None,
    ) -> Version:
        """Let an existing version answer on *address*; an older one is a roll-back."""
        version = self.version(version_id)
        with self._database.write() as tx:
            self._point(tx, version_id, channel, address, person, note, evidence or {})
        return replace(version, evidence=evidence or version.evidence)

    def freeze_draft(self, agent_id: str, person: str, note: str = "") -> Version:
        """Freeze the draft into a version, which answers nowhere yet."""
        with self._database.write() as tx:
            return self._version(self._freeze(tx, agent_id, person, note))

    def pin(self, version_id: str) -> Version:
        """Have an existing version know what it knew, or what is known today; return it."""
        with self._database.write() as tx:
            self._pin_anew(tx, version_id)
        return self.version(version_id)

    def _freeze(self, tx: Connection, agent_id: str, person: str, note: str) -> str:
        draft = tx.scalar(select(agents.c.draft).where(agents.c.id == agent_id).with_for_update())
        if draft is None:
            raise NotFound("There is no agent by that id.")
        last = tx.execute(
            select(versions)
            .where(versions.c.agent_id == agent_id)
            .order_by(versions.c.number.desc())
            .limit(1)
        ).one_or_none()
        spec = Spec.model_validate(draft)
        if last is not None and self._is_same(tx, last, spec):
            return str(last.id)
        row = {
            "id": new_id(),
            "agent_id": agent_id,
            "number": (last.number if last else 0) + 1,
            "spec": draft,
            "note": note,
            "created_by": person,
            "created_at": self._clock(),
        }
        tx.execute(insert(versions).values(row))
        snapshots.take(tx, str(row["id"]), spec.knowledge.bases, self._clock())
        return str(row["id"])

    @staticmethod
    def _is_same(tx: Connection, last: AnyRow, draft: Spec) -> bool:
        """Whether the version says, and knows, what a new one would."""
        bases = draft.knowledge.bases
        same = Spec.model_validate(last.spec) == draft and snapshots.exists(tx, last.id)
        return same and not snapshots.changes(tx, last.id, bases)

    def _point(
        self,
        tx: Connection,
        version_id: str,
        channel: str,
        address: str,
        person: str,
        note: str,
        evidence: Mapping[str, Any],
    ) -> None:
        if channel not in self._channels or not address.strip():
            known = ", ".join(self._channels)
            raise Invalid(f"Choose a channel out of {known}, and its address.")
        put_away = select(agents.c.archived_at).join(versions).where(versions.c.id == version_id)
        if tx.scalar(put_away) is not None:
            raise Invalid("This agent is put away. Take it back before you release it.")
        row = {
            "channel": channel,
            "address": address.strip(),
            "version_id": version_id,
            "released_by": person,
            "released_at": self._clock(),
        }
        changed = {key: row[key] for key in ("version_id", "released_by", "released_at")}
        tx.execute(
            upsert(tx, channels)
            .values(row)
            .on_conflict_do_update(index_elements=["channel", "address"], set_=changed)
        )
        tx.execute(insert(releases).values({**row, "note": note, "evidence": dict(evidence)}))
        end_there(tx, channel, address.strip(), version_id, person, self._clock())
        self._pin_anew(tx, version_id)
        self._let_go(tx, version_id)

    def _pin_anew(self, tx: Connection, version_id: str) -> None:
        """Have a version whose snapshot was let go know what is known today."""
        if not snapshots.exists(tx, version_id):
            bases = self.version(version_id).spec.knowledge.bases
            snapshots.take(tx, version_id, bases, self._clock())

    def _let_go(self, tx: Connection, version_id: str) -> None:
        """Let the snapshots of old versions go that answer nowhere."""
        agent_id = self.version(version_id).agent_id
        theirs = select(versions.c.id).where(versions.c.agent_id == agent_id)
        newest = theirs.order_by(versions.c.number.desc()).limit(KEPT_SNAPSHOTS)
        last = select(releases.c.version_id).where(releases.c.version_id.in_(theirs))
        kept = {
            *tx.scalars(newest),
            *tx.scalars(select(channels.c.version_id)),
            *tx.scalars(select(shares.c.version_id).where(shares.c.state == ShareState.RUNNING)),
            tx.scalar(last.order_by(releases.c.id.desc()).limit(1)),
        }
        snapshots.let_go(tx, set(tx.scalars(theirs)) - kept)

    def on(self, channel: str, address: str) -> Release | None:
        """Return what was released on *address*, if anything."""
        there = (channels.c.channel == channel) & (channels.c.address == address)
        with self._database.read() as tx:
            row = tx.execute(_released(channels, channels.c.version_id).where(there)).one_or_none()
        return _release(row, note="") if row else None

    def answered(self, version_id: str, channel: str, address: str) -> bool:
        """Return whether a version was ever released on *address*."""
        past = select(releases.c.id).where(
            releases.c.version_id == version_id,
            releases.c.channel == channel,
            releases.c.address == address,
        )
        with self._database.read() as tx:
            return tx.scalar(past.limit(1)) is not None

    def channels(self) -> Sequence[Release]:
        """Return which version answers where, now."""
        query = _released(channels, channels.c.version_id).order_by(channels.c.channel)
        with self._database.read() as tx:
            return [_release(row, note="") for row in tx.execute(query)]

    def releases(self, agent_id: str, limit: int = 50, before: int = 0) -> Sequence[Release]:
        """Return releases of one agent, newest first, older than release *before*."""
        query = (
            _released(releases, releases.c.version_id)
            .where(versions.c.agent_id == agent_id)
            .order_by(releases.c.id.desc())
            .limit(limit)
        )
        if before:
            query = query.where(releases.c.id < before)
        with self._database.read() as tx:
            return [_release(row, note=row.release_note, id=row.id) for row in tx.execute(query)]

    def answering(self, channel: str, address: str) -> Version | None:
        """Return the version that answers on *address*, if any.

        Where an agent's address is its id, one that is released elsewhere answers with its newest
        release.
        """
        exact = select(channels.c.version_id).where(
            channels.c.channel == channel, channels.c.address == address
        )
        newest = (
            select(releases.c.version_id)
            .join(versions, versions.c.id == releases.c.version_id)
            .where(versions.c.agent_id == address)
            .order_by(releases.c.id.desc())
            .limit(1)
        )
        with self._database.read() as tx:
            found = tx.scalar(exact)
            if found is None and self._has_own_addresses(channel):
                found = tx.scalar(newest)
        return self.version(str(found)) if found else None

    def _has_own_addresses(self, channel: str) -> bool:
        return channel in self._channels and self._channels[channel].own_addresses

    def count(self) -> int:
        """Return how many agents there are, archived ones included."""
        with self._database.read() as tx:
            return int(tx.scalar(select(func.count()).select_from(agents)) or 0)


def _released(table: Table, version_id: ColumnElement[str]) -> AnySelect:
    past = [table.c.id, table.c.note.label("release_note")] if "note" in table.c else []
    return (
        select(
            table.c.channel,
            table.c.address,
            table.c.version_id,
            table.c.released_by,
            table.c.released_at,
            versions.c.agent_id,
            versions.c.number,
            agents.c.name,
            *past,
        )
        .join(versions, versions.c.id == version_id)
        .join(agents, agents.c.id == versions.c.agent_id)
    )


def _release(row: AnyRow, note: str, id: int = 0) -> Release:
    return Release(
        id=id,
        channel=row.channel,
        address=row.address,
        version_id=row.version_id,
        agent_id=row.agent_id,
        agent_name=row.name,
        number=row.number,
        note=note,
        released_by=row.released_by,
        released_at=row.released_at,
    )


def _agent(row: AnyRow) -> Agent:
    return Agent(
        id=row.id,
        name=row.name,
        draft=Spec.model_validate(row.draft),
        revision=row.revision,
        created_by=row.created_by,
        updated_by=row.updated_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        archived=row.archived_at is not None,
    )


def _version_of(row: AnyRow, evidence: Mapping[str, Any] | None = None) -> Version:
    return Version(
        id=row.id,
        agent_id=row.agent_id,
        number=row.number,
        spec=Spec.model_validate(row.spec),
        note=row.note,
        created_by=row.created_by,
        created_at=row.created_at,
        evidence=evidence or row.evidence,
    )
