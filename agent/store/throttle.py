"""Slows down guessing: a few wrong passwords, then a wait that doubles each time."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, text

from agent.errors import TooManyAttempts
from agent.store.db import Database
from agent.store.tables import login_attempts

PER_EMAIL = 5
PER_ADDRESS = 20
FIRST_WAIT = 60.0
LONGEST_WAIT = 15 * 60.0
REMEMBERED = 60 * 60.0


@dataclass(frozen=True)
class Attempt:
    """One guess that was allowed, noted as wrong until it is known to be right."""

    email: str
    rows: tuple[int, ...]


class Throttle:
    """Counts wrong passwords per e-mail and per address."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def begin(self, email: str, address: str) -> Attempt:
        """Note a guess. Raises TooManyAttempts while the e-mail or the address has to wait.

        It is noted before the password is looked at, in one transaction with the count, so that
        a thousand guesses at once are counted one after the other.
        """
        limits = {f"email:{email}": PER_EMAIL, f"address:{address}": PER_ADDRESS}
        now = self._clock()
        with self._database.write() as tx:
            _one_at_a_time(tx)
            tx.execute(delete(login_attempts).where(login_attempts.c.at < now - REMEMBERED))
            wait = max(_wait(tx, subject, limit, now) for subject, limit in limits.items())
            if wait > 0:
                raise TooManyAttempts(wait)
            rows = [_note(tx, subject, now) for subject in limits]
        return Attempt(email, tuple(rows))

    def forgive(self, attempt: Attempt) -> None:
        """The password was right: forget this guess, and the e-mail's earlier ones."""
        subject = login_attempts.c.subject == f"email:{attempt.email}"[:260]
        with self._database.write() as tx:
            tx.execute(
                delete(login_attempts).where(subject | login_attempts.c.id.in_(attempt.rows))
            )


def _one_at_a_time(tx: Connection) -> None:
    if tx.dialect.name == "postgresql":  # SQLite has one writer anyway
        tx.execute(text("LOCK TABLE login_attempts IN EXCLUSIVE MODE"))


def _wait(tx: Connection, subject: str, limit: int, now: float) -> float:
    """Seconds until *subject* may guess again: after each full *limit*, twice as long."""
    query = select(func.count(), func.max(login_attempts.c.at)).where(
        login_attempts.c.subject == subject[:260]
    )
    count, last = tx.execute(query).one()
    if not count or count % limit:
        return 0.0
    pause = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (count // limit - 1))
    return float(max(0.0, last + pause - now))


def _note(tx: Connection, subject: str, now: float) -> int:
    row = insert(login_attempts).values(subject=subject[:260], at=now)
    return int(tx.scalar(row.returning(login_attempts.c.id)) or 0)
