"""The people of the studio: who they are, what they may do, and which browsers are signed in.

A browser holds a random token; the table holds its SHA-256, so that nobody who reads the database
can become somebody else. A login ends after two idle hours, after twelve hours, when the person
signs out, changes the password or is disabled.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from agent.actor import ROLES, Actor
from agent.errors import Invalid, NotFound, WrongPassword
from agent.settings import Settings
from agent.store.db import Database, new_id
from agent.store.dialect import upsert
from agent.store.passwords import check_strength, fits, hashed, is_hash, is_outdated, one_time
from agent.store.tables import logins, people
from agent.store.throttle import Throttle

LANGUAGES = ("es", "en")
IDLE_SECONDS = 2 * 3600.0
LONGEST_SECONDS = 12 * 3600.0
SEEN_EVERY = 60.0  # a page that polls must not write on every request


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in."""

    id: str
    email: str
    name: str
    role: str
    language: str
    must_change_password: bool
    created_at: float
    disabled: bool

    def may(self, role: str) -> bool:
        """True when this person has *role* or a higher one."""
        return not self.disabled and self.actor.may(role)

    @property
    def actor(self) -> Actor:
        """Who acts when this person does."""
        return Actor(self.email, self.role)


@dataclass(frozen=True)
class Login:
    """A browser that is signed in."""

    id: str  # names it; it opens nothing
    email: str
    created_at: float
    last_seen_at: float
    address: str
    browser: str


