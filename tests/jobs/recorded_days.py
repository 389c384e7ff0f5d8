"""Days of an installation, made by a seed: customers who write in bursts, people who take over."""

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from agent.answer import Answer, Asked, Handoff, Outcome, Said, Usage
from agent.pointing import as_said
from agent.spec import Spec
from jobs import deliver, turn
from jobs.context import WorkerContext
from store.conversations.inbox import Inbound
from store.conversations.owners import Echo
from tests.fakes import Clock

OURS = "whatsapp:+14155238886"


@dataclass
class HashingRuntime:
    """Says something that depends on every word it was given, and on nothing else."""

    asked: int = 0
    meanwhile: Callable[[], object] = lambda: None
    moments: list[float | None] = field(default_factory=list)
    simulated: list[bool] = field(default_factory=list)
    snapshots: list[str] = field(default_factory=list)

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
        """Answer."""
        self.asked += 1
        self.moments.append(now)
        self.simulated.append(simulated)
        self.snapshots.append(snapshot)
        said = [as_said(one) for one in inbound]
        words = [spec.tone, *(f"{one.author}:{one.text}{one.about}" for one in (*history, *said))]
        text = hashlib.sha256("\n".join(words).encode()).hexdigest()[:12]
        self.meanwhile()
        usage = Usage(10, 5, 0.001)
        if any("persona" in one.text for one in said):
            return Answer("Le paso.", Outcome.HANDOFF, usage=usage, handoff=Handoff("asked"))
        return Answer(text, Outcome.ANSWERED, usage=usage)


@dataclass
class Days:
    """Lets customers live through some days."""

    context: WorkerContext
    runtime: HashingRuntime
    clock: Clock
    dice: random.Random
    sent: int = 0
    here: int = 0
    customer: str = ""
    coming: list[tuple[float, Callable[[], object]]] = field(default_factory=list)

    def one_customer(self, number: int) -> int:
        """Let a conversation happen; return its id."""
        self.customer, self.here = f"whatsapp:+52155{number:08}", 0
        at = self.clock.now + self.dice.uniform(1, 3)
        for _ in range(self.dice.randint(1, 4)):
            at = self._burst(at)
        self.runtime.meanwhile = self._thinking
        while self.coming or self._due() is not None:
            due = self._due()
            if due is None or (self.coming and self.coming[0][0] < max(due, self.clock.now)):
                self._next()
                continue
            self.clock.now = max(self.clock.now, due) + self.dice.choice((0.0, 0.02, 0.7))
            if not (self.coming and self.coming[0][0] < self.clock.now):
                self._take()
        return self.here

    def _burst(self, at: float) -> float:
        for _ in range(self.dice.randint(1, 4)):
            words = self.dice.choice(("hola", "¿precio?", "¿garantía?", "quiero una persona"))
            self._later(at, lambda words=words: self._write(words))  # type: ignore[misc]
            at += self.dice.choice((0.3, 1.0, 1.49, 2.5, 6.0))
        kind = self.dice.random()
        if kind < 0.2:
            self._later(at + self.dice.uniform(0, 9), self._speak)
            self._later(at + 40, self._hand_back)
        elif kind < 0.3:
            self._later(at + self.dice.uniform(-1, 3), self._take_over)
            self._later(at + 40, self._hand_back)
        return at + self.dice.choice((20.0, 90.0, 5_000.0))

    def _later(self, at: float, act: Callable[[], object]) -> None:
        self.coming.append((at, act))
        self.coming.sort(key=lambda one: one[0])

    def _next(self) -> None:
        at, act = self.coming.pop(0)
        self.clock.now = max(self.clock.now, at)
        act()

    def _due(self) -> float | None:
        waiting = self.context.services.store.turns.waiting(self.here) if self.here else None
        return turn.quiet_at(waiting, Spec(name="x").conversation) if waiting else None

    def _take(self) -> None:
        turn.take(self.context, self.here)
        deliver.send(self.context, self.here)

    def _thinking(self) -> None:
        until = self.clock.now + self.dice.choice((0.8, 2.0, 6.0))
        while self.coming and self.coming[0][0] < until:
            self._next()
        self.clock.now = max(self.clock.now, until)

    def _write(self, words: str) -> None:
        self.sent += 1
        files = ({"url": "https://x.example/1", "media_type": "image/jpeg"},)
        message = Inbound(
            channel="twilio",
            provider_message_id=f"SM-in-{self.sent}",
            our_address=OURS,
            customer_address=self.customer,
            text=words,
            payload={"Body": words},
            media=files if self.dice.random() < 0.1 else (),
        )
        [accepted] = self.context.services.store.inbox.accept([message])
        self.here = accepted.conversation_id
        for one in self.context.services.store.attachments.of([accepted.inbox_id or 0]):
            found = {"stored_name": f"{one.id}.jpg", "words": "una foto", "bytes": 3, "error": ""}
            self.context.services.store.attachments.kept(one, media_type="image/jpeg", **found)

    def _speak(self) -> None:
        self.sent += 1
        said = Echo("twilio", f"SM-hand-{self.sent}", OURS, self.customer, "Soy Ana.", "Ana")
        self.context.services.store.owners.echo(said)

    def _take_over(self) -> None:
        if self.here:
            self.context.services.store.owners.take_over(self.here, "")
            self.context.services.store.audit.note(
                "ana@example.com", "conversation taken over", str(self.here)
            )

    def _hand_back(self) -> None:
        if self.context.services.store.owners.hand_back(self.here, "ana@example.com"):
            self.context.services.store.audit.note(
                "ana@example.com", "conversation handed back", str(self.here)
            )
