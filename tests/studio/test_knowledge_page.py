"""The Knowledge page as plain functions."""

import re
from pathlib import Path

import pytest

from actions import queues
from actions.checks import check
from actions.sources import InUse
from actions.world import world_of
from agent.spec import KnowledgeChoice, Spec
from knowledge.errors import NotAccepted
from studio.errors import NotAllowed, NothingChosen
from studio.findings import sentence_of
from studio.pages import knowledge, knowledge_view, passages, passages_view, ways_view
from studio.state import Studio
from studio.wiring import sentence
from tests.knowledge import documents
from tests.studio.conftest import Caller, House, RememberingWakeUp

TEXT = "# Garantía\n\nLa garantía cubre el motor durante tres meses.\n"


@pytest.fixture
def base(studio: Studio, editor: Caller) -> str:
    return knowledge.create(studio, editor, "Garantías").base_id


@pytest.fixture
def uploaded(studio: Studio, editor: Caller, base: str, tmp_path: Path) -> str:
    path = tmp_path / "garantía 2026.md"
    path.write_text(TEXT, encoding="utf-8")
    page = knowledge.upload(studio, editor, base, [str(path)])
    assert not path.exists()  # the copy that Gradio made does not stay
    return page.sources[0].id


def test_an_upload_waits_rings_and_is_then_read_and_found(
    house: House,
    studio: Studio,
    editor: Caller,
    base: str,
    uploaded: str,
    wake_up: RememberingWakeUp,
) -> None:
    page = knowledge.watch(studio, editor, base)
    assert "En espera" in knowledge_view.sources_table(studio, page)
    assert (queues.INGESTION, uploaded) in wake_up.notified
    house.read_sources()
    page = knowledge.watch(studio, editor, base)
    assert "Lista" in knowledge_view.sources_table(studio, page)
    fits = knowledge.search(studio, editor, base, "¿qué cubre la garantía del motor?")
    shown = knowledge_view.found(studio, fits)
    assert "garantía 2026.md" in shown
    assert "tres meses" in passages_view.passages_view(
        studio, passages.look(studio, editor, "see", uploaded)
    )


def test_files_are_looked_at_before_they_are_kept(
    studio: Studio, editor: Caller, base: str, tmp_path: Path
) -> None:
    good, bad = tmp_path / "garantía.md", tmp_path / "roto.pdf"
    good.write_text(TEXT, encoding="utf-8")
    bad.write_bytes(b"no pdf")
    page, seen = knowledge.arrive(studio, editor, base, [str(good), str(bad)], True)
    assert list(page.sources) == []
    shown = str(ways_view.previewed(studio, seen)[1])
    assert "garantía.md: 1 fragmentos" in shown
    assert "tres meses" in shown
    assert seen.complaint.startswith("roto.pdf: ")
    page = knowledge.upload(studio, editor, base, seen.paths)
    assert [source.name for source in page.sources] == ["garantía.md"]
    assert not good.exists()


def test_what_is_looked_at_and_dropped_leaves_nothing(
    studio: Studio, editor: Caller, base: str, tmp_path: Path
) -> None:
    path = tmp_path / "garantía.md"
    path.write_text(TEXT, encoding="utf-8")
    _, seen = knowledge.arrive(studio, editor, base, [str(path)], True)
    assert knowledge.drop(studio, editor, seen.paths).files == ()
    assert not path.exists()
    assert list(knowledge.watch(studio, editor, base).sources) == []


def test_texts_pairs_pages_and_sites_come_in_as_well(
    studio: Studio, editor: Caller, base: str
) -> None:
    knowledge.write(studio, editor, base, "Envíos", "Tardan cuatro días.")
    knowledge.pair(studio, editor, base, "", "P: ¿Abren?\nR: Sí.")
    knowledge.add_page(studio, editor, base, "https://example.com/a")
    page = knowledge.add_page(studio, editor, base, "https://example.com", True, 10)
    assert [(source.kind, source.name) for source in page.sources] == [
        ("text", "Envíos"),
        ("pairs", "Preguntas frecuentes"),
        ("url", "https://example.com/a"),
        ("site", "https://example.com"),
    ]


def test_an_address_that_names_a_passage_opens_its_base(
    house: House, studio: Studio, viewer: Caller, editor: Caller, base: str, uploaded: str
) -> None:
    knowledge.create(studio, editor, "A la primera")
    house.read_sources()
    [chunk] = studio.services.sources.chunks(uploaded)
    assert knowledge.first(studio, viewer, f"chunk-{chunk.id}").base_id == base
    assert passages.at(studio, viewer, f"chunk-{chunk.id}").marked == chunk.id
    assert passages.at(studio, viewer, "chunk-999999").source is None
    assert knowledge.first(studio, viewer, "chunk-999999").base_id


def test_one_bad_file_is_named_and_harms_no_other(
    studio: Studio, editor: Caller, base: str, tmp_path: Path
) -> None:
    good, bad = tmp_path / "a.txt", tmp_path / "b.exe"
    good.write_text("hola", encoding="utf-8")
    bad.write_bytes(b"MZ")
    page = knowledge.upload(studio, editor, base, [str(bad), str(good)])
    assert [source.name for source in page.sources] == ["a.txt"]
    assert page.complaint.startswith("b.exe: Ese tipo de archivo no se puede leer")


