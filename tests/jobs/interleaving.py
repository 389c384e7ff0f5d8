"""Customers, staff and workers who interrupt each other between any two steps, from a seed.

The stores are the real ones behind a proxy: before each call of a worker's, others may act. What
the bot may do is checked when a part is claimed, for from then on nobody can recall it.
"""

import dataclasses
import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from agent.answer import Answer, Handoff, Said
from agent.errors import AlreadyTaken
from agent.spec import Spec
from channels.base import Refused, Unknown
from jobs import deliver, turn
from jobs.context import WorkerContext
from store.conversations.inbox import Inbound
from store.conversations.outbox import Outbox, OutboxMessage
from store.conversations.owners import Echo, OwnerChange
from store.tables import conversations, inbox, messages, outbox, turns
from tests.fakes import Clock
from tests.jobs.fakes import MemoryChannel
from tests.parts import changed

OURS = "whatsapp:+14155238886"
CLOSING = "Le paso con una persona."
DEEPEST = 2  # interruptions of interruptions


class Interrupted:
    """A store before whose every call somebody else may act."""

    def __init__(self, store: Any, interrupt: Callable[[], None]) -> None:
        self._store = store
        self._interrupt = interrupt

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def call(*args: Any, **more: Any) -> Any:
            self._interrupt()
            return found(*args, **more)

        return call


