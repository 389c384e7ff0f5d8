"""Texts, pairs, ZIPs and re-reads: each becomes what it should, and nobody's work is lost."""

import threading
from pathlib import Path

import pytest

from knowledge import files
from knowledge.embedders import Embedders
from knowledge.errors import EditConflict, FetchRefused, NotAccepted
from knowledge.fetch import Fetched
from knowledge.ingestion import Ingestion
from knowledge.library import Library
from knowledge.loaders import read_document
from knowledge.sources import Sources
from tests.fakes import Clock
from tests.knowledge import documents

PAIRS = """P: ¿Abren los domingos?
R: Sí, de diez a tres.

P: ¿Aceptan tarjeta?
R: Todas,
menos American Express.
"""


def work(desk: Sources, ingestion: Ingestion, clock: Clock) -> None:
    """Do what is due until nothing is."""
    while due := desk.due(clock.now):
        for kind, source_id in due:
            (ingestion.read if kind == "read" else ingestion.remove)(source_id)


def test_a_pasted_text_is_found_and_can_be_edited(
    desk: Sources, ingestion: Ingestion, library: Library, clock: Clock, base_id: str
) -> None:
    source_id = desk.add_text(base_id, "Horario", "# Horario\n\nAbrimos a las nueve.", "ana")
    work(desk, ingestion, clock)
    assert library.search("¿Abrimos a las nueve o diez?", [base_id])[0].source == "Horario"
    assert desk.text_of(source_id).startswith("# Horario")
    desk.update_text(source_id, "Horario", "Abrimos a las diez.", "eva")
    work(desk, ingestion, clock)
    assert [chunk.text for chunk in desk.chunks(source_id)] == ["Abrimos a las diez."]
    (difference,) = desk.differences(source_id)
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
    desk: Sources, ingestion: Ingestion, library: Library, clock: Clock, base_id: str, text: str
) -> None:
    source_id = desk.add_pairs(base_id, "Dudas", text, "ana")
    work(desk, ingestion, clock)
    chunks = desk.chunks(source_id)
    assert len(chunks) == 2
    assert "Sí, de diez a tres." in library.search("¿Abren los domingos?", [base_id])[0].text


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
    desk: Sources, base_id: str, name: str, text: str, code: str
) -> None:
    with pytest.raises(NotAccepted) as refusal:
        desk.add_pairs(base_id, name, text, "ana")
    assert refusal.value.code == code


def test_the_files_of_a_zip_are_sources_of_their_own(
    desk: Sources, ingestion: Ingestion, library: Library, clock: Clock, base_id: str
) -> None:
    body = {
        "docs/garantia.pdf": documents.pdf("La garantía cubre el motor."),
        "roto.pdf": b"no soy un pdf",
        "foto.jpg": b"\xff\xd8",
        "__MACOSX/docs/._garantia.pdf": b"x",
    }
    whole = desk.add_file(base_id, "todo.zip", documents.archive(body), "ana")
    work(desk, ingestion, clock)
    by_name = {source.name: source for source in desk.list(base_id)}
    assert set(by_name) == {"todo.zip", "docs/garantia.pdf", "roto.pdf"}
    assert by_name["todo.zip"].options["unread"] == ["foto.jpg"]
    assert by_name["roto.pdf"].error_code == "file_kind"
    assert library.search("¿cubre el motor?", [base_id])[0].place == "docs/garantia.pdf, p. 1"
    newer = {"docs/garantia.pdf": documents.pdf("La garantía cubre la caja."), "b.txt": b"Hola"}
    desk.update_file(whole, "todo.zip", documents.archive(newer), "ana")
    work(desk, ingestion, clock)
    assert sorted(s.name for s in desk.list(base_id)) == ["b.txt", "docs/garantia.pdf", "todo.zip"]
    assert "caja" in library.search("¿qué cubre la garantía?", [base_id])[0].text
    desk.mark_removing(whole)
    work(desk, ingestion, clock)
    assert (desk.list(base_id), list(desk.files_dir.iterdir())) == ([], [])


def test_scanned_pages_are_named_though_the_rest_is_read(
    desk: Sources, ingestion: Ingestion, clock: Clock, base_id: str
) -> None:
    body = documents.scan("Texto de la primera.", "", "Texto de la tercera.", "")
    source_id = desk.add_file(base_id, "mixto.pdf", body, "ana")
    work(desk, ingestion, clock)
    source = desk.get(source_id)
    assert (source.state, source.error_code) == ("ready", "pdf_pages:2, 4")
    assert "2, 4" in source.error


