"""Releases as plain functions: checked, compared, taken back, rolled back."""

from dataclasses import replace

import pytest

from actions.checks import Finding
from agent.bar import REASONS
from agent.difference import leaves
from agent.errors import EditConflict, NotFound
from agent.share_comparison import MEASURES, compared
from agent.shares import Met
from agent.spec import HandoffRules, OfficeHours, Spec
from store.agents.shares import Share
from store.evaluation.rows import Finished
from store.states import ShareState
from studio.agent_form import AgentForm
from studio.difference_view import field_name
from studio.errors import BadFields, NotAllowed, NothingChosen, NotReady
from studio.findings import sentence_of
from studio.pages import (
    agents,
    evaluate,
    guide,
    guide_view,
    guided,
    releases,
    releases_view,
    shares_view,
)
from studio.state import Studio
from studio.talk import DRAFT
from tests.fakes import named_tools
from tests.studio.conftest import NUMBER, Caller, House

FORM = AgentForm(
    name="Sofía",
    brand="Rueda Clara",
    tone="Cercano",
    instructions="Ofrece citas.",
    grounded_only=False,
)
WHERE = ("twilio", NUMBER)


@pytest.fixture
def sofia(studio: Studio, editor: Caller) -> str:
    made, _ = agents.save(studio, editor, "", 0, *FORM.values())
    return made


def test_a_sound_draft_is_released_at_once(studio: Studio, editor: Caller, sofia: str) -> None:
    page = releases.release(studio, editor, sofia, 1, *WHERE, "primera", *FORM.values())
    assert page.done is not None
    assert page.done.note == "primera"
    assert "ahora responde Sofía v1" in releases_view.check_view(studio, page)
    assert [one.number for one in page.live] == [1]


def test_warnings_ask_and_errors_keep_back(studio: Studio, editor: Caller, sofia: str) -> None:
    odd = replace(FORM, instructions="").values()
    _, revision = agents.save(studio, editor, sofia, 1, *odd)
    page = releases.release(studio, editor, sofia, revision, *WHERE, "", *odd)
    assert (page.done, page.is_blocked) == (None, False)
    assert "No tiene instrucciones" in releases_view.check_view(studio, page)
    page = releases.release_anyway(studio, editor, sofia, revision, *WHERE, "", page.asked, *odd)
    assert page.done is not None
    broken = replace(FORM, model="gpt-5").values()
    _, revision = agents.save(studio, editor, sofia, revision, *broken)
    page = releases.release(studio, editor, sofia, revision, *WHERE, "", *broken)
    assert (page.done, page.is_blocked) == (None, True)
    page = releases.release_anyway(studio, editor, sofia, revision, *WHERE, "", page.asked, *broken)
    assert (page.done, page.is_blocked) == (None, True)
    assert len(page.versions) == 1


def test_release_then_roll_back_or_take_back_into_the_draft(
    studio: Studio, editor: Caller, sofia: str
) -> None:
    releases.release(studio, editor, sofia, 1, *WHERE, "primera", *FORM.values())
    second = replace(FORM, tone="Formal").values()
    _, revision = agents.save(studio, editor, sofia, 1, *second)
    page = releases.release(studio, editor, sofia, revision, *WHERE, "segunda", *second)
    assert [(one.number, one.note) for one in page.versions] == [(2, "segunda"), (1, "primera")]
    first = page.versions[1].id
    page = releases.change(studio, editor, "release", first, revision, *WHERE, "")
    assert [one.number for one in page.live] == [1]
    assert studio.services.store.agents.get(sofia).draft.tone == "Formal"
    releases.change(studio, editor, "restore", first, revision, *WHERE, "")
    assert studio.services.store.agents.get(sofia).draft.tone == "Cercano"
    with pytest.raises(EditConflict):
        releases.change(studio, editor, "restore", first, revision, *WHERE, "")


def test_what_changed_is_marked_word_by_word_and_escaped(
    studio: Studio, editor: Caller, viewer: Caller, sofia: str
) -> None:
    releases.release(studio, editor, sofia, 1, *WHERE, "", *FORM.values())
    second = replace(FORM, tone="Cercano <script>x</script>", tools=("handoff", "knowledge"))
    agents.save(studio, editor, sofia, 1, *second.values())
    pair = releases.compare(studio, viewer, "see", "draft", sofia)
    shown = releases_view.compared(studio, pair)
    assert "<ins> &lt;script&gt;x&lt;/script&gt;</ins>" in shown
    assert "Volver a buscar en el conocimiento" in shown
    assert "<script>" not in shown
    version = studio.services.store.agents.versions(sofia)[0]
    assert releases.compare(studio, viewer, "see", version.id, sofia) is None


