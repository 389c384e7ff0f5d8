"""Whatever comes between whatever: each message answered once, in order.

Hypothesis plays two workers, a bot, two customers and a provider against the real code and a real
database, one step at a time, with deaths, heartbeats, duplicates, late answers, take-overs and a
clock that jumps. `CHAOS_EXAMPLES=2000` plays as many games as that.
"""

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, event, select

from actions.queues import TURN, SilentWakeUp
from actions.services import Services, open_services
from agent.settings import Settings
from agent.spec import Spec
from channels.base import Refused, Unknown
from channels.registry import known
from jobs import deliver, turn
from jobs.context import Heartbeat, WorkerContext
from jobs.sweep import Sweeper
from store import tables
from store.agents.agents import Agents
from store.conversations.abandoned import Abandoned
from store.conversations.conversations import Conversations
from store.conversations.inbox import Inbound, Inbox
from store.conversations.outbox import Outbox
from store.conversations.owners import Owners
from store.conversations.turns import Turns
from store.switches import Switches
from tests.chaos.mutants import MUTANTS
from tests.chaos.oracle import judge
from tests.chaos.plan import LONG
from tests.fakes import Clock
from tests.jobs.conftest import OURS
from tests.jobs.fibers import BUSY, NOT_TAKEN, TAKEN, Fiber, Interleaved, NumberingRuntime, Provider
from tests.parts import changed

EXAMPLES, STEPS = int(os.environ.get("CHAOS_EXAMPLES", "30")), 40
CUSTOMERS, WORKERS = ("whatsapp:+5215550000001", "whatsapp:+5215550000002"), ("one", "two")
HOUR, HOLDER = 3600.0, "one of us"
MOST_STEPS = 14  # more than any work has
MADE = (
    tables.delivery_states,
    tables.outbox,
    tables.messages,
    tables.inbox,
    tables.turns,
    tables.conversations,
    tables.contacts,
)
customers, workers = st.sampled_from(CUSTOMERS), st.sampled_from(WORKERS)


