"""Workers whose steps are interleaved on purpose: each runs the product's own code in a greenlet
that stops wherever another process could come between: before each transaction, while the model
thinks, while the provider answers.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from greenlet import getcurrent, greenlet
from sqlalchemy import Connection

from agent.answer import Answer, Said
from agent.spec import Spec
from channels.base import Refused, Sent, Unknown
from store.conversations.outbox import OutboxMessage
from store.db.database import Database
from tests.chaos.plan import reply_to
from tests.jobs.crashes import Died
from tests.jobs.fakes import MemoryChannel


class Fiber(greenlet):
    """One piece of work of one process, done step by step."""

    def __init__(self, process: str, name: str, work: Callable[[], Any]) -> None:
        super().__init__(work)
        self.process, self.name, self.where = process, name, ""

    def step(self) -> None:
        """Go on until the next place where others could come between."""
        if not self.dead:
            self.switch()

    def until(self, where: str) -> None:
        """Go on until that place, or to the end."""
        while not self.dead and self.where != where:
            self.switch()

    def finish(self) -> None:
        """Go on to the end."""
        while not self.dead:
            self.switch()

    def die(self) -> None:
        """End here, as a killed process does."""
        with contextlib.suppress(Died):
            if self and not self.dead:
                self.throw(Died)


def pause(where: str) -> None:
    """Let others come between, when a fiber is running."""
    here = getcurrent()
    if isinstance(here, Fiber):
        assert here.parent
        here.where = where
        here.parent.switch()


class Interleaved(Database):
    """A database before whose transactions others may come between, never inside them."""

    _open = 0

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Read, after the others."""
        with self._entered(), super().read() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Write, after the others."""
        with self._entered(), super().write() as connection:
            yield connection

    @contextlib.contextmanager
    def _entered(self) -> Iterator[None]:
        if not self._open:
            pause("transaction")
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1


class NumberingRuntime:
    """Answers each message by its number, after a thought."""

    def answer(
        self,
        spec: Spec,
        history: Sequence[Said],
        inbound: Sequence[str],
        live: bool = False,
        snapshot: str = "",
    ) -> Answer:
        """Name every message."""
        pause("model")
        return Answer(text=reply_to("\n".join(inbound)), outcome="answered")


@dataclass
class Provider(MemoryChannel):
    """Takes at once what it takes; what it answers may come later than anything else."""

    delivered: list[tuple[str, str]] = field(default_factory=list)  # (customer, text)
    ids: list[tuple[str, int]] = field(default_factory=list)  # (its id, ours), for reports

    def send(self, outgoing: OutboxMessage) -> Sent | Refused | Unknown:
        """Take one part, or do what the next of `results` says."""
        self.attempts += 1
        name = f"SM{self.attempts}"
        result = self.results.pop(0) if self.results else Sent(name, "queued")
        if not isinstance(result, Refused) and result != NOT_TAKEN:
            self.delivered.append((outgoing.customer_address, outgoing.body))
            self.ids.append((name, outgoing.id))
        pause("sent")
        return Sent(name, "queued") if isinstance(result, Sent) else result

    def look_up(self, outgoing: OutboxMessage) -> Sent | None:
        """Say whether a part was taken."""
        pause("look-up")
        found = next((name for name, row in self.ids if row == outgoing.id), None)
        pause("looked up")
        return Sent(found, "sent") if found else None


NOT_TAKEN, TAKEN = Unknown("timeout, not taken"), Unknown("timeout, taken")
BUSY = Refused("busy", "20429", again_in=2)
