"""Experiments are asked beside the customers, once, whatever is killed, and nothing is sent."""

import contextlib
import gc
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import SQLAlchemyError

from actions import datasets as dataset_acts
from actions import experiments as acts
from actions.experiments import Chosen, Given, Wish
from actions.queues import EXPERIMENTS
from actions.services import Services
from agent.actor import Actor
from agent.answer import Answer, Author, Handoff, Outcome
from agent.cases import Case, plain
from agent.errors import Invalid
from agent.spec import Spec
from jobs import experiments
from jobs.context import Heartbeat, WorkerContext
from jobs.experiments import Customers
from jobs.sweep import Sweeper
from store.conversations.inbox import Accepted
from store.evaluation.experiments import Experiment, Experiments, Row
from store.evaluation.rows import MOST_ATTEMPTS, Rows
from store.states import ExperimentState, RowState
from store.tables import inbox, messages, outbox, turns
from tests.fakes import Clock, ScriptedModel
from tests.jobs.crashes import DATABASE, DEATH, Died, Hook, hook_database
from tests.jobs.fakes import EchoRuntime, HeardWakeUp
from tests.parts import changed

ANA = Actor("ana@example.com", "editor")
SPEC = Spec(name="Sofía")
OTHER = Spec(name="Clara")
TALK = Case.model_validate(
    {
        "turns": [
            {"say": ["hola", "¿precio?"]},
            {"say": ["adiós"], "expect": {"contains": ["adiós"]}},
        ]
    }
)


@pytest.fixture
def tests(context: WorkerContext) -> str:
    """The dataset of an agent: a question that passes, one that fails, and a longer talk."""
    services = context.services
    agent_id = services.store.agents.create(SPEC, "ana")
    own = services.store.datasets.tests(agent_id, "ana").id
    cases = [plain("¿Garantía?", "garantía"), plain("¿Frenos?", "no cubre"), TALK]
    dataset_acts.add(services, ANA, own, cases)
    return own


def started(services: Services, tests: str, **more: Any) -> str:
    two = [Chosen(spec=SPEC, label="old"), Chosen(spec=OTHER, label="new")]
    return acts.start(services, ANA, replace(Wish(tests, two), **more))


def worked(context: WorkerContext, lane: int = 0) -> int:
    """Ask until there is nothing left now; return how often there was something."""
    times = 0
    while experiments.ask(context, lane, Customers()) is not None:
        times += 1
        assert times < 200
    return times


def seen(context: WorkerContext, made: str) -> tuple[Experiment, list[Row]]:
    found = context.services.store.experiments
    return found.get(made), list(found.rows(made))


def test_every_row_is_asked_scored_and_compared(
    context: WorkerContext, tests: str, runtime: EchoRuntime
) -> None:
    made = started(context.services, tests, repeats=2)
    worked(context)
    experiment, rows = seen(context, made)
    assert experiment.state == ExperimentState.DONE
    assert len(runtime.asked) == 2 * 2 * (1 + 1 + 2)
    assert [row.passed for row in rows] == [True] * 4 + [False] * 4 + [True] * 4
    old, _new = experiment.comparisons["candidates"]
    assert (old["label"], old["rows"], old["passed"]) == ("old", 6, 4)
    assert old["all_pass"] == [pytest.approx(2 / 3)] * 2
    [pair] = experiment.comparisons["pairs"]
    passed = pair["measures"][0]
    assert (pair["old"], pair["new"], passed["measure"]) == (0, 1, "passed")
    assert (passed["same"], passed["verdict"]) == (3, "too_few")
    assert {one["measure"] for one in pair["measures"]} >= {"score:contains", "cost", "seconds"}


def test_a_conversation_is_asked_turn_by_turn_with_what_was_said(
    context: WorkerContext, tests: str, runtime: EchoRuntime
) -> None:
    talk = context.services.store.datasets.cases(tests)[2].id
    made = started(
        context.services, tests, candidates=[Chosen(spec=SPEC, label="a")], case_ids=[talk]
    )
    worked(context)
    assert runtime.asked == [["hola", "¿precio?"], ["adiós"]]
    before = [(line.author, line.text) for line in runtime.histories[1]]
    assert before == [
        (Author.CUSTOMER, "hola"),
        (Author.CUSTOMER, "¿precio?"),
        (Author.AGENT, "hola + ¿precio?"),
    ]
    [row] = seen(context, made)[1]
    assert [one["text"] for one in row.answers] == ["hola + ¿precio?", "adiós"]
    assert "prompt" not in row.answers[0] or not row.answers[0]["prompt"]