class Game(RuleBasedStateMachine):
    """One game. `services` and `clock` are set by the test below."""

    services: Services
    clock: Clock

    def __init__(self) -> None:
        super().__init__()
        self.provider = Provider(grace_seconds=10.0)
        self.contexts = {name: self._context() for name in WORKERS}
        self.fibers: list[Fiber] = []
        self.written = dict.fromkeys(CUSTOMERS, 0)
        self.acknowledged: dict[str, list[int]] = {customer: [] for customer in CUSTOMERS}
        self.excused: set[tuple[str, int]] = set()
        self.taken_over: set[str] = set()

    def _context(self) -> WorkerContext:
        heartbeat = Heartbeat(self.services.store.turns, self.services.store.outbox)
        channels = {"twilio": self.provider}
        return WorkerContext(self.services, NumberingRuntime(), channels, heartbeat, self.clock)  # type: ignore[arg-type]

    # --- customers

    @rule(customer=customers, long=st.booleans(), whole=st.sampled_from((True, True, False)))
    def write(self, customer: str, long: bool, whole: bool) -> None:
        """Write the next message, once the one before it is acknowledged."""
        if self.written[customer] == len(self.acknowledged[customer]):
            self.written[customer] += 1
            if customer in self.taken_over:
                self.excused.add((customer, self.written[customer]))
        self._post(customer, self.written[customer], LONG if long else "", whole)

    @rule(customer=customers, back=st.integers(0, 2), whole=st.booleans())
    def redeliver(self, customer: str, back: int, whole: bool) -> None:
        """The provider delivers something once more."""
        if back < self.written[customer]:
            self._post(customer, self.written[customer] - back, "", whole)

    def _post(self, customer: str, number: int, mark: str, whole: bool) -> None:
        message = Inbound("twilio", f"SM{customer}{number}", OURS, customer, f"n{number}{mark}")

        def accept() -> None:
            self.services.store.inbox.accept([message])
            if number not in self.acknowledged[customer]:
                self.acknowledged[customer].append(number)

        self._start("bot", f"accept {customer} {number}", accept, MOST_STEPS if whole else 1)

    # --- workers

    @rule(worker=workers, customer=customers, quiet=st.booleans(), steps=st.integers(1, MOST_STEPS))
    def take(self, worker: str, customer: str, quiet: bool, steps: int) -> None:
        """A worker is rung for a turn, mostly when the burst is over."""
        self.clock.pass_seconds(2.0 if quiet else 0.1)
        self._attend(worker, customer, turn.take, steps)

    @rule(worker=workers, customer=customers, steps=st.integers(1, MOST_STEPS))
    def deliver(self, worker: str, customer: str, steps: int) -> None:
        """A worker is rung for a delivery."""
        self._attend(worker, customer, deliver.send, steps)

    def _attend(self, worker: str, customer: str, work: Any, steps: int) -> None:
        here, name = self._place(customer), f"{work.__module__} {customer}"
        busy = any(f.process == worker and f.name == name for f in self.fibers)
        if here is not None and not busy:  # the agenda attends a key once at a time
            self._start(worker, name, lambda: work(self.contexts[worker], here), steps)

    def _start(self, process: str, name: str, work: Callable[[], Any], steps: int) -> None:
        self._go(Fiber(process, name, work), steps)

    def _go(self, fiber: Fiber, steps: int) -> None:
        for _ in range(steps):
            fiber.step()
        others = [one for one in self.fibers if one is not fiber]
        self.fibers = others if fiber.dead else [*others, fiber]

    @precondition(lambda self: self.fibers)
    @rule(which=st.integers(0, 9), steps=st.integers(1, MOST_STEPS))
    def go_on(self, which: int, steps: int) -> None:
        """Whoever comes first goes on for a while."""
        self._go(self.fibers[which % len(self.fibers)], steps)

    @rule(process=st.sampled_from((*WORKERS, "bot")))
    def die(self, process: str) -> None:
        """Kill a process with all that it was doing."""
        for fiber in self.fibers:
            if fiber.process == process:
                fiber.die()
        self.fibers = [fiber for fiber in self.fibers if fiber.process != process]
        if process in self.contexts:
            self.contexts[process] = self._context()

    @rule(worker=workers)
    def beat(self, worker: str) -> None:
        """A heartbeat prolongs what a worker holds."""
        heart = self.contexts[worker].heartbeat
        self.services.store.turns.prolong(list(heart._leases))
        self.services.store.outbox.prolong(list(heart._tokens))

    @rule()
    def think_them_gone(self) -> None:
        """The sweeper ends the leases of all workers, dead ones and others."""
        self.services.store.abandoned.take_back([HOLDER])

    # --- the world

    @rule(seconds=st.sampled_from((0.5, 7.0, 12.0, -HOUR, HOUR)))
    def pass_time(self, seconds: float) -> None:
        """Time passes, or somebody sets the clock."""
        self.clock.pass_seconds(seconds)

    @rule(result=st.sampled_from((NOT_TAKEN, TAKEN, BUSY)))
    def go_wrong(self, result: Refused | Unknown) -> None:
        """The next send goes wrong."""
        self.provider.results.append(result)

    @precondition(lambda self: self.provider.ids)
    @rule(which=st.integers(0, 9), status=st.sampled_from(("sent", "delivered")))
    def report(self, which: int, status: str) -> None:
        """The provider reports on something that it took."""
        name, row = self.provider.ids[-1 - which % len(self.provider.ids)]
        self.services.store.outbox.report("twilio", name, status, outbox_id=row)

    @rule(customer=customers)
    def change_hands(self, customer: str) -> None:
        """A person takes the conversation, with whatever is open; or gives it back."""
        here = self._place(customer)
        if here is None:
            return
        if customer in self.taken_over:
            self.services.store.owners.hand_back(here, "ana")
            self.taken_over.discard(customer)
        else:
            self.services.store.owners.take_over(here, "ana")
            self.taken_over.add(customer)
            self.excused |= {(customer, n) for n in range(1, self.written[customer] + 1)}

    # --- what must hold

    @invariant()
    def nothing_is_doubled_or_inverted(self) -> None:
        """At every moment."""
        verdict = judge({}, self.provider.delivered)
        assert not verdict.doubled
        assert not verdict.inverted

    def teardown(self) -> None:
        """Let everything come to its end: then nothing is lost either."""
        self.provider.results.clear()
        for fiber in self.fibers:
            fiber.finish()
        for customer in CUSTOMERS:
            if self.written[customer] > len(self.acknowledged[customer]):
                self._post(customer, self.written[customer], "", whole=True)
        for pause in [15.0] * 6 + [HOUR] * 3 + [15.0] * 4:
            self.clock.pass_seconds(pause)
            self._sweep()
        verdict = judge(self.acknowledged, self.provider.delivered)
        excused = {f"{customer} n{number}" for customer, number in self._excused()}
        lost = [one for one in verdict.lost if one not in excused]
        self._forget()
        assert (lost, verdict.doubled, verdict.inverted) == ([], [], [])

    def _sweep(self) -> None:
        wake_ups: list[tuple[str, int]] = []

        class Heard:
            def notify(self, job: str, subject: int) -> bool:
                wake_ups.append((job, subject))
                return True

        Sweeper(dataclasses.replace(self.services, wake_up=Heard()), self.clock).sweep()
        for job, subject in wake_ups:
            if job == TURN:
                turn.take(self.contexts["one"], subject)
            deliver.send(self.contexts["one"], subject)

    def _excused(self) -> set[tuple[str, int]]:
        """A person has it: by a take-over, or because five workers died of it."""
        query = select(tables.contacts.c.address).join(
            tables.conversations, tables.conversations.c.contact_id == tables.contacts.c.id
        )
        with self.services.database.read() as tx:
            theirs = set(tx.scalars(query.where(tables.conversations.c.owner == "human")))
        given = {(c, n) for c in theirs for n in range(1, self.written[c] + 1)}
        return self.excused | given

    def _place(self, customer: str) -> int | None:
        contacts, conversations = tables.contacts.c, tables.conversations.c
        query = select(conversations.id).where(
            conversations.contact_id == contacts.id, contacts.address == customer
        )
        with self.services.database.read() as tx:
            found = tx.scalar(query)
        return None if found is None else int(found)

    def _forget(self) -> None:
        with self.services.database.write() as tx:
            for table in MADE:
                tx.execute(delete(table))