def test_how_the_draft_did_stays_with_the_version(
    studio: Studio, editor: Caller, sofia: str
) -> None:
    services = studio.services
    evaluate.add(studio, editor, sofia, "hola", "nunca dicho", "")
    evaluate.run(studio, editor, sofia, [DRAFT], "", 1, 0)
    lease = services.store.rows.lease()
    assert lease is not None
    services.store.rows.finish(lease, Finished([{"text": "sí"}], {}, False))
    page = releases.release(studio, editor, sofia, 1, *WHERE, "", *FORM.values())
    assert page.versions[0].evidence["passed"] == 0
    assert "0 de 1 pruebas" in releases_view.versions_table(studio, page)


def test_unsaved_words_and_somebody_elses_save_are_refused(
    studio: Studio, editor: Caller, sofia: str
) -> None:
    changed = replace(FORM, tone="otro").values()
    with pytest.raises(NothingChosen):
        releases.release(studio, editor, sofia, 1, *WHERE, "", *changed)
    with pytest.raises(EditConflict):
        releases.release(studio, editor, sofia, 7, *WHERE, "", *FORM.values())
    assert studio.services.store.agents.versions(sofia) == []


def test_a_viewer_releases_nothing(studio: Studio, viewer: Caller, sofia: str) -> None:
    with pytest.raises(NotAllowed):
        releases.release(studio, viewer, sofia, 1, *WHERE, "", *FORM.values())
    with pytest.raises(NotAllowed):
        releases.change(studio, viewer, "release", "x", 1, *WHERE, "")


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_field_of_a_spec_has_a_name(house: House, language: str) -> None:
    tools = named_tools("handoff", "financing")
    spec = Spec(name="-", tools=tools, handoff=HandoffRules(office_hours=OfficeHours()))
    studio = house.studio(language)
    places = [place for place, _ in leaves(spec.model_dump())]
    assert len(places) > 40
    assert [place for place in places if field_name(studio, place) == place] == []


BELOW = replace(FORM, bar="pasan >= 0.95").values()
WHY = "El cliente lo pide hoy y lo revisamos mañana."


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("why", REASONS)
def test_every_reason_of_a_bar_is_a_sentence(house: House, language: str, why: str) -> None:
    values = {"criterion": "pass >= 0.95", "value": "0.5", "detail": "¿Hay garantía?"}
    told = sentence_of(house.studio(language), Finding("error", f"bar_{why}", values))
    assert "pass >= 0.95" in told
    assert told.endswith(".")


def test_a_missed_bar_keeps_back_and_an_admins_sentence_goes_past_it(
    studio: Studio, editor: Caller, sofia: str
) -> None:
    admin = Caller("admin@example.com")
    _, revision = agents.save(studio, editor, sofia, 1, *BELOW)
    page = releases.release(studio, editor, sofia, revision, *WHERE, "", *BELOW)
    assert (page.done, page.is_blocked) == (None, True)
    shown = releases_view.check_view(studio, page)
    assert "«pass &gt;= 0.95» nunca se ha medido" in shown
    told = (sofia, revision, *WHERE, "", page.asked)
    page = releases.release_anyway(studio, editor, *told, *BELOW)
    assert page.done is None
    with pytest.raises(NotAllowed):
        releases.override(studio, editor, *told, WHY, *BELOW)
    with pytest.raises(NothingChosen):
        releases.override(studio, admin, *told, " ", *BELOW)
    page = releases.override(studio, admin, *told, WHY, *BELOW)
    assert page.done is not None
    table = releases_view.versions_table(studio, page)
    assert WHY in table
    assert "No se cumple" in table


def test_a_line_that_is_no_criterion_is_not_saved(
    studio: Studio, editor: Caller, sofia: str
) -> None:
    with pytest.raises(BadFields) as wrong:
        agents.save(studio, editor, sofia, 1, *replace(FORM, bar="que sea bueno").values())
    assert [(field, key) for field, key, _ in wrong.value.fields] == [
        ("agent.bar", "field.no_criterion")
    ]


