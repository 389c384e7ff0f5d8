"""A version of an agent knows what it was released with; what takes effect at once follows live."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge import snapshots
from knowledge.errors import EditConflict, NotAccepted
from knowledge.ingest.corrections import Corrections
from knowledge.ingest.curated import Curated
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.reembed import _shown as searched
from knowledge.ingest.sources import Sources
from knowledge.parsing.loaders import read_document
from knowledge.search.retriever import Retriever
from knowledge.states import Effect
from knowledge.tables import chunks
from knowledge.vectors.chroma import Vectors
from knowledge.web.fetch import Fetched
from store.db.database import Database
from tests.fakes import Clock
from tests.knowledge import documents
from tests.knowledge.test_sources_parts import work

OLD = "La limpieza dental cuesta 39 pesos."
NEW = "La limpieza dental cuesta 55 pesos."
ASKED = "¿Cuánto cuesta la limpieza dental?"


@dataclass
class Clinic:
    """A base, who reads it, and who asks it."""

    sources: Sources
    ingestion: Ingestion
    retriever: Retriever
    clock: Clock
    base_id: str

    def add(self, name: str, text: str) -> str:
        source_id = self.sources.add_file(self.base_id, name, text.encode(), "ana")
        self.work()
        return source_id

    def replace(self, source_id: str, text: str) -> None:
        name = self.sources.get(source_id).name
        self.sources.update_file(source_id, name, text.encode(), "ana")
        self.work()

    def work(self) -> None:
        work(self.sources, self.ingestion, self.clock)

    def pin(self, snapshot: str) -> None:
        with self.sources.database.write() as tx:
            snapshots.take(tx, snapshot, [self.base_id], self.clock())

    def let_go(self, *names: str) -> None:
        with self.sources.database.write() as tx:
            snapshots.let_go(tx, names)
        self.clock.now += 1_000
        self.work()

    def told(self, snapshot: str = "", query: str = ASKED, hybrid: bool = True) -> list[str]:
        found = self.retriever.search(
            query, [self.base_id], top_k=9, hybrid=hybrid, snapshot=snapshot
        )
        return [passage.text for passage in found]

    def kept(self) -> tuple[int, int]:
        """How many chunks and vectors there are, seen or not."""
        with self.sources.database.read() as tx:
            held = tx.execute(chunks.select().where(chunks.c.base_id == self.base_id)).all()
        vectors = self.retriever.vectors.ids(self.sources.base(self.base_id))
        return len(held), len(vectors)


@pytest.fixture
def clinic(
    sources: Sources, ingestion: Ingestion, retriever: Retriever, clock: Clock, base_id: str
) -> Clinic:
    return Clinic(sources, ingestion, retriever, clock, base_id)


@pytest.mark.parametrize("hybrid", [True, False])
def test_a_version_goes_on_knowing_what_it_was_released_with(clinic: Clinic, hybrid: bool) -> None:
    prices = clinic.add("precios.txt", OLD)
    clinic.pin("v1")
    clinic.replace(prices, NEW)
    assert clinic.told(hybrid=hybrid) == [NEW]
    assert clinic.told("v1", hybrid=hybrid) == [OLD]
    clinic.pin("v2")
    assert clinic.told("v2", hybrid=hybrid) == [NEW]
    assert clinic.told("v1", hybrid=hybrid) == [OLD]


def test_what_was_added_since_is_not_known(clinic: Clinic) -> None:
    clinic.pin("v1")
    clinic.add("precios.txt", NEW)
    assert (clinic.told("v1"), clinic.told()) == ([], [NEW])


def test_what_was_still_to_be_read_is_known_once_it_is(clinic: Clinic) -> None:
    prices = clinic.sources.add_file(clinic.base_id, "precios.txt", OLD.encode(), "ana")
    clinic.pin("v1")
    assert clinic.told("v1") == []
    clinic.work()
    assert clinic.told("v1") == [OLD]
    clinic.replace(prices, NEW)
    assert (clinic.told("v1"), clinic.told()) == ([OLD], [NEW])


def test_so_are_the_files_of_a_zip(clinic: Clinic) -> None:
    packed = documents.archive({"precios.txt": OLD.encode()})
    whole = clinic.sources.add_file(clinic.base_id, "todo.zip", packed, "ana")
    clinic.pin("v1")
    clinic.work()
    assert clinic.told("v1") == [OLD]
    more = documents.archive({"precios.txt": NEW.encode(), "mas.txt": b"Limpieza dental gratis."})
    clinic.sources.update_file(whole, "todo.zip", more, "ana")
    clinic.work()
    assert clinic.told("v1") == [OLD]
    assert len(clinic.told()) == 2


def test_what_is_removed_is_gone_at_once(clinic: Clinic) -> None:
    prices = clinic.add("precios.txt", OLD)
    clinic.pin("v1")
    clinic.sources.mark_removing(prices)
    assert (clinic.told("v1"), clinic.told()) == ([], [])
    clinic.work()
    assert clinic.kept() == (0, 0)


def test_two_agents_pin_a_base_each_for_itself(clinic: Clinic) -> None:
    prices = clinic.add("precios.txt", OLD)
    clinic.pin("sofia v1")
    clinic.replace(prices, NEW)
    clinic.pin("bruno v1")
    assert (clinic.told("sofia v1"), clinic.told("bruno v1")) == ([OLD], [NEW])


def test_at_once_follows_live_and_changes_no_edition(clinic: Clinic) -> None:
    prices = clinic.add("precios.txt", OLD)
    clinic.sources.set_effect(prices, Effect.AT_ONCE)
    clinic.pin("v1")
    before = clinic.sources.editions([clinic.base_id])
    clinic.replace(prices, NEW)
    assert clinic.told("v1") == [NEW]
    assert clinic.sources.editions([clinic.base_id]) == before
    assert clinic.kept() == (1, 1)  # nobody pins what it said before


def test_a_new_source_at_once_is_known_without_a_release(clinic: Clinic) -> None:
    clinic.pin("v1")
    prices = clinic.add("precios.txt", NEW)
    clinic.sources.set_effect(prices, Effect.AT_ONCE)
    assert clinic.told("v1") == [NEW]


def test_a_source_that_waits_for_releases_again_stays_as_it_was_told(clinic: Clinic) -> None:
    prices = clinic.add("precios.txt", OLD)
    clinic.sources.set_effect(prices, Effect.AT_ONCE)
    clinic.pin("v1")
    clinic.sources.set_effect(prices, Effect.RELEASE)
    clinic.replace(prices, NEW)
    assert (clinic.told("v1"), clinic.told()) == ([OLD], [NEW])


def test_what_staff_write_cannot_wait(clinic: Clinic, database: Database) -> None:
    answers = Curated(database, lambda *_: None)
    clinic.pin("v1")
    answers.add(clinic.base_id, ASKED, NEW, "ana")
    [source_id] = [row for row in clinic.retriever.search(ASKED, [clinic.base_id])]
    assert clinic.told("v1") == [NEW]
    with pytest.raises(NotAccepted):
        clinic.sources.set_effect(source_id.source_id, Effect.RELEASE)


def test_a_corrected_passage_is_corrected_in_every_version(
    clinic: Clinic, database: Database
) -> None:
    both = f"# Precios\n\n{OLD}\n\n# Horario\n\nAbrimos a las nueve."
    prices = clinic.add("precios.md", both)
    clinic.pin("v1")
    clinic.replace(prices, both.replace("nueve", "diez"))
    [shown] = [one for one in clinic.sources.chunks(prices) if OLD in one.text]
    Corrections(database, lambda *_: None).correct(shown.id, NEW, "ana")
    for told in (clinic.told("v1"), clinic.told()):
        assert NEW in told
        assert OLD not in told
    Corrections(database, lambda *_: None).restore(shown.id, "ana")
    assert OLD in clinic.told("v1")
    assert OLD in clinic.told()


def test_old_readings_are_kept_while_a_version_pins_them(clinic: Clinic) -> None:
    prices = clinic.add("precios.txt", OLD)
    clinic.pin("v1")
    clinic.replace(prices, NEW)
    clinic.pin("v2")
    clinic.replace(prices, "La limpieza dental cuesta 60 pesos.")
    assert clinic.kept() == (3, 3)
    clinic.let_go("v1")
    assert clinic.kept() == (2, 2)
    assert clinic.told("v2") == [NEW]
    clinic.let_go("v2")
    assert clinic.kept() == (1, 1)


def test_what_was_let_go_is_answered_by_what_is_known_today(clinic: Clinic) -> None:
    prices = clinic.add("precios.txt", OLD)
    clinic.pin("v1")
    clinic.replace(prices, NEW)
    clinic.let_go("v1")
    assert clinic.told("v1") == [NEW]


def test_a_pinned_reading_gets_its_vectors_again(clinic: Clinic, database: Database) -> None:
    prices = clinic.add("precios.txt", OLD)
    clinic.pin("v1")
    clinic.replace(prices, NEW)
    with database.read() as tx:
        found = tx.execute(chunks.select().where(*searched(clinic.base_id))).all()
    assert sorted(row.text for row in found) == [OLD, NEW]


def test_many_old_readings_do_not_stand_in_the_way(clinic: Clinic) -> None:
    text = "\n\n".join(f"# Parte {n}\n\nLa limpieza dental número {n} dura." for n in range(25))
    prices = clinic.add("precios.md", text)
    for number in range(3):
        clinic.pin(f"v{number}")
        clinic.replace(prices, text.replace("dura", f"tarda {number} horas"))
    everything = clinic.told(query="limpieza dental", hybrid=False)
    assert len(everything) == 9
    assert all("tarda 2 horas" in one for one in everything)
    assert all("dura" in one for one in clinic.told("v0", "limpieza dental", hybrid=False))


def test_rows_are_those_of_the_version(clinic: Clinic) -> None:
    prices = clinic.add("precios.csv", "servicio,precio\nLimpieza,39\nCorona,200\n")
    clinic.pin("v1")
    clinic.replace(prices, "servicio,precio\nLimpieza,55\n")
    bases = [clinic.base_id]
    assert [row.fields["precio"] for row in clinic.retriever.as_of("v1").rows(bases)] == [
        "39",
        "200",
    ]
    assert [row.fields["precio"] for row in clinic.retriever.rows(bases)] == ["55"]


# --- readings that wait for a person


PAGE = "\n\n".join(f"La parte número {n} explica el servicio {n}." for n in range(10))


class Web:
    """One page, which says what the test wants."""

    def __init__(self) -> None:
        self.text = PAGE

    def fetch(self, url: str) -> Fetched:
        return Fetched(self.text.encode(), "text/plain", url)


@dataclass
class Site:
    """A clinic that reads a page, and the page."""

    clinic: Clinic
    web: Web
    source_id: str

    def read_again(self, text: str) -> str:
        self.web.text = text
        self.clinic.sources.retry(self.source_id)
        self.clinic.work()
        return self.clinic.sources.get(self.source_id).state

    def parts(self) -> int:
        return len(self.clinic.sources.chunks(self.source_id))


@pytest.fixture
def site(clinic: Clinic, vectors: Vectors, database: Database, tmp_path: Path) -> Site:
    web = Web()
    clinic.ingestion = Ingestion(
        clinic.sources,
        database,
        vectors,
        clinic.ingestion.embedder_for,
        read_document,
        fetch_page=web.fetch,
    )
    source_id = clinic.sources.add_url(clinic.base_id, "https://clinica.example/", "ana")
    clinic.work()
    return Site(clinic, web, source_id)


def words_of(site: Site) -> str:
    return " ".join(one.text for one in site.clinic.sources.chunks(site.source_id))


SHORT = PAGE[: len(PAGE) // 2]


def test_a_page_that_says_much_less_waits_for_a_person(site: Site) -> None:
    before = words_of(site)
    assert site.read_again(SHORT) == "held"
    assert words_of(site) == before
    [difference] = site.clinic.sources.differences(site.source_id)
    assert difference.removed


def test_what_a_person_accepts_is_searched_and_the_old_goes(site: Site) -> None:
    site.read_again(SHORT)
    site.clinic.sources.let_through(site.source_id)
    site.clinic.work()
    assert "número 9" not in words_of(site)
    assert site.clinic.sources.get(site.source_id).state == "ready"
    assert site.clinic.kept() == (site.parts(), site.parts())
    with pytest.raises(EditConflict):
        site.clinic.sources.let_through(site.source_id)


def test_what_a_person_refuses_is_cleared_away_and_not_asked_again(site: Site) -> None:
    before = words_of(site)
    site.read_again(SHORT)
    site.clinic.sources.turn_down(site.source_id)
    site.clinic.clock.now += 1_000
    site.clinic.work()
    assert words_of(site) == before
    assert site.clinic.kept() == (site.parts(), site.parts())
    assert site.clinic.sources.differences(site.source_id) == []
    site.clinic.sources.set_refresh(site.source_id, 1)
    site.clinic.clock.now += 3_700
    site.clinic.work()
    assert site.clinic.sources.get(site.source_id).state == "ready"
    with pytest.raises(EditConflict):
        site.clinic.sources.turn_down(site.source_id)


@pytest.mark.parametrize(
    "text",
    [
        PAGE + "\n\nY una parte más.",
        PAGE.replace("servicio 1", "servicio 77"),
        PAGE.replace("La parte número 9 explica el servicio 9.", ""),
    ],
)
def test_other_changes_wait_for_nobody(site: Site, text: str) -> None:
    assert site.read_again(text) == "ready"


@pytest.mark.parametrize("text", ["Sitio en mantenimiento.", PAGE.upper()[::-1]])
def test_so_does_a_page_that_says_something_else(site: Site, text: str) -> None:
    assert site.read_again(text) == "held"


def test_a_file_that_a_person_replaced_does_not_wait(clinic: Clinic) -> None:
    prices = clinic.add("precios.txt", PAGE)
    clinic.replace(prices, "Nada.")
    assert clinic.sources.get(prices).state == "ready"
