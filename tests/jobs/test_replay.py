"""Recorded conversations are played again as they were, and nothing leaves."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from agent.spec import Spec
from channels.registry import known
from jobs import replay
from jobs.context import WorkerContext
from jobs.experiments import PAUSE_SECONDS, Customers
from store.conversations.inbox import Accepted
from store.conversations.owners import Owners
from store.evaluation.experiments import Candidate
from store.evaluation.recorded import Recording
from store.evaluation.replays import ReplayPlan, ReplayRow, Replays
from store.people.audit import Audit
from store.states import ExperimentState, RowState
from store.tables import inbox, messages, outbox, turns
from tests.fakes import Clock
from tests.jobs.fakes import MemoryChannel
from tests.jobs.recorded_days import Days, HashingRuntime
from tests.parts import changed

CONVERSATIONS = int(os.environ.get("REPLAYED", "100"))
SEED = int(os.environ.get("SEED", "14"))
SPEC = Spec(name="Sofía")


@pytest.fixture
def hashing() -> HashingRuntime:
    return HashingRuntime()


@pytest.fixture
def here(context: WorkerContext, hashing: HashingRuntime, clock: Clock) -> WorkerContext:
    """A worker whose agent says something that depends on every word before."""
    database = context.services.database
    services = changed(
        context.services,
        audit=Audit(database, clock),
        owners=Owners(database, known(), clock),
        replays=Replays(database, clock),
    )
    return replace(context, services=services, runtime=hashing)  # type: ignore[arg-type]


@pytest.fixture
def days(here: WorkerContext, hashing: HashingRuntime, clock: Clock) -> Days:
    return Days(here, hashing, clock, random.Random(SEED))


def lived(days: Days, number: int) -> list[int]:
    return [here for n in range(number) if (here := days.one_customer(n))]


def started(context: WorkerContext, ids: list[int], spec: Spec = SPEC, **more: float) -> str:
    store = context.services.store
    agent_id = store.agents.list()[0].id
    plan = ReplayPlan(agent_id, Candidate("now", spec), ids, 0.0, context.clock(), **more)
    return store.replays.make(plan, "ana")


def played(context: WorkerContext) -> None:
    for _ in range(10_000):
        if replay.play(context, 0, Customers()) is None:
            return
    raise AssertionError("it never ends")


def rows(context: WorkerContext, made: str) -> list[ReplayRow]:
    return list(context.services.store.replays.rows(made))


def counts(context: WorkerContext) -> list[int]:
    with context.services.database.read() as tx:
        return [
            tx.scalar(select(func.count()).select_from(table)) or 0
            for table in (inbox, messages, outbox, turns)
        ]


def test_under_the_same_version_every_answer_burst_and_hand_off_is_the_same(
    here: WorkerContext, days: Days, hashing: HashingRuntime, channel: MemoryChannel, clock: Clock
) -> None:
    began = clock.now
    ids = lived(days, CONVERSATIONS)
    lasted = clock.now - began
    hashing.meanwhile = lambda: None
    before, sent, asked = counts(here), list(channel.taken), hashing.asked
    made = started(here, ids)
    started_at = time.monotonic()
    played(here)
    assert time.monotonic() - started_at < lasted / 10
    found = rows(here, made)
    assert [(row.state, row.error) for row in found] == [(RowState.DONE, "")] * len(ids)
    assert [piece for row in found for piece in row.stretches if piece["changes"]] == []
    sums = here.services.store.replays.sums(made)
    assert sums.turns_then == sums.turns_now > len(ids)
    assert sums.handed_then == sums.handed_now > 0
    assert sums.cost_now == pytest.approx(sums.cost_then)
    assert counts(here) == before
    assert channel.taken == sent
    assert hashing.asked - asked > 0
    assert all(hashing.simulated[asked:])


def test_another_spec_changes_what_is_said(here: WorkerContext, days: Days) -> None:
    ids = lived(days, 5)
    days.runtime.meanwhile = lambda: None
    made = started(here, ids, SPEC.model_copy(update={"tone": "breve"}))
    played(here)
    sums = here.services.store.replays.sums(made)
    assert sums.changed > 0
    assert sums.changes["text"] > 0
    assert sums.changes["bursts"] == 0


def test_a_kill_asks_nothing_twice(
    here: WorkerContext, days: Days, hashing: HashingRuntime, clock: Clock
) -> None:
    ids = lived(days, 3)
    made, again = started(here, ids), started(here, ids)
    asked, left = hashing.asked, 2

    def dies() -> None:
        nonlocal left
        left -= 1
        if not left:
            raise KeyboardInterrupt

    hashing.meanwhile = dies
    with pytest.raises(KeyboardInterrupt):
        replay.play(here, 0, Customers())
    hashing.meanwhile = lambda: None
    clock.pass_seconds(60)
    played(here)
    assert rows(here, made)[0].stretches == rows(here, again)[0].stretches
    whole = sum(one["outcome"] != "silent" for r in rows(here, made) for one in _now(r))
    assert hashing.asked - asked == 2 * whole + 1  # the one that was not kept


def _now(row: ReplayRow) -> list[dict[str, str]]:
    return [one for piece in row.stretches for one in piece["now"]]


def test_money_ends_it_and_more_money_goes_on(here: WorkerContext, days: Days) -> None:
    ids = lived(days, 6)
    days.runtime.meanwhile = lambda: None
    made = started(here, ids, cost_limit=0.002)
    played(here)
    replays = here.services.store.replays
    assert replays.get(made).state == ExperimentState.OVER_BUDGET
    assert replays.progress(made).done < len(ids)
    assert replays.resume(made, 0.0)
    played(here)
    assert replays.get(made).state == ExperimentState.DONE
    assert replays.progress(made).done == len(ids)
    assert replays.sums(made).changed == 0


def test_nothing_is_played_while_a_customer_waits(
    here: WorkerContext, days: Days, write: Callable[..., Accepted], hashing: HashingRuntime
) -> None:
    made = started(here, lived(days, 1))
    write("hola")
    asked = hashing.asked
    assert replay.play(here, 0, Customers()) == here.clock() + PAUSE_SECONDS
    assert (hashing.asked, rows(here, made)[0].state) == (asked, RowState.WAITING)


def test_what_was_said_before_the_chosen_days_is_remembered(
    here: WorkerContext, days: Days, clock: Clock
) -> None:
    ids = lived(days, 25)
    days.runtime.meanwhile = lambda: None
    store = here.services.store
    whole = store.recordings.read
    late = [(one, spoken[-1]) for one in ids if len(spoken := _spoken(whole(one, 0, clock())))]
    for conversation_id, since in late:
        plan = ReplayPlan(
            store.agents.list()[0].id,
            Candidate("now", SPEC),
            [conversation_id],
            since,
            clock(),
        )
        made = store.replays.make(plan, "ana")
        played(here)
        [row] = rows(here, made)
        assert (row.error, row.changes) == ("", 0), row.stretches


def _spoken(recording: Recording) -> list[float]:
    """When the customer wrote what an answer came to, but for the first."""
    first = {id_ for one in recording.taken[1:] if one.reply.text for id_ in one.inbox_ids}
    return [one.at for one in recording.written if one.inbox_id in first]


def test_an_erased_customer_is_in_no_replay(here: WorkerContext, days: Days) -> None:
    ids = lived(days, 2)
    days.runtime.meanwhile = lambda: None
    made = started(here, ids)
    played(here)
    here.services.store.erasure.customer(ids[0])
    assert [bool(row.stretches) for row in rows(here, made)] == [False, True]
