"""What Prometheus may ask: how much waits, for how long, and what came through the door.

No label holds anything about a person.
"""

import time
from collections import Counter as Counts
from collections.abc import Iterator

from prometheus_client import Counter
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import Connection, case, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from agent.answer import Outcome
from store.conversations.outbox import OPEN
from store.db.database import Database
from store.spool import Spool
from store.tables import conversations, inbox, outbox, turns

# Counted once a process, whichever app is asked: the registry below shows it too.
WEBHOOKS = Counter("webhooks", "Webhook requests by what became of them", ["result"], registry=None)
RECENT_SECONDS = 300.0


class _Waiting(Collector):
    """Asks the stores at each scrape; every query goes by an index."""

    def __init__(self, database: Database, spool: Spool) -> None:
        self._database = database
        self._spool = spool

    def describe(self) -> Iterator[Metric]:
        """Nothing: the registry would otherwise ask the database when the app is built."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Yield the numbers as they are now; without a database only those of this process."""
        yield _gauge("spool_waiting", "Webhooks that wait on disk", len(self._spool.waiting()))
        broken = len(self._spool.broken())
        yield _gauge("spool_broken", "Webhooks set aside on disk for a person to look at", broken)
        now = time.time()
        try:
            with self._database.read() as tx:
                found = [*_inbox(tx, now), *_outbox(tx, now), *_turns(tx, now)]
        except SQLAlchemyError:
            found = []
        yield _gauge("database_up", "1 when the database can be read", float(bool(found)))
        yield from found


def registry(database: Database, spool: Spool) -> CollectorRegistry:
    """Return what `/metrics` shows for one app."""
    shown = CollectorRegistry()
    shown.register(WEBHOOKS)
    shown.register(_Waiting(database, spool))
    return shown


def _inbox(tx: Connection, now: float) -> Iterator[Metric]:
    waits = inbox.c.turn_id.is_(None)
    count, oldest = tx.execute(
        select(func.count(), func.min(inbox.c.received_at)).where(waits)
    ).one()
    yield _gauge("inbox_unanswered", "Messages nobody has answered yet", count)
    yield _gauge("inbox_oldest_seconds", "Age of the oldest of them", _age(now, oldest))
    leased = select(func.count()).where(
        conversations.c.id.in_(select(inbox.c.conversation_id).where(waits)),
        conversations.c.lease_until > now,
    )
    yield _gauge("leases", "Conversations that are being answered", tx.scalar(leased) or 0)


def _outbox(tx: Connection, now: float) -> Iterator[Metric]:
    rows = tx.execute(
        select(
            outbox.c.state,
            func.count(),
            func.min(outbox.c.created_at),
            func.sum(case((outbox.c.attempts > 1, 1), else_=0)),
        )
        .where(text("outbox.state NOT IN ('sent', 'dead')"))  # as in the partial index
        .group_by(outbox.c.state)
    ).all()
    oldest = min((at for _, _, at, _ in rows), default=None)
    yield _gauge("outbox_oldest_seconds", "Age of the oldest unsent reply", _age(now, oldest))
    retried = sum(count or 0 for *_, count in rows)
    yield _gauge("outbox_retried", "Unsent replies that were tried more than once", retried)
    states = GaugeMetricFamily("outbox_unsent", "Unsent replies by state", labels=["state"])
    counts = {state: count for state, count, *_ in rows}
    for state in OPEN:
        states.add_metric([state], counts.get(state, 0))
    yield states


def _turns(tx: Connection, now: float) -> Iterator[Metric]:
    rows = tx.execute(
        select(turns.c.outcome, turns.c.started_at, turns.c.finished_at).where(
            turns.c.finished_at > now - RECENT_SECONDS
        )
    ).all()
    counts = Counts(row.outcome for row in rows)
    family = GaugeMetricFamily("turns_recent", "Turns of the last 5 minutes", labels=["outcome"])
    for outcome in Outcome:
        family.add_metric([outcome], counts[outcome])
    yield family
    spent = sorted(row.finished_at - row.started_at for row in rows)
    times = GaugeMetricFamily("turn_seconds_recent", "Their seconds", labels=["quantile"])
    for quantile in (0.5, 0.95):
        times.add_metric([str(quantile)], spent[int(quantile * (len(spent) - 1))] if spent else 0)
    yield times


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)


def _age(now: float, at: float | None) -> float:
    return max(0.0, now - at) if at else 0.0
