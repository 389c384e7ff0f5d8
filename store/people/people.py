"""The people of the studio: who they are, what they may do, and how they sign in.

Wrong passwords are counted by account and address, by account, and by address. A device that signed
in before (`agent.devices`) has a count of its own instead, so that nobody else's guesses keep its
owner out. Counts are of one password: a new one begins with none.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from agent.actor import ROLES, Role
from agent.addresses import party
from agent.devices import Account, Devices
from agent.errors import ExpiredPassword, Invalid, NotFound, WrongPassword
from agent.settings import Settings
from knowledge.tables import AnyRow
from store.db.database import Database, new_id
from store.db.dialect import upsert
from store.people.logins import IDLE_SECONDS, LONGEST_SECONDS, Login, Logins, open_login
from store.people.passwords import check_strength, fits, hashed, is_hash, is_outdated, one_time
from store.people.person import Person, bare, is_expired, person_of
from store.people.throttle import Limit, Throttle
from store.tables import people

__all__ = [
    "IDLE_SECONDS",
    "LANGUAGES",
    "LONGEST_SECONDS",
    "ONE_TIME_HOURS",
    "Login",
    "People",
    "Person",
]

LANGUAGES = ("es", "en")
ONE_TIME_HOURS = 72  # for an invitation, and for a password that an administrator renewed
# Wrong guesses that are free, until an hour passes without one.
PER_DEVICE = 5
PER_ACCOUNT_AND_ADDRESS = 5
PER_ACCOUNT = 10
PER_ADDRESS = 20


@dataclass(frozen=True)
class Proven:
    """Somebody who gave their password."""

    person: Person
    password_hash: str
    todays_hash: str  # of the same password, made as hashes are made today


class People(Logins):
    """Reads and writes people and their logins. *key*: the installation's secret (`agent.keys`)."""

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time, key: str = ""
    ) -> None:
        super().__init__(database, clock)
        self._throttle = Throttle(database, clock)
        self._devices = Devices(key)

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
        return password if self._insert(row) and password else None

    def add(self, email: str, role: Role, name: str = "") -> str:
        """Add a person; return the one-time password they change at their first sign-in."""
        if "@" not in email or role not in ROLES:
            raise Invalid(f"Give an e-mail address and a role out of {', '.join(ROLES)}.")
        password = one_time()
        row = self._row(email, name, role, hashed(password), True)
        if not self._insert(row):
            raise Invalid("Somebody with that e-mail address is here already.")
        return password

    def _row(
        self, email: str, name: str, role: Role, password_hash: str, must_change: bool
    ) -> dict[str, Any]:
        return {
            "id": new_id(),
            "email": bare(email),
            "name": name.strip(),
            "role": role,
            "password_hash": password_hash,
            "must_change_password": must_change,
            "password_expires_at": self._end_of_one_time() if must_change else None,
            "language": "es",
            "created_at": self._clock(),
        }

    def _insert(self, row: dict[str, Any]) -> bool:
        with self._database.write() as tx:
            added = upsert(tx, people).values(row)
            once = added.on_conflict_do_nothing(index_elements=["email"])
            return tx.scalar(once.returning(people.c.id)) is not None

    def _end_of_one_time(self) -> float:
        return self._clock() + ONE_TIME_HOURS * 3600

    def list(self) -> Sequence[Person]:
        """Return everybody, by e-mail."""
        with self._database.read() as tx:
            rows = tx.execute(select(people).order_by(people.c.email)).all()
        return [person_of(row, self._clock()) for row in rows]

    def find(self, email: str) -> Person | None:
        """Return the person with that e-mail who may still sign in."""
        with self._database.read() as tx:
            row = _row_of(tx, email)
        if row is None or row.disabled_at is not None:
            return None
        return person_of(row, self._clock())

    def set_role(self, email: str, role: Role) -> None:
        """Change what a person may do; it holds from their next click."""
        if role not in ROLES:
            raise Invalid(f"Choose a role out of {', '.join(ROLES)}.")
        self._change(email, ends_an_admin=role != "admin", role=role)

    def let_run(self, email: str, allowed: bool) -> None:
        """Let a person have notebooks run on the server, or no more. Raises NotFound."""
        self._change(email, runs_notebooks=allowed)

    def set_language(self, email: str, language: str) -> None:
        """Remember the language a person reads the studio in."""
        if language in LANGUAGES:
            self._change(email, language=language)

    def disable(self, email: str) -> None:
        """Shut a person out, at once and everywhere. Raises Invalid for the last admin."""
        with self._database.write():
            self._change(email, ends_an_admin=True, disabled_at=self._clock())
            self.sign_out_everywhere(email)

    def enable(self, email: str) -> None:
        """Let a person who was shut out sign in again."""
        self._change(email, disabled_at=None)

    def reset_password(self, email: str) -> str:
        """Return a new one-time password; the old one and every login end."""
        password = one_time()
        self._replace(email, password, self._end_of_one_time())
        return password

    def change_password(
        self, email: str, current: str, new: str, address: str = "", jar: str = ""
    ) -> None:
        """Replace a password and end every login. *jar*: see `sign_in`.

        Raises WrongPassword, ExpiredPassword, TooManyAttempts, WeakPassword or Invalid.
        """
        self.renew(self.prove(email, current, address, jar), current, new)

    def renew(self, proven: Proven, current: str, new: str) -> None:
        """Replace the password of whoever proved who they are. Raises WeakPassword or Invalid."""
        if new == current:
            raise Invalid("Choose a password that differs from the one you have.")
        check_strength(new, proven.person.email)
        self._replace(proven.person.email, new, None)

    def _replace(self, email: str, password: str, expires_at: float | None) -> None:
        one_time, made = expires_at is not None, hashed(password)
        with self._database.write():
            self._change(
                email,
                password_hash=made,
                must_change_password=one_time,
                password_expires_at=expires_at,
            )
            self.sign_out_everywhere(email)

    def _change(self, email: str, ends_an_admin: bool = False, **values: Any) -> None:
        with self._database.write() as tx:
            if ends_an_admin:
                _keep_an_admin(tx, bare(email))
            changed = tx.execute(update(people).where(people.c.email == bare(email)).values(values))
        if not changed.rowcount:
            raise NotFound("There is nobody with that e-mail address.")

    # --- signing in

    def sign_in(
        self, email: str, password: str, address: str = "", browser: str = "", jar: str = ""
    ) -> str:
        """Return the token of a new login. *jar*: what the device carries, from `remember`.

        Raises WrongPassword, ExpiredPassword for a one-time password whose time is over, or
        TooManyAttempts.
        """
        return self.enter(self.prove(email, password, address, jar), address, browser)

    def enter(self, proven: Proven, address: str, browser: str) -> str:
        """Return the token of a new login of whoever proved who they are. Raises WrongPassword."""
        person = proven.person
        same = (people.c.id == person.id) & (people.c.password_hash == proven.password_hash)
        still = update(people).where(same, people.c.disabled_at.is_(None))
        with self._database.write() as tx:
            if not tx.execute(still.values(password_hash=proven.todays_hash)).rowcount:
                raise WrongPassword  # replaced, or its owner shut out, while it was looked at
            return open_login(tx, person.id, address, browser, self._clock())

    def remember(self, email: str, jar: str) -> str:
        """Return what the device is to carry from now on: *email* has signed in there."""
        with self._database.read() as tx:
            row = _row_of(tx, email)
        return self._devices.add(jar, _account(row), self._clock()) if row is not None else jar

    def prove(self, email: str, password: str, address: str, jar: str) -> Proven:
        """Return who it is; see `sign_in`. A wrong guess stays counted, whatever comes after: this
        is never called inside a transaction.
        """
        with self._database.read() as tx:
            row = _row_of(tx, email)
        attempt = self._throttle.begin(*self._limits(email, _account(row), address, jar))
        right = fits(row.password_hash if row is not None else None, password)
        if row is None or not right or row.disabled_at is not None:
            raise WrongPassword
        self._throttle.forgive(attempt)
        if is_expired(row, self._clock()):
            raise ExpiredPassword
        kept = row.password_hash
        made = hashed(password) if is_outdated(kept) else kept
        return Proven(person_of(row, self._clock()), kept, made)

    def _limits(self, email: str, account: Account, address: str, jar: str) -> tuple[Limit, ...]:
        """Under which names a guess counts. Nobody's account is counted as anybody's is."""
        device = self._devices.known(jar, account, self._clock())
        if device:
            return (Limit(f"device {device}", PER_DEVICE),)
        whose, where = f"{bare(email)} {account.password_hash}", party(address)
        return (
            Limit(f"account {whose} at {where}", PER_ACCOUNT_AND_ADDRESS),
            Limit(f"account {whose}", PER_ACCOUNT),
            Limit(f"address {where}", PER_ADDRESS),
        )


def _keep_an_admin(tx: Connection, email: str) -> None:
    """Raise Invalid when *email* is the last admin. Two who put each other out come one by one."""
    admins = select(people.c.email).where(people.c.role == "admin", people.c.disabled_at.is_(None))
    if list(tx.scalars(admins.order_by(people.c.id).with_for_update())) == [email]:
        raise Invalid("Somebody has to stay an administrator. Name another one first.")


def _row_of(tx: Connection, email: str) -> AnyRow | None:
    return tx.execute(select(people).where(people.c.email == bare(email))).one_or_none()


def _account(row: AnyRow | None) -> Account:
    return Account(row.id, row.password_hash) if row is not None else Account("", "")
