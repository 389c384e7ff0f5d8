"""Erasing a customer, and forgetting what is older than staff want it kept.

Deleted bytes are overwritten: SQLite by `secure_delete` and by emptying its write-ahead log,
PostgreSQL by VACUUM (its own write-ahead log keeps them until its segments are recycled; so do
backups). What a provider or a model service holds is theirs to erase. Of an erased message a keyed
hash of the provider's id stays, so that a webhook that comes again does not bring it back.
"""

import contextlib
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select, update

from agent.errors import NotFound
from store.db.database import Database
from store.db.dialect import upsert
from store.same_customer import everyone
from store.tables import (
    allowances,
    audit,
    contacts,
    conversations,
    dataset_cases,
    datasets,
    delivery_states,
    experiment_rows,
    inbox,
    labels,
    media,
    messages,
    notebook_runs,
    notes,
    outbox,
    replay_rows,
    tombstones,
    turns,
)

DAY = 86_400.0
AT_ONCE = 500  # rows of one transaction, so that nobody waits long behind it
DEFAULT_DAYS = {"messages": 180, "media": 30, "audit": 365}
TOUCHED = (
    "messages",
    "inbox",
    "turns",
    "labels",
    "outbox",
    "delivery_states",
    "media",
    "notes",
    "contacts",
    "conversations",
    "allowances",
    "audit",
    "notebook_runs",
    "dataset_cases",
    "experiment_rows",
    "replay_rows",
)
ERASED = {"turns": [{"say": ["…"]}]}  # what is left of a case


@dataclass(frozen=True)
class Erased:
    """What was erased."""

    conversations: int
    messages: int
    files: int


