"""Fixtures of every test that meets Chatwoot: the stand-in over the test's own `account`."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.standins.chatwoot import Wishes, chatwoot_standin, serve_chatwoot
from tests.standins.chatwoot_account import Account


@pytest.fixture
def standin(account: Account) -> Flask:
    """The app."""
    return chatwoot_standin(account)


@pytest.fixture
def wishes(standin: Flask) -> Wishes:
    """How it is to behave, and what was asked of it."""
    found: Wishes = standin.extensions["chatwoot"]
    return found


@pytest.fixture
def address(standin: Flask) -> Iterator[str]:
    """Where it is served."""
    with serve_chatwoot(standin) as url:
        yield url
