"""A stack that runs, the customers who write to it, and what the provider saw."""

import contextlib
import os
import signal
import subprocess
import sys
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

import urllib3
from redis import Redis
from twilio.request_validator import RequestValidator

from agent.own_token import own_token
from agent.settings import VALKEY_PASSWORD, Settings
from tests.waiting import free_ports, until

ROOT = Path(__file__).parent.parent.parent
SID, TOKEN, OURS = "AC" + "1" * 32, "2" * 32, "whatsapp:+14155238886"
PARTS = {
    "bot": "-m bot",
    "studio": "-m studio",
    "turns": "-m jobs.conversations",
    "chores": "-m jobs.chores",
    "notebooks": "-m jobs.notebook_worker",
    "sweeper": "-m jobs.sweep",
    "valkey": "valkey-server",
    "chroma": "chroma run",
}


@dataclass
class Running:
    """One stack, started as its operator would."""

    data_dir: Path
    provider: str  # the address of the Twilio stand-in
    more: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    ports: list[int] = field(default_factory=lambda: free_ports(5))

    @property
    def bot(self) -> str:
        """The bot's address."""
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def key(self) -> dict[str, str]:
        """The header that opens the API to whoever is at home."""
        settings = Settings(_env_file=None, data_dir=self.data_dir)
        return {"Authorization": f"Bearer {own_token(settings)}"}

    @property
    def log(self) -> str:
        """What the stack has printed."""
        return (self.data_dir.parent / "stack.log").read_text()

    def environment(self) -> dict[str, str]:
        """What the operator sets."""
        names = ("BOT_PORT", "STUDIO_PORT", "SIMULATOR_PORT", "VALKEY_PORT", "CHROMA_PORT")
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "DATA_DIR": str(self.data_dir),
            **{name: str(port) for name, port in zip(names, self.ports, strict=True)},
            "TWILIO_ACCOUNT_SID": SID,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_BASE_URL": self.provider,
            "PUBLIC_BASE_URL": self.bot,
            **self.more,
        }

    def start(self) -> None:
        """Start it and wait until its bot answers and its knowledge is read."""
        with (self.data_dir.parent / "stack.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jobs.stack"],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )
        until(lambda: self.get("/healthz") == 200, 180, "the bot's start")

    def stop(self) -> int:
        """Press Ctrl-C and wait for the end."""
        assert self.process
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(90)

    def get(self, path: str) -> int:
        """The status of a GET, 0 while nobody answers."""
        try:
            return urllib3.request("GET", self.bot + path, timeout=5, retries=False).status
        except urllib3.exceptions.HTTPError:
            return 0

    def pids(self) -> dict[str, int]:
        """The process of each part that runs now; a chore that was forked is not the worker."""
        assert self.process
        lines = {pid: _command(pid) for pid in descendants(self.process.pid)}
        return {
            part: pid
            for part, mark in PARTS.items()
            for pid, line in reversed(lines.items())  # so that a parent has the last word
            if mark in line and "jobs.process" not in line and "/bin/sh" not in line
        }

    def kill(self, part: str) -> None:
        """Kill -9 a part, once it is there, and wait until another one is."""
        until(lambda: part in self.pids(), what=f"{part}")
        victim = self.pids()[part]
        os.kill(victim, signal.SIGKILL)
        until(lambda: self.pids().get(part, victim) != victim, what=f"{part}'s return")

    def redis(self) -> Redis:
        """The stack's own Valkey, opened with the password it was given."""
        return Redis(
            port=self.ports[3], password=(self.data_dir / VALKEY_PASSWORD).read_text().strip()
        )

    def write(self, sid: str, customer: str, text: str, signature: str = "") -> int:
        """Deliver a customer's message as Twilio does; return the status."""
        url = f"{self.bot}/webhooks/twilio"
        form = {
            "MessageSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": SID,
            "NumMedia": "0",
            "From": customer,
            "To": OURS,
            "Body": text,
            "ProfileName": "Ana",
            "MessageType": "text",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
        }
        headers = {
            "X-Twilio-Signature": signature or RequestValidator(TOKEN).compute_signature(url, form),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urllib.parse.urlencode(form)
        answer = urllib3.request("POST", url, body=body, headers=headers, timeout=20, retries=False)
        return answer.status

    def write_until_taken(self, sid: str, customer: str, text: str) -> None:
        """Deliver again and again, as Twilio does when it is told to, until it is taken."""

        def taken() -> bool:
            try:
                return self.write(sid, customer, text) == 200
            except urllib3.exceptions.HTTPError:
                return False

        until(taken, what=f"taking {sid}")


def descendants(pid: int) -> list[int]:
    """Every process below *pid*."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *descendants(child)]
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
