"""A house of its own for conversations that are played again: nothing leaves it.

The inbox, the turns and the outbox are the real ones over a SQLite file in a temporary folder; the
clock is moved by hand; the channels take what they are given and send it to nobody. Only knowledge
is the installation's, to be read.
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import delete, event

from actions.queues import SilentWakeUp
from actions.replies import Replies
from actions.services import Services
from channels.base import Location, Place, Sent
from channels.errors import FileRefused
from jobs.context import Heartbeat, WorkerContext
from knowledge.tables import metadata as knowledge_metadata
from store.agents.agents import Agents
from store.conversations.allowances import Allowances
from store.conversations.attachments import Attachments
from store.conversations.conversations import Conversations
from store.conversations.inbox import Inbox
from store.conversations.outbox import Outbox, OutboxMessage
from store.conversations.owners import Owners
from store.conversations.turns import Turns
from store.db.database import Database
from store.evaluation.recorded import Recordings
from store.stores import Stores, open_stores
from store.switches import Switches
from store.tables import metadata


@dataclass
class VirtualClock:
    """Seconds since 1970 that pass when somebody says so."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


class NoReplies(Replies):
    """Nobody waits for these answers."""

    def __init__(self) -> None:
        """Needs no Redis."""

    def announce(self, inbox_ids: Sequence[int]) -> None:
        """Tell nobody."""


@dataclass
class RecordingChannel:
    """Takes every part as its provider did, and keeps what it was given."""

    name: str
    grace_seconds: float = 0.0
    taken: list[OutboxMessage] = field(default_factory=list)
    known_as: Callable[[OutboxMessage], str] = lambda outgoing: ""
    silenced: Callable[[], str] = str  # why the provider lets nobody speak now

    def send(self, outgoing: OutboxMessage) -> Sent:
        """Keep it; send it to nobody."""
        self.taken.append(outgoing)
        return Sent(self.known_as(outgoing) or f"replayed-{outgoing.id}", "sent")

    def look_up(self, outgoing: OutboxMessage) -> Sent | None:
        """Nothing is ever unknown here."""
        return None

    def may_speak(self, place: Place) -> str:
        """Say what the provider said then."""
        return self.silenced()

    def where(self, reference: str) -> Location:
        """No file is fetched again. Raises FileRefused."""
        raise FileRefused("A file is not fetched again when its conversation is replayed.")

    def typing(self, place: Place) -> None:
        """Show nothing."""


class House:
    """The private installation of one worker. Use as a context manager; it leaves no files."""

    def __init__(self, context: WorkerContext) -> None:
        self.clock = VirtualClock()
        self._folder = Path(tempfile.mkdtemp(prefix="replay-"))
        self.database = Database(f"sqlite:///{self._folder / 'replay.db'}", pool_size=2)
        event.listen(self.database.engine, "connect", _nobody_pulls_the_plug)
        metadata.create_all(self.database.engine)
        knowledge_metadata.create_all(self.database.engine)
        self.channels = {name: RecordingChannel(name) for name in context.services.channels}
        self._context = context
        self.services = self._services(context.services)

    def __enter__(self) -> "House":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.database.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def context(self, runtime: Any) -> WorkerContext:
        """Return what a turn and a delivery need, with *runtime* in the place of the agents'."""
        return replace(
            self._context,
            services=self.services,
            runtime=runtime,
            channels=dict(self.channels),
            heartbeat=Heartbeat(self.services.store.turns, self.services.store.outbox),
            clock=self.clock,
            pause=lambda seconds: None,
        )

    def emptied(self) -> None:
        """Forget the conversation that was played before."""
        with self.database.write() as tx:
            for table in reversed([*knowledge_metadata.sorted_tables, *metadata.sorted_tables]):
                tx.execute(delete(table))
        for channel in self.channels.values():
            channel.taken.clear()
        self.services = self._services(self._context.services)

    def _services(self, ours: Services) -> Services:
        settings = ours.settings.model_copy(
            update={"data_dir": self._folder, "database_url": self.database.url}
        )
        return replace(
            ours,
            settings=settings,
            database=self.database,
            store=self._stores(ours, self._folder / "media"),
            wake_up=SilentWakeUp(),
            replies=NoReplies(),
        )

    def _stores(self, ours: Services, media: Path) -> Stores:
        database, channels, clock = self.database, ours.channels, self.clock
        limits = ours.settings.limits
        stores = open_stores(database, channels, limits, ("replay",), media, "")
        return replace(
            stores,
            agents=Agents(database, channels, clock),
            inbox=Inbox(database, channels, clock),
            turns=Turns(database, clock, limits),
            allowances=Allowances(database, clock),
            outbox=Outbox(database, clock),
            conversations=Conversations(database, clock),
            owners=Owners(database, channels, clock),
            attachments=Attachments(database, clock),
            switches=Switches(database, clock),
            recordings=Recordings(database),
        )


def _nobody_pulls_the_plug(connection: Any, _record: Any) -> None:
    """What is thrown away need not survive a crash."""
    connection.execute("PRAGMA synchronous=OFF")
