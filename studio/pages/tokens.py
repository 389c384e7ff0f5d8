"""API tokens, on the Team page: everybody makes and revokes their own; administrators see all."""

from functools import partial

from actions import people as acts
from agent.actor import Role
from store.people.people import Person
from store.people.tokens import DAYS
from studio.errors import NothingChosen
from studio.pages.tokens_view import Keyring, Parts, shown
from studio.roles import allow
from studio.state import Studio
from studio.wiring import Load, event, pick


@allow("viewer")
def first(studio: Studio, person: Person) -> Keyring:
    """Return the tokens this person may see."""
    return _keyring(studio, person)


@allow("viewer")
def make(studio: Studio, person: Person, name: str, role: Role, days: int) -> Keyring:
    """Make a token for the person's own programs; it is in the result, and nowhere afterwards."""
    if not (name or "").strip():
        raise NothingChosen("tokens.name_first")
    lasts = days if days in DAYS else 0
    made = acts.make_token(studio.services, person.actor, name, role, lasts)
    return _keyring(studio, person, made)


@allow("viewer")
def revoke(studio: Studio, person: Person, action: str, token_id: str) -> Keyring:
    """End a token: one's own, or anybody's for an administrator."""
    acts.revoke_token(studio.services, person.actor, token_id)
    return _keyring(studio, person)


def _keyring(studio: Studio, person: Person, made: str = "") -> Keyring:
    whose = "" if person.may("admin") else person.email
    return Keyring(person, studio.services.store.tokens.list(whose), made)


def wire(studio: Studio, load: Load, parts: Parts) -> None:
    """Let the components of the tab do what they promise."""
    show = partial(shown, studio)
    load(event(studio, first, show), None, parts.filled)
    parts.tokens.click(pick(studio, revoke, show), None, parts.filled)
    parts.make.click(
        event(studio, make, lambda keyring: [*show(keyring), ""]),
        [parts.name, parts.role, parts.days],
        [*parts.filled, parts.name],
    )
