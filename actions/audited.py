"""The frame of every act: who may, and one transaction for the change and its audit line.

    with audited(services, actor, "editor") as note:
        services.store.agents.archive(agent_id)
        note("agent archived", agent_id)

Stores that are called inside join the transaction (`Database.write`), so nothing is changed
without its line in the audit log, and nothing is in the log that did not happen. The idea is the
unit of work of "Architecture Patterns with Python" (cosmicpython.com, chapter 6).
"""

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Protocol

from actions.services import Services
from agent.actor import Actor, Role
from agent.errors import Forbidden


class Note(Protocol):
    """Writes the audit line: what was done (a short past tense), to what, and the detail."""

    def __call__(self, action: str, subject: str = "", detail: str = "") -> None:
        """Write it."""


def demand(actor: Actor, role: Role) -> None:
    """Raise Forbidden when *actor* has not *role*."""
    if not actor.may(role):
        raise Forbidden(role)


@contextlib.contextmanager
def audited(services: Services, actor: Actor, role: Role) -> Iterator[Note]:
    """Open the transaction of an act. Raises Forbidden when *actor* has not *role*."""
    demand(actor, role)
    with services.database.write():
        yield partial(services.store.audit.note, actor.name)
