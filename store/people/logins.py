"""The browsers that are signed in.

A browser holds a random token; the table holds its SHA-256, so that nobody who reads the database
can become somebody else. A login ends after two idle hours, after twelve hours, when the person
signs out, changes the password or is disabled.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from store.db.database import Database
from store.people.person import Person, bare, person_of
from store.tables import logins, people

IDLE_SECONDS = 2 * 3600.0
LONGEST_SECONDS = 12 * 3600.0
SEEN_EVERY = 60.0  # a page that polls must not write on every request


@dataclass(frozen=True)
class Login:
    """A browser that is signed in."""

    id: str  # names it; it opens nothing
    email: str
    created_at: float
    last_seen_at: float
    address: str
    browser: str


class Logins:
    """Reads and ends logins."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def of_token(self, token: str) -> Person | None:
        """Return who is signed in with *token*, if the login still holds."""
        now, here = self._clock(), logins.c.token_hash == _hash(token)
        query = (
            select(people, logins.c.last_seen_at)
            .join(logins, logins.c.person_id == people.c.id)
            .where(here, ~_ended(now), people.c.disabled_at.is_(None))
        )
        with self._database.read() as tx:
            row = tx.execute(query).one_or_none()
        if row is None:
            return None
        if now - row.last_seen_at > SEEN_EVERY:
            with self._database.write() as tx:
                tx.execute(update(logins).where(here).values(last_seen_at=now))
        return person_of(row, now)

    def sign_out(self, token: str) -> None:
        """End one login."""
        with self._database.write() as tx:
            tx.execute(delete(logins).where(logins.c.token_hash == _hash(token)))

    def logins(self, email: str = "") -> Sequence[Login]:
        """Return the browsers that are signed in (of one person), the latest used first."""
        query = (
            select(
                logins.c.token_hash.label("id"),
                people.c.email,
                logins.c.created_at,
                logins.c.last_seen_at,
                logins.c.address,
                logins.c.browser,
            )
            .join(people, people.c.id == logins.c.person_id)
            .where(~_ended(self._clock()))
            .order_by(logins.c.last_seen_at.desc())
        )
        if email:
            query = query.where(people.c.email == bare(email))
        with self._database.read() as tx:
            return [Login(**row._mapping) for row in tx.execute(query.limit(200))]

    def end_login(self, login_id: str, email: str = "") -> str:
        """End one login (of one person only); return whose it was, empty when there is none."""
        gone = delete(logins).where(logins.c.token_hash == login_id)
        if email:
            theirs = select(people.c.id).where(people.c.email == bare(email))
            gone = gone.where(logins.c.person_id.in_(theirs))
        with self._database.write() as tx:
            person = tx.scalar(gone.returning(logins.c.person_id))
            return tx.scalar(select(people.c.email).where(people.c.id == person)) or ""

    def sign_out_everywhere(self, email: str) -> None:
        """End every login of one person."""
        person = select(people.c.id).where(people.c.email == bare(email))
        with self._database.write() as tx:
            tx.execute(delete(logins).where(logins.c.person_id.in_(person)))


def open_login(tx: Connection, person_id: str, address: str, browser: str, now: float) -> str:
    """Store a new login, and forget those that have ended; return its token."""
    token = secrets.token_urlsafe(32)
    tx.execute(delete(logins).where(_ended(now)))
    tx.execute(
        insert(logins).values(
            token_hash=_hash(token),
            person_id=person_id,
            created_at=now,
            last_seen_at=now,
            address=address[:60],
            browser=browser[:300],
        )
    )
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _ended(now: float) -> ColumnElement[bool]:
    return (logins.c.created_at < now - LONGEST_SECONDS) | (
        logins.c.last_seen_at < now - IDLE_SECONDS
    )