def test_nothing_is_sent_and_no_conversation_is_touched(context: WorkerContext, tests: str) -> None:
    started(context.services, tests)
    worked(context)
    with context.services.database.read() as tx:
        for table in (inbox, messages, outbox, turns):
            assert tx.scalar(select(func.count()).select_from(table)) == 0


def test_after_a_hand_off_the_agent_says_nothing_more(
    context: WorkerContext, tests: str, runtime: EchoRuntime
) -> None:
    runtime.answer_with = Answer("Le paso.", Outcome.HANDOFF, handoff=Handoff("angry"))
    made = started(context.services, tests)
    worked(context)
    talk = seen(context, made)[1][-1]
    assert [one["outcome"] for one in talk.answers] == ["handoff", "silent"]
    assert talk.passed is False


# --- customers first


def test_nothing_is_asked_while_a_customer_waits(
    context: WorkerContext, tests: str, write: Callable[..., Accepted], runtime: EchoRuntime
) -> None:
    started(context.services, tests)
    here = write("hola").conversation_id
    again = experiments.ask(context, 0, Customers())
    assert again == context.clock() + experiments.PAUSE_SECONDS
    assert runtime.asked == []
    lease = context.services.store.turns.lease(here)  # somebody answers now
    assert lease is not None
    experiments.ask(context, 0, Customers())
    assert len(runtime.asked) == 1


def test_a_worker_that_answers_customers_asks_one_row_at_a_time(
    context: WorkerContext, tests: str, runtime: EchoRuntime
) -> None:
    started(context.services, tests)
    customers = Customers()
    with customers.answered():
        assert experiments.ask(context, 1, customers) == context.clock() + 0.25
        assert runtime.asked == []
        experiments.ask(context, 0, customers)
    assert len(runtime.asked) == 1
    experiments.ask(context, 1, customers)
    assert len(runtime.asked) == 2


def test_a_longer_talk_makes_way_between_its_turns(
    context: WorkerContext, tests: str, write: Callable[..., Accepted], runtime: EchoRuntime
) -> None:
    talk = context.services.store.datasets.cases(tests)[2].id
    made = started(
        context.services, tests, candidates=[Chosen(spec=SPEC, label="a")], case_ids=[talk]
    )
    here: list[int] = []
    runtime.meanwhile = lambda: here or here.append(write("hola").conversation_id)  # type: ignore[func-returns-value]
    paused: list[float] = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        if len(paused) == 3:
            context.services.store.turns.lease(here[0])

    experiments.ask(replace(context, pause=pause), 0, Customers())
    assert paused == [experiments.PAUSE_SECONDS] * 3
    assert seen(context, made)[1][0].state == RowState.DONE


def test_a_paused_installation_still_asks(
    context: WorkerContext, tests: str, write: Callable[..., Accepted], runtime: EchoRuntime
) -> None:
    started(context.services, tests)
    write("hola")
    context.services.store.switches.set("paused", True, "ana")
    experiments.ask(context, 0, Customers())
    assert len(runtime.asked) == 1


@pytest.mark.parametrize(("slots", "most"), [(1, 1), (3, 1), (4, 1), (8, 2), (128, 32)])
def test_at_most_a_quarter_of_the_slots_ask(slots: int, most: int) -> None:
    assert len(experiments.lanes(slots)) == most


def test_nobody_looks_again_when_there_is_nothing(context: WorkerContext) -> None:
    assert experiments.ask(context, 0, Customers()) is None
    with Customers().answered():
        assert experiments.ask(context, 1, Customers()) is None


def test_who_sweeps_rings_for_experiments(context: WorkerContext, tests: str, clock: Clock) -> None:
    wake_up = HeardWakeUp()
    sweeper = Sweeper(replace(context.services, wake_up=wake_up), clock)
    sweeper.sweep()
    assert (EXPERIMENTS, 0) not in wake_up.heard
    started(context.services, tests)
    clock.pass_seconds(1)
    sweeper.sweep()
    assert (EXPERIMENTS, 0) in wake_up.heard


# --- asked once


def test_what_was_asked_before_is_not_asked_again(
    context: WorkerContext, tests: str, runtime: EchoRuntime
) -> None:
    first = started(context.services, tests)
    worked(context)
    count = len(runtime.asked)
    again = started(context.services, tests)
    worked(context)
    assert len(runtime.asked) == count
    before, after = seen(context, first)[1], seen(context, again)[1]
    assert [one.answers for one in after] == [one.answers for one in before]
    assert [one.scores for one in after] == [one.scores for one in before]
    assert all(one.reused for one in after)


