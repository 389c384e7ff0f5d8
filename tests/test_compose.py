"""`docker-compose.yml`: what it runs also runs outside a container, and only two doors are open.

Where the `docker compose` command exists, it reads the file too; the test's output says which
version did, or that none did.
"""

import contextlib
import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from redis import Redis
from redis.exceptions import AuthenticationError

from agent.addresses import Proxies
from agent.settings import Settings
from jobs import alive, stack, stores
from jobs.chores import ChoreWorker
from tests.test_rooms import arrows_meant
from tests.waiting import free_ports, until

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
PARTS = ("bot", "studio", "turns", "chores", "notebooks", "sweeper")


@pytest.fixture
def stack_commands(tmp_path: Path) -> dict[str, list[str]]:
    """The command lines of `make run`, as words."""
    settings = Settings(_env_file=None, data_dir=tmp_path)
    return {name: shlex.split(line) for name, line in stack.commands(settings).items()}


def test_every_service_is_here() -> None:
    assert set(SERVICES) == {"postgres", "valkey", "chroma", "migrate", "jina", *PARTS}
    assert [name for name, one in SERVICES.items() if "profiles" in one] == ["jina"]


def test_the_image_holds_every_room_that_it_runs() -> None:
    rooms = {SERVICES[name]["command"][2].split(".")[0] for name in PARTS}
    for _ in arrows_meant():
        rooms |= {below for room in rooms for below in arrows_meant()[room]}
    rooms.add("notebooks")  # those that ship, and the client that they import
    copied = re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    sent = re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert (set(copied), set(sent)) == (rooms, rooms)


def test_only_the_bot_and_the_studio_are_published() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"bot", "studio"}


