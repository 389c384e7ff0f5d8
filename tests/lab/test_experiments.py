"""Turns, labels, datasets and experiments from a notebook, over the real API."""

from collections.abc import Callable

import pandas as pd
import pytest

from actions.people import invite
from actions.services import Services
from agent.actor import Actor
from notebooks.lab import Answer, Lab, LabError, Refused
from notebooks.lab.datasets import case_of, read_cases
from notebooks.lab.experiments import scored
from notebooks.lab.frontier import frontier
from tests.bot.conftest import on_one_database
from tests.lab.conftest import Worker

FRAME = pd.DataFrame(
    {
        "question": ["¿Garantía?", "¿Abren?", "¿Precio?"],
        "contains": ["Garantía", ["Abren", "domingo"], None],
        "most_words": [5, None, 3.0],
        "comment": ["", "falta el domingo", float("nan")],
    }
)


def brief(answer: Answer) -> bool:
    return len(answer.text) < 9


def alike(question: str, answer: Answer) -> float:
    return float(question == answer.text)


def test_an_experiment_of_a_frame_compares_a_draft_with_what_is_released(lab: Lab) -> None:
    vera = lab.agent("Vera")
    old = vera.draft(tone="Uno").save().release("api")
    new = vera.draft(tone="Dos")
    cases = lab.dataset("prueba", agent="Vera").add(FRAME)
    found = lab.experiment(cases, [old, new], repeats=2, scorers=["cites", brief, alike])
    assert list(found.table.index) == ["v1", "draft: tone"]
    assert list(found.table.rows) == [6, 6]
    assert list(found.table.alike) == [1, 1]
    assert found.rows.query("question == '¿Garantía?'").brief.sum() == 0
    comparison = found.compare(old, new)
    assert (comparison.verdict, comparison.old) == ("too_few", "v1")
    assert "seis" in comparison.sentence()
    assert found.compare(new, old).old == "v1"
    assert {"passed", "score:brief"} <= set(comparison.frame.index)
    assert comparison.changed.empty
    assert list(found.frontier().frame.index) == ["v1", "draft: tone"]


def test_the_frontier_names_what_none_beats_and_is_drawn() -> None:
    sums = [
        {"label": name, "passed": passed, "rows": 10, "cost_a_turn": cost, "seconds": seconds}
        for name, passed, cost, seconds in (
            ("<b>cheap", 7, 0.01, 3.0),
            ("good", 9, 0.03, 2.0),
            ("poor", 6, 0.02, 9.0),
        )
    ]
    found = frontier([*sums, {"label": "unasked", "passed": 0, "rows": 0}])
    assert list(found.frame["best by cost a turn"]) == [True, True, False]
    assert list(found.frame["best by seconds"]) == [False, True, False]
    drawn = found.plot().svg
    assert (drawn.count('r="6"'), drawn.count('r="3"')) == (2, 1)
    assert "&lt;b&gt;cheap" in drawn
    assert "<b>" not in found._repr_html_()
    with pytest.raises(LabError, match="cost a turn, seconds"):
        found.plot("beauty")
    assert frontier([]).frame.empty


def test_a_draft_is_known_by_whoever_gave_it_however_the_studio_spells_it(lab: Lab) -> None:
    vera = lab.agent("Vera")
    old = vera.draft(greeting="Hola").save().release("api")
    new, same = vera.draft(greeting="Buenas"), vera.draft()
    found = lab.experiment(["¿Hola?"], [old, new, same])
    names = [found.compare(old, one).new for one in (new, same)]
    assert names == ["draft: greeting", "draft"]
    with pytest.raises(LabError, match="two different candidates"):
        found.compare(old, old)
    with pytest.raises(LabError, match=r"no candidate of it\. There are: v1"):
        found.compare(old, vera.draft(tone="x"))


def test_scores_of_a_function_are_marked_as_the_clients(lab: Lab, services: Services) -> None:
    found = lab.experiment(["¿Hola?"], lab.agent("Vera").draft(), scorers=[brief])
    [row] = services.store.experiments.rows(found.id)
    assert (row.scores["brief"].by, row.scores["brief"].person) == ("client", "installation token")
    assert row.scores["outcome"].by == "platform"


