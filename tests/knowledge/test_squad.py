"""A public question set is measured beside plain BM25."""

import json
from pathlib import Path

import pytest

from tests.bench_knowledge import squad

SAID = {
    "La garantía cubre el motor por dos años.": ["¿Qué cubre la garantía?", "¿Cuántos años?"],
    "Los envíos a Oaxaca tardan cuatro días.": ["¿Cuánto tardan los envíos?"],
    "Abrimos de lunes a sábado.": ["¿Qué días abren?"],
}


def test_every_question_is_asked_by_every_way_and_of_plain_bm25(tmp_path: Path) -> None:
    paragraphs = [
        {"context": f"\ufeff{text}", "qas": [{"question": question}]}
        for text, questions in SAID.items()
        for question in questions  # as some copies are: each question with its passage again
    ]
    path = tmp_path / "set.json"
    path.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}), encoding="utf-8")
    first, *rows = squad.compare(squad.read(path)).splitlines()
    assert first == "3 passages, 4 questions"
    hit1 = {row.split(" | ")[0].strip("| "): row.split(" | ")[1] for row in rows[2:]}
    assert hit1["hybrid"] == hit1["lexical"] == "0.750"  # "abren" is no form of "abrimos"
    assert hit1["plain BM25"] == "0.750"
    assert {"ngrams", "vector", "hybrid, vectors 0.1", "plain BM25 but stop words"} <= set(hit1)


@pytest.mark.parametrize("body", [None, "no JSON", "[]", '{"data": [{}]}', '{"data": []}'])
def test_a_file_that_is_no_question_set_is_refused_in_words(
    tmp_path: Path, body: str | None
) -> None:
    path = tmp_path / "set.json"
    if body is not None:
        path.write_text(body)
    with pytest.raises(SystemExit, match=r"set\.json: .+\.$"):
        squad.read(path)