def test_any_service_can_be_scaled() -> None:
    assert [name for name, service in SERVICES.items() if "container_name" in service] == []
    assert "ports" not in SERVICES["turns"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_a_service_is_checked(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", PARTS)
def test_a_part_waits_for_the_schema_and_the_stores(name: str) -> None:
    waits = {on: how["condition"] for on, how in SERVICES[name]["depends_on"].items()}
    assert waits == {
        "migrate": "service_completed_successfully",
        "valkey": "service_healthy",
        "chroma": "service_healthy",
    }


@pytest.mark.parametrize("name", PARTS)
def test_a_part_runs_the_command_of_the_stack(
    name: str, stack_commands: dict[str, list[str]]
) -> None:
    assert SERVICES[name]["command"] == ["python", *stack_commands[name][1:]]


def test_chroma_runs_the_command_of_the_stack(stack_commands: dict[str, list[str]]) -> None:
    there, here = SERVICES["chroma"]["command"], stack_commands["chroma"]
    assert (there[0], there[1]) == (Path(here[0]).name, here[1])
    assert there[2::2] == here[2::2]  # the same options, other values


@pytest.mark.parametrize("name", [name for name in OURS if name != "chroma"])
def test_a_command_names_a_module_that_can_be_run(name: str) -> None:
    python, flag, module = SERVICES[name]["command"]
    path = ROOT / module.replace(".", "/")
    path = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
    assert (python, flag) == ("python", "-m")
    assert 'if __name__ == "__main__":' in path.read_text(encoding="utf-8")


def test_every_image_of_others_is_pinned_by_a_version() -> None:
    images = [service["image"] for service in SERVICES.values() if "build" not in service]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert [image for image in images if not re.search(r":\d+\.\d+", image)] == []


@pytest.mark.parametrize("name", OURS)
def test_a_part_may_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["init"]


def test_the_image_is_built_from_pinned_wheels_and_runs_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes" in text
    assert "--only-binary :all:" in text
    assert re.findall(r"^USER (\w+)", text, re.MULTILINE) == ["studio"]


def test_every_address_a_part_is_told_is_a_setting_and_a_service() -> None:
    told = SERVICES["turns"]["environment"]
    assert {name.lower() for name in told} - {"pgpassword"} <= set(Settings.model_fields)
    hosts = {
        re.sub(r"^\w+://([^@]*@)?(\w+).*", r"\2", told[name])
        for name in ("DATABASE_URL", "REDIS_URL", "CHROMA_URL")
    }
    assert hosts <= set(SERVICES)


@pytest.mark.parametrize(
    ("peer", "seen"),
    [
        ("172.30.235.1", "203.0.113.9"),  # the proxy on this machine
        ("172.30.235.7", "172.30.235.7"),  # another container
        ("172.18.0.1", "172.18.0.1"),
        ("10.0.0.1", "10.0.0.1"),
        ("192.168.0.1", "192.168.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("198.51.100.7", "198.51.100.7"),
    ],
)
def test_the_studio_believes_the_proxy_in_front_of_it_and_nobody_else(peer: str, seen: str) -> None:
    named = SERVICES["studio"]["environment"]["TRUSTED_PROXIES"]
    default = re.fullmatch(r"\$\{TRUSTED_PROXIES:-(.*)\}", named)
    assert default is not None
    told = ["192.0.2.1, 203.0.113.9"]  # the first one is the caller's word
    assert Proxies.from_text(default.group(1)).seen(peer, "http", told).address == seen


def test_the_proxy_on_this_machine_is_the_gateway_of_the_network() -> None:
    [network] = COMPOSE["networks"]["default"]["ipam"]["config"]
    named = SERVICES["studio"]["environment"]["TRUSTED_PROXIES"]
    assert named == f"${{TRUSTED_PROXIES:-{network['gateway']}}}"


def test_no_server_believes_forwarded_headers_by_itself() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert "FORWARDED_ALLOW_IPS" not in text
    assert "--forwarded-allow-ips" not in text


def test_no_secret_is_written_in_the_file() -> None:
    named = r"^\s*[A-Z_]*(?:PASSWORD|TOKEN|SECRET|KEY)[A-Z_]*: *(\S+)"
    secrets = re.findall(named, FILE.read_text(), re.MULTILINE)
    assert set(secrets) <= {"${POSTGRES_PASSWORD:-}"}


def test_valkey_asks_for_a_password_that_its_command_line_does_not_show(tmp_path: Path) -> None:
    valkey = SERVICES["valkey"]
    [mounted] = valkey["configs"]
    assert mounted["target"] in valkey["command"]
    assert not any("PASSWORD" in word or "requirepass" in word for word in valkey["command"])
    written = COMPOSE["configs"][mounted["source"]]["content"]
    assert SERVICES["turns"]["environment"]["REDIS_URL"].startswith(
        "redis://:${VALKEY_PASSWORD:-}@"
    )
    assert valkey["environment"]["REDISCLI_AUTH"] == "${VALKEY_PASSWORD:-}"
    config = tmp_path / "valkey.conf"
    config.write_text(written.replace("${VALKEY_PASSWORD:-}", ""))
    refused = subprocess.run([stores._valkey(), str(config)], capture_output=True, check=False)
    assert refused.returncode == 1  # nobody forgets to set one
    config.write_text(written.replace("${VALKEY_PASSWORD:-}", "abc123"))
    with running_valkey(config) as port:
        with Redis(port=port) as stranger, pytest.raises(AuthenticationError):
            stranger.ping()
        with Redis(port=port, password="abc123") as ours:
            assert ours.ping()


@contextlib.contextmanager
def running_valkey(config: Path) -> Iterator[int]:
    """A Valkey of that configuration; yields its port."""
    [port] = free_ports(1)
    command = [stores._valkey(), str(config), "--bind", "127.0.0.1", "--port", str(port)]
    started = subprocess.Popen([*command, "--dir", str(config.parent)], stdout=subprocess.DEVNULL)
    try:
        until(lambda: listens(port), what="Valkey's start")
        yield port
    finally:
        started.kill()
        started.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_docker_compose_reads_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in (FILE, ROOT / "Dockerfile"):
        shutil.copy(file, tmp_path)
    shutil.copy(ROOT / ".env.sample", tmp_path / ".env")
    version = compose("version", "--short", folder=tmp_path)
    with capsys.disabled():
        print(f"\n[docker compose: {version.stdout.strip() if version else 'not on this machine'}]")
    if version:
        done = compose("config", "-q", folder=tmp_path)
        assert done is not None, "docker compose refuses the file"
    assert set(COMPOSE["configs"]) == {"valkey"}
    assert set(COMPOSE["volumes"]) == {"postgres", "valkey", "chroma", "data", "jina-models"}


def compose(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str] | None":
    """What `docker compose` does, or None when it cannot."""
    docker = shutil.which("docker")
    if docker is None:
        return None
    done = subprocess.run(
        [docker, "compose", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return done if done.returncode == 0 else None


# --- the workers' own check


def test_a_host_without_a_worker_is_not_well(valkey_url: str) -> None:
    with Redis.from_url(valkey_url) as redis:
        assert "No worker" in alive.worker(redis, "nowhere")


def test_a_worker_that_beats_is_well_and_one_that_hangs_is_not(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Redis.from_url(valkey_url) as redis:
        worker = ChoreWorker(redis)
        worker.register_birth()
        assert alive.worker(redis, socket.gethostname()) == ""
        monkeypatch.setattr(alive, "SILENT_SECONDS", -1.0)
        assert "silent" in alive.worker(redis, socket.gethostname())
        worker.register_death()


def test_the_check_answers_by_its_exit_status(
    valkey_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", valkey_url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert alive.main(["stores"]) == 0
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    assert alive.main(["stores"]) == 1
    assert alive.main(["worker"]) == 1