def test_a_file_that_cannot_be_read_says_why_in_the_reader_s_language(
    house: House, studio: Studio, editor: Caller, base: str, tmp_path: Path
) -> None:
    path = tmp_path / "roto.pdf"
    path.write_bytes(b"this is no pdf")
    knowledge.upload(studio, editor, base, [str(path)])
    house.read_sources()
    page = knowledge.watch(studio, editor, base)
    assert page.sources[0].state == "failed"
    spanish = knowledge_view.sources_table(studio, page)
    assert "No se pudo leer" in spanish
    assert page.sources[0].error not in spanish
    assert page.sources[0].error in knowledge_view.sources_table(house.studio("en"), page)


def test_what_was_not_kept_of_a_file_is_said_on_it_and_before_a_release(
    house: House, studio: Studio, editor: Caller, base: str, tmp_path: Path
) -> None:
    path = tmp_path / "escaneo.pdf"
    path.write_bytes(documents.scan("El taller abre a las nueve.", "", ""))
    knowledge.upload(studio, editor, base, [str(path)])
    house.read_sources()
    page = knowledge.watch(studio, editor, base)
    spanish = knowledge_view.sources_table(studio, page)
    english = knowledge_view.sources_table(house.studio("en"), page)
    assert "Páginas sin texto, solo con imágenes: 2 (p. 2, p. 3)." in spanish
    assert "Pages without text, only pictures: 2 (p. 2, p. 3)." in english
    spec = Spec(name="Sofía", knowledge=KnowledgeChoice(bases=(base,)))
    found = check(spec, world_of(studio.services, spec))
    told = [sentence_of(studio, one) for one in found if one.code == "base_noticed"]
    assert told == [
        "En la base «Garantías» hay fuentes de las que no se pudo conservar todo: escaneo.pdf. "
        "Mire en Conocimiento qué falta."
    ]


def test_removing_leaves_nothing(
    house: House,
    studio: Studio,
    editor: Caller,
    base: str,
    uploaded: str,
    wake_up: RememberingWakeUp,
) -> None:
    house.read_sources()
    knowledge.change(studio, editor, "remove", uploaded)
    assert (queues.REMOVAL, uploaded) in wake_up.notified
    house.read_sources()
    assert knowledge.watch(studio, editor, base).sources == []
    assert knowledge.search(studio, editor, base, "garantía del motor") == []
    assert knowledge.change(studio, editor, "remove_base", base).bases == []


def test_a_source_that_agents_look_up_goes_only_with_their_names_beside_it(
    studio: Studio, editor: Caller, base: str, uploaded: str
) -> None:
    clara = looking(studio, base, "Clara")
    page = knowledge.watch(studio, editor, base)
    drawn = str(knowledge_view.sources_table(studio, page))
    assert "La usan: Clara." in drawn
    looking(studio, base, "Marcos")
    with pytest.raises(InUse) as told:
        knowledge.change(studio, editor, "remove", f"{uploaded}@{clara}")
    assert sentence(studio, told.value).startswith("Ya la usan también: Marcos.")
    page = knowledge.watch(studio, editor, base)
    [subject] = re.findall(
        rf'data-id="({uploaded}@[^"]+)"', str(knowledge_view.shown(studio, page))
    )
    assert knowledge.change(studio, editor, "remove", subject).sources[0].state == "removing"


def looking(studio: Studio, base_id: str, name: str) -> str:
    spec = Spec(name=name, knowledge=KnowledgeChoice(bases=(base_id,)))
    return studio.services.store.agents.create(spec, "ana")


def test_the_same_base_twice_is_refused_in_words(studio: Studio, editor: Caller, base: str) -> None:
    with pytest.raises(NotAccepted) as told:
        knowledge.create(studio, editor, "Garantías")
    assert sentence(studio, told.value) == "Ya hay una base con ese nombre."


def test_viewers_look_and_search_but_change_nothing(
    studio: Studio, viewer: Caller, base: str, uploaded: str
) -> None:
    assert knowledge.watch(studio, viewer, base).sources
    for attempt in (
        lambda: knowledge.create(studio, viewer, "x"),
        lambda: knowledge.upload(studio, viewer, base, []),
        lambda: knowledge.add_page(studio, viewer, base, "https://example.com"),
        lambda: knowledge.change(studio, viewer, "remove", uploaded),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_nothing_is_searched_without_a_question(studio: Studio, viewer: Caller, base: str) -> None:
    with pytest.raises(NothingChosen):
        knowledge.search(studio, viewer, base, "  ")


def test_empty_pages_say_what_to_do_next(studio: Studio, viewer: Caller) -> None:
    page = knowledge.first(studio, viewer, "")
    assert "Póngale nombre a una" in knowledge_view.bases_list(studio, page)
    assert "Elija o cree una base" in knowledge_view.sources_table(studio, page)
