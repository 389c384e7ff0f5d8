"""A warm template: it has imported everything, and forks a part of the system when told to.

A worker needs seconds of CPU to import its libraries. Killed every second on two cores, it would
do nothing else; forked from here it is back at once. What runs in the child is the part's own
`main`. One order a line on standard input; one line out for each birth and each death.
"""

import contextlib
import importlib
import json
import os
import random
import select
import signal
import sys
import traceback
from pathlib import Path

from bot import app as bot
from jobs import chores, conversations, sweep
from knowledge.orphans import die_with_parent
from tests.chaos import pace

PARTS = {
    "bot": bot.main,
    "worker": conversations.main,
    "sweeper": sweep.main,
    "chores": chores.main,
}
LOOK_SECONDS = 0.05
# What a first turn would load: seconds of CPU that every new worker would pay again.
FIRST_TURN = (
    "sqlite3",
    "truststore",
    "anyio.streams.tls",
    "openai.lib.streaming.chat",
    "openai.resources.chat",
    "httpcore2",
    "langchain_core.tracers.stdout",
    "langchain_core.tracers.context",
    "langchain_core.messages.block_translators.langchain_v0",
)


def main(logs: Path) -> None:
    """Serve orders until standard input ends."""
    for name in FIRST_TURN:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    print(json.dumps({"ready": True}), flush=True)
    heard = b""
    while True:
        ready, _, _ = select.select([0], [], [], LOOK_SECONDS)
        _bury()
        if ready:
            more = os.read(0, 65_536)  # not through a buffer, which `select` cannot see
            if not more:
                return
            *orders, heard = (heard + more).split(b"\n")
            for order in orders:
                _fork(json.loads(order), logs)


def _bury() -> None:
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            print(json.dumps({"dead": ended[0], "status": ended[1]}), flush=True)


def _fork(order: dict[str, str], logs: Path) -> None:
    pid = os.fork()
    if pid:
        print(json.dumps({"born": pid, "name": order["name"]}), flush=True)
        return
    status = 1
    try:
        die_with_parent()
        _become(order, logs)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _become(order: dict[str, str], logs: Path) -> None:
    log = os.open(logs / f"{order['name']}.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    random.seed()
    pace.set_up(order.get("mutant", ""))
    PARTS[order["part"]]()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