def test_the_guide_keeps_a_missed_bar_back(studio: Studio, editor: Caller, sofia: str) -> None:
    _, revision = agents.save(studio, editor, sofia, 1, *BELOW)
    with pytest.raises(NotReady):
        guide.release(studio, editor, sofia, revision, "")
    assert "nunca se ha medido" in guide_view.release_view(
        studio, guided.opened(studio, sofia, guided.LAST)
    )


# --- to a share of the customers


def two_versions(studio: Studio, editor: Caller, sofia: str) -> AgentForm:
    releases.release(studio, editor, sofia, 1, *WHERE, "", *FORM.values())
    second = replace(FORM, tone="Muy breve")
    agents.save(studio, editor, sofia, 1, *second.values())
    return second


def test_a_share_begins_is_seen_and_goes_to_all(
    studio: Studio, editor: Caller, viewer: Caller, sofia: str
) -> None:
    second = two_versions(studio, editor, sofia)
    page = releases.share(studio, editor, sofia, 2, *WHERE, "", 10, 0, *second.values())
    assert page.done is not None
    assert "responde ahora a 10.0% de los clientes" in releases_view.check_view(studio, page)
    [running] = page.shares
    assert "v2 para 10.0% de los clientes" in shares_view.shares_view(studio, page.shares)
    answering = studio.services.store.agents.answering(*WHERE)
    assert answering is not None
    assert answering.number == 1
    with pytest.raises(NotAllowed):
        releases.end_share(studio, viewer, "promote", str(running.id), sofia)
    for forged in ("x", "9" * 400, "", str(running.id + 1)):
        with pytest.raises(NotFound):
            releases.end_share(studio, editor, "promote", forged, sofia)
    page = releases.end_share(studio, editor, "promote", str(running.id), sofia)
    assert page.done is not None
    assert page.shares[0].state == "promoted"


def test_a_share_is_asked_about_and_stays_one(studio: Studio, editor: Caller, sofia: str) -> None:
    two_versions(studio, editor, sofia)
    third = replace(FORM, tone="")
    agents.save(studio, editor, sofia, 2, *third.values())
    page = releases.share(studio, editor, sofia, 3, *WHERE, "", 25, 40, *third.values())
    assert (page.done, page.asked) == (None, ("", "", 0.25, 40))
    releases.release_anyway(studio, editor, sofia, 3, *WHERE, "", page.asked, *third.values())
    [running] = studio.services.store.shares.running()
    assert (running.part, running.settles_after) == (0.25, 40)
    page = releases.end_share(studio, editor, "withdraw", str(running.id), sofia)
    assert page.shares[0].state == "withdrawn"


@pytest.mark.parametrize(
    ("percent", "after"),
    [(None, 0), (0, 0), (100, 0), (-1, 0), (float("nan"), 0), (10, -1), (10, 1e300)],
)
def test_what_is_no_share_is_asked_again(
    studio: Studio, editor: Caller, sofia: str, percent: float | None, after: float
) -> None:
    second = two_versions(studio, editor, sofia)
    with pytest.raises(NothingChosen):
        releases.share(studio, editor, sofia, 2, *WHERE, "", percent, after, *second.values())


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("state", list(ShareState))
def test_both_sides_are_shown_in_words(house: House, language: str, state: ShareState) -> None:
    studio = house.studio(language)
    met = [Met(False, False, 0.01)] * 9
    measures = [one.as_json() for one in compared(met, [Met(True, False, 0.02)] * 9)]
    found = {"old": 9, "new": 9, "measures": measures}
    ends = {"ended_by": "eva@example.com", "ended_at": 2.0}
    share = Share(
        1, "a", "api", "a", "v", 2, 0.1, 50, "<b>", state, found, {}, "ana@example.com", 1.0, **ends
    )  # type: ignore[arg-type]
    drawn = shares_view.shares_view(studio, [share, replace(share, ended_at=None, comparison={})])
    assert studio.say(f"share.state.{state}") in drawn
    assert studio.say("share.verdict.worse") in drawn
    assert studio.say("share.settles", count=50) in drawn
    assert "&lt;b&gt;" in drawn


def test_every_verdict_and_measure_has_words(studio: Studio) -> None:
    for one in ("too_few", "same", "accident", "better", "worse"):
        assert studio.say(f"share.verdict.{one}")
    for one in MEASURES:
        assert studio.say(f"share.{one}")
