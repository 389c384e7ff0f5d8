"""Insights: what is summed up, on both databases."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from agent.errors import Invalid
from agent.spec import Spec
from channels.registry import known
from store.agents.agents import Agents
from store.conversations.inbox import Inbound, Inbox
from store.conversations.turns import Turns
from store.conversations.work import Outcome
from store.db.database import Database
from store.insights.insights import Insights, Span
from tests.fakes import Clock

NUMBER = "whatsapp:+1"
DAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12).timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def version_id(database: Database) -> str:
    agents = Agents(database, known())
    made = agents.create(Spec(name="Sofía"), "test")
    return agents.release_draft(made, "twilio", NUMBER, "test").id


Round = Callable[..., None]


@pytest.fixture
def a_round(database: Database, clock: Clock, version_id: str) -> Round:
    """A customer asks at some moment and is answered some seconds later."""
    inbox, turns = Inbox(database, known(), clock), Turns(database, clock)

    def take(customer: str, at: float, seconds: float, **outcome: object) -> None:
        clock.now = at
        message = Inbound("twilio", f"SM{customer}{at}", NUMBER, customer, "¿Precio?", customer)
        lease_of = inbox.accept([message])[0].conversation_id
        clock.now = at + seconds
        lease = turns.lease(lease_of)
        assert lease is not None
        told: dict[str, object] = {"outcome": "answered", "text": "x", "parts": ["x"], **outcome}
        turns.commit(turns.read(lease, 5), Outcome(version_id=version_id, started_at=at, **told))  # type: ignore[arg-type]

    return take


def a_day(agent_id: str = "") -> Span:
    return Span(DAY, DAY, agent_id)


def test_a_span_is_summed_up(database: Database, a_round: Round) -> None:
    a_round("a", NOON, 2, cost=0.25)
    a_round("a", NOON + 60, 4, cost=0.25, outcome="fallback", missed="¿Abren hoy?")
    a_round("b", NOON + 90, 6, outcome="handoff", handoff_reason="The customer wrote: asesor.")
    totals = Insights(database).totals(a_day())
    assert (totals.conversations, totals.answers, totals.fallbacks) == (2, 3, 1)
    assert (totals.handed_off, totals.alone, totals.cost) == (1, 0.5, 0.5)


def test_what_another_day_brought_is_left_out(database: Database, a_round: Round) -> None:
    a_round("a", NOON - 86_400, 2)
    a_round("b", NOON + 86_400, 2)
    assert Insights(database).totals(a_day()).conversations == 0
    assert Insights(database).days(a_day()) == ([Insights(database).days(a_day())[0][0]], None)


def test_each_day_has_its_messages_and_waits(database: Database, a_round: Round) -> None:
    for seconds in (1.0, 2.0, 3.0, 9.0):
        a_round("a", NOON + seconds * 100, seconds)
    a_round("a", NOON + 86_400, 5)
    days, waits = Insights(database).days(Span(DAY, DAY + timedelta(days=2)))
    assert [(day.customers, day.agents) for day in days] == [(4, 4), (1, 1), (0, 0)]
    assert days[0].waits is not None
    assert days[0].waits.half_within == pytest.approx(2.0, abs=0.2)
    assert days[0].waits.nearly_all_within == pytest.approx(9.0, abs=0.2)
    assert waits is not None
    assert waits.half_within == pytest.approx(3.0, abs=0.2)
    assert days[2].waits is None


def test_cost_is_told_by_day_and_agent(database: Database, a_round: Round) -> None:
    a_round("a", NOON, 1, cost=0.5)
    a_round("b", NOON + 3600, 1, cost=0.25)
    assert [
        (one.day, one.agent, one.answers, one.cost) for one in Insights(database).costs(a_day())
    ] == [(DAY, "Sofía", 2, 0.75)]


def test_one_agent_can_be_looked_at_alone(database: Database, a_round: Round) -> None:
    a_round("a", NOON, 1)
    other = Insights(database)
    mine = Agents(database, known()).list()[0].id
    assert other.totals(a_day(mine)).answers == 1
    assert other.totals(a_day("nobody")).answers == 0
    assert other.days(a_day("nobody"))[0][0].customers == 0


def test_reasons_are_counted_without_the_customers_words(
    database: Database, a_round: Round
) -> None:
    for n, word in enumerate(("asesor", "humano")):
        a_round(word, NOON + n, 1, outcome="handoff", handoff_reason=f"The customer wrote: {word}.")
    a_round("c", NOON, 1, outcome="fallback", handoff_reason="tool_loop: x")
    found = Insights(database).reasons(a_day())
    assert [(one.name, one.times) for one in found] == [("The customer wrote", 2), ("tool_loop", 1)]


def test_questions_without_an_answer_come_the_most_frequent_first(
    database: Database, a_round: Round
) -> None:
    for n, question in enumerate(("¿Abren hoy?", "¿Hay taller?", "¿Abren hoy?")):
        a_round(f"c{n}", NOON + n, 1, missed=question)
    found = Insights(database).missed(a_day())
    assert [(one.name, one.times) for one in found] == [("¿Abren hoy?", 2), ("¿Hay taller?", 1)]
    assert Insights(database).totals(a_day()).missed == 3


def test_cited_sources_are_counted(database: Database, a_round: Round) -> None:
    a_round("a", NOON, 1, citations=[{"n": 1, "source_id": "s1"}, {"n": 2, "source_id": "s2"}])
    a_round("b", NOON, 1, citations=[{"n": 1, "source_id": "s1"}])
    a_round("c", NOON, 1)
    found = Insights(database).cited(a_day())
    assert [(one.name, one.times) for one in found] == [("s1", 2), ("s2", 1)]


@pytest.mark.parametrize("days", [-1, 733])
def test_a_span_that_makes_no_sense_is_refused(days: int) -> None:
    with pytest.raises(Invalid):
        Span(DAY, DAY + timedelta(days=days))
