"""A runtime that answers what it is told, a channel that remembers, and a clock that is moved."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from agent.answer import About, Answer, Asked, Said
from agent.pointing import as_said
from agent.spec import Spec
from channels.base import Location, Place, Refused, Sent, Unknown
from channels.errors import ChannelUnavailable
from store.conversations.outbox import OutboxMessage


@dataclass
class HeardWakeUp:
    """Keeps what was rung."""

    heard: list[tuple[str, str | int]] = field(default_factory=list)

    def notify(self, job: str, subject: str | int) -> bool:
        """Hear it."""
        self.heard.append((job, subject))
        return True


@dataclass
class EchoRuntime:
    """Answers with everything it was asked, joined; remembers what it was given."""

    asked: list[list[str]] = field(default_factory=list)
    about: list[list[About]] = field(default_factory=list)  # what was pointed to, a turn
    histories: list[list[Said]] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None  # what happens while the model thinks
    answer_with: Answer | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(
        self,
        spec: Spec,
        history: Sequence[Said],
        inbound: Sequence[Asked],
        live: bool = False,
        snapshot: str = "",
        now: float | None = None,
        simulated: bool = False,
    ) -> Answer:
        """Echo."""
        said = [as_said(one) for one in inbound]
        with self.lock:
            self.asked.append([one.text for one in said])
            self.about.append([thing for one in said for thing in one.about])
            self.histories.append(list(history))
        self.meanwhile()
        return self.answer_with or Answer(
            text=" + ".join(one.text for one in said), outcome="answered"
        )


@dataclass
class MemoryChannel:
    """Takes what it is given, or does what the next of `results` says."""

    name: str = "twilio"
    grace_seconds: float = 10.0
    results: list[Sent | Refused | Unknown] = field(default_factory=list)
    accepts_unknown: bool = False  # an unknown send was taken after all
    reachable: bool = True
    taken: list[str] = field(default_factory=list)
    attempts: int = 0
    closed: str = ""  # why the bot may not speak here
    finds: Callable[[str], Location] = lambda reference: Location(reference, "")

    def may_speak(self, place: Place) -> str:
        """What the test says."""
        return self.closed

    def where(self, reference: str) -> Location:
        """Where the channel it stands for keeps files."""
        return self.finds(reference)

    def typing(self, place: Place) -> None:
        """Show nothing."""

    def send(self, outgoing: OutboxMessage) -> Sent | Refused | Unknown:
        """Take one part."""
        self.attempts += 1
        result = self.results.pop(0) if self.results else Sent(f"SM{outgoing.id}", "queued")
        if isinstance(result, Sent) or (isinstance(result, Unknown) and self.accepts_unknown):
            self.taken.append(outgoing.body)
        return result

    def look_up(self, outgoing: OutboxMessage) -> Sent | None:
        """Say whether a part was taken."""
        if not self.reachable:
            raise ChannelUnavailable
        return Sent(f"SM{outgoing.id}", "sent") if outgoing.body in self.taken else None