@pytest.mark.parametrize("change", ["spec", "model", "case", "repeats", "chat_model"])
def test_what_has_changed_is_asked(
    context: WorkerContext, tests: str, runtime: EchoRuntime, change: str
) -> None:
    started(context.services, tests, candidates=[Chosen(spec=SPEC, label="a")])
    worked(context)
    count = len(runtime.asked)
    more: dict[str, Any] = {"candidates": [Chosen(spec=SPEC, label="a")]}
    expected = 4
    if change == "spec":
        toned = SPEC.model_copy(update={"tone": "Breve"})
        more["candidates"] = [Chosen(spec=toned, label="a")]
    elif change == "model":
        more["candidates"] = [Chosen(spec=SPEC, label="a", model="openai:gpt-5")]
    elif change == "repeats":
        more["repeats"] = 2
    elif change == "chat_model":
        settings = context.services.settings.model_copy(update={"chat_model": "openai:x"})
        context = replace(context, services=replace(context.services, settings=settings))
    else:
        dataset_acts.add(context.services, ANA, tests, [plain("¿Nuevo?")])
        expected = 1
    started(context.services, tests, **more)
    worked(context)
    assert len(runtime.asked) == count + expected


def test_another_expectation_is_scored_without_asking(
    context: WorkerContext, tests: str, runtime: EchoRuntime
) -> None:
    one = [Chosen(spec=SPEC, label="a")]
    started(context.services, tests, candidates=one)
    worked(context)
    count = len(runtime.asked)
    dataset_acts.add(context.services, ANA, tests, [plain("¿Garantía?", "cinco años")])
    made = started(context.services, tests, candidates=one)
    worked(context)
    assert len(runtime.asked) == count
    assert {row.scores["contains"].reason for row in seen(context, made)[1]} >= {"cinco años"}


# --- what fails


def failing(error: str) -> Answer:
    return Answer("Perdone.", Outcome.FALLBACK, error=error)


def test_a_model_that_is_away_is_asked_again_later_and_then_given_up(
    context: WorkerContext, tests: str, runtime: EchoRuntime, clock: Clock
) -> None:
    runtime.answer_with = failing("model_timeout: late")
    made = started(context.services, tests, candidates=[Chosen(spec=SPEC, label="a")])
    for _ in range(MOST_ATTEMPTS):
        worked(context)
        assert seen(context, made)[0].state != ExperimentState.DONE or _ == MOST_ATTEMPTS - 1
        clock.pass_seconds(2**MOST_ATTEMPTS)
    experiment, rows = seen(context, made)
    assert experiment.state == ExperimentState.DONE
    assert {(row.state, row.passed, row.error) for row in rows} == {
        ("failed", None, "model_timeout: late")
    }
    assert len(runtime.asked) == MOST_ATTEMPTS * 3


def test_a_model_that_comes_back_is_as_if_it_had_never_been_away(
    context: WorkerContext, tests: str, runtime: EchoRuntime, clock: Clock
) -> None:
    runtime.answer_with = failing("model_rate_limit: too many")
    made = started(context.services, tests)
    worked(context)
    runtime.answer_with = None
    clock.pass_seconds(10)
    worked(context)
    assert {row.state for row in seen(context, made)[1]} == {"done"}


def test_a_key_that_is_wrong_fails_at_once(
    context: WorkerContext, tests: str, runtime: EchoRuntime
) -> None:
    runtime.answer_with = failing("model_key: refused")
    made = started(context.services, tests, candidates=[Chosen(spec=SPEC, label="a")])
    worked(context)
    assert {row.state for row in seen(context, made)[1]} == {"failed"}
    assert len(runtime.asked) == 3


def test_an_agent_that_gives_up_has_answered(
    context: WorkerContext, tests: str, runtime: EchoRuntime
) -> None:
    runtime.answer_with = failing("call_limit: used up")
    made = started(context.services, tests)
    worked(context)
    assert {(row.state, row.passed) for row in seen(context, made)[1]} == {("done", False)}


