"""A release is held against its agent's bar, whoever asks; an admin's sentence goes past it."""

from collections.abc import Sequence

import pytest

from actions import agents, bar_alerts, bars, datasets, experiments, notebooks, releases, sources
from actions.experiments import Chosen, Given
from actions.releases import KeptBack, Wish
from actions.services import Services
from actions.shown import Shown, digest
from agent.actor import Actor
from agent.errors import Forbidden, Invalid, NotFound
from agent.notebooks import code, notebook
from agent.scoring import Score
from agent.spec import KnowledgeChoice, Spec
from store.evaluation.notebook_runs import Outcome
from store.evaluation.rows import Finished
from store.states import RunError
from tests.actions.conftest import ANA, EVA, ROOT, lines

NUMBER = "whatsapp:+14155238886"
SPEC = Spec(name="Sofía", tone="Cercano", instructions="Ofrece citas.")
WHY = "El cliente lo pide hoy y lo revisamos mañana."


def barred(bar: str, spec: Spec = SPEC) -> Spec:
    return Spec.model_validate({**spec.model_dump(), "bar": bar})


@pytest.fixture
def sofia(services: Services) -> str:
    made = agents.create(services, ANA, barred("pass >= 0.5"))
    for question in ("¿Hay garantía?", "¿Precio?"):
        datasets.add_question(services, ANA, made, question, "", "")
    return made


def asked(services: Services, agent_id: str, passes: Sequence[bool], *versions: str) -> str:
    """An experiment of the draft, and of *versions*, in which every candidate does the same."""
    tests = services.store.datasets.own(agent_id)
    assert tests is not None
    chosen = [Chosen("draft"), *map(Chosen, versions)]
    made = experiments.start(services, ANA, experiments.Wish(tests.id, chosen))
    went = dict(
        zip([one.id for one in services.store.datasets.cases(tests.id)], passes, strict=True)
    )
    while (lease := services.store.rows.lease()) is not None:
        mark = Score("outcome", float(went[lease.case_id]), went[lease.case_id])
        done = Finished([], {"outcome": mark}, mark.passed)
        services.store.rows.finish(lease, done)
    return made


def wish(agent_id: str, **more: object) -> Wish:
    given = {"channel": "twilio", "address": NUMBER, "despite_warnings": True, **more}
    return Wish(agent_id, **given)  # type: ignore[arg-type]


def refused(services: Services, agent_id: str, actor: Actor = ANA, **more: object) -> list[str]:
    with pytest.raises(KeptBack) as kept:
        releases.release(services, actor, wish(agent_id, **more))
    return [one.code for one in kept.value.outlook.errors]


def change(services: Services, agent_id: str, spec: Spec) -> None:
    revision = services.store.agents.get(agent_id).revision
    agents.save(services, ANA, agent_id, spec, revision)


def test_what_was_never_asked_is_refused(services: Services, sofia: str) -> None:
    assert refused(services, sofia) == ["bar_never"]


def test_what_reaches_its_bar_goes_out_with_its_evidence(services: Services, sofia: str) -> None:
    made = asked(services, sofia, [True, False])
    releases.release(services, ANA, wish(sofia))
    [version] = services.store.agents.versions(sofia)
    [kept], [line] = version.evidence["experiments"], version.evidence["bar"]
    assert (kept["experiment"], kept["passed"], kept["total"]) == (made, 1, 2)
    assert (line["line"], line["why"], line["value"]) == ("pass >= 0.5", "met", 0.5)


def test_what_misses_it_is_refused_with_its_value(services: Services, sofia: str) -> None:
    asked(services, sofia, [False, False])
    with pytest.raises(KeptBack) as kept:
        releases.release(services, ANA, wish(sofia))
    [finding] = kept.value.outlook.errors
    assert finding.code == "bar_missed"
    assert finding.values == {"criterion": "pass >= 0.5", "value": "0", "detail": ""}


def test_evidence_is_stale_once_the_spec_has_changed(services: Services, sofia: str) -> None:
    asked(services, sofia, [True, True])
    change(services, sofia, barred("pass >= 0.5", SPEC.model_copy(update={"tone": "Formal"})))
    assert refused(services, sofia) == ["bar_spec"]


