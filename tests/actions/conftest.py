"""The services of one installation on each kind of database, and people of each role."""

from collections.abc import Iterator

import pytest

from actions.queues import SilentWakeUp
from actions.services import Services, open_services
from agent.actor import Actor
from agent.settings import Settings

ANA = Actor("ana@example.com", "editor")
EVA = Actor("eva@example.com", "editor")
VIEWER = Actor("leo@example.com", "viewer")


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    opened = open_services(settings, SilentWakeUp())
    yield opened
    opened.database.close()
