"""`make run`: the whole product on one machine, under one supervisor, with no account needed.

Valkey and Chroma on loopback, migrations, bot, studio, workers, sweeper and, without a Twilio
account, the WhatsApp simulator. A part that dies is named and started again; Ctrl-C stops all.
"""

import json
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError

from actions.installation import install
from actions.queues import SilentWakeUp
from actions.services import open_services
from agent import running
from agent.errors import Invalid
from agent.log import configure
from agent.private import keep_private
from agent.settings import TWILIO_API, Settings
from jobs import stores
from jobs.supervisor import Supervisor
from store.people.people import ONE_TIME_HOURS, People

READY_SECONDS = 90
RENEW = ".venv/bin/python -m studio reset-password"


class CannotStart(Exception):
    """The stack cannot start; the sentence says what to do."""


def run(settings: Settings) -> int:
    """Run the stack until Ctrl-C. Returns the exit status."""
    try:
        environment = _environment(settings)
        os.environ.update(environment)
        settings = Settings()
        stores.prepare(settings)
        _check(settings)
        running.hold(settings.data_dir)
        services = open_services(settings, SilentWakeUp())
        sign_in = sign_in_lines(settings, install(services), services.store.people)
    except (CannotStart, Invalid) as reason:
        print(f"Cannot start: {reason}", file=sys.stderr)
        return 1
    data = settings.data_dir.resolve()
    logs = {"chroma": data / "chroma.log", "valkey": data / "valkey" / "valkey.log"}
    supervisor = Supervisor(logs)
    for name, command in commands(settings).items():
        # Chroma's banner and its advertisement are not our users' business.
        log = f" >>'{logs[name]}' 2>&1" if name == "chroma" else ""
        supervisor.add_process(name, f"exec {sys.executable} -m jobs.process {command}{log}")
    welcome = threading.Thread(
        target=_welcome, args=(settings, sign_in, supervisor.say), daemon=True
    )
    welcome.start()
    supervisor.loop()
    return 0


def commands(settings: Settings) -> dict[str, str]:
    """The command line of each part. The same ones run in containers."""
    python = sys.executable
    parts = {
        "bot": f"{python} -m bot",
        "studio": f"{python} -m studio",
        "turns": f"{python} -m jobs.conversations",
        "chores": f"{python} -m jobs.chores",
        "notebooks": f"{python} -m jobs.notebook_worker",
        "sweeper": f"{python} -m jobs.sweep",
    }
    parts |= stores.commands(settings)
    if simulated(settings):
        parts["whatsapp"] = f"{python} -m simulator"
    return parts


def simulated(settings: Settings) -> bool:
    """True when the built-in simulator stands in for Twilio."""
    return settings.twilio_base_url == f"http://127.0.0.1:{settings.simulator_port}"


def _environment(settings: Settings) -> dict[str, str]:
    """What every part is told beyond the settings: the simulator's account, made once."""
    data = settings.data_dir
    try:
        for folder in (data, data / "valkey", data / "chroma", settings.files_dir):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = data / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"the folder {data} cannot be written ({error.strerror}). "
            "Set DATA_DIR to a folder of yours, or mend its permissions."
        ) from None
    quiet = {"RUST_LOG": os.environ.get("RUST_LOG", "error")}  # Chroma logs every request
    if settings.twilio_account_sid or settings.twilio_base_url != TWILIO_API:
        return quiet
    account = _simulator_account(data / "simulator.json")
    token = settings.twilio_auth_token
    return quiet | {
        "TWILIO_ACCOUNT_SID": account["sid"],
        "TWILIO_AUTH_TOKEN": token.get_secret_value() if token else account["token"],
        "TWILIO_BASE_URL": f"http://127.0.0.1:{settings.simulator_port}",
    }


def _simulator_account(path: Path) -> dict[str, str]:
    if not path.exists():
        path.touch(mode=0o600)
        account = {"sid": "AC" + secrets.token_hex(16), "token": secrets.token_hex(16)}
        path.write_text(json.dumps(account))
    account = json.loads(path.read_text())
    return {"sid": str(account["sid"]), "token": str(account["token"])}


def _check(settings: Settings) -> None:
    """Raise CannotStart for whatever would make a part fail with a worse sentence."""
    ports = {"BOT_PORT": settings.bot_port, "STUDIO_PORT": settings.studio_port}
    if not settings.redis_url:
        ports["VALKEY_PORT"] = settings.valkey_port
    if not settings.chroma_url:
        ports["CHROMA_PORT"] = settings.chroma_port
    if simulated(settings):
        ports["SIMULATOR_PORT"] = settings.simulator_port
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.chroma_host if name == "CHROMA_PORT" else "127.0.0.1", port))
            except OSError:
                raise CannotStart(
                    f"port {port} is in use. Stop what uses it (is it running already?), "
                    f"or choose another with {name}=..."
                ) from None


def _welcome(settings: Settings, sign_in: Sequence[str], say: Callable[[str], None]) -> None:
    """Say where to click as soon as there is something to click on."""
    started = time.monotonic()
    studio = f"http://127.0.0.1:{settings.studio_port}"
    bot = f"http://127.0.0.1:{settings.bot_port}"
    patience = READY_SECONDS
    for address in (f"{bot}/healthz", f"{studio}/login"):
        while not _answers(address):
            if time.monotonic() - started > patience:
                say(
                    f"{address} does not answer yet. A busy machine takes longer; if not, the lines"
                    " above say why."
                )
                patience *= 2
            time.sleep(0.2)
    lines = [
        "",
        f"Agent Studio is ready ({time.monotonic() - started:.0f} s).",
        f"  Studio      {studio}",
        f"  API pages   {bot}/docs",
        "  API token   make token",
        "  Try it      make chat   (a WhatsApp customer, in another terminal)",
        *sign_in,
    ]
    for line in [*lines, "Ctrl-C stops everything.", ""]:
        say(line)


def sign_in_lines(settings: Settings, password: str | None, people: People) -> list[str]:
    """Who signs in first and how: with *password*, made just now, or with one they have."""
    lines = [f"  Sign in as  {settings.admin_email}"]
    first = people.find(settings.admin_email)
    if password:
        terms = f"shown once, for {ONE_TIME_HOURS} hours; you choose your own at first sign-in"
        return [*lines, f"  Password    {password}   ({terms})"]
    if first is not None and first.password_expired:
        lines.append("  Password    the one-time password has expired")
        return [*lines, f"  New one     {RENEW} {settings.admin_email}"]
    return [*lines, f"  Forgot it?  {RENEW} {settings.admin_email}   (prints a new password)"]


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310  # loopback
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main() -> int:
    """Run the stack with the settings of the environment."""
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0]).upper()
            print(f"Cannot start: {name}: {problem['msg']}. Mend it in .env.", file=sys.stderr)
        return 1
    configure(settings.log_level)
    keep_private()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return run(settings)


if __name__ == "__main__":
    sys.exit(main())