def test_a_higher_bar_needs_no_new_experiment(services: Services, sofia: str) -> None:
    asked(services, sofia, [True, True])
    change(services, sofia, barred("pass = 1"))
    releases.release(services, ANA, wish(sofia))


def test_evidence_is_stale_once_the_cases_have_changed(services: Services, sofia: str) -> None:
    asked(services, sofia, [True, True])
    datasets.add_question(services, ANA, sofia, "¿Y los frenos?", "", "")
    assert refused(services, sofia) == ["bar_dataset"]


def test_evidence_is_stale_once_the_knowledge_has_changed(services: Services, sofia: str) -> None:
    base = sources.new_base(services, ANA, "Autos")
    looks = SPEC.model_copy(
        update={"knowledge": KnowledgeChoice(bases=(base,), grounded_only=False)}
    )
    change(services, sofia, barred("pass = 1", looks))
    asked(services, sofia, [True, True])
    assert "bar_knowledge" not in refused(services, sofia)  # the base is empty
    with services.database.write() as tx:
        services.sources.raise_revision(tx, base)
    assert "bar_knowledge" in refused(services, sofia)


def test_evidence_of_some_cases_is_none(services: Services, sofia: str) -> None:
    tests = services.store.datasets.own(sofia)
    assert tests is not None
    first = services.store.datasets.cases(tests.id)[0].id
    one = experiments.Wish(tests.id, [Chosen("draft")], case_ids=[first])
    experiments.start(services, ANA, one)
    lease = services.store.rows.lease()
    assert lease is not None
    mark = Score("outcome", 1.0, True)
    services.store.rows.finish(lease, Finished([], {"outcome": mark}, True))
    assert refused(services, sofia) == ["bar_part"]


def test_a_criterion_on_a_dataset_that_is_not_there(services: Services, sofia: str) -> None:
    change(services, sofia, barred("pass >= 0.5 on warranty"))
    assert refused(services, sofia) == ["bar_no_dataset"]


def test_nothing_that_passed_fails_is_held_against_what_answers_now(
    services: Services, sofia: str
) -> None:
    asked(services, sofia, [True, True])
    first = releases.release(services, ANA, wish(sofia))
    formal = SPEC.model_copy(update={"tone": "Formal"})
    change(services, sofia, barred("nothing that passed fails", formal))
    asked(services, sofia, [True, False])
    assert refused(services, sofia) == ["bar_fails_now"]
    asked(services, sofia, [True, True])
    releases.release(services, ANA, wish(sofia))
    assert services.store.agents.versions(sofia)[0].number == first.number + 1


def test_whoever_lowers_the_bar_is_still_held_against_the_one_that_answers(
    services: Services, sofia: str
) -> None:
    asked(services, sofia, [True, True])
    releases.release(services, ANA, wish(sofia))
    change(services, sofia, SPEC.model_copy(update={"tone": "Formal"}))
    assert refused(services, sofia) == ["bar_spec"]
    releases.release(services, ROOT, wish(sofia, override=WHY))
    change(services, sofia, SPEC.model_copy(update={"tone": "Breve"}))
    releases.release(services, ANA, wish(sofia))


def test_the_way_back_stays_open(services: Services, sofia: str) -> None:
    asked(services, sofia, [True, True])
    first = releases.release(services, ANA, wish(sofia))
    change(services, sofia, barred("pass >= 0.5", SPEC.model_copy(update={"tone": "Formal"})))
    releases.release(services, ROOT, wish(sofia, override=WHY))
    datasets.add_question(services, ANA, sofia, "¿Y los frenos?", "", "")
    releases.release(services, ANA, wish(sofia, version_id=first.id))


def test_an_old_version_elsewhere_is_no_way_around(services: Services, sofia: str) -> None:
    asked(services, sofia, [True, True])
    first = releases.release(services, ANA, wish(sofia))
    datasets.add_question(services, ANA, sofia, "¿Y los frenos?", "", "")
    there = {"version_id": first.id, "channel": "api", "address": ""}
    assert refused(services, sofia, **there) == ["bar_dataset"]


