"""A release is what was looked at, replaces nobody unnamed, and leaves one line in the log."""

import random
import threading
from collections.abc import Callable
from typing import cast

import pytest
from sqlalchemy import func, select

from actions import agents, datasets, experiments, releases
from actions.experiments import Chosen
from actions.releases import KeptBack, Wish
from actions.services import Services
from agent.actor import Actor
from agent.errors import AgentError, EditConflict, Forbidden, Invalid, NotFound
from agent.spec import ModelChoice, Spec
from store.conversations.inbox import Inbound
from store.evaluation.rows import Finished
from store.tables import audit, versions
from tests.actions.conftest import ANA, EVA, VIEWER

NUMBER = "whatsapp:+14155238886"
SPEC = Spec(name="Sofía", tone="Cercano", instructions="Ofrece citas.")
INTERLEAVINGS = 200


@pytest.fixture
def sofia(services: Services) -> str:
    return agents.create(services, ANA, SPEC)


def wish(agent_id: str, **more: object) -> Wish:
    given: dict[str, object] = {
        "channel": "twilio",
        "address": NUMBER,
        "despite_warnings": True,
        **more,
    }
    return Wish(agent_id, **given)  # type: ignore[arg-type]


def toned(tone: str) -> Spec:
    return SPEC.model_copy(update={"tone": tone})


def lines(services: Services) -> list[tuple[str, str]]:
    return [(one.person, one.action) for one in reversed(services.store.audit.page())]


def count_of_versions(services: Services) -> int:
    with services.database.read() as tx:
        return cast(int, tx.scalar(select(func.count()).select_from(versions)))


def test_the_draft_goes_out_with_one_line_in_the_log(services: Services, sofia: str) -> None:
    version = releases.release(services, ANA, wish(sofia, revision=1, note="primera"))
    assert (version.label, version.note) == ("Sofía v1", "primera")
    there = services.store.agents.on("twilio", NUMBER)
    assert there is not None
    assert (there.version_id, there.released_by) == (version.id, ANA.name)
    assert lines(services) == [(ANA.name, "agent created"), (ANA.name, "agent released")]


def test_another_draft_than_the_one_looked_at_is_refused(services: Services, sofia: str) -> None:
    agents.save(services, EVA, sofia, toned("Formal"), 1)
    with pytest.raises(EditConflict):
        releases.release(services, ANA, wish(sofia, revision=1))
    assert count_of_versions(services) == 0


def test_warnings_ask_and_errors_refuse(services: Services, sofia: str) -> None:
    agents.save(services, ANA, sofia, SPEC.model_copy(update={"instructions": ""}), 1)
    with pytest.raises(KeptBack) as kept:
        releases.release(services, ANA, wish(sofia, despite_warnings=False))
    assert "instructions_none" in {one.code for one in kept.value.outlook.findings}
    releases.release(services, ANA, wish(sofia))
    broken = SPEC.model_copy(update={"model": ModelChoice(name="gpt-5")})
    agents.save(services, ANA, sofia, broken, 2)
    with pytest.raises(KeptBack) as kept:
        releases.release(services, ANA, wish(sofia))
    assert [one.code for one in kept.value.outlook.errors] == ["model_unknown"]
    assert count_of_versions(services) == 1


def test_who_would_fall_silent_has_to_be_named(services: Services, sofia: str) -> None:
    clara = agents.create(services, EVA, toned("Breve").model_copy(update={"name": "Clara"}))
    releases.release(services, EVA, wish(clara))
    for number in ("1", "2"):
        services.store.inbox.accept(
            [Inbound("twilio", f"SM{number}", NUMBER, f"whatsapp:+52{number}", "hola", "Carla")]
        )
    with pytest.raises(KeptBack) as kept:
        releases.release(services, ANA, wish(sofia))
    replaced = kept.value.outlook.replaced
    assert replaced is not None
    assert (replaced.release.agent_name, replaced.wrote) == ("Clara", 2)
    with pytest.raises(KeptBack):
        releases.release(services, ANA, wish(sofia, replaces=sofia))
    releases.release(services, ANA, wish(sofia, replaces=clara))
    assert services.store.agents.on("twilio", NUMBER).agent_id == sofia  # type: ignore[union-attr]