def test_an_update_over_somebody_elses_is_refused(desk: Sources, base_id: str) -> None:
    source_id = desk.add_text(base_id, "Horario", "Abrimos a las nueve.", "ana")
    seen = desk.get(source_id).stored_name
    desk.update_text(source_id, "Horario", "Abrimos a las diez.", "eva", over=seen)
    with pytest.raises(EditConflict):
        desk.update_text(source_id, "Horario", "Abrimos a las once.", "ana", over=seen)
    assert desk.text_of(source_id) == "Abrimos a las diez."
    assert len(list(desk.files_dir.iterdir())) == 1


def test_of_two_updates_at_once_one_is_kept_and_the_other_told(
    desk: Sources, base_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_id = desk.add_file(base_id, "a.txt", b"cero", "ana")
    both = threading.Barrier(2, timeout=20)
    real, outcomes = files.store, list[str]()

    def slow_store(folder: Path, data: object) -> files.StoredFile:
        stored = real(folder, data)  # type: ignore[arg-type]
        both.wait()  # both have looked at the source before either replaces it
        return stored

    monkeypatch.setattr(files, "store", slow_store)

    def update(body: bytes) -> None:
        try:
            desk.update_file(source_id, "a.txt", body, body.decode())
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
    assert [desk.get(source_id).created_by] == kept
    stored = list(desk.files_dir.iterdir())
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
    desk: Sources, ingestion: Ingestion, library: Library, clock: Clock, base_id: str
) -> None:
    web = Web(b"<p>Abrimos a las nueve.</p><script>1</script>")
    reader = Ingestion(
        desk, desk.database, ingestion.vectors, Embedders(), read_document, fetch_page=web
    )
    source_id = desk.add_url(base_id, "https://example.com/", "ana")
    desk.set_refresh(source_id, 24)
    work(desk, reader, clock)
    first = desk.get(source_id)
    web.body = b"<p>Abrimos a las nueve.</p><script>2</script>"  # says the same
    clock.now += 24 * 3600
    work(desk, reader, clock)
    assert (desk.get(source_id).version, web.asked) == (first.version, 2)
    assert desk.differences(source_id) == []
    web.body = b"<p>Abrimos a las diez.</p>"
    clock.now += 24 * 3600
    work(desk, reader, clock)
    (difference,) = desk.differences(source_id)
    assert (difference.added, difference.removed) == (
        ["Abrimos a las diez."],
        ["Abrimos a las nueve."],
    )
    web.body = None
    clock.now += 24 * 3600
    work(desk, reader, clock)
    gone = desk.get(source_id)
    assert (gone.state, gone.error_code, gone.gone_at) == ("failed", "fetch_gone", clock.now)
    assert (
        library.search("¿Abrimos a las nueve o diez?", [base_id])[0].text == "Abrimos a las diez."
    )
    work(desk, reader, clock)
    assert web.asked == 4  # not before the next day


def test_only_what_is_out_there_is_read_again_by_itself(desk: Sources, base_id: str) -> None:
    source_id = desk.add_file(base_id, "a.txt", b"hola", "ana")
    with pytest.raises(NotAccepted):
        desk.set_refresh(source_id, 24)


def test_a_page_that_asks_for_jinas_reader_needs_its_key(
    desk: Sources, ingestion: Ingestion, clock: Clock, base_id: str
) -> None:
    source_id = desk.add_url(base_id, "https://example.com/app", "ana", reader=True)
    work(desk, ingestion, clock)
    assert desk.get(source_id).error_code == "reader_key"


def test_files_that_no_source_names_are_cleared_away(desk: Sources, base_id: str) -> None:
    kept = desk.get(desk.add_file(base_id, "a.txt", b"hola", "ana")).stored_name
    stray = desk.files_dir / ("0" * 32)
    stray.write_bytes(b"x")
    young = stray.stat().st_mtime + 60
    files.drop_strays(desk.files_dir, {kept}, young)
    assert stray.exists()
    files.drop_strays(desk.files_dir, {kept}, young + files.STRAY_SECONDS)
    assert [path.name for path in desk.files_dir.iterdir()] == [kept]
