"""The API's people: who may come in, which browsers and tokens are theirs, and what was done."""

from typing import Annotated, Any, Self

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from actions import people as acts
from actions.services import Services
from agent.actor import Role
from bot.access import needs
from bot.bodies import Body, Out
from bot.lists import BY_MOMENT_AND_WORD, BY_NUMBER, List, Listed, Page, newest_first
from bot.schemas import id_of
from store.people.person import bare

PEOPLE = Tag(name="people", description="Who may do what, and what was done")
Json = dict[str, Any]
Email = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[^@\s]+@[^@\s]+$"),
    BeforeValidator(lambda sent: bare(sent) if _is_short(sent) else sent),
]


def _is_short(sent: object) -> bool:
    return isinstance(sent, str) and len(sent) <= 200


class PersonPath(Body):
    """The person's e-mail address in the address."""

    email: Annotated[str, AfterValidator(bare)]


class TokenPath(Body):
    """The token's id in the address: not the token."""

    token_id: Annotated[str, id_of("token")]


class LoginPath(Body):
    """The login's id in the address."""

    login_id: Annotated[str, id_of("login")]


class InviteIn(Body):
    """Somebody new."""

    email: Email
    role: Role
    name: str = Field("", max_length=120)


class PersonChange(Body):
    """What is to change of a person: one thing at a time."""

    role: Role | None = None
    disabled: bool | None = Field(None, description="true: shut out, everywhere and at once")
    runs_notebooks: bool | None = Field(
        None, description="true: may have notebooks, which are code, run on the server"
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.role, self.disabled, self.runs_notebooks].count(None) != 2:
            raise PydanticCustomError("one_of", "Send role, disabled or runs_notebooks")
        return self


class AuditQuery(Page):
    """Which lines are listed."""

    person: str = Field("", max_length=200, description="an e-mail address, or what did it")


class MeOut(Out):
    """Who the token stands for."""

    name: str
    role: Role


class PersonOut(Out):
    """Somebody who may sign in."""

    email: str
    name: str
    role: Role
    language: str
    must_change_password: bool
    created_at: float
    disabled: bool
    runs_notebooks: bool


class PeopleOut(Listed):
    """Everybody, the newest first."""

    people: list[PersonOut]


class StaffOut(Out):
    """Somebody who may answer customers."""

    email: str
    name: str


class StaffsOut(Listed):
    """Those who may answer customers."""

    staff: list[StaffOut]


class OneTimeOut(PersonOut):
    """A person with the password to hand over: it is shown once, and has to be changed."""

    password: str


class TokenOut(Out):
    """A token; nothing here opens anything."""

    id: str
    email: str
    name: str
    role: Role
    created_at: float
    expires_at: float
    last_used_at: float
    lame: str = Field(description="why it opens nothing now: expired, owner_out or password")


class TokensOut(Listed):
    """One's own tokens, for an administrator everybody's."""

    tokens: list[TokenOut]


class LoginOut(Out):
    """A browser that is signed in."""

    id: str
    email: str
    created_at: float
    last_seen_at: float
    address: str
    browser: str


class LoginsOut(Listed):
    """One's own browsers, for an administrator everybody's."""

    logins: list[LoginOut]


class EntryOut(Out):
    """One line of the audit log."""

    id: int
    at: float
    person: str
    action: str
    subject: str
    detail: str


class AuditOut(Listed):
    """What was done, the latest first."""

    audit: list[EntryOut]


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _people(blueprint, services)
    _own(blueprint, services)
    _audit(blueprint, services)


