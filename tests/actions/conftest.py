"""The services of one installation on each kind of database, and people of each role."""

import contextlib
from collections.abc import Iterator

import pytest

from actions.services import Services, open_services
from agent.actor import Actor
from agent.settings import Settings

ANA = Actor("ana@example.com", "editor")
EVA = Actor("eva@example.com", "editor")
ROOT = Actor("root@example.com", "admin")
VIEWER = Actor("leo@example.com", "viewer")


FullLog = contextlib.AbstractContextManager[None]


class RememberingWakeUp:
    """Tells nobody, and remembers what it was told."""

    def __init__(self) -> None:
        self.notified: list[tuple[str, str | int]] = []

    def notify(self, job: str, subject: str | int) -> bool:
        """Remember."""
        self.notified.append((job, subject))
        return True


def lines(services: Services) -> list[tuple[str, str]]:
    """Who did what, by the audit log."""
    return [(one.person, one.action) for one in reversed(services.store.audit.page())]


@contextlib.contextmanager
def refusing_lines(services: Services) -> Iterator[None]:
    """The audit log takes nothing."""

    def full(*_: object, **__: object) -> None:
        raise OSError("no room for the log")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(services.store.audit, "note", full)
        yield


@pytest.fixture
def wake_up() -> RememberingWakeUp:
    return RememberingWakeUp()


@pytest.fixture
def services(settings: Settings, wake_up: RememberingWakeUp) -> Iterator[Services]:
    opened = open_services(settings, wake_up)
    yield opened
    opened.database.close()


@pytest.fixture
def full_log(services: Services) -> FullLog:
    """A while in which no line can be written into the audit log."""
    return refusing_lines(services)
