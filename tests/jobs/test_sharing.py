"""A share of the customers meets a new version, both sides are compared, and one goes on."""

import contextlib
import gc
import itertools
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.exc import SQLAlchemyError

from actions import agents, releases
from actions import shares as acts
from actions.queues import EXPERIMENTS
from actions.releases import KeptBack, Wish
from actions.services import Services
from agent.actor import Actor
from agent.answer import Answer, Handoff
from agent.answer import Outcome as AnswerOutcome
from agent.errors import Forbidden, Invalid, NotFound
from agent.phones import identity
from agent.shares import is_in
from agent.spec import Spec
from jobs import experiments, sharing, turn
from jobs.context import WorkerContext
from jobs.experiments import Customers
from jobs.sweep import Sweeper
from store.agents.agents import Version
from store.agents.shares import Share, Shares
from store.conversations.inbox import Accepted
from store.states import ShareState
from tests.fakes import Clock
from tests.jobs.conftest import OURS
from tests.jobs.crashes import DEATH, Died, Hook, hook_database
from tests.jobs.fakes import EchoRuntime
from tests.parts import changed

ANA, LEO = Actor("ana@example.com", "editor"), Actor("leo@example.com", "agent")
NEW = Spec(name="Sofía", tone="Muy breve")
WHY = "Lo pide la dirección, se revisa mañana."


@pytest.fixture
def services(services: Services, clock: Clock) -> Services:
    return changed(services, shares=Shares(services.database, clock))


@pytest.fixture
def sofia(context: WorkerContext) -> str:
    """The agent that answers on our number, with a draft that is another."""
    store = context.services.store
    [live] = store.agents.channels()
    agents.save(context.services, ANA, live.agent_id, NEW, 1)
    return live.agent_id


def shared(services: Services, agent_id: str, part: float = 0.5, **more: object) -> Share:
    wish = Wish(agent_id, "twilio", OURS, share=part, despite_warnings=True, **more)  # type: ignore[arg-type]
    releases.release(services, ANA, wish)
    found = services.store.shares.there("twilio", OURS)
    assert found is not None
    return found


def customers(count: int) -> Iterator[str]:
    return (f"whatsapp:+52155{number:08}" for number in range(count))


Write = Callable[..., Accepted]


def answered(context: WorkerContext, write: Write, clock: Clock, customer: str) -> str:
    """What a customer who writes is answered by."""
    here = write("hola", f"SM-{customer}-{clock.now}", customer).conversation_id
    clock.pass_seconds(2)
    turn.take(context, here)
    found = context.services.store.conversations.thread(here)[-1].version
    return str(found)


def test_both_versions_answer_at_once_and_each_customer_keeps_theirs(
    context: WorkerContext, sofia: str, write: Write, clock: Clock
) -> None:
    share = shared(context.services, sofia)
    first = {one: answered(context, write, clock, one) for one in customers(24)}
    assert set(first.values()) == {"Sofía v1", "Sofía v2"}
    clock.pass_seconds(86_400)
    assert {one: answered(context, write, clock, one) for one in first} == first
    inside = {one for one, by in first.items() if by == "Sofía v2"}
    assert inside == {one for one in first if is_in(share.id, 0.5, identity(one))}


def test_a_share_that_grows_keeps_who_is_in_it(
    context: WorkerContext, sofia: str, write: Write, clock: Clock
) -> None:
    small = shared(context.services, sofia, 0.2)
    first = {one: answered(context, write, clock, one) for one in customers(24)}
    great = shared(context.services, sofia, 0.6)
    assert (great.id, great.part) == (small.id, 0.6)
    again = {one: answered(context, write, clock, one) for one in first}
    moved = [one for one in first if first[one] != again[one]]
    assert moved
    assert {first[one] for one in moved} == {"Sofía v1"}
    old, new = context.services.store.shares.met(great)
    assert len(old) + len(new) == len(first) - len(moved)  # who met both counts for neither


def test_an_agents_own_address_is_shared_as_well(context: WorkerContext, sofia: str) -> None:
    services = context.services
    wish = Wish(sofia, "api", "", share=0.3, despite_warnings=True)
    version = releases.release(services, ANA, wish)
    found = services.store.shares.there("api", sofia)
    assert found is not None
    assert (found.version_id, version.number) == (version.id, 2)
    answering = services.store.agents.answering("api", sofia)
    assert answering is not None
    assert answering.number == 1  # for all others


# --- how it ends


def now_there(services: Services) -> Version:
    found = services.store.agents.answering("twilio", OURS)
    assert found is not None
    return found


def test_a_share_is_promoted_by_hand(context: WorkerContext, sofia: str) -> None:
    services = context.services
    share = shared(services, sofia)
    assert now_there(services).number == 1
    assert acts.promote(services, ANA, sofia, share.id).number == 2
    assert now_there(services).number == 2
    assert services.store.shares.get(share.id).state is ShareState.PROMOTED
    with pytest.raises(Invalid):
        acts.promote(services, ANA, sofia, share.id)


