"""What Prometheus may ask: how much waits, for how long, and what came through the door.

No label holds anything about a person.
"""

import time
from collections.abc import Iterator

from prometheus_client import Counter
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import func, select

from agent.store.db import Database
from agent.store.tables import inbox, outbox

# Counted once a process, whichever app is asked: the registry below shows it too.
WEBHOOKS = Counter("webhooks", "Webhook requests by what became of them", ["result"], registry=None)
UNFINISHED = ("pending", "sending", "unknown")


class _Waiting(Collector):
    """Asks the database at each scrape; both queries use the partial indexes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> Iterator[Metric]:
        """Nothing: the registry would otherwise ask the database when the app is built."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Yield the numbers as they are now."""
        now = time.time()
        with self._database.read() as tx:
            unanswered = tx.execute(
                select(func.count(), func.min(inbox.c.received_at)).where(inbox.c.turn_id.is_(None))
            ).one()
            unsent = tx.execute(
                select(outbox.c.state, func.count(), func.min(outbox.c.created_at))
                .where(outbox.c.state.not_in(("sent", "dead")))
                .group_by(outbox.c.state)
            ).all()
        yield _gauge("inbox_unanswered", "Messages nobody has answered yet", unanswered[0])
        yield _gauge("inbox_oldest_seconds", "Age of the oldest of them", _age(now, unanswered[1]))
        oldest = min((at for _, _, at in unsent), default=None)
        yield _gauge("outbox_oldest_seconds", "Age of the oldest unsent reply", _age(now, oldest))
        states = GaugeMetricFamily("outbox_unsent", "Unsent replies by state", labels=["state"])
        counts = {state: count for state, count, _ in unsent}
        for state in UNFINISHED:
            states.add_metric([state], counts.get(state, 0))
        yield states


def registry(database: Database) -> CollectorRegistry:
    """Return what `/metrics` shows for one app."""
    shown = CollectorRegistry()
    shown.register(WEBHOOKS)
    shown.register(_Waiting(database))
    return shown


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)


def _age(now: float, at: float | None) -> float:
    return max(0.0, now - at) if at else 0.0