# --- an admin's sentence


def test_an_admins_sentence_is_kept_with_the_release_and_in_the_log(
    services: Services, sofia: str
) -> None:
    releases.release(services, ROOT, wish(sofia, override=WHY))
    [version] = services.store.agents.versions(sofia)
    assert version.evidence["override"] == {"person": ROOT.name, "sentence": WHY}
    assert version.evidence["bar"][0]["why"] == "never"
    assert (ROOT.name, "bar overridden") in lines(services)


def test_an_editors_sentence_is_refused(services: Services, sofia: str) -> None:
    with pytest.raises(Forbidden):
        releases.release(services, ANA, wish(sofia, override=WHY))
    assert services.store.agents.versions(sofia) == []


@pytest.mark.parametrize("sentence", ["ok", "aaaaaaaaaaaaaaaa", "a b"])
def test_a_word_is_no_sentence(services: Services, sofia: str, sentence: str) -> None:
    with pytest.raises(Invalid):
        releases.release(services, ROOT, wish(sofia, override=sentence))
    assert refused(services, sofia, ROOT, override="  ") == ["bar_never"]


def test_other_errors_are_not_overridden(services: Services, sofia: str) -> None:
    broken = SPEC.model_dump() | {"model": {"name": "gpt-9"}, "bar": "pass = 1"}
    change(services, sofia, Spec.model_validate(broken))
    assert "model_unknown" in refused(services, sofia, ROOT, override=WHY)


def test_a_sentence_without_need_is_not_kept(services: Services, sofia: str) -> None:
    asked(services, sofia, [True, True])
    releases.release(services, ANA, wish(sofia, override=WHY))
    assert "override" not in services.store.agents.versions(sofia)[0].evidence


# --- scores of a client


def test_scores_of_a_client_count_where_an_admin_lets_them(services: Services, sofia: str) -> None:
    change(services, sofia, barred("style >= 0.5"))
    made = asked(services, sofia, [True, True])
    rows = services.store.experiments.rows(made)
    experiments.score(services, ANA, made, [Given(one.id, "style", 1, True) for one in rows])
    assert refused(services, sofia) == ["bar_client"]
    with pytest.raises(Forbidden):
        bars.count_clients(services, ANA, True)
    bars.count_clients(services, ROOT, True)
    assert (ROOT.name, "client scores counted") in lines(services)
    releases.release(services, ANA, wish(sofia))


# --- evidence that is named


def test_named_evidence_is_kept_as_it_was(services: Services, sofia: str) -> None:
    made = asked(services, sofia, [True, True])
    other = asked(services, sofia, [True, False])
    shown = [Shown("experiment", made), Shown("notebook", "informe.ipynb", "0" * 64)]
    releases.release(services, ANA, wish(sofia, shown=shown))
    asked(services, sofia, [False, False])
    kept = services.store.agents.versions(sofia)[0].evidence
    assert [one["experiment"] for one in kept["experiments"]] == [other, made]
    assert kept["notebooks"] == [
        {"notebook": "informe.ipynb", "sha256": "0" * 64, "verified": False}
    ]


def test_an_experiment_of_another_agent_is_no_evidence(services: Services, sofia: str) -> None:
    clara = agents.create(services, ANA, SPEC)
    datasets.add_question(services, ANA, clara, "¿Precio?", "", "")
    theirs = asked(services, clara, [True])
    asked(services, sofia, [True, True])
    with pytest.raises(NotFound):
        releases.release(services, ANA, wish(sofia, shown=[Shown("experiment", theirs)]))


def test_an_agent_that_is_made_with_a_bar_answers_nobody_yet(services: Services) -> None:
    made = agents.create_answering(services, ANA, barred("pass = 1"))
    assert services.store.agents.answering("api", made) is None


# --- notebooks as evidence


OUTPUTS = [{"output_type": "stream", "name": "stdout", "text": "0.97"}]
EXECUTED = notebook([{**code("print(1)"), "outputs": OUTPUTS}])