def test_waiting_can_be_stopped_and_taken_up_again(lab: Lab, worker: Worker) -> None:
    worker.is_busy = True
    found = lab.experiment(["¿Hola?"], lab.agent("Vera").draft(), scorers=[brief], wait=False)
    with pytest.raises(LabError, match=r"found\.wait\(\)"):
        found.wait(seconds=0)
    with pytest.raises(LabError, match=r"found\.wait\(\)"):
        found.table  # noqa: B018
    worker.is_busy = False
    worker.work()
    assert list(found.wait().table.passed) == [1]


@on_one_database
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("cite", "There is no scorer 'cite'. There are: outcome"),
        (lambda answer: True, "Give the scorer a name"),
        ([3], "There is no scorer 3"),
    ],
)
def test_what_is_no_scorer_is_refused_before_anything_is_asked(
    lab: Lab, given: object, said: str
) -> None:
    draft = lab.agent("Vera").draft()
    with pytest.raises(LabError, match=said):
        lab.experiment(["¿Hola?"], draft, scorers=given)


@pytest.mark.parametrize("given", [2, -0.1, "sí", float("nan")])
def test_what_is_no_score_is_said(given: object) -> None:
    def odd(answer: Answer) -> object:
        return given

    with pytest.raises(LabError, match="odd gave"):
        scored(odd, "¿Hola?", Answer("Hola", "answered"))


def test_a_row_becomes_a_case() -> None:
    first, second, third = (case_of(row) for row in FRAME.to_dict("records"))
    [turn] = first["turns"]
    assert turn == {"say": ["¿Garantía?"], "expect": {"contains": ["Garantía"], "most_words": 5}}
    assert second["turns"][0]["expect"] == {"contains": ["Abren", "domingo"]}
    assert second["notes"] == "falta el domingo"
    assert third == {"turns": [{"say": ["¿Precio?"], "expect": {"most_words": 3}}]}


def test_what_people_said_of_a_turn_becomes_what_is_expected() -> None:
    rows = [
        {"question": "a", "answer": "bien", "verdict": "right", "outcome": "answered"},
        {"question": "b", "answer": "mal", "verdict": "wrong", "better": "mejor"},
        {"question": "c", "answer": "mal", "verdict": "wrong", "missed": "c"},
    ]
    found = [case_of(row)["turns"][0]["expect"] for row in rows]
    assert found == [{"like": "bien"}, {"like": "mejor"}, {}]


def test_words_of_a_conversation_are_kept_as_such() -> None:
    frame = pd.DataFrame({"question": ["a", "b"], "conversation_id": [4, None]})
    assert [conversation for conversation, _ in read_cases(frame)] == [4, 0]


CASE_SLIPS: list[tuple[object, str]] = [
    (pd.DataFrame({"answer": ["x"]}), "no column `question`"),
    (pd.DataFrame({"question": []}), "no case in that"),
    (pd.DataFrame({"question": [None]}), "A row has no question"),
    ([], "no case in that"),
    ([{"turns": []}], "turns"),
]


@on_one_database
@pytest.mark.parametrize(("cases", "said"), CASE_SLIPS)
def test_what_is_no_case_gets_a_sentence(lab: Lab, cases: object, said: str) -> None:
    with pytest.raises(LabError, match=said):
        lab.dataset("x", agent="Vera").add(cases)


def test_a_dataset_of_nobody_asks_whose_it_is(lab: Lab) -> None:
    with pytest.raises(LabError, match="Say whose dataset"):
        lab.dataset("x").add(["Hola"])
    with pytest.raises(LabError, match="no case yet"):
        lab.dataset("x", agent="Vera").cases  # noqa: B018


def test_a_dataset_is_found_by_its_name_and_its_cases_change(lab: Lab) -> None:
    lab.dataset("x", agent="Vera").add(["Hola", "Adiós"])
    found = lab.dataset("x")
    assert set(found.add(["Hola"]).cases.question) == {"Hola", "Adiós"}
    found.remove(found.cases.query("question == 'Hola'").id)
    assert list(found.cases.question) == ["Adiós"]
    assert list(lab.datasets().agent) == ["Vera"]


