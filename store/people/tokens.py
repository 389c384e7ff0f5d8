"""Tokens of people: what a person's own programs show to the HTTP API.

A token is `as_ID_SECRET`. The id names its row; the secret has 256 random bits, of which the table
holds the SHA-256, so that nobody who reads the database can become somebody else. A slow hash would
protect nothing more: there is nothing to guess (NIST SP 800-63B, 5.1.2.2, asks for one only below
112 bits).

A token may never do more than its owner may now: it has the lesser of its role and theirs.
"""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from agent.actor import ROLES, Actor, Role
from agent.errors import Invalid, NotFound
from knowledge.tables import AnyRow, AnySelect
from store.db.database import Database
from store.tables import api_tokens, people

DAYS = (7, 30, 90, 365)  # how long a token may live
DEFAULT_DAYS = 90
LONGEST_NAME = 80
MOST = 20  # of one person
SEEN_EVERY = 60.0  # seconds: a program that asks often must not write on every request
FORM = re.compile(r"as_([0-9a-f]{12})_([\w-]{43})", re.ASCII)
DAY = 86_400.0


@dataclass(frozen=True)
class Token:
    """A token as its owner sees it. Nothing here opens anything."""

    id: str
    email: str
    name: str
    role: Role  # what it may do: never more than its owner
    created_at: float
    expires_at: float
    last_used_at: float  # 0: never
    lame: str = ""  # why it opens nothing now: expired | owner_out | password

    @property
    def actor(self) -> Actor:
        """Who acts when a program shows this token."""
        return Actor(self.email, self.role)


class Tokens:
    """Makes, finds and revokes tokens."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def make(self, email: str, name: str, role: Role, days: int = DEFAULT_DAYS) -> str:
        """Return a new token of that person, to be shown once.

        Raises Invalid for a role above the person's own, a name or a time that cannot be used, and
        when there are too many; NotFound when nobody has that e-mail address.
        """
        if not 1 <= len(name.strip()) <= LONGEST_NAME:
            raise Invalid(f"Give the token a name of 1 to {LONGEST_NAME} characters.")
        if days not in DAYS:
            raise Invalid(f"A token holds for one of these numbers of days: {_listed(DAYS)}.")
        with self._database.write() as tx:
            owner = _owner(tx, email)
            theirs = api_tokens.c.person_id == owner.id
            if tx.scalar(select(func.count()).where(theirs)) >= MOST:  # type: ignore[operator]
                raise Invalid(f"You have {MOST} tokens. Revoke one that you no longer need.")
            return self._insert(tx, owner, name, role, days * DAY)[1]

    def lend(self, email: str, name: str, role: Role, seconds: float) -> tuple[str, str]:
        """Return the id of a new token of that person, and the token, for something that ends it.

        Raises Invalid and NotFound as `make` does.
        """
        with self._database.write() as tx:
            return self._insert(tx, _owner(tx, email), name[:LONGEST_NAME], role, seconds)

    def _insert(
        self, tx: Connection, owner: AnyRow, name: str, role: Role, seconds: float
    ) -> tuple[str, str]:
        if role not in ROLES or ROLES.index(role) > ROLES.index(owner.role):
            raise Invalid("A token may do no more than its owner. Choose a lesser role.")
        token_id, secret, now = secrets.token_hex(6), secrets.token_urlsafe(32), self._clock()
        row = {
            "id": token_id,
            "person_id": owner.id,
            "name": name.strip(),
            "role": role,
            "secret_hash": _hash(secret),
            "created_at": now,
            "expires_at": now + seconds,
        }
        tx.execute(insert(api_tokens).values(row))
        return token_id, f"as_{token_id}_{secret}"

    def find(self, given: str) -> Token | None:
        """Return the token that *given* is, lame or not, and note that it was used.

        None for whatever was never made here; which part of it is wrong shows in no time taken.
        """
        parts = FORM.fullmatch(given)
        if parts is None:
            return None
        with self._database.read() as tx:
            row = tx.execute(_all().where(api_tokens.c.id == parts[1])).one_or_none()
        kept = row.secret_hash if row is not None else _hash("")
        if not hmac.compare_digest(kept, _hash(parts[2])) or row is None:
            return None
        found = self._token(row)
        if not found.lame:
            self._seen(found)
        return found

    def list(self, email: str = "") -> Sequence[Token]:
        """Return the tokens (of one person), the newest first."""
        query = _all().order_by(api_tokens.c.created_at.desc(), api_tokens.c.id)
        if email:
            query = query.where(people.c.email == email)
        with self._database.read() as tx:
            return [self._token(row) for row in tx.execute(query.limit(500))]

    def revoke(self, token_id: str, email: str = "") -> str | None:
        """Remove a token (of one person only); return its name, None when there is none."""
        gone = delete(api_tokens).where(api_tokens.c.id == token_id)
        if email:
            theirs = select(people.c.id).where(people.c.email == email)
            gone = gone.where(api_tokens.c.person_id.in_(theirs))
        with self._database.write() as tx:
            return tx.scalar(gone.returning(api_tokens.c.name))

    def _seen(self, token: Token) -> None:
        now = self._clock()
        if now - token.last_used_at <= SEEN_EVERY:
            return
        with self._database.write() as tx:
            here = api_tokens.c.id == token.id
            tx.execute(update(api_tokens).where(here).values(last_used_at=now))

    def _token(self, row: AnyRow) -> Token:
        return Token(
            id=row.id,
            email=row.email,
            name=row.name,
            created_at=row.created_at,
            role=min(row.role, row.owner_role, key=ROLES.index),
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            lame=self._lame(row),
        )

    def _lame(self, row: AnyRow) -> str:
        if row.disabled_at is not None:
            return "owner_out"
        if row.must_change_password:
            return "password"
        return "expired" if row.expires_at <= self._clock() else ""


def _owner(tx: Connection, email: str) -> AnyRow:
    row = tx.execute(select(people).where(people.c.email == email)).one_or_none()
    if row is None:
        raise NotFound("There is nobody with that e-mail address.")
    return row


def _all() -> AnySelect:
    return select(
        api_tokens,
        people.c.email,
        people.c.role.label("owner_role"),
        people.c.disabled_at,
        people.c.must_change_password,
    ).join(people, people.c.id == api_tokens.c.person_id)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
