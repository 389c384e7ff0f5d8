"""Passages corrected, answers written, searches measured: the Knowledge page's other parts."""

import time
from dataclasses import replace

import pytest

from knowledge.errors import NotAccepted
from knowledge.quality.grid_search import LEAST_PAIRS
from knowledge.states import SourceState
from knowledge.vectors.embedders import E5
from store.tables import turns
from studio.errors import NotAllowed, NothingChosen
from studio.pages import (
    answers,
    answers_view,
    knowledge,
    knowledge_view,
    measuring,
    measuring_view,
    passages,
)
from studio.pages.passages_view import passages_view
from studio.state import Studio
from tests.studio.conftest import Caller, House

TEXT = "# Envíos\n\nA Oaxaca tardan cuatro días.\n\n# Devoluciones\n\nSe aceptan en treinta días.\n"


@pytest.fixture
def base(house: House, studio: Studio, editor: Caller) -> str:
    base_id = knowledge.create(studio, editor, "Envíos").base_id
    studio.services.sources.add_file(base_id, "envíos.md", TEXT.encode(), "test")
    house.read_sources()
    return base_id


def found(studio: Studio, who: Caller, base: str, query: str) -> list[str]:
    return [passage.text for passage in knowledge.search(studio, who, base, query)]


def test_a_corrected_passage_is_found_so_and_survives_a_re_read(
    house: House, studio: Studio, editor: Caller, base: str
) -> None:
    [source] = studio.services.sources.list(base)
    first = studio.services.sources.chunks(source.id)[0]
    page, edit = passages.change(studio, editor, "edit", str(first.id))
    assert edit.text == "A Oaxaca tardan cuatro días."
    page, _ = passages.correct(studio, editor, first.id, "A Oaxaca tardan DOS días.")
    assert "corregido" in passages_view(studio, page)
    assert "A Oaxaca tardan DOS días." in found(studio, editor, base, "¿cuánto tardan a Oaxaca?")
    knowledge.change(studio, editor, "retry", source.id)
    house.read_sources()
    assert "A Oaxaca tardan DOS días." in found(studio, editor, base, "¿cuánto tardan a Oaxaca?")


def test_a_silenced_passage_is_not_found_until_it_is_restored(
    studio: Studio, editor: Caller, base: str
) -> None:
    [source] = studio.services.sources.list(base)
    last = studio.services.sources.chunks(source.id)[-1]
    page, _ = passages.change(studio, editor, "silence", str(last.id))
    assert "silenciado" in passages_view(studio, page)
    assert "Se aceptan en treinta días." not in found(studio, editor, base, "devoluciones")
    passages.change(studio, editor, "restore", str(last.id))
    assert "Se aceptan en treinta días." in found(studio, editor, base, "devoluciones")


def test_only_pages_are_read_again_by_themselves(studio: Studio, editor: Caller, base: str) -> None:
    [source] = studio.services.sources.list(base)
    with pytest.raises(NotAccepted):
        passages.refresh(studio, editor, source.id, 24)
    knowledge.add_page(studio, editor, base, "https://example.com")
    page = studio.services.sources.list(base)[-1]
    opened = passages.refresh(studio, editor, page.id, 24)
    assert opened.source is not None
    assert opened.source.refresh_hours == 24


def test_a_question_asked_in_vain_becomes_an_answer(
    house: House, studio: Studio, editor: Caller, base: str
) -> None:
    conversation, now = house.customer_writes("¿Venden tazas?"), time.time()
    for number, text in enumerate(("¿Venden tazas?", "venden tazas", "¿Abren hoy?")):
        row = {
            "id": f"t{number}",
            "conversation_id": conversation,
            "fence": 1,
            "inbox_from": 1,
            "inbox_to": 1,
            "outcome": "answered",
            "missed": text,
            "started_at": now,
            "finished_at": now,
        }
        with house.services.database.write() as tx:
            tx.execute(turns.insert().values(row))
    groups = answers.look(studio, editor, base).missed
    assert [group.times for group in groups] == [2, 1]
    draft = answers.begin(studio, editor, "see", groups[0].question, base)
    page = answers.save(studio, editor, base, 0, draft.question, "Sí, desde 120 pesos.")
    assert "Sí, desde 120 pesos." in answers_view.curated_view(studio, page.curated)
    assert "120 pesos" in found(studio, editor, base, "¿venden tazas?")[0]


