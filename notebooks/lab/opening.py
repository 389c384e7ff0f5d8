"""Where the studio is: at an address that is given, on this machine, or made for this notebook.

    open_lab("https://studio.example.com", token="...")    an analyst's machine, a hosted notebook
    open_lab()    LAB_URL and LAB_TOKEN, where they are set; else the stack of `make run`; else,
                  in a checkout, a private one: sample agents, no key, gone with the notebook

All of them are spoken to over HTTP, by the same code.
"""

import contextlib
import functools
import importlib.util
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from . import keeper
from .api import Api
from .errors import LabError
from .progress import Progress, wait_until
from .studio import Lab

STARTING_SECONDS = 300.0
PORTS = ("BOT_PORT", "STUDIO_PORT", "SIMULATOR_PORT", "VALKEY_PORT", "CHROMA_PORT")
NEEDED = ("flask", "rq", "chromadb")  # of an environment that can run a stack
WHAT_TO_GIVE = (
    "No studio was found. Give its address and a token of yours (the studio makes one under Team):"
    ' open_lab("https://studio.example.com", token="..."). The variables LAB_URL and LAB_TOKEN do'
    " the same. In a checkout of the project, open_lab() starts one by itself."
)


def open_lab(url: str = "", token: str = "") -> Lab:
    """Return the lab of the studio at *url*, with the rights of *token*; without a *url*, of the
    one that is found or started (see above). Raises LabError with what to do."""
    if url or token:
        return _given(url or os.environ.get("LAB_URL", ""), token)
    if os.environ.get("LAB_URL"):
        return _given(os.environ["LAB_URL"], os.environ.get("LAB_TOKEN", ""))
    root = checkout()
    if root is None:
        raise LabError(WHAT_TO_GIVE)
    return running(root) or Lab(private(root).api())


def _given(url: str, token: str) -> Lab:
    if not url:
        raise LabError("Give the address, too: " + WHAT_TO_GIVE.partition(": ")[2])
    found = token or os.environ.get("LAB_TOKEN", "")
    if not found:
        raise LabError(
            f"Give a token for {url}: the studio makes one under Team. On the machine itself,"
            " `make token` prints one."
        )
    return Lab(Api(url, found))


def checkout() -> Path | None:
    """The folder of the project's code around this notebook, or around this package."""
    here = [Path.cwd(), *Path.cwd().parents, *Path(__file__).resolve().parents]
    return next((one for one in here if (one / "jobs" / "stack.py").is_file()), None)


# --- the stack of `make run`


def running(root: Path) -> Lab | None:
    """The lab of the stack that runs on this machine; None when there is none that opens."""
    settings = {**_dotenv(root / ".env"), **os.environ}
    url = f"http://127.0.0.1:{settings.get('BOT_PORT') or 3000}"
    token = _own_token(root, settings)
    if not token or not _is_up(url):
        return None
    return Lab(Api(url, token))


def _own_token(root: Path, settings: Mapping[str, str]) -> str:
    """What opens the API to whoever is at home: the first key, or the token kept in DATA_DIR."""
    keys = [key.strip() for key in settings.get("API_KEYS", "").split(",") if key.strip()]
    try:
        file = root / (settings.get("DATA_DIR") or "data") / "api-token"
        return keys[0] if keys else file.read_text("utf-8").strip()
    except OSError:
        return ""


def _dotenv(path: Path) -> dict[str, str]:
    """The names and values of an `.env` file; of quotes and comments as much as ours has."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError:
        return {}
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return {name.strip().upper(): value.strip().strip("\"'") for name, _, value in pairs}


def _is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


# --- a private one


@dataclass
class Private:
    """A stack of this process's own."""

    folder: Path
    ports: Mapping[str, int]
    process: "subprocess.Popen[bytes]" = field(repr=False)

    @property
    def url(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self.ports['BOT_PORT']}"

    def api(self) -> Api:
        """Return its API, as whoever is at home."""
        return Api(self.url, (self.folder / "data" / "api-token").read_text("utf-8"))

    @property
    def log(self) -> str:
        """The last lines of what it printed."""
        return "\n".join((self.folder / "stack.log").read_text("utf-8").splitlines()[-8:])

    def close(self) -> None:
        """End it and remove its folder. The end of this process does the same."""
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.wait(keeper.STOPPING_SECONDS * 2)


def private(root: Path) -> Private:
    """Return this process's own stack; it is started the first time, and when it has ended."""
    found = _started(root)
    if found.process.poll() is not None:
        _started.cache_clear()
        found = _started(root)
    return found


@functools.cache
def _started(root: Path) -> Private:
    folder = Path(tempfile.mkdtemp(prefix="lab-"))
    ports = dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))
    made = Private(folder, ports, _process(root, folder, ports))
    _wait_until_ready(made)
    return made


def _process(root: Path, folder: Path, ports: Mapping[str, int]) -> "subprocess.Popen[bytes]":
    python = _python(root)
    command = [python, str(Path(keeper.__file__)), str(folder), python, "-m", "jobs.stack"]
    with (folder / "stack.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603  # our own command
            command,
            cwd=folder,  # where no `.env` with keys lies
            env=_environment(root, folder, ports),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # stopping a cell does not stop it
        )


def _environment(root: Path, folder: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """Nothing of the user's own: no key, no address of another store."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    numbers = {name: str(port) for name, port in ports.items()}
    return {**kept, **numbers, "PYTHONPATH": str(root), "DATA_DIR": str(folder / "data")}


def _python(root: Path) -> str:
    """An interpreter with what a stack needs: this one, or the checkout's own."""
    own = root / ".venv" / "bin" / "python"
    if all(importlib.util.find_spec(name) for name in NEEDED):
        return sys.executable
    if own.exists():
        return str(own)
    raise LabError(
        f"The studio in {root} is not set up yet: run `make run` there once. Or give an"
        ' address: open_lab("https://studio.example.com", token="...").'
    )


def _wait_until_ready(made: Private) -> None:
    """Wait until it answers and its samples have been read. Raises LabError."""
    bar = Progress("starting a private studio")

    def over() -> bool:
        return made.process.poll() is not None or (_is_up(made.url) and _is_read(made, bar))

    ready = wait_until(over, STARTING_SECONDS)
    bar.end()
    if not ready or made.process.poll() is not None:
        log = made.log if made.folder.exists() else ""
        made.close()
        raise LabError(f"The private studio did not start. Its last lines:\n{log}")


def _is_read(made: Private, bar: Progress) -> bool:
    with contextlib.closing(made.api()) as api:
        lab = Lab(api)
        states = [state for agent in lab.agents().id for state in lab.agent(agent).sources.state]
    done = sum(state in ("ready", "failed") for state in states)
    bar.show(done, len(states), "sources read")
    return done == len(states)


def _free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody uses, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
