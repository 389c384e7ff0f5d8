"""Who may do what. Every handler is a public HTTP endpoint, so each checks its caller itself."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from agent.actor import Role
from agent.text import storable
from store.people.people import Person
from studio.errors import NotAllowed
from studio.state import Studio

P = ParamSpec("P")
R = TypeVar("R")


class Caller(Protocol):
    """Whoever called a handler (`gradio.Request` is one); `username` is an e-mail or nothing."""

    @property
    def username(self) -> str | None:
        """Who the session says it is."""


def allow(
    role: Role,
) -> Callable[
    [Callable[Concatenate[Studio, Person, P], R]], Callable[Concatenate[Studio, Caller, P], R]
]:
    """Let a handler run only for callers with *role* or a higher one, as the database has it now.

    The handler is written with the Person it runs for; callers hand in their request. What people
    typed comes to it as it can be stored.
    """

    def decorate(
        handler: Callable[Concatenate[Studio, Person, P], R],
    ) -> Callable[Concatenate[Studio, Caller, P], R]:
        @functools.wraps(handler)
        def guarded(studio: Studio, caller: Caller, /, *args: P.args, **kwargs: P.kwargs) -> R:
            person = studio.services.store.people.find(caller.username or "")
            if person is None or person.must_change_password or not person.may(role):
                raise NotAllowed("error.not_allowed", role=studio.say(f"role.{role}"))
            return handler(studio, person, *storable(args), **storable(kwargs))

        needs: Any = guarded
        needs.role = role
        return guarded

    return decorate
