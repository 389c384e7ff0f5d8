"""The stores that `make run` starts are for this installation alone."""

import contextlib
import logging
import shlex
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from redis import Redis
from redis.exceptions import AuthenticationError

from actions.services import open_services
from agent.log import redact
from agent.settings import Settings
from jobs import stores
from tests.waiting import free_ports, until


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    valkey, chroma = free_ports(2)
    return Settings(_env_file=None, data_dir=tmp_path, valkey_port=valkey, chroma_port=chroma)


@contextlib.contextmanager
def started(home: Settings, name: str, address: tuple[str, int]) -> Iterator[None]:
    """Start one store as the stack does, and wait until it listens."""
    stores.prepare(home)
    command = shlex.split(stores.commands(home)[name])
    here = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: listens(address), what=f"{name}'s start")
        yield
    finally:
        here.kill()
        here.wait()


def listens(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(address) == 0


def test_valkey_answers_only_who_has_the_password(home: Settings) -> None:
    with started(home, "valkey", ("127.0.0.1", home.valkey_port)):
        with Redis(port=home.valkey_port) as stranger, pytest.raises(AuthenticationError):
            stranger.ping()
        services = open_services(home)
        assert services.redis.ping()
        services.redis.close()
        services.database.close()


def test_the_password_is_made_once_and_only_its_owner_reads_it(home: Settings) -> None:
    stores.prepare(home)
    first = home.redis_in_force
    stores.prepare(home)
    assert home.redis_in_force == first
    password = (home.data_dir / "valkey-password").read_text().strip()
    assert len(password) == 64
    holding = [path for path in home.data_dir.rglob("*") if path.is_file()]
    secret = [path for path in holding if password in path.read_text()]
    assert len(secret) == 2  # ours, and Valkey's own
    assert {path.stat().st_mode & 0o777 for path in secret} == {0o600}


def test_the_password_is_in_no_command_line_and_no_log(
    home: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    stores.prepare(home)
    password = (home.data_dir / "valkey-password").read_text().strip()
    assert password not in " ".join(stores.commands(home).values())
    with caplog.at_level(logging.DEBUG):
        services = open_services(home)
        assert services.wake_up.notify("jobs.turn.take", 1) is False
        services.database.close()
    assert password not in caplog.text
    assert password not in redact(f"cannot connect to {home.redis_in_force}")


def test_a_redis_of_ones_own_is_asked_as_its_address_says(home: Settings) -> None:
    stores.prepare(home)
    elsewhere = home.model_copy(update={"redis_url": "redis://elsewhere:6379/0"})
    assert elsewhere.redis_in_force == "redis://elsewhere:6379/0"
    assert "valkey" not in stores.commands(elsewhere)


def test_chroma_has_an_address_that_no_page_can_guess(home: Settings) -> None:
    with started(home, "chroma", _address(home)):
        answer = urllib3.request("GET", f"{home.chroma_in_force}/api/v2/heartbeat")
        assert answer.status == 200
        assert "access-control-allow-origin" not in answer.headers
        if home.chroma_host != "127.0.0.1":
            assert not listens(("127.0.0.1", home.chroma_port))


def _address(home: Settings) -> tuple[str, int]:
    stores.prepare(home)
    return home.chroma_host, home.chroma_port


def test_where_a_machine_has_many_addresses_each_installation_has_its_own(tmp_path: Path) -> None:
    if not stores._is_ours("127.83.7.9"):
        pytest.fail("this machine has no 127.0.0.0/8 (macOS): Chroma stays on 127.0.0.1")
    homes = [Settings(_env_file=None, data_dir=tmp_path / str(number)) for number in range(20)]
    for home in homes:
        stores.prepare(home)
    chosen = {home.chroma_host for home in homes}
    assert len(chosen) == 20
    assert all(host.startswith("127.") for host in chosen)


def test_an_address_that_came_from_another_machine_is_chosen_anew(home: Settings) -> None:
    (home.data_dir / "chroma-address").write_text("192.0.2.1\n")
    stores.prepare(home)
    assert home.chroma_host.startswith("127.")