@pytest.fixture
def game(tmp_path: Path, sqlite_template: Path) -> Iterator[type[Game]]:
    path = tmp_path / "studio.db"
    shutil.copy(sqlite_template, path)
    settings = Settings(_env_file=None, data_dir=tmp_path, redis_url="redis://127.0.0.1:1/0")
    opened, clock = open_services(settings, SilentWakeUp()), Clock()
    database = Interleaved(f"sqlite:///{path}")
    event.listen(database.engine, "connect", _unsynchronised)
    services = changed(
        opened,
        database=database,
        agents=Agents(database, known(), clock),
        inbox=Inbox(database, known(), clock),
        turns=Turns(database, clock, holder=HOLDER),
        abandoned=Abandoned(database, clock),
        outbox=Outbox(database, clock),
        conversations=Conversations(database, clock),
        owners=Owners(database, known(), clock),
        switches=Switches(database, clock),
    )
    agent_id = services.store.agents.create(Spec(name="Sofía"), "ana")
    services.store.agents.release_draft(agent_id, "twilio", OURS, "ana")
    yield type("PlayedGame", (Game,), {"services": services, "clock": clock})
    database.close()
    opened.database.close()


def _unsynchronised(connection: object, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]


ANA = CUSTOMERS[0]


def _thinking(game: Game) -> Fiber:
    """Worker one is in the middle of a turn."""
    game.write(ANA, False, True)
    game.take("one", ANA, True, 1)
    game.fibers[0].until("model")
    return game.fibers[0]


def _overtaken(game: Game) -> None:
    """Worker one stands still; worker two answers meanwhile."""
    _thinking(game)
    game.think_them_gone()
    game.take("two", ANA, True, MOST_STEPS)


def _interrupted(game: Game) -> None:
    """The customer goes on writing while the model thinks."""
    _thinking(game)
    game.write(ANA, False, True)


def _repeated(game: Game) -> None:
    """The provider delivers what has been answered."""
    _thinking(game).finish()
    game.redeliver(ANA, 0, True)


def _refused(game: Game) -> None:
    """The first part of two is refused for a while."""
    game.write(ANA, True, True)
    game.take("one", ANA, True, MOST_STEPS)
    game.go_wrong(BUSY)
    game.deliver("one", ANA, MOST_STEPS)


@pytest.mark.parametrize(
    ("mutant", "play"),
    [
        ("no-fence", _overtaken),
        ("no-second-look", _interrupted),
        ("no-unique-key", _repeated),
        ("no-head-of-line", _refused),
    ],
)
def test_the_game_is_lost_with_a_wrong_design(
    game: type[Game], mutant: str, play: Callable[[Game], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    play(fair := game())
    fair.teardown()
    for owner, name in (
        (Turns, "commit"),
        (Turns, "_store_turn"),
        (Inbox, "accept"),
        (Outbox, "claim"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # put back in the end
    MUTANTS[mutant].infect()
    play(unfair := game())
    with pytest.raises(AssertionError):
        unfair.teardown()


@pytest.mark.timeout(36_000)
def test_no_interleaving_loses_doubles_or_inverts(game: type[Game]) -> None:
    run_state_machine_as_test(
        game,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
