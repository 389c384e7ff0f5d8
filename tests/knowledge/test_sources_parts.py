"""Texts, pairs, ZIPs and re-reads: each becomes what it should, and nobody's work is lost."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import update

from knowledge import tables
from knowledge.base import Document
from knowledge.errors import EditConflict, FetchRefused, NotAccepted
from knowledge.ingest import files
from knowledge.ingest.ingestion import Ingestion
from knowledge.ingest.sources import Sources
from knowledge.notices import Notice
from knowledge.parsing.loaders import read_document
from knowledge.search.retriever import Retriever
from knowledge.states import SourceState
from knowledge.web.fetch import Fetched
from tests.fakes import Clock
from tests.knowledge import documents
from tests.standins.hashed import HashedEmbedders

PAIRS = """P: ¿Abren los domingos?
R: Sí, de diez a tres.

P: ¿Aceptan tarjeta?
R: Todas,
menos American Express.
"""


def work(sources: Sources, ingestion: Ingestion, clock: Clock) -> None:
    """Do what is due until nothing is."""
    while due := sources.due(clock.now):
        for kind, source_id in due:
            getattr(ingestion, kind)(source_id)


def test_a_pasted_text_is_found_and_can_be_edited(
    sources: Sources, ingestion: Ingestion, retriever: Retriever, clock: Clock, base_id: str
) -> None:
    source_id = sources.add_text(base_id, "Horario", "# Horario\n\nAbrimos a las nueve.", "ana")
    work(sources, ingestion, clock)
    assert retriever.search("¿Abrimos a las nueve o diez?", [base_id])[0].source == "Horario"
    assert sources.text_of(source_id).startswith("# Horario")
    sources.update_text(source_id, "Horario", "Abrimos a las diez.", "eva")
    work(sources, ingestion, clock)
    assert [chunk.text for chunk in sources.chunks(source_id)] == ["Abrimos a las diez."]
    (difference,) = sources.differences(source_id)
    assert (difference.added, difference.removed) == (
        ["Abrimos a las diez."],
        ["Abrimos a las nueve."],
    )


@pytest.mark.parametrize(
    "text",
    [
        PAIRS,
        "pregunta;respuesta\n¿Abren los domingos?;Sí, de diez a tres.\n¿Aceptan tarjeta?;Todas,\n",
        "Question: ¿Abren los domingos?\nAnswer: Sí, de diez a tres.\nQ: ¿Aceptan tarjeta?\nA: Si",
        "**P1.** ¿Abren los domingos?\n**R1.** Sí, de diez a tres.\n\nP2) ¿Y tarjeta?\nR2) Sí.",
    ],
)
def test_questions_with_answers_are_one_passage_each(
    sources: Sources,
    ingestion: Ingestion,
    retriever: Retriever,
    clock: Clock,
    base_id: str,
    text: str,
) -> None:
    source_id = sources.add_pairs(base_id, "Dudas", text, "ana")
    work(sources, ingestion, clock)
    chunks = sources.chunks(source_id)
    assert len(chunks) == 2
    assert "Sí, de diez a tres." in retriever.search("¿Abren los domingos?", [base_id])[0].text


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("Dudas", "No hay preguntas aquí.", "pairs_form"),
        ("Dudas", "P: ¿Sin respuesta?", "pairs_form"),
        ("Dudas", "  ", "text_empty"),
        ("", PAIRS, "text_title"),
        ("Dudas", "x" * 1_000_001, "text_long"),
    ],
)
def test_what_is_not_pairs_is_refused_with_a_reason(
    sources: Sources, base_id: str, name: str, text: str, code: str
) -> None:
    with pytest.raises(NotAccepted) as refusal:
        sources.add_pairs(base_id, name, text, "ana")
    assert refusal.value.code == code


def test_the_files_of_a_zip_are_sources_of_their_own(
    sources: Sources, ingestion: Ingestion, retriever: Retriever, clock: Clock, base_id: str
) -> None:
    body = {
        "docs/garantia.pdf": documents.pdf("La garantía cubre el motor."),
        "roto.pdf": b"no soy un pdf",
        "foto.jpg": b"\xff\xd8",
        "__MACOSX/docs/._garantia.pdf": b"x",
    }
    whole = sources.add_file(base_id, "todo.zip", documents.archive(body), "ana")
    work(sources, ingestion, clock)
    by_name = {source.name: source for source in sources.list(base_id)}
    assert set(by_name) == {"todo.zip", "docs/garantia.pdf", "roto.pdf"}
    assert by_name["todo.zip"].options["unread"] == ["foto.jpg"]
    assert by_name["roto.pdf"].error_code == "file_kind"
    assert retriever.search("¿cubre el motor?", [base_id])[0].place == "docs/garantia.pdf, p. 1"
    newer = {"docs/garantia.pdf": documents.pdf("La garantía cubre la caja."), "b.txt": b"Hola"}
    sources.update_file(whole, "todo.zip", documents.archive(newer), "ana")
    work(sources, ingestion, clock)
    assert sorted(s.name for s in sources.list(base_id)) == [
        "b.txt",
        "docs/garantia.pdf",
        "todo.zip",
    ]
    assert "caja" in retriever.search("¿qué cubre la garantía?", [base_id])[0].text
    sources.mark_removing(whole)
    work(sources, ingestion, clock)
    assert (sources.list(base_id), list(sources.files_dir.iterdir())) == ([], [])


def test_scanned_pages_are_named_though_the_rest_is_read(
    sources: Sources, ingestion: Ingestion, clock: Clock, base_id: str
) -> None:
    body = documents.scan("Texto de la primera.", "", "Texto de la tercera.", "")
    source_id = sources.add_file(base_id, "mixto.pdf", body, "ana")
    work(sources, ingestion, clock)
    source = sources.get(source_id)
    assert (source.state, source.error) == ("ready", "")
    assert source.notices == (Notice("pdf_pages", 2, ("p. 2", "p. 4")),)
    sources.update_file(source_id, "mixto.pdf", documents.pdf("Texto de la primera."), "ana")
    work(sources, ingestion, clock)
    assert sources.get(source_id).notices == ()


def test_what_is_lost_now_is_said_though_the_text_is_the_same(
    sources: Sources, ingestion: Ingestion, clock: Clock, base_id: str
) -> None:
    source_id = sources.add_text(base_id, "Horario", "Abrimos a las nueve.", "ana")
    work(sources, ingestion, clock)
    loss = Notice("hidden_rows", 3, ("Hoja1",))
    ingestion.read_document = lambda path, name: Document(read_document(path, name), [loss])
    again = {"state": SourceState.WAITING, "fence": tables.sources.c.fence + 1}
    with sources.database.write() as tx:  # it is time to look whether it has changed
        tx.execute(update(tables.sources).values(**again))
    work(sources, ingestion, clock)
    source = sources.get(source_id)
    assert (source.version, source.notices) == (1, (loss,))


def test_an_update_over_somebody_elses_is_refused(sources: Sources, base_id: str) -> None:
    source_id = sources.add_text(base_id, "Horario", "Abrimos a las nueve.", "ana")
    seen = sources.get(source_id).stored_name
    sources.update_text(source_id, "Horario", "Abrimos a las diez.", "eva", over=seen)
    with pytest.raises(EditConflict):
        sources.update_text(source_id, "Horario", "Abrimos a las once.", "ana", over=seen)
    assert sources.text_of(source_id) == "Abrimos a las diez."
    assert len(list(sources.files_dir.iterdir())) == 1


def test_of_two_updates_at_once_one_is_kept_and_the_other_told(
    sources: Sources, base_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_id = sources.add_file(base_id, "a.txt", b"cero", "ana")
    both = threading.Barrier(2, timeout=20)
    real, outcomes = files.store, list[str]()

    def slow_store(folder: Path, data: object) -> files.StoredFile:
        stored = real(folder, data)  # type: ignore[arg-type]
        both.wait()  # both have looked at the source before either replaces it
        return stored

    monkeypatch.setattr(files, "store", slow_store)

    def update(body: bytes) -> None:
        try:
            sources.update_file(source_id, "a.txt", body, body.decode())
            outcomes.append(body.decode())
        except EditConflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=update, args=(body,)) for body in (b"uno", b"dos")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    kept = [outcome for outcome in outcomes if outcome != "conflict"]
    assert len(outcomes) == 2
    assert [sources.get(source_id).created_by] == kept
    stored = list(sources.files_dir.iterdir())
    assert [path.read_bytes().decode() for path in stored] == kept


class Web:
    """A page that changes."""

    def __init__(self, body: bytes) -> None:
        self.body: bytes | None = body
        self.asked = 0

    def __call__(self, url: str, **_: object) -> Fetched:
        self.asked += 1
        if self.body is None:
            raise FetchRefused("There is no page at that address.", "fetch_gone")
        return Fetched(self.body, "text/html", url)


def test_a_page_is_read_again_in_time_and_shows_what_changed(
    sources: Sources, ingestion: Ingestion, retriever: Retriever, clock: Clock, base_id: str
) -> None:
    web = Web(b"<p>Abrimos a las nueve.</p><script>1</script>")
    reader = Ingestion(
        sources,
        sources.database,
        ingestion.vectors,
        HashedEmbedders(),
        read_document,
        fetch_page=web,
    )
    source_id = sources.add_url(base_id, "https://example.com/", "ana")
    sources.set_refresh(source_id, 24)
    work(sources, reader, clock)
    first = sources.get(source_id)
    web.body = b"<p>Abrimos a las nueve.</p><script>2</script>"  # says the same
    clock.now += 24 * 3600
    work(sources, reader, clock)
    assert (sources.get(source_id).version, web.asked) == (first.version, 2)
    assert sources.differences(source_id) == []
    web.body = b"<p>Abrimos a las diez.</p>"
    clock.now += 24 * 3600
    work(sources, reader, clock)
    (difference,) = sources.differences(source_id)
    assert (difference.added, difference.removed) == (
        ["Abrimos a las diez."],
        ["Abrimos a las nueve."],
    )
    web.body = None
    clock.now += 24 * 3600
    work(sources, reader, clock)
    gone = sources.get(source_id)
    assert (gone.state, gone.error_code, gone.gone_at) == ("failed", "fetch_gone", clock.now)
    assert (
        retriever.search("¿Abrimos a las nueve o diez?", [base_id])[0].text == "Abrimos a las diez."
    )
    work(sources, reader, clock)
    assert web.asked == 4  # not before the next day


def test_only_what_is_out_there_is_read_again_by_itself(sources: Sources, base_id: str) -> None:
    source_id = sources.add_file(base_id, "a.txt", b"hola", "ana")
    with pytest.raises(NotAccepted):
        sources.set_refresh(source_id, 24)


def test_a_page_that_asks_for_jinas_reader_needs_its_key(
    sources: Sources, ingestion: Ingestion, clock: Clock, base_id: str
) -> None:
    source_id = sources.add_url(base_id, "https://example.com/app", "ana", reader=True)
    work(sources, ingestion, clock)
    assert sources.get(source_id).error_code == "reader_key"


def test_files_that_no_source_names_are_cleared_away(sources: Sources, base_id: str) -> None:
    kept = sources.get(sources.add_file(base_id, "a.txt", b"hola", "ana")).stored_name
    stray = sources.files_dir / ("0" * 32)
    stray.write_bytes(b"x")
    young = stray.stat().st_mtime + 60
    files.drop_strays(sources.files_dir, {kept}, young)
    assert stray.exists()
    files.drop_strays(sources.files_dir, {kept}, young + files.STRAY_SECONDS)
    assert [path.name for path in sources.files_dir.iterdir()] == [kept]
