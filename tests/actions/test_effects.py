"""What customers are told changes by a release, or at once where staff said so."""

import pytest

from actions import agents, effects, queues, releases, sources
from actions.effects import Effect
from actions.releases import Wish
from actions.services import Services
from agent.errors import Forbidden
from agent.spec import KnowledgeChoice, Spec
from knowledge import snapshots
from knowledge.errors import EditConflict
from knowledge.tables import chunks
from knowledge.tables import sources as table
from store.agents import agents as kept
from store.agents.agents import Version
from tests.actions.conftest import ANA, VIEWER, RememberingWakeUp, lines

SPEC = Spec(name="Sofía", tone="Cercano", instructions="Ofrece citas.")


class House:
    """An agent with one source, which is read by decree."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.base_id = sources.new_base(services, ANA, "Clínica")
        self.source_id = sources.add_text(services, ANA, self.base_id, "Precios", "39 pesos")
        knowledge = KnowledgeChoice(bases=(self.base_id,))
        spec = SPEC.model_copy(update={"knowledge": knowledge})
        self.agent_id = agents.create(services, ANA, spec)
        self.read(1)

    def read(self, version: int, **more: object) -> None:
        with self.services.database.write() as tx:
            values = {"state": "ready", "version": version, "fence": version, **more}
            tx.execute(table.update().where(table.c.id == self.source_id).values(**values))
            row = {"base_id": self.base_id, "source_id": self.source_id, "source_version": version}
            tx.execute(chunks.insert().values(**row, position=0, text="39 pesos", stems="39 pes"))

    def release(self, **more: str) -> Version:
        wish = Wish(self.agent_id, "api", self.agent_id, despite_warnings=True, **more)  # type: ignore[arg-type]
        return releases.release(self.services, ANA, wish)

    def known(self, version: Version) -> int:
        with self.services.database.read() as tx:
            return snapshots.readings(tx, [self.base_id], version.id)[self.source_id]


@pytest.fixture
def house(services: Services) -> House:
    return House(services)


def test_other_knowledge_is_another_version(house: House) -> None:
    first = house.release()
    assert house.release().id == first.id  # nothing changed
    house.read(2)
    second = house.release()
    assert second.number == 2
    assert (house.known(first), house.known(second)) == (1, 2)
    back = house.release(version_id=first.id)
    assert (back.id, house.known(back)) == (first.id, 1)


def test_what_a_release_would_change_is_told(house: House) -> None:
    agent = house.services.store.agents.get(house.agent_id)
    [new] = releases.knowledge_changes(house.services, agent)
    assert (new.name, new.before, new.after) == ("Precios", 0, 1)
    house.release()
    assert releases.knowledge_changes(house.services, agent) == []
    house.read(2)
    [changed] = releases.knowledge_changes(house.services, agent)
    assert (changed.before, changed.after) == (1, 2)
    effects.set_effect(house.services, ANA, house.source_id, Effect.AT_ONCE)
    assert releases.knowledge_changes(house.services, agent) == []


def test_old_versions_let_go_of_what_they_knew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "KEPT_SNAPSHOTS", 2)
    first = house.release()
    for version in (2, 3):
        house.read(version)
        house.release()
    with house.services.database.read() as tx:
        assert not snapshots.exists(tx, first.id)
    assert ("tidy", house.source_id) in house.services.sources.due(1e12)
    again = house.release(version_id=first.id)  # from what is known today
    assert house.known(again) == 3
    with house.services.database.read() as tx:
        assert snapshots.exists(tx, first.id)


def test_what_answers_somewhere_is_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "KEPT_SNAPSHOTS", 1)
    wish = Wish(house.agent_id, "twilio", "whatsapp:+14155238886", despite_warnings=True)
    first = releases.release(house.services, ANA, wish)
    for version in (2, 3):
        house.read(version)
        house.release()
    assert house.known(first) == 1


def test_choosing_is_audited_and_for_editors(house: House) -> None:
    effects.set_effect(house.services, ANA, house.source_id, Effect.AT_ONCE)
    assert lines(house.services)[-1] == (ANA.name, "source effect")
    for act in (effects.let_through, effects.turn_down):
        with pytest.raises(Forbidden):
            act(house.services, VIEWER, house.source_id)
        with pytest.raises(EditConflict):
            act(house.services, ANA, house.source_id)
    with pytest.raises(Forbidden):
        effects.set_effect(house.services, VIEWER, house.source_id, Effect.RELEASE)


@pytest.mark.parametrize(
    ("act", "job"),
    [(effects.let_through, queues.INGESTION), (effects.turn_down, queues.TIDYING)],
)
def test_a_decision_wakes_who_does_the_rest(
    house: House, wake_up: RememberingWakeUp, act: object, job: str
) -> None:
    house.read(1, state="held", fence=2, held={"text_hash": "x"})
    assert callable(act)
    act(house.services, ANA, house.source_id)
    assert wake_up.notified[-1] == (job, house.source_id)


def test_editors_are_told_once_that_a_reading_waits(house: House) -> None:
    house.services.store.people.add("ana@example.com", "editor")
    house.read(1, state="held", fence=2, held={"text_hash": "x"})
    source = house.services.sources.held(house.source_id)
    assert source is not None
    for _ in range(2):
        effects.tell_held(house.services, source)
    told = [one for one in lines(house.services) if one[1] == "alert raised"]
    assert len(told) == 1
