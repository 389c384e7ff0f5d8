"""The Replays page as plain functions."""

import pytest

from agent.errors import NotFound
from agent.replayed import Reply, Stretch
from agent.spec import Spec
from store.conversations.inbox import Inbound
from store.conversations.work import Outcome
from studio.errors import NothingChosen
from studio.pages import replays
from studio.pages.replays_view import past_view, played_view, shown, tried_view, windows_view
from studio.state import Studio
from studio.talk import DRAFT
from tests.studio.conftest import Caller

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OURS = "whatsapp:+14155238886"


@pytest.fixture
def agent_id(studio: Studio) -> str:
    """An agent that answered one customer."""
    store = studio.services.store
    made = store.agents.create(Spec(name="Sofía"), "ana")
    store.agents.release_draft(made, "twilio", OURS, "ana")
    message = Inbound("twilio", "SM1", OURS, "whatsapp:+5215550001111", "¿Tiene <b>abogado</b>?")
    [accepted] = store.inbox.accept([message])
    lease = store.turns.lease(accepted.conversation_id)
    assert lease is not None
    [version] = store.agents.versions(made)
    said = Outcome(
        "answered",  # type: ignore[arg-type]
        version.id,
        lease.fence,
        text="Hay descuento.",
        parts=["Hay descuento."],
    )
    assert store.turns.commit(store.turns.read(lease, 5), said)
    return made


def play(studio: Studio, *pieces: Stretch) -> None:
    """Do what the worker does."""
    lease = studio.services.store.replays.lease()
    assert lease is not None
    assert studio.services.store.replays.finish(lease, [one.as_json() for one in pieces], 0.01)


def page(studio: Studio, caller: Caller, replay_id: str, agent_id: str) -> str:
    found, past = replays.watch(studio, caller, replay_id, agent_id)
    return str(played_view(studio, found)) + str(past_view(studio, past, ""))


def test_a_replay_is_started_and_read_then_and_now(
    studio: Studio, editor: Caller, viewer: Caller, agent_id: str
) -> None:
    made = replays.start(studio, editor, agent_id, DRAFT, 7, 0)
    assert 'data-pick="stop"' in page(studio, viewer, made, agent_id)
    then, now = Reply([1], "Hay <i>vales</i>", "answered"), Reply([1], "No hay", "handoff", "asked")
    play(studio, Stretch(["¿Vales?"], [then], [now]), Stretch(["Hola"], [then], [then]))
    told = page(studio, viewer, made, agent_id)
    assert "1 de 1 conversaciones son distintas" in told
    assert "Hay &lt;i&gt;vales" in told
    assert "No hay" in told
    assert studio.say("outcome.handoff") in told
    assert "Hola" not in told  # nothing went otherwise there
    assert 'data-pick="stop"' not in told
    assert f'data-id="{made}"' in told  # among the earlier ones
    assert replays.latest(studio, viewer, agent_id) == made


def test_one_that_was_stopped_goes_on(studio: Studio, editor: Caller, agent_id: str) -> None:
    made = replays.start(studio, editor, agent_id, DRAFT, 7, 0)
    assert replays.turn(studio, editor, "stop", made) == made
    assert studio.say("evaluate.state.stopped") in page(studio, editor, made, agent_id)
    replays.turn(studio, editor, "resume", made)
    assert studio.say("evaluate.state.waiting") in page(studio, editor, made, agent_id)


def test_a_version_is_played_as_well(studio: Studio, editor: Caller, agent_id: str) -> None:
    opened = replays.first(studio, editor, agent_id)
    [_, (_, version)] = opened.versions
    assert shown(studio, opened)[1]["value"] == DRAFT
    made = replays.start(studio, editor, agent_id, version, 7, 0)
    kept = studio.services.store.replays.get(made)
    assert kept.candidate.version_id == version


@pytest.mark.parametrize("days", [None, 0, -1, 3_661, 1e308, float("nan"), float("inf")])
def test_days_that_cannot_be_are_said(
    studio: Studio, editor: Caller, agent_id: str, days: float | None
) -> None:
    with pytest.raises(NothingChosen, match="days_first"):
        replays.start(studio, editor, agent_id, DRAFT, days, 0)
    with pytest.raises(NothingChosen, match="days_first"):
        replays.windows(studio, editor, agent_id, days)


def test_somebody_elses_version_is_no_candidate(
    studio: Studio, editor: Caller, agent_id: str
) -> None:
    with pytest.raises(NotFound):
        replays.start(studio, editor, agent_id, "0" * 32, 7, 0)
    with pytest.raises(NotFound):
        replays.see(studio, editor, "see", "0" * 32)


def test_windows_say_when_too_few_wrote(studio: Studio, viewer: Caller, agent_id: str) -> None:
    told = str(windows_view(studio, replays.windows(studio, viewer, agent_id, 7)))
    assert studio.say("replays.too_few") in told
    assert "10 s" in told


def test_words_are_tried_on_the_past(studio: Studio, editor: Caller, agent_id: str) -> None:
    tried = replays.words(studio, editor, agent_id, 7, "abogado\n\n", "", "")
    told = str(tried_view(studio, tried))
    assert "1 de 1 turnos" in told
    assert "&lt;b&gt;abogado" in told
    stopped = replays.words(studio, editor, agent_id, 7, "", "", "descuento")
    assert "no se envía" in str(tried_view(studio, stopped))
    assert not replays.words(studio, editor, agent_id, 7, "taller", "", "").found
    with pytest.raises(NothingChosen, match="words_first"):
        replays.words(studio, editor, agent_id, 7, " \n", "", "")
