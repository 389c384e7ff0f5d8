"""What a process of the run does differently from one in production: nothing but its patience.

The providers' stand-ins answer within 0.3 s; lists and callbacks lag by at most two seconds, so
that the times to wait for them may be shorter than for the real ones. The order between them is
kept: a look-up waits longer than the list can lag. Leases and heartbeats are the product's own.
"""

import functools
import os
from pathlib import Path
from typing import Any

from channels.chatwoot.send import ChatwootChannel
from channels.meta.send import MetaChannel
from channels.twilio.send import TwilioChannel
from jobs import reconcile
from jobs.context import Heartbeat
from jobs.keyed_scheduler import Key, KeyedScheduler
from store.conversations.outbox import Outbox
from tests.chaos import mutants
from tests.chaos.marks import VARIABLE, Marks

GRACE_SECONDS = {"twilio": 4.0, "chatwoot": 4.0, "meta": 6.0}  # 30, 30 and 60 in production
RECONCILE_SECONDS = 6.0  # 45 in production
TIMEOUT_SECONDS = 1.5  # 10 in production
LONGEST_LAG = 2.0  # of the stand-in's list; less than the grace by more than a send takes


def set_up(mutant: str) -> None:
    """Quicken this process, have it note what it holds, and break it if it is to be broken."""
    kinds: tuple[Any, ...] = (TwilioChannel, MetaChannel, ChatwootChannel)
    for kind in kinds:
        kind.grace_seconds = GRACE_SECONDS[kind.name]
        kind.__init__ = functools.partialmethod(kind.__init__, timeout=TIMEOUT_SECONDS)
    reconcile.INTERVAL_SECONDS = RECONCILE_SECONDS
    _watch(Marks(Path(os.environ[VARIABLE])))
    if mutant:
        mutants.MUTANTS[mutant].infect()


def _watch(marks: Marks) -> None:
    _watch_claims(marks)
    _watch_agenda(marks)
    lease = Heartbeat.lease

    def noted(self: Heartbeat, held: Any) -> Any:
        marks.note("lease", conversation=held.conversation_id)
        return lease(self, held)

    Heartbeat.lease = noted  # type: ignore[method-assign]


def _watch_claims(marks: Marks) -> None:
    claim = Outbox._claim

    def noted(self: Outbox, row: Any, now: float) -> Any:
        outgoing = claim(self, row, now)
        if outgoing is not None:
            marks.note("claim", row=row.id, found=row.state, conversation=row.conversation_id)
        return outgoing

    Outbox._claim = noted  # type: ignore[method-assign]


def _watch_agenda(marks: Marks) -> None:
    """A conversation is in a worker's hands from the ring until nothing more is to be done."""
    notify, attend = KeyedScheduler.notify, KeyedScheduler._run

    def notified(self: KeyedScheduler, key: Key, at: float = 0.0) -> None:
        marks.note("hold", conversation=key[1])
        notify(self, key, at)

    def run(self: KeyedScheduler, key: Key) -> None:
        attend(self, key)
        with self._changed:
            idle = not any(key in held for held in (self._due, self._again, self._running))
        if idle:
            marks.note("free", conversation=key[1])

    KeyedScheduler.notify = notified  # type: ignore[method-assign]
    KeyedScheduler._run = run  # type: ignore[method-assign]