def test_a_roll_back_names_whom_it_silences_too(services: Services, sofia: str) -> None:
    first = releases.release(services, ANA, wish(sofia))
    clara = agents.create(services, EVA, SPEC.model_copy(update={"name": "Clara"}))
    releases.release(services, EVA, wish(clara, replaces=sofia))
    with pytest.raises(KeptBack):
        releases.release(services, ANA, wish(sofia, version_id=first.id))
    releases.release(services, ANA, wish(sofia, version_id=first.id, replaces=clara))
    assert lines(services)[-1] == (ANA.name, "agent rolled back")


def test_evidence_goes_with_the_release_also_where_the_version_is_an_old_one(
    services: Services, sofia: str
) -> None:
    releases.release(services, ANA, wish(sofia))
    assert services.store.agents.versions(sofia)[0].evidence == {}
    datasets.add_question(services, ANA, sofia, "¿Hay garantía?", "tres", "")
    ask_every_case(services, sofia)
    releases.release(services, ANA, wish(sofia))
    [only] = services.store.agents.versions(sofia)
    assert (only.number, only.evidence["passed"]) == (1, 1)


def test_evidence_is_stale_once_a_case_was_added(services: Services, sofia: str) -> None:
    datasets.add_question(services, ANA, sofia, "¿Hay garantía?", "tres", "")
    ask_every_case(services, sofia)
    datasets.add_question(services, ANA, sofia, "¿Y los frenos?", "no cubre", "")
    version = releases.release(services, ANA, wish(sofia))
    assert services.store.agents.versions(sofia)[0].evidence == {}
    assert version.number == 1


def ask_every_case(services: Services, agent_id: str) -> None:
    tests = services.store.datasets.tests(agent_id, "ana")
    experiments.start(services, ANA, experiments.Wish(tests.id, [Chosen(experiments.DRAFT)]))
    while (lease := services.store.rows.lease()) is not None:
        services.store.rows.finish(lease, Finished([{"text": "sí"}], {}, True))


def test_numbers_are_written_as_twilio_writes_them(services: Services, sofia: str) -> None:
    releases.release(services, ANA, wish(sofia, address=" +14155238886 "))
    assert services.store.agents.on("twilio", NUMBER) is not None
    with pytest.raises(Invalid):
        releases.release(services, ANA, wish(sofia, channel="api", address="somebody"))
    releases.release(services, ANA, wish(sofia, channel="api", address=""))
    assert services.store.agents.on("api", sofia) is not None


def test_another_agents_version_is_none_of_its_own(services: Services, sofia: str) -> None:
    clara = agents.create(services, EVA, SPEC)
    theirs = releases.release(services, EVA, wish(clara, channel="api", address=""))
    with pytest.raises(NotFound):
        releases.release(services, ANA, wish(sofia, version_id=theirs.id))


