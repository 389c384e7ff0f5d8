"""A running stack with the sample agents, and the provider its replies go to."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.app import create_simulator
from simulator.ledger import Ledger
from tests.stack.running import OURS, SID, TOKEN, Running
from tests.standins.server import serve
from tests.waiting import free_ports, until


@dataclass(frozen=True)
class World:
    """A stack, and what the provider saw of it."""

    stack: Running
    ledger: Ledger

    def replies(self, customer: str) -> list[str]:
        """What the customer was sent, in order."""
        return [m.body for m in self.ledger.thread(customer) if not m.from_customer]

    def ask(self, sid: str, customer: str, text: str) -> str:
        """Write, and wait for the reply to it."""
        before = len(self.replies(customer))
        assert self.stack.write(sid, customer, text) == 200
        until(lambda: len(self.replies(customer)) > before, what=f"a reply to {text!r}")
        return self.replies(customer)[-1]


def worlds(data_dir: Path, **more: str) -> Iterator[World]:
    """A stack, with *more* in its environment, beside its provider; both are stopped in the end."""
    ports = free_ports(5)
    webhook = f"http://127.0.0.1:{ports[0]}/webhooks/twilio"
    app = create_simulator(SID, TOKEN, webhook, OURS, token=TOKEN)
    with serve(app) as provider:
        stack = Running(data_dir, provider, more, ports=ports)
        stack.start()
        try:
            yield World(stack, app.extensions["ledger"])
        finally:
            if stack.process and stack.process.poll() is None:
                stack.stop()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A stack for the tests of one module."""
    yield from worlds(tmp_path_factory.mktemp("stack") / "data")