def _people(blueprint: APIBlueprint, services: Services) -> None:
    people = services.store.people

    @blueprint.get("/people", tags=[PEOPLE], responses={200: PeopleOut})
    @needs("admin")
    def list_people(query: Page) -> Response:
        """List everybody who may sign in, or might"""
        found = newest_first(people.list(), _made)
        return List("people", BY_MOMENT_AND_WORD, found, _made, PersonOut.of).answer(query)

    @blueprint.post("/people", tags=[PEOPLE], responses={201: OneTimeOut})
    @needs("admin")
    def invite(body: InviteIn) -> tuple[Json, int]:
        """Add a person

        The answer holds the one-time password to hand over.
        """
        password = acts.invite(services, g.actor, body.email, body.role, body.name)
        return _handed(services, body.email, password), 201

    @blueprint.patch("/people/<email>", tags=[PEOPLE], responses={200: PersonOut})
    @needs("admin")
    def change_person(path: PersonPath, body: PersonChange) -> Json:
        """Change somebody's role, shut them out, let them in again, or let them run notebooks"""
        if body.role is not None:
            acts.change_role(services, g.actor, path.email, body.role)
        if body.disabled is not None:
            (acts.disable if body.disabled else acts.enable)(services, g.actor, path.email)
        if body.runs_notebooks is not None:
            acts.let_run(services, g.actor, path.email, body.runs_notebooks)
        return PersonOut.of(_person(services, path.email))

    @blueprint.post("/people/<email>/password", tags=[PEOPLE], responses={200: OneTimeOut})
    @needs("admin")
    def renew_password(path: PersonPath) -> Json:
        """Give somebody a new one-time password

        Every login of theirs ends.
        """
        return _handed(services, path.email, acts.renew_password(services, g.actor, path.email))


def _own(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.get("/staff", tags=[PEOPLE], responses={200: StaffsOut})
    @needs("viewer")
    def list_staff(query: Page) -> Response:
        """List those who may answer customers, to put them in charge"""
        able = [one for one in services.store.people.list() if one.may("agent")]
        found = newest_first(able, _made)
        return List("staff", BY_MOMENT_AND_WORD, found, _made, StaffOut.of).answer(query)

    @blueprint.get("/me", tags=[PEOPLE], responses={200: MeOut})
    @needs("viewer")
    def read_me() -> Json:
        """See who the token stands for, and what it may do"""
        return MeOut.of(g.actor)

    @blueprint.get("/tokens", tags=[PEOPLE], responses={200: TokensOut})
    @needs("viewer")
    def list_tokens(query: Page) -> Response:
        """List tokens

        One's own; for an administrator everybody's. A token is made in the studio, by a person.
        """
        found = newest_first(services.store.tokens.list(_reach()), _made)
        return List("tokens", BY_MOMENT_AND_WORD, found, _made, TokenOut.of).answer(query)

    @blueprint.delete("/tokens/<token_id>", tags=[PEOPLE], responses={204: None})
    @needs("viewer")
    def revoke_token(path: TokenPath) -> tuple[str, int]:
        """End a token of one's own, or as an administrator anybody's"""
        acts.revoke_token(services, g.actor, path.token_id)
        return "", 204

    @blueprint.get("/logins", tags=[PEOPLE], responses={200: LoginsOut})
    @needs("viewer")
    def list_logins(query: Page) -> Response:
        """List the browsers that are signed in"""
        found = newest_first(services.store.people.logins(_reach()), _made)
        return List("logins", BY_MOMENT_AND_WORD, found, _made, LoginOut.of).answer(query)

    @blueprint.delete("/logins/<login_id>", tags=[PEOPLE], responses={204: None})
    @needs("viewer")
    def end_login(path: LoginPath) -> tuple[str, int]:
        """Sign a browser out: one's own, or as an administrator anybody's"""
        acts.end_login(services, g.actor, path.login_id)
        return "", 204


def _audit(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.get("/audit", tags=[PEOPLE], responses={200: AuditOut})
    @needs("admin")
    def list_audit(query: AuditQuery) -> Response:
        """Read who did what"""

        def fetch(before: int | None, limit: int) -> Any:
            return services.store.audit.page(before or 0, limit, query.person)

        rows = List("audit", BY_NUMBER, fetch, lambda one: one.id, EntryOut.of)
        return rows.answer(query)


def _reach() -> str:
    """Whose logins and tokens the caller sees; empty: everybody's."""
    return "" if g.actor.may("admin") else g.actor.name


def _made(row: Any) -> tuple[float, str]:
    return row.created_at, row.id


def _person(services: Services, email: str) -> Any:
    return next(one for one in services.store.people.list() if one.email == email)


def _handed(services: Services, email: str, password: str) -> Json:
    return OneTimeOut.of({**vars(_person(services, email)), "password": password})
