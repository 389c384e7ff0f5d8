"""Who may use the API: whoever shows a token, from wherever the request comes.

Where it comes from says nothing: a proxy on this machine connects from loopback, a bare
`proxy_pass` leaves no mark, and whoever writes a header may write any. Three things open it:
`API_KEYS` or, without any, the installation's own token (`agent.own_token`), both for everything;
and the tokens of people, for what their owner may do, at most.

Guesses are counted by address. The right token still opens from an address that has guessed too
often (behind a proxy everybody has the same one), unless it is a key so short that guessing could
find it.
"""

import logging
import math
import time
from collections.abc import Callable
from typing import TypeVar

from flask import Request, Response, g

from actions.services import Services
from agent.actor import Actor, Role
from agent.errors import Forbidden
from agent.own_token import own_token
from bot.failures import problem
from serving.bearer import bearer, is_one_of
from serving.pace import Pace
from store.people.tokens import Token

log = logging.getLogger(__name__)

KEY_HOLDER = Actor("api key", "admin")
THIS_MACHINE = Actor("installation token", "admin")
GUESSES_A_MINUTE = 20  # of one address
CAN_BE_GUESSED = 20  # characters; a shorter key waits like every guess
SHOW_ONE = (
    "Send Authorization: Bearer and a token. `make token` prints this machine's; the studio makes"
    " yours, under Team."
)
LAME = {
    "expired": "This token has expired. Make another one in the studio, under Team.",
    "owner_out": "The owner of this token has been shut out. An administrator can let them in.",
    "password": "Sign in to the studio and choose a password of your own: then this token works.",
}
View = TypeVar("View", bound=Callable[..., object])


def needs(role: Role) -> Callable[[View], View]:
    """Mark a route as open to *role* and those above it; an unmarked one is for admins."""

    def mark(view: View) -> View:
        view.role = role  # type: ignore[attr-defined]
        return view

    return mark


def role_of(view: object) -> Role:
    """Return the role that a route needs."""
    role: Role = getattr(view, "role", "admin")
    return role


class Access:
    """Finds out who calls."""

    def __init__(self, services: Services, clock: Callable[[], float] = time.monotonic) -> None:
        settings = services.settings
        self._keys = settings.keys
        self._own = () if self._keys else (own_token(settings),)
        self._tokens = services.store.tokens
        self._guesses = Pace(GUESSES_A_MINUTE, clock)
        self._pace = Pace(settings.api_requests_a_minute, clock)
        if any(map(_short, self._keys)):
            log.warning("a key of API_KEYS can be guessed: use %s characters", CAN_BE_GUESSED)

    def refuse(self, request: Request, role: Role) -> Response | None:
        """Note the caller as `g.actor`, or return the answer to one who may not do this."""
        found = self._caller(request)
        if isinstance(found, Response):
            return found
        if not found.may(role):
            return problem(403, f"{Forbidden(role)} This token has the role {found.role}.")
        g.actor = found
        return None

    def _caller(self, request: Request) -> Actor | Response:
        given, address = bearer(request), request.remote_addr or ""
        if not given:
            return problem(401, SHOW_ONE, WWW_Authenticate="Bearer")
        if is_one_of(given, self._own):
            return THIS_MACHINE
        slow = self._guesses.is_out(address)
        if is_one_of(given, (key for key in self._keys if not slow or not _short(key))):
            return KEY_HOLDER
        token = self._tokens.find(given)
        return self._of_person(token) if token else self._wrong(address)

    def _of_person(self, token: Token) -> Actor | Response:
        if token.lame:
            return problem(401, LAME[token.lame], WWW_Authenticate="Bearer")
        wait = self._pace.take(token.id)
        return _too_many("This token asks too often.", wait) if wait else token.actor

    def _wrong(self, address: str) -> Response:
        wait = self._guesses.take(address)
        if wait:
            return _too_many("Too many wrong tokens from this address.", wait)
        return problem(401, "This token opens nothing here. " + SHOW_ONE, WWW_Authenticate="Bearer")


def _short(key: str) -> bool:
    return len(key) < CAN_BE_GUESSED


def _too_many(why: str, wait: float) -> Response:
    seconds = math.ceil(wait)
    return problem(429, f"{why} Wait {seconds} s and try again.", Retry_After=str(seconds))
