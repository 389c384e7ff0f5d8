"""Agents made, tried, saved and released from a notebook, over the real API."""

from collections.abc import Callable

import pytest

from actions.people import invite, make_token
from actions.services import Services
from agent.actor import Actor
from jobs import sharing
from notebooks.lab import Conflict, Lab, LabError, NotAllowed, NotFound, Refused
from tests.bot.conftest import on_one_database
from tests.lab.conftest import Worker

GOOD = "una frase segura 7"
ROOT = Actor("root@example.com", "admin")


def test_an_agent_is_made_in_the_notebook_and_seen_by_everybody(lab: Lab) -> None:
    made = lab.create("Luz", brand="Luna", tone="Breve", tools=["handoff"])
    assert list(lab.agents().name) == ["Luz", "Vera"]
    assert (lab.agent("Luz").id, made.spec["tone"]) == (made.id, "Breve")


def test_a_draft_is_tried_by_a_worker_and_nothing_is_saved(
    lab: Lab, worker: Worker, services: Services
) -> None:
    draft = lab.agent("Vera").draft(tone="Muy breve")
    answer = draft.ask("Hola", "¿Abren?", history=[("customer", "Buenas"), ("agent", "¡Hola!")])
    assert (answer.text, answer.outcome) == ("Hola + ¿Abren?", "answered")
    assert [said.text for said in worker.runtime.histories[-1]] == ["Buenas", "¡Hola!"]
    assert lab.agent("Vera").spec["tone"] == ""
    assert lab.turns().empty
    assert services.store.experiments.of(lab.agent("Vera").id) == []


def test_what_a_trial_is_asked_of_is_the_draft_as_it_was_changed(lab: Lab) -> None:
    draft = lab.agent("Vera").draft(handoff={"topics": ["queja"]})
    assert draft.spec["handoff"]["topics"] == ["queja"]
    assert draft.spec["handoff"]["after_fallbacks"] == 3  # what was not named stays
    assert draft.but(tone="x").changes == {"handoff": {"topics": ["queja"]}, "tone": "x"}


def test_a_trial_of_several_questions_is_a_row_each(lab: Lab) -> None:
    found = lab.agent("Vera").draft().trial(["Hola", "Adiós"])
    assert list(found.answer) == ["Hola", "Adiós"]
    assert list(lab.agent("Vera").draft().trial("Hola").question) == ["Hola"]


def test_a_draft_is_saved_and_nobodys_change_is_lost(lab: Lab) -> None:
    mine, theirs = lab.agent("Vera").draft(tone="Formal"), lab.agent("Vera").draft(tone="Alegre")
    mine.save()
    with pytest.raises(Conflict, match="Somebody else has changed Vera"):
        theirs.save()
    assert lab.agent("Vera").spec["tone"] == "Formal"
    assert mine.but(brand="Luna").save().spec["brand"] == "Luna"


def test_a_draft_is_released_and_an_older_version_again(lab: Lab) -> None:
    vera = lab.agent("Vera")
    first = vera.draft(tone="Uno").save().release("api", note="la primera")
    second = vera.draft(tone="Dos").save().release("api")
    assert (first.number, second.number, vera.released.number) == (1, 2, 2)
    first.release("api", note="vuelta atrás")
    assert vera.released.number == 1
    assert list(second.difference(first).field) == ["tone"]
    assert list(vera.versions.number) == [2, 1]


def test_what_is_not_saved_is_not_released(lab: Lab) -> None:
    with pytest.raises(LabError, match=r"draft\.save\(\)"):
        lab.agent("Vera").draft(tone="x").release("api")


SLIPS: list[tuple[Callable[[Lab], object], type[LabError], str]] = [
    (lambda lab: lab.agent("Eva"), NotFound, r"no agent called Eva\. There are: Vera"),
    (
        lambda lab: lab.agent("Vera").draft(tono="x"),
        LabError,
        "no field tono. It has: bar, brand, bud",
    ),
    (lambda lab: lab.agent("Vera").draft().ask(), LabError, "Write what the customer says"),
    (lambda lab: lab.agent("Vera").draft().ask(""), LabError, "Write what the customer says"),
    (lambda lab: lab.agent("Vera").draft().ask(["Hola"]), LabError, "Write what the customer"),
    (lambda lab: lab.agent("Vera").draft(name="").save(), Refused, "name: Write at least 1"),
    (lambda lab: lab.agent("Vera").draft(model={"temperature": 9}).ask("x"), Refused, "temperatu"),
    (lambda lab: lab.agent("Vera").released, NotFound, "Vera has no version yet"),
    (lambda lab: lab.agent("Vera").version(7), NotFound, "no version 7"),
    (lambda lab: lab.create("Luz", files=["no.pdf"]), LabError, r"no\.pdf cannot be read: No such"),
    (lambda lab: lab.search("Vera", "x"), LabError, "Vera has no knowledge base"),
]


