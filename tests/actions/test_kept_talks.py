"""Conversations become cases: kept by a person, or proposed; and erased with the customer."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import insert, update

from actions import datasets, kept_talks
from actions.services import Services
from agent.actor import Actor
from agent.answer import Author, Outcome
from agent.errors import Forbidden, NotFound
from agent.spec import Spec
from agent.talk_case import answered, whole
from store.conversations.inbox import Inbound
from store.db.database import new_id
from store.evaluation.datasets import KeptCase
from store.states import CaseOrigin
from store.tables import messages, turns
from tests.actions.conftest import ANA, VIEWER

AGENT = Actor("luz@example.com", "agent")
NUMBER = "whatsapp:+14155238886"


@dataclass
class Line:
    author: Author
    text: str
    created_at: float = 0.0


def talk(*lines: str) -> list[Line]:
    """`c hola`, `a Buenas`, `h Soy Eva`: who says what, ten seconds apart."""
    who = {"c": Author.CUSTOMER, "a": Author.AGENT, "h": Author.HUMAN, "s": Author.SYSTEM}
    return [Line(who[one[0]], one[2:], 10.0 * place) for place, one in enumerate(lines)]


def test_a_conversation_is_its_bursts_with_their_gaps() -> None:
    case = whole(talk("c hola", "c ¿precio?", "a 350,000", "c gracias", "s pausa", "a A usted"))
    assert case is not None
    assert [(turn.say, turn.gap) for turn in case.turns] == [
        (("hola", "¿precio?"), 0),
        (("gracias",), 30),
    ]
    assert whole(talk("a Buenas", "h Hola")) is None


def test_what_a_person_answered_is_what_an_answer_is_to_resemble() -> None:
    lines = talk(
        "c hola", "a Buenas", "c ¿frenos?", "a Le paso.", "h No los cubre.", "h Lo siento."
    )
    [case] = answered([*lines, *talk("c ok")])
    assert [turn.say for turn in case.turns] == [("hola",), ("¿frenos?",)]
    assert case.turns[-1].expect.like == "No los cubre.\nLo siento."
    assert answered(talk("c hola", "a Buenas")) == []


@pytest.fixture
def sofia(services: Services) -> Iterator[str]:
    return services.store.agents.create(Spec(name="Sofía"), "ana")


@pytest.fixture
def here(services: Services, sofia: str) -> int:
    """A conversation that the agent passed on, and that a person then answered."""
    version = services.store.agents.release_draft(sofia, "twilio", NUMBER, "ana")
    message = Inbound("twilio", "SM1", NUMBER, "whatsapp:+521", "¿Cubre los frenos?", "Carla")
    conversation_id = services.store.inbox.accept([message])[0].conversation_id
    lease = services.store.turns.lease(conversation_id)
    assert lease is not None
    said = {"conversation_id": conversation_id, "author_name": "", "created_at": 9e9}
    turn = {
        "id": new_id(),
        "conversation_id": conversation_id,
        "fence": 1,
        "version_id": version.id,
        "inbox_from": 1,
        "inbox_to": 1,
        "outcome": Outcome.HANDOFF,
        "handoff_reason": "asked",
        "missed": "¿Cubre los espejos?",
        "started_at": 9e9,
        "finished_at": 9e9,
    }
    with services.database.write() as tx:
        tx.execute(update(messages).values(created_at=8e9))
        tx.execute(insert(turns).values(turn))
        for author, text in ((Author.AGENT, "Le paso."), (Author.HUMAN, "No los cubre.")):
            tx.execute(insert(messages).values(**said, author=author, text=text))
    return conversation_id


def cases(services: Services, sofia: str, *, proposed: bool = False) -> list[KeptCase]:
    own = services.store.datasets.own(sofia)
    assert own is not None
    found = services.store.datasets
    return list(found.proposed(own.id) if proposed else found.cases(own.id))


def test_a_conversation_is_kept_as_a_case(services: Services, sofia: str, here: int) -> None:
    with pytest.raises(Forbidden):
        kept_talks.keep(services, AGENT, here)
    kept_talks.keep(services, ANA, here)
    [only] = cases(services, sofia)
    assert (only.case.question, only.origin) == ("¿Cubre los frenos?", CaseOrigin.INBOX)
    assert only.conversation_id == here
    with pytest.raises(NotFound):
        kept_talks.keep(services, ANA, here + 1)


def test_what_people_answered_and_what_was_missed_is_proposed_once(
    services: Services, sofia: str, here: int
) -> None:
    with pytest.raises(Forbidden):
        kept_talks.collect(services, VIEWER, sofia)
    assert kept_talks.collect(services, AGENT, sofia) == 2
    assert kept_talks.collect(services, AGENT, sofia) == 2
    answer, missed = cases(services, sofia, proposed=True)
    assert (answer.origin, answer.case.turns[0].expect.like) == ("handoff", "No los cubre.")
    assert (missed.origin, missed.case.question) == ("miss", "¿Cubre los espejos?")
    datasets.approve(services, ANA, [answer.id])
    datasets.remove(services, ANA, [missed.id])
    assert kept_talks.collect(services, AGENT, sofia) == 0


def test_who_erases_a_customer_erases_the_cases_with_their_words(
    services: Services, sofia: str, here: int
) -> None:
    kept_talks.keep(services, ANA, here)
    datasets.add_question(services, ANA, sofia, "¿De nadie?", "", "")
    [kept, _] = cases(services, sofia)
    services.store.erasure.customer(here)
    assert [one.case.question for one in cases(services, sofia)] == ["¿De nadie?"]
    blank = services.store.datasets.case(kept.id)
    assert "frenos" not in blank.case.model_dump_json()