def test_a_row_that_ends_every_worker_is_given_up(
    context: WorkerContext, tests: str, clock: Clock, runtime: EchoRuntime
) -> None:
    made = started(context.services, tests, candidates=[Chosen(spec=SPEC, label="a")])
    for _ in range(MOST_ATTEMPTS):
        assert context.services.store.rows.lease() is not None
        clock.pass_seconds(5)
    worked(context)
    first = seen(context, made)[1][0]
    assert (first.state, first.error.partition(":")[0]) == ("failed", "worn_out")


# --- money


def test_money_ends_an_experiment(context: WorkerContext, tests: str, runtime: EchoRuntime) -> None:
    answer = Answer("sí", Outcome.ANSWERED)
    runtime.answer_with = replace(answer, usage=replace(answer.usage, cost=0.4))
    made = started(context.services, tests, cost_limit=1.0)
    worked(context)
    experiment, rows = seen(context, made)
    assert experiment.state == ExperimentState.OVER_BUDGET
    assert experiment.cost == pytest.approx(1.2)
    assert sum(row.state == "done" for row in rows) == 3
    assert experiment.comparisons["candidates"][0]["rows"] == 2


def test_a_model_without_a_price_costs_money_all_the_same(
    context: WorkerContext, tests: str, runtime: EchoRuntime
) -> None:
    answer = Answer("sí", Outcome.ANSWERED)
    runtime.answer_with = replace(answer, usage=replace(answer.usage, unpriced_tokens=100_000))
    made = started(context.services, tests, cost_limit=1.5)
    worked(context)
    assert seen(context, made)[0].state == ExperimentState.OVER_BUDGET


def test_a_score_that_is_posted_is_compared(context: WorkerContext, tests: str) -> None:
    made = started(context.services, tests)
    worked(context)
    rows = seen(context, made)[1]
    given = [Given(row.id, "style", row.candidate, True) for row in rows]
    acts.score(context.services, ANA, made, given)
    worked(context)
    [pair] = seen(context, made)[0].comparisons["pairs"]
    style = next(one for one in pair["measures"] if one["measure"] == "score:style")
    assert (style["old"], style["new"], style["better"]) == (0, 1, 3)


# --- judges


@dataclass
class JudgedRuntime(EchoRuntime):
    """Echoes, and lends its judge a model that was told what to say."""

    models: Any = None


def test_a_judge_is_asked_and_its_verdict_counts(
    context: WorkerContext, tests: str, clock: Clock
) -> None:
    judge = ScriptedModel(
        'Let me see. {"passed": true, "reason": "polite"}',
        "I cannot tell.",
        '{"passed": false, "reason": "too short"}',
    )
    live = replace(context, runtime=JudgedRuntime(models=judge))  # type: ignore[arg-type]
    case = live.services.store.datasets.cases(tests)[0].id
    settings = live.services.settings.model_copy(update={"chat_model": "openai:x"})
    services = replace(live.services, settings=settings)
    made = started(services, tests, case_ids=[case], scorers=[{"name": "judge"}])
    worked(live)
    clock.pass_seconds(10)
    worked(live)
    one, other = seen(live, made)[1]
    assert (one.scores["judge"].passed, one.passed) == (True, True)
    assert (other.scores["judge"].reason, other.passed) == ("too short", False)
    assert other.scores["judge"].by == "judge"
    assert "¿Garantía?" in str(judge.seen[0])


# --- simulated customers


def goal(**more: Any) -> Case:
    return Case.model_validate({"goal": "Saber el precio", **more})


def simulated(
    context: WorkerContext, tests: str, case: Case, model: ScriptedModel
) -> tuple[Row, EchoRuntime]:
    """How one candidate did with a simulated customer."""
    runtime = JudgedRuntime(models=model)
    live = replace(context, runtime=runtime)  # type: ignore[arg-type]
    settings = live.services.settings.model_copy(update={"chat_model": "openai:x"})
    services = replace(live.services, settings=settings)
    [case_id] = dataset_acts.add(services, ANA, tests, [case]).ids
    one = [Chosen(spec=SPEC, label="a")]
    made = started(services, tests, case_ids=[case_id], candidates=one)
    worked(live)
    [row] = seen(live, made)[1]
    return row, runtime


def test_a_customer_with_a_script_says_it_and_the_goal_is_judged(
    context: WorkerContext, tests: str
) -> None:
    judge = ScriptedModel('{"passed": false, "reason": "no price"}')
    row, runtime = simulated(context, tests, goal(script=["hola", "¿precio?"]), judge)
    assert runtime.asked == [["hola"], ["¿precio?"]]
    assert (row.passed, row.scores["goal"].reason) == (False, "no price")
    assert "Saber el precio" in str(judge.seen[0])
    assert "¿precio?" in str(judge.seen[0])