class People:
    """Reads and writes people and their logins."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._throttle = Throttle(database, clock)

    # --- people

    def first_run(self, settings: Settings) -> str | None:
        """Make the first admin if there is nobody; return a one-time password to show, once.

        None when somebody exists already, or when ADMIN_PASSWORD_HASH says the password.
        """
        given = (
            settings.admin_password_hash.get_secret_value() if settings.admin_password_hash else ""
        )
        if given and not is_hash(given):
            raise Invalid("ADMIN_PASSWORD_HASH is not an Argon2id hash ($argon2id$...).")
        with self._database.read() as tx:
            if tx.scalar(select(func.count()).select_from(people)):
                return None
        password = "" if given else one_time()
        row = self._row(settings.admin_email, "", "admin", given or hashed(password), not given)
        with self._database.write() as tx:
            made = tx.scalar(
                upsert(tx, people)
                .values(row)
                .on_conflict_do_nothing(index_elements=["email"])
                .returning(people.c.id)
            )
        return password if made and password else None

    def add(self, email: str, role: str, name: str = "") -> str:
        """Add a person; return the one-time password they change at their first sign-in."""
        if "@" not in email or role not in ROLES:
            raise Invalid(f"Give an e-mail address and a role out of {', '.join(ROLES)}.")
        password = one_time()
        row = self._row(email, name, role, hashed(password), True)
        with self._database.write() as tx:
            made = tx.scalar(
                upsert(tx, people)
                .values(row)
                .on_conflict_do_nothing(index_elements=["email"])
                .returning(people.c.id)
            )
        if made is None:
            raise Invalid("Somebody with that e-mail address is here already.")
        return password

    def _row(
        self, email: str, name: str, role: str, password_hash: str, must_change: bool
    ) -> dict[str, Any]:
        return {
            "id": new_id(), "email": _bare(email), "name": name.strip(), "role": role,
            "password_hash": password_hash, "must_change_password": must_change,
            "language": "es", "created_at": self._clock(),
        }  # fmt: skip

    def list(self) -> Sequence[Person]:
        """Return everybody, by e-mail."""
        with self._database.read() as tx:
            return [_person(row) for row in tx.execute(select(people).order_by(people.c.email))]

    def find(self, email: str) -> Person | None:
        """Return the person with that e-mail who may still sign in."""
        with self._database.read() as tx:
            row = _row_of(tx, email)
        return _person(row) if row is not None and row.disabled_at is None else None

    def set_role(self, email: str, role: str) -> None:
        """Change what a person may do; it holds from their next click."""
        if role not in ROLES:
            raise Invalid(f"Choose a role out of {', '.join(ROLES)}.")
        self._change(email, ends_an_admin=role != "admin", role=role)

    def set_language(self, email: str, language: str) -> None:
        """Remember the language a person reads the studio in."""
        if language in LANGUAGES:
            self._change(email, language=language)

    def disable(self, email: str) -> None:
        """Shut a person out, at once and everywhere. Raises Invalid for the last admin."""
        self._change(email, ends_an_admin=True, disabled_at=self._clock())
        self.sign_out_everywhere(email)

    def enable(self, email: str) -> None:
        """Let a person who was shut out sign in again."""
        self._change(email, disabled_at=None)

    def reset_password(self, email: str) -> str:
        """Return a new one-time password; the old one and every login end."""
        password = one_time()
        self._change(email, password_hash=hashed(password), must_change_password=True)
        self.sign_out_everywhere(email)
        return password

    def change_password(self, email: str, current: str, new: str, address: str = "") -> None:
        """Replace a password and end every login. Raises WrongPassword or WeakPassword."""
        self._verified(email, current, address)
        if new == current:
            raise Invalid("Choose a password that differs from the one you have.")
        check_strength(new, _bare(email))
        self._change(email, password_hash=hashed(new), must_change_password=False)
        self.sign_out_everywhere(email)

    def _change(self, email: str, ends_an_admin: bool = False, **values: Any) -> None:
        with self._database.write() as tx:
            if ends_an_admin:
                _keep_an_admin(tx, _bare(email))
            changed = tx.execute(
                update(people).where(people.c.email == _bare(email)).values(values)
            )
        if not changed.rowcount:
            raise NotFound("There is nobody with that e-mail address.")

    # --- logins

    def sign_in(self, email: str, password: str, address: str = "", browser: str = "") -> str:
        """Return the token of a new login. Raises WrongPassword or TooManyAttempts."""
        row = self._verified(email, password, address)
        if is_outdated(row.password_hash):
            self._change(email, password_hash=hashed(password))
        return self._open(row.id, address, browser)

    def _verified(self, email: str, password: str, address: str) -> Row[Any]:
        attempt = self._throttle.begin(_bare(email), address)
        with self._database.read() as tx:
            row = _row_of(tx, email)
        right = fits(row.password_hash if row is not None else None, password)
        if row is None or not right or row.disabled_at is not None:
            raise WrongPassword
        self._throttle.forgive(attempt)
        return row

    def _open(self, person_id: str, address: str, browser: str) -> str:
        token, now = secrets.token_urlsafe(32), self._clock()
        row = {
            "token_hash": _hash(token), "person_id": person_id, "created_at": now,
            "last_seen_at": now, "address": address[:60], "browser": browser[:300],
        }  # fmt: skip
        with self._database.write() as tx:
            tx.execute(delete(logins).where(_ended(now)))
            tx.execute(insert(logins).values(row))
        return token

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
        return _person(row)

    def sign_out(self, token: str) -> None:
        """End one login."""
        with self._database.write() as tx:
            tx.execute(delete(logins).where(logins.c.token_hash == _hash(token)))

    def logins(self, email: str = "") -> Sequence[Login]:
        """Return the browsers that are signed in (of one person), the latest used first."""
        query = (
            select(logins.c.token_hash.label("id"), people.c.email, logins.c.created_at,
                   logins.c.last_seen_at, logins.c.address, logins.c.browser)
            .join(people, people.c.id == logins.c.person_id)
            .where(~_ended(self._clock()))
            .order_by(logins.c.last_seen_at.desc())
        )  # fmt: skip
        if email:
            query = query.where(people.c.email == _bare(email))
        with self._database.read() as tx:
            return [Login(**row._mapping) for row in tx.execute(query.limit(200))]

    def end_login(self, login_id: str, email: str = "") -> bool:
        """End one login (of one person only). Returns False when there is none by that id."""
        gone = delete(logins).where(logins.c.token_hash == login_id)
        if email:
            theirs = select(people.c.id).where(people.c.email == _bare(email))
            gone = gone.where(logins.c.person_id.in_(theirs))
        with self._database.write() as tx:
            return tx.execute(gone).rowcount == 1

    def sign_out_everywhere(self, email: str) -> None:
        """End every login of one person."""
        person = select(people.c.id).where(people.c.email == _bare(email))
        with self._database.write() as tx:
            tx.execute(delete(logins).where(logins.c.person_id.in_(person)))


def _bare(email: str) -> str:
    return email.strip().lower()[:200]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _ended(now: float) -> Any:
    return (logins.c.created_at < now - LONGEST_SECONDS) | (
        logins.c.last_seen_at < now - IDLE_SECONDS
    )


def _keep_an_admin(tx: Connection, email: str) -> None:
    """Raise Invalid when *email* is the last admin. Two who put each other out come one by one."""
    admins = select(people.c.email).where(people.c.role == "admin", people.c.disabled_at.is_(None))
    if list(tx.scalars(admins.order_by(people.c.id).with_for_update())) == [email]:
        raise Invalid("Somebody has to stay an administrator. Name another one first.")


def _row_of(tx: Connection, email: str) -> Row[Any] | None:
    return tx.execute(select(people).where(people.c.email == _bare(email))).one_or_none()


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id, email=row.email, name=row.name, role=row.role, language=row.language,
        must_change_password=row.must_change_password, created_at=row.created_at,
        disabled=row.disabled_at is not None,
    )  # fmt: skip