@pytest.fixture
def kept(services: Services) -> str:
    return notebooks.save(services, ANA, "Medir", notebook([code("print(1)")]))


def a_run(services: Services, kept: str, actor: Actor, outcome: Outcome | None) -> str:
    """A run of a worker that ended in *outcome*, or goes on."""
    runs = services.store.notebook_runs
    made = runs.ask(services.store.notebooks.get(kept), actor, {}, scheduled=False)
    leased = runs.lease(made)
    assert leased is not None
    if outcome is not None:
        runs.finish(leased, outcome)
    return made


def shown_with(
    services: Services, sofia: str, run_id: str, actor: Actor = ANA
) -> dict[str, object]:
    change(services, sofia, SPEC)  # no bar
    releases.release(services, actor, wish(sofia, shown=[Shown("notebook", run_id)]))
    [found] = services.store.agents.versions(sofia)[0].evidence["notebooks"]
    return dict(found)


def test_the_copy_that_a_worker_ran_is_verified(services: Services, sofia: str, kept: str) -> None:
    run = a_run(services, kept, ANA, Outcome(executed=EXECUTED))
    assert shown_with(services, sofia, run) == {
        "notebook": "Medir",
        "run": run,
        "sha256": digest(EXECUTED),
        "verified": True,
    }


def test_a_copy_that_was_run_elsewhere_is_kept_and_not_verified(
    services: Services, sofia: str, kept: str
) -> None:
    run = notebooks.hand_in(services, ANA, kept, EXECUTED)
    found = shown_with(services, sofia, run)
    assert (found["run"], found["verified"]) == (run, False)


def test_a_run_that_goes_on_names_itself_and_nobody_elses(
    services: Services, sofia: str, kept: str
) -> None:
    run = a_run(services, kept, EVA, None)
    with pytest.raises(Invalid):
        shown_with(services, sofia, run)
    releases.release(services, EVA, wish(sofia, shown=[Shown("notebook", run)]))
    [found] = services.store.agents.versions(sofia)[0].evidence["notebooks"]
    assert (found["verified"], found["sha256"]) == (True, "")


@pytest.mark.parametrize("error", [RunError.CELL, RunError.STOPPED])
def test_a_run_that_failed_shows_nothing(
    services: Services, sofia: str, kept: str, error: RunError
) -> None:
    run = a_run(services, kept, ANA, Outcome(error=error))
    with pytest.raises(Invalid):
        shown_with(services, sofia, run)
    assert services.store.agents.versions(sofia) == []


# --- what is told


@pytest.fixture
def eva(services: Services) -> str:
    services.store.people.add(EVA.name, "editor")
    return EVA.name


def test_an_experiment_below_the_bar_is_told_once(services: Services, sofia: str, eva: str) -> None:
    found = services.store.experiments.get(asked(services, sofia, [False, False]))
    bar_alerts.tell(services, found)
    bar_alerts.tell(services, found)
    [told] = services.store.alerts.of(eva)
    assert (told.kind, told.text) == ("bar", "draft: pass >= 0.5 (0)")


def test_what_reaches_the_bar_or_is_on_other_cases_is_not_told(
    services: Services, sofia: str, eva: str
) -> None:
    bar_alerts.tell(services, services.store.experiments.get(asked(services, sofia, [True, True])))
    change(services, sofia, barred("pass >= 0.5 on warranty"))
    other = asked(services, sofia, [False, False])
    bar_alerts.tell(services, services.store.experiments.get(other))
    assert services.store.alerts.of(eva) == []


def test_what_answers_and_misses_its_bar_is_told(services: Services, sofia: str, eva: str) -> None:
    releases.release(services, ROOT, wish(sofia, override=WHY))
    change(services, sofia, SPEC.model_copy(update={"tone": "Formal"}))
    found = services.store.experiments.get(asked(services, sofia, [False, False]))
    bar_alerts.tell(services, found)
    assert [one.kind for one in services.store.alerts.of(eva)] == ["bar"]
