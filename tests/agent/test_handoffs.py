"""When a person has to answer: on request, by rule, after failures; and what is said then."""

import pytest

from agent.answer import Answer, Handoff, Said
from agent.handoffs import ended, failures_in_a_row
from agent.runtime import Runtime
from agent.settings import Settings
from agent.spec import HandoffRules, OfficeHours, Spec
from tests.fakes import FakeRetriever, ScriptedModel

SATURDAY_NIGHT = 1_795_323_600.0  # 2026-11-21 23:00 in Mexico City
OPEN = 1_795_194_000.0  # Friday 2026-11-20 11:00 there
FAILED = Answer("Perdone.", "fallback", error="model_timeout: The model did not answer in time.")


def ruled(**rules: object) -> Spec:
    return Spec(name="Sofía", fallback="Perdone.", handoff=HandoffRules(**rules))


def talk(*lines: str) -> list[Said]:
    """`<` is the agent, `!` a person, the rest the customer."""
    authors = {"<": "agent", "!": "human"}
    return [Said(authors.get(line[0], "customer"), line.lstrip("<!")) for line in lines]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("history", "count"),
    [
        (talk(), 0),
        (talk("hola", "<Perdone."), 1),
        (talk("hola", "<Perdone.", "¿hola?", "¿hay alguien?", "<Perdone."), 2),
        (talk("hola", "<Perdone.", "¿hola?", "<Dígame.", "x", "<Perdone."), 1),
        (talk("hola", "<Perdone.", "!Soy Ana."), 0),
    ],
)
def test_failures_count_from_the_last_real_reply(history: list[Said], count: int) -> None:
    assert failures_in_a_row(history, ruled()) == count


def test_the_third_failure_in_a_row_calls_a_person() -> None:
    twice = talk("hola", "<Perdone.", "¿hola?", "<Perdone.")
    answer = ended(FAILED, twice, ruled(), OPEN)
    assert (answer.outcome, answer.text) == ("handoff", ruled().handoff.message.es)
    assert answer.handoff is not None
    assert "failed 3 times in a row: model_timeout" in answer.handoff.reason
    assert ended(FAILED, twice[:2], ruled(), OPEN) is FAILED


def test_failures_may_be_told_never_to_call_a_person() -> None:
    often = talk(*["hola", "<Perdone."] * 9)
    assert ended(FAILED, often, ruled(after_fallbacks=0), OPEN) is FAILED


def test_topics_of_the_shop_need_a_person_and_no_model() -> None:
    model = ScriptedModel("never said")
    runtime = Runtime(Settings(_env_file=None), FakeRetriever(), models=model)
    spec = ruled(topics=("demanda", "PROFECO"))
    answer = runtime.answer(spec, [], ["Voy a ir a la profeco, ¿eh?"])
    assert answer.handoff == Handoff("Only a person may answer to this: PROFECO.")
    assert (answer.text, model.seen) == (spec.handoff.message.es, [])


def test_a_handoff_at_night_still_happens_and_says_when_somebody_writes() -> None:
    runtime = Runtime(
        Settings(_env_file=None),
        FakeRetriever(),
        models=ScriptedModel("x"),
        now=lambda: SATURDAY_NIGHT,
    )
    spec = ruled(office_hours=OfficeHours(timezone="America/Mexico_City"))
    answer = runtime.answer(spec, [], ["quiero hablar con una persona"])
    assert answer.handoff is not None
    assert answer.text.endswith("le escribirá el lunes a partir de las 9:00.")


def test_an_ordinary_answer_is_left_alone() -> None:
    answer = Answer("Claro.", "answered")
    night = ruled(office_hours=OfficeHours())
    assert ended(answer, talk("a", "<Perdone.", "b", "<Perdone."), night, SATURDAY_NIGHT) is answer
