"""Each change to knowledge is an act; nothing is taken from an agent that was not named."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from actions import agents, queues, releases, sources
from actions.releases import Wish
from actions.services import Services
from actions.sources import InUse, OwnBase
from agent.actor import Actor
from agent.errors import Forbidden, Invalid, NotFound
from agent.spec import KnowledgeChoice, Spec
from knowledge import tables
from knowledge.errors import EditConflict, NotAccepted, UnknownSource
from knowledge.quality.pairs import Pair
from knowledge.search.tuning import Tuning
from tests.actions.conftest import ANA, EVA, VIEWER, FullLog, RememberingWakeUp, lines

SPEC = Spec(name="Sofía", brand="Café Luna", instructions="Ofrece café.")
PAIR = Pair("¿Abren?", "horario.txt", "nueve")
AT_ONCE = 8


@pytest.fixture
def base(services: Services) -> str:
    return sources.new_base(services, ANA, "Garantías")


@pytest.fixture
def empty(services: Services) -> str:
    return sources.new_base(services, ANA, "Vacía")


@pytest.fixture
def sofia(services: Services) -> str:
    return agents.create(services, ANA, SPEC)


@pytest.fixture
def place(services: Services, base: str, empty: str) -> "Place":
    return Place(services, base, empty)


class Place:
    """A base with one source of each kind that acts are for, and an empty one."""

    def __init__(self, services: Services, base: str, empty: str) -> None:
        self.services, self.base, self.empty = services, base, empty
        self.file = sources.add_file(services, ANA, base, "a.txt", b"Abrimos a las nueve.")
        self.text = sources.add_text(services, ANA, base, "Nota", "Hay pan.")
        self.page = sources.add_url(services, ANA, base, "https://example.com/a")
        self.pair = sources.add_pair(services, ANA, base, PAIR)
        self.to_rebuild = sources.new_base(services, ANA, "Otro modelo")
        with services.database.write() as tx:
            other = tables.bases.c.id == self.to_rebuild
            tx.execute(tables.bases.update().where(other).values(model="de-antes"))

    def state(self) -> list[Any]:
        """Every row of knowledge, and the names of the stored files."""
        named = (tables.bases, tables.sources, tables.pairs, tables.rebuilds)
        with self.services.database.read() as tx:
            rows = [sorted(map(repr, tx.execute(select(table)))) for table in named]
        folder = self.services.sources.files_dir
        return [rows, {path.name: path.read_bytes() for path in folder.iterdir()}]


Act = Callable[[Services, Actor, Place], object]
ACTS: dict[str, Act] = {
    "new_base": lambda s, who, at: sources.new_base(s, who, "Otra"),
    "remove_base": lambda s, who, at: sources.remove_base(s, who, at.empty),
    "tune": lambda s, who, at: sources.tune(s, who, at.base, Tuning(threshold=0.9)),
    "rebuild": lambda s, who, at: sources.rebuild(s, who, at.to_rebuild),
    "rebuild_all": lambda s, who, at: sources.rebuild_all(s, who),
    "stop_rebuild": lambda s, who, at: sources.stop_rebuild(s, who, at.base),
    "add_file": lambda s, who, at: sources.add_file(s, who, at.base, "b.txt", b"Otro."),
    "add_text": lambda s, who, at: sources.add_text(s, who, at.base, "Otra", "Hay leche."),
    "add_pairs": lambda s, who, at: sources.add_pairs(s, who, at.base, "P", "P: ¿Té?\nR: Sí."),
    "add_url": lambda s, who, at: sources.add_url(s, who, at.base, "https://example.com/b"),
    "add_site": lambda s, who, at: sources.add_site(s, who, at.base, "https://example.com", 9),
    "replace_file": lambda s, who, at: sources.replace_file(s, who, at.file, "a.txt", b"Diez."),
    "replace_text": lambda s, who, at: sources.replace_text(s, who, at.text, "Nota", "No hay."),
    "reread": lambda s, who, at: sources.reread(s, who, at.file),
    "set_refresh": lambda s, who, at: sources.set_refresh(s, who, at.page, 24),
    "remove": lambda s, who, at: sources.remove(s, who, at.file),
    "add_pair": lambda s, who, at: sources.add_pair(s, who, at.base, PAIR),
    "remove_pair": lambda s, who, at: sources.remove_pair(s, who, at.pair),
}


def test_every_act_of_the_module_is_tried_here() -> None:
    acts = {
        name
        for name, function in vars(sources).items()
        if getattr(function, "__module__", "") == sources.__name__
        and "actor" in getattr(function, "__annotations__", {})
        and not name.startswith("_")
    }
    assert acts == set(ACTS)


@pytest.mark.parametrize("act", ACTS)
def test_a_viewer_changes_nothing_and_nothing_is_noted(
    services: Services, place: Place, act: str
) -> None:
    before, noted = place.state(), lines(services)
    with pytest.raises(Forbidden):
        ACTS[act](services, VIEWER, place)
    assert (place.state(), lines(services)) == (before, noted)


@pytest.mark.parametrize("act", ACTS)
def test_an_act_leaves_one_line_and_nothing_at_all_without_it(
    services: Services, place: Place, act: str, full_log: FullLog, wake_up: RememberingWakeUp
) -> None:
    before, noted, woken = place.state(), lines(services), list(wake_up.notified)
    with full_log, pytest.raises(OSError, match="no room"):
        ACTS[act](services, EVA, place)
    assert (place.state(), lines(services), wake_up.notified) == (before, noted, woken)
    ACTS[act](services, EVA, place)
    [line] = lines(services)[len(noted) :]
    assert line[0] == EVA.name


def test_what_is_to_be_read_or_removed_wakes_somebody_up(
    services: Services, place: Place, wake_up: RememberingWakeUp
) -> None:
    del wake_up.notified[:]
    sources.replace_text(services, ANA, place.text, "Nota", "No hay.")
    sources.reread(services, ANA, place.file)
    sources.remove(services, ANA, place.page)
    assert wake_up.notified == [
        (queues.INGESTION, place.text),
        (queues.INGESTION, place.file),
        (queues.REMOVAL, place.page),
    ]


def test_of_a_replaced_file_only_the_new_bytes_stay(services: Services, place: Place) -> None:
    seen = services.sources.get(place.file).stored_name
    sources.replace_file(services, ANA, place.file, "a.txt", b"Diez.", seen)
    folder: Path = services.sources.files_dir
    assert (folder / services.sources.get(place.file).stored_name).read_bytes() == b"Diez."
    assert not (folder / seen).exists()
    before = place.state()
    with pytest.raises(EditConflict):
        sources.replace_file(services, EVA, place.file, "a.txt", b"Once.", seen)
    assert place.state() == before


@pytest.mark.parametrize("name", ["a.exe", ""])
def test_a_file_that_is_refused_leaves_nothing_on_the_disk(
    services: Services, place: Place, name: str
) -> None:
    before = place.state()
    with pytest.raises(NotAccepted):
        sources.add_file(services, ANA, place.base, name, b"MZ")
    with pytest.raises(UnknownSource):
        sources.add_file(services, ANA, "nowhere", "a.txt", b"Hola.")
    assert place.state() == before


# --- what takes from another


def looking(services: Services, base_id: str, name: str) -> str:
    spec = SPEC.model_copy(update={"name": name, "knowledge": KnowledgeChoice(bases=(base_id,))})
    return agents.create(services, ANA, spec)


def test_whoever_looks_there_has_to_be_named_before_a_source_goes(
    services: Services, place: Place
) -> None:
    clara = looking(services, place.base, "Clara")
    marcos = looking(services, place.base, "Marcos")
    for known in ((), (clara,), ("",)):
        with pytest.raises(InUse) as told:
            sources.remove(services, EVA, place.file, known)
        assert marcos in [agent.id for agent in told.value.agents]
        assert "Marcos" in str(told.value)
    assert services.sources.get(place.file).state == "waiting"
    sources.remove(services, EVA, place.file, (marcos, clara))
    assert services.sources.get(place.file).state == "removing"


def test_whoever_looks_there_has_to_be_named_before_a_base_goes(
    services: Services, empty: str
) -> None:
    clara = looking(services, empty, "Clara")
    with pytest.raises(InUse):
        sources.remove_base(services, EVA, empty)
    sources.remove_base(services, EVA, empty, [clara])
    assert services.sources.bases() == []


def test_an_agent_that_answers_from_there_counts_though_its_draft_does_not(
    services: Services, place: Place
) -> None:
    clara = looking(services, place.base, "Clara")
    releases.release(services, ANA, Wish(clara, "api", "", despite_warnings=True))
    draft = services.store.agents.get(clara).draft
    agents.save(services, ANA, clara, draft.model_copy(update={"knowledge": SPEC.knowledge}), 1)
    assert [agent.id for agent in sources.users(services, place.base)] == [clara]
    with pytest.raises(InUse):
        sources.remove(services, ANA, place.file)


def test_an_agent_that_was_put_away_is_not_asked_about(services: Services, place: Place) -> None:
    agents.archive(services, ANA, looking(services, place.base, "Clara"))
    sources.remove(services, ANA, place.file)
    assert services.sources.get(place.file).state == "removing"


# --- an agent's own base


def test_an_agent_gets_a_base_of_its_brand_and_keeps_to_it(services: Services, sofia: str) -> None:
    sources.add_file(services, ANA, OwnBase(sofia), "a.txt", b"Hola.")
    assert [action for _, action in lines(services)] == [
        "agent created",
        "base created",
        "agent saved",
        "source added",
    ]
    sources.add_url(services, EVA, OwnBase(sofia), "https://example.com/a")
    [base] = services.sources.bases()
    assert base.name == "Café Luna"
    assert services.store.agents.get(sofia).draft.knowledge.bases == (base.id,)
    assert [one.name for one in sources.of_agent(services, sofia)] == [
        "a.txt",
        "https://example.com/a",
    ]


def test_what_one_agent_is_given_no_other_is_given(services: Services, base: str) -> None:
    clara, marcos = looking(services, base, "Clara"), looking(services, base, "Marcos")
    sources.add_text(services, ANA, OwnBase(clara), "Nota", "Solo Clara.")
    assert sources.of_agent(services, marcos) == []
    shared, own = services.store.agents.get(clara).draft.knowledge.bases
    assert (shared, services.sources.base(own).name) == (base, "Café Luna")
    sources.add_text(services, ANA, OwnBase(marcos), "Nota", "Solo Marcos.")
    own = services.store.agents.get(marcos).draft.knowledge.bases[1]
    assert services.sources.base(own).name == "Café Luna · Marcos"


def test_a_base_that_no_other_agent_looks_into_is_its_own(services: Services, base: str) -> None:
    clara = looking(services, base, "Clara")
    sources.add_text(services, ANA, OwnBase(clara), "Nota", "Hola.")
    assert services.store.agents.get(clara).draft.knowledge.bases == (base,)


def test_what_is_refused_leaves_no_base_behind(services: Services, sofia: str) -> None:
    with pytest.raises(NotAccepted):
        sources.add_file(services, ANA, OwnBase(sofia), "a.exe", b"MZ")
    with pytest.raises(NotFound):
        sources.add_text(services, ANA, OwnBase("nobody"), "Nota", "Hola.")
    assert services.sources.bases() == []
    assert services.store.agents.get(sofia).revision == 1


def at_once(*calls: Callable[[], object]) -> None:
    """Do them in threads of their own that begin together; what one raises is raised."""
    barrier, failed = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        barrier.wait(30)
        try:
            call()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def test_files_that_are_given_at_once_all_come_into_the_same_base(
    services: Services, sofia: str
) -> None:
    names = [f"{number}.txt" for number in range(AT_ONCE)]

    def give(name: str) -> Callable[[], object]:
        own = OwnBase(sofia)
        return lambda: sources.add_file(services, ANA, own, name, f"Texto {name}".encode())

    at_once(*map(give, names))
    [base] = services.store.agents.get(sofia).draft.knowledge.bases
    assert sorted(one.name for one in services.sources.list(base)) == names
    assert len(services.sources.bases()) == 1


def test_agents_of_one_brand_that_are_given_something_at_once_each_get_a_base(
    services: Services,
) -> None:
    made = [agents.create(services, ANA, SPEC) for _ in range(AT_ONCE)]

    def give(agent_id: str) -> Callable[[], object]:
        return lambda: sources.add_text(services, ANA, OwnBase(agent_id), "Nota", "Hola.")

    at_once(*map(give, made))
    own = [services.store.agents.get(one).draft.knowledge.bases for one in made]
    assert len(set(own)) == AT_ONCE
    assert len(services.sources.bases()) == AT_ONCE


def test_who_may_not_know_knowledge_s_errors_gets_the_agents(services: Services) -> None:
    with pytest.raises(NotFound, match="no such knowledge base"), sources.in_plain_errors():
        services.sources.base("nowhere")
    with pytest.raises(Invalid, match="type that cannot be read"), sources.in_plain_errors():
        services.sources.add_file("nowhere", "a.exe", b"MZ", "ana")


def test_nothing_is_stored_for_whoever_may_not(services: Services, base: str) -> None:
    with pytest.raises(Forbidden):
        sources.add_file(services, VIEWER, base, "a.txt", b"Hola.")
    assert not services.sources.files_dir.exists()
    with services.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(tables.sources)) == 0


def test_every_base_of_another_model_is_prepared_for_the_one_in_force(
    services: Services, place: Place
) -> None:
    assert sources.rebuild_all(services, ANA) == ["Otro modelo"]
    assert sources.rebuild_all(services, ANA) == []
    assert services.rebuilds.progress(place.base) is None