# --- turns and labels


@pytest.fixture
def talks(lab: Lab) -> Lab:
    """Two customers have been answered."""
    vera = lab.agent("Vera")
    vera.draft(conversation={"quiet_seconds": 0}).save().release("api")
    vera.chat("¿Garantía?")
    first = vera.chat("¿Abren?")
    vera.chat("¿Y el domingo?", first.conversation)
    return lab


def test_turns_are_a_dataframe_that_the_server_filters(talks: Lab) -> None:
    turns = talks.turns(agent="Vera", days=7, outcome="answered")
    assert list(turns.question) == ["¿Y el domingo?", "¿Abren?", "¿Garantía?"]
    assert list(turns.version) == [1, 1, 1]
    assert str(turns.started_at.dtype).endswith("UTC]")
    assert list(talks.turns(text="domingo").answer) == ["¿Y el domingo?"]
    assert talks.turns(until="2020-01-01").empty
    assert len(talks.turns(limit=2)) == 2
    assert talks.turn(turns.id[0]).text == "¿Y el domingo?"


def test_a_filter_that_is_none_is_refused(talks: Lab) -> None:
    with pytest.raises(Refused, match="colour"):
        talks.turns(colour="red")
    with pytest.raises(Refused, match="outcome"):
        talks.turns(outcome="good")


def test_conversations_and_threads_are_read(talks: Lab) -> None:
    found = talks.conversations("Vera")
    assert len(found) == 2
    thread = talks.thread(int(found.index[0]))
    assert list(thread.author) == ["customer", "agent", "customer", "agent"]


def test_labels_go_to_the_studio_and_come_back(talks: Lab) -> None:
    turns = talks.turns(agent="Vera")
    turns["verdict"] = ["wrong", True, None]
    turns["better"] = ["De nueve a dos.", None, float("nan")]
    assert talks.label(turns) == 2
    labels = talks.labels(agent="Vera", days=1)
    assert dict(zip(labels.id, labels.verdict, strict=True)) == {
        turns.id[0]: "wrong",
        turns.id[1]: "right",
    }
    assert list(talks.turns(label="wrong").id) == [turns.id[0]]


def test_labelled_turns_become_cases_of_the_agent_they_are_about(talks: Lab) -> None:
    turns = talks.turns(agent="Vera")
    turns["verdict"], turns["better"] = "wrong", "De nueve a dos."
    cases = talks.dataset("horario").add(turns.query("verdict == 'wrong'"))
    assert set(cases.cases.expect) == {"like: De nueve a dos."}
    assert list(talks.datasets("Vera").name) == ["horario"]


def test_rows_of_an_experiment_are_labelled(lab: Lab) -> None:
    rows = lab.experiment(["¿Hola?"], lab.agent("Vera").draft()).rows
    rows["verdict"] = "unsure"
    assert lab.label(rows) == 1


LABEL_SLIPS: list[tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = [
    (lambda turns: turns.drop(columns="id").assign(verdict="wrong"), "columns `id`"),
    (lambda turns: turns, "and `verdict`"),
    (lambda turns: turns.assign(verdict="bad"), "'bad' is no verdict"),
    (lambda turns: turns.assign(verdict=3), "3 is no verdict"),
]


@on_one_database
@pytest.mark.parametrize(("change", "said"), LABEL_SLIPS)
def test_what_is_no_label_gets_a_sentence(
    talks: Lab, change: Callable[[pd.DataFrame], pd.DataFrame], said: str
) -> None:
    with pytest.raises(LabError, match=said):
        talks.label(change(talks.turns()))


def test_an_alert_is_told_once(lab: Lab, services: Services) -> None:
    invite(services, Actor("root", "admin"), "eva@example.com", "editor", "Eva")
    assert lab.alert("Hola", "Algo pasa") > 0
    assert lab.alert("Hola", "Algo pasa") == 0
    assert lab.alert({"es": "Otra", "en": "Other"}, key="x", to=["eva@example.com"]) > 0


def test_the_figures_of_a_week_are_read(talks: Lab) -> None:
    assert talks.insights(7, "Vera")["totals"]["answers"] == 3
