"""The whole stack, started as its operator starts it, beside stand-ins that do nothing wrong."""

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.driver import Driver
from tests.chaos.evidence import Evidence, gather
from tests.chaos.installation import accounts, install
from tests.chaos.letters import Letterbox
from tests.chaos.pace import LONGEST_LAG
from tests.chaos.plan import CHANNELS
from tests.chaos.servers import Server, stand_ins
from tests.stack.running import Running
from tests.waiting import free_ports, until

START_SECONDS = 300.0  # on a machine that is busy with other things


@dataclass
class FullStack:
    """`python -m jobs.stack` with an agent on three channels. Ends with `close`."""

    folder: Path
    more: dict[str, str] = field(default_factory=dict)  # settings beside the accounts
    seed: int = 0

    def __post_init__(self) -> None:
        names = ("model", *CHANNELS)
        self._ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.providers = {name: f"http://127.0.0.1:{self._ports[name]}" for name in CHANNELS}
        self.model = f"http://127.0.0.1:{self._ports['model']}"
        self._servers: dict[str, Server] = {}
        data = self.folder / "data"
        data.mkdir(parents=True)
        given = {
            **accounts(self.providers),
            "OPENAI_API_KEY": "sk-stack-0000000000",
            "OPENAI_BASE_URL": f"{self.model}/v1",
            "ENVIRONMENT": "development",
            **self.more,
        }
        self.running = Running(data, self.providers["twilio"], given)

    def open(self) -> None:
        """Start everything and wait until the bot answers."""
        self._servers = stand_ins(
            self._ports, self.running.bot, self.seed, LONGEST_LAG, self.folder, calm=True
        )
        for server in self._servers.values():
            server.start()
        with contextlib.suppress(AssertionError):  # it waits for a minute
            self.running.start()
        until(lambda: self.running.get("/healthz") == 200, START_SECONDS, "the bot's start")
        os.environ.update(self.running.environment())
        install()

    def close(self) -> None:
        """End everything."""
        if self.running.process:
            self.running.stop()
        for server in self._servers.values():
            server.stop()

    def driver(self) -> Driver:
        """Return customers of this stack."""
        return Driver(Letterbox(self.running.bot, self.providers["chatwoot"]))

    def evidence(self, driver: Driver) -> Evidence:
        """Return what was seen from outside. Raises httpx's HTTPError."""
        return gather(driver, self.providers)
