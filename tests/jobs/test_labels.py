"""Labels of what customers were really told: kept, offered for review, erased with them."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from actions import labels as acts
from agent.actor import Actor
from agent.errors import Forbidden, Invalid, NotFound
from jobs import turn
from jobs.context import WorkerContext
from store.conversations.inbox import Accepted
from store.evaluation.labels import LONGEST, MOST_AT_ONCE, NewLabel
from store.states import Review, Subject, Verdict
from store.tables import labels, turns
from tests.fakes import Clock

ANA, EVA = Actor("ana@example.com", "agent"), Actor("eva@example.com", "agent")
VIEWER = Actor("leo@example.com", "viewer")
Write = Callable[..., Accepted]


@pytest.fixture
def answered(context: WorkerContext, write: Write, clock: Clock) -> Callable[[str], str]:
    """A customer writes and is answered; the turn's id comes back."""

    def answered(text: str) -> str:
        here = write(text, customer=f"whatsapp:+{abs(hash(text)) % 10**9}").conversation_id
        clock.pass_seconds(60)
        turn.take(context, here)
        with context.services.database.read() as tx:
            return str(tx.scalar(select(turns.c.id).where(turns.c.conversation_id == here)))

    return answered


def says(turn_id: str, verdict: str = "wrong", **more: str) -> NewLabel:
    return NewLabel(Subject.TURN, turn_id, Verdict(verdict), **more)  # type: ignore[arg-type]


def label(context: WorkerContext, who: Actor, *given: NewLabel) -> int:
    return acts.label(context.services, who, given)


def waiting(context: WorkerContext, who: Actor, kind: Review = Review.NEWEST) -> list[str]:
    found = context.services.store.labels.to_review(who.name, "", kind)
    return [one.question for one in found]


def test_a_label_takes_the_place_of_ones_own_and_of_no_others(
    context: WorkerContext, answered: Callable[[str], str]
) -> None:
    turn_id = answered("¿Garantía?")
    label(context, ANA, says(turn_id, "right"))
    label(context, EVA, says(turn_id, "wrong", comment="caducada"))
    label(context, ANA, says(turn_id, "wrong", better="Doce meses"))
    found = context.services.store.labels.of(Subject.TURN, [turn_id])
    assert {(one.person, one.verdict, one.better) for one in found} == {
        (ANA.name, Verdict.WRONG, "Doce meses"),
        (EVA.name, Verdict.WRONG, ""),
    }
    agent_id = context.services.store.agents.list()[0].id
    assert len(context.services.store.labels.page(agent_id)) == 2
    assert context.services.store.labels.page("0" * 32) == []


def test_what_one_has_judged_is_offered_no_more(
    context: WorkerContext, answered: Callable[[str], str]
) -> None:
    first = answered("uno")
    answered("dos")
    assert set(waiting(context, ANA)) == {"uno", "dos"}
    label(context, ANA, says(first))
    assert waiting(context, ANA) == ["dos"]
    assert set(waiting(context, EVA, Review.RANDOM)) == {"uno", "dos"}


def test_a_review_shows_what_was_asked_and_answered(
    context: WorkerContext, answered: Callable[[str], str]
) -> None:
    answered("hola")
    [found] = context.services.store.labels.to_review(ANA.name)
    assert found.question == "hola"
    assert "hola" in found.answer
    assert found.agent_name == "Sofía"


@pytest.mark.parametrize("first", ["right", "unsure"])
def test_doubt_is_when_somebody_is_unsure_or_two_disagree(
    context: WorkerContext, answered: Callable[[str], str], first: str
) -> None:
    turn_id = answered("hola")
    answered("adiós")
    assert waiting(context, VIEWER, Review.DOUBT) == []
    label(context, ANA, says(turn_id, first))
    label(context, EVA, says(turn_id, "wrong"))
    assert waiting(context, VIEWER, Review.DOUBT) == ["hola"]


def test_pairs_tell_how_two_people_agree(
    context: WorkerContext, answered: Callable[[str], str]
) -> None:
    agent_id = context.services.store.agents.list()[0].id
    said = (("a", "right", "right"), ("b", "wrong", "right"), ("c", "right", "unsure"))
    for text, ours, theirs in said:
        turn_id = answered(text)
        label(context, ANA, says(turn_id, ours))
        label(context, EVA, says(turn_id, theirs))
    assert sorted(context.services.store.labels.pairs(agent_id)) == [(False, True), (True, True)]


def test_a_label_is_taken_back(context: WorkerContext, answered: Callable[[str], str]) -> None:
    turn_id = answered("hola")
    label(context, ANA, says(turn_id))
    acts.unlabel(context.services, EVA, Subject.TURN, turn_id)
    assert len(context.services.store.labels.of(Subject.TURN, [turn_id])) == 1
    acts.unlabel(context.services, ANA, Subject.TURN, turn_id)
    assert context.services.store.labels.of(Subject.TURN, [turn_id]) == []


def test_labels_go_with_the_customer(
    context: WorkerContext, answered: Callable[[str], str]
) -> None:
    turn_id = answered("hola")
    label(context, ANA, says(turn_id, comment="María vive en Roma 12"))
    with context.services.database.read() as tx:
        here = tx.scalar(select(turns.c.conversation_id).where(turns.c.id == turn_id))
    context.services.store.erasure.customer(int(here or 0))
    with context.services.database.read() as tx:
        assert tx.execute(select(labels)).all() == []


def test_a_viewer_labels_nothing(context: WorkerContext, answered: Callable[[str], str]) -> None:
    with pytest.raises(Forbidden):
        label(context, VIEWER, says(answered("hola")))


def test_what_is_none_of_the_answers_is_refused_whole(
    context: WorkerContext, answered: Callable[[str], str]
) -> None:
    turn_id = answered("hola")
    rows = [NewLabel(Subject.ROW, number, Verdict.RIGHT) for number in ("7", "x", "")]
    for wrong in (says("f" * 32), *rows):
        with pytest.raises(NotFound):
            label(context, ANA, says(turn_id), wrong)
    for wrong in (says(turn_id, comment="c" * (LONGEST + 1)), says(turn_id, name="")):
        with pytest.raises(Invalid):
            label(context, ANA, says(turn_id), wrong)
    with pytest.raises(Invalid):
        label(context, ANA, *[says(turn_id)] * (MOST_AT_ONCE + 1))
    assert context.services.store.labels.of(Subject.TURN, [turn_id]) == []
