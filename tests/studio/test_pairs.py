"""Two answers are compared blindly: hidden, in any order, once each, with a result."""

import re
from collections.abc import Sequence

import pytest

from actions import datasets, experiments
from actions.experiments import Chosen
from agent.actor import Actor
from agent.errors import Forbidden
from agent.preferences import Preferred
from agent.scoring import Score
from agent.spec import Spec
from store.evaluation.rows import Finished
from studio.errors import NotAllowed, NothingChosen
from studio.pages import pairs
from studio.state import Studio
from tests.studio.conftest import Caller

ANA = Actor("editor@example.com", "editor")
QUESTIONS = [f"¿Pregunta {number}?" for number in range(8)]


@pytest.fixture
def experiment(studio: Studio) -> str:
    """An experiment in which the draft says A, and another spec B."""
    services = studio.services
    spec = Spec(name="Sofía")
    agent_id = services.store.agents.create(spec, ANA.name)
    for question in QUESTIONS:
        datasets.add_question(services, ANA, agent_id, question, "", "")
    tests = services.store.datasets.own(agent_id)
    assert tests is not None
    other = spec.model_copy(update={"tone": "Otro"})
    chosen = [Chosen("draft"), Chosen(spec=other, label="otro")]
    made = experiments.start(services, ANA, experiments.Wish(tests.id, chosen))
    while (lease := services.store.rows.lease()) is not None:
        text = "<b>A" if lease.candidate == 0 else "<b>B"
        said = [{"text": text, "outcome": "answered"}]
        services.store.rows.finish(
            lease, Finished(said, {"outcome": Score("outcome", 1, True)}, True)
        )
    return made


def texts(table: pairs.Table) -> Sequence[str]:
    assert table.rows is not None
    return [one.answers[0]["text"] for one in table.rows]


def judged(studio: Studio, who: Caller, chosen: str, wanted: str) -> list[Sequence[str]]:
    """Prefer the answer *wanted* until nothing is left; return what was shown."""
    table, seen = pairs.look(studio, who, chosen), []
    while table.rows is not None:
        seen.append(texts(table))
        action = "first" if texts(table)[0] == wanted else "second"
        table = pairs.prefer(studio, who, action, "", table.shown, chosen)
    return seen


def test_each_pair_is_shown_once_in_any_order_and_the_result_has_an_interval(
    studio: Studio, editor: Caller, experiment: str
) -> None:
    chosen = f"{experiment} 0 1"
    assert chosen in [word for _, word in pairs.first(studio, editor).pairs]
    seen = judged(studio, editor, chosen, "<b>B")
    assert len(seen) == len(QUESTIONS)
    done = pairs.look(studio, editor, chosen)
    assert done.result == Preferred(old=0, new=8, neither=0)
    drawn = "".join(map(str, pairs.shown(studio, done)))
    assert studio.say("pairs.verdict.better") in drawn
    assert "intervalo del 95 %: 68% a 100%" in drawn


def test_both_orders_come_up(
    studio: Studio, editor: Caller, experiment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = iter([0, 1] * 40)
    monkeypatch.setattr(pairs.secrets, "randbelow", lambda _: next(orders))
    seen = judged(studio, editor, f"{experiment} 0 1", "<b>A")
    assert {tuple(one) for one in seen} == {("<b>A", "<b>B"), ("<b>B", "<b>A")}


def test_the_page_does_not_say_whose_they_are(
    studio: Studio, editor: Caller, experiment: str
) -> None:
    table = pairs.look(studio, editor, f"{experiment} 0 1")
    answers, buttons = map(str, pairs.shown(studio, table)[1:3])
    assert "&lt;b&gt;A" in answers
    drawn = re.sub(r'accesskey="\d"', "", answers + buttons)
    for row in table.shown:
        assert f'"{row}"' not in drawn
    for label in table.labels:
        assert label not in buttons
    assert [f'accesskey="{key}"' in buttons for key in pairs.KEYS.values()] == [True] * 3


def test_neither_is_a_choice(studio: Studio, editor: Caller, experiment: str) -> None:
    chosen = f"{experiment} 0 1"
    table = pairs.look(studio, editor, chosen)
    table = pairs.prefer(studio, editor, "neither", "", table.shown, chosen)
    assert table.result == Preferred(0, 0, 1)
    assert table.result.verdict == "too_few"


@pytest.mark.parametrize("action", ["", "third", "first"])
def test_what_is_no_choice_is_asked_again(
    studio: Studio, editor: Caller, experiment: str, action: str
) -> None:
    with pytest.raises(NothingChosen):
        pairs.prefer(studio, editor, action, "", (0, 0), f"{experiment} 0 1")


def test_strangers_and_forged_words_get_nothing(
    studio: Studio, editor: Caller, viewer: Caller, experiment: str
) -> None:
    with pytest.raises((NotAllowed, Forbidden)):
        pairs.look(studio, viewer, f"{experiment} 0 1")
    for forged in ("x", f"{experiment} 0 9", f"{experiment} 1 0", "a b c d"):
        assert pairs.look(studio, editor, forged).rows is None
