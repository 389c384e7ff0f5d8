"""The house of a run: every process of the product, each started again after its death."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.chaos.installation import accounts, install
from tests.chaos.marks import VARIABLE
from tests.chaos.mutants import Mutant
from tests.chaos.plan import CHANNELS
from tests.chaos.servers import Postgres, Server, stand_ins, valkey
from tests.waiting import free_ports, until

ROOT = Path(__file__).parent.parent.parent
WORKERS = 4
PAUSE_SECONDS = 0.2  # before a part is born again
ABSENCES = {"database": 0.5}  # seconds a store stays away after a kill


@dataclass
class House:
    """Starts, kills and restarts. Everything it starts dies with it."""

    folder: Path
    database: str  # sqlite | postgresql
    seed: int
    lag: float
    mutant: Mutant | None = None
    servers: dict[str, Server] = field(default_factory=dict)
    alive: dict[str, int] = field(default_factory=dict)  # part -> process id
    paused: set[str] = field(default_factory=set)
    deaths: list[tuple[float, str, int]] = field(default_factory=list)  # that nobody ordered
    _template: subprocess.Popen[str] | None = None
    _doomed: set[int] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _closing: bool = False
    _postgres: Postgres | None = None

    def __post_init__(self) -> None:
        names = ("bot", "valkey", "model", "database", *CHANNELS)
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.bot = f"http://127.0.0.1:{self.ports['bot']}"
        self.providers = {name: f"http://127.0.0.1:{self.ports[name]}" for name in CHANNELS}
        self.marks = self.folder / "marks.jsonl"

    # --- start and end

    def open(self) -> None:
        """Start everything and wait until the bot answers."""
        os.environ.update(self._environment())
        self.servers["valkey"] = valkey(self.ports["valkey"], self.folder)
        if self._postgres:
            self.servers["database"] = self._postgres.make()
        self.servers |= stand_ins(self.ports, self.bot, self.seed, self.lag, self.folder)
        for server in self.servers.values():
            server.start()
        install()
        self._start_template()
        for name in self.names():
            self._order(name)
        until(self._answers, what="the bot's start")
        until(lambda: len(self.alive) == len(self.names()), what="the start of every part")

    def names(self) -> list[str]:
        """Every part that a kill may hit."""
        left_out = self.mutant.without if self.mutant else ()
        names = ["bot", "sweeper", "chores", *(f"worker{n}" for n in range(WORKERS))]
        return [name for name in names if name not in left_out]

    def close(self) -> None:
        """End everything."""
        self._closing = True
        if self._template:
            self._template.kill()
            self._template.wait()
        for server in self.servers.values():
            server.stop()
        if self._postgres:
            self._postgres.remove()

    def _environment(self) -> dict[str, str]:
        url = ""
        if self.database == "postgresql":
            self._postgres = Postgres(self.ports["database"], self.folder / "database.log")
            url = self._postgres.url
        return {
            VARIABLE: str(self.marks),
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": url,
            "REDIS_URL": f"redis://127.0.0.1:{self.ports['valkey']}/0",
            "CHROMA_URL": "http://127.0.0.1:1",
            "BOT_PORT": str(self.ports["bot"]),
            "PUBLIC_BASE_URL": self.bot,
            **accounts(self.providers),
            "OPENAI_API_KEY": "sk-chaos-0000000000",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{self.ports['model']}/v1",
            "ENVIRONMENT": "development",
            "TURN_SLOTS": "32",
            "LOG_LEVEL": "INFO",
            "MESSAGES_A_MINUTE": "0",
            "TURNS_A_DAY": "100000",
        }

    def _answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.bot}/healthz", timeout=2, trust_env=False).status_code == 200
        return False

    # --- the template's children

    def _start_template(self) -> None:
        self._template = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.template", str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=ROOT,
        )
        assert self._template.stdout
        if '"ready"' not in self._template.stdout.readline():
            raise RuntimeError("the template did not start")
        threading.Thread(target=self._listen, daemon=True, name="template").start()

    def _order(self, name: str) -> None:
        mutant = self.mutant.name if self.mutant else ""
        order = {"part": name.rstrip("0123456789"), "name": name, "mutant": mutant}
        with self._changed:
            assert self._template
            assert self._template.stdin
            print(json.dumps(order), file=self._template.stdin, flush=True)

    def _listen(self) -> None:
        assert self._template
        assert self._template.stdout
        for line in self._template.stdout:
            news = json.loads(line)
            if "born" in news:
                with self._changed:
                    self.alive[news["name"]] = news["born"]
            elif "dead" in news:
                self._bury(news["dead"], news["status"])

    def _bury(self, pid: int, status: int) -> None:
        with self._changed:
            name = next(name for name, one in self.alive.items() if one == pid)
            del self.alive[name]
            self.paused.discard(name)
            if pid not in self._doomed and not self._closing:
                self.deaths.append((time.time(), name, status))
        if not self._closing:
            threading.Timer(PAUSE_SECONDS, self._order, [name]).start()

    # --- harm

    def kill(self, name: str) -> int | None:
        """Kill -9 a part or a store; return the process id, None when it is not there just now."""
        if name in self.servers:
            pid = self.servers[name].kill()
            time.sleep(ABSENCES.get(name, 0.1))
            self.servers[name].start()
            return pid
        return self._signal(name, signal.SIGKILL)

    def pause(self, name: str, seconds: float, patience: Callable[[float], object]) -> int | None:
        """Stop a part for a while, as a frozen machine is, and let it go on."""
        self.paused.add(name)
        pid = self._signal(name, signal.SIGSTOP)
        if pid is not None:
            patience(seconds)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.paused.discard(name)
        return pid

    def _signal(self, name: str, number: signal.Signals) -> int | None:
        with self._changed:
            pid = self.alive.get(name)
            if pid is None or pid in self._doomed:
                return None
            if number == signal.SIGKILL:
                self._doomed.add(pid)
            os.kill(pid, number)
        return pid
