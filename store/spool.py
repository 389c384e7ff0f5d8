"""The spool: where a verified webhook waits on disk while the database cannot be written.

Twilio does not repeat a webhook that was answered 503, and Chatwoot's account webhooks are never
repeated at all, so refusing would lose what the customer wrote. A record is one file, written,
flushed and renamed before the provider is told 200. While anything waits here, whatever comes
next is put behind it, so that nothing overtakes. The bot empties the spool itself, a second
after the database is back; when the disk is full too, the answer is 503 after all.
"""

import contextlib
import dataclasses
import fcntl
import itertools
import json
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sqlalchemy.exc import DisconnectionError, InternalError, ProgrammingError

from agent.log import log_place
from store.conversations.customers import NumberChange
from store.conversations.events import Event
from store.conversations.inbox import Inbound
from store.conversations.outbox import Report
from store.conversations.owners import Echo, OwnerChange
from store.db.database import AWAY

log = logging.getLogger(__name__)

# A table that is not there yet (a migration under way) is a database that is not there yet.
UNAVAILABLE = (*AWAY, ProgrammingError, InternalError, DisconnectionError)
EVERY_SECONDS = 1.0
PROBE = b" " * 64 * 1024  # about what a large record takes
WAITING, BROKEN = ".json", ".broken"
Store = Callable[[str, Sequence[Event]], None]
_KINDS: dict[str, type[Event]] = {
    kind.__name__: kind for kind in (Inbound, Report, Echo, OwnerChange, NumberChange)
}


class Spool:
    """Stores events through *store*, or keeps them in *folder* until that is possible."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._store = store
        self._numbers = itertools.count()
        self._kept = threading.Event()

    def take(self, channel: str, events: Sequence[Event]) -> None:
        """Store *events*, or keep them. Raises SQLAlchemyError when neither is possible."""
        if not self.waiting():
            try:
                self._store(channel, events)
            except UNAVAILABLE as error:
                self._keep_or_raise(channel, events, error)
            return
        try:
            self._keep(channel, events)
        except OSError:
            self._store(channel, events)

    def waiting(self) -> list[Path]:
        """Return the records that wait, oldest first."""
        return records(self._folder)

    def is_writable(self) -> bool:
        """Whether a record could be kept now: the folder is there, takes files and has room."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self._folder) as probe:
                probe.write(PROBE)
        except OSError:
            return False
        return True

    def broken(self) -> list[Path]:
        """Return the records that could not be stored, for a person to look at."""
        return records(self._folder, BROKEN)

    def drain(self) -> int:
        """Store what waits, in order, as far as the database lets; return how many records.

        What comes meanwhile is kept behind it, so it goes on until nothing is left: only then do
        webhooks go straight to the database again.
        """
        done = 0
        while self.waiting():
            with self._alone():
                for record in self.waiting():
                    if not self._stored(record):
                        return done
                    done += 1
        return done

    def start(self) -> None:
        """Drain in a thread for as long as the process lives: now, and whenever one was kept."""
        self._kept.set()
        threading.Thread(target=self._watch, name="spool", daemon=True).start()

    def _watch(self) -> None:
        while True:
            self._kept.wait()
            self._kept.clear()
            if not self._emptied():
                time.sleep(EVERY_SECONDS)  # a database tells nobody that it is back
                self._kept.set()

    def _emptied(self) -> bool:
        try:
            done = self.drain()
            left = self.waiting()
        except OSError as error:
            log.error("the spool cannot be read: %s", type(error).__name__)
            return False
        if done:
            log.info("spool drained records=%s", done)
        return not left

    def _keep_or_raise(self, channel: str, events: Sequence[Event], error: Exception) -> None:
        try:
            self._keep(channel, events)
        except OSError as full:
            log.error("neither database nor disk: %s", type(full).__name__)
            raise error from full
        log.warning("kept for later, the database is away: %s", type(error).__name__)

    def _keep(self, channel: str, events: Sequence[Event]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{time.time_ns():020d}-{os.getpid()}-{next(self._numbers)}"
        draft, record = self._folder / f"{name}.part", self._folder / f"{name}{WAITING}"
        body = {
            "channel": channel,
            "events": [[type(event).__name__, dataclasses.asdict(event)] for event in events],
        }
        try:
            with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                json.dump(body, file)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(record)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        _flush(self._folder)
        self._kept.set()

    def _stored(self, record: Path) -> bool:
        """Store one record; False when the database is still away."""
        try:
            body = json.loads(record.read_text())
            events = [_event(kind, fields) for kind, fields in body["events"]]
            self._store(body["channel"], events)
        except UNAVAILABLE:
            return False
        except (OSError, MemoryError) as error:  # of this moment, not of the record: it stays
            log.warning("a spooled record waits: %s", type(error).__name__)
            return False
        except Exception as error:  # all that comes after it would wait behind it for ever
            log.error("a spooled record cannot be stored: %s", type(error).__name__)
            log_place(log, error)
            record.rename(record.with_suffix(BROKEN))
            return True
        record.unlink(missing_ok=True)
        return True

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process drains at a time, or the order would be lost."""
        with open(self._folder / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def records(folder: Path, kind: str = WAITING) -> list[Path]:
    """Return what waits in *folder* (or is BROKEN), oldest first."""
    try:
        names = [entry.name for entry in os.scandir(folder)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in sorted(names) if name.endswith(kind)]


def _event(kind: str, fields: dict[str, object]) -> Event:
    if kind == "Inbound":  # JSON knows lists only
        for name in ("media", "about"):
            fields[name] = tuple(fields.get(name, ()))  # type: ignore[arg-type]
    return _KINDS[kind](**fields)  # type: ignore[arg-type]


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
