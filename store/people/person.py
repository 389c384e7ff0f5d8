"""A person of the studio, as everybody else sees one."""

from dataclasses import dataclass

from agent.actor import Actor, Role
from knowledge.tables import AnyRow


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in."""

    id: str
    email: str
    name: str
    role: Role
    language: str
    must_change_password: bool
    created_at: float
    disabled: bool
    password_expired: bool = False  # a one-time password that nobody used in time
    runs_notebooks: bool = False  # an administrator lets them have code run on the server

    def may(self, role: Role) -> bool:
        """True when this person has *role* or a higher one."""
        return not self.disabled and self.actor.may(role)

    @property
    def actor(self) -> Actor:
        """Who acts when this person does."""
        return Actor(self.email, self.role)


def bare(email: str) -> str:
    """Return *email* as it is stored and looked up."""
    return "".join(filter(str.isprintable, email)).strip().lower()[:200]


def is_expired(row: AnyRow, now: float) -> bool:
    """True when the row's password was a one-time password and its time is over."""
    return row.password_expires_at is not None and bool(row.password_expires_at <= now)


def person_of(row: AnyRow, now: float) -> Person:
    """Return the person in a row of `people`."""
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        role=row.role,
        language=row.language,
        must_change_password=row.must_change_password,
        created_at=row.created_at,
        disabled=row.disabled_at is not None,
        password_expired=is_expired(row, now),
        runs_notebooks=row.runs_notebooks,
    )
