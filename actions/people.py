"""People: who may come in, what each may do, how they sign in, and the tokens of their programs."""

from dataclasses import dataclass

from actions.audited import audited
from actions.services import Services
from agent.actor import INSTALLATION, Actor, Role
from agent.errors import Invalid
from store.people.person import bare


@dataclass(frozen=True)
class Visit:
    """Where somebody signs in: the device, and what it carried until now."""

    address: str = ""
    browser: str = ""
    jar: str = ""  # see `store.people.people.People.remember`
    token: str = ""  # of the login that the browser had before; it ends
    language: str = "es"  # for those who have not chosen one yet


# --- who may come in


def make_first(services: Services) -> str | None:
    """Make the first administrator where there is nobody; see `People.first_run`."""
    people, email = services.store.people, services.settings.admin_email
    with audited(services, INSTALLATION, "admin") as note:
        empty = not people.list()
        password = people.first_run(services.settings)
        if empty:
            note("person invited", email, "admin")
    return password


def invite(services: Services, actor: Actor, email: str, role: Role, name: str = "") -> str:
    """Add a person; return the one-time password to hand over. Raises Forbidden, Invalid."""
    with audited(services, actor, "admin") as note:
        password = services.store.people.add(email, role, name)
        note("person invited", email, role)
    return password


def change_role(services: Services, actor: Actor, email: str, role: Role) -> None:
    """Change what a person may do, from their next click on.

    Raises Forbidden, NotFound, and Invalid for oneself and for the last administrator.
    """
    with audited(services, actor, "admin") as note:
        _not_oneself(actor, email)
        services.store.people.set_role(email, role)
        note("role changed", email, role)


def disable(services: Services, actor: Actor, email: str) -> None:
    """Shut a person out, everywhere and at once. Raises as `change_role` does."""
    with audited(services, actor, "admin") as note:
        _not_oneself(actor, email)
        services.store.people.disable(email)
        note("person disabled", email)


def enable(services: Services, actor: Actor, email: str) -> None:
    """Let a person who was shut out sign in again. Raises Forbidden, NotFound."""
    with audited(services, actor, "admin") as note:
        services.store.people.enable(email)
        note("person enabled", email)


def renew_password(services: Services, actor: Actor, email: str) -> str:
    """Return a new one-time password of a person; every login of theirs ends.

    Raises Forbidden, NotFound.
    """
    with audited(services, actor, "admin") as note:
        password = services.store.people.reset_password(email)
        note("password renewed", email)
    return password


def let_run(services: Services, actor: Actor, email: str, allowed: bool) -> None:
    """Let a person have notebooks, which are code, run on the server, or no more.

    What runs reads its own folder and reaches the API with the person's rights, nothing else
    (`jobs.notebook_kernel`). Raises Forbidden, NotFound.
    """
    with audited(services, actor, "admin") as note:
        services.store.people.let_run(email, allowed)
        note("may run notebooks" if allowed else "may not run notebooks", email)


def _not_oneself(actor: Actor, email: str) -> None:
    if bare(email) == actor.name:
        raise Invalid("You cannot take your own role away: let another administrator do it.")


# --- oneself


def sign_in(services: Services, email: str, password: str, visit: Visit) -> str:
    """Return the token of a new login.

    Raises WrongPassword, ExpiredPassword or TooManyAttempts. A wrong guess stays counted: what
    proves who it is comes before the transaction.
    """
    people = services.store.people
    proven = people.prove(email, password, visit.address, visit.jar)
    with audited(services, proven.person.actor, "viewer") as note:
        token = people.enter(proven, visit.address, visit.browser)
        people.sign_out(visit.token)
        if proven.person.must_change_password:
            people.set_language(proven.person.email, visit.language)
        note("signed in")
    return token


def sign_out(services: Services, actor: Actor, token: str) -> None:
    """End the login that has *token*."""
    with audited(services, actor, "viewer") as note:
        services.store.people.sign_out(token)
        note("signed out")


def change_password(services: Services, actor: Actor, current: str, new: str, visit: Visit) -> None:
    """Replace one's own password; every login of one's own ends.

    Raises WrongPassword, ExpiredPassword, TooManyAttempts, WeakPassword or Invalid.
    """
    proven = services.store.people.prove(actor.name, current, visit.address, visit.jar)
    with audited(services, actor, "viewer") as note:
        services.store.people.renew(proven, current, new)
        note("password changed")


def choose_language(services: Services, actor: Actor, language: str) -> None:
    """Remember the language one reads the studio in."""
    with audited(services, actor, "viewer") as note:
        services.store.people.set_language(actor.name, language)
        note("language chosen", detail=language)


def end_login(services: Services, actor: Actor, login_id: str) -> None:
    """Sign a browser out: one's own, or anybody's for an administrator; none if it has ended."""
    with audited(services, actor, "viewer") as note:
        whose = services.store.people.end_login(login_id, _reach(actor))
        if whose:
            note("login ended", whose)


# --- the tokens of one's programs


def make_token(services: Services, actor: Actor, name: str, role: Role, days: int) -> str:
    """Return a new token for one's own programs, to be shown once. Raises Invalid, NotFound."""
    with audited(services, actor, "viewer") as note:
        made = services.store.tokens.make(actor.name, name, role, days)
        note("token made", name.strip(), role)
    return made


def revoke_token(services: Services, actor: Actor, token_id: str) -> None:
    """End a token: one's own, or anybody's for an administrator; none if it has ended."""
    with audited(services, actor, "viewer") as note:
        name = services.store.tokens.revoke(token_id, _reach(actor))
        if name is not None:
            note("token revoked", name)


def _reach(actor: Actor) -> str:
    """Whose logins and tokens the actor may end; empty: everybody's."""
    return "" if actor.may("admin") else actor.name
