"""What a conversation worker has at hand, and the heartbeat that keeps what it holds."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from actions.services import Services
from agent.log import log_place
from agent.media_to_text import MediaToText, NullMediaToText
from agent.runtime import Runtime
from channels.base import Channel
from store.conversations.outbox import Outbox
from store.conversations.turns import Turns
from store.conversations.work import Lease
from store.evaluation.rows import RowLease, Rows

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 1.5
T = TypeVar("T")


class Heartbeat:
    """Prolongs the leases, the claimed outbox rows and the rows of experiments that this process
    holds."""

    def __init__(self, turns: Turns, outbox: Outbox, rows: Rows | None = None) -> None:
        self._turns = turns
        self._outbox = outbox
        self._experiments = rows
        self._leases: set[Lease] = set()
        self._tokens: set[str] = set()
        self._rows: set[RowLease] = set()
        self._others: set[Callable[[], None]] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def start(self) -> None:
        """Beat in a thread until `stop`."""
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def stop(self) -> None:
        """Stop beating."""
        self._stop.set()

    @contextlib.contextmanager
    def lease(self, lease: Lease) -> Iterator[None]:
        """Hold *lease* while the block runs."""
        with self._hold(self._leases.add, self._leases.discard, lease):
            yield

    @contextlib.contextmanager
    def token(self, token: str) -> Iterator[None]:
        """Hold the outbox row claimed under *token* while the block runs."""
        with self._hold(self._tokens.add, self._tokens.discard, token):
            yield

    @contextlib.contextmanager
    def row(self, lease: RowLease) -> Iterator[None]:
        """Hold a row of an experiment while the block runs."""
        with self._hold(self._rows.add, self._rows.discard, lease):
            yield

    @contextlib.contextmanager
    def other(self, prolong: Callable[[], None]) -> Iterator[None]:
        """Call *prolong* with each beat while the block runs."""
        with self._hold(self._others.add, self._others.discard, prolong):
            yield

    @contextlib.contextmanager
    def _hold(
        self, add: Callable[[T], None], discard: Callable[[T], None], held: T
    ) -> Iterator[None]:
        with self._lock:
            add(held)
        try:
            yield
        finally:
            with self._lock:
                discard(held)

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT_SECONDS):
            with self._lock:
                leases, tokens, rows = list(self._leases), list(self._tokens), list(self._rows)
                others = list(self._others)
            try:
                if leases:
                    self._turns.prolong(leases)
                if tokens:
                    self._outbox.prolong(tokens)
                if rows and self._experiments is not None:
                    self._experiments.prolong(rows)
                for prolong in others:
                    prolong()
            except SQLAlchemyError as error:  # the fence decides, not the heartbeat
                log.warning("heartbeat missed: %s", type(error).__name__)
            except Exception as error:  # without it no turn longer than a lease would end
                log.error("heartbeat failed: %s", type(error).__name__)
                log_place(log, error)


@dataclass(frozen=True)
class WorkerContext:
    """Everything a turn or a delivery needs."""

    services: Services
    runtime: Runtime
    channels: dict[str, Channel]
    heartbeat: Heartbeat
    clock: Callable[[], float] = field(default=time.time)
    # What surrounds each wait for a provider (`Turnstile.outside`).
    waiting: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext
    media_to_text: MediaToText = field(default_factory=NullMediaToText)
    pause: Callable[[float], None] = field(default=time.sleep)