def test_a_customer_is_played_until_they_have_what_they_want(
    context: WorkerContext, tests: str
) -> None:
    both = ScriptedModel("hola", "¿cuánto cuesta?", "[END]", '{"passed": true, "reason": "ok"}')
    row, runtime = simulated(context, tests, goal(persona="Con prisa"), both)
    assert runtime.asked == [["hola"], ["¿cuánto cuesta?"]]
    assert [one["said"] for one in row.answers] == [["hola"], ["¿cuánto cuesta?"]]
    assert row.passed is True
    assert "Con prisa" in str(both.seen[0])
    assert [line.text for line in runtime.histories[1]] == ["hola", "hola"]


def test_a_customer_who_never_ends_is_ended(context: WorkerContext, tests: str) -> None:
    endless = ScriptedModel(*["¿y?"] * 10, '{"passed": false, "reason": "never"}')
    row, runtime = simulated(context, tests, goal(), endless)
    assert len(runtime.asked) == 10
    assert row.passed is False


def test_without_a_model_nobody_is_simulated(context: WorkerContext, tests: str) -> None:
    dataset_acts.add(context.services, ANA, tests, [goal(script=["hola"])])
    with pytest.raises(Invalid, match="model"):
        started(context.services, tests)


# --- killed anywhere


class House:
    """A worker that dies and comes back, over one database; the clock and the model live on."""

    def __init__(self, context: WorkerContext, clock: Clock, hook: Hook) -> None:
        self.hook, self.clock, self.database = hook, clock, context.services.database
        self.context = context
        self.runtime = EchoRuntime(meanwhile=lambda: hook.reach("model", "while it thinks"))

    def worker(self) -> WorkerContext:
        services = changed(
            self.context.services,
            experiments=Experiments(self.database, self.clock),
            rows=Rows(self.database, self.clock),
        )
        heartbeat = Heartbeat(services.store.turns, services.store.outbox, services.store.rows)
        return replace(self.context, services=services, runtime=self.runtime, heartbeat=heartbeat)  # type: ignore[arg-type]


def table(rows: list[Row]) -> list[Any]:
    return [
        (row.case_id, row.candidate, row.state, row.passed, row.scores, len(row.answers))
        for row in rows
    ]


@pytest.fixture
def house(context: WorkerContext, clock: Clock) -> Iterator[House]:
    hook = Hook()
    hook_database(context.services.database.engine, hook)
    if context.services.database.is_sqlite:
        event.listen(
            context.services.database.engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA synchronous=OFF"),
        )
    gc.freeze()  # what was imported is not looked through at each death
    yield House(context, clock, hook)
    hook.disarm()
    gc.unfreeze()


def struck(house: House, tests: str, how: str, number: int) -> tuple[str, list[Any], int]:
    """Run one experiment that is struck once; return where, its table, and how much was asked."""
    talk = house.context.services.store.datasets.cases(tests)[2].id
    toned = SPEC.model_copy(update={"tone": f"{how} {number}"})  # never asked before
    one = [Chosen(spec=toned, label="a")]
    made = started(house.context.services, tests, candidates=one, case_ids=[talk])
    house.runtime.asked.clear()
    house.hook.arm(how, number)
    with contextlib.suppress(Died, SQLAlchemyError):
        worked(house.worker())
    where = house.hook.struck
    house.hook.disarm()
    gc.collect()  # a dead process holds no cursor open, nor SQLite's lock with it
    house.database.close()
    for _ in range(3):
        house.clock.pass_seconds(130)
        worked(house.worker())
    experiment, rows = seen(house.context, made)
    assert experiment.state == ExperimentState.DONE, where
    assert len(experiment.comparisons["candidates"]) == 1, where
    return where, table(rows), len(house.runtime.asked)


@pytest.mark.parametrize("how", [DEATH, DATABASE])
def test_an_experiment_killed_anywhere_ends_with_the_same_table(
    house: House, tests: str, how: str
) -> None:
    _, peace, asked = struck(house, tests, how, 10_000)
    assert asked == 2
    places = 0
    for number in itertools.count():
        where, after, asked = struck(house, tests, how, number)
        if not where:
            break
        places += 1
        assert after == peace, where
        assert asked <= 3, where  # what was being asked, and nothing that was kept
    assert places >= 20