def test_an_answer_is_changed_and_removed(studio: Studio, editor: Caller, base: str) -> None:
    [one] = answers.save(studio, editor, base, 0, "¿Abren?", "De 9 a 6.").curated
    draft = answers.begin(studio, editor, "see", f"#{one.id}", base)
    assert (draft.curated_id, draft.answer) == (one.id, "De 9 a 6.")
    [one] = answers.save(studio, editor, base, one.id, "¿Abren?", "De 8 a 5.").curated
    assert one.answer == "De 8 a 5."
    assert list(answers.remove(studio, editor, "remove", str(one.id), base).curated) == []
    with pytest.raises(NothingChosen):
        answers.save(studio, editor, base, 0, "¿Abren?", " ")


def test_searches_are_measured_by_saved_questions(
    studio: Studio, editor: Caller, base: str
) -> None:
    with pytest.raises(NotAccepted):
        measuring.run(studio, editor, base)
    measuring.add(studio, editor, base, "¿Cuánto tardan a Oaxaca?", "envíos.md", "cuatro días")
    measuring.add(studio, editor, base, "¿Hay devoluciones?", "envíos.md", "no lo dice")
    saved = measuring.look(studio, editor, base)
    assert "¿Cuánto tardan a Oaxaca?" in measuring_view.pairs_view(studio, saved.pairs)
    shown = measuring_view.results_view(studio, measuring.run(studio, editor, base))
    assert "50 %" in shown
    assert "No salen primeras (1)" in shown
    left = measuring.remove(studio, editor, "remove", str(saved.pairs[0].id), base)
    assert len(left.pairs) == 1


def test_settings_are_recommended_on_enough_questions_and_used(
    studio: Studio, editor: Caller, base: str
) -> None:
    with pytest.raises(NotAccepted):
        measuring.advise(studio, editor, base)
    for number in range(LEAST_PAIRS):
        text = f"¿Cuánto tardan a Oaxaca, caso {number}?"
        measuring.add(studio, editor, base, text, "envíos.md", "cuatro días")
    advice = measuring.advise(studio, editor, base)
    shown = measuring_view.advised(studio, advice)
    assert ("Los ajustes que tiene" in shown[0]) is not advice.is_change
    measuring.apply(studio, editor, base, advice)
    assert studio.answering.retriever.tuning([base]) == advice.best.tuning
    with pytest.raises(NothingChosen):
        measuring.apply(studio, editor, base, None)


def test_a_base_of_another_model_is_prepared_anew_when_asked(
    studio: Studio, editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio.services.embedders, "default", lambda: E5)
    made = studio.services.sources.create_base("Vieja", "test", "jina", "jina-embeddings-v3", 1024)
    page = knowledge.choose(studio, editor, "open", made)
    assert "Preparar con el modelo actual" in str(knowledge_view.rebuild_view(studio, page))
    page = knowledge.change(studio, editor, "rebuild", made)
    assert "Preparándose con" in str(knowledge_view.rebuild_view(studio, page))
    page = knowledge.change(studio, editor, "stop_rebuild", made)
    assert page.rebuild is not None
    assert page.rebuild.state == "clearing"


def test_what_is_found_by_its_words_says_when_its_meaning_is(studio: Studio, base: str) -> None:
    [source] = studio.services.sources.list(base)
    half = replace(source, state=SourceState.EMBEDDING, fence=source.version, done=1, total=2)
    assert "en breve" in str(knowledge_view.source_state(studio, half))
    later = replace(half, ends_at=time.time() + 200)
    assert "en unos 4 min" in str(knowledge_view.source_state(studio, later))
    again = replace(half, fence=source.version + 1)  # what it says now is not there yet
    assert "palabras" not in str(knowledge_view.source_state(studio, again))


def test_viewers_change_none_of_it(studio: Studio, viewer: Caller, base: str) -> None:
    for attempt in (
        lambda: passages.correct(studio, viewer, 1, "x"),
        lambda: answers.save(studio, viewer, base, 0, "a", "b"),
        lambda: measuring.add(studio, viewer, base, "a", "", ""),
        lambda: measuring.run(studio, viewer, base),
    ):
        with pytest.raises(NotAllowed):
            attempt()
