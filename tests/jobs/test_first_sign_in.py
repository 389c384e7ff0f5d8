"""What `make run` and the containers' installation say about the first sign-in."""

import pytest

from agent.settings import Settings
from jobs.stack import sign_in_lines
from store.db.database import Database
from store.people.people import People
from tests.fakes import Clock

HOUR = 3600.0


@pytest.fixture
def people(database: Database, clock: Clock) -> People:
    return People(database, clock)


def test_the_first_password_is_shown_with_the_time_it_works(
    people: People, settings: Settings
) -> None:
    password = people.first_run(settings)
    said = "\n".join(sign_in_lines(settings, password, people))
    assert f"{password}   (shown once, for 72 hours;" in said
    assert settings.admin_email in said


def test_a_first_password_that_nobody_used_in_time_is_called_expired(
    people: People, settings: Settings, clock: Clock
) -> None:
    people.first_run(settings)
    assert "expired" not in "\n".join(sign_in_lines(settings, None, people))
    clock.pass_seconds(72 * HOUR)
    said = "\n".join(sign_in_lines(settings, None, people))
    assert "has expired" in said
    assert f"reset-password {settings.admin_email}" in said
    people.reset_password(settings.admin_email)
    assert "expired" not in "\n".join(sign_in_lines(settings, None, people))
