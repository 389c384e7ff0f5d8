"""Chunks are small, whole and complete."""

from hypothesis import given
from hypothesis import strategies as some

from knowledge.base import Section
from knowledge.splitter import split

PARAGRAPH = "Una frase corta. Otra frase, algo más larga que la primera. "


def test_a_short_section_is_one_chunk_with_its_place() -> None:
    chunk = split([Section("Hola.", page=3, heading="Uno")])[0]
    assert (chunk.text, chunk.page, chunk.heading, chunk.position) == ("Hola.", 3, "Uno", 0)


def test_a_row_is_never_joined_to_another() -> None:
    rows = [Section(f"Marca: {n}.", row=n, fields={"Marca": str(n)}) for n in (1, 2, 3)]
    assert [(c.row, c.fields) for c in split(rows)] == [(n, {"Marca": str(n)}) for n in (1, 2, 3)]


def test_chunks_end_with_a_sentence_and_begin_with_the_last_one_before() -> None:
    chunks = split([Section(PARAGRAPH * 20)], size=200, overlap=60)
    assert len(chunks) > 5
    assert all(chunk.text.endswith(".") and len(chunk.text) <= 200 for chunk in chunks)
    assert chunks[1].text.split(".")[0] in chunks[0].text


def test_list_items_stay_whole() -> None:
    items = "\n".join(f"- Punto {n} con sus palabras" for n in range(20))
    lines = [line for chunk in split([Section(items)], 120, 0) for line in chunk.text.split("\n")]
    assert lines == items.split("\n")


@given(some.text(max_size=400), some.integers(20, 80))
def test_no_word_is_lost_and_no_chunk_too_large(text: str, size: int) -> None:
    chunks = split([Section(text)], size=size, overlap=0)
    assert all(0 < len(chunk.text) <= size for chunk in chunks)
    assert "".join("".join(c.text.split()) for c in chunks) == "".join(text.split())
