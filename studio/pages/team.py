"""Team: who may do what, which browsers are signed in, what was done, how long things are kept."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from actions import bars, conversations
from actions import people as acts
from agent.actor import ROLES, Role
from store.erasure import DEFAULT_DAYS
from store.people.people import Person
from store.switches import RETENTION
from studio.errors import BadFields
from studio.pages import tokens
from studio.pages.team_view import KEPT, RUNS, Log, OneTime, Team, layout, listed, shown, told
from studio.roles import allow
from studio.state import Studio
from studio.wiring import Load, event, pick

LOG_PAGE = 50
KEPT_DAYS = {name: DEFAULT_DAYS[name] for name in KEPT}


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
    counted = bars.counts_clients(studio.services)
    return Team(person, people.logins(), people.list(), log, kept, counted)


@allow("viewer")
def end_login(studio: Studio, person: Person, action: str, login_id: str) -> Team:
    """Sign a browser out: one's own, or anybody's for an administrator."""
    acts.end_login(studio.services, person.actor, login_id)
    return _team(studio, person)


@allow("admin")
def invite(studio: Studio, person: Person, email: str, name: str, role: Role) -> OneTime:
    """Add a person and return the one-time password to hand over."""
    address = (email or "").strip().lower()
    if "@" not in address.strip("@") or " " in address:
        raise BadFields((("team.email", "team.email_bad", {}),))
    password = acts.invite(studio.services, person.actor, address, role, name or "")
    return OneTime(address, password, _team(studio, person))


@allow("admin")
def change(studio: Studio, person: Person, action: str, email: str) -> Team | OneTime:
    """Change somebody's role, shut them out or let them in again, renew their password, or let
    them run notebooks."""
    whom = (studio.services, person.actor, email)
    if action == "password":
        password = acts.renew_password(*whom)
        return OneTime(email, password, _team(studio, person))
    if action in ROLES:
        acts.change_role(*whom, action)
    elif action == "disable":
        acts.disable(*whom)
    elif action == "enable":
        acts.enable(*whom)
    elif action in RUNS:
        acts.let_run(*whom, action == RUNS[0])
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
    numbers = [-1 if one is None else int(one) for one in days]
    chosen = dict(zip(KEPT_DAYS, numbers, strict=True))
    conversations.keep_for(studio.services, person.actor, chosen)
    return _team(studio, person)


@allow("admin")
def count(studio: Studio, person: Person, counted: bool) -> Team:
    """Let scores that were made in notebooks count for bars, or not."""
    bars.count_clients(studio.services, person.actor, bool(counted))
    return _team(studio, person)


def build(studio: Studio, load: Load) -> None:
    """Place the page and wire it."""
    parts = layout(studio)
    show, show_log = partial(shown, studio), partial(listed, studio)
    load(event(studio, first, show), None, parts.filled)
    parts.mine.click(pick(studio, end_login, show), None, parts.filled)
    parts.people.click(
        pick(studio, change, partial(told, studio)), None, [*parts.filled, parts.password]
    )
    parts.invite.click(
        event(studio, invite, lambda once: [*told(studio, once), "", ""]),
        [parts.email, parts.name, parts.role],
        [*parts.filled, parts.password, parts.email, parts.name],
    )
    parts.who.input(event(studio, look, show_log), parts.who, [parts.log, parts.trail])
    parts.log.click(
        pick(studio, turn, show_log), [parts.trail, parts.who], [parts.log, parts.trail]
    )
    tokens.wire(studio, load, parts.tokens)
    parts.counted.input(event(studio, count, show, "team.kept"), parts.counted, parts.filled)
    parts.keep.click(event(studio, keep, show, done="team.kept"), parts.days, parts.filled)