ACTS: dict[str, Callable[[Services, Actor, str], object]] = {
    "release": lambda services, actor, one: releases.release(services, actor, wish(one)),
    "create": lambda services, actor, one: agents.create(services, actor, SPEC),
    "create_answering": lambda services, actor, one: agents.create_answering(services, actor, SPEC),
    "save": lambda services, actor, one: agents.save(services, actor, one, toned("x"), 1),
    "duplicate": lambda services, actor, one: agents.duplicate(services, actor, one, "Eva"),
    "archive": lambda services, actor, one: agents.archive(services, actor, one),
    "unarchive": lambda services, actor, one: agents.unarchive(services, actor, one),
    "add_question": lambda services, actor, one: datasets.add_question(
        services, actor, one, "a", "", ""
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_viewer_may_nothing_and_nothing_is_noted(
    services: Services, sofia: str, act: str
) -> None:
    before = lines(services)
    with pytest.raises(Forbidden):
        ACTS[act](services, VIEWER, sofia)
    assert lines(services) == before
    assert services.store.agents.get(sofia).revision == 1


@pytest.mark.parametrize("act", ACTS)
def test_every_act_leaves_a_line_and_none_without_its_change(
    services: Services, sofia: str, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no room for the log")

    with monkeypatch.context() as patched:
        patched.setattr(services.store.audit, "note", full)
        with pytest.raises(OSError, match="no room"):
            ACTS[act](services, ANA, sofia)
    assert services.store.agents.get(sofia).revision == 1
    assert (len(services.store.agents.list()), count_of_versions(services)) == (1, 0)
    assert not services.store.agents.get(sofia).archived
    assert services.store.datasets.own(sofia) is None
    before = len(lines(services))
    ACTS[act](services, ANA, sofia)
    assert len(lines(services)) > before


def test_what_goes_out_is_always_what_was_looked_at(services: Services) -> None:
    """Two people read, save and release one agent, their steps mixed in every way."""
    for seed in range(INTERLEAVINGS):
        game = Game(services, seed)
        steps = [*(game.turn_of(ANA) for _ in range(6)), *(game.turn_of(EVA) for _ in range(6))]
        game.random.shuffle(steps)
        for step in steps:
            step()
    assert count_of_versions(services) >= INTERLEAVINGS // 4


class Game:
    """One agent, and what each of two people has looked at."""

    def __init__(self, services: Services, seed: int) -> None:
        self.services, self.seed = services, seed
        self.random = random.Random(seed)
        self.agent_id = agents.create(services, ANA, SPEC)
        self.seen: dict[str, tuple[int, Spec]] = {}

    def turn_of(self, who: Actor) -> Callable[[], None]:
        step = self.random.choice([self.look, self.save, self.release, self.release])
        return lambda: step(who)

    def look(self, who: Actor) -> None:
        agent = self.services.store.agents.get(self.agent_id)
        self.seen[who.name] = (agent.revision, agent.draft)

    def save(self, who: Actor) -> None:
        revision, _ = self.seen.get(who.name, (1, SPEC))
        spec = toned(f"{self.seed} {self.random.random()}")
        try:
            saved = agents.save(self.services, who, self.agent_id, spec, revision)
        except EditConflict:
            return
        self.seen[who.name] = (saved, spec)

    def release(self, who: Actor) -> None:
        revision, spec = self.seen.get(who.name, (1, SPEC))
        asked = wish(self.agent_id, channel="api", address="", revision=revision)
        try:
            version = releases.release(self.services, who, asked)
        except EditConflict:
            return
        assert version.spec == spec


def test_threads_that_save_and_release_at_once_never_send_out_what_nobody_saw(
    services: Services, sofia: str
) -> None:
    saved: dict[int, Spec] = {1: SPEC}
    out: list[tuple[int, Spec]] = []

    def save(number: int) -> None:
        for step in range(10):
            spec = toned(f"{number}.{step}")
            revision = services.store.agents.get(sofia).revision
            try:
                saved[agents.save(services, ANA, sofia, spec, revision)] = spec
            except AgentError:
                continue

    def release() -> None:
        for _ in range(10):
            revision = services.store.agents.get(sofia).revision
            try:
                version = releases.release(services, EVA, wish(sofia, revision=revision))
            except EditConflict:
                continue
            out.append((revision, version.spec))

    threads = [threading.Thread(target=save, args=(number,)) for number in range(3)]
    threads += [threading.Thread(target=release) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    release()  # nobody saves any more: at least these go out
    assert out
    assert all(spec == saved[revision] for revision, spec in out)


def test_the_log_has_no_line_of_what_was_undone(services: Services, sofia: str) -> None:
    agents.save(services, EVA, sofia, toned("Formal"), 1)
    with services.database.read() as tx:
        before = tx.scalar(select(func.count()).select_from(audit))
    with pytest.raises(EditConflict):
        agents.save(services, ANA, sofia, toned("Breve"), 1)
    with services.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(audit)) == before
