"""A reader that is killed at any statement or call leaves nothing that the next one cannot mend."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from knowledge import snapshots
from knowledge.base import Document, Section
from knowledge.ingest import embedding
from knowledge.ingest import ingestion as ingesting
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.tables import chunks
from knowledge.vectors.chroma import Vectors
from store.db.database import Database
from tests.fakes import Clock
from tests.knowledge import documents
from tests.standins.hashed import HashedEmbedders


class Killed(BaseException):
    """The process ended here."""


class Fate:
    """Ends the process at its n-th statement or call to the vector store."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self, *_: object) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed

    @contextmanager
    def over(self, database: Database) -> Iterator[None]:
        """Count every statement that *database* is sent."""
        event.listen(database.engine, "before_cursor_execute", self.step)
        try:
            yield
        finally:
            event.remove(database.engine, "before_cursor_execute", self.step)


class Shelf:
    """Collections of vectors in a dictionary (`knowledge.vectors.chroma.Collections`)."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, dict[str, Any]]] = {}

    def upsert(self, name: str, ids: list[str], vectors: Any, metadatas: Any) -> None:
        self._held.setdefault(name, {}).update(zip(ids, metadatas, strict=True))

    def query(self, name: str, vector: Any, limit: int) -> list[tuple[str, float]]:
        return []

    def ids(self, name: str, where: dict[str, Any] | None, limit: int) -> list[str]:
        held = self._held.get(name, {})
        return [one for one, about in held.items() if where is None or _fits(about, where)][:limit]

    def delete(self, name: str, ids: list[str]) -> None:
        for one in ids:
            self._held.get(name, {}).pop(one, None)

    def drop(self, name: str) -> None:
        self._held.pop(name, None)


def _fits(about: dict[str, Any], where: dict[str, Any]) -> bool:
    if "$and" in where:
        return all(_fits(about, one) for one in where["$and"])
    ((name, wanted),) = where.items()
    if not isinstance(wanted, dict):
        return bool(about[name] == wanted)
    return about[name] != wanted["$ne"] if "$ne" in wanted else about[name] < wanted["$lt"]


class Doomed:
    """The vector store, as a process sees it that may end before or after each call."""

    def __init__(self, part: Any, fate: Fate) -> None:
        self._part, self._fate = part, fate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)

        def call(*arguments: Any) -> Any:
            self._fate.step()
            answer = found(*arguments)
            self._fate.step()
            return answer

        return call


def by_lines(path: Path, name: str) -> Document:
    """A reader without a process of its own: a section a line."""
    return Document(Section(line) for line in path.read_text().splitlines())


class Shop:
    """A base with one reader."""

    def __init__(self, sources: Sources, clock: Clock, base_id: str) -> None:
        self.sources, self.clock, self.base_id = sources, clock, base_id
        # Killed at every step; on PostgreSQL, whose statements are the same, at every fourth.
        self.stride = 1 if sources.database.is_sqlite else 4
        self.shelf = Shelf()
        self.vectors = Vectors(collections=self.shelf)

    def reader(self, collections: Any = None) -> Ingestion:
        vectors = Vectors(collections=collections or self.shelf)
        return Ingestion(self.sources, self.sources.database, vectors, HashedEmbedders(), by_lines)

    def killed(self, steps: int, verb: str, source_id: str) -> bool:
        """Read or remove the source and end at that step. False when it was done before."""
        fate = Fate(steps)
        database = self.sources.database
        assert isinstance(database, Database)
        try:
            with fate.over(database):
                getattr(self.reader(Doomed(self.shelf, fate)), verb)(source_id)
        except Killed:
            return True
        return False

    def recover(self) -> None:
        """What the sweeper and the next readers do."""
        for _ in range(8):
            self.clock.now += 1_000
            for kind, source_id in self.sources.due(self.clock.now):
                getattr(self.reader(), kind)(source_id)

    def held(self) -> tuple[list[str], int, int]:
        """(every chunk's text, how many vectors, how many files) there are, seen or not."""
        with self.sources.database.read() as tx:
            texts = tx.scalars(select(chunks.c.text).order_by(chunks.c.text)).all()
        kept = len(list(self.sources.files_dir.iterdir()))
        return list(texts), len(self.vectors.ids(self.sources.base(self.base_id))), kept

    def clear(self) -> None:
        for source in self.sources.list(self.base_id):
            self.sources.mark_removing(source.id)
        self.recover()
        assert self.held() == ([], 0, 0)


@pytest.fixture
def shop(sources: Sources, clock: Clock, base_id: str, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(ingesting, "WRITTEN_AT_ONCE", 2)
    monkeypatch.setattr(embedding, "WRITTEN_AT_ONCE", 2)
    monkeypatch.setattr(embedding, "FEWEST", 2)
    monkeypatch.setattr(embedding, "MOST", 2)
    return Shop(sources, clock, base_id)


def test_a_first_reading(shop: Shop) -> None:
    step, was_killed = 0, True
    while was_killed:
        source_id = shop.sources.add_file(shop.base_id, "a.txt", b"uno\ndos\ntres", "ana")
        was_killed = shop.killed(step, "read", source_id)
        shop.recover()
        assert shop.held() == (["dos", "tres", "uno"], 3, 1), step
        assert shop.sources.get(source_id).state == "ready"
        shop.clear()
        step += shop.stride
    assert step > 15


def test_an_update(shop: Shop) -> None:
    step, was_killed = 0, True
    while was_killed:
        source_id = shop.sources.add_file(shop.base_id, "a.txt", b"uno\ndos", "ana")
        shop.reader().read(source_id)
        shop.sources.update_file(source_id, "a.txt", b"dos\ntres", "eva")
        was_killed = shop.killed(step, "read", source_id)
        seen = [chunk.text for chunk in shop.sources.chunks(source_id)]
        assert seen in (["uno", "dos"], ["dos", "tres"])  # never neither, never both
        shop.recover()
        assert shop.held() == (["dos", "tres"], 2, 1), step
        assert len(shop.sources.differences(source_id)) == 1
        shop.clear()
        step += shop.stride
    assert step > 15


def test_a_removal(shop: Shop) -> None:
    step, was_killed = 0, True
    while was_killed:
        source_id = shop.sources.add_file(shop.base_id, "a.txt", b"uno\ndos", "ana")
        shop.reader().read(source_id)
        shop.sources.mark_removing(source_id)
        was_killed = shop.killed(step, "remove", source_id)
        shop.recover()
        assert shop.held() == ([], 0, 0), step
        assert shop.sources.list(shop.base_id) == []
        step += shop.stride
    assert step > 10


def test_an_update_of_what_a_version_pins(shop: Shop) -> None:
    step, was_killed = 0, True
    database = shop.sources.database
    while was_killed:
        source_id = shop.sources.add_file(shop.base_id, "a.txt", b"uno\ndos", "ana")
        shop.reader().read(source_id)
        with database.write() as tx:
            snapshots.take(tx, f"v{step}", [shop.base_id], 0.0)
        shop.sources.update_file(source_id, "a.txt", b"dos\ntres", "eva")
        was_killed = shop.killed(step, "read", source_id)
        shop.recover()
        assert shop.held() == (["dos", "dos", "tres", "uno"], 4, 1), step
        shop.clear()
        step += shop.stride
    assert step > 15


def test_letting_a_version_go(shop: Shop) -> None:
    step, was_killed = 0, True
    database = shop.sources.database
    while was_killed:
        source_id = shop.sources.add_file(shop.base_id, "a.txt", b"uno\ndos", "ana")
        shop.reader().read(source_id)
        with database.write() as tx:
            snapshots.take(tx, f"v{step}", [shop.base_id], 0.0)
        shop.sources.update_file(source_id, "a.txt", b"dos\ntres", "eva")
        shop.reader().read(source_id)
        with database.write() as tx:
            snapshots.let_go(tx, {f"v{step}"})
        was_killed = shop.killed(step, "tidy", source_id)
        shop.recover()
        assert shop.held() == (["dos", "tres"], 2, 1), step
        assert not shop.sources.get(source_id).untidy
        shop.clear()
        step += shop.stride
    assert step > 5


def test_an_archive(shop: Shop) -> None:
    step, was_killed = 0, True
    packed = documents.archive({"a.txt": b"uno", "b/c.txt": b"dos", "d.exe": b"MZ"})
    while was_killed:
        source_id = shop.sources.add_file(shop.base_id, "todo.zip", packed, "ana")
        was_killed = shop.killed(step, "read", source_id)
        shop.recover()
        named = sorted(source.name for source in shop.sources.list(shop.base_id))
        assert named == ["a.txt", "b/c.txt", "todo.zip"], step
        assert shop.held()[:2] == (["dos", "uno"], 2)
        assert shop.sources.get(source_id).options["unread"] == ["d.exe"]
        shop.sources.mark_removing(source_id)
        shop.recover()
        assert shop.held()[:2] == ([], 0)
        step += shop.stride
    assert step > 10


def test_a_source_that_kills_every_reader_is_given_up_and_says_so(shop: Shop) -> None:
    source_id = shop.sources.add_file(shop.base_id, "a.txt", b"uno", "ana")
    for _ in range(6):
        shop.killed(8, "read", source_id)
        shop.clock.now += 1_000
        shop.sources.due(shop.clock.now)
    source = shop.sources.get(source_id)
    assert (source.state, source.error_code) == ("failed", "gave_up")
    with shop.sources.database.read() as tx:
        assert (tx.scalar(select(func.count()).select_from(chunks)) or 0) <= 1
