"""What staff say themselves is an act: one line in the log, and no network while it is open."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from actions import curated, sources
from actions.services import Services
from agent.actor import Actor
from agent.errors import Forbidden
from knowledge import tables
from knowledge.base import Base, Chunk
from knowledge.errors import IndexUnavailable, UnknownSource
from knowledge.ingest.corrections import Corrections
from knowledge.ingest.curated import Curated
from knowledge.ingest.indexing import Alignment
from store.db.database import Database
from tests.actions.conftest import ANA, EVA, VIEWER, FullLog, lines

QUESTION, ANSWER = "¿Aceptan efectivo?", "Solo hasta mil pesos."


class Shelf:
    """Vectors by their ids. Can be out of reach, and is never asked while a transaction is open."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.held: set[str] = set()
        self.is_away = False

    def _reach(self) -> None:
        outside: list[bool] = []
        self._database.on_commit(lambda: outside.append(True))
        assert outside, "asked over a network within a transaction"
        if self.is_away:
            raise IndexUnavailable

    def add(
        self, base: Base, source_id: str, version: int, pieces: Sequence[Chunk], vectors: Any
    ) -> None:
        self._reach()
        self.held |= {f"{source_id}:{version}:{piece.position}" for piece in pieces}

    def remove_chunk(self, base: Base, source_id: str, version: int, position: int) -> None:
        self._reach()
        self.held.discard(f"{source_id}:{version}:{position}")

    def ids(self, base: Base, source_id: str = "") -> list[str]:
        self._reach()
        return [one for one in self.held if one.startswith(source_id)]

    def remove_ids(self, base: Base, ids: Sequence[str]) -> None:
        self._reach()
        self.held.difference_update(ids)


@pytest.fixture
def place(services: Services) -> "Place":
    return Place(services)


class Place:
    """A base with an answer of the team and a passage that was read."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.vectors = Shelf(services.database)
        parts = (services.database, services.embedders, self.vectors)
        align = Alignment(*parts).align  # type: ignore[arg-type]
        self.curated = Curated(services.database, align)
        self.corrections = Corrections(services.database, align)
        self.base = sources.new_base(services, ANA, "Pagos")
        self.answer = curated.add(services, self.curated, ANA, self.base, QUESTION, ANSWER)
        self.passage = self._read(sources.add_text(services, ANA, self.base, "Nota", "Hay pan."))

    def _read(self, source_id: str) -> int:
        row = {"base_id": self.base, "source_id": source_id, "source_version": 1}
        chunk = {"position": 0, "text": "Hay pan.", "heading": "", "stems": "pan"}
        with self.services.database.write() as tx:
            made = tables.chunks.insert().values(**row, **chunk).returning(tables.chunks.c.id)
            return int(tx.execute(made).scalar_one())

    def state(self) -> list[Any]:
        """Every row of what staff say, and the vectors."""
        named = (tables.bases, tables.sources, tables.chunks, tables.curated, tables.corrections)
        with self.services.database.read() as tx:
            rows = [sorted(map(repr, tx.execute(select(table)))) for table in named]
        return [*rows, sorted(self.vectors.held)]


Act = Callable[[Services, Actor, Place], object]
ACTS: dict[str, Act] = {
    "add": lambda s, who, at: curated.add(s, at.curated, who, at.base, "¿Té?", "Sí."),
    "change": lambda s, who, at: curated.change(s, at.curated, who, at.answer, QUESTION, "No."),
    "remove": lambda s, who, at: curated.remove(s, at.curated, who, at.answer),
    "correct": lambda s, who, at: curated.correct(s, at.corrections, who, at.passage, "No hay."),
    "silence": lambda s, who, at: curated.silence(s, at.corrections, who, at.passage),
    "restore": lambda s, who, at: curated.restore(s, at.corrections, who, at.passage),
}


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
    services: Services, place: Place, act: str, full_log: FullLog
) -> None:
    before, noted = place.state(), lines(services)
    with full_log, pytest.raises(OSError, match="no room"):
        ACTS[act](services, EVA, place)
    assert (place.state(), lines(services)) == (before, noted)
    ACTS[act](services, EVA, place)
    [line] = lines(services)[len(noted) :]
    assert line[0] == EVA.name
    assert place.state() != before or act == "restore"


def test_an_answer_goes_though_the_vectors_are_out_of_reach_and_they_go_later(
    services: Services, place: Place
) -> None:
    other = curated.add(services, place.curated, ANA, place.base, "¿Té?", "Sí.")
    place.vectors.is_away = True
    curated.remove(services, place.curated, ANA, place.answer)
    assert [one.id for one in place.curated.of(place.base)] == [other]
    assert len(place.vectors.held) == 2
    place.vectors.is_away = False
    third = curated.add(services, place.curated, ANA, place.base, "¿Pan?", "No.")
    curated.remove(services, place.curated, ANA, third)
    [left] = place.vectors.held
    assert left.endswith(f":{other}")


def test_the_vector_of_the_last_answer_is_removed_as_a_source_is_when_it_cannot_be_now(
    services: Services, place: Place
) -> None:
    place.vectors.is_away = True
    curated.remove(services, place.curated, ANA, place.answer)
    [(what, source_id)] = [one for one in services.sources.due(9e9) if one[0] == "remove"]
    assert what == "remove"
    assert {one.split(":")[0] for one in place.vectors.held} == {source_id}
    again = curated.add(services, place.curated, ANA, place.base, QUESTION, ANSWER)
    assert [one.id for one in place.curated.of(place.base)] == [again]


def test_with_the_last_answer_the_base_is_empty_at_once(services: Services, place: Place) -> None:
    base = sources.new_base(services, ANA, "Sola")
    only = curated.add(services, place.curated, ANA, base, QUESTION, ANSWER)
    curated.remove(services, place.curated, ANA, only)
    sources.remove_base(services, ANA, base)
    with pytest.raises(UnknownSource):
        services.sources.base(base)
