"""The bot as it runs, behind a real nginx on the same machine whose `proxy_pass` is bare.

Such a proxy connects from loopback and leaves no mark. The only thing that opens the API through
it is what opens it directly: a token.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

from agent.own_token import own_token
from agent.settings import Settings
from tests.programs import needed
from tests.waiting import free_ports, until

ROOT = Path(__file__).parents[2]
FIVE = {"name": "Sofía", "brand": "Kavak"}
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True)
class Street:
    """The bot's own address, and the proxy's."""

    bot: str
    proxy: str
    token: str

    def ask(self, method: str, url: str, **headers: str) -> int:
        """Ask, and return the status."""
        return urllib3.request(
            method, url, json=FIVE, headers=headers, timeout=30, retries=False
        ).status


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Street]:
    nginx, folder = needed("nginx"), tmp_path_factory.mktemp("street")
    data, (bot, proxy) = folder / "data", free_ports(2)
    data.mkdir()
    shutil.copy(sqlite_template, data / "studio.db")
    (folder / "nginx.conf").write_text(configuration(folder, proxy, bot))
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "BOT_PORT": str(bot)}
    with (
        running([sys.executable, "-m", "bot"], environment),
        running([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"], {}),
    ):
        there = f"http://127.0.0.1:{proxy}"
        until(lambda: healthy(there), 60, "the bot behind nginx")
        settings = Settings(_env_file=None, data_dir=data)
        yield Street(f"http://127.0.0.1:{bot}", there, own_token(settings))


def configuration(folder: Path, proxy: int, bot: int) -> str:
    places = "\n".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    user = "user root;" if os.geteuid() == 0 else ""
    return f"""
        daemon off; {user} pid {folder}/pid; events {{}}
        http {{
            access_log off; {places}
            server {{
                listen 127.0.0.1:{proxy};
                location / {{ proxy_pass http://127.0.0.1:{bot}; }}
            }}
        }}
    """


class running:  # noqa: N801  # reads as a phrase
    """A program, for the length of a `with` block."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment)

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(30)


def healthy(url: str) -> bool:
    try:
        return urllib3.request("GET", f"{url}/healthz", timeout=5, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


DISGUISES: dict[str, dict[str, str]] = {
    "bare": {},
    "as loopback": {"X-Forwarded-For": "127.0.0.1", "X-Real-Ip": "127.0.0.1"},
    "as localhost": {"Host": "localhost"},
    "as a page of ours": {"Origin": "http://127.0.0.1:3000"},
    "with an empty token": {"Authorization": "Bearer "},
    "with another token": {"Authorization": "Bearer as_" + "A" * 43},
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=list(DISGUISES))
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/agents"),
        ("GET", "/agents"),
        ("POST", "/agents/a1/release"),
        ("POST", "/chat"),
        ("DELETE", "/agents/a1"),
        ("GET", "/metrics"),
    ],
)
def test_without_a_token_it_is_shut_both_ways(
    street: Street, method: str, path: str, disguise: dict[str, str]
) -> None:
    for door in (street.bot, street.proxy):
        assert street.ask(method, door + path, **disguise) == 401


def test_with_a_token_it_opens_both_ways(street: Street) -> None:
    shown = {"Authorization": f"Bearer {street.token}"}
    for door in (street.bot, street.proxy):
        assert street.ask("POST", f"{door}/agents", **shown) == 201
        assert street.ask("GET", f"{door}/metrics", **shown) == 200


def test_what_monitors_and_readers_ask_for_stays_open(street: Street) -> None:
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json"):
        assert street.ask("GET", street.proxy + path) == 200
