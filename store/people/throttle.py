"""Slows down guessing: a few wrong guesses are free, then each one costs a wait that doubles.

What is counted has a name (an account, an address, a device), and a guess may count under several.
Names are kept as hashes: strangers type anything, their own passwords too.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, case, delete, func, select, text, update

from agent.errors import TooManyAttempts
from knowledge.tables import AnyRow
from store.db.database import Database
from store.db.dialect import upsert
from store.tables import login_attempts as attempts

FIRST_WAIT = 60.0
LONGEST_WAIT = 15 * 60.0
REMEMBERED = 60 * 60.0  # seconds after the last wrong guess
MOST = 10_000  # names in the table; who makes up more pushes out those with the fewest guesses
_DOUBLINGS = 10  # enough to pass LONGEST_WAIT, and no power that overflows


@dataclass(frozen=True)
class Limit:
    """So many wrong guesses under a name are free."""

    name: str
    free: int


@dataclass(frozen=True)
class Attempt:
    """One guess that was allowed, noted as wrong until it is known to be right."""

    at: float
    before: dict[str, float]  # when the guess before it was noted, by hashed name


class Throttle:
    """Counts wrong guesses by name."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def begin(self, *limits: Limit) -> Attempt:
        """Note a guess under each name. Raises TooManyAttempts while one of them has to wait.

        It is noted before the guess is looked at, in one transaction with the count, so that a
        thousand guesses at once are counted one after the other.
        """
        now = self._clock()
        with self._database.write() as tx:
            _one_at_a_time(tx)
            _make_room(tx, now)
            known = {limit: _row(tx, _hashed(limit.name)) for limit in limits}
            wait = max(_wait(row, limit.free, now) for limit, row in known.items())
            if wait > 0:
                raise TooManyAttempts(wait)
            for limit in limits:
                _note(tx, _hashed(limit.name), now)
        before = {_hashed(limit.name): row.at if row else now for limit, row in known.items()}
        return Attempt(now, before)

    def forgive(self, attempt: Attempt) -> None:
        """The guess was right: forget all that was wrong under its first name.

        As much is taken off the other names, which is what they owe to the first one, and no more:
        whoever is right about one thing does not get new guesses about others.
        """
        first, *others = attempt.before
        here, at = attempts.c.subject, attempts.c.at
        with self._database.write() as tx:
            _one_at_a_time(tx)
            gone = delete(attempts).where(here == first).returning(attempts.c.wrong)
            wrong = tx.scalar(gone) or 0
            for name in others:
                then = case((at == attempt.at, attempt.before[name]), else_=at)
                fewer = update(attempts).values(wrong=attempts.c.wrong - wrong, at=then)
                tx.execute(fewer.where(here == name))
            tx.execute(delete(attempts).where(here.in_(others), attempts.c.wrong <= 0))


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()


def _one_at_a_time(tx: Connection) -> None:
    if tx.dialect.name == "postgresql":  # SQLite has one writer anyway
        tx.execute(text("LOCK TABLE login_attempts IN EXCLUSIVE MODE"))


def _make_room(tx: Connection, now: float) -> None:
    tx.execute(delete(attempts).where(attempts.c.at < now - REMEMBERED))
    excess = (tx.scalar(select(func.count()).select_from(attempts)) or 0) - MOST
    if excess > 0:
        least = select(attempts.c.subject).order_by(attempts.c.wrong, attempts.c.at).limit(excess)
        tx.execute(delete(attempts).where(attempts.c.subject.in_(least)))


def _row(tx: Connection, name: str) -> AnyRow | None:
    return tx.execute(select(attempts).where(attempts.c.subject == name)).one_or_none()


def _wait(row: AnyRow | None, free: int, now: float) -> float:
    """Seconds until the next guess under that name is due."""
    if row is None or row.wrong < free:
        return 0.0
    pause = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.wrong - free, _DOUBLINGS))
    return float(min(pause, row.at + pause - now))  # a clock that was put back adds nothing


def _note(tx: Connection, name: str, now: float) -> None:
    row = upsert(tx, attempts).values(subject=name, wrong=1, at=now)
    more = {"wrong": attempts.c.wrong + 1, "at": now}
    tx.execute(row.on_conflict_do_update(index_elements=["subject"], set_=more))