def test_a_share_is_withdrawn_by_hand(
    context: WorkerContext, sofia: str, write: Write, clock: Clock
) -> None:
    services = context.services
    share = shared(services, sofia, 0.999)
    [one] = customers(1)
    assert answered(context, write, clock, one) == "Sofía v2"
    acts.withdraw(services, ANA, sofia, share.id)
    assert answered(context, write, clock, one) == "Sofía v1"
    done = services.store.shares.get(share.id)
    assert (done.state, done.ended_by) == (ShareState.WITHDRAWN, ANA.name)
    with pytest.raises(Invalid):
        acts.withdraw(services, ANA, sofia, share.id)


def test_a_roll_back_ends_it_whoever_is_in_it(context: WorkerContext, sofia: str) -> None:
    services = context.services
    first = now_there(services)
    share = shared(services, sofia)
    releases.release(services, ANA, Wish(sofia, "twilio", OURS, version_id=first.id))
    assert services.store.shares.get(share.id).state is ShareState.REPLACED
    assert services.store.shares.there("twilio", OURS) is None


def test_another_share_takes_its_place(context: WorkerContext, sofia: str) -> None:
    services = context.services
    before = shared(services, sofia)
    agents.save(services, ANA, sofia, NEW.model_copy(update={"tone": "Otro"}), 2)
    after = shared(services, sofia, 0.1)
    assert services.store.shares.get(before.id).state is ShareState.REPLACED
    assert [one.id for one in services.store.shares.of(sofia)] == [after.id, before.id]


def test_who_is_put_away_shares_nothing(context: WorkerContext, sofia: str) -> None:
    services = context.services
    releases.release(services, ANA, Wish(sofia, "api", "", share=0.3, despite_warnings=True))
    clara = agents.create(services, ANA, Spec(name="Clara"))
    there = {"replaces": sofia, "despite_warnings": True}
    releases.release(services, ANA, Wish(clara, "twilio", OURS, **there))  # type: ignore[arg-type]
    agents.archive(services, ANA, sofia)
    assert services.store.shares.running() == []


# --- what is refused


@pytest.mark.parametrize("part", [0.0, -0.1, 1.5, float("nan"), float("inf")])
def test_what_is_no_share_is_refused(context: WorkerContext, sofia: str, part: float) -> None:
    with pytest.raises(Invalid):
        shared(context.services, sofia, part)
    assert len(context.services.store.agents.versions(sofia)) == 1


def test_a_share_needs_a_version_beside_it_and_another_one(
    context: WorkerContext, sofia: str
) -> None:
    services = context.services
    clara = agents.create(services, ANA, Spec(name="Clara"))
    with pytest.raises(Invalid):
        shared(services, clara, replaces=sofia)
    with pytest.raises(Invalid):
        shared(services, sofia, version_id=now_there(services).id)
    with pytest.raises(Invalid):
        shared(services, sofia, settles_after=-1)


def test_a_share_is_held_against_the_bar_and_so_is_its_promotion(
    context: WorkerContext, sofia: str
) -> None:
    services = context.services
    barred = Spec.model_validate({**NEW.model_dump(), "bar": "pass = 1"})
    agents.save(services, ANA, sofia, barred, 2)
    with pytest.raises(KeptBack):
        shared(services, sofia)
    root = Actor("root@example.com", "admin")
    wish = Wish(sofia, "twilio", OURS, share=0.1, despite_warnings=True, override=WHY)
    releases.release(services, root, wish)
    [share] = services.store.shares.running()
    assert share.evidence["override"]["sentence"] == WHY
    with pytest.raises(KeptBack):
        acts.promote(services, ANA, sofia, share.id)
    assert acts.promote(services, root, sofia, share.id, override=WHY).number == 2


def test_strangers_end_nothing(context: WorkerContext, sofia: str) -> None:
    services = context.services
    share = shared(services, sofia)
    clara = agents.create(services, ANA, Spec(name="Clara"))
    for act in (acts.promote, acts.withdraw):
        with pytest.raises(Forbidden):
            act(services, LEO, sofia, share.id)
        with pytest.raises(NotFound):
            act(services, ANA, clara, share.id)
        with pytest.raises(NotFound):
            act(services, ANA, sofia, share.id + 1)
    assert services.store.shares.get(share.id).is_running


# --- both sides compared


class Unsure(EchoRuntime):
    """Passes whoever meets the brief version to a person, and answers all others."""

    def answer(self, spec: Spec, *args: object, **more: object) -> Answer:
        """Answer, or not."""
        found = super().answer(spec, *args, **more)  # type: ignore[arg-type]
        return changed_answer(found) if spec.tone == NEW.tone else found


def changed_answer(found: Answer) -> Answer:
    return Answer(
        text=found.text,
        outcome=AnswerOutcome.HANDOFF,
        handoff=Handoff("no sé"),
        model=found.model,
    )


