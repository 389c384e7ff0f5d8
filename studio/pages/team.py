"""Team: who may do what, which browsers are signed in, what was done, how long things are kept."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from agent.actor import ROLES
from store.erasure import DEFAULT_DAYS
from store.people.people import Person
from store.switches import RETENTION
from studio.errors import BadFields, NothingChosen
from studio.pages import tokens
from studio.pages.team_view import KEPT, Log, OneTime, Team, layout, listed, shown, told
from studio.roles import allow
from studio.state import Studio
from studio.wiring import Load, event, pick

LOG_PAGE = 50
KEPT_DAYS = {name: DEFAULT_DAYS[name] for name in KEPT}
LONGEST_DAYS = 3_650


@allow("viewer")
def first(studio: Studio, person: Person) -> Team:
    """Return what this person may see."""
    return _team(studio, person)


def _team(studio: Studio, person: Person) -> Team:
    people = studio.services.store.people
    if not person.may("admin"):
        return Team(person, people.logins(person.email))
    kept = {**KEPT_DAYS, **studio.services.store.switches.get(RETENTION, {})}
    log = _log(studio, (), "")
    return Team(person, people.logins(), people.list(), log, kept)


@allow("viewer")
def end_login(studio: Studio, person: Person, action: str, login_id: str) -> Team:
    """Sign a browser out: one's own, or anybody's for an administrator."""
    whose = "" if person.may("admin") else person.email
    if studio.services.store.people.end_login(login_id, whose):
        studio.services.store.audit.note(person.email, "login ended")
    return _team(studio, person)


@allow("admin")
def invite(studio: Studio, person: Person, email: str, name: str, role: str) -> OneTime:
    """Add a person and return the one-time password to hand over."""
    address = (email or "").strip().lower()
    if "@" not in address.strip("@") or " " in address:
        raise BadFields((("team.email", "team.email_bad", {}),))
    password = studio.services.store.people.add(
        address, role if role in ROLES else "viewer", name or ""
    )
    studio.services.store.audit.note(person.email, "person invited", address, role)
    return OneTime(address, password, _team(studio, person))


@allow("admin")
def change(studio: Studio, person: Person, action: str, email: str) -> Team | OneTime:
    """Change somebody's role, shut them out or let them in again, or renew their password."""
    people, note = studio.services.store.people, studio.services.store.audit.note
    if email == person.email and action in ("disable", *ROLES[:-1]):
        raise NothingChosen("team.not_yourself")
    if action == "password":
        password = people.reset_password(email)
        note(person.email, "password renewed", email)
        return OneTime(email, password, _team(studio, person))
    if action in ROLES:
        people.set_role(email, action)
        note(person.email, "role changed", email, action)
    elif action == "disable":
        people.disable(email)
        note(person.email, "person disabled", email)
    elif action == "enable":
        people.enable(email)
        note(person.email, "person enabled", email)
    return _team(studio, person)


@allow("admin")
def turn(
    studio: Studio, person: Person, action: str, subject: str, trail: Sequence[int], who: str
) -> Log:
    """Turn a page of the audit log."""
    pages = tuple(int(entry) for entry in trail or ())
    if action == "older" and subject.isdecimal():
        pages = (*pages, int(subject))
    return _log(studio, pages[:-1] if action == "newer" else pages, who or "")


@allow("admin")
def look(studio: Studio, person: Person, who: str) -> Log:
    """Show the log of one person; of everybody when *who* is empty."""
    return _log(studio, (), who or "")


def _log(studio: Studio, trail: tuple[int, ...], who: str) -> Log:
    before = trail[-1] if trail else 0
    found = studio.services.store.audit.page(before, LOG_PAGE + 1, who)
    return Log(found[:LOG_PAGE], trail, who, len(found) > LOG_PAGE, _names(studio))


def _names(studio: Studio) -> dict[str, str]:
    """What agents and bases are called, by id."""
    agents, bases = studio.services.store.agents, studio.services.sources.bases()
    used = {agent.id: agent.name for agent in (*agents.list(), *agents.list(archived=True))}
    return used | {base.id: base.name for base in bases}


@allow("admin")
def keep(studio: Studio, person: Person, *days: Any) -> Team:
    """Set for how many days each thing is kept; 0 is for good."""
    numbers = [int(one) if one is not None and 0 <= one <= LONGEST_DAYS else -1 for one in days]
    if -1 in numbers:
        raise BadFields((("team.keep", "team.keep_bad", {"most": LONGEST_DAYS}),))
    chosen = dict(zip(KEPT_DAYS, numbers, strict=True))
    studio.services.store.switches.set(RETENTION, chosen, person.email)
    words = ", ".join(f"{name} {count}" for name, count in chosen.items())
    studio.services.store.audit.note(person.email, "retention set", detail=words)
    return _team(studio, person)


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show, show_log = partial(shown, studio), partial(listed, studio)
    load(event(studio, first, show), None, parts.filled)
    parts.mine.click(pick(studio, end_login, show), None, parts.filled)
    parts.people.click(pick(studio, change, partial(told, studio)), None,
                       [*parts.filled, parts.password])  # fmt: skip
    parts.invite.click(
        event(studio, invite, lambda once: [*told(studio, once), "", ""]),
        [parts.email, parts.name, parts.role],
        [*parts.filled, parts.password, parts.email, parts.name],
    )
    parts.who.input(event(studio, look, show_log), parts.who, [parts.log, parts.trail])
    parts.log.click(pick(studio, turn, show_log), [parts.trail, parts.who],
                    [parts.log, parts.trail])  # fmt: skip
    tokens.wire(studio, load, parts.tokens)
    parts.keep.click(event(studio, keep, show, done="team.kept"), parts.days, parts.filled)