class Story:
    """One conversation in which everything happens at once."""

    def __init__(
        self, context: WorkerContext, channel: MemoryChannel, clock: Clock, seed: int
    ) -> None:
        self.dice = random.Random(seed)
        self.channel, self.clock, self.seed = channel, clock, seed
        self.customer = f"whatsapp:+52155{seed:08}"
        self.written = self.depth = self.clashes = 0
        self.calm = False
        self.real = context.services
        interrupted = changed(
            context.services,
            turns=Interrupted(context.services.store.turns, self.interrupt),  # type: ignore[arg-type]
            outbox=Claims(self, context.services.store.outbox),  # type: ignore[arg-type]
        )
        self.context = dataclasses.replace(
            context,
            services=interrupted,
            runtime=self,  # type: ignore[arg-type]
        )
        self.here = self.write()

    # --- who acts

    def play(self, steps: int) -> None:
        """Let *steps* things happen, then hand back and let everything come to rest."""
        for _ in range(steps):
            self.act()
        self.calm = True
        self.real.store.owners.hand_back(self.here, "ana")
        for _ in range(40):
            self.clock.pass_seconds(60)
            turn.take(self.context, self.here)
            deliver.send(self.context, self.here)
            self.real.store.owners.hand_back(self.here, "ana")
            if self.real.store.turns.waiting(self.here) is None and not self.unsent():
                return
        raise AssertionError(f"seed {self.seed}: never comes to rest")

    def act(self) -> None:
        """Let somebody do something."""
        deeds: list[tuple[int, Callable[[], object]]] = [
            (4, self.write),
            (6, self.answer_what_waits),
            (6, self.send),
            (1, self.wait),
            (3, self.take_over),
            (2, self.say),
            (5, self.hand_back),
            (1, self.pause),
            (1, self.echo),
            (1, self.desk_changes),
            (1, self.sweep),
        ]
        self.dice.choices([deed for _, deed in deeds], [weight for weight, _ in deeds])[0]()

    def interrupt(self) -> None:
        """Before a worker's step: perhaps something else happens."""
        if self.calm or self.depth >= DEEPEST or self.dice.random() < 0.6:
            return
        self.depth += 1
        for _ in range(self.dice.choice([1, 2, 3])):
            self.act()
        self.depth -= 1

    def write(self) -> int:
        """The customer writes."""
        self.written += 1
        text = f"{self.seed}-{self.written}"
        message = Inbound("twilio", f"SM{text}", OURS, self.customer, text)
        return self.real.store.inbox.accept([message])[0].conversation_id

    def answer_what_waits(self) -> None:
        """A worker hears the bell, and the burst is over."""
        self.clock.pass_seconds(2)
        turn.take(self.context, self.here)

    def send(self) -> None:
        """A worker delivers, and the provider does what it likes."""
        faults: list[Refused | Unknown] = [Refused("busy", "20429", again_in=1), Unknown("reset")]
        self.clock.pass_seconds(1)
        self.channel.results = [self.dice.choice(faults)] if self.dice.random() < 0.5 else []
        self.channel.accepts_unknown = self.dice.random() < 0.5
        deliver.send(self.context, self.here)

    def wait(self) -> None:
        """Time passes."""
        self.clock.pass_seconds(self.dice.choice([0.5, 2.0, 7.0, 15.0]))

    def take_over(self) -> None:
        """One of two people takes over."""
        try:
            self.real.store.owners.take_over(self.here, self.dice.choice(["ana", "luis"]))
        except AlreadyTaken:
            self.clashes += 1

    def say(self) -> None:
        """A person replies in the studio."""
        self.written += 1
        text = f"human {self.seed}-{self.written}"
        self.real.store.conversations.reply(self.here, text, [text], "ana")

    def hand_back(self) -> None:
        """A person gives it back."""
        self.real.store.owners.hand_back(self.here, "ana")

    def pause(self) -> None:
        """A person has nobody answer for a while."""
        self.real.store.owners.pause(self.here, self.clock.now + 20, "ana")

    def echo(self) -> None:
        """A person replies on the business's phone."""
        self.written += 1
        text = f"echo {self.seed}-{self.written}"
        self.real.store.owners.echo(Echo("twilio", text, OURS, self.customer, text, "Ana"))

    def desk_changes(self) -> None:
        """The provider's desk says who owns it."""
        owner = self.dice.choice(["bot", "human"])
        self.real.store.owners.change(OwnerChange("twilio", OURS, self.customer, owner, "desk"))

    def sweep(self) -> None:
        """Take-overs whose time is over end."""
        for conversation_id in self.real.store.owners.expired(self.clock.now):
            self.real.store.owners.end(conversation_id, self.clock.now)

    def answer(
        self, spec: Spec, history: Any, inbound: list[str], live: bool = False, snapshot: str = ""
    ) -> Answer:
        """The model: answers with what it was asked, or passes the customer to a person."""
        assert isinstance(spec, Spec)
        assert all(isinstance(said, Said) for said in history)
        self.interrupt()
        if not self.calm and self.dice.random() < 0.15:
            return Answer(f"{CLOSING} ({inbound[-1]})", "handoff", handoff=Handoff("asked"))
        return Answer("re " + "+".join(inbound), "answered")

    # --- what must hold

    def claimed(self, outgoing: OutboxMessage) -> None:
        """A part is about to leave: the bot's only while the conversation is the bot's, or when it
        was said before the bot itself passed the customer on and nobody has come yet."""
        if outgoing.state != "pending" or not outgoing.body.startswith(("re ", CLOSING)):
            return
        with self.real.database.read() as tx:
            row = tx.execute(select(conversations).where(conversations.c.id == self.here)).one()
        passed_on = row.owner == "human" and row.assigned_to == "" and row.owner_reason == "asked"
        allowed = row.owner == "bot" or passed_on
        assert allowed, f"seed {self.seed}: {outgoing.body!r} while {row.owner}"

    def unsent(self) -> bool:
        """Whether something is still on its way."""
        query = select(outbox.c.id).where(
            outbox.c.conversation_id == self.here, outbox.c.state.not_in(("sent", "dead"))
        )
        with self.real.database.read() as tx:
            return tx.scalar(query.limit(1)) is not None

    def check(self) -> None:
        """Nothing was lost, doubled or answered after a person had."""
        with self.real.database.read() as tx:
            said = tx.execute(
                select(messages, inbox.c.turn_id.label("answered_by"))
                .outerjoin(inbox, inbox.c.id == messages.c.inbox_id)
                .where(messages.c.conversation_id == self.here)
                .order_by(messages.c.id)
            ).all()
            sent = set(
                tx.scalars(
                    select(outbox.c.turn_id).where(
                        outbox.c.conversation_id == self.here, outbox.c.state == "sent"
                    )
                )
            )
            decided = tx.execute(select(turns).where(turns.c.conversation_id == self.here)).all()
        people = [line.id for line in said if line.author == "human"]
        replies = {line.turn_id: line.id for line in said if line.author == "agent"}
        asked = [line for line in said if line.author == "customer"]
        assert len({line.text for line in asked}) == len(asked)
        for line in asked:
            by_person = any(person > line.id for person in people)
            assert line.answered_by in sent or by_person, f"seed {self.seed}: {line.text} is lost"
            late = [p for p in people if line.id < p < replies.get(line.answered_by, 0)]
            assert not late, f"seed {self.seed}: {line.text} answered after a person had"
        assert {turn.id for turn in decided} >= set(replies), f"seed {self.seed}"


class Claims(Interrupted):
    """The outbox, which tells the story of each part that is claimed."""

    def __init__(self, story: Story, store: Outbox) -> None:
        super().__init__(store, story.interrupt)
        self._story = story

    def claim(self, conversation_id: int) -> OutboxMessage | float | None:
        """Claim, after an interruption, and have it checked before anybody else acts."""
        self._interrupt()
        found: OutboxMessage | float | None = self._store.claim(conversation_id)
        if isinstance(found, OutboxMessage):
            self._story.claimed(found)
        return found