class Erasure:
    """Erases customers and what is too old. *folder* holds the files that customers sent."""

    def __init__(
        self, database: Database, folder: Path, key: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._folder = folder
        self._key = key
        self._clock = clock

    def customer(self, conversation_id: int) -> Erased:
        """Erase the customer of a conversation from every store of ours. Raises NotFound."""
        with self._database.write() as tx:
            contact_id = tx.scalar(
                select(conversations.c.contact_id).where(conversations.c.id == conversation_id)
            )
            if contact_id is None:
                raise NotFound("There is no conversation by that number.")
            whole = list(tx.scalars(everyone(contact_id)))
            mine = _locked(tx, whole)
            files = _names(tx, media.c.conversation_id.in_(mine))
            self._bury(tx, mine)
            _delete_states(tx, mine)
            _blank_cases(tx, mine)
            _blank_replays(tx, mine)
            gone = _delete_conversations(tx, mine)
            tx.execute(delete(contacts).where(contacts.c.id.in_(whole)))
            self._database.on_commit(partial(self._remove, files))
            self._database.on_commit(self.overwrite)
        return Erased(len(mine), gone, len(files))

    def forget(self, days: Mapping[str, int] | None = None) -> int:
        """Delete what is older than *days* (0: for good), a batch of it; return how many rows.

        Call again until it returns 0.
        """
        kept = {**DEFAULT_DAYS, **(days or {})}
        now = self._clock()
        before = {name: now - count * DAY if count else 0.0 for name, count in kept.items()}
        done = 0
        if before["messages"]:
            done = self._forget_messages(before["messages"])
            done += self._forget_states(before["messages"])
            done += self._forget_copies(before["messages"])
        done += self._forget_files(before["media"]) if before["media"] else 0
        if before["audit"]:
            with self._database.write() as tx:
                old = _ids(tx, audit.c.id, audit.c.at < before["audit"], AT_ONCE)
                tx.execute(delete(audit).where(audit.c.id.in_(old)))
            done += len(old)
        return done

    def overwrite(self) -> None:
        """Have the database overwrite what was deleted."""
        with self._database.engine.connect() as connection:
            plain = connection.execution_options(isolation_level="AUTOCOMMIT")
            if self._database.is_sqlite:
                plain.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                return
            plain.exec_driver_sql(f"VACUUM {', '.join(TOUCHED)}")

    def _bury(self, tx: Connection, mine: Sequence[int]) -> None:
        rows = tx.execute(
            select(inbox.c.provider, inbox.c.provider_message_id).where(
                inbox.c.conversation_id.in_(mine)
            )
        ).all()
        graves = [{"hash": grave(self._key, *row), "erased_at": self._clock()} for row in rows]
        if graves:
            tx.execute(
                upsert(tx, tombstones).on_conflict_do_nothing(index_elements=["hash"]), graves
            )

    def _forget_copies(self, before: float) -> int:
        """Empty old runs of notebooks: what they printed may be customers' words."""
        past = notebook_runs.c.executed.is_not(None) & (notebook_runs.c.finished_at < before)
        with self._database.write() as tx:
            old = _ids(tx, notebook_runs.c.id, past, AT_ONCE)
            empty = update(notebook_runs).where(notebook_runs.c.id.in_(old))
            tx.execute(empty.values(executed=None, detail=""))
        return len(old)

    def _forget_messages(self, before: float) -> int:
        """Delete old messages with all that hangs on them; then conversations left empty."""
        open_part = exists().where(
            outbox.c.message_id == messages.c.id, outbox.c.state.not_in(("sent", "dead"))
        )
        waits = exists().where(inbox.c.id == messages.c.inbox_id, inbox.c.turn_id.is_(None))
        with self._database.write() as tx:
            old = tx.execute(
                select(
                    messages.c.id,
                    messages.c.conversation_id,
                    messages.c.inbox_id,
                    messages.c.turn_id,
                )
                .where(messages.c.created_at < before, ~open_part, ~waits)
                .limit(AT_ONCE)
            ).all()
            _delete_messages(tx, old)
            if len(old) < AT_ONCE:
                _delete_empty(tx, before)
        return len(old)

    def _forget_states(self, before: float) -> int:
        """Delete old statuses. They are numbered as they come, so the oldest tell all."""
        states = delivery_states.c
        oldest = select(states.id, states.reported_at).order_by(states.id).limit(AT_ONCE)
        with self._database.write() as tx:
            old = [row.id for row in tx.execute(oldest) if row.reported_at < before]
            if old:
                tx.execute(delete(delivery_states).where(states.id.in_(old)))
        return len(old)

    def _forget_files(self, before: float) -> int:
        with self._database.write() as tx:
            old = (media.c.created_at < before) & (media.c.state != "gone")
            ids = _ids(tx, media.c.id, old, AT_ONCE)
            files = _names(tx, media.c.id.in_(ids))
            tx.execute(
                update(media).where(media.c.id.in_(ids)).values(state="gone", words="", name="")
            )
        self._remove(files)
        return len(ids)

    def _remove(self, names: Sequence[str]) -> None:
        for name in names:
            with contextlib.suppress(OSError):
                (self._folder / name).unlink(missing_ok=True)


def grave(key: str, provider: str, provider_message_id: str) -> str:
    """What is kept of an erased message: a keyed hash of the provider's id for it."""
    name = f"{provider}:{provider_message_id}".encode()
    return hmac.new(key.encode(), name, hashlib.sha256).hexdigest()


def hung_on(inbox_ids: Sequence[int]) -> list[str]:
    """What stands in `inbox.turn_id` of edits that changed these messages where they stood:
    they are kept as long as those."""
    return [f"in:{inbox_id}" for inbox_id in inbox_ids]


def _ids(
    tx: Connection, column: Any, which: ColumnElement[bool], most: int | None = None
) -> list[Any]:
    return list(tx.scalars(select(column).where(which).limit(most)))


def _locked(tx: Connection, whole: Sequence[int]) -> list[int]:
    """The customer's conversations; what they write meanwhile waits until they are gone."""
    same = select(contacts.c.id).where(contacts.c.id.in_(whole)).order_by(contacts.c.id)
    tx.execute(same.with_for_update())
    theirs = select(conversations.c.id).where(conversations.c.contact_id.in_(whole))
    return list(tx.scalars(theirs.order_by(conversations.c.id).with_for_update()))


def _names(tx: Connection, which: ColumnElement[bool]) -> list[str]:
    names = tx.scalars(select(media.c.stored_name).where(which))
    return [name for name in names if name]


def _delete_states(tx: Connection, mine: Sequence[int]) -> None:
    """Delete every status of what was sent there; a part that was sent anew had several ids."""
    here = outbox.c.conversation_id.in_(mine)
    sent = select(outbox.c.provider_message_id).where(
        here, outbox.c.provider_message_id.is_not(None)
    )
    theirs = delivery_states.c.outbox_id.in_(select(outbox.c.id).where(here))
    tx.execute(
        delete(delivery_states).where(or_(theirs, delivery_states.c.provider_message_id.in_(sent)))
    )


def _blank_cases(tx: Connection, mine: Sequence[int]) -> None:
    """Take the customer's words out of the cases that hold them, and what was answered to them.

    The rows stay, since experiments count them; the next version of the dataset has none of them.
    """
    theirs = dataset_cases.c.conversation_id.in_(mine)
    held = tx.execute(select(dataset_cases.c.id, dataset_cases.c.dataset_id).where(theirs)).all()
    for dataset_id in sorted({row.dataset_id for row in held}):
        own = datasets.c.id == dataset_id
        next_one = tx.scalar(
            update(datasets)
            .where(own)
            .values(version=datasets.c.version + 1)
            .returning(datasets.c.version)
        )
        values = {"removed_in": next_one, "body": ERASED, "conversation_id": None}
        here = dataset_cases.c.dataset_id == dataset_id
        tx.execute(update(dataset_cases).where(theirs, here).values(values))
    blank = {"answers": [], "key": "", "error": "", "scores": {}}
    ids = [row.id for row in held]
    tx.execute(update(experiment_rows).where(experiment_rows.c.case_id.in_(ids)).values(blank))


def _blank_replays(tx: Connection, mine: Sequence[int]) -> None:
    """Take the customer's words, and what was answered to them, out of replays."""
    here = replay_rows.c.conversation_id.in_(mine)
    blank = {"answers": [], "stretches": [], "error": ""}
    tx.execute(update(replay_rows).where(here).values(blank))


def _delete_conversations(tx: Connection, mine: Sequence[int]) -> int:
    gone = 0
    theirs = select(turns.c.id).where(turns.c.conversation_id.in_(mine))
    tx.execute(delete(labels).where(labels.c.subject_id.in_(theirs)))
    for table in (outbox, messages, turns, media, notes, allowances, inbox):
        done = tx.execute(delete(table).where(table.c.conversation_id.in_(mine)))
        gone += done.rowcount if table is messages else 0
    tx.execute(delete(conversations).where(conversations.c.id.in_(mine)))
    return gone


def _delete_messages(tx: Connection, old: Sequence[Any]) -> None:
    ids = [row.id for row in old]
    heard = [row.inbox_id for row in old if row.inbox_id is not None]
    said = [row.turn_id for row in old if row.turn_id is not None]
    tx.execute(delete(outbox).where(outbox.c.message_id.in_(ids)))
    tx.execute(delete(messages).where(messages.c.id.in_(ids)))
    tx.execute(delete(media).where(media.c.inbox_id.in_(heard)))
    tx.execute(delete(labels).where(labels.c.subject_id.in_(said)))
    tx.execute(delete(turns).where(turns.c.id.in_(said)))
    tx.execute(delete(inbox).where(inbox.c.id.in_(heard)))
    here = inbox.c.conversation_id.in_({row.conversation_id for row in old})
    tx.execute(delete(inbox).where(here, inbox.c.turn_id.in_(hung_on(heard))))


def _delete_empty(tx: Connection, before: float) -> None:
    spoken = exists().where(messages.c.conversation_id == conversations.c.id)
    heard = exists().where(inbox.c.conversation_id == conversations.c.id)
    silent = (conversations.c.last_message_at < before) & ~spoken & ~heard
    empty = _ids(tx, conversations.c.id, silent, AT_ONCE)
    if not empty:
        return
    _delete_conversations(tx, empty)
    known = exists().where(conversations.c.contact_id == contacts.c.id)
    # Whoever asked to hear nothing more must stay known.
    tx.execute(
        delete(contacts).where(
            contacts.c.created_at < before, contacts.c.opted_out_at.is_(None), ~known
        )
    )