def test_live_outcomes_of_both_sides_are_kept(
    context: WorkerContext, sofia: str, write: Write, clock: Clock
) -> None:
    services = context.services
    [early] = customers(1)
    answered(context, write, clock, early)  # before it began: counts for neither
    share = shared(services, sofia)
    for one in list(customers(31))[1:]:
        answered(context, write, clock, one)
    clock.pass_seconds(60)
    assert sharing.look(services)
    assert not sharing.look(services)  # not before a minute is over
    found = services.store.shares.get(share.id).comparison
    assert found["old"] + found["new"] == 30
    assert min(found["old"], found["new"]) >= 6
    assert [one["measure"] for one in found["measures"]] == [
        "resolved",
        "handed_over",
        "fallback",
        "cost",
    ]
    assert {one["verdict"] for one in found["measures"]} == {"same"}


def settled(context: WorkerContext, share: Share) -> ShareState:
    context.clock.pass_seconds(60)  # type: ignore[attr-defined]
    assert sharing.look(context.services)
    return context.services.store.shares.get(share.id).state


def test_a_worker_that_dies_of_it_leaves_it_to_the_next(
    context: WorkerContext, sofia: str, clock: Clock
) -> None:
    services = context.services
    shared(services, sofia)
    assert services.store.shares.to_compare() is not None
    assert not services.store.shares.is_due()
    clock.pass_seconds(60)
    assert (EXPERIMENTS, 0) in Sweeper(services, clock)._due(clock.now)
    assert experiments.ask(context, 0, Customers()) == clock.now


def test_enough_customers_without_harm_promote_it(
    context: WorkerContext, sofia: str, write: Write, clock: Clock
) -> None:
    share = shared(context.services, sofia, settles_after=10)
    assert settled(context, share) is ShareState.RUNNING
    for one in customers(40):
        answered(context, write, clock, one)
    assert settled(context, share) is ShareState.PROMOTED
    assert now_there(context.services).number == 2
    clock.pass_seconds(60)
    assert not sharing.look(context.services)


def test_one_whose_customers_do_worse_is_withdrawn_and_told(
    context: WorkerContext, sofia: str, write: Write, clock: Clock
) -> None:
    services = context.services
    services.store.people.add(ANA.name, "editor")
    context = changed_context(context, Unsure())
    share = shared(services, sofia, settles_after=10)
    for one in customers(40):
        answered(context, write, clock, one)
    assert settled(context, share) is ShareState.WITHDRAWN
    assert now_there(services).number == 1
    [told] = services.store.alerts.of(ANA.name)
    assert told.kind == "bar"
    assert "v2" in told.subject


def changed_context(context: WorkerContext, runtime: EchoRuntime) -> WorkerContext:
    given = {**vars(context), "runtime": runtime}
    return WorkerContext(**given)


def test_one_that_misses_its_bar_by_then_is_withdrawn(
    context: WorkerContext, sofia: str, write: Write, clock: Clock
) -> None:
    services = context.services
    barred = Spec.model_validate({**NEW.model_dump(), "bar": "pass = 1"})
    agents.save(services, ANA, sofia, barred, 2)
    root = Actor("root@example.com", "admin")
    wish = Wish(
        sofia, "twilio", OURS, share=0.5, settles_after=5, override=WHY, despite_warnings=True
    )
    releases.release(services, root, wish)
    [share] = services.store.shares.running()
    for one in customers(24):
        answered(context, write, clock, one)
    assert settled(context, share) is ShareState.WITHDRAWN


# --- killed anywhere


def state(services: Services, share: Share) -> tuple[int, str, int, int]:
    """What answers, how the share stands, what was noted of it, and who was told."""
    log = [one.action for one in services.store.audit.page()]
    ends = sum(one in ("agent rolled back", "share withdrawn") for one in log)
    stands = services.store.shares.get(share.id).state
    return now_there(services).number, stands, ends, len(services.store.alerts.of(ANA.name))


@pytest.fixture
def frozen() -> Iterator[None]:
    """What was imported is not looked through at each death."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("end", ["promote", "withdraw", "settle"])
def test_an_end_that_is_killed_anywhere_is_whole_or_is_none(
    context: WorkerContext, sofia: str, end: str
) -> None:
    services = context.services
    services.store.people.add(ANA.name, "editor")
    share = shared(services, sofia)
    hook, before = Hook(), state(services, share)
    hook_database(services.database.engine, hook)
    ways = {
        "promote": lambda: acts.promote(services, ANA, sofia, share.id),
        "withdraw": lambda: acts.withdraw(services, ANA, sofia, share.id),
        "settle": lambda: acts.settle(services, share, is_worse=True),
    }
    places = 0
    for number in itertools.count():
        hook.arm(DEATH, number)
        with contextlib.suppress(Died, SQLAlchemyError):
            ways[end]()
        struck = hook.struck
        hook.disarm()
        gc.collect()  # a dead process holds no cursor open, nor SQLite's lock with it
        services.database.close()
        places += 1
        if (found := state(services, share)) != before:
            break
        assert struck, "it was not killed, and did nothing"
    told = int(end == "settle")
    assert (
        found
        == {
            "promote": (2, ShareState.PROMOTED, before[2] + 1, told),
            "withdraw": (1, ShareState.WITHDRAWN, before[2] + 1, told),
            "settle": (1, ShareState.WITHDRAWN, before[2] + 1, told),
        }[end]
    )
    assert places >= 6
    acts.settle(services, share, is_worse=False)  # it is over: nothing is done twice
    assert state(services, share) == found
