"""Alerts: what people are told that did not come from the page they look at, each once.

    waiting ── claim ──> sending ── taken ─────────> sent
       ^                    ├── refused for now ───> waiting, later
       │                    └── refused for good ──> dead
       └── the lease runs out: its sender died

A row is one alert to one recipient by one way; its key makes it unique, however often the same
thing is told. An alert in the studio needs no sending: it is `sent` when it is made, and read when
its person has looked. A sender that dies after the other side took it sends again: e-mail and
webhook carry the row's own id, by which a receiver knows a repetition.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update

from agent.errors import NotFound
from store.db.database import Database
from store.db.dialect import upsert
from store.people.alert_wishes import AlertWishes
from store.states import AlertState, AlertWay
from store.tables import alerts, people

LEASE_SECONDS = 60.0
PAUSES = (30.0, 120.0, 600.0, 3_600.0, 3_600.0, 14_400.0, 43_200.0)  # then it is given up
LONGEST_SUBJECT, LONGEST_TEXT = 200, 4_000
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Alert:
    """One alert to one recipient: an e-mail address, or `webhook`."""

    id: int
    kind: str
    recipient: str
    way: AlertWay
    subject: str
    text: str
    link: str  # a path of the studio
    state: AlertState
    attempts: int
    error: str
    created_at: float
    read_at: float


@dataclass(frozen=True)
class NewAlert:
    """What is to be told to whom; `not_before`: seconds since 1970."""

    key: str
    kind: str
    recipient: str
    way: AlertWay
    subject: str
    text: str
    link: str = ""
    not_before: float = 0.0


class Alerts:
    """Reads and writes alerts."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self.clock = clock

    def add(self, new: Iterable[NewAlert]) -> list[int]:
        """Keep them; return the ids of those that were not there yet."""
        with self._database.write() as tx:
            made = [
                tx.scalar(
                    upsert(tx, alerts)
                    .values(self._row(one))
                    .on_conflict_do_nothing()
                    .returning(alerts.c.id)
                )
                for one in new
            ]
        return [one for one in made if one is not None]

    def _row(self, one: NewAlert) -> dict[str, object]:
        now = self.clock()
        at_once = one.way is AlertWay.STUDIO
        return {
            "key": one.key,
            "kind": one.kind,
            "recipient": one.recipient,
            "way": one.way,
            "subject": " ".join(one.subject.split())[:LONGEST_SUBJECT],
            "text": one.text[:LONGEST_TEXT],
            "link": one.link,
            "state": AlertState.SENT if at_once else AlertState.WAITING,
            "next_at": one.not_before,
            "created_at": now,
        }

    def due(self) -> Sequence[int]:
        """Return the ids of what may be sent now, the oldest first."""
        now = self.clock()
        query = select(alerts.c.id).where(_is_due(now)).order_by(alerts.c.id).limit(MOST_AT_ONCE)
        with self._database.read() as tx:
            return tx.scalars(query).all()

    def claim(self, alert_id: int) -> Alert | None:
        """Take an alert to send it; None when another has it, or when it is not due."""
        now = self.clock()
        taken = {
            "state": AlertState.SENDING,
            "next_at": now + LEASE_SECONDS,
            "attempts": alerts.c.attempts + 1,
        }
        mine = (alerts.c.id == alert_id) & _is_due(now)
        with self._database.write() as tx:
            row = tx.execute(update(alerts).where(mine).values(taken).returning(*SHOWN)).first()
        return Alert(**row._mapping) if row else None

    def sent(self, alert: Alert) -> None:
        """Say that the other side took it."""
        self._end(alert, state=AlertState.SENT, error="")

    def refused(self, alert: Alert, why: str, for_good: bool = False) -> None:
        """Say that it was not taken: it is tried again after a while, but not for ever."""
        if for_good or alert.attempts > len(PAUSES):
            self._end(alert, state=AlertState.DEAD, error=why)
            return
        again = self.clock() + PAUSES[alert.attempts - 1]
        self._end(alert, state=AlertState.WAITING, error=why, next_at=again)

    def _end(self, alert: Alert, **values: object) -> None:
        # Only whoever claimed it last may say what became of it.
        mine = (alerts.c.id == alert.id) & (alerts.c.attempts == alert.attempts)
        with self._database.write() as tx:
            tx.execute(update(alerts).where(mine).values(values))

    # --- in the studio

    def of(self, email: str, limit: int = 50, before: int = 0) -> Sequence[Alert]:
        """Return what a person was told in the studio, the newest first."""
        query = select(*SHOWN).where(_of(email)).order_by(alerts.c.id.desc()).limit(limit)
        if before:
            query = query.where(alerts.c.id < before)
        with self._database.read() as tx:
            return [Alert(**row._mapping) for row in tx.execute(query)]

    def unread(self, email: str) -> int:
        """Return how many of them the person has not read."""
        unread = _of(email) & (alerts.c.read_at == 0)
        with self._database.read() as tx:
            return tx.scalar(select(func.count()).where(unread)) or 0

    def read(self, email: str, up_to: int) -> None:
        """Note that the person has read everything up to the alert *up_to*."""
        seen = _of(email) & (alerts.c.read_at == 0) & (alerts.c.id <= up_to)
        with self._database.write() as tx:
            tx.execute(update(alerts).where(seen).values(read_at=self.clock()))

    # --- what people wish

    def wishes(self, email: str) -> AlertWishes:
        """Return how a person wants to be told. Raises NotFound."""
        with self._database.read() as tx:
            row = tx.execute(select(people.c.alerts).where(people.c.email == email)).first()
        if row is None:
            raise NotFound("There is nobody with that e-mail address.")
        return AlertWishes.model_validate(row.alerts)

    def wish(self, email: str, wishes: AlertWishes) -> None:
        """Keep how a person wants to be told."""
        values = {"alerts": wishes.model_dump(mode="json")}
        with self._database.write() as tx:
            tx.execute(update(people).where(people.c.email == email).values(values))


SHOWN = tuple(alerts.c[name] for name in Alert.__dataclass_fields__)


def _is_due(now: float) -> ColumnElement[bool]:
    open_ = alerts.c.state.in_((AlertState.WAITING, AlertState.SENDING))
    return open_ & (alerts.c.next_at <= now)


def _of(email: str) -> ColumnElement[bool]:
    return (alerts.c.recipient == email) & (alerts.c.way == AlertWay.STUDIO)