@on_one_database
@pytest.mark.parametrize(("slip", "kind", "said"), SLIPS)
def test_a_slip_gets_a_sentence(
    lab: Lab, slip: Callable[[Lab], object], kind: type[LabError], said: str
) -> None:
    with pytest.raises(kind, match=said):
        slip(lab)
    assert list(lab.agents().name) == ["Vera"]  # nothing was made on the way


def test_two_agents_of_one_name_are_told_apart_by_their_id(lab: Lab) -> None:
    other = lab.create("Vera", brand="Luna")
    with pytest.raises(LabError, match=f"2 agents are called Vera.*{other.id}"):
        lab.agent("Vera")
    assert lab.agent(other.id).spec["brand"] == "Luna"


def test_names_are_completed(lab: Lab) -> None:
    assert lab._ipython_key_completions_() == ["Vera"]
    assert lab["Vera"].name == "Vera"


def person(services: Services, role: str, token_role: str) -> str:
    """A token of somebody with *role*."""
    email = f"{role}@example.com"
    password = invite(services, ROOT, email, role, "")
    services.store.people.change_password(email, password, GOOD)
    return make_token(services, Actor(email, role), "lab", token_role, 30)


def test_a_viewer_reads_and_changes_nothing(
    lab: Lab, opened: Callable[[str], Lab], services: Services
) -> None:
    turns = lab.turns()
    viewer = opened(person(services, "viewer", "viewer"))
    assert list(viewer.agents().name) == ["Vera"]
    draft = viewer.agent("Vera").draft(tone="x")
    for act in (draft.save, lambda: draft.ask("Hola"), lambda: viewer.create("Luz")):
        with pytest.raises(NotAllowed, match="role"):
            act()
    turns.loc[0, ["id", "verdict"]] = ["0" * 32, "wrong"]
    with pytest.raises(NotAllowed, match="role"):
        viewer.label(turns)


def test_an_agents_token_tries_and_releases_nothing(
    lab: Lab, opened: Callable[[str], Lab], services: Services
) -> None:
    agent = opened(person(services, "agent", "agent"))
    draft = agent.agent("Vera").draft()
    assert draft.ask("Hola").text == "Hola"
    with pytest.raises(NotAllowed, match="role"):
        draft.release("api")


def test_a_token_that_opens_nothing_is_said_so(opened: Callable[[str], Lab]) -> None:
    with pytest.raises(NotAllowed, match="opens nothing here"):
        opened("x" * 40)


def test_what_an_agent_says_of_itself_is_shown_and_never_run(lab: Lab) -> None:
    evil = "<script>alert(1)</script>"
    luz = lab.create(evil, instructions=evil, tone=evil)
    draft = luz.draft(tone=evil)
    answer = draft.ask(evil)
    for thing in (luz, draft, answer, lab):
        assert "<script" not in thing._repr_html_()
    assert "&lt;script" in answer._repr_html_()


def test_a_draft_meets_a_share_of_the_customers_and_then_all(lab: Lab, services: Services) -> None:
    vera = lab.create("Sol")
    vera.draft(tone="Formal").save().release("api")
    new = vera.draft(tone="Muy breve").save()
    assert new.release("api", share=0.1, settles_after=200).number == 3
    [share] = vera.shares()
    assert (share.now["part"], share.now["state"], list(share.table.index)) == (0.1, "running", [])
    sharing.look(services)
    [share] = vera.shares()
    assert list(share.table.verdict) == ["too_few"] * 4
    assert "resolved" in share._repr_html_()
    share.promote(note="mejor")
    assert (vera.released.number, repr(vera.shares()[0])) == (3, "<Share 10.0% v3, promoted>")
    with pytest.raises(Refused, match="over"):
        share.withdraw()
